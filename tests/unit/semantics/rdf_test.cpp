// SPDX-License-Identifier: Apache-2.0
//
// Triples from Turtle, RDF/XML and JSON-LD, and back.
#include <set>

#include "semantics/rdf_reader.hpp"
#include "semantics/rdf_writer.hpp"

namespace edgecse::semantics {
namespace {

// As N-Triples, one a line, blank nodes as _.
std::set<std::string> lines_of(const Graph& graph) {
  std::set<std::string> lines;
  const auto shown = [&](TermId id) {
    const Term& term = graph.term(id);
    if (term.kind == Term::Kind::Blank) return std::string("_");
    if (term.kind == Term::Kind::Iri) return '<' + term.text + '>';
    return '"' + term.text + '"' + (term.language.empty() ? "" : '@' + term.language) +
           (term.datatype.empty() ? "" : "^^" + term.datatype.substr(term.datatype.find_last_of("#/") + 1));
  };
  for (const auto& [s, p, o] : graph.triples()) lines.insert(shown(s) + ' ' + shown(p) + ' ' + shown(o));
  return lines;
}

struct Document {
  const char* name;
  Format format;
  std::string text;
  std::set<std::string> triples;
  friend void PrintTo(const Document& document, std::ostream* out) { *out << document.name; }
};

class ReadDocument : public testing::TestWithParam<Document> {};

TEST_P(ReadDocument, GivesItsTriples) {
  const auto graph = read(GetParam().text, GetParam().format);
  ASSERT_TRUE(graph) << graph.error().detail;
  EXPECT_EQ(lines_of(*graph), GetParam().triples);
}

TEST_P(ReadDocument, IsTheSameAfterWritingItInEveryFormat) {
  const auto graph = read(GetParam().text, GetParam().format);
  ASSERT_TRUE(graph);
  for (const Format format : {Format::RdfXml, Format::Turtle, Format::JsonLd}) {
    const auto text = write(*graph, format);
    ASSERT_TRUE(text) << text.error().detail;
    const auto again = read(*text, format);
    ASSERT_TRUE(again) << again.error().detail << '\n' << *text;
    EXPECT_EQ(lines_of(*again), lines_of(*graph)) << *text;
    EXPECT_EQ(again->size(), graph->size());
  }
}

const std::string kRdfOpen = R"(<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">)";
const std::string kType = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>";
const std::string kFirst = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#first>", kRest = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#rest>";
const std::string kNil = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#nil>";

INSTANTIATE_TEST_SUITE_P(
    Formats, ReadDocument,
    testing::Values(
        Document{"turtle", Format::Turtle,
                 "@prefix e: <http://e/> . PREFIX f: <http://f/>\n@base <http://base/a/> .\n"
                 "e:s a e:T ; e:p \"x\"@EN , 4, 2.5, true, \"5\"^^f:t , <../b> . # end",
                 {"<http://e/s> " + kType + " <http://e/T>", "<http://e/s> <http://e/p> \"x\"@en", "<http://e/s> <http://e/p> \"4\"^^integer",
                  "<http://e/s> <http://e/p> \"2.5\"^^decimal", "<http://e/s> <http://e/p> \"true\"^^boolean",
                  "<http://e/s> <http://e/p> \"5\"^^t", "<http://e/s> <http://e/p> <http://base/b>"}},
        Document{"turtle_nested", Format::Turtle, "@prefix e: <http://e/> . [] e:p [ e:q \"\"\"a\n\"b\" \\u00e9\"\"\" ] ; e:l ( e:x ) .",
                 {"_ <http://e/p> _", "_ <http://e/q> \"a\n\"b\" \xC3\xA9\"", "_ <http://e/l> _", "_ " + kFirst + " <http://e/x>", "_ " + kRest + ' ' + kNil}},
        Document{"turtle_empty", Format::Turtle, "", {}},
        Document{"xml", Format::RdfXml,
                 kRdfOpen + R"(<rdf:Description rdf:about="http://e/s" e:short="v"><e:p>text</e:p><e:q rdf:resource="http://e/o"/>
                 <e:n rdf:datatype="http://www.w3.org/2001/XMLSchema#integer">4</e:n><e:l xml:lang="de">ja</e:l></rdf:Description></rdf:RDF>)",
                 {"<http://e/s> <http://e/short> \"v\"", "<http://e/s> <http://e/p> \"text\"", "<http://e/s> <http://e/q> <http://e/o>",
                  "<http://e/s> <http://e/n> \"4\"^^integer", "<http://e/s> <http://e/l> \"ja\"@de"}},
        Document{"xml_striped", Format::RdfXml,
                 kRdfOpen + R"(<e:Room rdf:about="http://e/r"><e:has><e:Sensor rdf:nodeID="n"><e:in rdf:nodeID="n"/></e:Sensor></e:has></e:Room></rdf:RDF>)",
                 {"<http://e/r> " + kType + " <http://e/Room>", "<http://e/r> <http://e/has> _", "_ " + kType + " <http://e/Sensor>", "_ <http://e/in> _"}},
        Document{"xml_parse_types", Format::RdfXml,
                 kRdfOpen + R"(<rdf:Description rdf:about="http://e/s"><e:r rdf:parseType="Resource"><e:p>1</e:p></e:r>)" +
                     R"(<e:c rdf:parseType="Collection"><rdf:Description rdf:about="http://e/x"/></e:c><e:x rdf:parseType="Literal"><b>B</b></e:x></rdf:Description></rdf:RDF>)",
                 {"<http://e/s> <http://e/r> _", "_ <http://e/p> \"1\"", "<http://e/s> <http://e/c> _", "_ " + kFirst + " <http://e/x>",
                  "_ " + kRest + ' ' + kNil, "<http://e/s> <http://e/x> \"<b>B</b>\"^^XMLLiteral"}},
        Document{"xml_entities_and_base", Format::RdfXml,
                 R"(<!DOCTYPE rdf:RDF [<!ENTITY e "http://e/">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="&e;" xml:base="http://b/d"><e:T rdf:ID="x"/></rdf:RDF>)",
                 {"<http://b/d#x> " + kType + " <http://e/T>"}},
        Document{"json", Format::JsonLd,
                 R"({"@context":{"e":"http://e/","name":"e:name","knows":{"@id":"e:knows","@type":"@id"},"at":{"@id":"e:at","@type":"xsd:date"},"xsd":"http://www.w3.org/2001/XMLSchema#"},
                     "@id":"http://e/s","@type":"e:T","name":["A",{"@value":"B","@language":"en"}],"knows":"http://e/o","at":"2020-01-01","e:n":4,"e:b":true,"dropped":1})",
                 {"<http://e/s> " + kType + " <http://e/T>", "<http://e/s> <http://e/name> \"A\"", "<http://e/s> <http://e/name> \"B\"@en",
                  "<http://e/s> <http://e/knows> <http://e/o>", "<http://e/s> <http://e/at> \"2020-01-01\"^^date",
                  "<http://e/s> <http://e/n> \"4\"^^integer", "<http://e/s> <http://e/b> \"true\"^^boolean"}},
        Document{"json_structures", Format::JsonLd,
                 R"({"@context":{"@vocab":"http://e/","l":{"@container":"@list"}},"@graph":[{"@id":"http://e/s","p":{"q":"in"},"l":["x"],"@reverse":{"back":{"@id":"http://e/o"}}}]})",
                 {"<http://e/s> <http://e/p> _", "_ <http://e/q> \"in\"", "<http://e/s> <http://e/l> _", "_ " + kFirst + " \"x\"",
                  "_ " + kRest + ' ' + kNil, "<http://e/o> <http://e/back> <http://e/s>"}}),
    [](const auto& row) { return row.param.name; });

