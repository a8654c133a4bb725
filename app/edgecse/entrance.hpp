// SPDX-License-Identifier: Apache-2.0
//
// The one HTTP listener of the process: which part answers which path.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "net/http_server.hpp"

namespace edgecse::app {

/// Thread-safe after open(): routes are added before. Until then everything is answered 503.
class Entrance {
 public:
  /// path_below: what follows the prefix, with its leading slash; empty when nothing follows.
  using Route = std::function<void(net::HttpRequest, std::string path_below, std::function<void(net::HttpResponse)>)>;

  /// Paths equal to the prefix or below it; of two that fit, the one added first. "/" takes everything.
  void add(std::string prefix, Route route) { routes_.emplace_back(std::move(prefix), std::move(route)); }
  void open() { open_.store(true, std::memory_order_release); }
  void handle(net::HttpRequest request, const net::Responder& responder) const;

 private:
  std::vector<std::pair<std::string, Route>> routes_;
  std::atomic<bool> open_ = false;
};

}  // namespace edgecse::app
