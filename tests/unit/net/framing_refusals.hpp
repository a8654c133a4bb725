// SPDX-License-Identifier: Apache-2.0
// Requests whose framing must be refused: by the parser and by the server.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace edgecse::net {

struct Refusal {
  const char* name;
  std::string wire;
  int status;
  const char* culprit;  // what the sentence must name
};
inline std::ostream& operator<<(std::ostream& out, const Refusal& row) { return out << row.name; }

inline std::string repeated(std::string_view piece, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += piece;
  return all;
}
inline std::string get_with(const std::string& fields) { return "GET / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n"; }
inline std::string chunked_post(const std::string& body) {
  return "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + body;
}

inline const std::vector<Refusal> kFramingRefusals = {
    {"LfOnlyHead", "GET / HTTP/1.1\nHost: x\n\n", 400, "LF"},
    {"LfOnlyField", get_with("A: b\n"), 400, "LF"},
    {"BareCrInValue", get_with("A: b\rc\r\n"), 400, "A"},
    {"NulInValue", get_with(std::string("A: b\0c\r\n", 8)), 400, "A"},
    {"FoldedField", get_with("A: b\r\n c\r\n"), 400, "folded"},
    {"SpaceBeforeColon", get_with("Content-Length : 5\r\n"), 400, "Content-Length"},
    {"EmptyFieldName", get_with(": 5\r\n"), 400, ": 5"},
    {"FieldWithoutColon", get_with("Nonsense\r\n"), 400, "Nonsense"},
    {"NoHost", "GET / HTTP/1.1\r\n\r\n", 400, "Host"},
    {"TwoHosts", get_with("Host: y\r\n"), 400, "Host"},
    {"LengthAndChunked", get_with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400, "both"},
    {"ChunkedAndLength", get_with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400, "both"},
    {"TwoLengths", get_with("Content-Length: 5\r\nContent-Length: 6\r\n"), 400, "Content-Length"},
    {"ListOfLengths", get_with("Content-Length: 5, 5\r\n"), 400, "5, 5"},
    {"SignedLength", get_with("Content-Length: +5\r\n"), 400, "+5"},
    {"NegativeLength", get_with("Content-Length: -5\r\n"), 400, "-5"},
    {"HexLength", get_with("Content-Length: 0x5\r\n"), 400, "0x5"},
    {"EmptyLength", get_with("Content-Length: \r\n"), 400, "Content-Length"},
    {"OverflowingLength", get_with("Content-Length: 18446744073709551617\r\n"), 413, "larger"},
    {"LargeLength", get_with("Content-Length: 1048577\r\n"), 413, "1048576"},
    {"UnknownCoding", get_with("Transfer-Encoding: gzip, chunked\r\n"), 501, "gzip"},
    {"TwiceChunked", get_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400,
     "Transfer-Encoding"},
    {"ObfuscatedCoding", get_with("Transfer-Encoding: xchunked\r\n"), 501, "xchunked"},
    {"ChunkedInHttp10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "1.0"},
    {"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "HTTP/2.0"},
    {"Http09", "GET /\r\n\r\n", 400, "GET /"},
    {"NoVersion", "GET / FTP/1.1\r\n\r\n", 400, "FTP"},
    {"TwoSpaces", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400, "percent-encoded"},
    {"SpaceInTarget", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400, "percent-encoded"},
    {"RelativeTarget", "GET a HTTP/1.1\r\nHost: x\r\n\r\n", 400, "slash"},
    {"AuthorityTarget", "CONNECT host:80 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "slash"},
    {"BrokenQuery", "GET /?a=%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400, "percent"},
    {"OddMethod", "G@T / HTTP/1.1\r\nHost: x\r\n\r\n", 400, "G@T"},
    {"LongMethod", std::string(40, 'A') + " / HTTP/1.1\r\nHost: x\r\n\r\n", 501, "AAAA"},
    {"OddExpectation", get_with("Expect: miracles\r\n"), 417, "miracles"},
    {"LongTarget", "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 414, "target"},
    {"EndlessRequestLine", std::string(17'000, 'A'), 414, "request line"},
    {"EndlessField", "GET / HTTP/1.1\r\nA: " + std::string(17'000, 'a'), 431, "head"},
    {"ManyFields", get_with(repeated("A: b\r\n", 101)), 431, "100"},
    {"ChunkSizeIsNoNumber", chunked_post("g\r\n"), 400, "\"g\""},
    {"ChunkSizeIsEmpty", chunked_post("\r\n"), 400, "chunk size"},
    {"ChunkSizeIsSigned", chunked_post("-1\r\n"), 400, "-1"},
    {"ChunkSizeHasPrefix", chunked_post("0x5\r\n"), 400, "0x5"},
    {"ChunkSizeEndsWithSpace", chunked_post("5 \r\n"), 400, "5 "},
    {"ChunkSizeOverflows", chunked_post("fffffffffffffffff\r\n"), 400, "fff"},
    {"ChunkIsLarge", chunked_post("100001\r\n"), 413, "1048576"},
    {"ChunkSizeLineEndsWithLf", chunked_post("5\nhello\r\n0\r\n\r\n"), 400, "LF"},
    {"ChunkIsLongerThanItsSize", chunked_post("5\r\nhelloo\r\n"), 400, "longer"},
    {"ChunkEndsWithLf", chunked_post("5\r\nhello\n0\r\n\r\n"), 400, "longer"},
    {"EndlessChunkExtension", chunked_post("5;" + std::string(2000, 'a')), 400, "too long"},
    {"ControlInChunkExtension", chunked_post("5;\x01\r\n"), 400, "chunk size"},
    {"OddTrailer", chunked_post("0\r\nno trailer\r\n\r\n"), 400, "trailer"},
    {"EndlessTrailers", chunked_post("0\r\n" + repeated("A: bcd\r\n", 3000)), 400, "too long"},
};

}  // namespace edgecse::net
