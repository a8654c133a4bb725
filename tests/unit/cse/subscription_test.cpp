// SPDX-License-Identifier: Apache-2.0
//
// Subscriptions as a subscriber meets them. TS-0004 7.4.8, 7.5.1.2.
#include <gtest/gtest.h>

#include "cse/internal_aes.hpp"
#include "cse/subscription/notification_criteria.hpp"
#include "cse/subscription/notification_policies.hpp"
#include "subscription_fixture.hpp"

namespace edgecse::test {
namespace {

TEST_F(Subscriptions, ANewInstanceIsNotifiedWholeWithTheIdentityOfTheSubscription) {
  const auto made = subscribe(data, {{"enc", {{"net", {3}}}}});
  ASSERT_EQ(rsc(made), 2001) << made.content;
  const std::string id = made.content["m2m:sub"]["ri"];
  const auto instance = cse.add_instance(data, "21", "Cdev");
  const auto sent = notifications();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].request_identifier, id + "-1");
  EXPECT_EQ(sent[0].from, "/mn1");
  const Json& notification = sent[0].content["m2m:sgn"];
  EXPECT_EQ(notification["sur"], "/mn1/" + id);
  EXPECT_EQ(notification["nev"]["net"], 3);
  EXPECT_EQ(notification["nev"]["rep"], instance.content);
  EXPECT_TRUE(cse.sender.sent.back().next_hop.plain_url);
  EXPECT_EQ(cse.sender.sent.back().next_hop.points_of_access, std::vector<std::string>{kSink});
  EXPECT_EQ(outbox_rows(), 0U);
}

TEST_F(Subscriptions, NotificationsOfOneSubscriptionLeaveInOrder) {
  ASSERT_EQ(rsc(subscribe(data, {{"enc", {{"net", {3}}}}})), 2001);
  for (int i = 0; i < 20; ++i) cse.add_instance(data, std::to_string(i), "Cdev");
  const auto sent = notifications();
  ASSERT_EQ(sent.size(), 20U);
  for (std::size_t i = 0; i < 20; ++i)
    EXPECT_EQ(sent[i].content["m2m:sgn"]["nev"]["rep"]["m2m:cin"]["con"], std::to_string(i));
}

TEST_F(Subscriptions, UpdateIsTheDefaultEvent) {
  ASSERT_EQ(rsc(subscribe(data)), 2001);
  cse.add_instance(data, "21", "Cdev");
  EXPECT_TRUE(notifications().empty());
  ASSERT_EQ(rsc(cse.update(data, {{"m2m:cnt", {{"lbl", {"a"}}}}}, "Cdev")), 2004);
  const auto sent = notifications();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].content["m2m:sgn"]["nev"]["net"], 1);
  EXPECT_EQ(sent[0].content["m2m:sgn"]["nev"]["rep"]["m2m:cnt"]["rn"], "data");
}

TEST_F(Subscriptions, ModifiedAttributesOnlyOnRequest) {
  ASSERT_EQ(rsc(subscribe(data, {{"nct", 2}})), 2001);
  ASSERT_EQ(rsc(cse.update(data, {{"m2m:cnt", {{"lbl", {"a"}}}}}, "Cdev")), 2004);
  EXPECT_EQ(notifications().at(0).content["m2m:sgn"]["nev"]["rep"], (Json{{"m2m:cnt", {{"lbl", {"a"}}}}}));
}

TEST_F(Subscriptions, AddressOnlyOnRequest) {
  ASSERT_EQ(rsc(subscribe(data, {{"nct", 3}, {"enc", {{"net", {3}}}}})), 2001);
  const std::string id = cse.add_instance(data, "21", "Cdev").content["m2m:cin"]["ri"];
  EXPECT_EQ(notifications().at(0).content["m2m:sgn"]["nev"]["rep"], (Json{{"m2m:uri", id}}));
}

