// SPDX-License-Identifier: Apache-2.0
#include "net/http_framing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/shown_text.hpp"
#include "net/ascii.hpp"

namespace edgecse::net {
namespace {

constexpr std::size_t kMaximumMethodBytes = 32;
constexpr std::size_t kMaximumChunkLine = 1024;
constexpr std::size_t kKeptCapacity = 4 * 1024;

using base::shown;

bool is_field_value(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

template <class Visit>
void for_each_list_item(std::string_view list, Visit visit) {
  while (!list.empty()) {
    const auto item = list.substr(0, list.find(','));
    list.remove_prefix(std::min(item.size() + 1, list.size()));
    if (const auto text = trimmed(item); !text.empty()) visit(text);
  }
}

}  // namespace

void RequestReader::feed(std::string_view bytes) {
  if (!faulted_) input_.append(bytes);
}

RequestReader::Outcome RequestReader::next() {
  if (faulted_) return Outcome::Fault;
  if (phase_ != Phase::Body) {
    const auto outcome = read_head();
    if (outcome != Outcome::Complete || phase_ != Phase::Body) return outcome;
  }
  return read_body();
}

HttpRequest RequestReader::take_request() {
  HttpRequest taken = std::move(request_);
  request_ = HttpRequest{};
  return taken;
}

bool RequestReader::take_expectation() { return phase_ == Phase::Body && std::exchange(expects_continue_, false); }

RequestReader::Outcome RequestReader::refuse(int status, std::string detail) {
  faulted_ = true;
  fault_ = {status, std::move(detail)};
  input_.clear();
  input_.shrink_to_fit();
  offset_ = scanned_ = 0;
  return Outcome::Fault;
}

void RequestReader::forget_read_bytes() {
  if (offset_ == input_.size()) {
    input_.clear();
    if (input_.capacity() > kKeptCapacity && phase_ == Phase::Idle) input_.shrink_to_fit();
    offset_ = scanned_ = 0;
  } else if (offset_ > kKeptCapacity) {
    input_.erase(0, offset_);
    scanned_ -= offset_;
    offset_ = 0;
  }
}

RequestReader::Outcome RequestReader::finish() {
  phase_ = Phase::Idle;
  return Outcome::Complete;
}

// RFC 9112 2.2: empty lines before the request line are skipped.
RequestReader::Outcome RequestReader::read_head() {
  if (phase_ == Phase::Idle) {
    forget_read_bytes();
    while (unread().substr(0, 2) == "\r\n") offset_ += 2;
    scanned_ = std::max(scanned_, offset_);
    if (unread().empty() || unread() == "\r") return Outcome::NeedMore;
    phase_ = Phase::Head;
    traits_ = RequestTraits{};
  }
  for (;;) {
    const auto feed_at = input_.find('\n', scanned_);
    const auto head_bytes = (feed_at == std::string::npos ? input_.size() : feed_at + 1) - offset_;
    if (head_bytes > limits_.head_bytes) {
      const bool in_first_line = scanned_ == offset_;
      return in_first_line ? refuse(414, fmt::format("The request line is longer than {} bytes.", limits_.head_bytes))
                           : refuse(431, fmt::format("The head is longer than {} bytes.", limits_.head_bytes));
    }
    if (feed_at == std::string::npos) return Outcome::NeedMore;
    if (feed_at == offset_ || input_[feed_at - 1] != '\r') {
      return refuse(400, "A line of the head ends with LF instead of CR LF.");
    }
    const bool empty_line = feed_at - 1 == scanned_;
    scanned_ = feed_at + 1;
    if (empty_line) break;
  }
  const auto head = unread().substr(0, scanned_ - offset_ - 2);
  if (!parse_head(head)) return Outcome::Fault;
  offset_ = scanned_;
  if (!has_length_ && !chunked_) return finish();
  if (!chunked_ && remaining_ == 0) return finish();
  phase_ = Phase::Body;
  return Outcome::Complete;
}

// The head without its last empty line; every line ends with CR LF.
bool RequestReader::parse_head(std::string_view head) {
  has_host_ = has_length_ = chunked_ = expects_continue_ = connection_close_ = connection_keep_alive_ = false;
  remaining_ = 0;
  request_.headers.reserve(8);
  const auto first_end = head.find('\n');
  if (!parse_request_line(head.substr(0, first_end - 1))) return false;
  head.remove_prefix(first_end + 1);
  while (!head.empty()) {
    const auto end = head.find('\n');
    if (request_.headers.size() == limits_.headers) {
      return refuse(431, fmt::format("The request has more than {} header fields.", limits_.headers)), false;
    }
    if (!parse_field(head.substr(0, end - 1))) return false;
    head.remove_prefix(end + 1);
  }
  return decide_body();
}

bool RequestReader::parse_request_line(std::string_view line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return refuse(400, fmt::format("\"{}\" is no request line.", shown(line))), false;
  }
  const auto method = line.substr(0, first);
  const auto target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  if (!is_token(method)) return refuse(400, fmt::format("\"{}\" is no method.", shown(method))), false;
  if (method.size() > kMaximumMethodBytes) {
    return refuse(501, fmt::format("The method {} is not known.", shown(method))), false;
  }
  const bool is_version = version.size() == 8 && version.starts_with("HTTP/") && version[5] >= '0' &&
                          version[5] <= '9' && version[6] == '.' && version[7] >= '0' && version[7] <= '9';
  if (!is_version) return refuse(400, fmt::format("\"{}\" is no HTTP version.", shown(version))), false;
  if (version[5] != '1') return refuse(505, fmt::format("{} is not spoken here.", version)), false;
  traits_.http_1_0 = version[7] == '0';
  traits_.head = method == "HEAD";
  request_.method = method;
  return parse_target(target);
}

// '#' has no business in a target, but some clients send it, and it separates nothing here: it stays part of its path.
// origin-form; absolute-form is reduced to it (RFC 9112 3.2.2); asterisk-form for OPTIONS.
bool RequestReader::parse_target(std::string_view target) {
  if (target.size() > limits_.target_bytes) {
    return refuse(414, fmt::format("The target is longer than {} bytes.", limits_.target_bytes)), false;
  }
  const auto broken = [&](std::string_view why) {
    refuse(400, fmt::format("The target \"{}\" {}.", shown(target), why));
    return false;
  };
  for (const char c : target) {
    if (c <= ' ' || c > '~') return broken("has a character that must be percent-encoded");
  }
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.size() > scheme.size() && equal_without_case(target.substr(0, scheme.size()), scheme)) {
      const auto path = target.find_first_of("/?", scheme.size());
      request_.target = path == std::string_view::npos ? "/" : std::string(target.substr(path));
      if (request_.target.front() == '?') request_.target.insert(0, "/");
      break;
    }
  }
  if (request_.target.empty()) {
    const bool fits = target.starts_with('/') || (target == "*" && request_.method == "OPTIONS");
    if (!fits) return broken("does not begin with a slash");
    request_.target = target;
  }
  const auto question = request_.target.find('?');
  request_.path = request_.target.substr(0, question);
  if (question == std::string::npos) return true;
  auto query = split_query(std::string_view(request_.target).substr(question + 1));
  if (!query) return broken("has a percent sign without two hexadecimal digits in its query");
  request_.query = std::move(*query);
  return true;
}

