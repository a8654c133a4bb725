// SPDX-License-Identifier: Apache-2.0
// A server in a process of its own: prints its port, answers every request with the number of its connections. Its
// argument, if any, is how many descriptors it may open. Ends by a signal.
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <string>

#include "base/log.hpp"
#include "net/http_server.hpp"

int main(int argc, char** argv) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = argc > 1 ? std::stoul(argv[1]) : files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  edgecse::net::HttpServerOptions options;
  std::atomic<edgecse::net::HttpServer*> running = nullptr;
  const auto server = edgecse::net::HttpServer::start(
      options, [&running](const edgecse::net::HttpRequest&, const edgecse::net::Responder& responder) {
        responder.send({200, {}, std::to_string(running.load()->connections())});
      });
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().detail.c_str());
    return 1;
  }
  running = server->get();
  std::printf("%u\n", (*server)->port());
  std::fflush(stdout);
  // A sanitizer's first look at a type takes descriptors: what runs without any must have run before.
  edgecse::base::log::warning("test", "the server listens", {{"port", std::to_string((*server)->port())}});
  pause();
}