TEST_F(Subscriptions, NamedAttributesLimitUpdates) {
  ASSERT_EQ(rsc(subscribe(data, {{"enc", {{"net", {1}}, {"atr", {"mni"}}}}})), 2001);
  cse.update(data, {{"m2m:cnt", {{"lbl", {"a"}}}}}, "Cdev");
  EXPECT_TRUE(notifications().empty());
  cse.update(data, {{"m2m:cnt", {{"mni", 5}}}}, "Cdev");
  EXPECT_EQ(notifications().size(), 1U);
}

TEST_F(Subscriptions, ChildTypesLimitCreations) {
  ASSERT_EQ(rsc(subscribe(ae, {{"enc", {{"net", {3}}, {"chty", {3}}}}})), 2001);
  cse.create(ae, 1, {{"m2m:acp", {{"pv", {{"acr", {{{"acor", {"Cx"}}, {"acop", 63}}}}}}, {"pvs", {{"acr", {{{"acor", {"Cdev"}}, {"acop", 63}}}}}}}}}, "Cdev");
  EXPECT_TRUE(notifications().empty());
  cse.add_container(ae, "more", "Cdev");
  EXPECT_EQ(notifications().size(), 1U);
}

TEST_F(Subscriptions, DeletionOfTheSubjectAndOfItsChildAreNotified) {
  ASSERT_EQ(rsc(subscribe(data, {{"rn", "own"}, {"enc", {{"net", {2}}}}})), 2001);
  ASSERT_EQ(rsc(subscribe(ae, {{"rn", "child"}, {"enc", {{"net", {4}}}}})), 2001);
  ASSERT_EQ(rsc(cse.remove(data, "Cdev")), 2002);
  const auto sent = notifications();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0].content["m2m:sgn"]["nev"]["net"].get<int>() + sent[1].content["m2m:sgn"]["nev"]["net"].get<int>(), 6);
}

TEST_F(Subscriptions, AreNotToldOfChildrenThatGoWithTheResource) {
  const std::string top = cse.add_container(ae, "top", "Cdev");
  for (const char* name : {"one", "two"}) {
    cse.add_container(top, name, "Cdev");
    ASSERT_EQ(rsc(subscribe(top, {{"rn", std::string("s-") + name}, {"enc", {{"net", {2, 4}}}}})), 2001);
  }
  ASSERT_EQ(rsc(cse.remove(top, "Cdev")), 2002);
  ASSERT_EQ(notifications().size(), 2U) << "each hears that the resource goes, nothing else";
  for (const auto& notification : notifications()) EXPECT_EQ(notification.content["m2m:sgn"]["nev"]["net"], 2);
}

TEST_F(Subscriptions, ConditionsApplyToTheChild) {
  ASSERT_EQ(rsc(subscribe(data, {{"enc", {{"net", {3}}, {"sza", 4}}}})), 2001);
  cse.add_instance(data, "1", "Cdev");
  EXPECT_TRUE(notifications().empty());
  cse.add_instance(data, "12345", "Cdev");
  EXPECT_EQ(notifications().size(), 1U);
}

TEST_F(Subscriptions, TheCounterEndsTheSubscriptionAndTheSubscriberHears) {
  ASSERT_EQ(rsc(subscribe(data, {{"exc", 2}, {"su", "http://127.0.0.1:9/end"}, {"enc", {{"net", {3}}}}})), 2001);
  cse.add_instance(data, "1", "Cdev");
  EXPECT_EQ(cse.retrieve(data + "/sub", "Cdev").content["m2m:sub"]["exc"], 1);
  cse.add_instance(data, "2", "Cdev");
  EXPECT_EQ(rsc(cse.retrieve(data + "/sub", "Cdev")), 4004);
  cse.add_instance(data, "3", "Cdev");
  const auto sent = notifications();
  ASSERT_EQ(sent.size(), 3U);
  EXPECT_EQ(std::ranges::count_if(sent, [](const auto& one) { return one.content["m2m:sgn"].contains("sud"); }), 1);
}

