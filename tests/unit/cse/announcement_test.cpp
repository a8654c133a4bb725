// SPDX-License-Identifier: Apache-2.0
//
// Announced resources, at the original's host and where they are. TS-0001 9.6.26, 10.2.8; TS-0004 7.3.3.10, 7.3.3.11.
#include <gtest/gtest.h>

#include "support/cse_network.hpp"
#include "support/cse_options.hpp"

namespace edgecse::test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

int rsc(const onem2m::Response& response) { return onem2m::to_number(response.status); }
Json shown(const onem2m::Response& response) {
  return response.content.is_object() && !response.content.empty() ? *response.content.begin() : Json{};
}

/// An AE at an MN-CSE, and the IN-CSE that it is registered at.
struct Announcement : ::testing::Test {
  CseNetwork network;
  CseNetwork::Node& in = network.add(in_cse_options());
  CseNetwork::Node& mn = network.add(edge_cse_options("/mn1"));

  void SetUp() override {
    ASSERT_TRUE(network.run_until([&] { return mn.cse().registrar_up(); }));
    network.advance(1s);
  }
  onem2m::Response add_ae(Json more) {
    Json ae{{"rn", "ae"}, {"api", "Ntest"}, {"rr", true}, {"srv", {"3"}}};
    ae.update(more);
    return mn.create("cse-mn", 2, {{"m2m:ae", ae}}, "Cae");
  }
  onem2m::Response add(int type, const std::string& member, Json attributes, const std::string& parent = "cse-mn/ae") {
    return mn.create(parent, type, {{member, std::move(attributes)}}, "Cae");
  }
  /// Where the first announcement is, as the answer shows it.
  static std::string place(const onem2m::Response& response) {
    const Json list = shown(response).value("at", Json::array());
    return list.empty() ? std::string{} : list[0].get<std::string>();
  }
  Json there(const std::string& address) { return shown(in.retrieve(address)); }
};

TEST_F(Announcement, IsMadeBelowTheAnnouncedCseBase) {
  const auto made = add_ae({{"at", {"/in"}}, {"lbl", {"l"}}, {"apn", "name"}});
  ASSERT_EQ(rsc(made), 2001) << made.content;
  ASSERT_TRUE(place(made).starts_with("/in/")) << made.content;
  const Json announced = there(place(made));
  EXPECT_EQ(announced["ty"], 10002);
  EXPECT_EQ(announced["lnk"], "/mn1/Cae");
  EXPECT_EQ(announced["lbl"], Json({"l"}));
  EXPECT_EQ(announced["srv"], Json({"3"})) << "mandatory ones always";
  EXPECT_FALSE(announced.contains("apn")) << "optional ones when aa names them";
  EXPECT_EQ(announced["et"], shown(made)["et"]);
  const Json base = there(announced["pi"]);
  EXPECT_EQ(base["ty"], 10005);
  EXPECT_TRUE(std::ranges::any_of(mn.sent, [](const auto& sent) { return sent.resource_type == 10005 && sent.to == "/in/cse-in"; }))
      << "the name that its registration tells";
  EXPECT_EQ(base["lnk"], "/mn1/mn1");
}

TEST_F(Announcement, OfADescriptorLearnsWhatAnOperationMadeOfIt) {
  ASSERT_EQ(rsc(add_ae({{"at", {"/in"}}})), 2001);
  const Json turtle{{"rn", "d"}, {"dcrp", 5}, {"dsp", "PGh0dHA6Ly9hPiA8aHR0cDovL2I+IDEgLg=="}, {"at", {"/in"}}, {"aa", {"dcrp", "dsp"}}};
  const auto made = add(24, "m2m:smd", turtle);  // <http://a> <http://b> 1 .
  ASSERT_EQ(rsc(made), 2001) << made.content;
  ASSERT_EQ(there(place(made))["dsp"], turtle["dsp"]);
  ASSERT_EQ(rsc(mn.update("cse-mn/ae/d", {{"m2m:smd", {{"soe", "INSERT DATA { <http://a> <http://c> 2 }"}}}}, "Cae")), 2004);
  ASSERT_TRUE(network.run_until([&] { return there(place(made))["dsp"] != turtle["dsp"]; }));
  onem2m::Request query;
  query.operation = onem2m::Operation::Retrieve;
  query.to = "cse-in";
  query.from = "CAdmin";
  query.result_content = 10;
  query.semantic_query = true;
  query.filter_criteria.semantics_filters = {"SELECT ?v { <http://a> <http://c> ?v }"};
  const std::string results = in.ask(query).content.value("m2m:qres", "");
  EXPECT_NE(results.find("\"value\":\"2\""), std::string::npos) << "an announced descriptor is asked as well: " << results;
}

