// SPDX-License-Identifier: Apache-2.0
#include "entrance.hpp"

namespace edgecse::app {

void Entrance::handle(net::HttpRequest request, const net::Responder& responder) const {
  if (!open_.load(std::memory_order_acquire)) {
    responder.send({.status = 503, .headers = {{"Retry-After", "1"}}, .body = {}});
    return;
  }
  for (const auto& route : routes_)
    if (route(request, responder)) return;
  responder.send({.status = 404, .headers = {}, .body = {}});
}

}  // namespace edgecse::app
