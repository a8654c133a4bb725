// SPDX-License-Identifier: Apache-2.0
#include "entrance.hpp"

namespace edgecse::app {

void Entrance::handle(net::HttpRequest request, const net::Responder& responder) const {
  if (!open_.load(std::memory_order_acquire)) {
    responder.send({.status = 503, .headers = {{"Retry-After", "1"}}, .body = {}});
    return;
  }
  for (const auto& [prefix, route] : routes_) {
    const std::string_view path = request.path;
    const bool all = prefix == "/";
    if (!all && (!path.starts_with(prefix) || (path.size() > prefix.size() && path[prefix.size()] != '/'))) continue;
    std::string below(all ? path : path.substr(prefix.size()));
    route(std::move(request), std::move(below), [responder](net::HttpResponse response) { responder.send(std::move(response)); });
    return;
  }
  responder.send({.status = 404, .headers = {}, .body = {}});
}

}  // namespace edgecse::app
