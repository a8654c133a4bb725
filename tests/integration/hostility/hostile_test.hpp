// SPDX-License-Identifier: Apache-2.0
// A server with one reactor, so that the ordinary client shares it with the hostile one.
#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "integration/hostility/raw_client.hpp"
#include "net/http_client.hpp"
#include "net/http_server.hpp"
#include "support/eventually.hpp"

namespace edgecse::net {

using namespace std::chrono_literals;

inline constexpr std::chrono::seconds kPatience{60};

class HostileTest : public testing::Test {
 protected:
  /// Answers /ordinary, /big?N (N bytes), /later (kept in later), else "<method> <target> <body>".
  void serve(HttpServerOptions options = {}) {
    options.threads = 1;
    auto started = HttpServer::start(
        options, [this](HttpRequest request, const Responder& responder) { handle(std::move(request), responder); });
    ASSERT_TRUE(started) << started.error().detail;
    server = std::move(*started);
  }

  // Before what its handler touches; what is still unanswered then is nobody's.
  void TearDown() override { server.reset(); }

  void handle(HttpRequest request, const Responder& responder) {
    ++handled;
    if (request.path == "/later") {
      const std::lock_guard lock(mutex);
      later.push_back(responder);
    } else if (request.path == "/big") {
      responder.send({200, {}, std::string(std::stoul(request.query.at(0).first), 'x')});
    } else {
      responder.send({200, {}, request.method + " " + request.target + " " + request.body});
    }
  }

  [[nodiscard]] RawClient connect(int receive_buffer = 0) const { return RawClient(server->port(), receive_buffer); }

  void expect_ordinary_client_is_served() {
    const auto answer = send_and_wait(
        *ordinary, {"GET", "http://127.0.0.1:" + std::to_string(server->port()) + "/ordinary", {}, {}, kPatience});
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "GET /ordinary ");
  }

  std::size_t waiting_for_an_answer() {
    const std::lock_guard lock(mutex);
    return later.size();
  }

  std::unique_ptr<HttpServer> server;
  std::unique_ptr<HttpClient> ordinary = std::move(*make_http_client());
  std::atomic<std::size_t> handled{0};
  std::mutex mutex;
  std::vector<Responder> later;  // guarded by mutex
};

}  // namespace edgecse::net
