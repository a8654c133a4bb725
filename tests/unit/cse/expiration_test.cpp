// SPDX-License-Identifier: Apache-2.0
//
// The end of resources and instances. TS-0004 7.3.3.8, 7.4.6, 7.4.7.
#include <gtest/gtest.h>

#include "onem2m/timestamp.hpp"
#include "support/test_cse.hpp"

namespace edgecse::test {
namespace {

struct Expiration : ::testing::Test {
  std::string in(std::chrono::seconds span) { return onem2m::format_timestamp(cse.time.wall_now() + span); }
  TestCse cse;
  std::string ae = cse.add_ae("Cdev");
};

TEST_F(Expiration, EndsAResourceWithEverythingBelow) {
  const std::string data = cse.add_container(ae, "data", "Cdev", {{"et", in(std::chrono::seconds{10})}});
  const std::string deep = cse.add_container(data, "deep", "Cdev");
  cse.time.advance(std::chrono::seconds{9});
  EXPECT_EQ(rsc(cse.retrieve(deep)), 2000);
  cse.time.advance(std::chrono::seconds{2});
  EXPECT_EQ(rsc(cse.retrieve(data)), 4004);
  EXPECT_EQ(cse.tree().size(), 2U);
}

TEST_F(Expiration, RefreshedResourceLivesOn) {
  ASSERT_EQ(rsc(cse.update(ae, {{"m2m:ae", {{"et", in(std::chrono::seconds{10})}}}})), 2004);
  cse.time.advance(std::chrono::seconds{9});
  ASSERT_EQ(rsc(cse.update(ae, {{"m2m:ae", {{"et", in(std::chrono::seconds{10})}}}})), 2004);
  cse.time.advance(std::chrono::seconds{5});
  EXPECT_EQ(rsc(cse.retrieve(ae)), 2000);
  cse.time.advance(std::chrono::seconds{10});
  EXPECT_EQ(rsc(cse.retrieve(ae)), 4004);
}

TEST_F(Expiration, HappensAfterARestartToo) {
  const std::string data = cse.add_container(ae, "data", "Cdev", {{"et", in(std::chrono::seconds{10})}});
  cse.restart();
  cse.time.advance(std::chrono::seconds{11});
  EXPECT_EQ(rsc(cse.retrieve(data)), 4004);
}

TEST_F(Expiration, InstancesEndByTheirOwnTimeOrTheContainersAge) {
  const std::string data = cse.add_container(ae, "data", "Cdev");
  const std::string young = cse.add_container(ae, "young", "Cdev", {{"mia", 10}});
  cse.add_instance(data, "1", "Cdev");
  cse.add_instance(data, "2", "Cdev", {{"et", in(std::chrono::seconds{5})}});
  cse.add_instance(young, "1", "Cdev");
  cse.time.advance(std::chrono::seconds{6});
  EXPECT_EQ(cse.retrieve(data + "/la").content["m2m:cin"]["con"], "1");
  EXPECT_EQ(cse.retrieve(data).content["m2m:cnt"]["cni"], 1);
  EXPECT_EQ(rsc(cse.retrieve(young + "/la")), 2000);
  cse.restart();
  cse.time.advance(std::chrono::seconds{6});
  EXPECT_EQ(rsc(cse.retrieve(young + "/la")), 4004);
  EXPECT_EQ(cse.retrieve(young).content["m2m:cnt"]["cni"], 0);
}

TEST_F(Expiration, OfManyInstancesGoesInSteps) {
  const std::string young = cse.add_container(ae, "young", "Cdev", {{"mia", 10}});
  for (int i = 0; i < 350; ++i) cse.add_instance(young, "1", "Cdev");
  cse.time.advance(std::chrono::seconds{30});
  EXPECT_EQ(cse.retrieve(young).content["m2m:cnt"]["cni"], 0);
  for (const auto& [key, row] : cse.disk->tables[static_cast<std::size_t>(store::Table::Meta)])
    EXPECT_FALSE(key.starts_with("end/")) << "rows that order the ends are gone too";
}

TEST_F(Expiration, FullDiskDelaysIt) {
  const std::string data = cse.add_container(ae, "data", "Cdev", {{"et", in(std::chrono::seconds{10})}});
  cse.disk->full = true;
  cse.time.advance(std::chrono::seconds{15});
  EXPECT_EQ(rsc(cse.retrieve(data)), 2000);
  cse.disk->full = false;
  cse.time.advance(std::chrono::seconds{30});
  EXPECT_EQ(rsc(cse.retrieve(data)), 4004);
}

TEST(CseMetrics, CountRequestsAndResources) {
  TestCse cse;
  cse.add_ae("Cdev");
  cse.add_ae("Cother");
  cse.remove("cse-mn/Cother");
  const std::string text = cse.telemetry.text();
  EXPECT_NE(text.find("edgecse_resources{type=\"2\"} 1"), std::string::npos) << text;
  EXPECT_NE(text.find(R"(edgecse_requests_total{binding="http",operation="create",rsc="2001",type="2"} 2)"), std::string::npos) << text;
}

}  // namespace
}  // namespace edgecse::test
