// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <deque>
#include <condition_variable>
#include <iostream>
#include <mutex>

#include "base/random.hpp"
#include "net/http_server.hpp"
#include "onem2m/json_codec.hpp"
#include "verbs.hpp"

namespace edgecse::edgectl {
namespace {

/// Notifications on their way from the server's thread to the one that prints.
class Mailbox {
 public:
  void put(std::string line) {
    std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
    arrived_.notify_one();
  }
  /// Empty when nothing came within a moment (so that the caller can look at the signal).
  std::string take() {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_for(lock, std::chrono::milliseconds{200}, [this] { return !lines_.empty(); })) return {};
    std::string line = std::move(lines_.front());
    lines_.pop_front();
    return line;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::string> lines_;  // guarded by mutex_
};

volatile std::sig_atomic_t stopped = 0;

net::HttpHandler receiver(Mailbox& mailbox, const std::string& path) {
  return [&mailbox, path](net::HttpRequest request, net::Responder responder) {
    net::HttpResponse response;
    if (request.path != path) {
      response.status = 404;
      responder.send(std::move(response));
      return;
    }
    const auto content = onem2m::parse_json(request.body);
    const bool verification = content && content->value("m2m:sgn", Json::object()).value("vrq", false);
    if (content && !verification) mailbox.put(onem2m::to_json_text(*content));
    response.headers.add("X-M2M-RSC", content ? "2000" : "4000");
    if (const auto identifier = request.headers.find("X-M2M-RI")) response.headers.add("X-M2M-RI", std::string(*identifier));
    response.status = content ? 200 : 400;
    responder.send(std::move(response));
  };
}

}  // namespace

int watch(McaClient& client, const Watch& options) {
  base::SystemRandom random;
  Mailbox mailbox;
  const std::string path = "/watch/" + random.hex(8);
  net::HttpServerOptions server_options;
  server_options.listen = options.listen;
  server_options.threads = 1;
  auto server = net::HttpServer::start(server_options, receiver(mailbox, path));
  if (!server) {
    std::cerr << server.error().detail << '\n';
    return 2;
  }
  const std::string host = options.listen.substr(0, options.listen.rfind(':'));
  const std::string base = options.callback.empty() ? "http://" + host + ':' + std::to_string((*server)->port()) : options.callback;
  const std::string name = "watch-" + random.hex(4);
  const Json subscription{{"m2m:sub", {{"rn", name}, {"nu", {base + path}}, {"nct", 1}, {"enc", {{"net", {1, 2, 3, 4}}}}}}};
  const Answer created = client.create(options.address, 23, subscription);
  if (!created.succeeded()) return refused(created);

  std::signal(SIGINT, [](int) { stopped = 1; });
  std::signal(SIGTERM, [](int) { stopped = 1; });
  for (unsigned seen = 0; stopped == 0 && (options.count == 0 || seen < options.count);) {
    const std::string line = mailbox.take();
    if (line.empty()) continue;
    std::cout << line << std::endl;
    ++seen;
  }
  const Answer removed = client.remove(options.address + '/' + name);
  return removed.succeeded() ? 0 : refused(removed);
}

}  // namespace edgecse::edgectl
