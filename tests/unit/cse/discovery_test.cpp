// SPDX-License-Identifier: Apache-2.0
//
// Discovery. TS-0004 7.3.3.14, 7.3.3.17; TS-0001 10.2.6.
#include <gtest/gtest.h>

#include "onem2m/filter_criteria_json.hpp"
#include "support/test_cse.hpp"

namespace edgecse::test {
namespace {

struct Discovery : ::testing::Test {
  Discovery() {
    for (const char* stem : {"Ca", "Cb"}) {
      const std::string ae = cse.add_ae(stem, {{"lbl", {std::string("ae:") + stem, "all"}}});
      for (const char* name : {"one", "two"})
        cse.add_container(ae, name, stem, {{"lbl", {name, "all"}}});
      cse.add_instance(ae + "/one", "1", stem, {{"lbl", {"all"}}});
    }
  }
  onem2m::Request discovery(const std::string& to = "cse-mn", const std::string& from = "CAdmin") {
    auto request = cse.request(onem2m::Operation::Retrieve, to, from);
    request.filter_criteria.filter_usage = 1;
    return request;
  }
  Json ask(const onem2m::Request& request) { return cse.ask(request).content["m2m:uril"]; }
  TestCse cse;
};

TEST_F(Discovery, FindsEverythingBelowResourcesBeforeInstances) {
  EXPECT_EQ(ask(discovery()), Json({"cse-mn/Ca", "cse-mn/Cb", "cse-mn/Ca/one", "cse-mn/Cb/one", "cse-mn/Ca/two",
                                    "cse-mn/Cb/two", "cse-mn/Ca/one/i.1", "cse-mn/Cb/one/i.1"}));
  EXPECT_EQ(ask(discovery("cse-mn/Ca")), Json({"cse-mn/Ca/one", "cse-mn/Ca/two", "cse-mn/Ca/one/i.1"}));
}

TEST_F(Discovery, ShowsOnlyWhatMayBeDiscovered) {
  EXPECT_EQ(ask(discovery("cse-mn", "Ca")), Json({"cse-mn/Ca", "cse-mn/Ca/one", "cse-mn/Ca/two", "cse-mn/Ca/one/i.1"}));
  EXPECT_EQ(ask(discovery("cse-mn", "Cstranger")), Json::array());
}

TEST_F(Discovery, ConditionsOfOneKindAreAlternativesOfDifferentKindsAllNeeded) {
  auto request = discovery();
  request.filter_criteria.labels = {"one", "ae:Ca"};
  EXPECT_EQ(ask(request), Json({"cse-mn/Ca", "cse-mn/Ca/one", "cse-mn/Cb/one"}));
  request.filter_criteria.resource_types = {3};
  EXPECT_EQ(ask(request), Json({"cse-mn/Ca/one", "cse-mn/Cb/one"}));
  request.filter_criteria.filter_operation = 2;
  EXPECT_EQ(ask(request).size(), 5U) << "any of them";
}

TEST_F(Discovery, LimitAndOffsetTurnPages) {
  auto request = discovery();
  Json all = Json::array();
  request.filter_criteria.limit = 3;
  for (int page = 0; page < 3; ++page) {
    const auto response = cse.ask(request);
    for (const Json& address : response.content["m2m:uril"]) all.push_back(address);
    EXPECT_EQ(response.content_status.has_value(), page < 2);
    request.filter_criteria.offset = response.content_offset;
  }
  EXPECT_EQ(all, ask(discovery()));
}

TEST_F(Discovery, LevelLimitsDepth) {
  auto request = discovery();
  request.filter_criteria.level = 1;
  EXPECT_EQ(ask(request), Json({"cse-mn/Ca", "cse-mn/Cb"}));
}

TEST_F(Discovery, UnstructuredAddressesAndReferences) {
  auto request = discovery("cse-mn/Ca/one");
  request.desired_identifier_type = 2;
  const Json found = ask(request);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].get<std::string>().starts_with("/mn1/")) << "an identifier without the CSE names nothing elsewhere";
  EXPECT_EQ(cse.retrieve(found[0]).content["m2m:cin"]["con"], "1");
  request.result_content = 6;
  EXPECT_EQ(cse.ask(request).content["m2m:rrl"]["rrf"], Json::array({{{"nm", "i.1"}, {"typ", 4}, {"val", found[0]}}}));
  request.desired_identifier_type.reset();
  EXPECT_EQ(cse.ask(request).content["m2m:rrl"]["rrf"],
            Json::array({{{"nm", "i.1"}, {"typ", 4}, {"val", "/mn1/cse-mn/Ca/one/i.1"}}}));
}

