// SPDX-License-Identifier: Apache-2.0
#include "admin_server.hpp"

namespace edgecse::app {
namespace {

net::HttpResponse text(int status, std::string body, std::string type = "text/plain; charset=utf-8") {
  return {.status = status, .headers = {{"Content-Type", std::move(type)}, {"Cache-Control", "no-store"}}, .body = std::move(body)};
}

using Executors = std::vector<base::Executor*>;

/// Goes through the executors one by one; who hangs leaves the question unanswered.
void answer_when_alive(const net::Responder& responder, std::shared_ptr<const Executors> executors, std::size_t next = 0) {
  if (next == executors->size()) {
    responder.send(text(200, "alive\n"));
    return;
  }
  base::Executor& executor = *executors->at(next);
  executor.post([responder, executors = std::move(executors), next] { answer_when_alive(responder, executors, next + 1); });
}

}  // namespace

base::Result<std::unique_ptr<AdminServer>, net::Error> AdminServer::start(const std::string& listen,
                                                                          Surroundings surroundings) {
  std::unique_ptr<AdminServer> admin(new AdminServer(std::move(surroundings)));
  net::HttpServerOptions options;
  options.listen = listen;
  options.threads = 1;
  options.maximum_body_bytes = 1024;
  options.maximum_connections = 100;
  auto server = net::HttpServer::start(options, [self = admin.get()](const net::HttpRequest& request,
                                                                     const net::Responder& responder) {
    self->handle(request, responder);
  });
  if (!server) return tl::unexpected(server.error());
  admin->server_ = std::move(*server);
  return admin;
}

void AdminServer::set_not_ready(std::string reason) {
  const std::lock_guard lock(mutex_);
  not_ready_ = std::move(reason);
}

void AdminServer::handle(const net::HttpRequest& request, const net::Responder& responder) {
  if (request.path == "/store/backup" && request.method == "POST") {
    const auto made = surroundings_->back_up();
    responder.send(made ? text(201, *made + "\n") : text(409, made.error() + "\n"));
  } else if (request.method != "GET" && request.method != "HEAD") {
    responder.send(text(405, "only GET and HEAD, and POST to /store/backup\n"));
  } else if (request.path == "/livez") {
    answer_when_alive(responder, std::shared_ptr<const Executors>(surroundings_, &surroundings_->executors));
  } else if (request.path == "/readyz") {
    const std::lock_guard lock(mutex_);
    responder.send(not_ready_.empty() ? text(200, "ready\n") : text(503, "not ready: " + not_ready_ + "\n"));
  } else if (request.path == "/metrics") {
    surroundings_->before_metrics();
    responder.send(text(200, surroundings_->registry.text(), "text/plain; version=0.0.4; charset=utf-8"));
  } else {
    responder.send(text(404, "/livez, /readyz and /metrics are here\n"));
  }
}

}  // namespace edgecse::app
