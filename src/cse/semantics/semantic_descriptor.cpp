// SPDX-License-Identifier: Apache-2.0
#include "cse/semantics/semantic_descriptor.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "base/base64.hpp"
#include "cse/changes.hpp"
#include "onem2m/json_codec.hpp"

namespace edgecse::cse {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;

namespace {

enum SemanticFormat { kRdfXml = 4, kTurtle = 5, kJsonLd = 7 };  // m2m:semanticFormat
constexpr std::size_t kDeepestXml = 256;

// Statements end with a dot and quotes are closed; the names are for those who read it.
bool looks_like_turtle(std::string_view text) {
  std::size_t end = text.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos) return false;
  const bool ends_in_comment = text.substr(0, end).rfind('#') != std::string_view::npos;
  return text[end] == '.' || ends_in_comment || text.starts_with("@prefix") || text.starts_with("PREFIX");
}

// An update begins with one of its forms, and its braces are balanced outside texts and identifiers.
bool looks_like_sparql_update(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kForms{"PREFIX", "BASE", "INSERT", "DELETE", "WITH", "LOAD",
                                                           "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD"};
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return false;
  std::string word;
  for (std::size_t at = begin; at < text.size() && std::isalpha(static_cast<unsigned char>(text[at])) != 0; ++at)
    word += static_cast<char>(std::toupper(static_cast<unsigned char>(text[at])));
  if (std::find(kForms.begin(), kForms.end(), word) == kForms.end()) return false;
  int depth = 0;
  char closing = 0;
  for (const char c : text) {
    if (closing != 0) {
      if (c == closing) closing = 0;
    } else if (c == '"' || c == '\'') {
      closing = c;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && --depth < 0) {
      return false;
    }
  }
  return depth == 0 && closing == 0;
}

Result<> check_descriptor(const Json& attributes) {
  const int format = attributes.value("dcrp", 0);
  if (format != kRdfXml && format != kTurtle && format != kJsonLd)
    return refuse(ResponseStatus::BadRequest, "dcrp " + std::to_string(format) + " is not supported; 4, 5 and 7 are");
  const auto text = base::from_base64(attributes.value("dsp", ""));
  if (!text) return refuse(ResponseStatus::BadRequest, "dsp is no base64 text");
  const bool fits = format == kRdfXml   ? is_well_formed_xml(*text)
                    : format == kTurtle ? looks_like_turtle(*text)
                                        : onem2m::parse_json(*text).has_value();
  if (fits) return {};
  return refuse(ResponseStatus::BadRequest, "dsp is not of the format that dcrp " + std::to_string(format) + " names");
}

std::string_view name_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && std::string_view(" \t\r\n/>=").find(text[end]) == std::string_view::npos) ++end;
  return text.substr(at, end - at);
}

/// Where a tag ends: the next '>' outside quotes. npos: it does not.
std::size_t end_of_tag(std::string_view text, std::size_t at) {
  char quote = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return at;
    } else if (c == '<') {
      return std::string_view::npos;
    }
  }
  return std::string_view::npos;
}

}  // namespace

bool is_well_formed_xml(std::string_view text) {
  std::vector<std::string_view> open;
  bool seen = false;
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at)) {
    for (const auto& [begin, end] : {std::pair{"<?", "?>"}, {"<!--", "-->"}, {"<![CDATA[", "]]>"}}) {
      if (!text.substr(at).starts_with(begin)) continue;
      const std::size_t stop = text.find(end, at);
      if (stop == std::string_view::npos) return false;
      at = stop;
      break;
    }
    if (text[at] != '<') continue;
    const std::size_t stop = end_of_tag(text, at + 1);
    if (stop == std::string_view::npos) return false;
    const bool closes = text[at + 1] == '/', declares = text[at + 1] == '!', is_empty = text[stop - 1] == '/';
    const std::string_view name = name_at(text, at + (closes ? 2 : 1));
    at = stop;
    if (declares) continue;
    if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) != 0) return false;
    if (closes) {
      if (open.empty() || open.back() != name) return false;
      open.pop_back();
    } else {
      if (open.empty() && seen) return false;  // one root
      seen = true;
      if (!is_empty) open.push_back(name);
      if (open.size() > kDeepestXml) return false;
    }
  }
  return seen && open.empty();
}

Result<> SemanticDescriptorProcedure::check_create(const CreateCheck& check) const { return check_descriptor(check.attributes); }

Result<> SemanticDescriptorProcedure::check_update(const UpdateCheck& check) const {
  const auto operation = check.attributes.find("soe");
  if (operation != check.attributes.end() && !operation->is_null()) {
    if (check.attributes.contains("dsp"))
      return refuse(ResponseStatus::BadRequest, "soe and dsp cannot both change a descriptor in one request");
    if (!looks_like_sparql_update(operation->get_ref<const std::string&>()))
      return refuse(ResponseStatus::InvalidSparqlQuery, "soe is no SPARQL update");
    return refuse(ResponseStatus::NotImplemented, "soe: no SPARQL engine is built in that could change the descriptor");
  }
  return check_descriptor(whole_after(check.target, check.attributes));
}

Result<> SemanticDescriptorProcedure::before_create(CreateContext& context) {
  Json& attributes = context.resource.attributes;
  if (!attributes.contains("vlde")) attributes["vlde"] = false;
  attributes["svd"] = true;  // the format; against an ontology nothing is validated here
  return {};
}

Result<> SemanticDescriptorProcedure::before_update(UpdateContext& context) {
  const bool was_enabled = context.before.attributes.value("vlde", false);
  const bool is_enabled = context.after.attributes.value("vlde", false);
  context.after.attributes["svd"] = !was_enabled || is_enabled;
  return {};
}

}  // namespace edgecse::cse
