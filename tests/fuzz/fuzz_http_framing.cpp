// SPDX-License-Identifier: Apache-2.0
// HTTP framing: any bytes, cut anywhere, mean the same as in one piece, and never more than the limits allow.
#include <cstdint>
#include <cstdlib>

#include "net/http_framing.hpp"

namespace {

using edgecse::net::FramingLimits;
using edgecse::net::HttpRequest;
using edgecse::net::RequestReader;

constexpr FramingLimits kLimits{512, 256, 12, 200};

struct Meaning {
  std::vector<HttpRequest> requests;
  int fault = 0;
};

void take(RequestReader& reader, Meaning& meaning) {
  for (;;) {
    switch (reader.next()) {
      case RequestReader::Outcome::NeedMore:
        return;
      case RequestReader::Outcome::Fault:
        meaning.fault = reader.fault().status;
        return;
      case RequestReader::Outcome::Complete:
        meaning.requests.push_back(reader.take_request());
        break;
    }
  }
}

// The first byte of the input says how long the pieces are.
Meaning read_in_pieces(std::string_view wire, std::size_t piece) {
  RequestReader reader(kLimits);
  Meaning meaning;
  while (!wire.empty() && meaning.fault == 0) {
    reader.feed(wire.substr(0, piece));
    wire.remove_prefix(std::min(piece, wire.size()));
    take(reader, meaning);
  }
  return meaning;
}

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view wire(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = read_in_pieces(wire, wire.size());
  const auto pieces = read_in_pieces(wire, 1 + data[0] % 64);
  require(whole.requests.size() == pieces.requests.size());
  require(whole.fault == pieces.fault);
  for (std::size_t i = 0; i < whole.requests.size(); ++i) {
    const auto& request = whole.requests[i];
    require(request.target == pieces.requests[i].target && request.body == pieces.requests[i].body);
    require(request.body.size() <= kLimits.body_bytes && request.headers.size() <= kLimits.headers);
    require(request.target.size() <= kLimits.target_bytes && !request.target.empty());
    for (const auto& [name, value] : request.headers) {
      require(name.find_first_of("\r\n: ") == std::string::npos && value.find_first_of("\r\n") == std::string::npos);
    }
  }
  return 0;
}
