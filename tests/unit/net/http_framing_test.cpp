// SPDX-License-Identifier: Apache-2.0
#include "net/http_framing.hpp"

#include <gmock/gmock.h>

#include "unit/net/framing_refusals.hpp"

namespace edgecse::net {
namespace {

using Outcome = RequestReader::Outcome;

struct Read {
  std::vector<HttpRequest> requests;
  int fault = 0;
  std::string detail;
  RequestTraits traits;
};

Read read_split(std::string_view wire, std::size_t first, const FramingLimits& limits = {}) {
  RequestReader reader(limits);
  Read result;
  const auto run = [&](std::string_view piece) {
    reader.feed(piece);
    for (auto outcome = reader.next(); outcome != Outcome::NeedMore; outcome = reader.next()) {
      if (outcome == Outcome::Fault) {
        result.fault = reader.fault().status;
        result.detail = reader.fault().detail;
        return;
      }
      result.traits = reader.traits();
      result.requests.push_back(reader.take_request());
    }
  };
  run(wire.substr(0, first));
  if (result.fault == 0) run(wire.substr(first));
  return result;
}

Read read(std::string_view wire, const FramingLimits& limits = {}) { return read_split(wire, wire.size(), limits); }

// ---- what is read

TEST(Framing, ReadsARequestWithItsParts) {
  const auto result =
      read("POST /in/cse%2Da?rcn=0&lbl=a&lbl=b HTTP/1.1\r\nHost: x\r\nX-M2M-RI:  7 \r\nContent-Length: 2\r\n\r\nhi");
  ASSERT_EQ(result.requests.size(), 1U);
  const auto& request = result.requests.front();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/in/cse%2Da?rcn=0&lbl=a&lbl=b");
  EXPECT_EQ(request.path, "/in/cse%2Da");
  EXPECT_EQ(request.query.size(), 3U);
  EXPECT_EQ(request.headers.find("x-m2m-ri"), "7");
  EXPECT_EQ(request.body, "hi");
  EXPECT_TRUE(result.traits.keep_alive);
}

TEST(Framing, ReadsChunksAndDropsExtensionsAndTrailers) {
  const auto result = read(
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;a=\"b\"\r\nhello\r\n6\r\n world\r\n0\r\nX-Secret: 1\r\n\r\nGET /next HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_EQ(result.requests.size(), 2U);
  EXPECT_EQ(result.requests[0].body, "hello world");
  EXPECT_FALSE(result.requests[0].headers.has("X-Secret"));
  EXPECT_EQ(result.requests[1].path, "/next");
}

TEST(Framing, ReducesAbsoluteTargetsAndSkipsEmptyLinesBefore) {
  EXPECT_EQ(read("\r\n\r\nGET http://host:80/a?b=c HTTP/1.1\r\nHost: x\r\n\r\n").requests.at(0).target, "/a?b=c");
  EXPECT_EQ(read("GET http://host HTTP/1.1\r\nHost: x\r\n\r\n").requests.at(0).target, "/");
  EXPECT_EQ(read("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").requests.at(0).target, "*");
}

TEST(Framing, AFragmentIsPartOfThePath) {
  EXPECT_EQ(read("GET /a#b?c=d HTTP/1.1\r\nHost: x\r\n\r\n").requests.at(0).path, "/a#b");
}

TEST(Framing, KnowsWhenTheConnectionStays) {
  EXPECT_FALSE(read("GET / HTTP/1.1\r\nHost: x\r\nConnection: foo, Close\r\n\r\n").traits.keep_alive);
  EXPECT_FALSE(read("GET / HTTP/1.0\r\n\r\n").traits.keep_alive);
  EXPECT_TRUE(read("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").traits.keep_alive);
}

TEST(Framing, SaysOnceThatABodyWaitsForContinue) {
  RequestReader reader{FramingLimits{}};
  reader.feed("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
  EXPECT_EQ(reader.next(), Outcome::NeedMore);
  EXPECT_TRUE(reader.take_expectation());
  EXPECT_FALSE(reader.take_expectation());
  reader.feed("x");
  EXPECT_EQ(reader.next(), Outcome::Complete);
}

TEST(Framing, MeansTheSameSplitAtEveryByte) {
  const std::string wire =
      "\r\nPOST /a?b=c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
      "PUT /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nxyzGET /c HTTP/1.1\r\nHost: x\r\n\r\n"
      "POST /d HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nT: 1\r\n\r\n";
  for (std::size_t at = 0; at <= wire.size(); ++at) {
    const auto result = read_split(wire, at);
    ASSERT_EQ(result.requests.size(), 4U) << at << " " << result.detail;
    EXPECT_EQ(result.requests[0].body, "abc") << at;
    EXPECT_EQ(result.requests[1].body, "xyz") << at;
    EXPECT_EQ(result.requests[3].path, "/d") << at;
  }
}

// ---- what is refused

class FramingRefusal : public testing::TestWithParam<Refusal> {};

TEST_P(FramingRefusal, NamesTheCulprit) {
  const auto result = read(GetParam().wire);
  EXPECT_TRUE(result.requests.empty());
  EXPECT_EQ(result.fault, GetParam().status);
  EXPECT_THAT(result.detail, testing::HasSubstr(GetParam().culprit));
}

TEST_P(FramingRefusal, IsTheSameSplitAtEveryByte) {
  const auto& wire = GetParam().wire;
  for (std::size_t at = 0; at < std::min<std::size_t>(wire.size(), 300); ++at) {
    ASSERT_EQ(read_split(wire, at).fault, GetParam().status) << at;
  }
}

INSTANTIATE_TEST_SUITE_P(Rfc9112, FramingRefusal, testing::ValuesIn(kFramingRefusals),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace edgecse::net
