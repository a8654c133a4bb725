// SPDX-License-Identifier: Apache-2.0
//
// AE, container, contentInstance, la, ol as an AE meets them. TS-0004 7.4.5 to 7.4.9.
#include <gtest/gtest.h>

#include "support/test_cse.hpp"

namespace edgecse::test {
namespace {

struct DataResources : ::testing::Test {
  TestCse cse;
  std::string ae = cse.add_ae("Cdev");
  std::string data = cse.add_container(ae, "data", "Cdev");
};

TEST_F(DataResources, InstanceIsAnsweredAndReadBackByLatestOldestIdAndName) {
  const auto first = cse.add_instance(data, "21.5", "Cdev");
  ASSERT_EQ(rsc(first), 2001);
  const Json& made = first.content["m2m:cin"];
  EXPECT_EQ(made["con"], "21.5");
  EXPECT_EQ(made["cs"], 4);
  EXPECT_EQ(made["ty"], 4);
  ASSERT_EQ(rsc(cse.add_instance(data, "22", "Cdev")), 2001);

  EXPECT_EQ(cse.retrieve(data + "/la", "Cdev").content["m2m:cin"]["con"], "22");
  EXPECT_EQ(cse.retrieve(data + "/ol", "Cdev").content["m2m:cin"]["con"], "21.5");
  EXPECT_EQ(cse.retrieve(made["ri"], "Cdev").content["m2m:cin"], made);
  EXPECT_EQ(cse.retrieve(data + "/" + made["rn"].get<std::string>(), "Cdev").content["m2m:cin"], made);
  const Json container = cse.retrieve(data, "Cdev").content["m2m:cnt"];
  EXPECT_EQ(container["cni"], 2);
  EXPECT_EQ(container["cbs"], 6);
  EXPECT_EQ(container["st"], 2);
}

TEST_F(DataResources, EveryFormOfAddressLeadsToTheSameResource) {
  const std::string id = cse.retrieve(data, "Cdev").content["m2m:cnt"]["ri"];
  for (const std::string& address :
       {data, id, std::string("-/Cdev/data"), "/mn1/" + data, std::string("/mn1/-/Cdev/data"), "/mn1/" + id,
        "//mec.example.org/mn1/" + data, std::string("Cdev/data"), "//mec.example.org/mn1/" + id}) {
    EXPECT_EQ(cse.retrieve(address, "Cdev").content["m2m:cnt"]["ri"], id) << address;
  }
}

TEST_F(DataResources, ChosenNamesFindInstancesAndAreUnique) {
  ASSERT_EQ(rsc(cse.add_instance(data, "1", "Cdev", {{"rn", "mine"}})), 2001);
  EXPECT_EQ(cse.retrieve(data + "/mine", "Cdev").content["m2m:cin"]["con"], "1");
  EXPECT_EQ(rsc(cse.add_instance(data, "2", "Cdev", {{"rn", "mine"}})), 4105);
  EXPECT_EQ(rsc(cse.add_instance(data, "2", "Cdev", {{"rn", "la"}})), 4105);
  EXPECT_EQ(rsc(cse.remove(data + "/mine", "Cdev")), 2002);
  EXPECT_EQ(rsc(cse.retrieve(data + "/mine", "Cdev")), 4004);
  EXPECT_EQ(rsc(cse.add_instance(data, "3", "Cdev", {{"rn", "mine"}})), 2001);
}

TEST_F(DataResources, OldestInstancesGoWhenTheirNumberOrSizeIsTooLarge) {
  const std::string few = cse.add_container(ae, "few", "Cdev", {{"mni", 2}, {"mbs", 10}});
  for (const char* content : {"1", "2", "3"}) ASSERT_EQ(rsc(cse.add_instance(few, content, "Cdev")), 2001);
  EXPECT_EQ(cse.retrieve(few + "/ol", "Cdev").content["m2m:cin"]["con"], "2");
  ASSERT_EQ(rsc(cse.add_instance(few, "1234567890", "Cdev")), 2001);
  EXPECT_EQ(cse.retrieve(few + "/ol", "Cdev").content["m2m:cin"]["con"], "1234567890");
  EXPECT_EQ(cse.retrieve(few, "Cdev").content["m2m:cnt"]["cni"], 1);
  EXPECT_EQ(rsc(cse.add_instance(few, "12345678901", "Cdev")), 5207);
}

TEST_F(DataResources, LowerLimitEvictsAtOnce) {
  for (int i = 0; i < 5; ++i) cse.add_instance(data, std::to_string(i), "Cdev");
  ASSERT_EQ(rsc(cse.update(data, {{"m2m:cnt", {{"mni", 1}}}}, "Cdev")), 2004);
  EXPECT_EQ(cse.retrieve(data, "Cdev").content["m2m:cnt"]["cni"], 1);
  EXPECT_EQ(cse.retrieve(data + "/ol", "Cdev").content["m2m:cin"]["con"], "4");
}

TEST_F(DataResources, ManyAreEvictedInSteps) {
  for (int i = 0; i < 1'200; ++i) cse.add_instance(data, std::to_string(i), "Cdev");
  ASSERT_EQ(rsc(cse.update(data, {{"m2m:cnt", {{"mni", 3}}}}, "Cdev")), 2004);
  cse.time.advance(std::chrono::seconds{1});
  EXPECT_EQ(cse.retrieve(data, "Cdev").content["m2m:cnt"]["cni"], 3);
  EXPECT_EQ(cse.retrieve(data + "/ol", "Cdev").content["m2m:cin"]["con"], "1197");
  EXPECT_EQ(cse.disk->tables[static_cast<std::size_t>(store::Table::Instances)].size(), 3U);
}

TEST_F(DataResources, LatestMovesBackWhenTheNewestIsDeleted) {
  cse.add_instance(data, "1", "Cdev");
  cse.add_instance(data, "2", "Cdev");
  ASSERT_EQ(rsc(cse.remove(data + "/la", "Cdev")), 2002);
  EXPECT_EQ(cse.retrieve(data + "/la", "Cdev").content["m2m:cin"]["con"], "1");
  ASSERT_EQ(rsc(cse.remove(data + "/la", "Cdev")), 2002);
  EXPECT_EQ(rsc(cse.retrieve(data + "/la", "Cdev")), 4004);
  EXPECT_EQ(cse.retrieve(data, "Cdev").content["m2m:cnt"]["cni"], 0);
}

TEST_F(DataResources, EverythingIsThereAfterARestart) {
  cse.add_instance(data, "1", "Cdev");
  const Json before = cse.retrieve(data, "Cdev").content;
  cse.restart();
  EXPECT_EQ(cse.retrieve(data, "Cdev").content, before);
  EXPECT_EQ(cse.retrieve(data + "/la", "Cdev").content["m2m:cin"]["con"], "1");
  EXPECT_EQ(rsc(cse.add_instance(data, "2", "Cdev")), 2001);
}

TEST_F(DataResources, WholeSubtreeGoesWithItsRoot) {
  cse.add_instance(data, "1", "Cdev");
  ASSERT_EQ(rsc(cse.remove(ae, "Cdev")), 2002);
  EXPECT_EQ(rsc(cse.retrieve(data, "CAdmin")), 4004);
  EXPECT_EQ(cse.tree().size(), 1U);
  EXPECT_EQ(cse.disk->tables[static_cast<std::size_t>(store::Table::Instances)].size(), 0U);
}

TEST_F(DataResources, InstancesCannotBeUpdated) {
  cse.add_instance(data, "1", "Cdev");
  EXPECT_EQ(rsc(cse.update(data + "/la", {{"m2m:cin", {{"con", "2"}}}}, "Cdev")), 4005);
}

TEST_F(DataResources, WhatIsNotThereIsNoParentOfTheWrongType) {
  const std::string given = cse.add_instance(data, "1", "Cdev").content["m2m:cin"]["rn"];
  ASSERT_EQ(rsc(cse.add_instance(data, "2", "Cdev", {{"rn", "mine"}})), 2001);
  for (const std::string& instance : {given, std::string("mine")}) {
    EXPECT_EQ(rsc(cse.create(data + "/" + instance, 4, {{"m2m:cin", {{"con", "3"}}}}, "Cdev")), 4108) << instance;
    EXPECT_EQ(rsc(cse.create(data + "/" + instance, 23, {{"m2m:sub", {{"nu", {"http://x"}}}}}, "Cdev")), 5203) << instance;
  }
  for (const int resource_type : {4, 23})
    EXPECT_EQ(rsc(cse.create(data + "/gone", resource_type, {{"m2m:x", {{"con", "3"}}}}, "Cdev")), 4004) << resource_type;
}

TEST_F(DataResources, DisabledRetrievalHidesInstances) {
  cse.add_instance(data, "1", "Cdev");
  ASSERT_EQ(rsc(cse.update(data, {{"m2m:cnt", {{"disr", true}}}}, "Cdev")), 2004);
  EXPECT_EQ(rsc(cse.retrieve(data + "/la", "Cdev")), 4005);
  EXPECT_EQ(rsc(cse.remove(data + "/la", "Cdev")), 4005);
  ASSERT_EQ(rsc(cse.update(data, {{"m2m:cnt", {{"disr", false}}}}, "Cdev")), 2004);
  EXPECT_EQ(rsc(cse.retrieve(data + "/la", "Cdev")), 4004);
}

TEST_F(DataResources, FullDiskRefusesCreatesAndStillReads) {
  cse.add_instance(data, "1", "Cdev");
  cse.disk->full = true;
  EXPECT_EQ(rsc(cse.add_instance(data, "2", "Cdev")), 5207);
  EXPECT_EQ(cse.retrieve(data + "/la", "Cdev").content["m2m:cin"]["con"], "1");
  cse.disk->full = false;
  EXPECT_EQ(rsc(cse.add_instance(data, "2", "Cdev")), 2001);
}

}  // namespace
}  // namespace edgecse::test
