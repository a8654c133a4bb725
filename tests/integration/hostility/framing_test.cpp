// SPDX-License-Identifier: Apache-2.0
// Requests in pieces, pipelined, malformed.
#include "integration/hostility/hostile_test.hpp"
#include "unit/net/framing_refusals.hpp"

namespace edgecse::net {
namespace {

using HostileFraming = HostileTest;

const std::vector<std::string> kRequests = {
    "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n",
    "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
    "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n",
    "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
};
const std::vector<std::string> kAnswers = {"GET /a?b=c ", "POST /a hello", "POST /a abcde", "POST /a "};

TEST_F(HostileFraming, EveryRequestSplitAtEveryByte) {
  serve();
  auto client = connect();
  for (std::size_t row = 0; row < kRequests.size(); ++row) {
    for (std::size_t at = 1; at < kRequests[row].size(); ++at) {
      ASSERT_TRUE(client.send(kRequests[row].substr(0, at)));
      // Its answer shows that the reactor has been at the first piece.
      expect_ordinary_client_is_served();
      ASSERT_TRUE(client.send(kRequests[row].substr(at)));
      const auto answer = client.read_response();
      ASSERT_TRUE(answer) << row << " split at " << at;
      ASSERT_EQ(answer->body, kAnswers[row]) << row << " split at " << at;
    }
  }
}

TEST_F(HostileFraming, ARequestByteByByte) {
  serve();
  auto client = connect();
  for (const char byte : kRequests[2]) {
    ASSERT_TRUE(client.send({&byte, 1}));
    expect_ordinary_client_is_served();
  }
  EXPECT_EQ(client.read_response()->body, kAnswers[2]);
}

TEST_F(HostileFraming, PipelinedRequestsAreAnsweredInOrder) {
  serve();
  auto client = connect();
  std::string wire;
  for (int i = 0; i < 500; ++i) wire += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  ASSERT_TRUE(client.send(wire));
  expect_ordinary_client_is_served();
  for (int i = 0; i < 500; ++i) ASSERT_EQ(client.read_response()->body, "GET /" + std::to_string(i) + " ");
}

TEST_F(HostileFraming, AnswersThatComeInAnyOrderLeaveInOrder) {
  HttpServerOptions options;
  options.maximum_pipelined = 8;
  serve(options);
  auto client = connect();
  ASSERT_TRUE(client.send(repeated("GET /later HTTP/1.1\r\nHost: x\r\n\r\n", 20)));
  int next = 0;
  for (const std::size_t batch : {8U, 8U, 4U}) {
    // The limit holds: the rest waits unread.
    ASSERT_TRUE(test::eventually([&] { return waiting_for_an_answer() == batch; }, kPatience));
    expect_ordinary_client_is_served();
    EXPECT_EQ(waiting_for_an_answer(), batch);
    std::vector<Responder> taken;
    {
      const std::lock_guard lock(mutex);
      taken.swap(later);
    }
    for (std::size_t i = batch; i-- > 0;) taken[i].send({200, {}, std::to_string(next + static_cast<int>(i))});
    for (std::size_t i = 0; i < batch; ++i) ASSERT_EQ(client.read_response()->body, std::to_string(next++));
  }
}

class HostileRefusal : public HostileTest, public testing::WithParamInterface<Refusal> {};

TEST_P(HostileRefusal, IsAnsweredAndClosed) {
  serve();
  auto client = connect();
  // A request before it is answered all the same.
  ASSERT_TRUE(client.send("GET /before HTTP/1.1\r\nHost: x\r\n\r\n" + GetParam().wire));
  EXPECT_EQ(client.read_response()->body, "GET /before ");
  const auto refusal = client.read_response();
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->status, GetParam().status);
  EXPECT_THAT(refusal->body, testing::HasSubstr(GetParam().culprit));
  EXPECT_TRUE(refusal->has_field("Connection: close"));
  expect_ordinary_client_is_served();
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(handled, 2U);  // what was refused never reached the handler
}

INSTANTIATE_TEST_SUITE_P(Rfc9112, HostileRefusal, testing::ValuesIn(kFramingRefusals),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_F(HostileFraming, NothingAfterARefusalIsRead) {
  serve();
  auto client = connect();
  ASSERT_TRUE(client.send(get_with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") +
                          "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_EQ(client.read_response()->status, 400);
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(handled, 0U);
  expect_ordinary_client_is_served();
}

TEST_F(HostileFraming, AnEndlessHeadIsCutOff) {
  serve();
  auto client = connect();
  ASSERT_TRUE(client.send("GET / HTTP/1.1\r\nHost: x\r\n"));
  while (!client.readable_now() && client.send_now(repeated("X-Bomb: 0123456789\r\n", 100))) {
  }
  EXPECT_EQ(client.read_response()->status, 431);
  expect_ordinary_client_is_served();
}

// ---- bodies

TEST_F(HostileFraming, ALargeBodyIsRefusedBeforeItComes) {
  serve();
  auto client = connect();
  constexpr std::size_t kBody = 64 * 1024 * 1024;
  ASSERT_TRUE(client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(kBody) + "\r\n\r\n"));
  const std::string piece(64 * 1024, 'x');
  std::size_t sent = 0;
  for (std::optional<std::size_t> count; sent < kBody && (count = client.send_now(piece)); sent += *count) {
    if (*count == 0 && client.readable_now()) break;
  }
  expect_ordinary_client_is_served();
  const auto answer = client.read_response();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 413);
  EXPECT_TRUE(client.is_closed());
}

TEST_F(HostileFraming, ALargeChunkedBodyIsRefusedAtTheLimit) {
  serve();
  auto client = connect();
  ASSERT_TRUE(client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
  const std::string piece = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  std::size_t sent = 0;
  while (sent < 64 * 1024 * 1024 && !client.readable_now() && client.send(piece)) sent += piece.size();
  expect_ordinary_client_is_served();
  EXPECT_EQ(client.read_response()->status, 413);
  EXPECT_EQ(handled, 1U);
}

TEST_F(HostileFraming, ABodyOfExactlyTheLimitIsTaken) {
  serve();
  auto client = connect();
  ASSERT_TRUE(client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n" + std::string(1048576, 'x')));
  const auto answer = client.read_response();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body.size(), std::string_view("POST / ").size() + 1048576);
  expect_ordinary_client_is_served();
}

}  // namespace
}  // namespace edgecse::net
