// SPDX-License-Identifier: Apache-2.0
#define XML_DTD  // expat.h hides its limits on entities else
#include <expat.h>

#include <memory>
#include <optional>
#include <vector>

#include "semantics/readers.hpp"

namespace edgecse::semantics {

namespace {

constexpr float kMostAmplification = 10.0F;                   // entities: bytes made of one byte read
constexpr unsigned long long kUnjudgedAmplification = 65'536;  // bytes
const std::string kXml = "http://www.w3.org/XML/1998/namespace";

// Nodes and properties take turns. RDF 1.1 XML Syntax, clause 6 and 7.
struct Frame {
  enum class Kind { Document, Node, Property, Collection, Literal };
  Kind kind = Kind::Document;
  std::string base, language;
  TermId subject = kAny;  // of a node: itself; of a property: whose it is
  TermId predicate = kAny;
  TermId object = kAny;   // of a property that has one already
  std::string text, datatype, identifier;
  std::vector<TermId> items;
  std::size_t members = 0;        // rdf:li so far
  XML_Index begin = 0;            // of an XML literal
  std::size_t depth = 0;          // inside it
};

struct Attributes {
  std::string about, id, node_id, resource, datatype, parse_type;
  bool has_about = false, has_resource = false;
  std::vector<std::pair<std::string, std::string>> properties;
};

class RdfXmlReader {
 public:
  explicit RdfXmlReader(const std::string& text) : text_(text), parser_(XML_ParserCreateNS("UTF-8", '\0'), XML_ParserFree) {}

  Result<Graph> read() {
    XML_Parser parser = parser_.get();
    frames_.emplace_back();
    XML_SetUserData(parser, this);
    XML_SetElementHandler(
        parser, [](void* self, const char* name, const char** list) { static_cast<RdfXmlReader*>(self)->begin(name, list); },
        [](void* self, const char*) { static_cast<RdfXmlReader*>(self)->end(); });
    XML_SetCharacterDataHandler(parser, [](void* self, const char* text, int length) {
      static_cast<RdfXmlReader*>(self)->characters({text, static_cast<std::size_t>(length)});
    });
    // No handler for external entities: they are not loaded.
    XML_SetBillionLaughsAttackProtectionMaximumAmplification(parser, kMostAmplification);
    XML_SetBillionLaughsAttackProtectionActivationThreshold(parser, kUnjudgedAmplification);
    const XML_Status status = XML_Parse(parser, text_.data(), static_cast<int>(text_.size()), XML_TRUE);
    if (error_) return tl::unexpected(*error_);
    if (status != XML_STATUS_OK)
      return malformed("XML, line " + std::to_string(XML_GetCurrentLineNumber(parser)) + ": " +
                       XML_ErrorString(XML_GetErrorCode(parser)));
    return std::move(graph_);
  }

 private:
  using Kind = Frame::Kind;

  void fail(Error error) {
    if (!error_) error_ = std::move(error);
    XML_StopParser(parser_.get(), XML_FALSE);
  }
  void fail(const std::string& what) {
    fail(Error{Error::Kind::Malformed, "RDF/XML, line " + std::to_string(XML_GetCurrentLineNumber(parser_.get())) + ": " + what});
  }
  void add(TermId subject, TermId predicate, TermId object) {
    if (auto added = graph_.add({subject, predicate, object}); !added) fail(added.error());
  }
  TermId iri_at(const Frame& frame, const std::string& reference) { return graph_.intern(iri(resolve_iri(frame.base, reference))); }
  TermId id_at(const Frame& frame, const std::string& name) { return iri_at(frame, '#' + name); }
  TermId named_blank(const std::string& name) { return graph_.intern(blank("n_" + name)); }

  void begin(const std::string& name, const char** list) {
    if (error_) return;
    if (frames_.back().kind == Kind::Literal) {
      if (++frames_.back().depth > kDeepestDocument) fail(deeper());
      return;
    }
    if (frames_.size() > kDeepestDocument) return fail(deeper());
    Frame frame;
    frame.base = frames_.back().base;
    frame.language = frames_.back().language;
    const Attributes attributes = read_attributes(frame, list);
    switch (frames_.back().kind) {
      case Kind::Document:
        if (name == rdf("RDF")) {
          frames_.push_back(std::move(frame));
          return;
        }
        return begin_node(std::move(frame), name, attributes);
      case Kind::Node: return begin_property(std::move(frame), name, attributes);
      default: return begin_node(std::move(frame), name, attributes);
    }
  }

