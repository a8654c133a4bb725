// SPDX-License-Identifier: Apache-2.0
//
// Bytes to requests: the framing rules of RFC 9112, strictly, without a socket. What two implementations could read in
// two ways (request smuggling) is refused: LF-only lines, folded fields, spaces before a colon, Content-Length twice or
// together with Transfer-Encoding, odd chunk sizes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/http_message.hpp"

namespace edgecse::net {

struct FramingLimits {
  std::size_t head_bytes = 16 * 1024;  // request line and fields; also all trailer fields together
  std::size_t body_bytes = 1024 * 1024;
  std::size_t headers = 100;
  std::size_t target_bytes = 8 * 1024;
};

/// Why the rest of the connection cannot be understood, as the answer says it.
struct FramingFault {
  int status = 400;
  std::string detail;  // a sentence that names the culprit
};

/// What about a request decides how its answer is framed.
struct RequestTraits {
  bool keep_alive = true;
  bool head = false;      // answered without a body
  bool http_1_0 = false;  // does not understand chunks
};

/// One per connection; not thread-safe.
class RequestReader {
 public:
  enum class Phase { Idle, Head, Body };
  enum class Outcome { NeedMore, Complete, Fault };

  explicit RequestReader(const FramingLimits& limits) : limits_(limits) {}

  /// Takes bytes as they come; reads at most one request further at each next().
  void feed(std::string_view bytes);
  /// After Complete take the request before the next call; after Fault nothing more is read.
  [[nodiscard]] Outcome next();
  [[nodiscard]] HttpRequest take_request();
  [[nodiscard]] const RequestTraits& traits() const { return traits_; }
  [[nodiscard]] const FramingFault& fault() const { return fault_; }
  [[nodiscard]] Phase phase() const { return phase_; }
  /// True once per request that waits for "100 Continue" before it sends its body.
  [[nodiscard]] bool take_expectation();

 private:
  enum class BodyState { Counted, ChunkSize, ChunkData, ChunkEnd, Trailer };

  Outcome read_head();
  Outcome read_body();
  Outcome read_chunks();
  bool parse_head(std::string_view head);
  bool parse_request_line(std::string_view line);
  bool parse_target(std::string_view target);
  bool parse_field(std::string_view line);
  bool note_field(std::string_view name, std::string_view value);
  bool note_length(std::string_view value);
  bool decide_body();
  bool parse_chunk_size(std::string_view line);
  Outcome refuse(int status, std::string detail);
  /// The next line without CRLF; nothing when it is not complete. Faults at LF without CR and beyond limit.
  std::optional<std::string_view> take_line(std::size_t limit, Outcome& outcome);
  [[nodiscard]] std::string_view unread() const { return std::string_view(input_).substr(offset_); }
  Outcome finish();
  void forget_read_bytes();

  FramingLimits limits_;
  std::string input_;
  std::size_t offset_ = 0;   // what lies before is read
  std::size_t scanned_ = 0;  // line ends before are checked; at least offset_
  Phase phase_ = Phase::Idle;
  BodyState body_state_ = BodyState::Counted;
  std::uint64_t remaining_ = 0;  // of the body or of the chunk
  std::size_t trailer_bytes_ = 0;
  HttpRequest request_;
  RequestTraits traits_;
  FramingFault fault_;
  bool faulted_ = false;
  // Facts of the head that is being read.
  bool has_host_ = false;
  bool has_length_ = false;
  bool chunked_ = false;
  bool expects_continue_ = false;
  bool connection_close_ = false;
  bool connection_keep_alive_ = false;
};

}  // namespace edgecse::net