TEST_F(Discovery, AddressesHaveTheFormOfFrom) {
  auto request = discovery("cse-mn/Ca/one");
  request.from = "/mn1/Ca";
  EXPECT_EQ(ask(request), Json({"/mn1/cse-mn/Ca/one/i.1"}));
  request.from = "//mec.example.org/mn1/Ca";
  EXPECT_EQ(ask(request), Json({"//mec.example.org/mn1/cse-mn/Ca/one/i.1"}));
  request.desired_identifier_type = 2;
  EXPECT_TRUE(ask(request)[0].get<std::string>().starts_with("//mec.example.org/mn1/"));
  auto making = cse.request(onem2m::Operation::Create, "cse-mn/Ca", "/mn1/Ca");
  making.resource_type = 3;
  making.content = {{"m2m:cnt", {{"rn", "named"}}}};
  making.result_content = 2;
  const auto made = cse.ask(making);
  EXPECT_EQ(made.content["m2m:uri"], "/mn1/cse-mn/Ca/named");
  EXPECT_EQ(made.content_location, "/mn1/cse-mn/Ca/named");
}

TEST_F(Discovery, RelativePathIsAppliedWhereItLeadsSomewhere) {
  auto request = discovery();
  request.filter_criteria.resource_types = {3};
  request.filter_criteria.apply_relative_path = "la";
  EXPECT_EQ(ask(request), Json({"cse-mn/Ca/one/la", "cse-mn/Cb/one/la"})) << "the others have no instance";
}

TEST_F(Discovery, InactiveAesAreSkippedWithTheirSubtrees) {
  ASSERT_EQ(rsc(cse.update("cse-mn/Ca", {{"m2m:ae", {{"regs", 2}}}})), 2004);
  EXPECT_EQ(ask(discovery()), Json({"cse-mn/Cb", "cse-mn/Cb/one", "cse-mn/Cb/two", "cse-mn/Cb/one/i.1"}));
}

TEST_F(Discovery, OrderIsByTypeThenNameWithInstancesAmongThem) {
  cse.add_container("cse-mn/Ca", "ZZ", "Ca");
  cse.add_container("cse-mn/Ca", "aa", "Ca");
  ASSERT_EQ(rsc(cse.create("cse-mn/Ca/one", 23, {{"m2m:sub", {{"rn", "s"}, {"nu", {"http://127.0.0.1:1/"}}}}}, "Ca")), 2001);
  EXPECT_EQ(ask(discovery("cse-mn/Ca")), Json({"cse-mn/Ca/aa", "cse-mn/Ca/one", "cse-mn/Ca/two", "cse-mn/Ca/ZZ",
                                               "cse-mn/Ca/one/i.1", "cse-mn/Ca/one/s"}));
}

TEST_F(Discovery, InstancesHaveNothingBelow) {
  EXPECT_EQ(ask(discovery("cse-mn/Ca/one/la")), Json::array());
  EXPECT_EQ(rsc(cse.ask(discovery("cse-mn/Ca/two/la"))), 4004);
}

