// SPDX-License-Identifier: Apache-2.0
//
// The HTTP door of a CSE: HTTP requests become request primitives for the RequestHandler, its responses go back. TS-0009.
#pragma once

#include <functional>
#include <string>

#include "base/clock.hpp"
#include "net/http_message.hpp"
#include "onem2m/request_handler.hpp"
#include "onem2m/result.hpp"

namespace edgecse::binding {

struct HttpBindingOptions {
  std::string root = "/";  // path prefix; requests outside of it are NOT_FOUND
  const base::Clock* clock = nullptr;  // for the originating timestamp of refusals; nullptr: they carry none
};

/// Called once per request, on any thread.
using HttpAnswer = std::function<void(net::HttpResponse)>;

/// Thread-safe: it has no state of its own. The handler must outlive the requests it was given.
class HttpBinding {
 public:
  explicit HttpBinding(onem2m::RequestHandler& handler, HttpBindingOptions options = {});

  /// Does not block. What cannot become a primitive is answered at once, with the sentence of the fault in m2m:dbg.
  void handle(net::HttpRequest request, HttpAnswer answer) const;

 private:
  [[nodiscard]] net::HttpResponse refusal(const onem2m::Request& request, const onem2m::Error& error) const;

  onem2m::RequestHandler& handler_;
  const HttpBindingOptions options_;
};

}  // namespace edgecse::binding
