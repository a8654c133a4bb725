// SPDX-License-Identifier: Apache-2.0
//
// CMDH policies and what becomes of requests to other CSEs. TS-0001 D.12, TS-0004 annex H.
#include <gtest/gtest.h>

#include "forwarding_fixture.hpp"

namespace edgecse::test {
namespace {

struct CommunicationManagement : ForwardingCse {
  Json defaults() {
    const Json category = add("m2m:cmdv", 1014, {{"od", 1}, {"dev", 4}, {"ror", {"localAE"}}});
    const Json values = add("m2m:cmpv", 1015, {{"aec", {4}}, {"dqet", 5000}, {"dset", 6000}, {"doet", 0}, {"drp", -1}, {"dda", false}});
    return add("m2m:cmdf", 1013, {{"cmlk", {category, values}}});
  }
  Json limits(Json more = Json::object()) {
    Json given{{"od", 1}, {"ror", {"default"}}, {"lec", {4}}, {"lqet", {0, 3000}}, {"lset", {0, -1}}, {"loet", {0, -1}},
               {"lrp", {0, -1}}, {"lda", {false}}};
    given.update(more);
    return add("m2m:cml", 1016, given);
  }
  /// What a request of the AE to another CSE is answered; 5103: it was sent, and nobody is there.
  onem2m::Response forward(const std::string& rqet = "", const std::string& rset = "") {
    cse.sender.sent.clear();
    auto request = cse.request(onem2m::Operation::Retrieve, "/mn9/data", "Cdev");
    request.request_expiration = rqet;
    request.result_expiration = rset;
    return cse.ask(request);
  }
};

TEST_F(CommunicationManagement, WithoutAPolicyRequestsGoAsTheyAre) {
  defaults();
  EXPECT_EQ(rsc(forward()), 5103);
  ASSERT_FALSE(cse.sender.sent.empty());
  EXPECT_FALSE(cse.sender.sent.back().request.event_category);
}

TEST_F(CommunicationManagement, FillsInWhatTheRequestLeavesOpen) {
  const std::string active = activate({defaults()});
  for (int life = 0; life < 2; ++life) {
    EXPECT_EQ(rsc(forward()), 5103);
    ASSERT_FALSE(cse.sender.sent.empty());
    const onem2m::Request& sent = cse.sender.sent.back().request;
    EXPECT_EQ(sent.event_category, 4) << "the AE's default";
    EXPECT_FALSE(sent.request_expiration.empty());
    EXPECT_LT(sent.request_expiration, sent.result_expiration);
    EXPECT_EQ(sent.delivery_aggregation, false);
    EXPECT_TRUE(sent.result_persistence.empty()) << "-1: no end";
    cse.restart();
  }
  ASSERT_EQ(rsc(cse.remove(active)), 2002);
  EXPECT_EQ(rsc(forward()), 5103);
  EXPECT_FALSE(cse.sender.sent.back().request.event_category) << "no longer active";
}

TEST_F(CommunicationManagement, LetsBestEffortBeAggregated) {
  activate({limits({{"lec", {3}}, {"lqet", {0, -1}}, {"lda", {true}}})});
  EXPECT_EQ(rsc(forward()), 5103);
  ASSERT_FALSE(cse.sender.sent.empty());
  EXPECT_EQ(cse.sender.sent.back().request.delivery_aggregation, true);
  EXPECT_TRUE(cse.sender.sent.back().request.request_expiration.empty()) << "infinite";
}

TEST_F(CommunicationManagement, RefusesWhatTheLimitsForbid) {
  activate({defaults(), limits()});
  const auto refused = forward();
  EXPECT_EQ(rsc(refused), 4000) << "the default of rqet is longer than allowed";
  EXPECT_NE(refused.content["m2m:dbg"].get<std::string>().find("lqet"), std::string::npos) << refused.content;
  EXPECT_TRUE(cse.sender.sent.empty());
  EXPECT_EQ(rsc(forward("2000", "2500")), 5103);
  EXPECT_EQ(rsc(cse.retrieve("cse-in/node")), 2000) << "what stays here is not looked at";
}

TEST_F(CommunicationManagement, RefusesOtherCategories) {
  activate({limits({{"lec", {2}}, {"lqet", {0, -1}}})});
  EXPECT_EQ(rsc(forward()), 4000) << "bestEffort";
  auto request = cse.request(onem2m::Operation::Retrieve, "/mn9/data", "Cdev");
  request.event_category = 2;
  EXPECT_EQ(rsc(cse.ask(request)), 5103);
}

}  // namespace
}  // namespace edgecse::test