TEST_F(Announcement, FollowsItsParent) {
  const auto ae = add_ae({{"at", {"/in"}}});
  const auto container = add(3, "m2m:cnt", {{"rn", "c"}, {"at", {"/in"}}});
  ASSERT_EQ(rsc(container), 2001) << container.content;
  EXPECT_EQ(there(place(container))["pi"], place(ae).substr(4));
  const auto instance = add(4, "m2m:cin", {{"con", "x"}, {"at", {"/in"}}, {"aa", {"con"}}}, "cse-mn/ae/c");
  ASSERT_EQ(rsc(instance), 2001) << instance.content;
  const Json announced = there(place(instance));
  EXPECT_EQ(announced["ty"], 10004) << instance.content;
  EXPECT_EQ(announced["con"], "x");
  EXPECT_EQ(announced["pi"], place(container).substr(4));
  const auto direct = add(3, "m2m:cnt", {{"rn", "d"}});
  ASSERT_EQ(rsc(direct), 2001);
  EXPECT_EQ(rsc(add(4, "m2m:cin", {{"con", "x"}, {"at", {"/in"}}}, "cse-mn/ae/d")), 4005) << "its container is not announced";
  ASSERT_EQ(rsc(mn.remove("cse-mn/ae/c/la", "Cae")), 2002);
  EXPECT_EQ(rsc(in.retrieve(place(instance))), 4004);
  ASSERT_EQ(rsc(mn.update("cse-mn/ae/c", {{"m2m:cnt", {{"mni", 1}}}}, "Cae")), 2004);
  const auto evicted = add(4, "m2m:cin", {{"con", "1"}, {"at", {"/in"}}}, "cse-mn/ae/c");
  ASSERT_EQ(rsc(in.retrieve(place(evicted))), 2000);
  ASSERT_EQ(rsc(add(4, "m2m:cin", {{"con", "2"}}, "cse-mn/ae/c")), 2001);
  network.advance(1s);
  EXPECT_EQ(rsc(in.retrieve(place(evicted))), 4004) << "evicted";
}

TEST_F(Announcement, GoesToAnAddressWhenToldSo) {
  ASSERT_EQ(rsc(in.create("cse-in", 3, {{"m2m:cnt", {{"rn", "home"}}}}, "CAdmin")), 2001);
  add_ae(Json::object());
  const auto refused = add(3, "m2m:cnt", {{"rn", "c"}, {"at", {"/in/cse-in/home"}}});
  EXPECT_EQ(rsc(refused), 2001);
  EXPECT_FALSE(shown(refused).contains("at")) << "a container takes no announced one: what failed is left out";
  const auto base = add_ae({{"at", {"/in/cse-in"}}, {"rn", "other"}});
  EXPECT_EQ(rsc(base), 4117) << "the stem is taken";
}

TEST_F(Announcement, KeepsStepWithItsOriginal) {
  const std::string announced = place(add_ae({{"at", {"/in"}}, {"aa", {"apn"}}, {"apn", "one"}}));
  EXPECT_EQ(there(announced)["apn"], "one");
  const auto change = [&](Json attributes) {
    const auto changed = mn.update("cse-mn/ae", {{"m2m:ae", std::move(attributes)}}, "Cae");
    EXPECT_EQ(rsc(changed), 2004) << changed.content;
    return shown(changed);
  };
  change({{"apn", "two"}, {"lbl", {"l"}}});
  EXPECT_EQ(there(announced)["apn"], "two");
  EXPECT_EQ(there(announced)["lbl"], Json({"l"}));
  change({{"lbl", nullptr}});
  EXPECT_FALSE(there(announced).contains("lbl"));
  change({{"aa", {"rr"}}});
  EXPECT_FALSE(there(announced).contains("apn")) << "no longer named";
  EXPECT_EQ(there(announced)["rr"], true);
  EXPECT_EQ(change({{"aa", {"mei", "rr"}}})["aa"], Json({"rr"})) << "what cannot be announced goes";
  EXPECT_EQ(rsc(mn.update("cse-mn/ae", {{"m2m:ae", {{"aa", {"nonsense"}}}}}, "Cae")), 4000);
}