struct CriteriaRow {
  const char* criteria;
  std::vector<std::string> found;
};
void PrintTo(const CriteriaRow& row, std::ostream* out) { *out << row.criteria; }
struct Criteria : Discovery, ::testing::WithParamInterface<CriteriaRow> {};
TEST_P(Criteria, SelectBelowTheAe) {
  ASSERT_EQ(rsc(cse.update("cse-mn/Ca/two", {{"m2m:cnt", {{"mni", 7}, {"loc", {{"typ", 1}, {"crd", "[1,2]"}}}}}})), 2004);
  Json criteria = Json::parse(GetParam().criteria);
  criteria["fu"] = 1;
  auto request = discovery("cse-mn/Ca");
  const auto read = onem2m::filter_criteria_from_json(criteria);
  ASSERT_TRUE(read) << read.error().detail;
  request.filter_criteria = *read;
  Json expected = Json::array();
  for (const std::string& name : GetParam().found) expected.push_back("cse-mn/Ca/" + name);
  EXPECT_EQ(ask(request), expected);
}
// TS-0004 7.3.3.17; XOR and geo: release4 19, 10.
INSTANTIATE_TEST_SUITE_P(
    Clause, Criteria,
    ::testing::Values(CriteriaRow{R"({"ty":[3]})", {"one", "two"}}, CriteriaRow{R"({"ty":[4]})", {"one/i.1"}},
                      CriteriaRow{R"({"ty":[3,4],"lbl":["all"]})", {"one", "two", "one/i.1"}},
                      CriteriaRow{R"({"stb":1,"ty":[3]})", {"one", "two"}}, CriteriaRow{R"({"sts":1,"ty":[3]})", {}},
                      CriteriaRow{R"({"sza":1})", {"one/i.1"}}, CriteriaRow{R"({"szb":1})", {}},
                      CriteriaRow{R"({"crb":"20100101T000000"})", {}}, CriteriaRow{R"({"cra":"20100101T000000"})", {"one", "two", "one/i.1"}},
                      CriteriaRow{R"({"exa":"20100101T000000","ty":[4]})", {"one/i.1"}},
                      CriteriaRow{R"({"atr":[{"nm":"rn","val":"t*"}]})", {"two"}},
                      CriteriaRow{R"({"atr":[{"nm":"mni","val":"7"}]})", {"two"}},
                      CriteriaRow{R"({"atr":[{"nm":"rn","val":"*"},{"nm":"mni","val":"7"}]})", {"two"}},
                      CriteriaRow{R"({"lbl":["two"],"ty":[4],"fo":2})", {"two", "one/i.1"}},
                      CriteriaRow{R"({"lbl":["all"],"ty":[3],"fo":3})", {"one/i.1"}},
                      CriteriaRow{R"({"pty":[3]})", {"one/i.1"}}, CriteriaRow{R"({"palb":["one"]})", {"one/i.1"}},
                      CriteriaRow{R"({"patr":[{"nm":"rn","val":"C*"}]})", {"one", "two"}},
                      CriteriaRow{R"({"chty":[4]})", {}}, CriteriaRow{R"({"lbq":"one"})", {"one"}},
                      CriteriaRow{R"({"gsf":3,"gmty":3,"geom":"[[[0,0],[4,0],[4,4],[0,4],[0,0]]]"})", {"two"}},
                      CriteriaRow{R"({"lvl":1,"ty":[3,4]})", {"one", "two"}}, CriteriaRow{R"({"lim":1})", {"one"}},
                      CriteriaRow{R"({"ofst":2,"lim":1})", {"two"}}, CriteriaRow{R"({"ofst":9})", {}},
                      CriteriaRow{R"({"lim":0})", {}}));

TEST_F(Discovery, OperationsFilterShowsWhatTheyMayBeDoneTo) {
  const Json rules = Json::array({{{"acor", {"Cb"}}, {"acop", 34}}});
  const Json own = Json::array({{{"acor", {"Ca"}}, {"acop", 63}}});
  const auto policy = cse.create("cse-mn/Ca", 1, {{"m2m:acp", {{"pv", {{"acr", rules}}}, {"pvs", {{"acr", own}}}}}}, "Ca");
  ASSERT_EQ(rsc(cse.update("cse-mn/Ca/two", {{"m2m:cnt", {{"acpi", {policy.content["m2m:acp"]["ri"]}}}}}, "Ca")), 2004);
  auto request = discovery("cse-mn/Ca", "Cb");
  EXPECT_EQ(ask(request), Json({"cse-mn/Ca/two"}));
  request.filter_criteria.operations = 2;
  EXPECT_EQ(ask(request), Json({"cse-mn/Ca/two"}));
  request.filter_criteria.operations = 6;
  EXPECT_EQ(ask(request), Json::array());
}

