// SPDX-License-Identifier: Apache-2.0
//
// SPARQL 1.1 queries and updates over a small graph; then what strangers might ask.
#include <algorithm>

#include "semantics/query.hpp"
#include "semantics/rdf_reader.hpp"
#include "semantics/rdf_writer.hpp"

namespace edgecse::semantics {
namespace {

constexpr const char* kHouse = R"(
@prefix : <http://h/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:house :has :kitchen , :bath .
:kitchen a :Room ; :name "Kitchen"@en , "Küche"@de ; :area 12 ; :has :t1 , :lamp .
:bath a :Room ; :name "Bath"@en ; :area 6.5 ; :has :t2 .
:t1 a :Sensor ; :measures :temperature ; :value 21 ; :since "2020-01-01T00:00:00Z"^^xsd:dateTime .
:t2 a :Sensor ; :measures :temperature ; :value 25 ; :since "2021-01-01T02:00:00+02:00"^^xsd:dateTime .
:lamp a :Actuator ; :label "a.b" .
:a :next :b . :b :next :c . :c :next :a .
)";
const std::string kPrefix = "PREFIX : <http://h/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> ";

std::string shown(const std::optional<Term>& term) {
  if (!term) return "-";
  if (term->kind == Term::Kind::Iri) return term->text.substr(term->text.find_last_of("/#") + 1);
  if (term->kind == Term::Kind::Blank) return "_";
  return term->text + (term->language.empty() ? "" : '@' + term->language);
}

// Rows as texts, values parted by blanks; sorted unless the query sorts.
std::vector<std::string> rows_of(const std::string& query, const Answer& answer) {
  std::vector<std::string> rows;
  for (const auto& row : answer.rows) {
    std::string line;
    for (const auto& value : row) line += (line.empty() ? "" : " ") + shown(value);
    rows.push_back(std::move(line));
  }
  if (query.find("ORDER") == std::string::npos) std::sort(rows.begin(), rows.end());
  return rows;
}

Result<Answer> ask(const std::string& query, const Limits& limits = {}) {
  const auto graph = read(kHouse, Format::Turtle);
  const auto parsed = parse_query(query);
  if (!parsed) return tl::unexpected(parsed.error());
  return run(**parsed, *graph, limits);
}

struct Select {
  const char* name;
  std::string query;
  std::vector<std::string> rows;
  friend void PrintTo(const Select& select, std::ostream* out) { *out << select.name; }
};
class Selecting : public testing::TestWithParam<Select> {};

TEST_P(Selecting, GivesTheRows) {
  const auto answer = ask(kPrefix + GetParam().query);
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(rows_of(GetParam().query, *answer), GetParam().rows);
}

INSTANTIATE_TEST_SUITE_P(
    Queries, Selecting,
    testing::Values(
        Select{"pattern", "SELECT ?r WHERE { ?r a :Room }", {"bath", "kitchen"}},
        Select{"star", "SELECT * { ?r :area ?a }", {"bath 6.5", "kitchen 12"}},
        Select{"join", "select ?r ?v where { ?r :has [ :measures :temperature ; :value ?v ] . }", {"bath 25", "kitchen 21"}},
        Select{"unknown_term", "SELECT ?x { ?x :nothing ?y }", {}},
        Select{"filter", "SELECT ?r { ?r :area ?a FILTER(?a > 6 && ?a < 10) }", {"bath"}},
        Select{"filter_before_its_variable", "SELECT ?r { FILTER(?a = 12.0) ?r :area ?a }", {"kitchen"}},
        Select{"language", "SELECT ?n { ?r :name ?n FILTER langMatches(lang(?n), 'de') }", {"K\xC3\xBC" "che@de"}},
        Select{"regex", "SELECT ?n { ?r :name ?n FILTER regex(str(?n), '^b', 'i') }", {"Bath@en"}},
        Select{"optional", "SELECT ?s ?v { :kitchen :has ?s OPTIONAL { ?s :value ?v } }", {"lamp -", "t1 21"}},
        Select{"optional_with_outer_filter", "SELECT ?r ?v { ?r :area ?a OPTIONAL { ?r :has/:value ?v FILTER(?a < 10) } }", {"bath 25", "kitchen -"}},
        Select{"not_bound", "SELECT ?s { ?r :has ?s OPTIONAL { ?s :value ?v } FILTER(!bound(?v)) }", {"bath", "kitchen", "lamp"}},
        Select{"union", "SELECT ?x { { ?x a :Actuator } UNION { ?x :area 12 } }", {"kitchen", "lamp"}},
        Select{"minus", "SELECT ?x { ?r :has ?x MINUS { ?x a :Sensor } MINUS { ?q :nothing ?w } }", {"bath", "kitchen", "lamp"}},
        Select{"exists", "SELECT ?r { ?r a :Room FILTER EXISTS { ?r :has/a :Actuator } }", {"kitchen"}},
        Select{"not_exists", "SELECT ?r { ?r a :Room FILTER NOT EXISTS { ?r :has/a :Actuator } }", {"bath"}},
        Select{"bind", "SELECT ?r ?d { ?r :area ?a BIND(?a * 2 + 1 AS ?d) }", {"bath 14.0", "kitchen 25"}},
        Select{"difference_without_blanks", "SELECT ?d { :t1 :value ?a . :t2 :value ?b BIND(?b-?a AS ?d) }", {"4"}},
        Select{"values", "SELECT ?r ?a { VALUES ?r { :bath :none } ?r :area ?a }", {"bath 6.5"}},
        Select{"values_rows", "SELECT ?r ?v { ?r a :Room } VALUES (?r ?v) { (:bath 'x') (UNDEF 'y') }", {"bath x", "bath y", "kitchen y"}},
        Select{"nested_group_is_apart", "SELECT ?r { ?r :area ?a { ?r a :Room FILTER(bound(?a)) } }", {}},
        Select{"sub_select", "SELECT ?r ?m { ?r :has/:value ?m { SELECT (MAX(?v) AS ?m) { ?s :value ?v } } }", {"bath 25"}},
        Select{"order", "SELECT ?n { ?r :name ?n } ORDER BY DESC(?n) LIMIT 2", {"K\xC3\xBC" "che@de", "Kitchen@en"}},
        Select{"order_numbers", "SELECT ?a { ?r :area ?a } ORDER BY ?a", {"6.5", "12"}},
        Select{"order_offset", "SELECT ?a { ?r :area ?a } ORDER BY ?a OFFSET 1", {"12"}},
        Select{"distinct", "SELECT DISTINCT ?t { ?x a ?t }", {"Actuator", "Room", "Sensor"}},
        Select{"count", "SELECT (COUNT(*) AS ?n) { ?x a :Sensor }", {"2"}},
        Select{"count_of_nothing", "SELECT (COUNT(?x) AS ?n) { ?x a :Window }", {"0"}},
        Select{"group", "SELECT ?t (COUNT(?x) AS ?n) { ?x a ?t } GROUP BY ?t HAVING(COUNT(?x) > 1) ORDER BY ?t", {"Room 2", "Sensor 2"}},
        Select{"average", "SELECT (AVG(?v) AS ?m) (SUM(?v) AS ?s) (MIN(?v) AS ?l) { ?x :value ?v }", {"23.0 46 21"}},
        Select{"group_concat", "SELECT (GROUP_CONCAT(DISTINCT ?l; separator=',') AS ?all) { ?x :name ?n BIND(lang(?n) AS ?l) FILTER(?l = 'en') }", {"en"}},
        Select{"order_by_aggregate", "SELECT ?r { ?r :has ?x } GROUP BY ?r ORDER BY DESC(COUNT(?x)) ?r", {"house", "kitchen", "bath"}},
        Select{"path_sequence", "SELECT ?v { :house :has/:has/:value ?v }", {"21", "25"}},
        Select{"path_star", "SELECT ?x { :house :has* ?x }", {"bath", "house", "kitchen", "lamp", "t1", "t2"}},
        Select{"path_plus_in_a_circle", "SELECT ?x { :a :next+ ?x }", {"a", "b", "c"}},
        Select{"path_backwards", "SELECT ?r { :lamp ^:has+ ?r }", {"house", "kitchen"}},
        Select{"path_to_known", "SELECT ?r { ?r :has+ :t2 }", {"bath", "house"}},
        Select{"path_alternative", "SELECT ?x { :kitchen (:area|:label)? ?x }", {"12", "kitchen"}},
        Select{"path_negated", "SELECT ?x { :lamp !(:label|^:has) ?x }", {"Actuator"}},
        Select{"both_ends_open", "SELECT (COUNT(*) AS ?n) { ?x :next+ ?y }", {"9"}},
        Select{"times", "SELECT ?s { ?s :since ?t FILTER(?t = '2021-01-01T00:00:00Z'^^xsd:dateTime) }", {"t2"}},
        Select{"year", "SELECT ?y { :t1 :since ?t BIND(year(?t) AS ?y) }", {"2020"}},
        Select{"functions", "SELECT (CONCAT(UCASE('a'), SUBSTR('xyz', 2, 1), STRAFTER('k=v','='), STR(STRLEN('\xC3\xBC'))) AS ?x) {}", {"Ayv1"}},
        Select{"replace", R"(SELECT (REPLACE('abcd', '(b)(c)', '$2$1') AS ?x) {})", {"acbd"}},
        Select{"if_in_coalesce", "SELECT (IF(2 IN (1, 2), 'in', 'out') AS ?x) (COALESCE(?nothing, 1/0, 'last') AS ?y) {}", {"in last"}},
        Select{"casts", "SELECT (xsd:integer('7') + 1 AS ?x) (datatype(1.0) AS ?y) (xsd:boolean('x') AS ?z) {}", {"8 decimal -"}},
        Select{"error_or_true", "SELECT ?r { ?r :area 12 FILTER(?none > 1 || true) }", {"kitchen"}},
        Select{"division", "SELECT (6 / 3 AS ?x) (7 - 2 - 1 AS ?y) (-(3) AS ?z) (2 * 3 / 4 AS ?w) {}", {"2.0 4 -3 1.5"}},
        Select{"collection", "SELECT ?x { VALUES ?x { 1 } FILTER NOT EXISTS { ?l :p (1 ?y) } }", {"1"}},
        Select{"limit_zero", "SELECT ?x { ?x ?y ?z } LIMIT 0", {}}),
    [](const auto& row) { return row.param.name; });

TEST(Ask, SaysWhetherThereIsASolution) {
  EXPECT_EQ(ask(kPrefix + "ASK { :kitchen :area ?a FILTER(?a > 10) }")->truth, true);
  EXPECT_EQ(ask(kPrefix + "ASK WHERE { :kitchen :area 13 }")->truth, false);
}

TEST(Results, AreTheStandardsJson) {
  const auto answer = ask(kPrefix + "SELECT ?r ?n ?q { ?r :name ?n ; :area 12 FILTER(lang(?n)='de') }");
  EXPECT_EQ(to_json(*answer), "{\"head\":{\"vars\":[\"r\",\"n\",\"q\"]},\"results\":{\"bindings\":[{\"r\":{\"type\":\"uri\",\"value\":\"http://h/kitchen\"},"
                              "\"n\":{\"type\":\"literal\",\"value\":\"K\xC3\xBC" "che\",\"xml:lang\":\"de\"}}]}}");
  EXPECT_EQ(to_json(*ask("ASK {}")), R"({"head":{},"boolean":true})");
}

struct BadQuery {
  const char* name;
  std::string query;
  Error::Kind kind;
  std::string names;
  friend void PrintTo(const BadQuery& bad, std::ostream* out) { *out << bad.name; }
};
std::string times(const std::string& text, std::size_t count) {
  std::string made;
  for (std::size_t i = 0; i < count; ++i) made += text;
  return made;
}
class RefusedQuery : public testing::TestWithParam<BadQuery> {};

TEST_P(RefusedQuery, NamesWhatIsWrong) {
  const auto answer = ask(GetParam().query);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, GetParam().kind) << answer.error().detail;
  EXPECT_NE(answer.error().detail.find(GetParam().names), std::string::npos) << answer.error().detail;
}

