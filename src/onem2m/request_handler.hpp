// SPDX-License-Identifier: Apache-2.0
//
// The two doors of a CSE: requests come in through RequestHandler, go out through RequestSender. Bindings call the first
// and implement the second; neither side knows the other.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "onem2m/primitive.hpp"

namespace edgecse::onem2m {

/// Called exactly once, on any thread.
using ResponseCallback = std::function<void(Response)>;

/// Thread-safe; does not block.
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  virtual void handle(Request request, ResponseCallback done) = 0;
};

/// Where a primitive goes next: a URL of a notification target, or an entity reached by its points of access, tried in order.
struct NextHop {
  std::vector<std::string> points_of_access;  // URLs; http://host:port[/path]
  bool plain_url = false;  // notification to a URL that is no oneM2M entity: the URL is the whole address, To is not sent
};

/// Thread-safe; never calls back inside send. No answer in time: 4008 REQUEST_TIMEOUT; no connection: 5103
/// TARGET_NOT_REACHABLE.
class RequestSender {
 public:
  virtual ~RequestSender() = default;
  virtual void send(NextHop next_hop, Request request, ResponseCallback done) = 0;
};

}  // namespace edgecse::onem2m