struct Refusal {
  const char* name;
  Format format;
  std::string text;
  Error::Kind kind;
  std::string names;
  friend void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }
};

std::string repeated(const std::string& text, std::size_t times) {
  std::string made;
  for (std::size_t i = 0; i < times; ++i) made += text;
  return made;
}

std::string laughs() {
  std::string made = "<!DOCTYPE r [<!ENTITY a \"" + std::string(100, 'x') + "\">";
  for (char c = 'b'; c < 'k'; ++c) made += std::string("<!ENTITY ") + c + " \"" + repeated(std::string("&") + static_cast<char>(c - 1) + ";", 10) + "\">";
  return made + "]>" + kRdfOpen.substr(kRdfOpen.find("<rdf:RDF")) + "<rdf:Description><e:p>&j;</e:p></rdf:Description></rdf:RDF>";
}

class RefuseDocument : public testing::TestWithParam<Refusal> {};

TEST_P(RefuseDocument, NamesWhatIsWrong) {
  const auto graph = read(GetParam().text, GetParam().format);
  ASSERT_FALSE(graph);
  EXPECT_EQ(graph.error().kind, GetParam().kind) << graph.error().detail;
  EXPECT_NE(graph.error().detail.find(GetParam().names), std::string::npos) << graph.error().detail;
}

