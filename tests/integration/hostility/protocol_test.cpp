// SPDX-License-Identifier: Apache-2.0
// HEAD, Expect, keep-alive, and peers that leave half-way.
#include "integration/hostility/hostile_test.hpp"

namespace edgecse::net {
namespace {

using HostileProtocol = HostileTest;

TEST_F(HostileProtocol, HeadHasNoBodyAndTheNextAnswerIsIntact) {
  serve();
  auto client = connect();
  ASSERT_TRUE(client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_TRUE(client.read_response(true)->has_field("Content-Length: 8"));
  EXPECT_EQ(client.read_response()->body, "GET /b ");
  expect_ordinary_client_is_served();
}

TEST_F(HostileProtocol, ARefusedHeadHasNoBodyEither) {
  serve();
  auto client = connect();
  ASSERT_TRUE(client.send("HEAD /a HTTP/1.1\r\nHost: x\r\nNonsense\r\n\r\n"));
  EXPECT_EQ(client.read_response(true)->status, 400);
  EXPECT_TRUE(client.is_closed());
  expect_ordinary_client_is_served();
}

TEST_F(HostileProtocol, ExpectedContinueIsSentBeforeTheBody) {
  serve();
  auto client = connect();
  ASSERT_TRUE(client.send("POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
  EXPECT_EQ(client.read_response()->status, 100);
  expect_ordinary_client_is_served();
  ASSERT_TRUE(client.send("hi"));
  EXPECT_EQ(client.read_response()->body, "POST /a hi");
}

TEST_F(HostileProtocol, ExpectedContinueWaitsForTheAnswersBeforeIt) {
  serve();
  auto client = connect();
  ASSERT_TRUE(
      client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n"
                  "POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
  ASSERT_TRUE(test::eventually([&] { return waiting_for_an_answer() == 1; }, kPatience));
  expect_ordinary_client_is_served();
  EXPECT_FALSE(client.readable_now());
  later.front().send({200, {}, "first"});
  EXPECT_EQ(client.read_response()->body, "first");
  EXPECT_EQ(client.read_response()->status, 100);
  ASSERT_TRUE(client.send("hi"));
  EXPECT_EQ(client.read_response()->body, "POST /a hi");
}

TEST_F(HostileProtocol, NoContinueForABodyThatIsTooLarge) {
  serve();
  auto client = connect();
  ASSERT_TRUE(client.send("POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9999999\r\n\r\n"));
  EXPECT_EQ(client.read_response()->status, 413);
  EXPECT_TRUE(client.is_closed());
  expect_ordinary_client_is_served();
}

// ---- keep-alive

TEST_F(HostileProtocol, TheConnectionStaysWithoutAWordOnHttp11) {
  serve();
  auto client = connect();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    const auto answer = client.read_response();
    ASSERT_TRUE(answer);
    EXPECT_FALSE(answer->has_field("Connection: close"));
  }
  expect_ordinary_client_is_served();
}

TEST_F(HostileProtocol, TheConnectionEndsWhenTheClientAsksForIt) {
  serve();
  for (const char* request : {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"}) {
    auto client = connect();
    ASSERT_TRUE(client.send(request));
    EXPECT_TRUE(client.read_response()->has_field("Connection: close"));
    EXPECT_TRUE(client.is_closed());
  }
  expect_ordinary_client_is_served();
}

TEST_F(HostileProtocol, TheConnectionStaysOnHttp10WhenAsked) {
  serve();
  auto client = connect();
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
    EXPECT_TRUE(client.read_response()->has_field("Connection: keep-alive"));
  }
  expect_ordinary_client_is_served();
}

TEST_F(HostileProtocol, NothingAfterTheLastRequestIsHandled) {
  serve();
  auto client = connect();
  ASSERT_TRUE(
      client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nGET /more HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_TRUE(client.read_response());
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(handled, 1U);
  expect_ordinary_client_is_served();
}

// ---- half-open and gone

TEST_F(HostileProtocol, AClientThatHasEndedSendingGetsItsAnswer) {
  serve();
  auto client = connect();
  ASSERT_TRUE(client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n"));
  client.end_sending();
  ASSERT_TRUE(test::eventually([&] { return waiting_for_an_answer() == 1; }, kPatience));
  expect_ordinary_client_is_served();
  later.front().send({200, {}, "answer"});
  EXPECT_EQ(client.read_response()->body, "answer");
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HostileProtocol, AClientThatLeavesInTheMiddleOfARequestIsForgotten) {
  serve();
  expect_ordinary_client_is_served();
  for (const char* part :
       {"", "GET", "GET / HTTP/1.1\r\nHost: x\r\n", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab"}) {
    auto client = connect();
    ASSERT_TRUE(client.send(part));
    client.end_sending();
    EXPECT_TRUE(client.is_closed());
  }
  EXPECT_TRUE(test::eventually([&] { return server->connections() == 1; }, kPatience));
  EXPECT_EQ(handled, 1U);
  expect_ordinary_client_is_served();
}

TEST_F(HostileProtocol, AnAnswerToAClientThatIsGoneIsHarmless) {
  serve();
  expect_ordinary_client_is_served();
  auto client = connect();
  ASSERT_TRUE(client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n"));
  ASSERT_TRUE(test::eventually([&] { return waiting_for_an_answer() == 1; }, kPatience));
  client.reset();
  EXPECT_TRUE(test::eventually([&] { return server->connections() == 1; }, kPatience));
  later.front().send({200, {}, std::string(100'000, 'x')});
  expect_ordinary_client_is_served();
}

}  // namespace
}  // namespace edgecse::net
