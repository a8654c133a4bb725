// SPDX-License-Identifier: Apache-2.0
#include <serd/serd.h>

#include <memory>
#include <optional>

#include "semantics/readers.hpp"

namespace edgecse::semantics {

namespace {

// serd calls itself for each level of nesting: what it is given is limited before. Without regard to texts, too, since a
// text may be cut short in a way that serd and this function do not agree on.
constexpr std::size_t kMostBrackets = 5'000;

/// The end of the quoted text that begins at `at`.
std::size_t end_of_quoted(const std::string& text, std::size_t at) {
  const char quote = text[at];
  const bool is_long = text.compare(at, 3, std::string(3, quote)) == 0;
  for (at += is_long ? 3 : 1; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (is_long ? text.compare(at, 3, std::string(3, quote)) == 0 : text[at] == quote) {
      return at + (is_long ? 2 : 0);
    } else if (!is_long && text[at] == '\n') {
      return at;
    }
  }
  return text.size();
}

Result<> check_nesting(const std::string& text) {
  std::size_t depth = 0, deepest = 0, brackets = 0;
  for (const char c : text) brackets += c == '[' || c == '(' ? 1 : 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    switch (text[at]) {
      case '"':
      case '\'': at = end_of_quoted(text, at); break;
      case '<': at = std::min(text.find_first_of("> \t\r\n", at), text.size()); break;
      case '#': at = std::min(text.find('\n', at), text.size()); break;
      case '[':
      case '(': deepest = std::max(deepest, ++depth); break;
      case ']':
      case ')': depth -= depth > 0 ? 1 : 0; break;
      default: break;
    }
  }
  if (deepest > kDeepestDocument) return too_much("lists and blank nodes deeper than " + std::to_string(kDeepestDocument));
  if (brackets > kMostBrackets) return too_much("more than " + std::to_string(kMostBrackets) + " brackets");
  return {};
}

class TurtleReader {
 public:
  TurtleReader() : env_(serd_env_new(nullptr), serd_env_free) {}

  Result<Graph> read(const std::string& text) {
    const std::unique_ptr<SerdReader, decltype(&serd_reader_free)> reader(
        serd_reader_new(SERD_TURTLE, this, nullptr, &set_base, &set_prefix, &take, nullptr), serd_reader_free);
    serd_reader_set_strict(reader.get(), true);
    serd_reader_set_error_sink(reader.get(), &note_error, this);
    const SerdStatus status = serd_reader_read_string(reader.get(), reinterpret_cast<const std::uint8_t*>(text.c_str()));
    if (error_) return tl::unexpected(*error_);
    if (status != SERD_SUCCESS) return malformed("no Turtle");
    return std::move(graph_);
  }

 private:
  static SerdStatus set_base(void* self, const SerdNode* base) {
    return serd_env_set_base_uri(static_cast<TurtleReader*>(self)->env_.get(), base);
  }
  static SerdStatus set_prefix(void* self, const SerdNode* name, const SerdNode* prefix) {
    return serd_env_set_prefix(static_cast<TurtleReader*>(self)->env_.get(), name, prefix);
  }
  static SerdStatus note_error(void* self, const SerdError* error) {
    auto& found = static_cast<TurtleReader*>(self)->error_;
    if (!found) found = Error{Error::Kind::Malformed, "Turtle, line " + std::to_string(error->line)};
    return SERD_SUCCESS;
  }
  static SerdStatus take(void* self, SerdStatementFlags, const SerdNode*, const SerdNode* subject, const SerdNode* predicate,
                         const SerdNode* object, const SerdNode* datatype, const SerdNode* language) {
    return static_cast<TurtleReader*>(self)->add(*subject, *predicate, *object, datatype, language);
  }

  static std::string text_of(const SerdNode& node) { return {reinterpret_cast<const char*>(node.buf), node.n_bytes}; }

  std::optional<std::string> expand(const SerdNode& node) {
    SerdNode whole = serd_env_expand_node(env_.get(), &node);
    if (whole.buf == nullptr) {
      error_ = Error{Error::Kind::Malformed, "Turtle: '" + text_of(node) + "' has no prefix declaration"};
      return std::nullopt;
    }
    std::string text = text_of(whole);
    serd_node_free(&whole);
    return text;
  }

  std::optional<Term> term_of(const SerdNode& node, const SerdNode* datatype, const SerdNode* language) {
    if (node.type == SERD_BLANK) return blank(text_of(node));
    if (node.type == SERD_LITERAL) {
      std::optional<std::string> type{""};
      if (datatype != nullptr && datatype->buf != nullptr) type = expand(*datatype);
      if (!type) return std::nullopt;
      const bool has_language = language != nullptr && language->buf != nullptr;
      return literal(text_of(node), *type, has_language ? text_of(*language) : std::string{});
    }
    auto text = expand(node);
    if (!text) return std::nullopt;
    return iri(std::move(*text));
  }

  SerdStatus add(const SerdNode& subject, const SerdNode& predicate, const SerdNode& object, const SerdNode* datatype,
                 const SerdNode* language) {
    const auto s = term_of(subject, nullptr, nullptr), p = term_of(predicate, nullptr, nullptr),
               o = term_of(object, datatype, language);
    if (!s || !p || !o) return SERD_ERR_BAD_SYNTAX;
    if (auto added = graph_.add(*s, *p, *o); !added) {
      error_ = added.error();
      return SERD_ERR_INTERNAL;
    }
    return SERD_SUCCESS;
  }

  std::unique_ptr<SerdEnv, decltype(&serd_env_free)> env_;
  Graph graph_;
  std::optional<Error> error_;
};

}  // namespace

Result<Graph> read_turtle(const std::string& text) {
  if (auto fits = check_nesting(text); !fits) return tl::unexpected(fits.error());
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) return Graph{};  // which serd takes for a fault
  return TurtleReader{}.read(text);
}

}  // namespace edgecse::semantics