bool RequestReader::parse_field(std::string_view line) {
  const auto colon = line.find(':');
  if (line.front() == ' ' || line.front() == '\t')
    return refuse(400, "A header field is folded over two lines."), false;
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return refuse(400, fmt::format("\"{}\" is no header field.", shown(line))), false;
  }
  const auto name = line.substr(0, colon);
  const auto value = trimmed(line.substr(colon + 1));
  if (!is_field_value(value)) {
    return refuse(400, fmt::format("The field {} has a control character.", shown(name))), false;
  }
  if (!note_field(name, value)) return false;
  request_.headers.add(std::string(name), std::string(value));
  return true;
}

// Fields that steer the connection.
bool RequestReader::note_field(std::string_view name, std::string_view value) {
  switch (name.size()) {
    case 4:
      if (equal_without_case(name, "host")) {
        if (std::exchange(has_host_, true)) return refuse(400, "The request has more than one Host."), false;
      }
      return true;
    case 6:
      if (!equal_without_case(name, "expect") || traits_.http_1_0) return true;
      if (!equal_without_case(value, "100-continue")) {
        return refuse(417, fmt::format("The expectation \"{}\" cannot be met.", shown(value))), false;
      }
      return expects_continue_ = true;
    case 10:
      if (!equal_without_case(name, "connection")) return true;
      for_each_list_item(value, [&](std::string_view item) {
        connection_close_ |= equal_without_case(item, "close");
        connection_keep_alive_ |= equal_without_case(item, "keep-alive");
      });
      return true;
    case 14:
      return !equal_without_case(name, "content-length") || note_length(value);
    case 17:
      if (!equal_without_case(name, "transfer-encoding")) return true;
      if (chunked_) return refuse(400, "The request has more than one Transfer-Encoding."), false;
      if (!equal_without_case(value, "chunked")) {
        return refuse(501, fmt::format("The transfer coding \"{}\" is not known.", shown(value))), false;
      }
      return chunked_ = true;
    default:
      return true;
  }
}

bool RequestReader::note_length(std::string_view value) {
  if (has_length_) return refuse(400, "The request has more than one Content-Length."), false;
  const bool digits =
      !value.empty() && std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return refuse(400, fmt::format("The Content-Length \"{}\" is no number.", shown(value))), false;
  has_length_ = true;
  for (const char c : value) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    constexpr auto kLargest = std::numeric_limits<std::uint64_t>::max();
    remaining_ = remaining_ > (kLargest - digit) / 10 ? kLargest : remaining_ * 10 + digit;
  }
  return true;
}

