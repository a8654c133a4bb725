// SPDX-License-Identifier: Apache-2.0
//
// Requests to other CSEs that wait: for their target, for the network, in the order of priority. TS-0004 annex H steps 4 to
// 6, TS-0001 D.12.7 to D.12.9.
#include "forwarding_fixture.hpp"
#include "onem2m/json_codec.hpp"

namespace edgecse::test {
namespace {

using namespace std::chrono_literals;
using onem2m::Operation;
using onem2m::Request;
using onem2m::Response;

struct StoreAndForward : ForwardingCse {
  StoreAndForward() {
    cse.sender.answer = [this](const auto&, const Request& request) -> std::optional<Response> {
      if (request.operation == Operation::Notify) {
        told.push_back(request.content["m2m:rsp"]);
        return Response{};
      }
      if (!reachable) return make_error_response(request, onem2m::ResponseStatus::TargetNotReachable, "nobody is there");
      if (answers) arrived.push_back(request.request_identifier);
      return answers ? std::optional(Response{}) : std::nullopt;
    };
  }
  Request to_peer(const std::string& rqi, const std::string& rqet = "", std::optional<int> ec = {}) {
    auto request = cse.request(Operation::Retrieve, "/mn9/" + rqi, "Cdev");
    request.request_identifier = rqi;
    request.request_expiration = rqet;
    request.event_category = ec;
    return request;
  }
  /// Non-blocking; the ri of its <request>.
  std::string leave(Request request, int response_type = 1) {
    request.response_type = response_type;
    request.result_persistence = "PT3H";
    if (response_type == 2) request.notification_targets = {"http://127.0.0.1:1/told"};
    const Response accepted = cse.ask(std::move(request));
    cse.time.advance(1ms);
    return accepted.content.value("m2m:uri", accepted.content.dump());
  }
  Json kept(const std::string& id) { return cse.retrieve(id).content.value("m2m:req", Json::object()); }
  /// Asks without waiting for the answer.
  void ask_later(const Request& given) {
    Request request = given;
    request.release_version = "3";
    cse.cse().handle(std::move(request), [this](const Response& response) { answered.push_back(response); });
    cse.time.advance(1ms);
  }

  /// A rule for the category that lets messages use the network while the cron entry covers. It is 22:13:20.
  Json rules(const std::string& cron, Json more = Json::object(), int category = 0) {
    const auto schedule = cse.create("cse-in/node", 18, {{"m2m:sch", {{"se", {{"sce", {cron}}}}}}});
    EXPECT_EQ(rsc(schedule), 2001) << schedule.content;
    const Json link{{"val", schedule.content["m2m:sch"].value("ri", "")}, {"nm", "allowedSchedule"}, {"typ", 0}};
    Json rule{{"ttn", {"default"}}, {"mrv", 0}, {"swt", 0}, {"bop", {{"bops", {{{"ibt", 1000}, {"abt", 1000}, {"mbt", 4000}}}}}},
              {"cmlk", {link}}};
    rule.update(more);
    return add("m2m:cmnr", 1017, {{"aecs", {category}}, {"cmlk", {add("m2m:cmwr", 1018, rule)}}});
  }
  Json buffer(int category, std::int64_t size, int priority) {
    return add("m2m:cmbf", 1019, {{"aec", {category}}, {"mbfs", size}, {"sgp", priority}});
  }

  static constexpr const char* kAlways = "* * * * * * *";
  static constexpr const char* kFromHalfPastTen = "* 30-59 22 * * * *";
  bool reachable = false, answers = true;
  std::vector<std::string> arrived;
  std::vector<Json> told;
  std::vector<Response> answered;
};

TEST_F(StoreAndForward, WaitsForItsTargetThroughACrash) {
  const std::string id = leave(to_peer("a", "7200000"), 2);
  const std::string hasty = leave(to_peer("b"));
  EXPECT_EQ(kept(hasty)["rs"], 2) << "nothing says that it may wait";
  cse.time.advance(60s);
  EXPECT_EQ(kept(id)["rs"], 3) << "nobody was reached";
  cse.restart();
  cse.time.advance(60s);
  EXPECT_EQ(kept(id)["rs"], 3);
  EXPECT_TRUE(told.empty());
  reachable = true;
  cse.time.advance(60s);
  EXPECT_EQ(kept(id)["rs"], 1) << kept(id);
  EXPECT_EQ(arrived, std::vector<std::string>{"a"});
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0]["rqi"], "a");
}

TEST_F(StoreAndForward, LeavesAtOnceWhenThePeerRegisters) {
  leave(to_peer("a", "7200000"));
  cse.time.advance(10min);
  reachable = true;
  cse.update("cse-in/mn9", {{"m2m:csr", {{"poa", {"http://127.0.0.1:10"}}}}}, "/mn9");
  cse.time.advance(1ms);
  EXPECT_EQ(arrived.size(), 1U);
}

TEST_F(StoreAndForward, IsForwardedWhileTheNextCseHasIt) {
  reachable = true, answers = false;
  const std::string id = leave(to_peer("a", "7200000"));
  EXPECT_EQ(kept(id)["rs"], 4);
  EXPECT_EQ(rsc(cse.remove(id, "Cdev")), 5220);
  cse.restart();
  answers = true;
  cse.time.advance(1s);
  EXPECT_EQ(kept(id)["rs"], 1) << "it is asked again by the same identifier";
}

TEST_F(StoreAndForward, EndsWithItsTime) {
  const std::string id = leave(to_peer("a", "60000"), 2);
  cse.time.advance(61s);
  EXPECT_EQ(kept(id)["rs"], 2);
  EXPECT_EQ(kept(id)["ors"]["rsc"], 4008);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0]["rsc"], 4008);
}

