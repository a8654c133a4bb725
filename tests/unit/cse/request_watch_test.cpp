// SPDX-License-Identifier: Apache-2.0
//
// Subscriptions to requests: operation monitors, reads of empty containers, blocking UPDATE and RETRIEVE. TS-0001 9.6.8,
// TS-0004 7.3.2.9.
#include "subscription_fixture.hpp"

namespace edgecse::test {
namespace {

struct RequestWatch : Subscriptions {
  onem2m::Response label(const char* text, const std::string& from = "Cdev") {
    return cse.update(data, {{"m2m:cnt", {{"lbl", {text}}}}}, from);
  }
  void answer_with(int status) {
    cse.sender.answer = [status](const auto&, const onem2m::Request& request) {
      return std::optional(onem2m::make_error_response(request, static_cast<onem2m::ResponseStatus>(status), "so"));
    };
  }
  Json labels() { return cse.retrieve(data, "CAdmin").content["m2m:cnt"].value("lbl", Json{}); }
};

TEST_F(RequestWatch, AMonitorHearsOfAttemptsThatAreRefusedToo) {
  cse.add_ae("Cother");
  ASSERT_EQ(rsc(subscribe(data, {{"enc", {{"om", {{{"ops", 2}, {"or", "Cother"}}, {{"ops", 8}}}}}}})), 2001);
  EXPECT_EQ(rsc(cse.retrieve(data, "Cother")), 4103);
  ASSERT_EQ(events().size(), 1U);
  EXPECT_EQ(events()[0]["om"], (Json{{"op", 2}, {"or", "Cother"}}));
  cse.retrieve(data, "Cdev");
  EXPECT_EQ(rsc(label("a", "Cother")), 4103);
  EXPECT_EQ(events().size(), 1U) << "another originator, another operation";
  ASSERT_EQ(rsc(cse.remove(data, "Cdev")), 2002);
  ASSERT_EQ(events().size(), 2U) << "what takes the subscription away is told";
  EXPECT_EQ(events()[1]["om"], (Json{{"op", 4}, {"or", "Cdev"}}));
}

TEST_F(RequestWatch, AMonitorHearsOfNewInstances) {
  ASSERT_EQ(rsc(subscribe(data, {{"enc", {{"om", {{{"ops", 1}}}}}}})), 2001);
  ASSERT_EQ(rsc(cse.add_instance(data, "1", "Cdev")), 2001);
  EXPECT_EQ(events().at(0)["om"]["op"], 1);
}

TEST_F(RequestWatch, ANoticeIsAsDurableAsTheChangeItTellsOf) {
  ASSERT_EQ(rsc(subscribe(data, {{"enc", {{"om", {{{"ops", 4}}}}}}})), 2001);
  const std::size_t before = outbox_rows();
  auto request = cse.request(onem2m::Operation::Update, data, "Cdev");
  request.request_identifier = "r1";
  request.release_version = "3";
  request.content = {{"m2m:cnt", {{"lbl", {"a"}}}}};
  const std::string id = cse.retrieve(data).content["m2m:cnt"]["ri"];
  cse.cse().handle(request, [](const onem2m::Response&) {});
  while (!cse.tree().find(id)->has("lbl") && cse.time.run_one()) {
  }
  EXPECT_EQ(outbox_rows(), before + 1) << "in the commit of the change";
  cse.restart();
  ASSERT_EQ(events().size(), 1U);
  EXPECT_EQ(events()[0]["om"]["op"], 3);
}

TEST_F(RequestWatch, AMonitorThatCountsItsLastEventMayGoWithItsSubject) {
  ASSERT_EQ(rsc(subscribe(data, {{"exc", 1}, {"enc", {{"om", {{{"ops", 8}}}}}}})), 2001);
  EXPECT_EQ(rsc(cse.remove(data, "Cdev")), 2002);
  EXPECT_EQ(rsc(cse.retrieve(data)), 4004);
  EXPECT_EQ(events().size(), 1U);
}

TEST_F(RequestWatch, WhoIsRefusedHearsItAfterTheNoticeIsKept) {
  cse.add_ae("Cother");
  ASSERT_EQ(rsc(subscribe(data, {{"enc", {{"om", {{{"ops", 2}, {"or", "Cother"}}}}}}})), 2001);
  EXPECT_EQ(rsc(cse.retrieve(data, "Cother")), 4103);
  cse.restart();
  EXPECT_EQ(events().size(), 1U);
}

TEST_F(RequestWatch, AReadOfAnEmptyContainerIsTold) {
  ASSERT_EQ(rsc(subscribe(data, {{"enc", {{"net", {5}}}}})), 2001);
  cse.retrieve(data, "Cdev", 1);
  EXPECT_TRUE(events().empty());
  cse.retrieve(data, "Cdev", 4);
  ASSERT_EQ(events().size(), 1U);
  EXPECT_EQ(events()[0]["net"], 5);
  cse.add_instance(data, "1", "Cdev");
  cse.retrieve(data, "Cdev", 8);
  EXPECT_EQ(events().size(), 1U);
}

TEST_F(RequestWatch, ABlockingUpdateHappensWhenTheTargetAgrees) {
  const auto made = subscribe(data, {{"enc", {{"net", {7}}, {"atr", {"lbl"}}}}});
  ASSERT_EQ(rsc(made), 2001) << made.content;
  EXPECT_EQ(made.content["m2m:sub"]["nct"], 2);
  ASSERT_EQ(rsc(label("a")), 2004);
  ASSERT_EQ(cse.sender.sent.size(), 1U);
  EXPECT_EQ(cse.sender.sent[0].request.from, "/mn1/Cdev") << "the requester asks";
  EXPECT_EQ(events()[0], (Json{{"net", 7}, {"rep", {{"m2m:cnt", {{"lbl", {"a"}}}}}}}));
  ASSERT_EQ(rsc(cse.update(data, {{"m2m:cnt", {{"mni", 5}}}}, "Cdev")), 2004);
  EXPECT_EQ(cse.sender.sent.size(), 1U) << "another attribute";
}

TEST_F(RequestWatch, ABlockingUpdateIsRefusedAsTheTargetSays) {
  ASSERT_EQ(rsc(subscribe(data, {{"enc", {{"net", {7}}}}})), 2001);
  struct Row { int answer, expected; };
  for (const Row row : {Row{4005, 4127}, Row{5103, 5107}, Row{4103, 4103}, Row{4008, 4008}}) {
    answer_with(row.answer);
    EXPECT_EQ(rsc(label("a")), row.expected);
    EXPECT_TRUE(labels().is_null());
  }
  cse.sender.sent.clear();
  EXPECT_EQ(rsc(cse.update(data, {{"m2m:cnt", {{"ri", "x"}}}}, "Cdev")), 4000);
  EXPECT_TRUE(cse.sender.sent.empty()) << "nobody is asked about what is refused anyway";
}

TEST_F(RequestWatch, OthersWaitWhileTheTargetIsAskedButNotTheTargetItself) {
  cse.add_ae("Cguard", {{"poa", {"http://127.0.0.1:8"}}});
  const Json everybody{{"acr", {{{"acor", {"all"}}, {"acop", 63}}}}};
  ASSERT_EQ(rsc(cse.create("cse-mn", 1, {{"m2m:acp", {{"rn", "acp"}, {"pv", everybody}, {"pvs", everybody}}}})), 2001);
  data = cse.add_container(ae, "shared", "Cdev", {{"acpi", {"cse-mn/acp"}}});
  ASSERT_EQ(rsc(subscribe(data, {{"nu", {"Cguard"}}, {"enc", {{"net", {7}}}}})), 2001);
  cse.sender.sent.clear();
  std::vector<std::string> order;
  const auto update = [&](const std::string& text, const std::string& from) {
    auto request = cse.request(onem2m::Operation::Update, data, from);
    request.request_identifier = text;
    request.release_version = "3";
    request.content = {{"m2m:cnt", {{"lbl", {text}}}}};
    cse.cse().handle(std::move(request), [&order, text](const onem2m::Response& answer) {
      order.push_back(text + ' ' + std::to_string(rsc(answer)));
    });
  };
  cse.sender.answer = [&](const auto&, const onem2m::Request& request) {
    if (cse.sender.sent.size() == 1) {
      update("second", "CAdmin");
      update("guard", "Cguard");
    }
    return std::optional(onem2m::make_error_response(request, onem2m::ResponseStatus::Ok, ""));
  };
  update("first", "Cdev");
  cse.time.advance(1s);
  EXPECT_EQ(order, (std::vector<std::string>{"guard 2004", "first 2004", "second 2004"}));
  EXPECT_EQ(cse.sender.sent.size(), 2U) << "the target is asked about the others' changes only";
}

TEST_F(RequestWatch, OneBlockingSubscriptionIsEnough) {
  ASSERT_EQ(rsc(subscribe(data, {{"enc", {{"net", {7}}}}})), 2001);
  EXPECT_EQ(rsc(subscribe(data, {{"rn", "second"}, {"enc", {{"net", {7}}}}})), 4124);
  EXPECT_EQ(rsc(cse.update(data + "/sub", {{"m2m:sub", {{"et", "20240101T000000"}}}}, "Cdev")), 2004);
  EXPECT_EQ(rsc(cse.update(data + "/sub", {{"m2m:sub", {{"enc", {{"net", {7}}}}}}}, "Cdev")), 4000);
  EXPECT_EQ(rsc(cse.update(data + "/sub", {{"m2m:sub", {{"exc", 4}}}}, "Cdev")), 4000);
}

TEST_F(RequestWatch, AStaleResourceIsRenewedBeforeItIsRead) {
  ASSERT_EQ(rsc(subscribe(data, {{"ma", "PT10S"}, {"enc", {{"net", {9}}}}})), 2001);
  ASSERT_EQ(rsc(subscribe(ae, {{"ma", "PT10S"}, {"enc", {{"net", {10}}, {"chty", {1}}}}})), 2001);
  EXPECT_EQ(rsc(cse.retrieve(data, "Cdev")), 2000);
  EXPECT_TRUE(cse.sender.sent.empty()) << "it is young enough";
  cse.time.advance(20s);
  cse.sender.answer = [this](const auto&, const onem2m::Request& request) {
    label("renewed", "CAdmin");
    return std::optional(onem2m::make_error_response(request, onem2m::ResponseStatus::Ok, ""));
  };
  const auto read = cse.retrieve(data, "Cdev");
  EXPECT_EQ(read.content["m2m:cnt"]["lbl"], (Json{"renewed"}));
  ASSERT_EQ(cse.sender.sent.size(), 1U);
  EXPECT_EQ(cse.sender.sent[0].request.content["m2m:sgn"]["nev"]["net"], 9);
  EXPECT_EQ(cse.sender.sent[0].request.from, "/mn1/Cdev") << "who reads, asks";
  cse.time.advance(20s);
  answer_with(5103);
  EXPECT_EQ(rsc(cse.retrieve(data, "Cdev")), 5107);
}

TEST_F(RequestWatch, TheRequestMayTellHowOldIsTooOld) {
  ASSERT_EQ(rsc(subscribe(data, {{"enc", {{"net", {9}}}}})), 2001);
  cse.time.advance(20s);
  cse.retrieve(data, "Cdev");
  EXPECT_TRUE(cse.sender.sent.empty());
  auto request = cse.request(onem2m::Operation::Retrieve, data, "Cdev");
  request.maximum_age = "PT10S";
  cse.ask(std::move(request));
  EXPECT_EQ(cse.sender.sent.size(), 1U);
}

TEST_F(RequestWatch, ChildrenOfAKindAreRenewedThroughTheirParent) {
  ASSERT_EQ(rsc(subscribe(ae, {{"ma", "PT10S"}, {"enc", {{"net", {10}}, {"chty", {3}}}}})), 2001);
  cse.time.advance(20s);
  EXPECT_EQ(rsc(cse.retrieve(data, "Cdev")), 2000);
  ASSERT_EQ(cse.sender.sent.size(), 1U);
  EXPECT_EQ(cse.sender.sent[0].request.content["m2m:sgn"]["nev"]["net"], 10);
}

}  // namespace
}  // namespace edgecse::test