INSTANTIATE_TEST_SUITE_P(
    Documents, RefuseDocument,
    testing::Values(Refusal{"no_turtle", Format::Turtle, "this is not Turtle", Error::Kind::Malformed, "line 1"},
                    Refusal{"turtle_without_prefix", Format::Turtle, "x:a x:b x:c .", Error::Kind::Malformed, "prefix"},
                    Refusal{"turtle_open_end", Format::Turtle, "<http://a> <http://b> \"c", Error::Kind::Malformed, "line"},
                    Refusal{"deep_turtle", Format::Turtle, repeated("[<http://p> ", 4'000), Error::Kind::TooMuch, "deeper"},
                    Refusal{"hidden_brackets", Format::Turtle, "<http://a> <http://b> \"\n" + repeated("(", 6'000), Error::Kind::TooMuch, ""},
                    Refusal{"no_xml", Format::RdfXml, "this is not XML", Error::Kind::Malformed, "line 1"},
                    Refusal{"xml_cut_short", Format::RdfXml, kRdfOpen + "<e:a>", Error::Kind::Malformed, "XML"},
                    Refusal{"xml_text_outside", Format::RdfXml, kRdfOpen + "text</rdf:RDF>", Error::Kind::Malformed, "text"},
                    Refusal{"deep_xml", Format::RdfXml, kRdfOpen + repeated("<e:a>", 1'000), Error::Kind::TooMuch, "deeper"},
                    Refusal{"entities_that_grow", Format::RdfXml, laughs(), Error::Kind::Malformed, "XML"},
                    Refusal{"external_entity", Format::RdfXml,
                            "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><e:a xmlns:e='http://e/' e:p='&x;'/>", Error::Kind::Malformed, "XML"},
                    Refusal{"no_json", Format::JsonLd, "{", Error::Kind::Malformed, "JSON"},
                    Refusal{"json_text", Format::JsonLd, "\"x\"", Error::Kind::Malformed, "neither"},
                    Refusal{"deep_json", Format::JsonLd, repeated("[", 5'000), Error::Kind::TooMuch, "deeper"},
                    Refusal{"remote_context", Format::JsonLd, R"({"@context":"http://example.org/c"})", Error::Kind::NotSupported, "not loaded"},
                    Refusal{"no_utf8", Format::Turtle, "<http://a> <http://b> \"\xC3\" .", Error::Kind::Malformed, "UTF-8"},
                    Refusal{"nul", Format::Turtle, std::string("a\0b", 3), Error::Kind::Malformed, "UTF-8"},
                    Refusal{"too_long", Format::Turtle, std::string(kLongestDocument + 1, ' '), Error::Kind::TooMuch, "longer"}),
    [](const auto& row) { return row.param.name; });

TEST(GraphUnion, KeepsBlankNodesApart) {
  const auto one = read("_:x <http://p> 1 .", Format::Turtle), other = read("_:x <http://p> 2 .", Format::Turtle);
  Graph all;
  ASSERT_TRUE(all.add_all(*one));
  ASSERT_TRUE(all.add_all(*other));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_NE(all.triples().begin()->subject, all.triples().rbegin()->subject);
}

TEST(GraphCopy, OutlivesItsOriginal) {
  Graph copy;
  std::string before;
  {
    const auto original = read("<http://a> <http://b> <http://c> , 'a rather long text that is on the heap' .", Format::Turtle);
    copy = *original;
    before = *write(*original, Format::Turtle);
  }
  EXPECT_EQ(*write(copy, Format::Turtle), before);
}

TEST(GraphUnion, IsFullSomeTime) {
  Graph graph;
  const TermId p = graph.intern(iri("http://p"));
  Result<> added;
  for (TermId i = 0; added; ++i) added = graph.add({graph.intern(literal(std::to_string(i))), p, p});
  EXPECT_EQ(added.error().kind, Error::Kind::TooMuch);
  EXPECT_EQ(graph.size(), Graph::kMostTriples);
}

TEST(IriResolution, FollowsRfc3986) {
  EXPECT_EQ(resolve_iri("http://a/b/c", "../d"), "http://a/d");
  EXPECT_EQ(resolve_iri("http://a/b", "#x"), "http://a/b#x");
  EXPECT_EQ(resolve_iri("http://a/b", "urn:x"), "urn:x");
  EXPECT_EQ(resolve_iri("", "x"), "x");
}

}  // namespace
}  // namespace edgecse::semantics
