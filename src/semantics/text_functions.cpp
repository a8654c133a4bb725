// SPDX-License-Identifier: Apache-2.0
#include "semantics/text_functions.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "semantics/values.hpp"

namespace edgecse::semantics {

namespace {

using Terms = std::vector<Term>;
using Value = std::optional<Term>;

constexpr std::size_t kMostExpressions = 16;
constexpr std::size_t kLongestPattern = 1'000;       // bytes
constexpr std::int64_t kExpressionMemory = 1 << 20;  // bytes

bool is_string(const Term& term) { return is_text(term); }
Term like(const Term& model, std::string text) { return literal(std::move(text), {}, model.language); }

// Code points begin where no continuation byte is.
bool begins(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

std::string cased(std::string text, bool upper) {
  for (char& c : text) {
    if (upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
    if (!upper && c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return text;
}

// --- about terms --------------------------------------------------------------------------------------------------------

Value str(const Terms& a) {
  if (a[0].kind == Term::Kind::Blank) return std::nullopt;
  return literal(a[0].text);
}
Value language_of(const Terms& a) {
  if (a[0].kind != Term::Kind::Literal) return std::nullopt;
  return literal(a[0].language);
}
Value datatype_of(const Terms& a) {
  if (a[0].kind != Term::Kind::Literal) return std::nullopt;
  return iri(!a[0].language.empty() ? rdf("langString") : a[0].datatype.empty() ? xsd("string") : a[0].datatype);
}
Value with_datatype(const Terms& a) {
  if (!is_string(a[0]) || !a[0].language.empty() || a[1].kind != Term::Kind::Iri) return std::nullopt;
  return literal(a[0].text, a[1].text);
}
Value with_language(const Terms& a) {
  if (!is_string(a[0]) || !a[0].language.empty() || !is_string(a[1]) || a[1].text.empty()) return std::nullopt;
  return literal(a[0].text, {}, a[1].text);
}
Value matches_language(const Terms& a) {
  if (!is_string(a[0]) || !is_string(a[1])) return std::nullopt;
  const std::string tag = cased(a[0].text, false), range = cased(a[1].text, false);
  if (range == "*") return to_term(!tag.empty());
  return to_term(tag == range || tag.starts_with(range + '-'));
}

// --- texts --------------------------------------------------------------------------------------------------------------

bool fit_together(const Term& text, const Term& part) {
  return is_string(text) && is_string(part) && (part.language.empty() || part.language == text.language);
}
Value concat(const Terms& a) {
  std::string text, language = a.empty() ? "" : a[0].language;
  for (const Term& part : a) {
    if (!is_string(part) || text.size() + part.text.size() > TextFunctions::kLongestText) return std::nullopt;
    if (part.language != language) language.clear();
    text += part.text;
  }
  return literal(std::move(text), {}, language);
}
Value length(const Terms& a) {
  if (!is_string(a[0])) return std::nullopt;
  return to_term(Number::of(std::count_if(a[0].text.begin(), a[0].text.end(), begins)));
}
Value contains(const Terms& a) {
  if (!fit_together(a[0], a[1])) return std::nullopt;
  return to_term(a[0].text.find(a[1].text) != std::string::npos);
}
Value starts(const Terms& a) {
  if (!fit_together(a[0], a[1])) return std::nullopt;
  return to_term(a[0].text.starts_with(a[1].text));
}
Value ends(const Terms& a) {
  if (!fit_together(a[0], a[1])) return std::nullopt;
  return to_term(a[0].text.ends_with(a[1].text));
}
Value before(const Terms& a) {
  if (!fit_together(a[0], a[1])) return std::nullopt;
  const std::size_t at = a[0].text.find(a[1].text);
  return at == std::string::npos ? literal("") : like(a[0], a[0].text.substr(0, at));
}
Value after(const Terms& a) {
  if (!fit_together(a[0], a[1])) return std::nullopt;
  const std::size_t at = a[0].text.find(a[1].text);
  return at == std::string::npos ? literal("") : like(a[0], a[0].text.substr(at + a[1].text.size()));
}
Value encoded(const Terms& a) {
  if (!is_string(a[0]) || a[0].text.size() > TextFunctions::kLongestText / 3) return std::nullopt;
  std::string text;
  for (const char c : a[0].text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("-_.~").find(c) != std::string_view::npos;
    text += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return literal(std::move(text));
}
// Counting characters from 1; parts outside the text are cut off. XPath fn:substring.
Value part(const Terms& a) {
  if (!is_string(a[0])) return std::nullopt;
  const auto start = number_of(a[1]), count = a.size() > 2 ? number_of(a[2]) : Number::of(Number::Kind::Double, INFINITY);
  if (!start || !count) return std::nullopt;
  const double first = std::round(start->value), last = first + std::round(count->value);
  std::string text;
  double position = 0;
  bool taken = false;
  for (const char c : a[0].text) {
    if (begins(c)) {
      ++position;
      taken = position >= first && position < last;
    }
    if (taken) text += c;
  }
  return like(a[0], std::move(text));
}
Value upper(const Terms& a) { return is_string(a[0]) ? Value(like(a[0], cased(a[0].text, true))) : std::nullopt; }
Value lower(const Terms& a) { return is_string(a[0]) ? Value(like(a[0], cased(a[0].text, false))) : std::nullopt; }

// --- numbers ------------------------------------------------------------------------------------------------------------

Value rounded(const Terms& a, double (*round)(double)) {
  const auto number = number_of(a[0]);
  if (!number) return std::nullopt;
  return to_term(number->kind == Number::Kind::Integer ? *number : Number::of(number->kind, round(number->value)));
}
Value absolute(const Terms& a) {
  const auto number = number_of(a[0]);
  if (!number) return std::nullopt;
  return to_term(number->value < 0 ? negate(*number) : *number);
}
Value ceiling(const Terms& a) { return rounded(a, [](double value) { return std::ceil(value); }); }
Value floored(const Terms& a) { return rounded(a, [](double value) { return std::floor(value); }); }
Value nearest(const Terms& a) { return rounded(a, [](double value) { return std::floor(value + 0.5); }); }

// --- times: xsd:dateTime, as it is written ------------------------------------------------------------------------------

std::optional<std::array<std::string, 7>> time_parts(const Term& term) {
  static const RE2 kTime(R"((-?\d{4,9})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?)");
  if (term.kind != Term::Kind::Literal || !is_xsd(term.datatype, "dateTime")) return std::nullopt;
  std::array<std::string, 7> p;
  if (!RE2::FullMatch(term.text, kTime, &p[0], &p[1], &p[2], &p[3], &p[4], &p[5], &p[6])) return std::nullopt;
  return p;
}
template <std::size_t part>
Value time_part(const Terms& a) {
  const auto parts = time_parts(a[0]);
  if (!parts) return std::nullopt;
  if constexpr (part == 6) return literal((*parts)[6]);
  const auto number = number_of(literal((*parts)[part], xsd(part == 5 ? "decimal" : "integer")));
  return number ? Value(to_term(*number)) : std::nullopt;
}

// --- kinds --------------------------------------------------------------------------------------------------------------

Value is_blank(const Terms& a) { return to_term(a[0].kind == Term::Kind::Blank); }
Value is_an_iri(const Terms& a) { return to_term(a[0].kind == Term::Kind::Iri); }
Value is_literal(const Terms& a) { return to_term(a[0].kind == Term::Kind::Literal); }
Value is_numeric(const Terms& a) { return to_term(number_of(a[0]).has_value()); }
Value is_same(const Terms& a) { return to_term(a[0] == a[1]); }

using Function = Value (*)(const Terms&);
const std::map<std::string, Function, std::less<>>& functions() {
  static const std::map<std::string, Function, std::less<>> kFunctions{
      {"ABS", absolute},         {"CEIL", ceiling},       {"CONCAT", concat},         {"CONTAINS", contains},
      {"DATATYPE", datatype_of}, {"DAY", time_part<2>},   {"ENCODE_FOR_URI", encoded}, {"FLOOR", floored},
      {"HOURS", time_part<3>},   {"ISBLANK", is_blank},   {"ISIRI", is_an_iri},       {"ISLITERAL", is_literal},
      {"ISNUMERIC", is_numeric}, {"LANG", language_of},   {"LANGMATCHES", matches_language}, {"LCASE", lower},
      {"MINUTES", time_part<4>}, {"MONTH", time_part<1>}, {"ROUND", nearest},         {"SAMETERM", is_same},
      {"SECONDS", time_part<5>}, {"STR", str},            {"STRAFTER", after},        {"STRBEFORE", before},
      {"STRDT", with_datatype},  {"STRENDS", ends},       {"STRLANG", with_language}, {"STRLEN", length},
      {"STRSTARTS", starts},     {"SUBSTR", part},        {"TZ", time_part<6>},       {"UCASE", upper},
      {"YEAR", time_part<0>}};
  return kFunctions;
}

// $1 is the first group, \$ a dollar. XPath fn:replace. Nothing: another escape.
std::optional<std::string> replacement_of(const std::string& text, const std::vector<re2::StringPiece>& groups) {
  std::string made;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      if (++at == text.size() || (text[at] != '\\' && text[at] != '$')) return std::nullopt;
      made += text[at];
    } else if (text[at] == '$') {
      if (++at == text.size() || text[at] < '0' || text[at] > '9') return std::nullopt;
      const auto group = static_cast<std::size_t>(text[at] - '0');
      if (group < groups.size() && groups[group].data() != nullptr) made.append(groups[group].data(), groups[group].size());
    } else {
      made += text[at];
    }
  }
  return made;
}

}  // namespace

TextFunctions::TextFunctions() = default;
TextFunctions::~TextFunctions() = default;

Value TextFunctions::call(const std::string& name, const Terms& arguments, const std::string& base) {
  if (name == "REGEX") return match(arguments);
  if (name == "REPLACE") return replace(arguments);
  if (name == "IRI") {
    if (arguments[0].kind == Term::Kind::Iri) return arguments[0];
    if (!is_string(arguments[0]) || !arguments[0].language.empty()) return std::nullopt;
    return iri(resolve_iri(base, arguments[0].text));
  }
  const auto found = functions().find(name);
  return found == functions().end() ? std::nullopt : found->second(arguments);
}

Value TextFunctions::cast(const std::string& name, const Term& term) {
  if (term.kind == Term::Kind::Blank) return std::nullopt;
  if (is_xsd(name, "string")) return literal(term.text);
  if (term.kind == Term::Kind::Iri) return std::nullopt;
  if (is_xsd(name, "dateTime")) {
    Term made = literal(term.text, name);
    return time_parts(made) ? Value(std::move(made)) : std::nullopt;
  }
  const auto truth = is_xsd(term.datatype, "boolean") ? truth_of(term) : std::nullopt;
  if (is_xsd(name, "boolean")) {
    if (truth) return to_term(*truth);
    if (number_of(term)) return to_term(truth_of(term).value_or(false));
    if (term.text == "true" || term.text == "1") return to_term(true);
    return term.text == "false" || term.text == "0" ? Value(to_term(false)) : std::nullopt;
  }
  auto number = truth ? Number::of(*truth ? 1 : 0) : number_of(term);
  if (is_xsd(name, "integer")) {
    if (!number) number = number_of(literal(term.text, name));
    if (!number) return std::nullopt;
    if (number->kind == Number::Kind::Integer) return to_term(*number);
    if (!(std::abs(number->value) < 9e18)) return std::nullopt;
    return to_term(Number::of(static_cast<std::int64_t>(number->value)));
  }
  if (!number) number = number_of(literal(term.text, is_xsd(name, "decimal") ? name : xsd("double")));
  if (!number) return std::nullopt;
  const auto kind = is_xsd(name, "decimal") ? Number::Kind::Decimal : is_xsd(name, "float") ? Number::Kind::Float : Number::Kind::Double;
  if (kind == Number::Kind::Decimal && !std::isfinite(number->value)) return std::nullopt;
  return to_term(Number::of(kind, number->value));
}

const RE2* TextFunctions::expression(const std::string& pattern, const std::string& flags) {
  const auto known = expressions_.find({pattern, flags});
  if (known != expressions_.end()) return known->second.get();
  if (pattern.size() > kLongestPattern || flags.find_first_not_of("ism") != std::string::npos) return nullptr;
  if (expressions_.size() >= kMostExpressions) expressions_.clear();
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kExpressionMemory);
  auto made = std::make_unique<RE2>(flags.empty() ? pattern : "(?" + flags + ")" + pattern, options);
  return (expressions_[{pattern, flags}] = std::move(made)).get();
}

Value TextFunctions::match(const Terms& a) {
  if (!is_string(a[0]) || !is_string(a[1]) || (a.size() > 2 && !is_string(a[2]))) return std::nullopt;
  const RE2* wanted = expression(a[1].text, a.size() > 2 ? a[2].text : "");
  if (wanted == nullptr || !wanted->ok()) return std::nullopt;
  return to_term(RE2::PartialMatch(a[0].text, *wanted));
}

Value TextFunctions::replace(const Terms& a) {
  if (!is_string(a[0]) || !is_string(a[1]) || !is_string(a[2]) || (a.size() > 3 && !is_string(a[3]))) return std::nullopt;
  const RE2* wanted = expression(a[1].text, a.size() > 3 ? a[3].text : "");
  if (wanted == nullptr || !wanted->ok()) return std::nullopt;
  const std::string& text = a[0].text;
  std::vector<re2::StringPiece> groups(static_cast<std::size_t>(std::min(wanted->NumberOfCapturingGroups(), 9)) + 1);
  std::string made;
  std::size_t at = 0;
  while (at <= text.size() && wanted->Match(text, at, text.size(), RE2::UNANCHORED, groups.data(), static_cast<int>(groups.size()))) {
    if (groups[0].empty()) return std::nullopt;  // XPath: an error
    const auto begin = static_cast<std::size_t>(groups[0].data() - text.data());
    const auto instead = replacement_of(a[2].text, groups);
    if (!instead || made.size() + instead->size() + begin - at > kLongestText) return std::nullopt;
    made.append(text, at, begin - at).append(*instead);
    at = begin + groups[0].size();
  }
  return like(a[0], made.append(text, at, std::string::npos));
}

}  // namespace edgecse::semantics
