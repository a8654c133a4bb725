// SPDX-License-Identifier: Apache-2.0
//
// The one HTTP listener of the process: which part answers which request.
#pragma once

#include <atomic>
#include <functional>
#include <vector>

#include "net/http_server.hpp"

namespace edgecse::app {

using Answer = std::function<void(net::HttpResponse)>;

/// For parts that answer with one whole response.
[[nodiscard]] inline Answer answer_by(const net::Responder& responder) {
  return [responder](net::HttpResponse response) { responder.send(std::move(response)); };
}

/// Thread-safe after open(): routes are added before. Until then everything is answered 503.
class Entrance {
 public:
  /// Takes the request and answers it once, or leaves it untouched and says false.
  using Route = std::function<bool(net::HttpRequest&, const net::Responder&)>;

  /// The first that takes a request has it.
  void add(Route route) { routes_.push_back(std::move(route)); }
  void open() { open_.store(true, std::memory_order_release); }
  void handle(net::HttpRequest request, const net::Responder& responder) const;

 private:
  std::vector<Route> routes_;
  std::atomic<bool> open_ = false;
};

}  // namespace edgecse::app
