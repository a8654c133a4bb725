// SPDX-License-Identifier: Apache-2.0
//
// Requests to an AE that cannot be reached: it fetches them. TS-0001 9.6.21, TS-0004 7.4.21, 7.4.22.
#include <gtest/gtest.h>

#include "support/test_cse.hpp"

namespace edgecse::test {
namespace {

using onem2m::Operation;
using onem2m::Request;
using onem2m::Response;

struct PollingChannel : ::testing::Test {
  TestCse cse;
  std::string ae = cse.add_ae("Cdev", {{"rr", false}});
  std::string pcu = ae + "/poll/pcu";
  int made = rsc(cse.create(ae, 15, {{"m2m:pch", {{"rn", "poll"}}}}, "Cdev"));

  struct Asked {
    std::optional<Response> answer;
  };
  /// Perhaps not answered yet when it returns.
  std::shared_ptr<Asked> begin(Request request) {
    auto asked = std::make_shared<Asked>();
    if (request.request_identifier.empty()) request.request_identifier = "b" + std::to_string(++count);
    request.release_version = "3";
    cse.cse().handle(std::move(request), [asked](Response response) { asked->answer = std::move(response); });
    cse.time.advance(std::chrono::milliseconds{1});
    return asked;
  }
  std::shared_ptr<Asked> notify_device(const std::string& identifier) {
    Request request = cse.request(Operation::Notify, ae);
    request.request_identifier = identifier;
    request.content = {{"m2m:sgn", {{"sur", "/mn1/x"}}}};
    return begin(std::move(request));
  }
  Response answer_with(Json response, const std::string& from = "Cdev") {
    return cse.notify(pcu, {{"m2m:rsp", std::move(response)}}, from);
  }
  int count = 0;
};

TEST_F(PollingChannel, BelongsToItsEntityAlone) {
  EXPECT_EQ(made, 2001);
  EXPECT_EQ(rsc(cse.create(ae, 15, {{"m2m:pch", Json::object()}}, "Cdev")), 4000) << "one is enough";
  EXPECT_EQ(rsc(cse.retrieve(ae + "/poll", "Cdev")), 2000);
  EXPECT_EQ(cse.retrieve(ae + "/poll", "Cdev").content.at("m2m:pch").at("rqag"), false);
  cse.add_ae("Cother");
  EXPECT_EQ(rsc(cse.retrieve(ae + "/poll", "Cother")), 4103);
  EXPECT_EQ(rsc(cse.remove(ae + "/poll", "Cother")), 4103);
  EXPECT_EQ(rsc(cse.retrieve(ae + "/poll", "CAdmin")), 2000) << "the administrator may look at it";
  EXPECT_EQ(rsc(cse.retrieve(pcu, "CAdmin")), 4103) << "but not fetch what is for others";
  EXPECT_EQ(rsc(cse.retrieve(pcu, "Cother")), 4103);
  EXPECT_EQ(rsc(cse.create(ae, 15, {{"m2m:pch", Json::object()}}, "Cother")), 4103);
  EXPECT_EQ(rsc(cse.create(ae, 15, {{"m2m:pch", Json::object()}}, "CAdmin")), 4103);
  EXPECT_EQ(rsc(cse.update(pcu, {{"m2m:pch", Json::object()}}, "Cdev")), 4005);
  EXPECT_EQ(rsc(cse.remove(pcu, "Cdev")), 4005);
  EXPECT_EQ(rsc(cse.remove(ae + "/poll", "Cdev")), 2002);
  EXPECT_EQ(rsc(cse.retrieve(pcu, "Cdev")), 4004);
}

TEST_F(PollingChannel, GivesWhatWaitsAndTakesTheResponse) {
  const auto told = notify_device("n1");
  const Response polled = cse.retrieve(pcu, "Cdev");
  ASSERT_EQ(rsc(polled), 2000);
  const Json& request = polled.content.at("m2m:rqp");
  EXPECT_EQ(request.at("op"), 5);
  EXPECT_EQ(request.at("rqi"), "n1");
  EXPECT_TRUE(request.at("pc").contains("m2m:sgn"));
  EXPECT_FALSE(told->answer);
  EXPECT_EQ(rsc(answer_with({{"rsc", 2000}, {"rqi", "n1"}, {"fr", "Cdev"}})), 2000);
  ASSERT_TRUE(told->answer);
  EXPECT_EQ(rsc(*told->answer), 2000);
}

TEST_F(PollingChannel, LetsAPollWaitForARequest) {
  const auto poll = begin(cse.request(Operation::Retrieve, pcu, "Cdev"));
  EXPECT_FALSE(poll->answer);
  notify_device("n2");
  ASSERT_TRUE(poll->answer);
  EXPECT_EQ(poll->answer->content.at("m2m:rqp").at("rqi"), "n2");
}

TEST_F(PollingChannel, EndsAPollAndARequestAtTheirTime) {
  Request request = cse.request(Operation::Retrieve, pcu, "Cdev");
  request.request_expiration = "2000";
  const auto poll = begin(request);
  const auto told = notify_device("n3");
  ASSERT_TRUE(poll->answer) << "it came in time";
  request.request_identifier = "again";
  const auto begun = cse.time.monotonic_now();
  EXPECT_EQ(rsc(cse.ask(request)), 4008);
  EXPECT_EQ(cse.time.monotonic_now() - begun, std::chrono::seconds{2});
  cse.time.advance(std::chrono::seconds{10});
  ASSERT_TRUE(told->answer);
  EXPECT_EQ(rsc(*told->answer), 4008) << "the device fetched it but never answered";
  EXPECT_EQ(rsc(answer_with({{"rsc", 2000}, {"rqi", "n3"}})), 4000) << "too late";
}

TEST_F(PollingChannel, GivesEverythingAtOnceWhenAskedTo) {
  EXPECT_EQ(rsc(cse.update(ae + "/poll", {{"m2m:pch", {{"rqag", true}}}}, "Cdev")), 2004);
  notify_device("n4");
  notify_device("n5");
  const Response polled = cse.retrieve(pcu, "Cdev");
  ASSERT_EQ(polled.content.at("m2m:agrp").size(), 2U);
  EXPECT_EQ(polled.content.at("m2m:agrp")[1].at("rqi"), "n5");
}

TEST_F(PollingChannel, RefusesWhatIsNoResponseToARequest) {
  notify_device("n6");
  EXPECT_EQ(rsc(cse.retrieve(pcu, "Cdev")), 2000);
  EXPECT_EQ(rsc(cse.notify(pcu, {{"m2m:sgn", {{"sur", "/mn1/x"}}}}, "Cdev")), 4000);
  EXPECT_EQ(rsc(answer_with({{"rqi", "n6"}})), 4000) << "no rsc";
  EXPECT_EQ(rsc(answer_with({{"rsc", 2000}, {"rqi", "n6"}, {"fr", "Cother"}})), 4000);
  EXPECT_EQ(rsc(answer_with({{"rsc", 2000}, {"rqi", "other"}})), 4000);
  EXPECT_EQ(rsc(answer_with({{"rsc", 2000}, {"rqi", "n6"}})), 2000);
}

TEST_F(PollingChannel, EndsWhatWaitsWhenItGoes) {
  const auto told = notify_device("n7");
  EXPECT_EQ(rsc(cse.remove(ae + "/poll", "Cdev")), 2002);
  ASSERT_TRUE(told->answer);
  EXPECT_EQ(rsc(*told->answer), 5103);
  const auto unreachable = notify_device("n8");
  ASSERT_TRUE(unreachable->answer);
  EXPECT_EQ(rsc(*unreachable->answer), 5103) << "neither reachable nor a channel";
}

TEST_F(PollingChannel, BringsNotificationsAlsoAfterARestart) {
  const std::string data = cse.add_container(ae, "data", "Cdev");
  ASSERT_EQ(rsc(cse.create(data, 23, {{"m2m:sub", {{"nu", {ae}}, {"enc", {{"net", {3}}}}}}}, "Cdev")), 2001);
  ASSERT_EQ(rsc(cse.add_instance(data, "7", "Cdev")), 2001);
  cse.time.advance(std::chrono::minutes{5});
  cse.restart();
  const Response polled = cse.retrieve(pcu, "Cdev");
  ASSERT_EQ(rsc(polled), 2000) << "asking brings what was put off";
  const Json& request = polled.content.at("m2m:rqp");
  EXPECT_EQ(request.at("pc").at("m2m:sgn").at("nev").at("rep").at("m2m:cin").at("con"), "7");
  EXPECT_EQ(rsc(answer_with({{"rsc", 2000}, {"rqi", request.at("rqi")}})), 2000);
  cse.time.advance(std::chrono::minutes{2});
  Request again = cse.request(Operation::Retrieve, pcu, "Cdev");
  again.request_expiration = "1000";
  EXPECT_EQ(rsc(cse.ask(again)), 4008) << "it is not told twice";
}

}  // namespace
}  // namespace edgecse::test