TEST_F(StoreAndForward, IsNotForWhatIsImmediate) {
  EXPECT_EQ(kept(leave(to_peer("a", "7200000", 2)))["ors"]["rsc"], 5103);
  activate({rules(kFromHalfPastTen)});
  reachable = true;
  EXPECT_EQ(rsc(cse.ask(to_peer("b", "7200000", 2))), 2000) << "passes by every rule";
}

TEST_F(StoreAndForward, UsesTheNetworkWhenItIsAllowed) {
  reachable = true;
  activate({rules(kFromHalfPastTen)});
  const Response refused = cse.ask(to_peer("a", "600000"));
  EXPECT_EQ(rsc(refused), 4000);
  EXPECT_NE(refused.content["m2m:dbg"].get<std::string>().find("cmdhNwAccessRule"), std::string::npos) << refused.content;
  const std::string id = leave(to_peer("b", "7200000"));
  ask_later(to_peer("c", "7200000"));
  cse.time.advance(16min);
  EXPECT_TRUE(arrived.empty()) << "22:29";
  cse.time.advance(1min);
  EXPECT_EQ(arrived, (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(kept(id)["rs"], 1);
  EXPECT_EQ(answered.size(), 1U) << "the blocking one";
}

TEST_F(StoreAndForward, IsRefusedWhereNoRuleIsForTheNetwork) {
  reachable = true;
  EXPECT_EQ(rsc(cse.update("cse-in/node", {{"m2m:nod", {{"nid", "net1"}}}})), 4000) << "only the CSE says it";
  activate({rules(kAlways, {{"ohc", "raining"}})});
  EXPECT_EQ(rsc(cse.ask(to_peer("a", "60000"))), 4000) << "conditions that are not known";
}

TEST_F(StoreAndForward, WaitsForEnoughVolume) {
  reachable = true;
  activate({rules(kAlways, {{"mrv", 400}})});
  ask_later(to_peer("a", "600000"));
  cse.time.advance(1min);
  EXPECT_TRUE(arrived.empty());
  Request large = to_peer("b", "600000");
  large.operation = Operation::Update;
  large.content = {{"m2m:cnt", {{"lbl", {std::string(400, 'x')}}}}};
  ask_later(large);
  EXPECT_EQ(arrived, (std::vector<std::string>{"a", "b"}));
  ask_later(to_peer("c", "30000"));
  cse.time.advance(31s);
  ASSERT_EQ(answered.size(), 3U);
  EXPECT_EQ(rsc(answered[2]), 4008) << "the volume never came";
}

TEST_F(StoreAndForward, SpreadsItsAccessAndBacksOff) {
  activate({rules(kAlways, {{"swt", 10000}})});
  ask_later(to_peer("a", "600000"));
  EXPECT_TRUE(cse.sender.sent.empty()) << "spreading";
  cse.time.advance(10s);
  ASSERT_FALSE(cse.sender.sent.empty());
  cse.time.advance(10s);
  cse.sender.sent.clear();
  cse.time.advance(40s);
  EXPECT_EQ(cse.sender.sent.size(), 10U) << "maximumBackoffTime";
}

TEST_F(StoreAndForward, SendsByPriorityAndMakesRoomTheOtherWayRound) {
  // As long as what it takes to send three of the usual ones.
  const std::int64_t three = 3 * 200;
  activate({rules(kFromHalfPastTen), buffer(101, three, 1), buffer(102, three, 5), buffer(0, 1 << 20, 9)});
  reachable = true;
  const auto padded = [&](const std::string& rqi, int ec) {
    Request request = to_peer(rqi, "7200000", ec);
    request.operation = Operation::Update;
    request.content = "";
    Request as_sent = request;
    as_sent.from = "/in/Cdev", as_sent.release_version = "3", as_sent.originating_timestamp = as_sent.request_expiration = "20231114T221320,000000";
    request.content = std::string(200 - onem2m::to_json_text(onem2m::to_json(as_sent)).size(), 'x');
    return request;
  };
  for (const char* rqi : {"low1", "low2", "low3", "low4"}) ask_later(padded(rqi, 101));
  ASSERT_EQ(answered.size(), 1U) << "the buffer holds three";
  EXPECT_EQ(rsc(answered[0]), 4000);
  EXPECT_NE(answered[0].content["m2m:dbg"].get<std::string>().find("cmdhBuffer"), std::string::npos) << answered[0].content;
  ask_later(padded("mid1", 102));
  ask_later(padded("mid2", 102));
  ASSERT_EQ(answered.size(), 3U) << "the youngest of the lowest priority went";
  EXPECT_EQ(rsc(answered[2]), 5103);
  ask_later(padded("top1", 103));
  cse.time.advance(17min);
  EXPECT_EQ(arrived, (std::vector<std::string>{"top1", "mid1", "mid2", "low1"}));
}

TEST_F(StoreAndForward, KeepsTheLatestOnly) {
  activate({rules(kFromHalfPastTen)});
  reachable = true;
  Request older = to_peer("same", "7200000", 4), newer = older;
  older.request_identifier = "older", newer.request_identifier = "newer";
  ask_later(older);
  ask_later(newer);
  ASSERT_EQ(answered.size(), 1U);
  EXPECT_EQ(rsc(answered[0]), 5103);
  cse.time.advance(17min);
  EXPECT_EQ(arrived, std::vector<std::string>{"newer"});
}

}  // namespace
}  // namespace edgecse::test