TEST_F(Announcement, EndsWithItsEntryOrItsOriginal) {
  const std::string first = place(add_ae({{"at", {"/in"}}}));
  ASSERT_EQ(rsc(mn.update("cse-mn/ae", {{"m2m:ae", {{"at", nullptr}}}}, "Cae")), 2004);
  EXPECT_EQ(rsc(in.retrieve(first)), 4004);
  const auto again = mn.update("cse-mn/ae", {{"m2m:ae", {{"at", {"/in"}}}}}, "Cae");
  const std::string second = place(again);
  ASSERT_TRUE(second.starts_with("/in/")) << again.content;
  EXPECT_EQ(place(mn.update("cse-mn/ae", {{"m2m:ae", {{"at", {second}}}}}, "Cae")), second) << "its address keeps it";
  ASSERT_EQ(rsc(mn.remove("cse-mn/ae", "Cae")), 2002);
  EXPECT_EQ(rsc(in.retrieve(second)), 4004);
}

TEST_F(Announcement, SurvivesCrashesAndPeersThatAreAway) {
  in.crash();
  const auto made = add_ae({{"at", {"/in"}}});
  ASSERT_EQ(rsc(made), 2001);
  EXPECT_FALSE(shown(made).contains("at")) << "failed ones are left out";
  mn.restart();
  in.restart();
  const auto place_now = [&] { return place(mn.retrieve("cse-mn/ae", "Cae")); };
  ASSERT_TRUE(network.run_until([&] { return !place_now().empty(); }, 5min));
  EXPECT_EQ(there(place_now())["lnk"], "/mn1/Cae");
  const std::string announced = place_now();
  network.cut("/mn1", "/in");
  ASSERT_EQ(rsc(mn.update("cse-mn/ae", {{"m2m:ae", {{"lbl", {"l"}}}}}, "Cae")), 2004);
  mn.restart();
  network.join("/mn1", "/in");
  EXPECT_TRUE(network.run_until([&] { return there(announced).contains("lbl"); }, 5min));
  network.cut("/mn1", "/in");
  ASSERT_EQ(rsc(mn.remove("cse-mn/ae", "Cae")), 2002);
  mn.restart();
  network.join("/mn1", "/in");
  EXPECT_TRUE(network.run_until([&] { return rsc(in.retrieve(announced)) == 4004; }, 5min));
}

TEST_F(Announcement, IsMadeOnceThoughItsAnswerIsLost) {
  network.cut("/mn1", "/in");  // answers on their way are lost, too
  network.join("/mn1", "/in");
  add_ae({{"at", {"/in"}}});
  const auto made = [&] {
    std::size_t count = 0;
    in.tree().for_each([&](const cse::ResourcePtr& resource) { count += resource->type == 10003 ? 1 : 0; });
    return count;
  };
  std::optional<onem2m::Response> answer;
  onem2m::Request request;
  request.operation = onem2m::Operation::Create;
  request.to = "cse-mn/ae";
  request.from = "Cae";
  request.resource_type = 3;
  request.request_identifier = "r";
  request.release_version = "3";
  request.content = {{"m2m:cnt", {{"rn", "c"}, {"at", {"/in"}}}}};
  mn.cse().handle(request, [&](onem2m::Response response) { answer = std::move(response); });
  ASSERT_TRUE(network.run_until([&] { return made() == 1; }));
  network.cut("/mn1", "/in");
  ASSERT_TRUE(network.run_until([&] { return answer.has_value(); }));
  network.join("/mn1", "/in");
  ASSERT_TRUE(network.run_until([&] { return !place(mn.retrieve("cse-mn/ae/c", "Cae")).empty(); }, 5min));
  EXPECT_EQ(made(), 1U);
}

TEST_F(Announcement, IsChangedByItsOriginalsHostOnly) {
  const std::string announced = place(add_ae({{"at", {"/in"}}}));
  const auto change = [&](const std::string& from) { return rsc(in.update(announced, {{"m2m:aeA", {{"lbl", {"x"}}}}}, from)); };
  EXPECT_EQ(change("Cstranger"), 4103);
  EXPECT_EQ(change("/mn2"), 4103);
  EXPECT_EQ(change("/mn1"), 2004);
  EXPECT_EQ(rsc(in.remove(announced, "/mn2")), 4103);
  EXPECT_EQ(rsc(in.create("cse-in", 10005, {{"m2m:cbA", {{"lnk", "/mn1/mn1"}, {"et", "20991231T000000"}}}}, "/mn1")), 4105)
      << "one per CSE";
  const auto endless = in.create("cse-in", 10005, {{"m2m:cbA", {{"lnk", "/mn1/other"}, {"et", nullptr}}}}, "/mn1");
  EXPECT_EQ(rsc(endless), 2001) << endless.content;
  EXPECT_TRUE(shown(endless)["et"].is_string());
}

