// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "semantics/readers.hpp"

namespace edgecse::semantics {

namespace {

using Json = nlohmann::json;

bool is_shallow(const std::string& text) {
  std::size_t depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') {
      for (++at; at < text.size() && text[at] != '"'; ++at) at += text[at] == '\\' ? 1 : 0;
    } else if (text[at] == '{' || text[at] == '[') {
      if (++depth > kDeepestDocument) return false;
    } else if ((text[at] == '}' || text[at] == ']') && depth > 0) {
      --depth;
    }
  }
  return true;
}

// What a @context says about one term.
struct Definition {
  std::string id;  // empty: the term is not mapped
  std::string type, container;
  std::optional<std::string> language;  // "": none
  bool reverse = false;
};

struct Context {
  std::map<std::string, Definition> terms;
  std::string vocabulary, base, language;
};

class JsonLdReader {
 public:
  Result<Graph> read(const Json& document) {
    if (!document.is_object() && !document.is_array()) return malformed("JSON-LD: neither an object nor an array");
    if (auto done = read_top(document, {}); !done) return tl::unexpected(done.error());
    return std::move(graph_);
  }

 private:
  Result<> read_top(const Json& value, const Context& context) {
    if (value.is_array()) {
      for (const Json& item : value)
        if (auto done = read_top(item, context); !done) return done;
      return {};
    }
    if (!value.is_object()) return malformed("JSON-LD: a node is an object");
    if (auto node = read_node(value, context); !node) return tl::unexpected(node.error());
    return {};
  }

  // JSON-LD 1.1 API clause 4.1, for contexts inside the document.
  Result<Context> with_context(Context context, const Json& local) {
    if (local.is_array()) {
      for (const Json& item : local) {
        auto more = with_context(std::move(context), item);
        if (!more) return more;
        context = std::move(*more);
      }
      return context;
    }
    if (local.is_null()) return Context{};
    if (local.is_string())
      return not_supported("JSON-LD: the context '" + local.get<std::string>() + "' is elsewhere and not loaded");
    if (!local.is_object()) return malformed("JSON-LD: @context is no object");
    for (const auto& [name, text] : {std::pair{"@base", &context.base}, {"@vocab", &context.vocabulary}, {"@language", &context.language}}) {
      const auto found = local.find(name);
      if (found == local.end()) continue;
      if (!found->is_string() && !found->is_null()) return malformed("JSON-LD: " + std::string(name) + " is no text");
      *text = found->is_null() ? "" : found->get<std::string>();
    }
    for (const auto& [term, definition] : local.items()) {
      if (term.starts_with('@')) continue;
      auto read = define(context, local, term, definition);
      if (!read) return tl::unexpected(read.error());
      context.terms[term] = std::move(*read);
    }
    return context;
  }

  static Result<Definition> define(const Context& context, const Json& local, const std::string& term, const Json& given) {
    Definition made;
    if (given.is_null()) return made;
    if (given.is_string()) {
      made.id = expand_in(context, local, given.get<std::string>());
      return made;
    }
    if (!given.is_object()) return malformed("JSON-LD: the term '" + term + "' is neither a text nor an object");
    std::string id = term;
    for (const auto& [key, value] : given.items()) {
      if (key == "@language" && value.is_null()) {
        made.language = "";
        continue;
      }
      if (!value.is_string()) {
        if (key == "@protected") continue;
        return not_supported("JSON-LD: " + key + " of the term '" + term + "'");
      }
      const std::string text = value.get<std::string>();
      if (key == "@id") {
        id = text;
      } else if (key == "@reverse") {
        id = text, made.reverse = true;
      } else if (key == "@type") {
        made.type = expand_in(context, local, text);
      } else if (key == "@container") {
        made.container = text;
      } else if (key == "@language") {
        made.language = text;
      } else {
        return not_supported("JSON-LD: " + key + " of the term '" + term + "'");
      }
    }
    made.id = expand_in(context, local, id);
    return made;
  }

