// SPDX-License-Identifier: Apache-2.0
#include "net/http_framing.hpp"

#include <gmock/gmock.h>

#include <ostream>

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
  const auto result = read("POST /in/cse%2Da?rcn=0&lbl=a&lbl=b HTTP/1.1\r\nHost: x\r\nX-M2M-RI:  7 \r\nContent-Length: 2\r\n\r\nhi");
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

struct Refusal {
  const char* name;
  std::string wire;
  int status;
  const char* culprit;  // what the sentence must name
};
std::ostream& operator<<(std::ostream& out, const Refusal& row) { return out << row.name; }

std::string get(const std::string& fields) { return "GET / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n"; }
std::string chunked(const std::string& body) {
  return "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + body;
}

const Refusal kRefusals[] = {
    {"LfOnlyHead", "GET / HTTP/1.1\nHost: x\n\n", 400, "LF"},
    {"LfOnlyField", get("A: b\n"), 400, "LF"},
    {"BareCrInValue", get("A: b\rc\r\n"), 400, "A"},
    {"NulInValue", get(std::string("A: b\0c\r\n", 8)), 400, "A"},
    {"FoldedField", get("A: b\r\n c\r\n"), 400, "folded"},
    {"SpaceBeforeColon", get("Content-Length : 5\r\n"), 400, "Content-Length"},
    {"EmptyFieldName", get(": 5\r\n"), 400, ": 5"},
    {"FieldWithoutColon", get("Nonsense\r\n"), 400, "Nonsense"},
    {"NoHost", "GET / HTTP/1.1\r\n\r\n", 400, "Host"},
    {"TwoHosts", get("Host: y\r\n"), 400, "Host"},
    {"LengthAndChunked", get("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400, "both"},
    {"ChunkedAndLength", get("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400, "both"},
    {"TwoLengths", get("Content-Length: 5\r\nContent-Length: 6\r\n"), 400, "Content-Length"},
    {"ListOfLengths", get("Content-Length: 5, 5\r\n"), 400, "5, 5"},
    {"SignedLength", get("Content-Length: +5\r\n"), 400, "+5"},
    {"NegativeLength", get("Content-Length: -5\r\n"), 400, "-5"},
    {"HexLength", get("Content-Length: 0x5\r\n"), 400, "0x5"},
    {"EmptyLength", get("Content-Length: \r\n"), 400, "Content-Length"},
    {"OverflowingLength", get("Content-Length: 18446744073709551617\r\n"), 413, "larger"},
    {"LargeLength", get("Content-Length: 1048577\r\n"), 413, "1048576"},
    {"UnknownCoding", get("Transfer-Encoding: gzip, chunked\r\n"), 501, "gzip"},
    {"TwiceChunked", get("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400, "Transfer-Encoding"},
    {"ObfuscatedCoding", get("Transfer-Encoding: xchunked\r\n"), 501, "xchunked"},
    {"ChunkedInHttp10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "1.0"},
    {"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "HTTP/2.0"},
    {"Http09", "GET /\r\n\r\n", 400, "GET /"},
    {"NoVersion", "GET / FTP/1.1\r\n\r\n", 400, "FTP"},
    {"TwoSpaces", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400, "percent-encoded"},
    {"SpaceInTarget", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400, "percent-encoded"},
    {"Fragment", "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n", 400, "/a#b"},
    {"RelativeTarget", "GET a HTTP/1.1\r\nHost: x\r\n\r\n", 400, "slash"},
    {"AuthorityTarget", "CONNECT host:80 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "slash"},
    {"BrokenQuery", "GET /?a=%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400, "percent"},
    {"OddMethod", "G@T / HTTP/1.1\r\nHost: x\r\n\r\n", 400, "G@T"},
    {"LongMethod", std::string(40, 'A') + " / HTTP/1.1\r\nHost: x\r\n\r\n", 501, "AAAA"},
    {"OddExpectation", get("Expect: miracles\r\n"), 417, "miracles"},
    {"LongTarget", "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 414, "target"},
    {"EndlessRequestLine", std::string(17'000, 'A'), 414, "request line"},
    {"EndlessField", "GET / HTTP/1.1\r\nA: " + std::string(17'000, 'a'), 431, "head"},
    {"ManyFields", get([] { std::string all; for (int i = 0; i < 101; ++i) all += "A: b\r\n"; return all; }()), 431, "100"},
    {"ChunkSizeIsNoNumber", chunked("g\r\n"), 400, "\"g\""},
    {"ChunkSizeIsEmpty", chunked("\r\n"), 400, "chunk size"},
    {"ChunkSizeIsSigned", chunked("-1\r\n"), 400, "-1"},
    {"ChunkSizeHasPrefix", chunked("0x5\r\n"), 400, "0x5"},
    {"ChunkSizeEndsWithSpace", chunked("5 \r\n"), 400, "5 "},
    {"ChunkSizeOverflows", chunked("fffffffffffffffff\r\n"), 400, "fff"},
    {"ChunkIsLarge", chunked("100001\r\n"), 413, "1048576"},
    {"ChunkSizeLineEndsWithLf", chunked("5\nhello\r\n0\r\n\r\n"), 400, "LF"},
    {"ChunkIsLongerThanItsSize", chunked("5\r\nhelloo\r\n"), 400, "longer"},
    {"ChunkEndsWithLf", chunked("5\r\nhello\n0\r\n\r\n"), 400, "longer"},
    {"EndlessChunkExtension", chunked("5;" + std::string(2000, 'a')), 400, "too long"},
    {"ControlInChunkExtension", chunked("5;\x01\r\n"), 400, "chunk size"},
    {"OddTrailer", chunked("0\r\nno trailer\r\n\r\n"), 400, "trailer"},
    {"EndlessTrailers", chunked("0\r\n" + [] { std::string all; for (int i = 0; i < 3000; ++i) all += "A: bcd\r\n"; return all; }()),
     400, "too long"},
};

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

INSTANTIATE_TEST_SUITE_P(Rfc9112, FramingRefusal, testing::ValuesIn(kRefusals),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace edgecse::net
