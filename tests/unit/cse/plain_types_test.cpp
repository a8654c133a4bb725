// SPDX-License-Identifier: Apache-2.0
//
// Types that are data. What each attribute's rule is, every_type_test tries; here is what an application sees.
#include <gtest/gtest.h>

#include "support/test_cse.hpp"

namespace edgecse::test {
namespace {

struct Management : ::testing::Test {
  Management() {
    EXPECT_EQ(rsc(cse.create("cse-mn", 14, {{"m2m:nod", {{"rn", "node"}, {"ni", "urn:node:1"}}}})), 2001);
  }
  onem2m::Response create(const char* member, Json attributes) {
    return cse.create("cse-mn/node", 13, {{member, std::move(attributes)}});
  }
  TestCse cse;
};

TEST_F(Management, ObjectsOfEverySpecialisationAreNamedByMemberAndDefinition) {
  const auto battery = create("m2m:bat", {{"rn", "bat"}, {"mgd", 1006}, {"btl", 20}, {"bts", 5}});
  ASSERT_EQ(rsc(battery), 2001);
  EXPECT_EQ(battery.content["m2m:bat"]["ty"], 13);
  EXPECT_EQ(cse.retrieve("cse-mn/node/bat").content["m2m:bat"]["btl"], 20);
  ASSERT_EQ(rsc(cse.update("cse-mn/node/bat", {{"m2m:bat", {{"btl", 19}}}})), 2004);
  EXPECT_EQ(rsc(cse.update("cse-mn/node/bat", {{"m2m:mem", {{"mma", 19}}}})), 4102);
  EXPECT_EQ(rsc(cse.remove("cse-mn/node/bat")), 2002);

  EXPECT_EQ(rsc(create("m2m:bat", {{"mgd", 1003}, {"btl", 20}, {"bts", 5}})), 4000) << "mgd of memory";
  EXPECT_EQ(rsc(create("m2m:bat", {{"mgd", 9999}, {"btl", 20}, {"bts", 5}})), 4000) << "no such definition";
  EXPECT_EQ(rsc(create("m2m:nothing", {{"mgd", 1006}})), 4000);
  EXPECT_EQ(rsc(create("cod:bat", {{"mgd", 1006}})), 4000) << "a flexContainer's name";
  EXPECT_EQ(rsc(cse.create("cse-mn", 13, {{"m2m:bat", {{"mgd", 1006}, {"btl", 20}, {"bts", 5}}}})), 4108);
}

TEST_F(Management, FirmwareShowsThatAnUpdateIsUnderWay) {
  const auto made = create("m2m:fwr", {{"rn", "fw"}, {"mgd", 1001}, {"vr", "1"}, {"fwn", "f"}, {"url", "http://x/f"}, {"ud", false}});
  ASSERT_EQ(rsc(made), 2001);
  EXPECT_EQ(made.content["m2m:fwr"]["uds"], (Json{{"acn", ""}, {"sus", 0}}));
  const Json asked = cse.update("cse-mn/node/fw", {{"m2m:fwr", {{"ud", true}}}}).content["m2m:fwr"];
  EXPECT_EQ(asked["uds"], (Json{{"acn", "ud"}, {"sus", 3}}));
  const Json done = cse.update("cse-mn/node/fw", {{"m2m:fwr", {{"uds", {{"acn", "ud"}, {"sus", 1}}}}}}).content["m2m:fwr"];
  EXPECT_EQ(done["uds"]["sus"], 1);
}

TEST_F(Management, ButtonsReadTheSameWhateverIsWritten) {
  ASSERT_EQ(rsc(create("m2m:rbo", {{"rn", "rbo"}, {"mgd", 1009}, {"rbo", true}, {"far", false}})), 2001);
  EXPECT_EQ(cse.retrieve("cse-mn/node/rbo").content["m2m:rbo"]["rbo"], false);
  EXPECT_EQ(cse.update("cse-mn/node/rbo", {{"m2m:rbo", {{"far", true}}}}).content["m2m:rbo"]["far"], false);
  EXPECT_EQ(rsc(cse.update("cse-mn/node/rbo", {{"m2m:rbo", {{"rbo", true}, {"far", true}}}})), 4000);

  ASSERT_EQ(rsc(create("m2m:evl", {{"rn", "evl"}, {"mgd", 1010}, {"lgt", 2}, {"lgd", "log"}, {"lgst", 1}})), 2001);
  EXPECT_EQ(cse.update("cse-mn/node/evl", {{"m2m:evl", {{"lga", false}}}}).content["m2m:evl"]["lga"], true);
  EXPECT_EQ(rsc(cse.update("cse-mn/node/evl", {{"m2m:evl", {{"lga", true}, {"lgo", true}}}})), 4000);
}

TEST_F(Management, ObjectsMayAskForOneWayOfMeasuringAndForFittingCredentials) {
  const Json schedule{{{"sce", {"* * * * * * *"}}}};
  EXPECT_EQ(rsc(create("dcfg:datc", {{"mgd", 1021}, {"cntp", "/data"}, {"mesc", schedule}, {"meil", 5}})), 4000);
  EXPECT_EQ(rsc(create("dcfg:datc", {{"rn", "dc"}, {"mgd", 1021}, {"cntp", "/data"}, {"meil", 5}})), 2001);
  EXPECT_EQ(rsc(cse.update("cse-mn/node/dc", {{"dcfg:datc", {{"mesc", schedule}}}})), 4000);
  EXPECT_EQ(rsc(cse.update("cse-mn/node/dc", {{"dcfg:datc", {{"mesc", schedule}, {"meil", nullptr}}}})), 2004);

  const auto wifi = [&](Json credentials) {
    return rsc(create("dcfg:wific", {{"mgd", 1028}, {"ssid", "s"}, {"scan", true}, {"wcrds", std::move(credentials)}}));
  };
  EXPECT_EQ(wifi({{"enct", 1}}), 2001);
  EXPECT_EQ(wifi({{"enct", 1}, {"pwd", "x"}}), 4000);
  EXPECT_EQ(wifi({{"enct", 2}}), 4000);
  EXPECT_EQ(wifi({{"enct", 2}, {"wepk", "x"}}), 2001);
  EXPECT_EQ(wifi({{"enct", 4}, {"wpap", "x"}}), 2001);
  EXPECT_EQ(wifi({{"enct", 6}, {"unm", "u"}, {"pwd", "x"}}), 2001);
  ASSERT_EQ(rsc(create("dcfg:wific", {{"rn", "wifi"}, {"mgd", 1028}, {"ssid", "s"}, {"scan", true},
                                      {"wcrds", {{"enct", 2}, {"wepk", "x"}}}})),
            2001);
  EXPECT_EQ(cse.retrieve("cse-mn/node/wifi").content["dcfg:wific"]["rdst"], false);
  EXPECT_EQ(rsc(cse.update("cse-mn/node/wifi", {{"dcfg:wific", {{"wcrds", {{"enct", 1}}}}}})), 2004) << "replaced, not merged";
}

TEST(PlainTypes, TypesOfAnInCseAreRefusedElsewhere) {
  const Json profile{{"m2m:mssp", {{"rn", "profile"}}}};
  TestCse edge;
  EXPECT_EQ(rsc(edge.create("cse-mn", 11, profile)), 4005);
  cse::CseOptions options;
  options.type = cse::CseType::In;
  TestCse in(options);
  EXPECT_EQ(rsc(in.create("cse-mn", 11, profile)), 2001);
  const Json node = in.create("cse-mn/profile", 20, {{"m2m:svsn", {{"rn", "n"}, {"ni", "urn:1"}}}}).content["m2m:svsn"];
  EXPECT_EQ(node["ni"], "urn:1");
  EXPECT_EQ(rsc(in.update("cse-mn/profile/n", {{"m2m:svsn", {{"ni", "urn:2"}}}})), 4000) << "written once";
}

TEST(PlainTypes, AnOriginatorWithoutPrivilegeIsRefused) {
  TestCse cse;
  const std::string ae = cse.add_ae("Cdev");
  ASSERT_EQ(rsc(cse.create("cse-mn", 14, {{"m2m:nod", {{"rn", "node"}, {"ni", "n"}}}})), 2001);
  EXPECT_EQ(rsc(cse.create("cse-mn/node", 13, {{"m2m:mem", {{"mgd", 1003}, {"mma", 1}, {"mmt", 2}}}}, "Cdev")), 4103);
  EXPECT_EQ(rsc(cse.retrieve("cse-mn/node", "Cdev")), 4103);
  EXPECT_EQ(rsc(cse.create(ae, 34, {{"m2m:dac", {{"rn", "dac"}, {"dae", true}, {"dap", {"http://x"}}}}}, "Cdev")), 2001);
}

}  // namespace
}  // namespace edgecse::test
