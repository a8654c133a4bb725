// SPDX-License-Identifier: Apache-2.0
//
// Discovery. TS-0004 7.3.3.14, 7.3.3.17; TS-0001 10.2.6.
#include <gtest/gtest.h>

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
  EXPECT_EQ(cse.retrieve(found[0]).content["m2m:cin"]["con"], "1");
  request.desired_identifier_type.reset();
  request.result_content = 6;
  EXPECT_EQ(cse.ask(request).content["m2m:rrl"]["rrf"],
            Json::array({{{"nm", "i.1"}, {"typ", 4}, {"val", "cse-mn/Ca/one/i.1"}}}));
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

TEST_F(Discovery, ConditionalRetrieveOfTheTargetItself) {
  auto request = cse.request(onem2m::Operation::Retrieve, "cse-mn/Ca/one");
  request.filter_criteria.labels = {"one"};
  EXPECT_EQ(rsc(cse.ask(request)), 2000);
  request.filter_criteria.labels = {"two"};
  EXPECT_EQ(rsc(cse.ask(request)), 4004);
}

}  // namespace
}  // namespace edgecse::test
