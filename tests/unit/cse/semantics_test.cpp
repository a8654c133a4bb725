// SPDX-License-Identifier: Apache-2.0
//
// Descriptors, semantic queries and semantic discovery. TS-0001 9.6.30 and 10.2.14, TS-0004 7.4.34 and 7.3.3.14, release4 13.
#include "base/base64.hpp"
#include "support/cse_network.hpp"
#include "support/cse_options.hpp"
#include "support/test_cse.hpp"

namespace edgecse::test {
namespace {

constexpr int kXml = 4, kTurtle = 5, kJson = 7;
const std::string kPrefix = "PREFIX : <http://h/> ";

Json smd(const std::string& text, int format = kTurtle, Json more = Json::object()) {
  Json made{{"dcrp", format}, {"dsp", base::to_base64(text)}};
  made.update(more);
  return {{"m2m:smd", made}};
}

// --- <semanticDescriptor>, TS-0004 7.4.34 -------------------------------------------------------------------------------

struct Descriptor {
  const char* name;
  int format;
  std::string text;
  int expected;
  friend void PrintTo(const Descriptor& row, std::ostream* out) { *out << row.name; }
};
class CreateDescriptor : public testing::TestWithParam<Descriptor> {};

TEST_P(CreateDescriptor, IsAcceptedWhenItIsWhatDcrpSays) {
  TestCse cse;
  const auto made = cse.create(cse.add_ae("Cdev"), 24, smd(GetParam().text, GetParam().format), "Cdev");
  ASSERT_EQ(rsc(made), GetParam().expected);
  if (GetParam().expected != 2001) return;
  EXPECT_EQ(made.content["m2m:smd"]["vlde"], false);
  EXPECT_EQ(made.content["m2m:smd"]["svd"], true);
}

INSTANTIATE_TEST_SUITE_P(
    Formats, CreateDescriptor,
    testing::Values(Descriptor{"turtle", kTurtle, "<http://a> <http://b> <http://c> .", 2001},
                    Descriptor{"xml", kXml, "\n <?xml version=\"1.0\"?><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"></rdf:RDF>\n", 2001},
                    Descriptor{"json", kJson, R"({"@id":"http://a","http://b":1})", 2001},
                    Descriptor{"turtle_as_json", kJson, "<http://a> <http://b> <http://c> .", 4000},
                    Descriptor{"json_as_xml", kXml, "{}", 4000}, Descriptor{"open_xml", kXml, "<a><b></a>", 4000},
                    Descriptor{"no_turtle", kTurtle, "nothing", 4000}, Descriptor{"iri", 1, "http://a", 4000},
                    Descriptor{"functional_style", 2, "<http://a> <http://b> <http://c> .", 4000},
                    Descriptor{"no_utf8", kTurtle, "<http://a> <http://b> \"\xFF\" .", 4000}),
    [](const auto& row) { return row.param.name; });

struct OneDescriptor : testing::Test {
  void SetUp() override {
    const std::string ae = cse.add_ae("Cdev");
    id = cse.create(ae, 24, smd("@prefix : <http://h/> . :a :p 1 .", kTurtle, {{"rn", "smd"}, {"vlde", true}}), "Cdev").content["m2m:smd"]["ri"];
  }
  int update(Json attributes) { return rsc(cse.update(id, {{"m2m:smd", std::move(attributes)}}, "Cdev")); }
  std::string text() {
    return *base::from_base64(cse.retrieve(id, "Cdev").content["m2m:smd"]["dsp"].get<std::string>());
  }
  TestCse cse;
  std::string id;
};

TEST_F(OneDescriptor, IsCheckedAsAWholeWhenItIsUpdated) {
  EXPECT_EQ(update({{"dsp", "%%%"}}), 4000);
  EXPECT_EQ(update({{"dsp", base::to_base64("nothing")}}), 4000);
  EXPECT_EQ(update({{"dcrp", kXml}}), 4000) << "what is there is Turtle";
  EXPECT_EQ(update({{"dcrp", kJson}, {"dsp", base::to_base64("[]")}}), 2004);
  EXPECT_EQ(update({{"svd", true}}), 4000);
}

TEST_F(OneDescriptor, IsNotValidatedAnyMoreWhenValidationIsSwitchedOff) {
  EXPECT_EQ(cse.retrieve(id, "Cdev").content["m2m:smd"]["svd"], true);
  ASSERT_EQ(update({{"vlde", false}}), 2004);
  EXPECT_EQ(cse.retrieve(id, "Cdev").content["m2m:smd"]["svd"], false);
}

TEST_F(OneDescriptor, IsChangedByAnOperationThatIsNeverShown) {
  const Json operation{{"soe", kPrefix + "DELETE { ?s :p ?o } INSERT { ?s :q ?n } WHERE { ?s :p ?o BIND(?o + 1 AS ?n) }"}};
  const auto answer = cse.update(id, {{"m2m:smd", operation}}, "Cdev");
  ASSERT_EQ(rsc(answer), 2004);
  EXPECT_FALSE(answer.content["m2m:smd"].contains("soe"));
  EXPECT_EQ(text(), "<http://h/a> <http://h/q> \"2\"^^<http://www.w3.org/2001/XMLSchema#integer> .\n");
  EXPECT_FALSE(cse.retrieve(id, "Cdev").content["m2m:smd"].contains("soe"));
  cse.restart();
  ASSERT_EQ(update({{"soe", kPrefix + "DELETE DATA { :a :q 2 }"}, {"dcrp", kXml}}), 2004);
  EXPECT_EQ(text().substr(0, 5), "<?xml") << "written as dcrp says afterwards";
}

TEST_F(OneDescriptor, TellsSubscribersWhatAnOperationChanged) {
  ASSERT_EQ(rsc(cse.create(id, 23, {{"m2m:sub", {{"nu", {"http://127.0.0.1/x"}}, {"nct", 2}}}}, "Cdev")), 2001);
  cse.sender.sent.clear();
  ASSERT_EQ(update({{"soe", "DELETE WHERE { ?s ?p ?o }"}}), 2004);
  cse.time.advance(std::chrono::milliseconds(100));
  ASSERT_FALSE(cse.sender.sent.empty());
  const Json shown = cse.sender.sent.back().request.content["m2m:sgn"]["nev"]["rep"]["m2m:smd"];
  EXPECT_TRUE(shown.contains("dsp"));
  EXPECT_FALSE(shown.contains("soe"));
}

TEST_F(OneDescriptor, RefusesOperationsByTheirFault) {
  const std::string before = text();
  EXPECT_EQ(update({{"soe", "INSERT DATA { <http://a> <http://b> 1 }"}, {"dsp", base::to_base64("")}}), 4000);
  for (const char* bad : {"nonsense", "INSERT DATA {", "SELECT * WHERE {}", "INSERT DATA { ?x <http://b> 1 }"}) EXPECT_EQ(update({{"soe", bad}}), 4143) << bad;
  for (const char* beyond : {"LOAD <http://127.0.0.1/>", "CLEAR ALL", "INSERT DATA { GRAPH <http://g> { <http://a> <http://b> 1 } }",
                             "INSERT { ?a ?b ?c } WHERE { VALUES ?a {1 2 3 4 5 6 7 8 9 10} VALUES ?b {1 2 3 4 5 6 7 8 9 10} VALUES ?c {1 2 3 4 5 6 7 8 9 10} "
                             "VALUES ?d {1 2 3 4 5 6 7 8 9 10} VALUES ?e {1 2 3 4 5 6 7 8 9 10} VALUES ?f {1 2 3 4 5 6 7 8 9 10} }"})
    EXPECT_EQ(update({{"soe", beyond}}), 5212) << beyond;
  EXPECT_EQ(text(), before);
  EXPECT_EQ(rsc(cse.create("cse-mn/Cdev", 24, smd("", kTurtle, {{"soe", "INSERT DATA {}"}}), "Cdev")), 4000) << "not in a CREATE";
}

// --- queries and discovery ----------------------------------------------------------------------------------------------

// Chouse (AE): kitchen and bath (containers) with a descriptor each, a sensor in each room.
struct House : testing::Test {
  void SetUp() override {
    house = cse.add_ae("Chouse");
    for (const auto& [room, value, format] : {std::tuple{"kitchen", "21", kTurtle}, {"bath", "25", kJson}}) {
      cse.add_container(house, room, "Chouse");
      const std::string name = room, iri = "http://h/" + name, sensor = iri + "/t";
      const std::string turtle = "@prefix : <http://h/> . <" + iri + "> a :Room ; :has <" + sensor + "> . <" + sensor + "> :value " + value + " .";
      const std::string json = R"({"@context":{"@vocab":"http://h/"},"@id":")" + iri + R"(","@type":"Room","has":{"@id":")" + sensor + R"(","value":)" + value + "}}";
      EXPECT_EQ(rsc(cse.create(house + "/" + name, 24, smd(format == kTurtle ? turtle : json, format, {{"rn", "smd"}}), "Chouse")), 2001);
    }
  }
  onem2m::Request query(const std::string& text, const std::string& from = "Chouse", std::string to = {}) {
    auto request = cse.request(onem2m::Operation::Retrieve, to.empty() ? house : to, from);
    request.semantic_query = true;
    request.result_content = 10;
    request.filter_criteria.semantics_filters = {kPrefix + text};
    return request;
  }
  onem2m::Request discovery(const std::string& text, const std::string& from = "Chouse", std::string to = {}) {
    auto request = query(text, from, std::move(to));
    request.semantic_query.reset();
    request.result_content.reset();
    request.filter_criteria.filter_usage = 1;
    return request;
  }
  // The values of the one column, sorted.
  std::vector<std::string> values(const onem2m::Request& request) {
    const auto answer = cse.ask(request);
    EXPECT_EQ(rsc(answer), 2000);
    std::vector<std::string> list;
    const Json results = Json::parse(answer.content.value("m2m:qres", "{\"results\":{\"bindings\":[]}}"));
    for (const Json& row : results["results"]["bindings"]) list.push_back(row.begin().value()["value"]);
    std::sort(list.begin(), list.end());
    return list;
  }
  Json found(const onem2m::Request& request) {
    const auto answer = cse.ask(request);
    EXPECT_EQ(rsc(answer), 2000) << answer.content;
    return answer.content.value("m2m:uril", Json{});
  }
  const std::vector<std::string> both{"21", "25"};
  TestCse cse;
  std::string house;
};

TEST_F(House, IsQueriedAsOneGraph) {
  EXPECT_EQ(values(query("SELECT ?v { ?r a :Room ; :has/:value ?v }")), both);
  EXPECT_EQ(values(query("SELECT (SUM(?v) AS ?s) { ?x :value ?v }")), std::vector<std::string>{"46"});
  EXPECT_EQ(values(query("SELECT ?v { ?x :value ?v }", "Chouse", house + "/bath")), std::vector<std::string>{"25"}) << "below the target only";
  EXPECT_EQ(values(query("SELECT ?v { ?x :value ?v }", "Chouse", house + "/bath/smd")), std::vector<std::string>{"25"}) << "a descriptor itself";
  EXPECT_EQ(Json::parse(cse.ask(query("ASK { ?r a :Room }")).content["m2m:qres"].get<std::string>())["boolean"], true);
  EXPECT_EQ(values(query("SELECT ?v { ?x :value ?v }", "CAdmin", "cse-mn")), both);
}

TEST_F(House, ShowsAQueryOnlyWhatTheOriginatorMayRetrieve) {
  EXPECT_EQ(values(query("SELECT ?v { ?x :value ?v }", "Cother", house)), std::vector<std::string>{});
  const Json acp{{"rn", "acp"}, {"pv", {{"acr", {{{"acor", {"Cother"}}, {"acop", 2}}}}}}, {"pvs", {{"acr", {{{"acor", {"Chouse"}}, {"acop", 63}}}}}}};
  ASSERT_EQ(rsc(cse.create(house, 1, {{"m2m:acp", acp}}, "Chouse")), 2001);
  ASSERT_EQ(rsc(cse.update(house + "/kitchen/smd", {{"m2m:smd", {{"acpi", {house + "/acp"}}}}}, "Chouse")), 2004);
  EXPECT_EQ(values(query("SELECT ?v { ?x :value ?v }", "Cother", house)), std::vector<std::string>{"21"});
  EXPECT_EQ(found(discovery("SELECT * { ?x :value ?v }", "Cother")), Json::array()) << "RETRIEVE is not DISCOVERY";
}

TEST_F(House, AnswersAboutItsDescriptorsAsTheyAre) {
  ASSERT_EQ(rsc(cse.update(house + "/kitchen/smd", {{"m2m:smd", {{"soe", kPrefix + "DELETE { ?t :value ?v } INSERT { ?t :value 30 } WHERE { ?t :value ?v }"}}}}, "Chouse")), 2004);
  EXPECT_EQ(values(query("SELECT ?v { ?x :value ?v }")), (std::vector<std::string>{"25", "30"}));
  ASSERT_EQ(rsc(cse.remove(house + "/bath", "Chouse")), 2002);
  EXPECT_EQ(values(query("SELECT ?v { ?x :value ?v }")), std::vector<std::string>{"30"});
  cse.restart();
  EXPECT_EQ(values(query("SELECT ?v { ?x :value ?v }")), std::vector<std::string>{"30"});
}

TEST_F(House, IsDiscoveredByItsDescriptors) {
  EXPECT_EQ(found(discovery("SELECT ?s { ?s :value ?v FILTER(?v > 22) }")), Json({"cse-mn/Chouse/bath"}));
  EXPECT_EQ(found(discovery("SELECT ?s { ?s a :Room }")), Json({"cse-mn/Chouse/bath", "cse-mn/Chouse/kitchen"}));
  EXPECT_EQ(found(discovery("ASK { ?s :value 21 }")), Json({"cse-mn/Chouse/kitchen"}));
  EXPECT_EQ(found(discovery("SELECT ?s { ?s a :Window }")), Json::array());
  EXPECT_EQ(found(discovery("SELECT ?s { ?s a :Room }", "Chouse", house + "/bath")), Json({"cse-mn/Chouse/bath"})) << "the target is described too";
  auto asked_for_false = discovery("SELECT ?s { ?s a :Room }");
  asked_for_false.filter_criteria.filter_usage.reset();
  asked_for_false.semantic_query = false;
  EXPECT_EQ(found(asked_for_false).size(), 2U) << "sqi false with smf asks for resources";
  asked_for_false.result_content = 11;
  EXPECT_EQ(found(asked_for_false).size(), 2U);
  EXPECT_EQ(found(discovery("SELECT ?s { ?s a :Room }", "Cother")), Json::array());
}

TEST_F(House, IsDiscoveredInPagesAndAsReferences) {
  auto request = discovery("SELECT ?s { ?s a :Room }");
  request.filter_criteria.limit = 1;
  const auto first = cse.ask(request);
  EXPECT_EQ(first.content["m2m:uril"], Json({"cse-mn/Chouse/bath"}));
  EXPECT_EQ(first.content_status, 1);
  request.filter_criteria.offset = first.content_offset;
  EXPECT_EQ(found(request), Json({"cse-mn/Chouse/kitchen"}));
  request = discovery("SELECT ?s { ?s a :Room }");
  request.result_content = 6;
  EXPECT_EQ(cse.ask(request).content["m2m:rrl"]["rrf"][0]["nm"], "bath");
  request.result_content.reset();
  request.filter_criteria.labels = {"none"};
  EXPECT_EQ(found(request), Json::array()) << "the other conditions hold for the described resource";
  request.filter_criteria.labels.clear();
  request.to = "cse-mn";
  request.from = "CAdmin";
  request.filter_criteria.level = 1;
  EXPECT_EQ(found(request), Json::array()) << "the rooms are deeper";
}

TEST_F(House, IsDiscoveredByLinkedDescriptors) {
  // attic (no match of its own) -> bath/smd -> attic/smd: a circle, and a link that leads nowhere.
  cse.add_container("cse-mn", "attic", "CAdmin");
  const Json links{{"rn", "smd"}, {"rels", {"cse-mn/Chouse/bath/smd", "cse-mn/none/smd"}}};
  ASSERT_EQ(rsc(cse.create("cse-mn/attic", 24, smd("<http://h/attic> <http://h/above> <http://h/bath> .", kTurtle, links))), 2001);
  const auto ask = [&](const std::string& text) { return found(discovery(text, "CAdmin", "cse-mn/attic")); };
  EXPECT_EQ(ask("SELECT * { ?x :value ?v }"), Json({"cse-mn/Chouse/bath"})) << "what is linked is asked as well";
  EXPECT_EQ(ask("SELECT * { ?x :above ?y }"), Json({"cse-mn/attic"}));
  EXPECT_EQ(ask("SELECT * { ?x :above/:has/:value ?v }"), Json({"cse-mn/attic"})) << "only both together have a solution";
  const Json circle{{"rn", "back"}, {"rels", {"cse-mn/attic/smd"}}};
  ASSERT_EQ(rsc(cse.create(house + "/bath", 24, smd("", kTurtle, circle), "Chouse")), 2001);
  EXPECT_EQ(ask("SELECT * { ?x :nothing ?y }"), Json::array()) << "circles end";
  const auto as_house = discovery("SELECT * { ?x :above ?y }", "Chouse", house);
  EXPECT_EQ(found(as_house), Json::array()) << "without DISCOVERY a link is not followed";
}

// TS-0001 9.6.14a, 10.2.7: what the group's members are described by, as one.
TEST_F(House, IsAskedThroughAGroupsSemanticFanOutPoint) {
  const Json group{{"rn", "g"}, {"mnm", 5}, {"mid", {house + "/bath/smd", house + "/kitchen"}}};
  ASSERT_EQ(rsc(cse.create(house, 9, {{"m2m:grp", group}}, "Chouse")), 2001);
  const std::string point = house + "/g/sfop";
  EXPECT_EQ(values(query("SELECT (SUM(?v) AS ?s) { ?x :value ?v }", "Chouse", point)), std::vector<std::string>{"46"});
  EXPECT_EQ(found(discovery("SELECT * { ?x :value 25 }", "Chouse", point)), Json({"cse-mn/Chouse/bath"}));
  EXPECT_EQ(rsc(cse.ask(query("ASK {}", "Cother", point))), 4103);
  EXPECT_EQ(rsc(cse.ask(query("ASK {", "Chouse", point))), 4143);
  EXPECT_EQ(rsc(cse.retrieve(point, "Chouse")), 4000) << "only with a query";
  EXPECT_EQ(rsc(cse.remove(point, "Chouse")), 4005);
}

TEST_F(House, RefusesQueriesByTheirFault) {
  const auto refused = [&](onem2m::Request request) { return rsc(cse.ask(std::move(request))); };
  for (const char* bad : {"nonsense", "SELECT * {", "SELECT * { ?s x:p ?o }", "INSERT DATA { :a :b 1 }"}) {
    EXPECT_EQ(refused(query(bad)), 4143) << bad;
    EXPECT_EQ(refused(discovery(bad)), 4143) << bad;
  }
  for (const char* left_out : {"CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", "SELECT * FROM <http://127.0.0.1/> { ?s ?p ?o }",
                               "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"})
    EXPECT_EQ(refused(query(left_out)), 5001) << left_out;
  const std::string product = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r . ?s ?t ?u . ?v ?w ?x FILTER(?a = 1) }";
  EXPECT_EQ(refused(query(product)), 4137) << "a query ends, whatever it asks";
  EXPECT_EQ(refused(query("ASK {}", "Chouse", "cse-mn/none")), 4004);
  auto request = query("ASK {}");
  request.filter_criteria.semantics_filters.clear();
  EXPECT_EQ(refused(request), 4000) << "sqi without smf";
  request = query("ASK {}");
  request.filter_criteria.semantics_filters.push_back("ASK {}");
  EXPECT_EQ(refused(request), 4000) << "two queries";
  for (const std::optional<int> rcn : {std::optional<int>{}, std::optional<int>{1}, std::optional<int>{11}}) {
    request = query("ASK {}");
    request.result_content = rcn;
    EXPECT_EQ(refused(request), 4000) << "sqi without rcn 10";
  }
  request = query("ASK {}");
  request.semantic_query.reset();
  EXPECT_EQ(refused(request), 4000) << "rcn 10 without sqi";
  request = query("ASK {}");
  request.filter_criteria.filter_usage = 1;
  EXPECT_EQ(refused(request), 4000) << "a query is no discovery";
  request = cse.request(onem2m::Operation::Delete, house, "Chouse");
  request.semantic_query = true;
  EXPECT_EQ(refused(request), 4000) << "sqi outside RETRIEVE";
  request.semantic_query = false;
  EXPECT_EQ(refused(request), 4000);
}

// --- other CSEs ---------------------------------------------------------------------------------------------------------

// The AE Cask at the IN-CSE with an attic; the house with its rooms is at the edge. Cask may read the bath, not the kitchen.
struct RemoteHouse : testing::Test {
  RemoteHouse() {
    EXPECT_TRUE(network.run_until([&] { return mn.cse().registrar_up(); }));
    const Json ae{{"api", "Ntest"}, {"rr", true}, {"srv", {"3"}}};
    const auto named = [](Json attributes, const std::string& name) {
      attributes["rn"] = name;
      return attributes;
    };
    make(in, "cse-in", 2, {{"m2m:ae", named(ae, "Cask")}}, "Cask");
    make(mn, "cse-mn", 2, {{"m2m:ae", named(ae, "Chouse")}}, "Chouse");
    const Json own{{"acor", {"Chouse"}}, {"acop", 63}}, guest{{"acor", {"/in/Cask"}}, {"acop", 34}};
    make(mn, house, 1, {{"m2m:acp", {{"rn", "acp"}, {"pv", {{"acr", {own, guest}}}}, {"pvs", {{"acr", {own}}}}}}}, "Chouse");
    for (const auto& [room, value] : {std::pair{"kitchen", "21"}, {"bath", "25"}}) {
      const std::string name = room;
      const bool open = name == "bath";
      const std::string iri = "http://h/" + name;
      Json container{{"rn", name}, {"lbl", {"wet"}}}, more{{"rn", "smd"}};
      if (open) container["acpi"] = more["acpi"] = Json::array({house + "/acp"});
      if (open) more["rels"] = {"/in/cse-in/Cask/attic/smd", "cse-mn/none"};
      make(mn, house, 3, {{"m2m:cnt", container}}, "Chouse");
      make(mn, house + '/' + name, 24, smd("<" + iri + "> <http://h/value> " + value + " .", kTurtle, more), "Chouse");
    }
    make(in, "cse-in/Cask", 3, {{"m2m:cnt", {{"rn", "attic"}}}}, "Cask");
    make(in, "cse-in/Cask/attic", 24, smd("<http://h/attic> <http://h/above> <http://h/bath> ; <http://h/value> 10 .", kTurtle,
                                          {{"rn", "smd"}, {"rels", {"/mn1/cse-mn/Chouse/bath/smd", "/mn1/cse-mn/Chouse/kitchen/smd", "/mn7/none"}}}), "Cask");
  }
  static void make(CseNetwork::Node& node, const std::string& parent, int type, Json content, const std::string& from) {
    const auto made = node.create(parent, type, std::move(content), from);
    EXPECT_EQ(rsc(made), 2001) << made.content;
  }
  void make_group(Json members, Json more = Json::object()) {
    Json group{{"rn", "g"}, {"mnm", 9}, {"mid", std::move(members)}};
    group.update(more);
    make(in, "cse-in/Cask", 9, {{"m2m:grp", group}}, "Cask");
  }
  onem2m::Response ask(const std::string& text, bool query, const std::string& to, onem2m::FilterCriteria more = {}, std::optional<int> rcn = {}) {
    onem2m::Request request;
    request.to = to;
    request.from = "Cask";
    request.filter_criteria = std::move(more);
    request.filter_criteria.semantics_filters = {kPrefix + text};
    request.result_content = query ? 10 : rcn;
    if (query) request.semantic_query = true;
    if (!query) request.filter_criteria.filter_usage = 1;
    return in.ask(request);
  }
  std::string sum(const std::string& to = "cse-in/Cask/g/sfop") {
    const auto answer = ask("SELECT (SUM(?v) AS ?s) { ?x :value ?v }", true, to);
    if (rsc(answer) != 2000) return std::to_string(rsc(answer));
    return Json::parse(answer.content["m2m:qres"].get<std::string>())["results"]["bindings"][0]["s"]["value"];
  }
  Json found(const std::string& text, const std::string& to = "cse-in/Cask/attic", onem2m::FilterCriteria more = {}) {
    const auto answer = ask(text, false, to, std::move(more));
    return answer.content.value("m2m:uril", Json(rsc(answer)));
  }
  const std::string house = "cse-mn/Chouse";
  CseNetwork network;
  CseNetwork::Node& in = network.add(in_cse_options());
  CseNetwork::Node& mn = network.add(edge_cse_options());
};

TEST_F(RemoteHouse, IsQueriedThroughAGroupInTheNameOfTheOriginator) {
  make_group({"cse-in/Cask/attic", "/mn1/cse-mn/Chouse/bath"});
  EXPECT_EQ(sum(), "35");
  ASSERT_EQ(rsc(mn.update(house + "/kitchen", {{"m2m:cnt", {{"acpi", {house + "/acp"}}}}}, "Chouse")), 2004);
  ASSERT_EQ(rsc(in.update("cse-in/Cask/g", {{"m2m:grp", {{"mid", {"cse-in/Cask/attic", "/mn1/cse-mn/Chouse/bath/smd", "/mn1/cse-mn/Chouse/kitchen"}}}}}, "Cask")), 2004);
  EXPECT_EQ(sum(), "35") << "the descriptor of the kitchen is not for Cask";
  ASSERT_EQ(rsc(mn.update(house + "/kitchen/smd", {{"m2m:smd", {{"acpi", {house + "/acp"}}}}}, "Chouse")), 2004);
  EXPECT_EQ(sum(), "56");
}

TEST_F(RemoteHouse, IsDiscoveredThroughAGroup) {
  make_group({"cse-in/Cask/attic", "/mn1/cse-mn/Chouse/bath"});
  const std::string point = "cse-in/Cask/g/sfop";
  EXPECT_EQ(found("ASK { ?x :value ?v }", point), Json({"cse-in/Cask/attic", "/mn1/cse-mn/Chouse/bath"}));
  EXPECT_EQ(found("ASK { ?x :value 25 }", point), Json({"/mn1/cse-mn/Chouse/bath"}));
  onem2m::FilterCriteria criteria;
  criteria.limit = 1;
  const auto first = ask("ASK { ?x :value ?v }", false, point, criteria);
  EXPECT_EQ(first.content["m2m:uril"], Json({"cse-in/Cask/attic"}));
  EXPECT_EQ(first.content_status, 1);
  criteria.offset = first.content_offset;
  EXPECT_EQ(found("ASK { ?x :value ?v }", point, criteria), Json({"/mn1/cse-mn/Chouse/bath"}));
  const Json references = ask("ASK { ?x :value 25 }", false, point, {}, 6).content["m2m:rrl"]["rrf"];
  ASSERT_EQ(references.size(), 1U);
  EXPECT_EQ(references[0]["nm"], "bath");
}

TEST_F(RemoteHouse, IsLeftOutWhenItIsNotReached) {
  make_group({"cse-in/Cask/attic", "/mn1/cse-mn/Chouse/bath"});
  network.cut("/in", "/mn1");
  EXPECT_EQ(sum(), "10");
  EXPECT_EQ(found("ASK { ?x :value ?v }", "cse-in/Cask/g/sfop"), Json({"cse-in/Cask/attic"}));
  EXPECT_EQ(found("ASK { ?x :value ?v }"), Json({"cse-in/Cask/attic"})) << "nor by a link";
  ASSERT_EQ(rsc(in.update("cse-in/Cask/g", {{"m2m:grp", {{"mid", {"/mn1/cse-mn/Chouse/bath"}}}}}, "Cask")), 2004);
  EXPECT_EQ(sum(), "5209");
  in.sent.clear();
  EXPECT_EQ(rsc(ask("nonsense", true, "cse-in/Cask/g/sfop")), 4143);
  EXPECT_TRUE(in.sent.empty()) << "nobody is troubled by it";
}

TEST_F(RemoteHouse, IsDiscoveredByLinks) {
  EXPECT_EQ(found("ASK { ?x :value 25 }"), Json({"/mn1/cse-mn/Chouse/bath"})) << "and the way back is a circle";
  EXPECT_EQ(found("ASK { ?x :value 21 }"), Json::array()) << "the kitchen is not for Cask";
  EXPECT_EQ(found("ASK { ?x :above/:value 25 }"), Json({"cse-in/Cask/attic"})) << "only both together have a solution";
  onem2m::FilterCriteria criteria;
  criteria.labels = {"wet"};
  EXPECT_EQ(found("ASK { ?x :value ?v }", "cse-in/Cask/attic", criteria), Json({"/mn1/cse-mn/Chouse/bath"}));
  criteria.labels = {"dry"};
  EXPECT_EQ(found("ASK { ?x :value ?v }", "cse-in/Cask/attic", criteria), Json::array());
  const Json references = ask("ASK { ?x :value 25 }", false, "cse-in/Cask/attic", {}, 6).content["m2m:rrl"]["rrf"];
  EXPECT_EQ(references, Json::array({{{"nm", "bath"}, {"typ", 3}, {"val", "/mn1/cse-mn/Chouse/bath"}}}));
  EXPECT_EQ(sum("cse-in/Cask/attic"), "10") << "a query stays below its target";
}

TEST_F(RemoteHouse, IsFollowedSoFarOnly) {
  Json links = Json::array();
  for (int i = 0; i < 101; ++i) links.push_back("/mn1/cse-mn/none" + std::to_string(i));
  ASSERT_EQ(rsc(in.update("cse-in/Cask/attic/smd", {{"m2m:smd", {{"rels", links}}}}, "Cask")), 2004);
  in.sent.clear();
  EXPECT_EQ(found("ASK { ?x :value ?v }"), Json(4137));
  EXPECT_TRUE(in.sent.empty());
  links.erase(0);
  ASSERT_EQ(rsc(in.update("cse-in/Cask/attic/smd", {{"m2m:smd", {{"rels", links}}}}, "Cask")), 2004);
  EXPECT_EQ(found("ASK { ?x :value ?v }"), Json({"cse-in/Cask/attic"}));
  EXPECT_EQ(in.sent.size(), 100U);
}

}  // namespace
}  // namespace edgecse::test
