// SPDX-License-Identifier: Apache-2.0
#include "onem2m/json_plain.hpp"

#include <charconv>
#include <cstdint>
#include <cstring>
#include <string>

namespace edgecse::onem2m {
namespace {

using Json = nlohmann::json;

bool is_plain(unsigned char c) { return c >= 0x20 && c < 0x80 && c != '"' && c != '\\'; }

// Eight bytes at once: a byte is below n when subtracting n borrows and it had no high bit.
bool all_plain(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHigh = 0x8080808080808080;
  const auto below = [](std::uint64_t word, std::uint64_t limit) { return (word - kOnes * limit) & ~word & kHigh; };
  return ((bytes & kHigh) | below(bytes, 0x20) | below(bytes ^ kOnes * '"', 1) | below(bytes ^ kOnes * '\\', 1)) == 0;
}

class PlainReader {
 public:
  PlainReader(std::string_view text, const JsonLimits& limits) : rest_(text), limits_(limits) {}

  bool read_all(Json& value) { return read(value, 0) && (skip_blanks(), rest_.empty()); }

 private:
  void skip_blanks() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\n' || rest_[0] == '\r' || rest_[0] == '\t'))
      rest_.remove_prefix(1);
  }
  bool take(char c) {
    skip_blanks();
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool read_word(std::string_view word, Json meaning, Json& value) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    value = std::move(meaning);
    return true;
  }

  // Calls itself: the depth is limited.
  bool read(Json& value, std::size_t depth) {
    skip_blanks();
    if (rest_.empty() || ++values_ > limits_.maximum_values) return false;
    switch (rest_[0]) {
      case '{': return depth < limits_.maximum_depth && read_object(value = Json::object(), depth + 1);
      case '[': return depth < limits_.maximum_depth && read_array(value = Json::array(), depth + 1);
      case '"': return read_text(text_) && (value = text_, true);
      case 't': return read_word("true", true, value);
      case 'f': return read_word("false", false, value);
      case 'n': return read_word("null", nullptr, value);
      default: return read_integer(value);
    }
  }

  bool read_object(Json& value, std::size_t depth) {
    auto& members = value.get_ref<Json::object_t&>();
    take('{');
    if (take('}')) return true;
    do {
      skip_blanks();
      std::string_view name;
      if (!read_text(name) || !take(':')) return false;
      const auto [member, is_new] = members.try_emplace(std::string(name));
      if (!is_new || !read(member->second, depth)) return false;
    } while (take(','));
    return take('}');
  }

  bool read_array(Json& value, std::size_t depth) {
    auto& items = value.get_ref<Json::array_t&>();
    take('[');
    if (take(']')) return true;
    do {
      if (!read(items.emplace_back(), depth)) return false;
    } while (take(','));
    return take(']');
  }

  bool read_text(std::string_view& text) {
    if (!rest_.starts_with('"')) return false;
    const std::size_t size = plain_run(rest_.substr(1));
    if (size + 1 == rest_.size() || rest_[size + 1] != '"') return false;
    text = rest_.substr(1, size);
    rest_.remove_prefix(size + 2);
    return true;
  }

  // A fraction, an exponent, a leading zero or -0 is the real parser's.
  bool read_integer(Json& value) {
    constexpr std::size_t kDigits = 18;
    const bool negative = rest_.starts_with('-');
    const std::string_view digits = rest_.substr(negative ? 1 : 0);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const auto count = static_cast<std::size_t>(end - digits.data());
    if (error != std::errc{} || count > kDigits || (digits[0] == '0' && (count > 1 || negative))) return false;
    if (negative) {
      value = -static_cast<std::int64_t>(number);
    } else {
      value = number;
    }
    rest_ = digits.substr(count);
    return rest_.empty() || (rest_[0] != '.' && rest_[0] != 'e' && rest_[0] != 'E');
  }

  std::string_view rest_;
  std::string_view text_;  // the last string that was a value
  const JsonLimits& limits_;
  std::size_t values_ = 0;
};

}  // namespace

std::size_t plain_run(std::string_view text) {
  std::size_t size = 0;
  for (std::uint64_t bytes = 0; size + sizeof bytes <= text.size(); size += sizeof bytes) {
    std::memcpy(&bytes, text.data() + size, sizeof bytes);
    if (!all_plain(bytes)) break;
  }
  while (size < text.size() && is_plain(static_cast<unsigned char>(text[size]))) ++size;
  return size;
}

std::optional<Json> parse_plain_json(std::string_view text, const JsonLimits& limits) {
  std::optional<Json> value(std::in_place);
  if (!PlainReader(text, limits).read_all(*value)) value.reset();
  return value;
}

}  // namespace edgecse::onem2m
