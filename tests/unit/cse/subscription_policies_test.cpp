// SPDX-License-Identifier: Apache-2.0
//
// What a subscription's policies do to its notifications: schedules, pending notifications, statistics, past events, missing
// data, who is told of its end. TS-0001 9.6.8, TS-0004 7.4.8, 7.5.1.2.
#include "cse/cse_core.hpp"
#include "cse/subscription/notification_departures.hpp"
#include "subscription_fixture.hpp"

namespace edgecse::test {
namespace {

// The simulation begins on 2023-11-14 at 22:13:20 UTC.
constexpr const char* kLater = "* * 23 * * * *";

struct SubscriptionPolicies : Subscriptions {
  onem2m::Response schedule(const std::string& parent, const char* entry, Json more = Json::object()) {
    Json schedule{{"se", {{"sce", {entry}}}}};
    schedule.update(more);
    return cse.create(parent, 18, {{"m2m:sch", schedule}}, "Cdev");
  }
  Json subscription() { return cse.retrieve(data + "/sub", "Cdev").content["m2m:sub"]; }
  void subscribe_to_instances(Json more = Json::object()) {
    Json given{{"enc", {{"net", {3}}}}};
    given.update(more);
    const auto made = subscribe(data, given);
    ASSERT_EQ(rsc(made), 2001) << made.content;
  }
  std::vector<std::string> contents() {
    std::vector<std::string> list;
    for (const Json& event : events()) list.push_back(event["rep"]["m2m:cin"]["con"]);
    return list;
  }
};

TEST_F(SubscriptionPolicies, WhatIsLeftOpenIsFilledIn) {
  ASSERT_EQ(rsc(subscribe(data, {{"bn", {{"num", 2}}}})), 2001);
  EXPECT_EQ(subscription()["enc"], (Json{{"net", {1}}}));
  EXPECT_EQ(subscription()["nct"], 1);
  EXPECT_EQ(subscription()["bn"]["dur"], "PT60S");
}

TEST_F(SubscriptionPolicies, TheCreatorIsNamedOrElseWhoCausedTheEvent) {
  subscribe_to_instances({{"nu", {"Cdev"}}, {"eeno", true}});
  EXPECT_FALSE(subscription().contains("cr"));
  cse.add_instance(data, "1", "CAdmin");
  EXPECT_EQ(notifications().at(0).content["m2m:sgn"]["cr"], "CAdmin");
  ASSERT_EQ(rsc(subscribe(data, {{"rn", "other"}, {"enc", {{"net", {3}}}}})), 2001);
  cse.add_instance(data, "2", "CAdmin");
  std::vector<std::string> to_sink;
  for (const onem2m::Request& sent : notifications())
    if (sent.to == kSink) to_sink.push_back(sent.content["m2m:sgn"]["cr"]);
  EXPECT_EQ(to_sink, (std::vector<std::string>{"Cdev"}));
}

TEST_F(SubscriptionPolicies, OutsideTheScheduleWithoutPendingNotificationItIsDropped) {
  subscribe_to_instances();
  const auto made = schedule(data + "/sub", kLater, {{"rn", "notificationSchedule"}});
  ASSERT_EQ(rsc(made), 2001) << made.content;
  cse.add_instance(data, "1", "Cdev");
  cse.time.advance(1h);
  EXPECT_TRUE(notifications().empty());
  cse.add_instance(data, "2", "Cdev");
  EXPECT_EQ(contents(), (std::vector<std::string>{"2"}));
}

TEST_F(SubscriptionPolicies, PendingNotificationsLeaveWhenTheScheduleAllowsAlsoAfterARestart) {
  struct Row { int policy; std::vector<std::string> expected; };
  for (const Row& row : {Row{2, {"1", "2", "3"}}, Row{1, {"3"}}}) {
    cse.sender.sent.clear();
    const std::string name = "c" + std::to_string(row.policy);
    data = cse.add_container(ae, name, "Cdev");
    subscribe_to_instances({{"pn", row.policy}});
    ASSERT_EQ(rsc(schedule(data + "/sub", row.policy == 2 ? kLater : "* * 2 * * * *", {{"rn", "notificationSchedule"}})), 2001);
    for (const char* content : {"1", "2", "3"}) cse.add_instance(data, content, "Cdev");
    EXPECT_TRUE(notifications().empty());
    cse.restart();
    cse.time.advance(row.policy == 2 ? 1h : 3h);
    EXPECT_EQ(contents(), row.expected);
    EXPECT_EQ(outbox_rows(), 0U);
  }
}

TEST_F(SubscriptionPolicies, ThePendingGoWithTheirPolicy) {
  subscribe_to_instances({{"pn", 2}});
  ASSERT_EQ(rsc(schedule(data + "/sub", kLater, {{"rn", "notificationSchedule"}})), 2001);
  for (const char* content : {"1", "2", "3"}) cse.add_instance(data, content, "Cdev");
  EXPECT_EQ(outbox_rows(), 3U);
  ASSERT_EQ(rsc(cse.update(data + "/sub", {{"m2m:sub", {{"pn", 1}}}}, "Cdev")), 2004);
  EXPECT_EQ(outbox_rows(), 1U) << "sendLatest keeps the newest";
  ASSERT_EQ(rsc(cse.update(data + "/sub", {{"m2m:sub", {{"pn", nullptr}}}}, "Cdev")), 2004);
  EXPECT_EQ(outbox_rows(), 0U);
}

// TS-0001 9.6.8, notificationStoragePriority; 9.6.3, notificationCongestionPolicy.
TEST_F(SubscriptionPolicies, WhenTooManyHoldSomethingTheLeastStoragePriorityGivesWay) {
  const auto departures = std::make_shared<cse::NotificationDepartures>(cse.cse().core(), 2);
  const auto hold_one = [&](const std::string& name, int priority) {
    Json asked{{"rn", name}, {"pn", 2}};
    if (priority != 0) asked["nsp"] = priority;
    EXPECT_EQ(rsc(subscribe(data, asked)), 2001);
    EXPECT_EQ(rsc(schedule(data + "/" + name, kLater, {{"rn", "notificationSchedule"}})), 2001);
    const std::string id = cse.retrieve(data + "/" + name, "Cdev").content["m2m:sub"]["ri"];
    cse.cse().loop().submit({[&](cse::Transaction& transaction) -> onem2m::Result<> {
                               cse::Resource subscription = *transaction.tree().find(id);
                               cse::OutboxEntry entry = cse::make_outbox_entry(transaction, id + " " + kSink, onem2m::Operation::Notify,
                                                                               kSink, "/mn1", 1h, id);
                               departures->leave(transaction, subscription, {entry});
                               transaction.put(std::move(subscription));
                               return {};
                             },
                             nullptr});
    cse.time.advance(1ms);
  };
  const auto holders = [&] {
    std::vector<std::string> names;
    for (const char* name : {"urgent", "any", "more", "late"}) {
      const auto subscription = cse.tree().child(cse.tree().child("Cdev", "data")->id, name);
      if (subscription) departures->watch(*subscription);
      if (subscription && subscription->internal.contains("pn")) names.emplace_back(name);
    }
    return names;
  };
  hold_one("urgent", 5);
  hold_one("any", 0);
  EXPECT_EQ(holders(), (std::vector<std::string>{"urgent", "any"}));
  hold_one("more", 3);
  EXPECT_EQ(holders(), (std::vector<std::string>{"urgent", "more"})) << "none counts as the least";
  hold_one("late", 1);
  EXPECT_EQ(holders(), (std::vector<std::string>{"urgent", "more"})) << "it would be the least itself";
  EXPECT_EQ(outbox_rows(), 2U);
}

TEST_F(SubscriptionPolicies, ImmediateNotificationsIgnoreSchedules) {
  subscribe_to_instances({{"nec", 2}});
  ASSERT_EQ(rsc(schedule(data + "/sub", kLater, {{"rn", "notificationSchedule"}})), 2001);
  cse.add_instance(data, "1", "Cdev");
  EXPECT_EQ(notifications().size(), 1U);
}

TEST_F(SubscriptionPolicies, ATargetIsReachedWhenItsNodeSays) {
  const auto node = cse.create("cse-mn", 14, {{"m2m:nod", {{"rn", "node"}, {"ni", "N1"}}}});
  ASSERT_EQ(rsc(node), 2001) << node.content;
  ASSERT_EQ(rsc(cse.create("cse-mn/node", 18, {{"m2m:sch", {{"se", {{"sce", {kLater}}}}}}})), 2001);
  cse.add_ae("Csleepy", {{"poa", {"http://127.0.0.1:8"}}, {"nl", node.content["m2m:nod"]["ri"]}});
  subscribe_to_instances({{"pn", 2}, {"nu", {"Csleepy", kSink}}});
  cse.add_instance(data, "1", "Cdev");
  EXPECT_EQ(notifications().size(), 1U) << "the other target does not sleep";
  cse.time.advance(1h);
  EXPECT_EQ(notifications().size(), 2U);
}

TEST_F(SubscriptionPolicies, StatisticsCountEventsRequestsAndResponses) {
  const std::string second = "http://127.0.0.1:9/b";
  subscribe_to_instances({{"nse", true}, {"nu", {kSink, second}}});
  EXPECT_FALSE(subscription().contains("nsi")) << "it appears with the first count";
  cse.sender.answer = [&](const onem2m::NextHop& hop, const onem2m::Request& request) -> std::optional<onem2m::Response> {
    if (hop.points_of_access.front() == second) return std::nullopt;
    onem2m::Response response;
    response.request_identifier = request.request_identifier;
    return response;
  };
  cse.add_instance(data, "1", "Cdev");
  cse.add_instance(data, "2", "Cdev");
  notifications();
  EXPECT_EQ(subscription()["nsi"], (Json{{{"tg", kSink}, {"rqs", 2}, {"rsr", 2}, {"noec", 2}},
                                         {{"tg", second}, {"rqs", 2}, {"rsr", 0}, {"noec", 2}}}));
  ASSERT_EQ(rsc(cse.update(data + "/sub", {{"m2m:sub", {{"nu", {kSink}}}}}, "Cdev")), 2004);
  EXPECT_EQ(subscription()["nsi"].size(), 1U) << "entries follow the targets";
  ASSERT_EQ(rsc(cse.update(data + "/sub", {{"m2m:sub", {{"nse", false}}}}, "Cdev")), 2004);
  cse.add_instance(data, "3", "Cdev");
  EXPECT_EQ(subscription()["nsi"][0]["noec"], 2) << "frozen";
  ASSERT_EQ(rsc(cse.update(data + "/sub", {{"m2m:sub", {{"nse", true}}}}, "Cdev")), 2004);
  EXPECT_FALSE(subscription().contains("nsi")) << "set again it starts afresh";
}

TEST_F(SubscriptionPolicies, ABatchEndsWhenItsOwnTimeIsOver) {
  subscribe_to_instances({{"bn", {{"num", 2}, {"dur", "PT2S"}}}});
  for (const char* content : {"1", "2"}) cse.add_instance(data, content, "Cdev");
  EXPECT_EQ(notifications().size(), 1U) << "as many as num says";
  cse.add_instance(data, "3", "Cdev");
  cse.time.advance(2100ms);
  EXPECT_EQ(notifications().size(), 2U) << "the timer of the batch before it does not make it wait longer";
}

TEST_F(SubscriptionPolicies, ABatchBecomesShorterWhileItIsCollected) {
  subscribe_to_instances({{"bn", {{"dur", "PT1H"}}}});
  cse.add_instance(data, "1", "Cdev");
  ASSERT_EQ(rsc(cse.update(data + "/sub", {{"m2m:sub", {{"bn", {{"dur", "PT5S"}}}}}}, "Cdev")), 2004);
  cse.time.advance(6s);
  EXPECT_EQ(notifications().size(), 1U);
  cse.add_instance(data, "2", "Cdev");
  cse.time.advance(6s);
  EXPECT_EQ(notifications().size(), 2U);
}

TEST_F(SubscriptionPolicies, ABatchMayBeShorterThanASecond) {
  subscribe_to_instances({{"bn", {{"dur", "PT0.2S"}}}});
  cse.add_instance(data, "1", "Cdev");
  cse.time.advance(300ms);
  EXPECT_EQ(notifications().size(), 1U);
}

TEST_F(SubscriptionPolicies, ABatchCountsEveryNotificationInIt) {
  subscribe_to_instances({{"nse", true}, {"bn", {{"num", 2}}}});
  cse.add_instance(data, "1", "Cdev");
  notifications();
  EXPECT_EQ(subscription()["nsi"][0]["noec"], 1);
  EXPECT_EQ(subscription()["nsi"][0]["rqs"], 0);
  cse.add_instance(data, "2", "Cdev");
  notifications();
  EXPECT_EQ(subscription()["nsi"][0], (Json{{"tg", kSink}, {"rqs", 2}, {"rsr", 2}, {"noec", 2}}));
}

TEST_F(SubscriptionPolicies, PastEventsAreToldWhenTheirTracesAreHere) {
  for (const char* content : {"1", "2", "3"}) cse.add_instance(data, content, "Cdev");
  subscribe_to_instances({{"psn", 2}});
  cse.add_instance(data, "4", "Cdev");
  EXPECT_EQ(contents(), (std::vector<std::string>{"2", "3", "4"}));
}

TEST_F(SubscriptionPolicies, MissingDataIsToldWhenEnoughIsMissing) {
  auto& procedures = cse.cse().core().procedures;
  if (!procedures.has(29)) procedures.add(29, std::make_shared<cse::TypeProcedure>());
  const auto made = cse.create(ae, 29, {{"m2m:ts", {{"rn", "series"}}}}, "Cdev");
  ASSERT_EQ(rsc(made), 2001) << made.content;
  data = ae + "/series";
  ASSERT_EQ(rsc(subscribe(data, {{"enc", {{"net", {8}}, {"md", {{"num", 2}, {"dur", "PT1M"}}}}}})), 2001);
  const auto miss = [&](std::string time) {
    cse.cse().loop().submit({[&, time](cse::Transaction& transaction) -> onem2m::Result<> {
                               const auto series = transaction.tree().find(made.content["m2m:ts"]["ri"].get<std::string>());
                               for (auto* listener : cse.cse().core().listeners)
                                 listener->on_missing_data(transaction, *series, {time});
                               return {};
                             },
                             nullptr});
  };
  miss("20231114T220000");
  EXPECT_TRUE(notifications().empty());
  miss("20231114T220001");
  ASSERT_EQ(events().size(), 1U);
  EXPECT_EQ(events()[0]["net"], 8);
  EXPECT_EQ(events()[0]["rep"], (Json{{"m2m:tsn", {{"mdlt", {"20231114T220000", "20231114T220001"}}, {"mdc", 2}}}}));
  miss("20231114T220002");
  cse.time.advance(2min);
  miss("20231114T220102");
  EXPECT_EQ(events().size(), 1U) << "the window ended with the minute";
  miss("20231114T220201");
  EXPECT_EQ(events().size(), 2U) << "times of the points count, not of the news";
}

TEST_F(SubscriptionPolicies, ATriggerIsToldToSubscribersOfTheAe) {
  ASSERT_EQ(rsc(subscribe(ae, {{"enc", {{"net", {6}}}}})), 2001);
  cse.cse().loop().submit({[&](cse::Transaction& transaction) -> onem2m::Result<> {
                             for (auto* listener : cse.cse().core().listeners)
                               listener->on_trigger(transaction, *transaction.tree().find("Cdev"), {{"tpe", 1}});
                             return {};
                           },
                           nullptr});
  ASSERT_EQ(events().size(), 1U);
  EXPECT_EQ(events()[0], (Json{{"net", 6}, {"rep", {{"m2m:tgp", {{"tpe", 1}}}}}}));
}

TEST_F(SubscriptionPolicies, WhoIsAssociatedHearsOfTheEnd) {
  const std::string first = "http://127.0.0.1:9/crs1", second = "http://127.0.0.1:9/crs2";
  subscribe_to_instances({{"acrs", {first, second}}});
  ASSERT_EQ(rsc(cse.update(data + "/sub", {{"m2m:sub", {{"acrs", {second}}}}}, "Cdev")), 2004);
  auto sent = notifications();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].to, first);
  EXPECT_EQ(sent[0].content["m2m:sgn"]["sud"], true);
  ASSERT_EQ(rsc(cse.remove(data + "/sub", "Cdev")), 2002);
  sent = notifications();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[1].to, second);
}