// --- at an interworking proxy (fu 3) -----------------------------------------------------------------------------------

struct IpeDiscovery : Discovery {
  IpeDiscovery() {
    cse.add_ae("Cipe", {{"poa", {"http://127.0.0.1:1/"}}});
    request = discovery("cse-mn/Cipe");
    request.filter_criteria.filter_usage = 3;
    request.filter_criteria.labels = {"sensor"};
  }
  void answer_with(int status, const std::function<void()>& first = [] {}) {
    cse.sender.answer = [=](const onem2m::NextHop&, const onem2m::Request& notice) {
      first();
      onem2m::Response response;
      response.request_identifier = notice.request_identifier;
      response.status = static_cast<onem2m::ResponseStatus>(status);
      return std::optional(response);
    };
  }
  onem2m::Request request;
};

TEST_F(IpeDiscovery, FindsWhatIsThereWithoutAsking) {
  cse.add_container("cse-mn/Cipe", "known", "Cipe", {{"lbl", {"sensor"}}});
  EXPECT_EQ(ask(request), Json({"cse-mn/Cipe/known"}));
  EXPECT_TRUE(cse.sender.sent.empty());
}

TEST_F(IpeDiscovery, AsksTheProxyAndLooksAgain) {
  answer_with(2000);
  EXPECT_EQ(ask(request), Json::array());
  ASSERT_EQ(cse.sender.sent.size(), 1U);
  const Json asked = cse.sender.sent[0].request.content["m2m:sgn"]["idr"];
  EXPECT_EQ(asked["or"], "/mn1/CAdmin");
  EXPECT_EQ(asked["fc"], Json({{"fu", 3}, {"lbl", {"sensor"}}}));
}

TEST_F(IpeDiscovery, IsDeniedWhereTheProxyRefuses) {
  answer_with(4103);
  EXPECT_EQ(rsc(cse.ask(request)), 5208);
}

// --- the same conditions limit the children that a RETRIEVE shows ------------------------------------------------------

TEST_F(Discovery, AttributesAndChildResourcesAreNested) {
  const Json ae = cse.retrieve("cse-mn/Ca", "Ca", 4).content["m2m:ae"];
  ASSERT_EQ(ae["m2m:cnt"].size(), 2U);
  EXPECT_EQ(ae["m2m:cnt"][0]["rn"], "one");
  EXPECT_EQ(ae["m2m:cnt"][0]["m2m:cin"][0]["con"], "1");
  const Json children = cse.retrieve("cse-mn/Ca", "Ca", 8).content["m2m:ae"];
  EXPECT_EQ(children.size(), 1U) << "without attributes of its own";
}

TEST_F(Discovery, ChildResourcesTakeThePlaceOfWhatDoesNotMatch) {
  auto request = cse.request(onem2m::Operation::Retrieve, "cse-mn/Ca", "Ca");
  request.filter_criteria.resource_types = {4};
  request.result_content = 8;
  EXPECT_EQ(cse.ask(request).content["m2m:ae"]["m2m:cin"].size(), 1U);
  request.result_content = 4;
  EXPECT_FALSE(cse.ask(request).content["m2m:ae"].contains("m2m:cin")) << "it would look like a child of the AE";
}

