// SPDX-License-Identifier: Apache-2.0
//
// <group> and <fanOutPoint>. TS-0001 9.6.13, 9.6.14, 10.2.7; TS-0004 7.4.13, 7.4.14.
#include <gtest/gtest.h>

#include <map>

#include "support/cse_network.hpp"
#include "support/test_cse.hpp"

namespace edgecse::test {
namespace {

using namespace std::chrono_literals;
using onem2m::Operation;

/// Two containers of an AE that owns everything here.
struct Group : ::testing::Test {
  TestCse cse;
  std::string ae = cse.add_ae("Cowner");
  std::string one = ri(cse.add_container(ae, "one", "Cowner"));
  std::string two = ri(cse.add_container(ae, "two", "Cowner"));

  std::string ri(const std::string& address) { return member(cse.retrieve(address)).value("ri", std::string{}); }
  static Json member(const onem2m::Response& response) {
    return response.content.is_object() && !response.content.empty() ? *response.content.begin() : Json{};
  }
  onem2m::Response make(Json attributes, const std::string& from = "Cowner") {
    if (!attributes.contains("mnm")) attributes["mnm"] = 10;
    return cse.create(ae, 9, {{"m2m:grp", attributes}}, from);
  }
  Json group() { return member(cse.retrieve(ae + "/g")); }
  onem2m::Response ask(Operation operation, const std::string& to, Json content = {}, std::optional<int> type = {},
                       const std::string& from = "Cowner") {
    auto request = cse.request(operation, to, from);
    request.content = std::move(content);
    request.resource_type = type;
    return cse.ask(std::move(request));
  }
  static std::vector<int> statuses(const onem2m::Response& response) {
    std::vector<int> list;
    if (response.content.contains("m2m:agr"))
      for (const Json& item : response.content["m2m:agr"]["m2m:rsp"]) list.push_back(item["rsc"]);
    return list;
  }
};
using Statuses = std::vector<int>;

TEST_F(Group, KeepsItsMembersUnstructuredAndOnce) {
  const auto made = make({{"rn", "g"}, {"mt", 3}, {"mid", {ae + "/one", one, "/mn1/" + two}}});
  ASSERT_EQ(rsc(made), 2001) << made.content;
  EXPECT_EQ(member(made)["mid"], Json({one, two}));
  EXPECT_EQ(member(made)["cnm"], 2);
  EXPECT_EQ(member(made)["mtv"], true);
  EXPECT_EQ(member(made)["csy"], 1);
  EXPECT_EQ(member(made)["ssi"], false);
}

struct BadGroup {
  const char* name;
  Json attributes;
  int expected;
};
TEST_F(Group, IsRefused) {
  cse.add_ae("Cother");
  const std::vector<BadGroup> rows{
      {"too many members", {{"mnm", 1}, {"mid", {one, two}}}, 6010},
      {"a member that is not here", {{"mid", {one, "nothing"}}}, 4004},
      {"another type with ABANDON_GROUP", {{"mt", 3}, {"csy", 2}, {"mid", {one, "Cowner"}}}, 4110},
      {"a member that the originator may not read", {{"mid", {one, "Cother"}}}, 5105},
      {"no list of members", {{"mid", nullptr}}, 4000},
      {"no maximum", {{"mid", {one}}, {"mnm", nullptr}}, 4000},
  };
  for (const BadGroup& row : rows) EXPECT_EQ(rsc(make(row.attributes)), row.expected) << row.name;
}

TEST_F(Group, DealsWithStrangersByItsStrategy) {
  EXPECT_EQ(member(make({{"mt", 3}, {"mid", {one, "Cowner"}}}))["mid"], Json({one})) << "ABANDON_MEMBER";
  const Json mixed = member(make({{"mt", 3}, {"csy", 3}, {"mid", {one, "Cowner"}}}));
  EXPECT_EQ(mixed["mt"], 0) << "SET_MIXED";
  EXPECT_EQ(mixed["cnm"], 2);
}

TEST_F(Group, CountsLatestAndNestedGroupsByWhatTheyLeadTo) {
  make({{"rn", "inner"}, {"mt", 3}, {"mid", {one}}});
  const std::string inner = ri(ae + "/inner");
  EXPECT_EQ(member(make({{"mt", 3}, {"mid", {ae + "/inner/fopt", two}}}))["mid"], Json({inner + "/fopt", two}));
  EXPECT_EQ(member(make({{"mt", 9}, {"mid", {inner, two}}}))["mid"], Json({inner}));
  EXPECT_EQ(member(make({{"mt", 20002}, {"mid", {one + "/la", two}}}))["mid"], Json({one + "/la"}));
}

TEST_F(Group, ChangesItsMembers) {
  make({{"rn", "g"}, {"mt", 3}, {"mid", {one}}});
  EXPECT_EQ(rsc(cse.update(ae + "/g", {{"m2m:grp", {{"mid", {one, two, two}}}}}, "Cowner")), 2004);
  EXPECT_EQ(group()["cnm"], 2);
  EXPECT_EQ(rsc(cse.update(ae + "/g", {{"m2m:grp", {{"mnm", 1}}}}, "Cowner")), 6010);
  EXPECT_EQ(rsc(cse.remove(ae + "/one", "Cowner")), 2002);
  EXPECT_EQ(group()["mid"], Json({two}));
  EXPECT_EQ(group()["cnm"], 1);
}

TEST_F(Group, FansEveryOperationOut) {
  make({{"rn", "g"}, {"mt", 3}, {"mid", {one, two}}});
  const std::string fopt = ae + "/g/fopt";
  const auto created = ask(Operation::Create, fopt, {{"m2m:cin", {{"con", "x"}}}}, 4);
  EXPECT_EQ(rsc(created), 2000);
  EXPECT_EQ(statuses(created), Statuses({2001, 2001}));
  const Json item = created.content["m2m:agr"]["m2m:rsp"][1];
  EXPECT_EQ(item["fr"], two);
  EXPECT_EQ(item["to"], "Cowner");
  EXPECT_EQ(item["pc"]["m2m:cin"]["con"], "x");
  const auto latest = ask(Operation::Retrieve, fopt + "/la");
  EXPECT_EQ(statuses(latest), Statuses({2000, 2000}));
  EXPECT_EQ(latest.content["m2m:agr"]["m2m:rsp"][0]["pc"]["m2m:cin"]["con"], "x");
  EXPECT_EQ(statuses(ask(Operation::Update, fopt, {{"m2m:cnt", {{"lbl", {"l"}}}}})), Statuses({2004, 2004}));
  EXPECT_EQ(member(cse.retrieve(one))["lbl"], Json({"l"}));
  EXPECT_EQ(statuses(ask(Operation::Delete, fopt)), Statuses({2002, 2002}));
  EXPECT_EQ(rsc(ask(Operation::Retrieve, fopt)), 4109) << "no members are left";
}

TEST_F(Group, TellsWhatBecameOfEachMember) {
  cse.add_container(ae + "/two", "deep", "Cowner");
  make({{"rn", "g"}, {"mid", {one, two}}});
  const auto read = ask(Operation::Retrieve, ae + "/g/fopt/deep");
  EXPECT_EQ(rsc(read), 2000);
  EXPECT_EQ(statuses(read), Statuses({4004, 2000}));
}

TEST_F(Group, AsksOnlyTheMembersWanted) {
  make({{"rn", "g"}, {"mid", {one, two}}});
  auto request = cse.request(Operation::Retrieve, ae + "/g/fopt", "Cowner");
  request.group_request_target_members = {two};
  EXPECT_EQ(cse.ask(request).content["m2m:agr"]["m2m:rsp"][0]["fr"], two);
  request.group_request_target_members = {"stranger"};
  EXPECT_EQ(rsc(cse.ask(request)), 4000);
}

TEST_F(Group, IsUsedByWhomItsMembersPoliciesName) {
  const auto policy = [&](const std::string& name, const std::string& who) {
    const auto made = cse.create(ae, 1, {{"m2m:acp", {{"rn", name},
                                                       {"pv", {{"acr", {{{"acor", {who}}, {"acop", 63}}}}}},
                                                       {"pvs", {{"acr", {{{"acor", {"Cowner"}}, {"acop", 63}}}}}}}}}, "Cowner");
    return member(made).value("ri", std::string{});
  };
  cse.add_ae("Cguest");
  const std::string guests = policy("guests", "Cguest"), owners = policy("owners", "Cowner");
  make({{"rn", "g"}, {"mid", {one}}, {"acpi", {owners}}});
  EXPECT_EQ(rsc(ask(Operation::Retrieve, ae + "/g/fopt", {}, {}, "Cguest")), 4103);
  cse.update(ae + "/g", {{"m2m:grp", {{"macp", {guests}}}}}, "Cowner");
  const auto by_guest = ask(Operation::Retrieve, ae + "/g/fopt", {}, {}, "Cguest");
  EXPECT_EQ(statuses(by_guest), Statuses({4103})) << "the member decides for itself";
  EXPECT_EQ(rsc(ask(Operation::Retrieve, ae + "/g/fopt")), 4103) << "macp stands in for acpi";
}

TEST_F(Group, EndsWhereGroupsContainEachOther) {
  make({{"rn", "a"}, {"mid", {one}}});
  make({{"rn", "b"}, {"mid", {ri(ae + "/a") + "/fopt", two}}});
  ASSERT_EQ(rsc(cse.update(ae + "/a", {{"m2m:grp", {{"mid", {one, ri(ae + "/b") + "/fopt"}}}}}, "Cowner")), 2004);
  const auto read = ask(Operation::Retrieve, ae + "/a/fopt");
  ASSERT_EQ(statuses(read), Statuses({2000, 2000}));
  EXPECT_EQ(read.content["m2m:agr"]["m2m:rsp"][1]["pc"]["m2m:agr"]["m2m:rsp"][0]["rsc"], 4104);
}

TEST_F(Group, ForwardsItsMembersNotifications) {
  cse.sender.sent.clear();
  make({{"rn", "g"}, {"mt", 3}, {"mid", {one, two}}, {"nar", {{"num", 2}}}});
  const std::string target = "http://subscriber";
  const auto made = ask(Operation::Create, ae + "/g/fopt",
                        {{"m2m:sub", {{"rn", "s"}, {"nu", {target}}, {"nfu", target}, {"enc", {{"net", {3}}}}}}}, 23);
  ASSERT_EQ(statuses(made), Statuses({2001, 2001})) << made.content;
  EXPECT_EQ(member(cse.retrieve(ae + "/one/s"))["nu"], Json({"/mn1/" + ri(ae + "/g")}));
  cse.add_instance(ae + "/one", "1", "Cowner");
  cse.time.advance(1s);
  EXPECT_TRUE(cse.sender.sent.empty()) << "one is not enough";
  cse.restart();
  cse.add_instance(ae + "/two", "2", "Cowner");
  cse.time.advance(1s);
  ASSERT_EQ(cse.sender.sent.size(), 1U);
  EXPECT_EQ(cse.sender.sent[0].next_hop.points_of_access, std::vector<std::string>{target});
  EXPECT_EQ(cse.sender.sent[0].request.content["m2m:agn"]["m2m:sgn"].size(), 2U);
  cse.add_instance(ae + "/two", "3", "Cowner");
  cse.time.advance(15s);
  ASSERT_EQ(cse.sender.sent.size(), 2U) << "one alone goes when it has waited";
  EXPECT_TRUE(cse.sender.sent[1].request.content.contains("m2m:sgn"));
  EXPECT_EQ(rsc(cse.notify(ae + "/g", {{"m2m:sgn", {{"sur", "x"}, {"nfu", target}}}}, "/stranger")), 4103);
}

TEST_F(Group, ChangesAThousandMembersInFewCommits) {
  Json members = Json::array();
  for (int i = 0; i < 1'000; ++i) members.push_back(ri(cse.add_container(ae, "c" + std::to_string(i), "Cowner")));
  ASSERT_EQ(rsc(make({{"rn", "g"}, {"mnm", 1'000}, {"mid", members}})), 2001);
  const std::uint64_t before = cse.cse().loop().snapshot()->commit;
  const auto created = ask(Operation::Create, ae + "/g/fopt", {{"m2m:cin", {{"con", "x"}}}}, 4);
  ASSERT_EQ(statuses(created).size(), 1'000U);
  EXPECT_EQ(statuses(created)[999], 2001);
  EXPECT_LE(cse.cse().loop().snapshot()->commit - before, 10U);
}

/// Members at two CSEs.
struct RemoteGroup : ::testing::Test {
  CseNetwork network;
  CseNetwork::Node& in = network.add(options("/in", "cse-in", true));
  CseNetwork::Node& mn = network.add(options("/mn1", "cse-mn", false));
  static cse::CseOptions options(const std::string& id, const std::string& name, bool is_in) {
    cse::CseOptions made;
    made.id = id;
    made.name = name;
    if (is_in) {
      made.type = cse::CseType::In;
    } else {
      made.registrar = cse::RegistrarOptions{"/in", "cse-in", {}};
    }
    return made;
  }
  static int rsc(const onem2m::Response& response) { return onem2m::to_number(response.status); }
  Json open{{"m2m:acp", {{"rn", "open"}, {"pv", {{"acr", {{{"acor", {"all"}}, {"acop", 63}}}}}},
                         {"pvs", {{"acr", {{{"acor", {"all"}}, {"acop", 63}}}}}}}}};
  void SetUp() override {
    ASSERT_TRUE(network.run_until([&] { return mn.cse().registrar_up(); }));
    network.advance(1s);
    for (CseNetwork::Node* node : {&in, &mn}) {
      ASSERT_EQ(rsc(node->create(node->options().name, 1, open)), 2001);
      ASSERT_EQ(rsc(node->create(node->options().name, 3, container("data"))), 2001);
    }
  }
  static Json container(const std::string& name) {
    return {{"m2m:cnt", {{"rn", name}, {"acpi", {(name == "data" ? std::string("-/open") : "-/open")}}}}};
  }
  onem2m::Response make(Json attributes) {
    attributes.update({{"rn", "g"}, {"mnm", 10}, {"mt", 3}});
    return in.create("cse-in", 9, {{"m2m:grp", attributes}});
  }
  Json group() { return in.retrieve("cse-in/g").content["m2m:grp"]; }
};

TEST_F(RemoteGroup, VerifiesAndAsksMembersElsewhere) {
  const auto made = make({{"mid", {"cse-in/data", "/mn1/cse-mn/data"}}});
  ASSERT_EQ(rsc(made), 2001) << made.content;
  EXPECT_EQ(made.content["m2m:grp"]["mtv"], true);
  EXPECT_EQ(made.content["m2m:grp"]["mid"][1], "/mn1/cse-mn/data");
  const auto created = in.create("cse-in/g/fopt", 4, {{"m2m:cin", {{"con", "x"}}}});
  ASSERT_EQ(rsc(created), 2000) << created.content;
  for (const Json& item : created.content["m2m:agr"]["m2m:rsp"]) EXPECT_EQ(item["rsc"], 2001) << item;
  EXPECT_EQ(mn.retrieve("cse-mn/data/la").content["m2m:cin"]["con"], "x");
  EXPECT_EQ(rsc(make({{"rn", "h"}, {"mid", {"/mn1/cse-mn/nothing"}}})), 4004);
}

TEST_F(RemoteGroup, ValidatesLaterWhatIsNotReached) {
  mn.crash();
  const auto made = make({{"mid", {"cse-in/data", "/mn1/cse-mn/open"}}});
  ASSERT_EQ(rsc(made), 2001) << made.content;
  EXPECT_EQ(group()["mtv"], false);
  mn.restart();
  network.advance(2min);
  EXPECT_EQ(group()["mtv"], true);
  EXPECT_EQ(group()["cnm"], 1) << "a policy is no container";
}

TEST_F(RemoteGroup, AnswersWithWhatIsThereAtTheEnd) {
  ASSERT_EQ(rsc(make({{"mid", {"cse-in/data", "/mn1/cse-mn/data"}}})), 2001);
  mn.crash();
  onem2m::Request request;
  request.operation = Operation::Retrieve;
  request.to = "cse-in/g/fopt";
  request.from = "CAdmin";
  const auto read = in.ask(request);
  ASSERT_EQ(rsc(read), 2000);
  EXPECT_EQ(read.content["m2m:agr"]["m2m:rsp"][0]["rsc"], 2000);
}

/// A request to the group that is not waited for; the second member does not answer before the test lets it.
struct NonBlockingFanOut : RemoteGroup {
  void SetUp() override {
    RemoteGroup::SetUp();
    network.add_sink("mem:told", [this](const onem2m::Request& request) {
      told.push_back(request.content["m2m:rsp"]);
      return onem2m::Response{};
    });
    const Json ae{{"rn", "Cdev"}, {"api", "Ntest"}, {"rr", true}, {"srv", {"3"}}, {"poa", {"mem:told"}}};
    ASSERT_EQ(rsc(in.create("cse-in", 2, {{"m2m:ae", ae}}, "Cdev")), 2001);
    ASSERT_EQ(rsc(make({{"mid", {"cse-in/data", "/mn1/cse-mn/data"}}, {"acpi", {"-/open"}}})), 2001);
  }
  std::string ask(int response_type, const std::string& rqet = "", const std::string& rset = "", const std::string& rp = "") {
    onem2m::Request request;
    request.operation = Operation::Retrieve;
    request.to = "cse-in/g/fopt";
    request.from = "Cdev";
    request.response_type = response_type;
    request.request_expiration = rqet;
    request.result_expiration = rset;
    request.result_persistence = rp;
    return in.ask(request).content.value("m2m:uri", "");
  }
  Json kept(const std::string& id) { return in.retrieve(id, "Cdev").content.value("m2m:req", Json()); }
  static std::size_t answers(const Json& request) { return request["ors"]["pc"]["m2m:agr"]["m2m:rsp"].size(); }
  std::vector<Json> told;
};

TEST_F(NonBlockingFanOut, ShowsWhatIsKnownUntilTheLastMemberAnswered) {
  network.delay = 1s;
  const std::string id = ask(2);
  EXPECT_EQ(kept(id)["rs"], 3);
  network.advance(500ms);
  const Json partial = kept(id);
  EXPECT_EQ(partial["rs"], 5) << partial;
  ASSERT_EQ(answers(partial), 1U);
  EXPECT_EQ(partial["ors"]["rsc"], 2000);
  EXPECT_EQ(partial["ors"]["pc"]["m2m:agr"]["m2m:rsp"][0]["rsc"], 2000);
  EXPECT_EQ(rsc(in.remove(id, "Cdev")), 5220) << "not finished";
  EXPECT_TRUE(told.empty());
  network.advance(4s);
  const Json complete = kept(id);
  EXPECT_EQ(complete["rs"], 1);
  EXPECT_EQ(answers(complete), 2U);
  ASSERT_EQ(told.size(), 1U) << "at the end, once";
  EXPECT_EQ(told[0]["pc"]["m2m:agr"]["m2m:rsp"].size(), 2U);
}

TEST_F(NonBlockingFanOut, EndsWithWhatIsThereWhenTheResultIsDue) {
  network.delay = 1min;
  network.timeout = 10min;
  const std::string id = ask(1, "3000", "30000", "60000");
  network.advance(29s);
  EXPECT_EQ(kept(id)["rs"], 5);
  network.advance(2s);
  EXPECT_EQ(kept(id)["rs"], 1) << "rset";
  EXPECT_EQ(answers(kept(id)), 1U);
  ask(2, "3000", "30000");
  network.advance(1s);
  network.delay = 1ms;
  network.advance(31s);
  ASSERT_EQ(told.size(), 1U) << "the <request> ends with its result";
  EXPECT_EQ(told[0]["rsc"], 2000);
  EXPECT_EQ(told[0]["pc"]["m2m:agr"]["m2m:rsp"].size(), 1U);
}

TEST_F(NonBlockingFanOut, KeepsWhatItKnewThroughACrash) {
  network.delay = 10s;
  const std::string id = ask(2);
  network.advance(1s);
  ASSERT_EQ(kept(id)["rs"], 5);
  in.restart();
  network.delay = 1ms;
  network.advance(1s);
  EXPECT_EQ(kept(id)["rs"], 1);
  EXPECT_EQ(answers(kept(id)), 1U);
  ASSERT_EQ(told.size(), 1U);
}

}  // namespace
}  // namespace edgecse::test