bool RequestReader::decide_body() {
  if (!has_host_ && !traits_.http_1_0) return refuse(400, "The request has no Host."), false;
  if (chunked_ && has_length_) return refuse(400, "The request has both Content-Length and Transfer-Encoding."), false;
  if (chunked_ && traits_.http_1_0) return refuse(400, "HTTP/1.0 has no Transfer-Encoding."), false;
  traits_.keep_alive = !connection_close_ && (!traits_.http_1_0 || connection_keep_alive_);
  if (has_length_ && remaining_ > limits_.body_bytes) {
    return refuse(413, fmt::format("The body is larger than {} bytes.", limits_.body_bytes)), false;
  }
  body_state_ = chunked_ ? BodyState::ChunkSize : BodyState::Counted;
  trailer_bytes_ = 0;
  return true;
}

RequestReader::Outcome RequestReader::read_body() {
  if (body_state_ != BodyState::Counted) return read_chunks();
  const auto piece = unread().substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input_.size())));
  if (request_.body.empty()) request_.body.reserve(static_cast<std::size_t>(remaining_));
  request_.body.append(piece);
  offset_ = scanned_ = offset_ + piece.size();
  remaining_ -= piece.size();
  forget_read_bytes();
  return remaining_ == 0 ? finish() : Outcome::NeedMore;
}

std::optional<std::string_view> RequestReader::take_line(std::size_t limit, Outcome& outcome) {
  const auto end = input_.find('\n', scanned_);
  const auto length = (end == std::string::npos ? input_.size() : end) - offset_;
  if (length > limit) {
    outcome = refuse(400, "A line of the chunked body is too long.");
    return std::nullopt;
  }
  if (end == std::string::npos) {
    scanned_ = input_.size();
    outcome = Outcome::NeedMore;
    return std::nullopt;
  }
  if (end == offset_ || input_[end - 1] != '\r') {
    outcome = refuse(400, "A line of the chunked body ends with LF instead of CR LF.");
    return std::nullopt;
  }
  const auto line = std::string_view(input_).substr(offset_, end - 1 - offset_);
  offset_ = scanned_ = end + 1;
  return line;
}

// RFC 9112 7.1. Extensions and trailer fields are checked and dropped.
RequestReader::Outcome RequestReader::read_chunks() {
  Outcome outcome = Outcome::NeedMore;
  for (;;) {
    forget_read_bytes();
    switch (body_state_) {
      case BodyState::ChunkSize: {
        const auto line = take_line(kMaximumChunkLine, outcome);
        if (!line) return outcome;
        if (!parse_chunk_size(*line)) return Outcome::Fault;
        body_state_ = remaining_ == 0 ? BodyState::Trailer : BodyState::ChunkData;
        break;
      }
      case BodyState::ChunkData: {
        const auto piece =
            unread().substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input_.size())));
        request_.body.append(piece);
        offset_ = scanned_ = offset_ + piece.size();
        remaining_ -= piece.size();
        if (remaining_ > 0) return Outcome::NeedMore;
        body_state_ = BodyState::ChunkEnd;
        break;
      }
      case BodyState::ChunkEnd: {
        const auto end = unread().substr(0, 2);
        if (!std::string_view("\r\n").starts_with(end)) return refuse(400, "A chunk is longer than its size says.");
        if (end.size() < 2) return Outcome::NeedMore;
        offset_ = scanned_ = offset_ + 2;
        body_state_ = BodyState::ChunkSize;
        break;
      }
      case BodyState::Trailer: {
        const auto line = take_line(limits_.head_bytes - std::min(trailer_bytes_, limits_.head_bytes), outcome);
        if (!line) return outcome;
        if (line->empty()) return finish();
        trailer_bytes_ += line->size() + 2;
        const auto colon = line->find(':');
        if (colon == std::string_view::npos || !is_token(line->substr(0, colon)) ||
            !is_field_value(line->substr(colon))) {
          return refuse(400, fmt::format("\"{}\" is no trailer field.", shown(*line)));
        }
        break;
      }
      case BodyState::Counted:
        return Outcome::NeedMore;
    }
  }
}

bool RequestReader::parse_chunk_size(std::string_view line) {
  std::size_t digits = 0;
  std::uint64_t size = 0;
  while (digits < line.size() && hex_value(line[digits]) >= 0) {
    if (digits == 16) break;
    size = size * 16 + static_cast<std::uint64_t>(hex_value(line[digits++]));
  }
  const auto extension = line.substr(digits);
  const bool valid = digits > 0 && (extension.empty() || extension.front() == ';') && is_field_value(extension);
  if (!valid) return refuse(400, fmt::format("\"{}\" is no chunk size.", shown(line))), false;
  if (size > limits_.body_bytes - request_.body.size()) {
    return refuse(413, fmt::format("The body is larger than {} bytes.", limits_.body_bytes)), false;
  }
  remaining_ = size;
  return true;
}

}  // namespace edgecse::net
