// SPDX-License-Identifier: Apache-2.0
//
// to_json_text: nlohmann's dump walks text byte by byte through a UTF-8 automaton; here plain runs are copied as they are.
#include <charconv>

#include "onem2m/json_codec.hpp"
#include "onem2m/json_plain.hpp"

namespace edgecse::onem2m {
namespace {

void write_text(const std::string& text, std::string& out) {
  if (plain_run(text) == text.size()) {
    out += '"';
    out += text;
    out += '"';
  } else {
    out += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  }
}

template <class Number>
void write_number(Number number, std::string& out) {
  char digits[24];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
  out.append(digits, end);
}

// Depth is limited where JSON comes in (parse_json).
void write(const Json& value, std::string& out) {
  switch (value.type()) {
    case Json::value_t::object: {
      char separator = '{';
      for (const auto& [name, member] : value.get_ref<const Json::object_t&>()) {
        out += separator;
        write_text(name, out);
        out += ':';
        write(member, out);
        separator = ',';
      }
      out += separator == '{' ? "{}" : "}";
      return;
    }
    case Json::value_t::array: {
      char separator = '[';
      for (const Json& item : value.get_ref<const Json::array_t&>()) {
        out += separator;
        write(item, out);
        separator = ',';
      }
      out += separator == '[' ? "[]" : "]";
      return;
    }
    case Json::value_t::string:
      return write_text(value.get_ref<const std::string&>(), out);
    case Json::value_t::number_integer:
      return write_number(value.get_ref<const Json::number_integer_t&>(), out);
    case Json::value_t::number_unsigned:
      return write_number(value.get_ref<const Json::number_unsigned_t&>(), out);
    default:
      out += value.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
}

}  // namespace

void append_json_text(const Json& value, std::string& out) { write(value, out); }

std::string to_json_text(const Json& value) {
  std::string out;
  out.reserve(512);
  write(value, out);
  return out;
}

}  // namespace edgecse::onem2m