  // In a context that is being read: its prefixes may follow.
  static std::string expand_in(const Context& context, const Json& local, const std::string& text) {
    if (text.starts_with('@')) return text;
    const std::size_t colon = text.find(':');
    if (colon != std::string::npos) {
      const std::string prefix = text.substr(0, colon);
      if (const auto found = local.find(prefix); found != local.end()) {
        const Json id = found->is_object() ? found->value("@id", Json{}) : *found;
        if (id.is_string() && id != text && id.get<std::string>().find(':') != std::string::npos)
          return expand_prefix(context, local, id.get<std::string>()) + text.substr(colon + 1);
      }
      return expand(context, text, true);
    }
    if (const auto found = local.find(text); found != local.end() && found->is_string() && *found != text)
      return expand_prefix(context, local, found->get<std::string>());
    return expand(context, text, true);
  }
  // One step only: a prefix of a prefix.
  static std::string expand_prefix(const Context& context, const Json& local, const std::string& text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos || text.compare(colon, 3, "://") == 0) return expand(context, text, true);
    const auto found = local.find(text.substr(0, colon));
    if (found == local.end() || !found->is_string()) return expand(context, text, true);
    return found->get<std::string>() + text.substr(colon + 1);
  }

  static std::string expand(const Context& context, const std::string& text, bool is_vocabulary) {
    if (text.starts_with('@')) return text;
    if (is_vocabulary)
      if (const auto term = context.terms.find(text); term != context.terms.end()) return term->second.id;
    const std::size_t colon = text.find(':');
    if (colon != std::string::npos) {
      const std::string prefix = text.substr(0, colon);
      if (prefix == "_" || text.compare(colon, 3, "://") == 0) return text;
      const auto term = context.terms.find(prefix);
      return term == context.terms.end() || term->second.id.empty() ? text : term->second.id + text.substr(colon + 1);
    }
    if (is_vocabulary) return context.vocabulary.empty() ? std::string{} : context.vocabulary + text;
    return resolve_iri(context.base, text);
  }

  TermId node_id(const std::string& text) {
    return graph_.intern(text.starts_with("_:") ? blank("n_" + text.substr(2)) : iri(text));
  }

  Result<TermId> read_node(const Json& node, Context context) {
    if (const auto local = node.find("@context"); local != node.end()) {
      auto read = with_context(std::move(context), *local);
      if (!read) return tl::unexpected(read.error());
      context = std::move(*read);
    }
    TermId subject = kAny;
    for (const auto& [key, value] : node.items()) {
      if (expand(context, key, true) != "@id") continue;
      if (!value.is_string()) return malformed("JSON-LD: @id is no text");
      subject = node_id(expand(context, value.get<std::string>(), false));
    }
    if (subject == kAny) subject = graph_.fresh_blank();
    for (const auto& [key, value] : node.items())
      if (auto done = read_member(context, subject, key, value); !done) return tl::unexpected(done.error());
    return subject;
  }

  Result<> read_member(const Context& context, TermId subject, const std::string& key, const Json& value) {
    const std::string name = expand(context, key, true);
    if (key == "@context" || name == "@id" || name == "@index") return {};
    if (name == "@graph" || name == "@included") return read_top(value, context);
    if (name == "@type") return read_types(context, subject, value);
    if (name == "@reverse") return read_reverse(context, subject, value);
    if (name.starts_with('@')) return not_supported("JSON-LD: " + name);
    if (name.find(':') == std::string::npos) return {};  // not mapped: dropped
    const auto found = context.terms.find(key);
    const Definition definition = found == context.terms.end() ? Definition{} : found->second;
    const TermId predicate = node_id(name);
    if (definition.container == "@list" && !(value.is_object() && value.contains("@list"))) {
      auto list = read_list(context, definition, value);
      if (!list) return tl::unexpected(list.error());
      return graph_.add({subject, predicate, *list});
    }
    if (value.is_object() && definition.container == "@language") return read_languages(subject, predicate, value);
    if (value.is_object() && definition.container == "@index") {
      for (const Json& item : value)
        if (auto done = read_values(context, definition, subject, predicate, item); !done) return done;
      return {};
    }
    return read_values(context, definition, subject, predicate, value);
  }

  Result<> read_types(const Context& context, TermId subject, const Json& value) {
    const TermId type = graph_.intern(iri(rdf("type")));
    for (const Json& item : value.is_array() ? value : Json::array({value})) {
      if (!item.is_string()) return malformed("JSON-LD: @type is no text");
      const std::string name = expand(context, item.get<std::string>(), true);
      if (name.empty()) continue;
      if (auto added = graph_.add({subject, type, node_id(name)}); !added) return added;
    }
    return {};
  }

  Result<> read_reverse(const Context& context, TermId object, const Json& value) {
    if (!value.is_object()) return malformed("JSON-LD: @reverse is no object");
    Definition reversed;
    reversed.reverse = true;
    for (const auto& [key, items] : value.items()) {
      const std::string name = expand(context, key, true);
      if (name.find(':') == std::string::npos) continue;
      if (auto done = read_values(context, reversed, object, node_id(name), items); !done) return done;
    }
    return {};
  }

  Result<> read_languages(TermId subject, TermId predicate, const Json& value) {
    for (const auto& [language, texts] : value.items()) {
      for (const Json& text : texts.is_array() ? texts : Json::array({texts})) {
        if (!text.is_string()) return malformed("JSON-LD: a language map holds texts");
        const Term made = literal(text.get<std::string>(), {}, language == "@none" ? "" : language);
        if (auto added = graph_.add({subject, predicate, graph_.intern(made)}); !added) return added;
      }
    }
    return {};
  }

  Result<> read_values(const Context& context, const Definition& definition, TermId subject, TermId predicate, const Json& value) {
    if (value.is_array()) {
      for (const Json& item : value)
        if (auto done = read_values(context, definition, subject, predicate, item); !done) return done;
      return {};
    }
    if (value.is_null()) return {};
    if (value.is_object() && value.contains("@set")) return read_values(context, definition, subject, predicate, value["@set"]);
    auto object = read_object(context, definition, value);
    if (!object) return tl::unexpected(object.error());
    if (*object == kAny) return {};
    return graph_.add(definition.reverse ? Triple{*object, predicate, subject} : Triple{subject, predicate, *object});
  }

  Result<TermId> read_list(const Context& context, const Definition& definition, const Json& value) {
    const Json items = value.is_array() ? value : Json::array({value});
    const TermId first = graph_.intern(iri(rdf("first"))), rest = graph_.intern(iri(rdf("rest")));
    TermId list = graph_.intern(iri(rdf("nil")));
    for (auto item = items.rbegin(); item != items.rend(); ++item) {
      auto object = read_object(context, definition, *item);
      if (!object) return object;
      if (*object == kAny) continue;
      const TermId cell = graph_.fresh_blank();
      if (auto added = graph_.add({cell, first, *object}); !added) return tl::unexpected(added.error());
      if (auto added = graph_.add({cell, rest, list}); !added) return tl::unexpected(added.error());
      list = cell;
    }
    return list;
  }

  // kAny: the value says nothing.
  Result<TermId> read_object(const Context& context, const Definition& definition, const Json& value) {
    if (value.is_null()) return kAny;
    if (value.is_array()) return read_list(context, definition, value);
    if (value.is_object()) {
      if (const auto list = value.find("@list"); list != value.end()) return read_list(context, definition, *list);
      if (value.contains("@value")) return read_value_object(context, value);
      return read_node(value, context);
    }
    if (value.is_string()) {
      const std::string text = value.get<std::string>();
      if (definition.type == "@id") return node_id(expand(context, text, false));
      if (definition.type == "@vocab") return node_id(expand(context, text, true));
      const std::string language = definition.type.empty() ? definition.language.value_or(context.language) : "";
      return graph_.intern(literal(text, definition.type.starts_with('@') ? "" : definition.type, language));
    }
    return scalar(value, definition.type);
  }

  Result<TermId> scalar(const Json& value, const std::string& type) {
    const bool typed = !type.empty() && !type.starts_with('@');
    if (value.is_boolean()) return graph_.intern(literal(value.get<bool>() ? "true" : "false", typed ? type : xsd("boolean")));
    if (value.is_number_integer()) return graph_.intern(literal(value.dump(), typed ? type : xsd("integer")));
    if (value.is_number()) return graph_.intern(literal(value.dump(), typed ? type : xsd("double")));
    if (value.is_string()) return graph_.intern(literal(value.get<std::string>(), typed ? type : ""));
    return malformed("JSON-LD: @value is neither a text, a number nor a boolean");
  }

  Result<TermId> read_value_object(const Context& context, const Json& object) {
    const auto text_of = [&](const char* name) {
      const auto found = object.find(name);
      return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
    };
    const Json& value = object["@value"];
    if (value.is_null()) return kAny;
    const std::string language = text_of("@language"), type = text_of("@type");
    if (!language.empty()) {
      if (!value.is_string()) return malformed("JSON-LD: a @value with a @language is a text");
      return graph_.intern(literal(value.get<std::string>(), {}, language));
    }
    return scalar(value, type.empty() ? "" : expand(context, type, true));
  }

  Graph graph_;
};

}  // namespace

Result<Graph> read_json_ld(const std::string& text) {
  if (!is_shallow(text)) return too_much("objects and arrays deeper than " + std::to_string(kDeepestDocument));
  const Json document = Json::parse(text, nullptr, false);
  if (document.is_discarded()) return malformed("JSON-LD: no JSON");
  return JsonLdReader{}.read(document);
}

}  // namespace edgecse::semantics