TEST_F(Subscriptions, LatestNotifyKeepsTheNewestOnly) {
  cse.sender.answer = [](const auto&, const auto&) -> std::optional<onem2m::Response> { return std::nullopt; };
  ASSERT_EQ(rsc(subscribe(data, {{"ln", true}, {"enc", {{"net", {3}}}}})), 2001);
  for (const char* content : {"1", "2", "3", "4"}) cse.add_instance(data, content, "Cdev");
  EXPECT_EQ(outbox_rows(), 1U);
  EXPECT_EQ(notifications().at(0).event_category, 4);
}

TEST_F(Subscriptions, UndeliveredNotificationsSurviveACrash) {
  cse.sender.answer = [](const auto&, const auto&) -> std::optional<onem2m::Response> { return std::nullopt; };
  ASSERT_EQ(rsc(subscribe(data, {{"enc", {{"net", {3}}}}})), 2001);
  for (const char* content : {"1", "2", "3"}) cse.add_instance(data, content, "Cdev");
  cse.sender.answer = FakeSender{cse.time}.answer;
  cse.sender.sent.clear();
  cse.restart();
  const auto sent = notifications();
  ASSERT_EQ(sent.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(sent[i].content["m2m:sgn"]["nev"]["rep"]["m2m:cin"]["con"], std::to_string(i + 1));
  cse.add_instance(data, "4", "Cdev");
  EXPECT_TRUE(notifications().back().request_identifier.ends_with("-4"));
}

TEST_F(Subscriptions, AnAeHereIsNotifiedAtItsPointOfAccess) {
  ASSERT_EQ(rsc(subscribe(data, {{"nu", {"Cdev"}}, {"enc", {{"net", {3}}}}})), 2001);
  EXPECT_TRUE(cse.sender.sent.empty()) << "the Originator itself is not asked whether it agrees";
  cse.add_instance(data, "1", "Cdev");
  ASSERT_EQ(notifications().size(), 1U);
  EXPECT_EQ(cse.sender.sent.back().next_hop.points_of_access, std::vector<std::string>{"http://127.0.0.1:7"});
  EXPECT_FALSE(cse.sender.sent.back().next_hop.plain_url);
}

TEST_F(Subscriptions, AnotherAeIsAskedFirst) {
  cse.add_ae("Cother", {{"poa", {"http://127.0.0.1:8/in"}}});
  const auto made = subscribe(data, {{"nu", {"/mn1/Cother"}}});
  ASSERT_EQ(rsc(made), 2001) << made.content;
  ASSERT_EQ(cse.sender.sent.size(), 1U);
  const Json& asked = cse.sender.sent[0].request.content["m2m:sgn"];
  EXPECT_EQ(asked["vrq"], true);
  EXPECT_EQ(asked["cr"], "Cdev");
  EXPECT_EQ(made.content["m2m:sub"]["cr"], "Cdev");
  EXPECT_TRUE(cse.sender.sent[0].next_hop.plain_url) << "a pointOfAccess with a path is the whole address";
}

TEST_F(Subscriptions, WhoDoesNotAgreeIsNotSubscribed) {
  cse.add_ae("Cother", {{"poa", {"http://127.0.0.1:8"}}});
  struct Row { int answer, expected; };
  for (const Row row : {Row{4103, 5204}, Row{5103, 5204}, Row{4101, 4101}, Row{5205, 5205}}) {
    cse.sender.answer = [row](const auto&, const onem2m::Request& request) {
      return onem2m::make_error_response(request, static_cast<onem2m::ResponseStatus>(row.answer), "no");
    };
    EXPECT_EQ(rsc(subscribe(data, {{"nu", {"Cother"}}})), row.expected);
  }
  EXPECT_EQ(rsc(cse.retrieve(data + "/sub", "Cdev")), 4004);
}

TEST_F(Subscriptions, AHostThatMayNotNotifyIsToldSo) {
  cse.add_ae("Cother", {{"poa", {"http://127.0.0.1:8"}}});
  EXPECT_EQ(rsc(cse.notify("cse-mn/Cother", {{"m2m:sgn", {{"vrq", true}, {"sur", "/far/sub"}}}}, "/far")), 5205);
  EXPECT_EQ(rsc(cse.notify("cse-mn/Cother", {{"m2m:sgn", {{"sur", "/far/sub"}}}}, "/far")), 4103);
}

TEST_F(Subscriptions, AVerificationOrAnEndSaysOfWhat) {
  cse.add_ae("Cother", {{"poa", {"http://127.0.0.1:8"}}});
  for (const Json& notification : {Json{{"vrq", true}}, Json{{"sud", true}}, Json::object()})
    EXPECT_EQ(rsc(cse.notify("cse-mn/Cother", {{"m2m:sgn", notification}}, "Cother")), 4000) << notification;
  EXPECT_TRUE(cse.sender.sent.empty());
  for (const Json& notification : {Json{{"vrq", true}, {"sur", "/far/sub"}}, Json{{"sud", true}, {"sur", "/far/sub"}}})
    EXPECT_EQ(rsc(cse.notify("cse-mn/Cother", {{"m2m:sgn", notification}}, "Cother")), 2000) << notification;
}

TEST(VerifiedTargets, ArePlainUrlsTooWhenTheConfigurationSays) {
  cse::CseOptions options;
  options.verify_urls = true;
  TestCse cse(options);
  const std::string ae = cse.add_ae("Cdev");
  const Json subscription{{"m2m:sub", {{"rn", "sub"}, {"nu", {kSink}}}}};
  const auto made = cse.create(ae, 23, subscription, "Cdev");
  ASSERT_EQ(rsc(made), 2001) << made.content;
  ASSERT_EQ(cse.sender.sent.size(), 1U);
  EXPECT_EQ(cse.sender.sent[0].request.content["m2m:sgn"]["vrq"], true);
  EXPECT_EQ(cse.sender.sent[0].request.content["m2m:sgn"]["sur"], "/mn1/" + made.content["m2m:sub"]["ri"].get<std::string>());
  EXPECT_TRUE(cse.sender.sent[0].next_hop.plain_url);
  cse.sender.answer = [](const auto&, const onem2m::Request& request) {
    return std::optional(onem2m::make_error_response(request, onem2m::ResponseStatus::TargetNotReachable, "no"));
  };
  cse.remove(ae + "/sub", "Cdev");
  EXPECT_EQ(rsc(cse.create(ae, 23, subscription, "Cdev")), 5204);
}

TEST_F(Subscriptions, AnUpdateAsksNewTargetsOnly) {
  cse.add_ae("Cother", {{"poa", {"http://127.0.0.1:8"}}});
  ASSERT_EQ(rsc(subscribe(data, {{"nu", {"Cdev"}}})), 2001);
  ASSERT_EQ(rsc(cse.update(data + "/sub", {{"m2m:sub", {{"nu", {"Cdev", "Cother"}}}}}, "Cdev")), 2004);
  EXPECT_EQ(cse.sender.sent.size(), 1U);
  ASSERT_EQ(rsc(cse.update(data + "/sub", {{"m2m:sub", {{"nu", {"Cother"}}}}}, "Cdev")), 2004);
  EXPECT_EQ(cse.sender.sent.size(), 1U);
}

TEST_F(Subscriptions, AnAeInsideTheProcessNeedsNoSocket) {
  std::vector<Json> heard;
  cse.cse().core().internal_aes->add("Cdev", [&](const onem2m::Request& request, onem2m::ResponseCallback done) {
    heard.push_back(request.content);
    done({});
  });
  ASSERT_EQ(rsc(subscribe(data, {{"nu", {"Cdev"}}, {"enc", {{"net", {3}}}}})), 2001);
  cse.add_instance(data, "1", "Cdev");
  EXPECT_TRUE(notifications().empty());
  EXPECT_EQ(heard.size(), 1U);
}

TEST_F(Subscriptions, WithoutThePrivilegeToReadNobodySubscribes) {
  cse.add_ae("Cother");
  EXPECT_EQ(rsc(subscribe(data, Json::object(), "Cother")), 4103);
}

TEST_F(Subscriptions, ABatchLeavesWhenItIsFull) {
  ASSERT_EQ(rsc(subscribe(data, {{"bn", {{"num", 3}, {"dur", "PT1H"}}}, {"enc", {{"net", {3}}}}})), 2001);
  for (const char* content : {"1", "2"}) cse.add_instance(data, content, "Cdev");
  EXPECT_TRUE(notifications().empty());
  for (const char* content : {"3", "4"}) cse.add_instance(data, content, "Cdev");
  const auto sent = notifications();
  ASSERT_EQ(sent.size(), 1U);
  const Json& batch = sent[0].content["m2m:agn"]["m2m:sgn"];
  ASSERT_EQ(batch.size(), 3U);
  EXPECT_EQ(batch[0]["nev"]["rep"]["m2m:cin"]["con"], "1");
  EXPECT_EQ(batch[2]["nev"]["rep"]["m2m:cin"]["con"], "3");
  EXPECT_EQ(outbox_rows(), 1U) << "the fourth waits for its companions";
}

TEST_F(Subscriptions, ABatchLeavesWhenItsTimeIsOverAlsoAfterARestart) {
  ASSERT_EQ(rsc(subscribe(data, {{"bn", {{"dur", "PT30S"}}}, {"enc", {{"net", {3}}}}})), 2001);
  for (const char* content : {"1", "2"}) cse.add_instance(data, content, "Cdev");
  cse.restart();
  cse.time.advance(20s);
  EXPECT_TRUE(notifications().empty());
  cse.time.advance(15s);
  ASSERT_EQ(notifications().size(), 1U);
  EXPECT_EQ(notifications()[0].content["m2m:agn"]["m2m:sgn"].size(), 2U);
  EXPECT_EQ(outbox_rows(), 0U);
}

TEST_F(Subscriptions, ABatchOfTheLatestHoldsOne) {
  ASSERT_EQ(rsc(subscribe(data, {{"ln", true}, {"bn", {{"num", 3}}}, {"enc", {{"net", {3}}}}})), 2001);
  for (const char* content : {"1", "2", "3"}) cse.add_instance(data, content, "Cdev");
  const Json batch = notifications().at(0).content["m2m:agn"]["m2m:sgn"];
  ASSERT_EQ(batch.size(), 1U);
  EXPECT_EQ(batch[0]["nev"]["rep"]["m2m:cin"]["con"], "3");
}

TEST_F(Subscriptions, ABatchLeavesWhenItsPolicyGoes) {
  ASSERT_EQ(rsc(subscribe(data, {{"bn", {{"num", 9}}}, {"enc", {{"net", {3}}}}})), 2001);
  cse.add_instance(data, "1", "Cdev");
  ASSERT_EQ(rsc(cse.update(data + "/sub", {{"m2m:sub", {{"bn", nullptr}}}}, "Cdev")), 2004);
  EXPECT_EQ(notifications().size(), 1U);
}

TEST_F(Subscriptions, TheRateIsLimitedAndTheSurplusWaits) {
  ASSERT_EQ(rsc(subscribe(data, {{"rl", {{"mnn", 2}, {"tww", "PT10S"}}}, {"enc", {{"net", {3}}}}})), 2001);
  for (const char* content : {"1", "2", "3", "4", "5"}) cse.add_instance(data, content, "Cdev");
  EXPECT_EQ(notifications().size(), 2U);
  cse.time.advance(10s);
  EXPECT_EQ(notifications().size(), 4U);
  cse.time.advance(10s);
  EXPECT_EQ(notifications().size(), 5U);
  cse.time.advance(20s);
  cse.add_instance(data, "6", "Cdev");
  EXPECT_EQ(notifications().size(), 6U) << "a quiet window forgets";
}

TEST(Duration, IsReadOrRefused) {
  using cse::read_duration;
  EXPECT_EQ(read_duration("PT1M30.5S"), 90'500ms);
  EXPECT_EQ(read_duration("P1DT2H"), 26h);
  EXPECT_EQ(read_duration("P1W"), 168h);
  for (const char* bad : {"", "P", "PT", "1S", "P1", "PT1", "P1S", "PT1D", "PT-1S", "P-1D", "PTS", "-PT1S", "PT1e99S"})
    EXPECT_FALSE(read_duration(bad)) << bad;
}

struct Refusal {
  const char* name;
  Json attributes;
  int expected;
  friend std::ostream& operator<<(std::ostream& out, const Refusal& row) { return out << row.name; }
};
class RefusedSubscription : public Subscriptions, public ::testing::WithParamInterface<Refusal> {};

TEST_P(RefusedSubscription, IsAnsweredWithASentence) {
  const auto answer = subscribe(data, GetParam().attributes);
  EXPECT_EQ(rsc(answer), GetParam().expected) << answer.content;
  EXPECT_FALSE(answer.content["m2m:dbg"].get<std::string>().empty());
  EXPECT_EQ(rsc(cse.retrieve(data + "/sub", "Cdev")), 4004);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, RefusedSubscription,
    ::testing::Values(Refusal{"NoTargets", {{"nu", Json::array()}}, 4000},
                      Refusal{"TooManyTargets", {{"nu", std::vector<std::string>(101, kSink)}}, 5001},
                      Refusal{"BlockingWithAnother", {{"enc", {{"net", {7, 1}}}}}, 4000},
                      Refusal{"BlockingWithTwoTargets", {{"nu", {kSink, "http://127.0.0.1:9/b"}}, {"enc", {{"net", {7}}}}}, 4000},
                      Refusal{"BlockingWithPolicy", {{"exc", 2}, {"enc", {{"net", {7}}}}}, 4000},
                      Refusal{"BlockingWithConditions", {{"enc", {{"net", {9}}, {"sza", 4}}}}, 4000},
                      Refusal{"BlockingWithAllAttributes", {{"nct", 1}, {"enc", {{"net", {7}}}}}, 4000},
                      Refusal{"EventsWithoutCommonContent", {{"enc", {{"net", {1, 6}}}}}, 4000},
                      Refusal{"MonitorAndEvents", {{"enc", {{"net", {1}}, {"om", {{{"ops", 2}}}}}}}, 4000},
                      Refusal{"MonitorOfNothing", {{"enc", {{"om", {Json::object()}}}}}, 4000},
                      Refusal{"EventThatIsNone", {{"enc", {{"net", {11}}}}}, 4000},
                      Refusal{"MissingDataWithoutWindow", {{"enc", {{"net", {8}}}}}, 4000},
                      Refusal{"MissingDataOfAContainer", {{"enc", {{"net", {8}}, {"md", {{"num", 1}, {"dur", "PT1S"}}}}}}, 4000},
                      Refusal{"ChildThatCannotBe", {{"enc", {{"net", {3}}, {"chty", {2}}}}}, 4000},
                      Refusal{"ModifiedAttributesOfACreation", {{"nct", 2}, {"enc", {{"net", {3}}}}}, 4000},
                      Refusal{"TriggerPayloadOfAnUpdate", {{"nct", 4}}, 4000},
                      Refusal{"BatchOfNothing", {{"bn", {{"num", 0}}}}, 4000},
                      Refusal{"RateOfNothing", {{"rl", {{"mnn", 0}, {"tww", "PT1S"}}}}, 4000},
                      Refusal{"RateWithoutTime", {{"rl", {{"mnn", 3}, {"tww", "PT0S"}}}}, 4000},
                      Refusal{"XmlNotifications", {{"nu", {"http://127.0.0.1:9/a?ct=xml"}}}, 5001}),
    [](const auto& row) { return row.param.name; });

TEST(NotificationTarget, LosesTheSerializationHintAndNothingElse) {
  const auto target = cse::read_notification_target("http://h/p?a=1&ct=json&b=2");
  EXPECT_TRUE(target.is_url);
  EXPECT_EQ(target.address, "http://h/p?a=1&b=2");
  EXPECT_EQ(target.serialization, "json");
  EXPECT_EQ(cse::read_notification_target("http://h/p?ct=cbor").address, "http://h/p");
  EXPECT_FALSE(cse::read_notification_target("/in/CWatch").is_url);
}

}  // namespace
}  // namespace edgecse::test
