// SPDX-License-Identifier: Apache-2.0
#include "semantics/sparql_tokens.hpp"

#include <array>
#include <optional>

#include "semantics/term.hpp"

namespace edgecse::semantics::sparql {

namespace {

using Kind = Token::Kind;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_name(char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-' || static_cast<unsigned char>(c) >= 0x80; }
bool is_variable(char c) { return is_name(c) && c != '-'; }  // ?a-?b is a difference
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> run() {
    std::vector<Token> list;
    for (;;) {
      skip_blanks();
      auto token = next();
      if (!token) return tl::unexpected(token.error());
      token->line = line_;
      list.push_back(std::move(*token));
      if (list.back().kind == Kind::End) return list;
    }
  }

 private:
  [[nodiscard]] char at(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  [[nodiscard]] tl::unexpected<Error> fault(const std::string& what) const {
    return malformed("line " + std::to_string(line_) + ": " + what);
  }

  void skip_blanks() {
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '#') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
        if (at_ == text_.size()) return;
      }
      if (!is_space(text_[at_])) return;
      line_ += text_[at_] == '\n' ? 1 : 0;
    }
  }

  Result<Token> next() {
    if (at_ == text_.size()) return Token{};
    const char c = at();
    if (c == '<') {
      if (auto iri = iri_reference()) return std::move(*iri);
    }
    if ((c == '?' || c == '$') && is_variable(at(1))) {
      const std::size_t begin = ++at_;
      while (is_variable(at())) ++at_;
      return Token{Kind::Variable, std::string(text_.substr(begin, at_ - begin))};
    }
    if (c == '"' || c == '\'') return quoted();
    if (c == '@' && is_letter(at(1))) {
      ++at_;
      return Token{Kind::Language, word()};
    }
    if (is_digit(c) || (c == '.' && is_digit(at(1)))) return number();
    if (c == '_' && at(1) == ':') {
      at_ += 2;
      auto name = local_name();
      if (!name) return tl::unexpected(name.error());
      if (name->empty()) return fault("a blank node without a label");
      return Token{Kind::Blank, std::move(*name)};
    }
    if (is_letter(c) || c == ':' || static_cast<unsigned char>(c) >= 0x80) return name_or_word();
    return sign();
  }

