// SPDX-License-Identifier: Apache-2.0
//
// What may become or change a resource, and what the answer shows. TS-0004 7.3.3.3, 7.3.3.4, 7.3.3.5, 7.3.3.12.
#include <gtest/gtest.h>

#include "support/test_cse.hpp"

namespace edgecse::test {
namespace {

using onem2m::Operation;

struct Row {
  const char* name;
  std::string to;
  int type;
  Json content;
  int status;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

struct Create : ::testing::TestWithParam<Row> {
  Create() {
    cse.add_container(cse.add_ae("Cdev"), "data", "Cdev");
    cse.add_container("cse-mn/Cdev", "short", "Cdev", {{"et", "20240101T000000"}});
    cse.add_instance("cse-mn/Cdev/data", "1", "Cdev");
  }
  TestCse cse;
};

TEST_P(Create, IsAnsweredWithItsCode) {
  const Row& row = GetParam();
  const auto response = cse.create(row.to, row.type, row.content);
  EXPECT_EQ(rsc(response), row.status) << response.content.dump();
}

const std::string kAe = "cse-mn/Cdev";
const Row kRows[] = {
    {"container", kAe, 3, {{"m2m:cnt", Json::object()}}, 2001},
    {"type of an IN-CSE", "cse-mn", 11, {{"m2m:mssp", Json::object()}}, 4005},
    {"unknown type", kAe, 999, {{"m2m:cnt", Json::object()}}, 4000},
    {"no type", kAe, 0, {{"m2m:cnt", Json::object()}}, 4000},
    {"name with a slash", kAe, 3, {{"m2m:cnt", {{"rn", "a/b"}}}}, 4000},
    {"empty name", kAe, 3, {{"m2m:cnt", {{"rn", ""}}}}, 4000},
    {"empty list of labels", kAe, 3, {{"m2m:cnt", {{"lbl", Json::array()}}}}, 4000},
    {"null for an attribute that must be there", kAe, 9, {{"m2m:grp", {{"mnm", nullptr}, {"mid", Json::array()}}}}, 4000},
    {"null for one that may be absent", kAe, 3, {{"m2m:cnt", {{"lbl", nullptr}}}}, 2001},
    {"policy that is not there", kAe, 3, {{"m2m:cnt", {{"acpi", {"nowhere"}}}}}, 4000},
    {"subscription to an instance", kAe + "/data/i.1", 23, {{"m2m:sub", {{"nu", {"Cdev"}}}}}, 5203},
    {"CSEBase", "cse-mn", 5, {{"m2m:cb", Json::object()}}, 4005},
    {"no content", kAe, 3, nullptr, 4000},
    {"two members", kAe, 3, {{"m2m:cnt", Json::object()}, {"m2m:ae", Json::object()}}, 4000},
    {"content no object", kAe, 3, Json::array(), 4000},
    {"representation no object", kAe, 3, {{"m2m:cnt", 3}}, 4000},
    {"member of another type", kAe, 3, {{"m2m:cin", {{"con", "1"}}}}, 4000},
    {"et in the past", kAe, 3, {{"m2m:cnt", {{"et", "20200101T000000"}}}}, 4000},
    {"et nonsense", kAe, 3, {{"m2m:cnt", {{"et", "soon"}}}}, 4000},
    {"creator given", kAe, 3, {{"m2m:cnt", {{"cr", "Cdev"}}}}, 4000},
    {"creator asked for", kAe, 3, {{"m2m:cnt", {{"cr", nullptr}}}}, 2001},
    {"creator of a type without", "cse-mn", 1, {{"m2m:acp", {{"cr", nullptr}, {"pv", {{"acr", Json::array()}}}, {"pvs", {{"acr", Json::array()}}}}}}, 4000},
    {"unknown attribute", kAe, 3, {{"m2m:cnt", {{"colour", "red"}}}}, 4000},
    {"attribute of the CSE", kAe, 3, {{"m2m:cnt", {{"ri", "x"}}}}, 4000},
    {"attribute of another kind", kAe, 3, {{"m2m:cnt", {{"mni", "many"}}}}, 4000},
    {"negative limit", kAe, 3, {{"m2m:cnt", {{"mni", -1}}}}, 4000},
    {"instance without con", kAe + "/data", 4, {{"m2m:cin", Json::object()}}, 4000},
    {"child that the parent takes not", kAe + "/data", 2, {{"m2m:ae", {{"api", "N1"}, {"rr", true}, {"srv", {"3"}}}}}, 4108},
    {"instance in an AE", kAe, 4, {{"m2m:cin", {{"con", "1"}}}}, 4108},
    {"instance in an AE, and nothing in it", kAe, 4, {{"m2m:cin", Json::object()}}, 4108},
    {"child of an instance", kAe + "/data/la", 3, {{"m2m:cnt", Json::object()}}, 4005},
    {"name taken", kAe, 3, {{"m2m:cnt", {{"rn", "data"}}}}, 4105},
    {"name of a virtual child", kAe + "/data", 3, {{"m2m:cnt", {{"rn", "la"}}}}, 4105},
    {"name with a blank", kAe, 3, {{"m2m:cnt", {{"rn", "a b"}}}}, 4000},
    {"parent that is not there", kAe + "/nothing", 3, {{"m2m:cnt", Json::object()}}, 4004},
    {"flexContainer", kAe, 28, {{"cod:bat", {{"cnd", "org.onem2m.common.moduleclass.battery"}, {"lvl", 50}}}}, 2001},
    {"flexContainer with another cnd", kAe, 28, {{"cod:bat", {{"cnd", "org.onem2m.other"}, {"lvl", 50}}}}, 4000},
    {"flexContainer without schema", kAe, 28, {{"xyz:abc", {{"cnd", "org.nobody.knows"}}}}, 4125},
    {"flexContainer with a bad custom attribute", kAe, 28, {{"cod:bat", {{"cnd", "org.onem2m.common.moduleclass.battery"}, {"lvl", "half"}}}}, 4000},
    {"flexContainer with instances", kAe, 28, {{"cod:bat", {{"cnd", "org.onem2m.common.moduleclass.battery"}, {"lvl", 50}, {"fcied", true}}}}, 2001},
    {"flexContainer of ours", kAe, 28, {{"edg:aeLocation", {{"cnd", "org.edgecse.aeLocation"}, {"aeID", "Cdev"}, {"svcs", "/mn1"}}}}, 2001},
};
INSTANTIATE_TEST_SUITE_P(Clause, Create, ::testing::ValuesIn(kRows));

struct Update : Create {};
TEST_P(Update, IsAnsweredWithItsCode) {
  const Row& row = GetParam();
  const auto response = cse.update(row.to, row.content);
  EXPECT_EQ(rsc(response), row.status) << response.content.dump();
}
const Row kUpdates[] = {
    {"label", kAe + "/data", 0, {{"m2m:cnt", {{"lbl", {"a"}}}}}, 2004},
    {"nothing in it", kAe + "/data", 0, nullptr, 4000},
    {"another type's member", kAe + "/data", 0, {{"m2m:ae", {{"lbl", {"a"}}}}}, 4102},
    {"et in the past", kAe + "/data", 0, {{"m2m:cnt", {{"et", "20200101T000000"}}}}, 4000},
    {"et before a child's", kAe, 0, {{"m2m:ae", {{"et", "20231231T000000"}}}}, 4000},
    {"null for what must be", kAe, 0, {{"m2m:ae", {{"rr", nullptr}}}}, 4000},
    {"null for the end of life", kAe + "/data", 0, {{"m2m:cnt", {{"et", nullptr}}}}, 2004},
    {"unknown specialisation", kAe + "/data", 0, {{"xyz:abc", {{"lbl", {"a"}}}}}, 4102},
    {"null for what may be gone", kAe + "/data", 0, {{"m2m:cnt", {{"lbl", nullptr}}}}, 2004},
    {"write-once attribute", kAe + "/data", 0, {{"m2m:cnt", {{"rn", "x"}}}}, 4000},
    {"the CSEBase", "cse-mn", 0, {{"m2m:cb", {{"lbl", {"a"}}}}}, 4005},
    {"nobody", kAe + "/nothing", 0, {{"m2m:cnt", {{"lbl", {"a"}}}}}, 4004},
};
INSTANTIATE_TEST_SUITE_P(Clause, Update, ::testing::ValuesIn(kUpdates));

struct Representation : ::testing::Test {
  TestCse cse;
  std::string ae = cse.add_ae("Cdev");
  onem2m::Response ask(Operation operation, const std::string& to, int rcn, Json content = nullptr) {
    auto request = cse.request(operation, to);
    request.result_content = rcn;
    request.content = std::move(content);
    if (operation == Operation::Create) request.resource_type = 3;
    return cse.ask(request);
  }
};

TEST_F(Representation, UniversalAttributesAreTheHosts) {
  const Json made = cse.create(ae, 3, {{"m2m:cnt", {{"rn", "data"}, {"cr", nullptr}}}}, "CAdmin").content["m2m:cnt"];
  EXPECT_EQ(made["rn"], "data");
  EXPECT_EQ(made["pi"], "Cdev");
  EXPECT_EQ(made["ty"], 3);
  EXPECT_EQ(made["ct"], made["lt"]);
  EXPECT_EQ(made["cr"], "CAdmin");
  EXPECT_EQ(made["st"], 0);
  EXPECT_FALSE(cse.create(ae, 3, {{"m2m:cnt", Json::object()}}).content["m2m:cnt"].contains("cr")) << "not asked for";
}

TEST_F(Representation, EndIsNeverLaterThanTheParents) {
  const std::string parent = cse.add_container(ae, "parent", "Cdev", {{"et", "20240101T000000"}});
  const auto child = [&](const Json& content) {
    return cse.create(parent, 3, {{"m2m:cnt", content}}).content["m2m:cnt"]["et"];
  };
  EXPECT_EQ(child(Json::object()), "20240101T000000");
  EXPECT_EQ(child({{"et", "20250101T000000"}}), "20240101T000000");
  EXPECT_EQ(child({{"et", "20231224T000000"}}), "20231224T000000");
}

TEST_F(Representation, StateTagAndLastModificationFollowUpdates) {
  const std::string data = cse.add_container(ae, "data", "Cdev");
  const Json before = cse.retrieve(data).content["m2m:cnt"];
  cse.time.advance(std::chrono::seconds{5});
  const Json after = cse.update(data, {{"m2m:cnt", {{"lbl", {"a"}}}}}).content["m2m:cnt"];
  EXPECT_EQ(after["st"], 1);
  EXPECT_EQ(after["ct"], before["ct"]);
  EXPECT_NE(after["lt"], before["lt"]);
}

TEST_F(Representation, ConditionsMakeAnUpdateCompareAndSet) {
  const std::string data = cse.add_container(ae, "data", "Cdev");
  auto request = cse.request(Operation::Update, data);
  request.content = {{"m2m:cnt", {{"lbl", {"mine"}}}}};
  request.filter_criteria.state_tag_bigger = 0;
  request.filter_criteria.state_tag_smaller = 1;
  EXPECT_EQ(rsc(cse.ask(request)), 2004);
  EXPECT_EQ(rsc(cse.ask(request)), 4004) << "the state tag moved on";
}

TEST_F(Representation, ResultContentOfCreate) {
  const auto create = [&](int rcn, const char* name) { return ask(Operation::Create, ae, rcn, {{"m2m:cnt", {{"rn", name}}}}); };
  EXPECT_TRUE(create(0, "a").content.is_null());
  EXPECT_EQ(create(1, "b").content["m2m:cnt"]["rn"], "b");
  const auto address = create(2, "c");
  EXPECT_EQ(address.content["m2m:uri"], ae + "/c");
  EXPECT_EQ(address.content_location, ae + "/c");
  const auto both = create(3, "d");
  EXPECT_EQ(both.content["m2m:rce"]["uri"], ae + "/d");
  EXPECT_EQ(both.content["m2m:rce"]["cnt"]["rn"], "d");
  const Json changed = create(9, "e").content["m2m:cnt"];
  EXPECT_FALSE(changed.contains("rn")) << "as requested";
  EXPECT_TRUE(changed.contains("ri"));
}

TEST_F(Representation, ResultContentOfUpdate) {
  const std::string data = cse.add_container(ae, "data", "Cdev");
  const Json change{{"m2m:cnt", {{"lbl", {"a"}}}}};
  EXPECT_TRUE(ask(Operation::Update, data, 0, change).content.is_null());
  cse.time.advance(std::chrono::seconds{1});
  const Json changed = ask(Operation::Update, data, 9, {{"m2m:cnt", {{"lbl", {"b"}}}}}).content["m2m:cnt"];
  EXPECT_FALSE(changed.contains("lbl"));
  EXPECT_TRUE(changed.contains("lt"));
  const Json again = ask(Operation::Update, data, 9, {{"m2m:cnt", {{"lbl", {"b"}}}}}).content["m2m:cnt"];
  EXPECT_TRUE(again.contains("lt")) << "a second change of the same moment";
}

TEST_F(Representation, ChangesOfOneSecondAreToldApart) {
  const std::string data = cse.add_container(ae, "data", "Cdev");
  cse.time.advance(std::chrono::milliseconds{1});
  const Json changed = cse.update(data, {{"m2m:cnt", {{"lbl", {"a"}}}}}).content["m2m:cnt"];
  EXPECT_LT(changed["ct"].get<std::string>(), changed["lt"].get<std::string>());
}

TEST_F(Representation, EndIsChosenAnewByNull) {
  const std::string data = cse.add_container(ae, "data", "Cdev", {{"et", "20240101T000000"}});
  const Json changed = cse.update(data, {{"m2m:cnt", {{"et", nullptr}}}}).content["m2m:cnt"];
  EXPECT_EQ(changed["et"], cse.retrieve(ae).content["m2m:ae"]["et"]);
}

TEST_F(Representation, ResultContentOfRetrieveAndDelete) {
  const std::string data = cse.add_container(ae, "data", "Cdev");
  const std::string deep = cse.add_container(data, "deep", "Cdev");
  cse.add_instance(deep, "1", "Cdev");
  const Json nested = cse.retrieve(ae, "CAdmin", 4).content["m2m:ae"];
  EXPECT_EQ(nested["aei"], "Cdev");
  EXPECT_EQ(nested["m2m:cnt"][0]["m2m:cnt"][0]["m2m:cin"][0]["con"], "1");
  const Json children = cse.retrieve(ae, "CAdmin", 8).content["m2m:ae"];
  EXPECT_FALSE(children.contains("aei"));
  EXPECT_EQ(children["m2m:cnt"][0]["rn"], "data");
  const Json with_references = cse.retrieve(ae, "CAdmin", 5).content["m2m:ae"];
  EXPECT_EQ(with_references["ch"], Json::array({{{"nm", "data"}, {"typ", 3}, {"val", "/mn1/" + data}},
                         {{"nm", "deep"}, {"typ", 3}, {"val", "/mn1/" + data + "/deep"}},
                         {{"nm", "i.1"}, {"typ", 4}, {"val", "/mn1/" + data + "/deep/i.1"}}}));
  EXPECT_EQ(cse.retrieve(ae, "CAdmin", 6).content["m2m:rrl"]["rrf"].size(), 3U);
  EXPECT_EQ(rsc(cse.retrieve(ae, "CAdmin", 7)), 4000) << "not announced";

  EXPECT_EQ(ask(Operation::Delete, deep, 4).content["m2m:cnt"]["m2m:cin"][0]["con"], "1");
  EXPECT_TRUE(cse.remove(data).content.is_null());
}

TEST_F(Representation, LevelAndLimitCutNestedChildren) {
  const std::string data = cse.add_container(ae, "data", "Cdev");
  cse.add_container(data, "deep", "Cdev");
  cse.add_container(ae, "more", "Cdev");
  auto request = cse.request(Operation::Retrieve, ae);
  request.result_content = 4;
  request.filter_criteria.level = 1;
  EXPECT_FALSE(cse.ask(request).content["m2m:ae"]["m2m:cnt"][0].contains("m2m:cnt"));
  request.filter_criteria.level.reset();
  request.filter_criteria.limit = 2;
  const auto part = cse.ask(request);
  EXPECT_EQ(part.content["m2m:ae"]["m2m:cnt"].size(), 1U);
  EXPECT_EQ(part.content_status, 1);
  EXPECT_EQ(part.content_offset, 3U);
}

TEST_F(Representation, PartsAreRetrievedByAttributeList) {
  const std::string data = cse.add_container(ae, "data", "Cdev");
  cse.add_instance(data, "21", "Cdev");
  EXPECT_EQ(cse.retrieve(data + "#cni").content, (Json{{"m2m:cnt", {{"cni", 1}}}}));
  EXPECT_EQ(cse.retrieve(data + "/la#con").content, (Json{{"m2m:cin", {{"con", "21"}}}}));
  auto request = cse.request(Operation::Retrieve, data);
  request.attribute_list = {"rn", "lbl"};
  EXPECT_EQ(cse.ask(request).content, (Json{{"m2m:cnt", {{"rn", "data"}}}}));
  request.attribute_list = {"colour"};
  EXPECT_EQ(rsc(cse.ask(request)), 4000);
}

TEST_F(Representation, CseBaseTellsWhatItIs) {
  const Json base = cse.retrieve("/mn1").content["m2m:cb"];
  EXPECT_EQ(base["csi"], "/mn1");
  EXPECT_EQ(base["ri"], "mn1");
  EXPECT_EQ(base["cst"], 2);
  EXPECT_TRUE(base.contains("ctm"));
  EXPECT_EQ(rsc(cse.remove("cse-mn")), 4005);
}

TEST_F(Representation, ContentSizeOfFlexContainersIsThatOfTheirOwnAttributes) {
  const Json battery{{"cnd", "org.onem2m.common.moduleclass.battery"}, {"lvl", 50}, {"rn", "bat"}};
  EXPECT_EQ(cse.create(ae, 28, {{"cod:bat", battery}}).content["cod:bat"]["cs"], 4);
  const Json after = cse.update(ae + "/bat", {{"cod:bat", {{"lvl", 40}}}}).content["cod:bat"];
  EXPECT_EQ(after["lvl"], 40);
  EXPECT_EQ(after["st"], 1);
  EXPECT_EQ(cse.retrieve(ae + "/bat").content["cod:bat"], after);
}

}  // namespace
}  // namespace edgecse::test