// Another CSE looks for its <CSEBaseAnnc> before it announces the next resource, and its policies are not here.
TEST_F(Announcement, IsReadAndFoundByItsOriginalsHost) {
  const std::string announced = place(add_ae({{"at", {"/in"}}}));
  EXPECT_EQ(rsc(in.retrieve(announced, "/mn1")), 2000);
  EXPECT_EQ(rsc(in.retrieve(there(announced)["pi"], "/mn1")), 2000);
  EXPECT_EQ(rsc(in.retrieve(announced, "/mn2")), 4103);
  onem2m::Request discovery;
  discovery.operation = onem2m::Operation::Retrieve;
  discovery.to = "cse-in";
  discovery.filter_criteria.filter_usage = 1;
  discovery.filter_criteria.resource_types = {10002, 10005};
  for (const auto& [from, found] : std::map<std::string, std::size_t>{{"/mn1", 2}, {"/mn2", 0}}) {
    discovery.from = from;
    const auto answer = in.ask(discovery);
    EXPECT_EQ(answer.content.value("m2m:uril", Json{}).size(), found) << from << answer.content;
  }
}

TEST_F(Announcement, ShowsWhatIsNamedAndNoLonger) {
  const Json battery{{"cnd", "org.onem2m.common.moduleclass.battery"}, {"lvl", 7}, {"at", {"/in"}}, {"aa", {"lvl"}}};
  add_ae({{"at", {"/in"}}});
  const std::string announced = place(add(28, "cod:bat", battery));
  EXPECT_EQ(there(announced)["lvl"], 7);
  EXPECT_EQ(there(announced)["cnd"], battery["cnd"]) << "no name of a resource";
  ASSERT_EQ(rsc(mn.update("cse-mn/ae/" + shown(mn.retrieve(there(announced)["lnk"]))["rn"].get<std::string>(),
                          {{"cod:bat", {{"aa", nullptr}}}}, "Cae")),
            2004);
  EXPECT_FALSE(there(announced).contains("lvl")) << "mandatory for the original alone";
}

TEST_F(Announcement, NamesOriginatorsOfAPolicyAsOthersKnowThem) {
  add_ae(Json::object());
  const Json mine{{"acr", {{{"acor", {"Cae", "C*", "Sx", "S*", "all", "*", "/in/Cb", "//other/x", "r@roles", "group"}}, {"acop", 2}}}}};
  const Json announced = there(place(add(1, "m2m:acp", {{"rn", "p"}, {"at", {"/in"}}, {"pv", mine}, {"pvs", mine}})));
  const Json theirs{"/mn1/Cae", "/mn1/C*", "/Sx", "/S*", "all", "*", "/in/Cb", "//other/x", "r@roles", "/mn1/group"};
  EXPECT_EQ(announced["pv"], Json({{"acr", {{{"acor", theirs}, {"acop", 2}}}}}));
  EXPECT_EQ(announced["pvs"]["acr"][1], Json({{"acor", {"/mn1"}}, {"acop", 63}})) << "and its host";
}

TEST_F(Announcement, MayBeBelowAResourceHere) {
  const std::string announced = place(add_ae({{"at", {"in"}}}));
  ASSERT_TRUE(announced.starts_with("/mn1/")) << announced;
  EXPECT_EQ(shown(mn.retrieve(announced))["pi"], "in") << "the <remoteCSE> of the registrar";
}

TEST_F(Announcement, SynchronisesBothWaysWhenAskedTo) {
  const auto made = add_ae({{"at", {"/in"}}, {"ast", 2}});
  const std::string announced = place(made);
  ASSERT_EQ(there(announced)["ast"], 2) << made.content;
  ASSERT_EQ(rsc(in.update(announced, {{"m2m:aeA", {{"lbl", {"from there"}}}}}, "CAdmin")), 2004);
  EXPECT_TRUE(network.run_until([&] { return shown(mn.retrieve("cse-mn/ae", "Cae")).value("lbl", Json{}) == Json({"from there"}); }));
  EXPECT_EQ(there(announced)["lbl"], Json({"from there"}));
}