  static Error deeper() { return {Error::Kind::TooMuch, "elements deeper than " + std::to_string(kDeepestDocument)}; }

  static Attributes read_attributes(Frame& frame, const char** list) {
    Attributes read;
    for (; *list != nullptr; list += 2) {
      const std::string name = list[0], value = list[1];
      const bool is_rdf = name.starts_with(kRdf), is_bare = name.find(':') == std::string::npos;
      const std::string local = is_rdf ? name.substr(kRdf.size()) : name;
      if (name == kXml + "lang") {
        frame.language = value;
      } else if (name == kXml + "base") {
        frame.base = resolve_iri(frame.base, value);
      } else if (!is_rdf && !is_bare) {
        if (!name.starts_with(kXml)) read.properties.emplace_back(name, value);
      } else if (local == "about") {
        read.about = value, read.has_about = true;
      } else if (local == "resource") {
        read.resource = value, read.has_resource = true;
      } else if (local == "ID") {
        read.id = value;
      } else if (local == "nodeID") {
        read.node_id = value;
      } else if (local == "datatype") {
        read.datatype = value;
      } else if (local == "parseType") {
        read.parse_type = value;
      } else if (is_rdf) {
        read.properties.emplace_back(name, value);
      }
    }
    return read;
  }

  void add_property_attributes(const Frame& frame, TermId subject, const Attributes& attributes) {
    for (const auto& [name, value] : attributes.properties) {
      const TermId object = name == rdf("type") ? iri_at(frame, value) : graph_.intern(literal(value, {}, frame.language));
      add(subject, graph_.intern(iri(name)), object);
    }
  }

  void begin_node(Frame frame, const std::string& name, const Attributes& attributes) {
    for (const char* reserved : {"RDF", "ID", "about", "parseType", "resource", "nodeID", "datatype", "li"})
      if (name == rdf(reserved)) return fail("rdf:" + std::string(reserved) + " is no node");
    if (static_cast<int>(attributes.has_about) + static_cast<int>(!attributes.id.empty()) +
            static_cast<int>(!attributes.node_id.empty()) > 1)
      return fail("a node has one of rdf:about, rdf:ID and rdf:nodeID");
    frame.kind = Kind::Node;
    frame.subject = attributes.has_about          ? iri_at(frame, attributes.about)
                    : !attributes.id.empty()      ? id_at(frame, attributes.id)
                    : !attributes.node_id.empty() ? named_blank(attributes.node_id)
                                                  : graph_.fresh_blank();
    if (name != rdf("Description")) add(frame.subject, graph_.intern(iri(rdf("type"))), iri_at(frame, name));
    add_property_attributes(frame, frame.subject, attributes);
    Frame& parent = frames_.back();
    if (parent.kind == Kind::Property) {
      if (parent.object != kAny) return fail("a property has one object");
      parent.object = frame.subject;
      add(parent.subject, parent.predicate, parent.object);
    } else if (parent.kind == Kind::Collection) {
      parent.items.push_back(frame.subject);
    }
    frames_.push_back(std::move(frame));
  }

  void begin_property(Frame frame, std::string name, const Attributes& attributes) {
    for (const char* reserved : {"Description", "RDF", "ID", "about", "parseType", "resource", "nodeID", "datatype"})
      if (name == rdf(reserved)) return fail("rdf:" + std::string(reserved) + " is no property");
    if (name == rdf("li")) name = rdf("_" + std::to_string(++frames_.back().members));
    frame.kind = Kind::Property;
    frame.subject = frames_.back().subject;
    frame.predicate = iri_at(frame, name);
    frame.datatype = attributes.datatype.empty() ? "" : resolve_iri(frame.base, attributes.datatype);
    frame.identifier = attributes.id;
    const bool refers = attributes.has_resource || !attributes.node_id.empty();
    if (!attributes.parse_type.empty()) {
      if (refers) return fail("rdf:parseType goes with neither rdf:resource nor rdf:nodeID");
      begin_parsed(frame, attributes.parse_type);
    } else if (refers || (!attributes.properties.empty() && frame.datatype.empty())) {
      frame.object = attributes.has_resource           ? iri_at(frame, attributes.resource)
                     : !attributes.node_id.empty() ? named_blank(attributes.node_id)
                                                   : graph_.fresh_blank();
      add(frame.subject, frame.predicate, frame.object);
      add_property_attributes(frame, frame.object, attributes);
    }
    frames_.push_back(std::move(frame));
  }