TEST_F(Discovery, ReferencesReachAllLevelsUnlessLimited) {
  auto request = cse.request(onem2m::Operation::Retrieve, "cse-mn/Ca", "Ca");
  request.result_content = 6;
  EXPECT_EQ(cse.ask(request).content["m2m:rrl"]["rrf"].size(), 3U);
  request.filter_criteria.level = 1;
  EXPECT_EQ(cse.ask(request).content["m2m:rrl"]["rrf"].size(), 2U);
  request.result_content = 5;
  const Json ae = cse.ask(request).content["m2m:ae"];
  EXPECT_EQ(ae["ch"][0], Json({{"nm", "one"}, {"typ", 3}, {"val", "/mn1/cse-mn/Ca/one"}}));
  EXPECT_EQ(ae["aei"], "Ca");
}

TEST_F(Discovery, PartialRetrieveHonoursConditions) {
  auto request = cse.request(onem2m::Operation::Retrieve, "cse-mn/Ca/one", "Ca");
  request.attribute_list = {"rn", "mni"};
  EXPECT_EQ(cse.ask(request).content, Json({{"m2m:cnt", {{"rn", "one"}}}})) << "an absent one is left out";
  request.filter_criteria.labels = {"two"};
  EXPECT_EQ(rsc(cse.ask(request)), 4004);
  request.filter_criteria = {};
  request.attribute_list = {"nonsense"};
  EXPECT_EQ(rsc(cse.ask(request)), 4000);
  request.attribute_list = {"rn"};
  request.result_content = 4;
  EXPECT_EQ(rsc(cse.ask(request)), 4000);
}

TEST_F(Discovery, ConditionalRetrieveOfTheTargetItself) {
  auto request = cse.request(onem2m::Operation::Retrieve, "cse-mn/Ca/one");
  request.filter_criteria.labels = {"one"};
  EXPECT_EQ(rsc(cse.ask(request)), 2000);
  request.filter_criteria.labels = {"two"};
  EXPECT_EQ(rsc(cse.ask(request)), 4004);
}

// --- addresses ---------------------------------------------------------------------------------------------------------

struct Addresses : Discovery, ::testing::WithParamInterface<const char*> {};
TEST_P(Addresses, NameTheContainer) {
  std::string to = GetParam();
  const std::string id = cse.tree().child("Ca", "one")->id;
  if (const auto at = to.find("RI"); at != std::string::npos) to.replace(at, 2, id);
  const auto response = cse.retrieve(to);
  EXPECT_EQ(rsc(response), 2000) << to;
  EXPECT_EQ(response.content["m2m:cnt"]["ri"], id);
}
// TS-0001 9.3.1, 9.4: structured, unstructured and hybrid, each CSE-relative, SP-relative and absolute; `-` for the CSEBase.
INSTANTIATE_TEST_SUITE_P(Forms, Addresses,
                         ::testing::Values("cse-mn/Ca/one", "-/Ca/one", "RI", "Ca/one", "/mn1/cse-mn/Ca/one", "/mn1/-/Ca/one",
                                           "/mn1/RI", "/mn1/Ca/one", "//mec.example.org/mn1/cse-mn/Ca/one",
                                           "//mec.example.org/mn1/-/Ca/one", "//mec.example.org/mn1/RI"));

TEST_F(Discovery, VirtualResourcesAreNamedThroughEveryForm) {
  const std::string id = cse.tree().child("Ca", "one")->id;
  for (const std::string& to : {std::string("cse-mn/Ca/one/la"), id + "/la", "/mn1/" + id + "/ol", std::string("-/Ca/one/la"),
                                id + "-1", id + "/i.1", "/mn1/" + id + "-1"})
    EXPECT_EQ(cse.retrieve(to).content["m2m:cin"]["con"], "1") << to;
  for (const char* to : {"/mn1", "/mn1/-", "cse-mn", "-", "mn1", "/mn1/mn1", "//mec.example.org/mn1"})
    EXPECT_EQ(cse.retrieve(to).content.value("/m2m:cb/csi"_json_pointer, ""), "/mn1") << to;
  for (const char* to : {"cse-mn/Ca/nothing", "Ca/one/la/x", "nothing", "/mn1/nothing", "cse-mn/la"})
    EXPECT_EQ(rsc(cse.retrieve(to)), 4004) << to;
}

}  // namespace
}  // namespace edgecse::test
