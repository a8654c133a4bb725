// SPDX-License-Identifier: Apache-2.0
// Clients that want too much at once.
#include <functional>

#include "integration/hostility/hostile_test.hpp"
#include "unit/net/framing_refusals.hpp"

namespace edgecse::net {
namespace {

using HostileLoad = HostileTest;

// Sends until the server takes no more for a while in which others are served.
void push_until_refused(const RawClient& client, std::string_view wire, const std::function<void()>& meanwhile) {
  std::size_t offset = 0;
  for (int refusals = 0; refusals < 50;) {
    const auto count = client.send_now(wire.substr(offset));
    if (!count) return;
    offset = (offset + *count) % wire.size();
    refusals = *count == 0 ? refusals + 1 : 0;
    meanwhile();
  }
}

TEST_F(HostileLoad, ASlowReaderGetsItsLargeAnswerAndDelaysNobody) {
  serve();
  auto client = connect(4096);
  constexpr std::size_t kBytes = 64 * 1024 * 1024;
  ASSERT_TRUE(client.send("GET /big?" + std::to_string(kBytes) + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  ASSERT_TRUE(test::eventually([&] { return handled == 1; }, kPatience));
  for (int i = 0; i < 100; ++i) expect_ordinary_client_is_served();
  const auto answer = client.read_response();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body.size(), kBytes);
}

TEST_F(HostileLoad, WhoPipelinesAndDoesNotReadIsNotReadEither) {
  serve();
  const auto client = connect(4096);
  const std::string request = "GET /big?100000 HTTP/1.1\r\nHost: x\r\n\r\n";
  push_until_refused(client, repeated(request, 1000), [this] { expect_ordinary_client_is_served(); });
  const std::size_t before = handled;
  expect_ordinary_client_is_served();
  EXPECT_EQ(handled, before + 1);
  EXPECT_EQ(server->connections(), 2U);
}

TEST_F(HostileLoad, WhoNeverReadsSmallAnswersIsNotReadEither) {
  serve();
  const auto client = connect(4096);
  push_until_refused(client, repeated("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 1000),
                     [this] { expect_ordinary_client_is_served(); });
  expect_ordinary_client_is_served();
}

TEST_F(HostileLoad, RequestsInFlightHoldABoundedAmountOfBodies) {
  serve();
  const auto client = connect();
  const std::string request =
      "POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n" + std::string(500'000, 'x');
  push_until_refused(client, request, [this] { expect_ordinary_client_is_served(); });
  EXPECT_LE(waiting_for_an_answer(), 4U);
  EXPECT_GE(waiting_for_an_answer(), 1U);
}

TEST_F(HostileLoad, EachAnswerLetsInNoMoreThanItsRequest) {
  HttpServerOptions options;
  options.maximum_pipelined = 1;
  serve(options);
  auto client = connect();
  const std::string wire = repeated("GET /later HTTP/1.1\r\nHost: x\r\n\r\n", 1000);
  push_until_refused(client, wire, [this] { expect_ordinary_client_is_served(); });
  std::size_t let_in = 0;
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(test::eventually([&] { return waiting_for_an_answer() == 1; }, kPatience));
    {
      const std::lock_guard lock(mutex);
      std::exchange(later, {}).front().send({});
    }
    ASSERT_TRUE(client.read_response());
    let_in += client.send_now(wire).value_or(0);
  }
  // Far less than a read for each: what came in stays in the kernel until its turn.
  EXPECT_LT(let_in, 8U * 1024 * 1024);
  expect_ordinary_client_is_served();
}

TEST_F(HostileLoad, AnswersThatPileUpCloseTheConnection) {
  HttpServerOptions options;
  options.maximum_unsent_bytes = 1'000'000;
  serve(options);
  expect_ordinary_client_is_served();
  const auto client = connect(4096);
  ASSERT_TRUE(client.send(repeated("GET /later HTTP/1.1\r\nHost: x\r\n\r\n", 50)));
  ASSERT_TRUE(test::eventually([&] { return waiting_for_an_answer() == 50; }, kPatience));
  // The first is never answered, so the others wait.
  for (std::size_t i = 1; i < 50; ++i) later[i].send({200, {}, std::string(100'000, 'x')});
  EXPECT_TRUE(test::eventually([&] { return server->connections() == 1; }, kPatience));
  expect_ordinary_client_is_served();
}

TEST_F(HostileLoad, AnEventStreamThatIsNotReadEnds) {
  HttpServerOptions options;
  options.maximum_unsent_bytes = 1'000'000;
  serve(options);
  expect_ordinary_client_is_served();
  const auto client = connect(4096);
  ASSERT_TRUE(client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n"));
  ASSERT_TRUE(test::eventually([&] { return waiting_for_an_answer() == 1; }, kPatience));
  const auto stream = later.front().begin_stream({});
  const std::string piece(10'000, 'x');
  while (stream->write(piece)) {
  }
  EXPECT_TRUE(test::eventually([&] { return server->connections() == 1; }, kPatience));
  EXPECT_FALSE(stream->write(piece));
  expect_ordinary_client_is_served();
}

TEST_F(HostileLoad, AnEventStreamEndsWithItsReader) {
  serve();
  expect_ordinary_client_is_served();
  auto client = connect();
  ASSERT_TRUE(client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n"));
  ASSERT_TRUE(test::eventually([&] { return waiting_for_an_answer() == 1; }, kPatience));
  const auto stream = later.front().begin_stream({});
  EXPECT_TRUE(stream->write("event"));
  EXPECT_EQ(client.read_response()->status, 200);
  client.reset();
  EXPECT_TRUE(test::eventually([&] { return !stream->write("event"); }, kPatience));
  EXPECT_TRUE(test::eventually([&] { return server->connections() == 1; }, kPatience));
  expect_ordinary_client_is_served();
}

TEST_F(HostileLoad, ConnectionsAboveTheLimitAreClosedAndThoseBelowServed) {
  HttpServerOptions options;
  options.maximum_connections = 5;
  serve(options);
  expect_ordinary_client_is_served();
  std::vector<RawClient> crowd;
  for (int i = 0; i < 4; ++i) crowd.push_back(connect());
  ASSERT_TRUE(test::eventually([&] { return server->connections() == 5; }, kPatience));
  EXPECT_TRUE(connect().is_closed());
  expect_ordinary_client_is_served();
  crowd.clear();
  ASSERT_TRUE(test::eventually([&] { return server->connections() == 1; }, kPatience));
  auto client = connect();
  ASSERT_TRUE(client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_EQ(client.read_response()->body, "GET /a ");
}

}  // namespace
}  // namespace edgecse::net