  void begin_parsed(Frame& frame, const std::string& parse_type) {
    if (parse_type == "Resource") {
      const TermId made = graph_.fresh_blank();
      add(frame.subject, frame.predicate, made);
      reify(frame, made);
      frame.kind = Kind::Node;
      frame.subject = made;
    } else if (parse_type == "Collection") {
      frame.kind = Kind::Collection;
    } else {
      frame.kind = Kind::Literal;
      frame.begin = XML_GetCurrentByteIndex(parser_.get()) + XML_GetCurrentByteCount(parser_.get());
    }
  }

  void characters(std::string_view text) {
    Frame& frame = frames_.back();
    if (error_ || frame.kind == Kind::Literal) return;
    if (frame.kind == Kind::Property && frame.object == kAny) {
      frame.text.append(text);
    } else if (text.find_first_not_of(" \t\r\n") != std::string_view::npos) {
      fail("text outside a property");
    }
  }

  void end() {
    if (error_) return;
    Frame& top = frames_.back();
    if (top.kind == Kind::Literal && top.depth > 0) {
      --top.depth;
      return;
    }
    Frame frame = std::move(top);
    frames_.pop_back();
    switch (frame.kind) {
      case Kind::Property: return end_property(frame);
      case Kind::Collection: return end_collection(frame);
      case Kind::Literal: return end_literal(frame);
      default: return;
    }
  }

  void end_property(const Frame& frame) {
    TermId object = frame.object;
    if (object == kAny) {
      object = graph_.intern(literal(frame.text, frame.datatype, frame.datatype.empty() ? frame.language : ""));
      add(frame.subject, frame.predicate, object);
    }
    reify(frame, object);
  }

  void end_collection(const Frame& frame) {
    const TermId first = graph_.intern(iri(rdf("first"))), rest = graph_.intern(iri(rdf("rest")));
    TermId list = graph_.intern(iri(rdf("nil")));
    for (auto item = frame.items.rbegin(); item != frame.items.rend(); ++item) {
      const TermId cell = graph_.fresh_blank();
      add(cell, first, *item);
      add(cell, rest, list);
      list = cell;
    }
    add(frame.subject, frame.predicate, list);
    reify(frame, list);
  }

  // The text as it stands, not its canonical form.
  void end_literal(const Frame& frame) {
    const XML_Index end = XML_GetCurrentByteIndex(parser_.get());
    const std::string text = end <= frame.begin ? "" : text_.substr(static_cast<std::size_t>(frame.begin),
                                                                    static_cast<std::size_t>(end - frame.begin));
    const TermId object = graph_.intern(literal(text, rdf("XMLLiteral")));
    add(frame.subject, frame.predicate, object);
    reify(frame, object);
  }

  // rdf:ID of a property names the statement.
  void reify(const Frame& frame, TermId object) {
    if (frame.identifier.empty()) return;
    const TermId statement = id_at(frame, frame.identifier);
    add(statement, graph_.intern(iri(rdf("type"))), graph_.intern(iri(rdf("Statement"))));
    add(statement, graph_.intern(iri(rdf("subject"))), frame.subject);
    add(statement, graph_.intern(iri(rdf("predicate"))), frame.predicate);
    add(statement, graph_.intern(iri(rdf("object"))), object);
  }

  const std::string& text_;
  std::unique_ptr<std::remove_pointer_t<XML_Parser>, decltype(&XML_ParserFree)> parser_;
  std::vector<Frame> frames_;
  Graph graph_;
  std::optional<Error> error_;
};

}  // namespace

Result<Graph> read_rdf_xml(const std::string& text) { return RdfXmlReader(text).read(); }

}  // namespace edgecse::semantics