TEST_F(Announcement, ShowsItsOriginalWithResultContent7) {
  const auto policy = mn.create("cse-mn", 1, {{"m2m:acp", {{"rn", "p"}, {"pv", {{"acr", {{{"acor", {"all"}}, {"acop", 63}}}}}},
                                                           {"pvs", {{"acr", {{{"acor", {"all"}}, {"acop", 63}}}}}}}}});
  ASSERT_EQ(rsc(policy), 2001);
  const std::string announced = place(add_ae({{"at", {"/in"}}, {"apn", "name"}, {"acpi", {"cse-mn/p"}}}));
  EXPECT_TRUE(there(announced)["acpi"][0].get<std::string>().starts_with("/mn1/"));
  onem2m::Request request;
  request.operation = onem2m::Operation::Retrieve;
  request.to = announced;
  request.from = "CAdmin";
  request.result_content = 7;
  const auto original = in.ask(request);
  EXPECT_EQ(rsc(original), 2000) << original.content;
  EXPECT_EQ(shown(original)["apn"], "name");
  const auto up = in.create("cse-in", 2, {{"m2m:ae", {{"rn", "up"}, {"api", "Ntest"}, {"rr", true}, {"srv", {"3"}}, {"at", {"/mn1"}}}}}, "Cup");
  request.to = place(up);
  request.from = "/in";
  EXPECT_EQ(rsc(mn.ask(request)), 2000) << "from above, and up again: the registrar is what it asks for";
}

TEST_F(Announcement, MayStayAtHome) {
  const auto made = add_ae({{"at", {"/mn1"}}});
  ASSERT_TRUE(place(made).starts_with("/mn1/")) << made.content;
  EXPECT_EQ(shown(mn.retrieve(place(made)))["lnk"], "/mn1/Cae");
}

TEST_F(Announcement, IsReadByWhomItsAnnouncedPolicyNames) {
  add_ae({{"at", {"/in"}}});
  const auto policy = add(1, "m2m:acp", {{"rn", "p"}, {"at", {"/in"}}, {"pv", {{"acr", {{{"acor", {"/in/Creader", "Cae"}}, {"acop", 63}}}}}},
                                         {"pvs", {{"acr", {{{"acor", {"Cae"}}, {"acop", 63}}}}}}});
  const auto made = add(3, "m2m:cnt", {{"rn", "c"}, {"at", {"/in"}}, {"acpi", {"cse-mn/ae/p"}}});
  EXPECT_EQ(there(place(made))["acpi"], Json({place(policy).substr(4)}));
  EXPECT_EQ(rsc(in.retrieve(place(made), "Creader")), 2000);
  EXPECT_EQ(rsc(in.retrieve(place(made), "Cstranger")), 4103);
}

TEST_F(Announcement, ComesInEveryPlainType) {
  add_ae({{"at", {"/in"}}});
  struct Row {
    int type;
    const char* member;
    Json attributes;
    Json announced;
  };
  const std::vector<Row> rows{
      {9, "m2m:grp", {{"mnm", 3}, {"mid", {"Cae"}}, {"aa", {"mid"}}}, {{"mid", {"/mn1/Cae"}}}},
      {1, "m2m:acp", {{"pv", {{"acr", {{{"acor", {"all"}}, {"acop", 2}}}}}}, {"pvs", {{"acr", {{{"acor", {"Cae"}}, {"acop", 63}}}}}}}, {}},
      {28, "cod:bat", {{"cnd", "org.onem2m.common.moduleclass.battery"}, {"lvl", 7}, {"aa", {"lvl"}}}, {{"lvl", 7}}},
  };
  for (const Row& row : rows) {
    Json attributes = row.attributes;
    attributes["at"] = {"/in"};
    const auto made = add(row.type, row.member, attributes);
    ASSERT_EQ(rsc(made), 2001) << row.member << made.content;
    const Json announced = there(place(made));
    EXPECT_EQ(announced.value("ty", 0), row.type + 10000) << row.member << made.content;
    for (const auto& [name, value] : row.announced.items()) EXPECT_EQ(announced.value(name, Json{}), value) << row.member;
  }
}

}  // namespace
}  // namespace edgecse::test
