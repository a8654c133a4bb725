// SPDX-License-Identifier: Apache-2.0
//
// flexContainer and flexContainerInstance; instances that count their RETRIEVEs. TS-0004 7.4.37, release 4 and 5.
#include <gtest/gtest.h>

#include "support/test_cse.hpp"

namespace edgecse::test {
namespace {

constexpr const char* kMember = "cod:tempe";
constexpr const char* kDefinition = "org.onem2m.common.moduleclass.temperature";

struct FlexContainer : ::testing::Test {
  TestCse cse;
  std::string ae = cse.add_ae("Cdev");
  std::string flex = ae + "/flex";

  onem2m::Response add(Json more = Json::object()) {
    Json attributes{{"rn", "flex"}, {"cnd", kDefinition}, {"curT0", 20.0}};
    attributes.update(more);
    return cse.create(ae, 28, {{kMember, attributes}}, "Cdev");
  }
  onem2m::Response change(const Json& attributes) { return cse.update(flex, {{kMember, attributes}}, "Cdev"); }
  Json show(const std::string& below = "") { return cse.retrieve(flex + below, "Cdev").content[kMember]; }
};

TEST_F(FlexContainer, WithoutInstancesThereIsNoLatest) {
  const auto made = add();
  ASSERT_EQ(rsc(made), 2001) << made.content.dump();
  EXPECT_EQ(made.content[kMember]["cs"], 8);
  EXPECT_EQ(made.content[kMember]["st"], 0);
  EXPECT_FALSE(made.content[kMember].contains("cni"));
  EXPECT_EQ(rsc(cse.retrieve(flex + "/la", "Cdev")), 4004);
  EXPECT_EQ(rsc(change({{"mni", 3}})), 4000);
  EXPECT_EQ(rsc(change({{"curT0", 21.0}})), 2004);
  EXPECT_EQ(show()["st"], 1);
}

TEST_F(FlexContainer, LimitsMustFit) {
  EXPECT_EQ(rsc(add({{"mni", 3}})), 4000);
  EXPECT_EQ(rsc(add({{"fcied", true}, {"mni", 0}})), 4000);
  EXPECT_EQ(rsc(add({{"fcied", true}, {"mbs", 7}})), 4000);
  EXPECT_EQ(rsc(add({{"fcied", true}, {"mbs", 8}})), 2001);
  EXPECT_EQ(rsc(change({{"mbs", 7}})), 4000);
  EXPECT_EQ(rsc(change({{"mia", 0}})), 4000);
}

TEST_F(FlexContainer, EachChangeOfItsValuesIsKept) {
  ASSERT_EQ(rsc(add({{"fcied", true}, {"mni", 3}, {"lbl", {"a"}}})), 2001);
  EXPECT_EQ(show()["cni"], 1);
  EXPECT_EQ(show()["cbs"], 8);
  Json first = show("/la");
  EXPECT_EQ(first["rn"], "flex_0");
  EXPECT_EQ(first["ty"], 58);
  EXPECT_EQ(first["org"], "Cdev");
  EXPECT_EQ(first["lbl"], Json({"a"}));
  EXPECT_EQ(first["curT0"], 20.0);
  ASSERT_EQ(rsc(change({{"curT0", 21.0}})), 2004);
  ASSERT_EQ(rsc(change({{"or", "http://example.org/t"}})), 2004);  // no value of it
  ASSERT_EQ(rsc(change({{"lbl", {"b"}}})), 2004);
  EXPECT_EQ(show()["cni"], 3);
  EXPECT_EQ(show("/flex_1")["curT0"], 21.0);
  EXPECT_EQ(show("/la")["rn"], "flex_3");
  ASSERT_EQ(rsc(change({{"curT0", 22.0}})), 2004);
  EXPECT_EQ(show()["cni"], 3);
  EXPECT_EQ(show("/ol")["rn"], "flex_1");
  EXPECT_EQ(cse.retrieve(flex + "/la#curT0", "Cdev").content[kMember], Json({{"curT0", 22.0}}));

  EXPECT_EQ(rsc(cse.create(flex, 58, {{kMember, {{"curT0", 1.0}}}}, "Cdev")), 4005);
  EXPECT_EQ(rsc(cse.update(flex + "/la", {{kMember, {{"curT0", 1.0}}}}, "Cdev")), 4005);
  ASSERT_EQ(rsc(cse.remove(flex + "/la", "Cdev")), 2002);
  EXPECT_EQ(show()["cni"], 2);
  EXPECT_EQ(show("/la")["rn"], "flex_3");
  ASSERT_EQ(rsc(change({{"mni", 1}})), 2004);
  EXPECT_EQ(show()["cni"], 1);
  EXPECT_EQ(show("/ol")["rn"], "flex_3");
}

TEST_F(FlexContainer, TurnedOffItKeepsTheLatestRemovedNone) {
  ASSERT_EQ(rsc(add({{"fcied", true}})), 2001);
  for (const double value : {21.0, 22.0}) ASSERT_EQ(rsc(change({{"curT0", value}})), 2004);
  ASSERT_EQ(rsc(change({{"fcied", false}})), 2004);
  EXPECT_EQ(show()["cni"], 1);
  EXPECT_EQ(show("/la")["rn"], "flex_2");
  cse.restart();
  EXPECT_EQ(show("/flex_2")["curT0"], 22.0);
  ASSERT_EQ(rsc(change({{"curT0", 23.0}})), 2004);
  EXPECT_EQ(show("/la")["curT0"], 22.0);
  ASSERT_EQ(rsc(change({{"fcied", true}})), 2004);
  EXPECT_EQ(show()["cni"], 1);
  EXPECT_EQ(show("/la")["curT0"], 23.0);
  EXPECT_EQ(rsc(change({{"fcied", nullptr}, {"mni", 3}})), 4000);
  ASSERT_EQ(rsc(change({{"fcied", nullptr}})), 2004);
  for (const char* name : {"cni", "cbs", "mni", "fcied"}) EXPECT_FALSE(show().contains(name)) << name;
  EXPECT_EQ(rsc(cse.retrieve(flex + "/la", "Cdev")), 4004);
  EXPECT_EQ(cse.disk->tables[static_cast<std::size_t>(store::Table::Instances)].size(), 0U);
}

TEST_F(FlexContainer, InstancesAreChildrenThatAreFound) {
  ASSERT_EQ(rsc(add({{"fcied", true}})), 2001);
  EXPECT_EQ(cse.retrieve(flex, "Cdev", 4).content[kMember][kMember].size(), 1U);
  auto discovery = cse.request(onem2m::Operation::Retrieve, ae, "Cdev");
  discovery.filter_criteria.filter_usage = 1;
  discovery.filter_criteria.resource_types = {58};
  EXPECT_EQ(cse.ask(discovery).content["m2m:uril"], Json({flex + "/flex_0"}));
}

TEST_F(FlexContainer, InstanceWithADeletionCountGoesWithItsLastRetrieval) {
  const std::string data = cse.add_container(ae, "data", "Cdev");
  ASSERT_EQ(rsc(cse.add_instance(data, "once more", "Cdev", {{"dcnt", 2}})), 2001);
  ASSERT_EQ(rsc(cse.add_instance(data, "stays", "Cdev")), 2001);
  EXPECT_EQ(cse.retrieve(data + "/ol", "Cdev").content["m2m:cin"]["con"], "once more");
  cse.restart();
  EXPECT_EQ(rsc(cse.retrieve(data + "/ol", "Cother")), 4103);
  EXPECT_EQ(cse.retrieve(data + "/ol", "Cdev").content["m2m:cin"]["dcnt"], 1);
  EXPECT_EQ(cse.retrieve(data + "/ol", "Cdev").content["m2m:cin"]["con"], "stays");
  EXPECT_EQ(cse.retrieve(data, "Cdev").content["m2m:cnt"]["cni"], 1);
  EXPECT_EQ(cse.retrieve(data + "/la", "Cdev").content["m2m:cin"]["con"], "stays");
}

}  // namespace
}  // namespace edgecse::test