constexpr auto kMalformed = Error::Kind::Malformed, kNotSupported = Error::Kind::NotSupported, kTooMuch = Error::Kind::TooMuch;
INSTANTIATE_TEST_SUITE_P(
    Queries, RefusedQuery,
    testing::Values(BadQuery{"words", "this is no query", kMalformed, "SELECT or ASK"}, BadQuery{"empty", "", kMalformed, "at the end"},
                    BadQuery{"open_group", "SELECT * { ?s ?p ?o", kMalformed, "'}'"}, BadQuery{"no_prefix", "SELECT * { ?s x:p ?o }", kMalformed, "x:"},
                    BadQuery{"no_object", "SELECT * { ?s ?p }", kMalformed, "'}'"}, BadQuery{"open_text", "SELECT * { ?s ?p \"x }", kMalformed, "without an end"},
                    BadQuery{"no_utf8", "SELECT * { ?s ?p \"\xFF\" }", kMalformed, "UTF-8"}, BadQuery{"rest", "ASK {} x", kMalformed, "nothing more"},
                    BadQuery{"ungrouped", "SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o }", kMalformed, "?s"},
                    BadQuery{"no_function", "SELECT * { FILTER(foo(1)) }", kMalformed, "function"},
                    BadQuery{"construct", "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", kNotSupported, "CONSTRUCT"},
                    BadQuery{"service", "SELECT * { SERVICE <http://localhost/> { ?s ?p ?o } }", kNotSupported, "SERVICE"},
                    BadQuery{"from", "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }", kNotSupported, "FROM"},
                    BadQuery{"graph", "SELECT * { GRAPH ?g { ?s ?p ?o } }", kNotSupported, "GRAPH"},
                    BadQuery{"other_function", "SELECT * { FILTER(<http://x/f>(1)) }", kNotSupported, "http://x/f"},
                    BadQuery{"deep_groups", "SELECT * " + times("{", 5'000), kTooMuch, "deeper"},
                    BadQuery{"deep_expression", "SELECT * { FILTER(" + times("(", 5'000), kTooMuch, "deeper"},
                    BadQuery{"deep_not", "SELECT * { FILTER(" + times("!", 5'000), kTooMuch, "deeper"},
                    BadQuery{"deep_path", "SELECT * { ?s " + times("^ ", 5'000), kTooMuch, "deeper"},
                    BadQuery{"deep_node", "SELECT * { ?s ?p " + times("[ ?p ", 2'000), kTooMuch, "deeper"},
                    BadQuery{"long_one", "ASK {}" + std::string(40'000, ' '), kTooMuch, "longer"},
                    BadQuery{"many_patterns", "ASK {" + times("?a ?b ?c .", 300) + "}", kTooMuch, "patterns"},
                    BadQuery{"product", "SELECT * {" + times("[] ?p [] .", 20) + "}", kTooMuch, "results"},
                    BadQuery{"product_to_count", "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }", kTooMuch, ""},
                    BadQuery{"product_without_result", "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?a = 1) ?m ?n ?o FILTER(?a = ?d && ?d = ?m) }", kTooMuch, "steps"},
                    BadQuery{"growing_text", "SELECT ?y { VALUES ?a { '" + std::string(1'000, 'x') + "' } BIND(CONCAT(" + times("?a,", 500) +
                                                 "?a) AS ?x) ?s ?p ?o BIND(CONCAT(?x, STR(?s), STR(?p), STR(?o)) AS ?y) }", kTooMuch, "text"}),
    [](const auto& row) { return row.param.name; });

// The deepest that is allowed must not need more stack than a thread has.
TEST(Query, AsLongAndDeepAsAllowedIsAnswered) {
  for (const std::string& pattern :
       {times("?x :next ?y . ", 250), times("OPTIONAL { ?x :next ?y ", 60) + times("}", 60), ":a " + times("(", 30) + ":next" + times(")", 30) + "* :c",
        "FILTER(" + times("!(", 18) + "true" + times(")", 19), "FILTER(" + times("1 + ", 3'000) + "1 = 3001)", times("{ } UNION ", 120) + "{ }"}) {
    const auto answer = ask(kPrefix + "ASK {" + pattern + "}");
    ASSERT_TRUE(answer) << pattern.substr(0, 30) << ": " << answer.error().detail;
    EXPECT_EQ(answer->truth, true) << pattern.substr(0, 30);
  }
}

TEST(Query, OfACatastrophicExpressionEnds) {
  const auto answer = ask("SELECT * { FILTER regex('" + std::string(20'000, 'a') + "b', '^(a+)+$') }");
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->rows.empty());
}

struct Updating {
  const char* name;
  std::string update;
  std::string after;  // Turtle
  friend void PrintTo(const Updating& updating, std::ostream* out) { *out << updating.name; }
};
class Update : public testing::TestWithParam<Updating> {};

TEST_P(Update, ChangesTheGraph) {
  const std::string prefix = "@prefix : <http://h/> . ";
  const auto parsed = parse_update(kPrefix + GetParam().update);
  ASSERT_TRUE(parsed) << parsed.error().detail;
  const auto after = apply(**parsed, *read(prefix + ":a :p 1 , 2 .", Format::Turtle));
  ASSERT_TRUE(after) << after.error().detail;
  EXPECT_EQ(*write(*after, Format::Turtle), *write(*read(prefix + GetParam().after, Format::Turtle), Format::Turtle));
}

INSTANTIATE_TEST_SUITE_P(
    Updates, Update,
    testing::Values(Updating{"insert", "INSERT DATA { :a :p 3 }", ":a :p 1 , 2 , 3 ."}, Updating{"delete", "DELETE DATA { :a :p 1 }", ":a :p 2 ."},
                    Updating{"delete_what_is_not_there", "DELETE DATA { :a :p 9 }", ":a :p 1 , 2 ."},
                    Updating{"delete_where", "DELETE WHERE { ?s ?p 2 }", ":a :p 1 ."},
                    Updating{"two_steps", "DELETE WHERE { ?s ?p 2 } ; INSERT DATA { :a :p 1 }", ":a :p 1 ."},
                    Updating{"nothing_matches", "DELETE { ?s ?p ?o } INSERT { :x :y :z } WHERE { ?s ?p ?o FILTER(?o > 5) }", ":a :p 1 , 2 ."},
                    Updating{"no_triple", "INSERT { ?o :is ?s } WHERE { ?s :p ?o }", ":a :p 1 , 2 ."}),
    [](const auto& row) { return row.param.name; });

TEST(UpdateRequest, ModifiesBySolution) {
  const auto parsed = parse_update(kPrefix + "DELETE { ?s :p ?o } INSERT { ?s :q ?n . [] :of ?n } WHERE { ?s :p ?o BIND(?o * 10 AS ?n) }");
  const auto after = apply(**parsed, *read("<http://h/a> <http://h/p> 1 , 2 .", Format::Turtle));
  ASSERT_TRUE(after);
  EXPECT_EQ(after->size(), 4U);
  const auto query = parse_query(kPrefix + "SELECT DISTINCT ?b { :a :q ?n . ?b :of ?n FILTER(?n = 10 || ?n = 20) }");
  EXPECT_EQ(run(**query, *after)->rows.size(), 2U) << "a blank node of its own for each solution";
}

TEST(UpdateRequest, RefusesWhatItCannotRead) {
  for (const auto& [text, kind] : std::vector<std::pair<std::string, Error::Kind>>{
           {"no update", kMalformed}, {"", kMalformed}, {"INSERT DATA { ?x <p> 1 }", kMalformed}, {"DELETE { [] <p> 1 } WHERE {}", kMalformed},
           {"INSERT DATA { <a> <p>/<q> 1 }", kMalformed}, {"SELECT * {}", kMalformed}, {"LOAD <file:///etc/passwd>", kNotSupported},
           {"CLEAR ALL", kNotSupported}, {"INSERT DATA { GRAPH <g> { <a> <b> 1 } }", kNotSupported}}) {
    const auto parsed = parse_update(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().kind, kind) << text << ": " << parsed.error().detail;
  }
}

}  // namespace
}  // namespace edgecse::semantics
