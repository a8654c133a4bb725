// SPDX-License-Identifier: Apache-2.0
#include "net/response_writer.hpp"

#include <fmt/format.h>

#include <array>
#include <ctime>
#include <iterator>

#include "net/ascii.hpp"

namespace edgecse::net {
namespace {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "";
  }
}

// RFC 9110 5.6.7; made once a second and thread.
std::string_view date_field() {
  thread_local std::time_t made = 0;
  thread_local std::array<char, 40> text{};
  thread_local std::size_t length = 0;
  const std::time_t now = std::time(nullptr);
  if (now != made) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    // Not strftime: day and month names must not follow the locale.
    static constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto end = fmt::format_to_n(text.data(), text.size(), "Date: {}, {:02} {} {} {:02}:{:02}:{:02} GMT\r\n",
                                      kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                                      kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                                      parts.tm_hour, parts.tm_min, parts.tm_sec);
    length = end.size;
    made = now;
  }
  return {text.data(), length};
}

bool is_ours(std::string_view name) {
  switch (name.size()) {
    case 4:
      return equal_without_case(name, "date");
    case 10:
      return equal_without_case(name, "connection");
    case 14:
      return equal_without_case(name, "content-length");
    case 17:
      return equal_without_case(name, "transfer-encoding");
    default:
      return false;
  }
}

// A value from elsewhere must not end its line: that would be response splitting.
void append_field(std::string& out, std::string_view name, std::string_view value) {
  if (is_ours(name) || !is_token(name)) return;
  out.append(name).append(": ");
  const auto start = out.size();
  out.append(value);
  for (auto i = start; i < out.size(); ++i) {
    if (static_cast<unsigned char>(out[i]) < 0x20 && out[i] != '\t') out[i] = ' ';
  }
  out.append("\r\n");
}

bool has_no_body(int status) { return status / 100 == 1 || status == 204 || status == 304; }

}  // namespace

void append_response_head(std::string& out, const HttpResponse& response, const RequestTraits& traits, bool close,
                          BodyFraming framing) {
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {:03} {}\r\n", response.status, reason_phrase(response.status));
  out.append(date_field());
  for (const auto& [name, value] : response.headers) append_field(out, name, value);
  if (!has_no_body(response.status)) {
    if (framing == BodyFraming::Counted) {
      fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", response.body.size());
    } else if (framing == BodyFraming::Chunked) {
      out.append("Transfer-Encoding: chunked\r\n");
    }
  }
  if (close) {
    out.append("Connection: close\r\n");
  } else if (traits.http_1_0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

void append_response(std::string& out, const HttpResponse& response, const RequestTraits& traits, bool close) {
  out.reserve(out.size() + 256 + response.body.size());
  append_response_head(out, response, traits, close, BodyFraming::Counted);
  if (!traits.head && !has_no_body(response.status)) out.append(response.body);
}

void append_chunk(std::string& out, std::string_view piece) {
  fmt::format_to(std::back_inserter(out), "{:x}\r\n", piece.size());
  out.append(piece).append("\r\n");
}

HttpResponse plain_response(int status, std::string_view sentence) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::string(sentence) + "\n"};
}

}  // namespace edgecse::net
