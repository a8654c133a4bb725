// SPDX-License-Identifier: Apache-2.0
// Clients that take their time. Limits are made short; the tests wait for what must happen, however long it takes.
#include "integration/hostility/hostile_test.hpp"

namespace edgecse::net {
namespace {

class HostileTime : public HostileTest {
 protected:
  // Long limits but for the one in question.
  static HttpServerOptions patient() {
    HttpServerOptions options;
    options.head_timeout = options.body_timeout = options.idle_timeout = options.write_timeout = kPatience * 2;
    return options;
  }
  // Sends a byte now and then until the server has had enough.
  void drip(RawClient& client, std::string_view byte) {
    while (!client.readable_now() && client.send(byte)) expect_ordinary_client_is_served();
  }
};

TEST_F(HostileTime, SlowHeadersAreAnswered408) {
  auto options = patient();
  options.head_timeout = 300ms;
  serve(options);
  auto client = connect();
  ASSERT_TRUE(client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "));
  drip(client, "a");
  EXPECT_EQ(client.read_response()->status, 408);
  EXPECT_TRUE(client.is_closed());
  expect_ordinary_client_is_served();
}

TEST_F(HostileTime, ASlowBodyIsAnswered408) {
  auto options = patient();
  options.body_timeout = 300ms;
  serve(options);
  auto client = connect();
  ASSERT_TRUE(client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"));
  drip(client, "a");
  EXPECT_EQ(client.read_response()->status, 408);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HostileTime, SlowEmptyLinesDoNotCountAsARequest) {
  auto options = patient();
  options.idle_timeout = 300ms;
  serve(options);
  auto client = connect();
  drip(client, "\r\n");
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HostileTime, AnIdleConnectionIsClosedWithoutAWord) {
  auto options = patient();
  options.idle_timeout = 300ms;
  serve(options);
  auto fresh = connect();
  auto used = connect();
  ASSERT_TRUE(used.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_EQ(used.read_response()->body, "GET /a ");
  EXPECT_TRUE(fresh.is_closed());
  EXPECT_TRUE(used.is_closed());
  expect_ordinary_client_is_served();
}

TEST_F(HostileTime, AConnectionThatWaitsForItsAnswerIsNotIdle) {
  auto options = patient();
  options.idle_timeout = options.head_timeout = 100ms;
  serve(options);
  auto waiting = connect();
  ASSERT_TRUE(waiting.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n"));
  ASSERT_TRUE(test::eventually([&] { return waiting_for_an_answer() == 1; }, kPatience));
  // A connection that came later has been closed for idleness: so the limit has passed for this one too.
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(connect().is_closed());
  later.front().send({200, {}, "answer"});
  EXPECT_EQ(waiting.read_response()->body, "answer");
}

TEST_F(HostileTime, AReaderThatStopsIsCutOff) {
  auto options = patient();
  options.write_timeout = 300ms;
  serve(options);
  expect_ordinary_client_is_served();
  auto client = connect(4096);
  ASSERT_TRUE(client.send("GET /big?67108864 HTTP/1.1\r\nHost: x\r\n\r\n"));
  ASSERT_TRUE(test::eventually([&] { return handled == 2; }, kPatience));
  expect_ordinary_client_is_served();
  EXPECT_TRUE(test::eventually([&] { return server->connections() == 1; }, kPatience));
  expect_ordinary_client_is_served();
}

TEST_F(HostileTime, AClientThatIgnoresTheFarewellIsCutOff) {
  serve();
  expect_ordinary_client_is_served();
  auto client = connect();
  ASSERT_TRUE(client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  ASSERT_TRUE(client.read_response());
  // It neither closes nor stops sending.
  while (client.send("more ")) expect_ordinary_client_is_served();
  EXPECT_TRUE(test::eventually([&] { return server->connections() == 1; }, kPatience));
  expect_ordinary_client_is_served();
}

}  // namespace
}  // namespace edgecse::net
