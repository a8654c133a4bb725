// SPDX-License-Identifier: Apache-2.0
// TLS peers that say nothing, nonsense, or too little.
#include <future>

#include "integration/hostility/hostile_test.hpp"
#include "unit/net/test_certificates.hpp"

namespace edgecse::net {
namespace {

class HostileTls : public HostileTest {
 protected:
  void serve_tls(std::chrono::milliseconds head_timeout) {
    certificates.issue("server", "server", "IP:127.0.0.1");
    HttpServerOptions options;
    options.head_timeout = head_timeout;
    options.tls = TlsServerOptions{certificates.certificate("server"), certificates.key("server"), {}, false};
    serve(options);
    HttpClientOptions client;
    client.tls.ca_file = certificates.ca();
    client.connect_timeout = kPatience;
    ordinary = std::move(*make_http_client(client));
  }
  void expect_new_tls_client_is_served() {
    HttpClientOptions options;
    options.tls.ca_file = certificates.ca();
    options.connect_timeout = kPatience;
    const auto client = std::move(*make_http_client(options));
    const auto answer = send_and_wait(
        *client, {"GET", "https://127.0.0.1:" + std::to_string(server->port()) + "/new", {}, {}, kPatience});
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->body, "GET /new ");
  }

  TestCertificates certificates;
};

TEST_F(HostileTls, ASilentPeerDelaysNobodyAndIsCutOff) {
  serve_tls(500ms);
  std::vector<RawClient> silent;
  for (int i = 0; i < 10; ++i) silent.push_back(connect());
  expect_new_tls_client_is_served();
  for (auto& client : silent) EXPECT_TRUE(client.is_closed());
  expect_new_tls_client_is_served();
}

TEST_F(HostileTls, AHandshakeThatStopsIsCutOff) {
  serve_tls(500ms);
  auto client = connect();
  // A record header that promises a ClientHello.
  ASSERT_TRUE(client.send(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11)));
  expect_new_tls_client_is_served();
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HostileTls, NonsenseIsCutOffAtOnce) {
  serve_tls(kPatience * 2);
  auto client = connect();
  ASSERT_TRUE(client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_EQ(client.read_to_end().find("HTTP/1.1"), std::string::npos);
  expect_new_tls_client_is_served();
  EXPECT_EQ(handled, 1U);
}

TEST_F(HostileTls, ALargeAnswerDelaysNobody) {
  serve_tls(kPatience * 2);
  std::promise<HttpResult> answered;
  ordinary->send({"GET", "https://127.0.0.1:" + std::to_string(server->port()) + "/big?16000000", {}, {}, kPatience},
                 [&](HttpResult result) { answered.set_value(std::move(result)); });
  for (int i = 0; i < 5; ++i) expect_new_tls_client_is_served();
  const auto result = answered.get_future().get();
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(result->body.size(), 16'000'000U);
}

}  // namespace
}  // namespace edgecse::net