  std::string word() {
    const std::size_t begin = at_;
    while (is_name(at())) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  // '<' begins an IRI when one follows; else it is an operator.
  std::optional<Result<Token>> iri_reference() {
    const std::size_t end = text_.find_first_of("<>\"{}|^` \t\r\n", at_ + 1);
    if (end == std::string_view::npos || text_[end] != '>') return std::nullopt;
    Token token{Kind::Iri, {}};
    for (++at_; at_ < end;) {
      if (at() != '\\') {
        token.text += text_[at_++];
      } else if (auto done = code_point(token.text); !done) {
        return tl::unexpected(done.error());
      }
    }
    at_ = end + 1;
    return token;
  }

  // \uXXXX, \UXXXXXXXX
  Result<> code_point(std::string& into) {
    const std::size_t digits = at(1) == 'u' ? 4 : at(1) == 'U' ? 8 : 0;
    if (digits == 0 || at_ + 2 + digits > text_.size()) return fault("an escape that is none");
    std::uint32_t point = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      const char c = at(2 + i);
      const int value = is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
      if (value < 0) return fault("an escape that is none");
      point = point << 4U | static_cast<std::uint32_t>(value);
    }
    if (point == 0 || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return fault("an escape that is no character");
    append_utf8(into, point);
    at_ += 2 + digits;
    return {};
  }

  Result<Token> quoted() {
    const char quote = at();
    const bool is_long = at(1) == quote && at(2) == quote;
    at_ += is_long ? 3 : 1;
    Token token{Kind::Text, {}};
    for (; at_ < text_.size();) {
      const char c = at();
      if (c == quote && (!is_long || (at(1) == quote && at(2) == quote))) {
        at_ += is_long ? 3 : 1;
        return token;
      }
      if (c == '\n') {
        if (!is_long) break;
        ++line_;
      }
      if (c != '\\') {
        token.text += text_[at_++];
      } else if (auto done = escape(token.text); !done) {
        return tl::unexpected(done.error());
      }
    }
    return fault("a text without an end");
  }

  Result<> escape(std::string& into) {
    static constexpr std::string_view kCodes = "tbnrf\\\"'", kMeant = "\t\b\n\r\f\\\"'";
    const std::size_t which = at(1) == '\0' ? std::string_view::npos : kCodes.find(at(1));
    if (which == std::string_view::npos) return code_point(into);
    into += kMeant[which];
    at_ += 2;
    return {};
  }

  Result<Token> number() {
    const std::size_t begin = at_;
    Kind kind = Kind::Integer;
    while (is_digit(at())) ++at_;
    if (at() == '.' && is_digit(at(1))) {
      kind = Kind::Decimal;
      for (++at_; is_digit(at());) ++at_;
    }
    if (at() == 'e' || at() == 'E') {
      const std::size_t sign = at(1) == '+' || at(1) == '-' ? 1 : 0;
      if (!is_digit(at(1 + sign))) return fault("a number without an exponent");
      kind = Kind::Double;
      for (at_ += 1 + sign; is_digit(at());) ++at_;
    }
    return Token{kind, std::string(text_.substr(begin, at_ - begin))};
  }

  // Dots inside; \ before punctuation; %hh as it stands.
  Result<std::string> local_name() {
    std::string name;
    for (; at_ < text_.size();) {
      const char c = at();
      if (is_name(c) || c == ':') {
        name += c;
      } else if (c == '%' && std::isxdigit(static_cast<unsigned char>(at(1))) != 0 && std::isxdigit(static_cast<unsigned char>(at(2))) != 0) {
        name += c;
      } else if (c == '\\' && at(1) != '\0' && std::string_view("_~.-!$&'()*+,;=/?#@%").find(at(1)) != std::string_view::npos) {
        name += at(1);
        ++at_;
      } else if (c == '.' && goes_on_after_dots()) {
        name += c;
      } else {
        break;
      }
      ++at_;
    }
    return name;
  }
  [[nodiscard]] bool goes_on_after_dots() const {
    std::size_t ahead = 1;
    while (at(ahead) == '.') ++ahead;
    return is_name(at(ahead)) || at(ahead) == ':' || at(ahead) == '%' || at(ahead) == '\\';
  }

  Result<Token> name_or_word() {
    std::string first;
    for (; is_name(at()) || (at() == '.' && goes_on_after_dots() && before_colon()); ++at_) first += at();
    if (at() != ':') return Token{Kind::Word, std::move(first)};
    ++at_;
    auto local = local_name();
    if (!local) return tl::unexpected(local.error());
    return Token{Kind::Name, first + ':' + *local};
  }
  // A prefix may hold dots; a word does not.
  [[nodiscard]] bool before_colon() const {
    std::size_t ahead = 0;
    while (is_name(at(ahead)) || at(ahead) == '.') ++ahead;
    return at(ahead) == ':';
  }

  Result<Token> sign() {
    static constexpr std::array<std::string_view, 6> kTwo{"&&", "||", "!=", "<=", ">=", "^^"};
    for (const std::string_view two : kTwo) {
      if (!text_.substr(at_).starts_with(two)) continue;
      at_ += 2;
      return Token{Kind::Sign, std::string(two)};
    }
    if (std::string_view("{}()[].,;=<>!+-*/|^?").find(at()) == std::string_view::npos)
      return fault("'" + std::string(1, static_cast<unsigned char>(at()) < 0x20 ? ' ' : at()) + "' is out of place");
    return Token{Kind::Sign, std::string(1, text_[at_++])};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

Result<std::vector<Token>> tokens_of(std::string_view text) { return Scanner(text).run(); }

}  // namespace edgecse::semantics::sparql
