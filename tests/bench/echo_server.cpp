// SPDX-License-Identifier: Apache-2.0
// bench_echo_server: the same HTTP server with nothing behind it: the yardstick of the CSE's figures, and a target of
// notifications. Answers POST with 201 and anything else with 200; GET /count says how many POSTs came. Prints its port;
// ends by a signal.
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <string>

#include "net/http_server.hpp"

int main(int argc, char** argv) {
  edgecse::net::HttpServerOptions options;
  if (argc > 1) options.threads = static_cast<unsigned>(std::stoul(argv[1]));
  std::atomic<std::uint64_t> posts{0};
  const auto server = edgecse::net::HttpServer::start(
      options, [&posts](const edgecse::net::HttpRequest& request, const edgecse::net::Responder& responder) {
        edgecse::net::HttpResponse response{
            request.method == "POST" ? 201 : 200, {{"Content-Type", "application/json"}}, "{}"};
        if (request.method == "POST") {
          posts.fetch_add(1, std::memory_order_relaxed);
          response.headers.add("X-M2M-RSC", "2000");
        } else if (request.target == "/count") {
          response.body = std::to_string(posts.load());
        }
        if (const auto identifier = request.headers.find("X-M2M-RI"))
          response.headers.add("X-M2M-RI", std::string(*identifier));
        responder.send(std::move(response));
      });
  if (!server) {
    std::fprintf(stderr, "bench_echo_server: %s\n", server.error().detail.c_str());
    return 1;
  }
  std::printf("%u\n", (*server)->port());
  std::fflush(stdout);
  pause();
}