TEST_F(SubscriptionPolicies, EveryTargetIsToldThoughOneRefuses) {
  cse.sender.answer = [](const onem2m::NextHop& hop, const onem2m::Request& request) {
    const bool first = hop.points_of_access.front() == kSink;
    return std::optional(onem2m::make_error_response(
        request, first ? onem2m::ResponseStatus::OriginatorHasNoPrivilege : onem2m::ResponseStatus::Ok, "no"));
  };
  subscribe_to_instances({{"nu", {kSink, "http://127.0.0.1:9/b"}}});
  cse.add_instance(data, "1", "Cdev");
  EXPECT_EQ(notifications().size(), 2U);
  EXPECT_EQ(outbox_rows(), 0U);
}

TEST_F(SubscriptionPolicies, AChangedSubscriptionHearsOfOtherEvents) {
  subscribe_to_instances();
  ASSERT_EQ(rsc(cse.update(data + "/sub", {{"m2m:sub", {{"enc", {{"net", {1}}}}}}}, "Cdev")), 2004);
  cse.add_instance(data, "1", "Cdev");
  EXPECT_TRUE(notifications().empty());
  cse.update(data, {{"m2m:cnt", {{"lbl", {"a"}}}}}, "Cdev");
  EXPECT_EQ(notifications().size(), 1U);
}

}  // namespace
}  // namespace edgecse::test
