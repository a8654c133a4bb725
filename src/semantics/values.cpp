// SPDX-License-Identifier: Apache-2.0
#include "semantics/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace edgecse::semantics {

namespace {

using Kind = Number::Kind;

std::optional<Kind> numeric_type(const std::string& datatype) {
  if (!datatype.starts_with(kXsd)) return std::nullopt;
  const std::string_view name = std::string_view(datatype).substr(kXsd.size());
  if (name == "decimal") return Kind::Decimal;
  if (name == "float") return Kind::Float;
  if (name == "double") return Kind::Double;
  static constexpr std::array<std::string_view, 13> kIntegers{
      "integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger",
      "negativeInteger", "unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte"};
  if (std::find(kIntegers.begin(), kIntegers.end(), name) != kIntegers.end()) return Kind::Integer;
  return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

std::optional<double> parse_double(std::string_view text) {
  if (text == "INF" || text == "+INF") return std::numeric_limits<double>::infinity();
  if (text == "-INF") return -std::numeric_limits<double>::infinity();
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The wider of both: integer < decimal < float < double.
Kind wider(const Number& a, const Number& b) { return std::max(a.kind, b.kind); }

bool is_boolean(const Term& term) { return term.kind == Term::Kind::Literal && is_xsd(term.datatype, "boolean"); }
std::optional<bool> boolean_of(const Term& term) {
  if (term.text == "true" || term.text == "1") return true;
  if (term.text == "false" || term.text == "0") return false;
  return std::nullopt;
}

bool is_time(const Term& term) {
  return term.kind == Term::Kind::Literal && (is_xsd(term.datatype, "dateTime") || is_xsd(term.datatype, "date"));
}

struct Moment {
  std::int64_t seconds = 0;
  std::string fraction;  // without zeros at the end
  friend auto operator<=>(const Moment&, const Moment&) = default;
};

// Days since 1970 of a civil date (H. Hinnant's algorithm).
std::int64_t days_of(std::int64_t year, unsigned month, unsigned day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const auto of_era = static_cast<unsigned>(year - era * 400);
  const unsigned of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146097 + static_cast<std::int64_t>(of_era * 365 + of_era / 4 - of_era / 100 + of_year) - 719468;
}

class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : text_(text) {}
  std::optional<Moment> read(bool has_time) {
    Moment moment;
    const bool is_negative = take('-');
    const auto year = number(4, 9), month = after('-'), day = after('-');
    if (!year || !month || !day || *month < 1 || *month > 12 || *day < 1 || *day > 31) return std::nullopt;
    moment.seconds = days_of(is_negative ? -*year : *year, static_cast<unsigned>(*month), static_cast<unsigned>(*day)) * 86'400;
    if (has_time && !read_clock(moment)) return std::nullopt;
    if (!read_zone(moment) || !text_.empty()) return std::nullopt;
    return moment;
  }

 private:
  bool take(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  std::optional<std::int64_t> number(std::size_t least, std::size_t most) {
    std::size_t length = 0;
    while (length < text_.size() && length < most && text_[length] >= '0' && text_[length] <= '9') ++length;
    if (length < least) return std::nullopt;
    std::int64_t value = 0;
    std::from_chars(text_.data(), text_.data() + length, value);
    text_.remove_prefix(length);
    return value;
  }
  std::optional<std::int64_t> after(char c) { return take(c) ? number(2, 2) : std::nullopt; }
  bool read_clock(Moment& moment) {
    const auto hours = after('T'), minutes = after(':'), seconds = after(':');
    if (!hours || !minutes || !seconds || *hours > 24 || *minutes > 59 || *seconds > 59) return false;
    moment.seconds += *hours * 3'600 + *minutes * 60 + *seconds;
    if (!take('.')) return true;
    while (!text_.empty() && text_[0] >= '0' && text_[0] <= '9') moment.fraction += text_[0], text_.remove_prefix(1);
    moment.fraction.erase(moment.fraction.find_last_not_of('0') + 1);
    return true;
  }
  bool read_zone(Moment& moment) {
    if (text_.empty() || take('Z')) return true;
    const bool is_west = text_.starts_with('-');
    if (!take('+') && !take('-')) return false;
    const auto hours = number(2, 2), minutes = after(':');
    if (!hours || !minutes) return false;
    moment.seconds += (is_west ? 1 : -1) * (*hours * 3'600 + *minutes * 60);
    return true;
  }
  std::string_view text_;
};

// Without a time zone: UTC.
std::optional<Moment> moment_of(const Term& term) {
  return TimeReader(trimmed(term.text)).read(is_xsd(term.datatype, "dateTime"));
}

}  // namespace

Number Number::of(std::int64_t whole) { return {Kind::Integer, whole, static_cast<double>(whole)}; }
Number Number::of(Kind kind, double value) { return {kind, 0, value}; }

std::optional<Number> number_of(const Term& term) {
  if (term.kind != Term::Kind::Literal) return std::nullopt;
  const auto kind = numeric_type(term.datatype);
  if (!kind) return std::nullopt;
  std::string_view text = trimmed(term.text);
  if (*kind == Kind::Integer) {
    if (text.starts_with('+')) text.remove_prefix(1);
    std::int64_t value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return Number::of(value);
  }
  const auto value = parse_double(text);
  if (!value) return std::nullopt;
  return Number::of(*kind, *value);
}

Term to_term(const Number& number) {
  if (number.kind == Kind::Integer) return literal(std::to_string(number.whole), xsd("integer"));
  if (std::isnan(number.value)) return literal("NaN", xsd("double"));
  if (std::isinf(number.value)) return literal(number.value > 0 ? "INF" : "-INF", xsd("double"));
  std::string text = number.kind == Kind::Float ? fmt::format("{}", static_cast<float>(number.value)) : fmt::format("{}", number.value);
  const bool has_exponent = text.find('e') != std::string::npos;
  if (number.kind == Kind::Decimal && has_exponent) text = fmt::format("{:f}", number.value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return literal(std::move(text), xsd(number.kind == Kind::Decimal ? "decimal" : number.kind == Kind::Float ? "float" : "double"));
}
Term to_term(bool truth) { return literal(truth ? "true" : "false", xsd("boolean")); }

std::optional<Number> add(const Number& a, const Number& b) {
  const Kind kind = wider(a, b);
  if (kind != Kind::Integer) return Number::of(kind, a.value + b.value);
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a.whole, b.whole, &sum)) return std::nullopt;
  return Number::of(sum);
}

std::optional<Number> multiply(const Number& a, const Number& b) {
  const Kind kind = wider(a, b);
  if (kind != Kind::Integer) return Number::of(kind, a.value * b.value);
  std::int64_t product = 0;
  if (__builtin_mul_overflow(a.whole, b.whole, &product)) return std::nullopt;
  return Number::of(product);
}

std::optional<Number> divide(const Number& a, const Number& b) {
  const Kind kind = std::max(wider(a, b), Kind::Decimal);
  if (kind == Kind::Decimal && b.value == 0) return std::nullopt;
  return Number::of(kind, a.value / b.value);
}

Number negate(const Number& number) {
  if (number.kind != Kind::Integer) return Number::of(number.kind, -number.value);
  if (number.whole == std::numeric_limits<std::int64_t>::min()) return Number::of(Kind::Decimal, -number.value);
  return Number::of(-number.whole);
}

std::optional<bool> truth_of(const Term& term) {
  if (is_boolean(term)) return boolean_of(term).value_or(false);
  if (is_text(term)) return !term.text.empty();
  if (term.kind == Term::Kind::Literal && numeric_type(term.datatype)) {
    const auto number = number_of(term);
    return number && number->value != 0 && !std::isnan(number->value);
  }
  return std::nullopt;
}

std::optional<bool> equal(const Term& a, const Term& b) {
  const auto x = number_of(a), y = number_of(b);
  if (x && y) return x->kind == Kind::Integer && y->kind == Kind::Integer ? x->whole == y->whole : x->value == y->value;
  if (a == b) return true;
  if (a.kind != Term::Kind::Literal || b.kind != Term::Kind::Literal) return false;
  if (is_boolean(a) && is_boolean(b)) return boolean_of(a) == boolean_of(b);
  if (is_time(a) && a.datatype == b.datatype) {
    const auto first = moment_of(a), second = moment_of(b);
    if (first && second) return *first == *second;
  }
  if (is_text(a) && is_text(b)) return false;
  // Whether two texts of a type that is not known mean the same is not known either.
  if (a.datatype == b.datatype) return std::nullopt;
  return false;
}

std::optional<bool> less(const Term& a, const Term& b) {
  const auto x = number_of(a), y = number_of(b);
  if (x && y) return x->kind == Kind::Integer && y->kind == Kind::Integer ? x->whole < y->whole : x->value < y->value;
  if (a.kind != Term::Kind::Literal || b.kind != Term::Kind::Literal) return std::nullopt;
  if (is_text(a) && is_text(b) && a.language == b.language) return a.text < b.text;
  if (is_boolean(a) && is_boolean(b)) return boolean_of(a).value_or(false) < boolean_of(b).value_or(false);
  if (is_time(a) && a.datatype == b.datatype) {
    const auto first = moment_of(a), second = moment_of(b);
    if (first && second) return *first < *second;
  }
  return std::nullopt;
}

bool comes_before(const Term& a, const Term& b) {
  const auto rank = [](const Term& term) { return term.kind == Term::Kind::Blank ? 0 : term.kind == Term::Kind::Iri ? 1 : 2; };
  if (rank(a) != rank(b)) return rank(a) < rank(b);
  const auto x = number_of(a), y = number_of(b);
  if (x.has_value() != y.has_value()) return x.has_value();
  if (x && y) {
    const auto key = [](double value) { return std::isnan(value) ? -std::numeric_limits<double>::infinity() : value; };
    return key(x->value) < key(y->value);
  }
  if (is_time(a) && is_time(b)) {
    const auto first = moment_of(a), second = moment_of(b);
    if (first.has_value() != second.has_value()) return first.has_value();
    if (first && *first != *second) return *first < *second;
    if (first) return false;
  } else if (is_time(a) != is_time(b)) {
    return is_time(a);
  }
  return a < b;
}

}  // namespace edgecse::semantics
