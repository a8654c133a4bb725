// SPDX-License-Identifier: Apache-2.0
//
// Delivery aggregation (da): what waits for one CSE together travels in one <delivery>. TS-0001 9.6.11, 10.2.4; TS-0004
// annex H step 6.
#include "forwarding_fixture.hpp"
#include "support/cse_network.hpp"

namespace edgecse::test {
namespace {

using namespace std::chrono_literals;
using onem2m::Operation;
using onem2m::Request;
using onem2m::Response;

Request new_instance(const std::string& to, const std::string& from, const std::string& rqi) {
  Request request;
  request.operation = Operation::Create;
  request.to = to;
  request.from = from;
  request.request_identifier = rqi;
  request.resource_type = 4;
  request.content = {{"m2m:cin", {{"rn", rqi}, {"con", rqi}}}};
  request.response_type = 1;
  request.delivery_aggregation = true;
  request.result_persistence = "PT3H";
  return request;
}

bool is_delivery(const Request& request) { return request.operation == Operation::Create && request.resource_type == 6; }

std::vector<std::string> members_of(const Request& delivery) {
  std::vector<std::string> identifiers;
  for (const Json& one : delivery.content["m2m:dlv"]["arq"]["req"]) identifiers.push_back(one["rqi"]);
  return identifiers;
}

/// An IN-CSE and an edge with data, and AEs at both.
struct DeliveryBetweenCses : ::testing::Test {
  DeliveryBetweenCses() {
    EXPECT_TRUE(network.run_until([&] { return mn.cse().registrar_up(); }));
    network.add_sink("mem:told", [this](const Request& notification) {
      told.push_back(notification.content["m2m:rsp"]);
      return Response{};
    });
    const Json everybody{{"acr", {{{"acor", {"all"}}, {"acop", 63}}}}};
    for (CseNetwork::Node* node : {&in, &mn}) {
      const std::string& base = node->options().name;
      EXPECT_EQ(rsc(node->create(base, 1, {{"m2m:acp", {{"rn", "open"}, {"pv", everybody}, {"pvs", everybody}}}})), 2001);
      EXPECT_EQ(rsc(node->create(base, 3, {{"m2m:cnt", {{"rn", "data"}, {"acpi", {base + "/open"}}}}})), 2001);
      EXPECT_EQ(rsc(node->create(base, 2, {{"m2m:ae", {{"rn", "Cdev"}, {"api", "Ntest"}, {"rr", true}, {"srv", {"3"}}, {"poa", {"mem:told"}}}}}, "Cdev")), 2001);
    }
  }
  std::size_t deliveries_of(const CseNetwork::Node& node) const {
    return static_cast<std::size_t>(std::ranges::count_if(node.sent, is_delivery));
  }
  std::vector<std::string> arrived(CseNetwork::Node& node) {
    Request request;
    request.to = node.options().name + "/data";
    request.from = "CAdmin";
    request.result_content = 4;
    const Json data = node.ask(request).content["m2m:cnt"];
    std::vector<std::pair<std::string, std::string>> found;
    for (const Json& instance : data.value("m2m:cin", Json::array())) found.emplace_back(instance["ri"], instance["con"]);
    std::ranges::sort(found);
    std::vector<std::string> contents;
    for (const auto& [id, content] : found) contents.push_back(content);
    return contents;
  }
  void exchange(CseNetwork::Node& from, CseNetwork::Node& to) {
    network.cut("/in", "/mn1");
    std::vector<std::string> kept;
    for (const char* rqi : {"a", "b", "c"}) {
      Request request = new_instance(to.options().id + '/' + to.options().name + "/data", "Cdev", rqi);
      if (rqi[0] != 'c') request.response_type = 2;
      kept.push_back(from.ask(request).content.value("m2m:uri", ""));
    }
    network.advance(5s);
    EXPECT_EQ(arrived(to), std::vector<std::string>{});
    network.join("/in", "/mn1");
    network.advance(2min);
    EXPECT_EQ(arrived(to), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(std::ranges::count_if(told, [](const Json& result) { return result["rsc"] == 2001; }), 2);
    for (const std::string& id : kept) {
      const Json request = from.retrieve(id, "Cdev").content.value("m2m:req", Json::object());
      EXPECT_EQ(request.value("rs", 0), 1) << request;
      EXPECT_EQ(request["ors"].value("rsc", 0), 2001) << request;
    }
  }
  CseNetwork network;
  CseNetwork::Node& in = network.add(in_cse_options());
  CseNetwork::Node& mn = network.add(edge_cse_options());
  std::vector<Json> told;
};

TEST_F(DeliveryBetweenCses, TravelsUpwards) {
  exchange(mn, in);
  EXPECT_GE(deliveries_of(mn), 1U);
}

TEST_F(DeliveryBetweenCses, TravelsDownwards) {
  exchange(in, mn);
  EXPECT_GE(deliveries_of(in), 1U);
}

TEST_F(DeliveryBetweenCses, ThroughACseInBetweenAndItsCrash) {
  CseNetwork::Node& far = network.add(edge_cse_options("/mn2"));
  ASSERT_TRUE(network.run_until([&] { return far.cse().registrar_up(); }));
  const Json everybody{{"acr", {{{"acor", {"all"}}, {"acop", 63}}}}};
  ASSERT_EQ(rsc(far.create("cse-mn", 1, {{"m2m:acp", {{"rn", "open"}, {"pv", everybody}, {"pvs", everybody}}}})), 2001);
  ASSERT_EQ(rsc(far.create("cse-mn", 3, {{"m2m:cnt", {{"rn", "data"}, {"acpi", {"cse-mn/open"}}}}})), 2001);
  network.cut("/in", "/mn1");
  network.cut("/in", "/mn2");
  for (const char* rqi : {"a", "b", "c"}) EXPECT_EQ(rsc(mn.ask(new_instance("/mn2/cse-mn/data", "Cdev", rqi))), 1001);
  network.advance(5s);
  network.join("/in", "/mn1");
  ASSERT_TRUE(network.run_until([&] { return deliveries_of(mn) > 0; }));
  network.advance(10s);
  in.restart();
  mn.restart();
  network.advance(10s);
  network.join("/in", "/mn2");
  network.advance(5min);
  EXPECT_EQ(arrived(far), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(rsc(far.retrieve("cse-mn/data/c")), 2000);
  for (const cse::ResourcePtr& child : mn.tree().children("mn1")) {
    if (child->type != 17) continue;
    EXPECT_EQ(child->number("rs"), 1) << child->attributes;
  }
}

// Lines that are cut and CSEs that crash at any moment: what was accepted arrives, and its <request> hears of it.
TEST_F(DeliveryBetweenCses, LosesNothing) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    base::SeededRandom random(seed);
    std::map<std::string, std::string> accepted;  // rqi -> ri of its <request>
    for (int i = 0; i < 60; ++i) {
      switch (random.below(8)) {
        case 0: network.cut("/in", "/mn1"); break;
        case 1: network.join("/in", "/mn1"); break;
        case 2: random.below(3) == 0 ? mn.restart() : in.restart(); break;
        case 3: network.advance(std::chrono::milliseconds{random.below(4'000)}); break;
        default: {
          const std::string rqi = "r" + std::to_string(seed) + "-" + std::to_string(i);
          const Response answer = mn.ask(new_instance("/in/cse-in/data", "Cdev", rqi));
          if (rsc(answer) == 1001) accepted[rqi] = answer.content["m2m:uri"];
        }
      }
    }
    network.join("/in", "/mn1");
    network.advance(10min);
    EXPECT_GT(accepted.size(), 10U);
    EXPECT_GT(deliveries_of(mn), seed);
    for (const auto& [rqi, id] : accepted) {
      EXPECT_EQ(rsc(in.retrieve("cse-in/data/" + rqi)), 2000) << rqi;
      const Json request = mn.retrieve(id, "Cdev").content["m2m:req"];
      EXPECT_TRUE(request["rs"] == 1 || (request["rs"] == 2 && request["ors"]["rsc"] == 4105)) << request;  // done twice: at least once
    }
  }
}

/// A peer that says of deliveries what the test wants.
struct DeliveryAggregation : ForwardingCse {
  DeliveryAggregation() {
    cse.sender.answer = [this](const auto&, const Request& request) -> std::optional<Response> {
      if (request.operation == Operation::Notify) {
        told.push_back(request.content["m2m:rsp"]);
        return Response{};
      }
      if (!reachable) return make_error_response(request, onem2m::ResponseStatus::TargetNotReachable, "nobody is there");
      if (!is_delivery(request)) {
        alone.push_back(request.request_identifier);
        return silent ? std::nullopt : std::optional(Response{});
      }
      deliveries.push_back(request);
      Response response;
      response.status = static_cast<onem2m::ResponseStatus>(answers.empty() ? 2001 : answers.front());
      if (!answers.empty()) answers.erase(answers.begin());
      return response;
    };
  }
  std::string leave(Request request) {
    const Response accepted = cse.ask(std::move(request));
    cse.time.advance(1ms);
    return accepted.content.value("m2m:uri", accepted.content.dump());
  }
  std::string leave(const std::string& rqi) { return leave(new_instance("/mn9/data", "Cdev", rqi)); }
  void leave_all(const std::vector<std::string>& identifiers) {
    for (const std::string& rqi : identifiers) ids.push_back(leave(rqi));
  }
  void reach() {
    reachable = true;
    cse.time.advance(60s);
  }
  Json kept(const std::string& id) { return cse.retrieve(id).content.value("m2m:req", Json::object()); }
  Response tell(const std::string& rqi, const std::string& from = "/mn9", const std::string& to = "/in/Cdev") {
    return cse.notify("/in", {{"m2m:rsp", {{"rsc", 2001}, {"rqi", rqi}, {"to", to}, {"fr", from}, {"pc", {{"m2m:cin", {{"con", "x"}}}}}}}}, from);
  }
  bool reachable = false, silent = false;
  std::vector<int> answers;
  std::vector<std::string> alone, ids;
  std::vector<Request> deliveries;
  std::vector<Json> told;
};

TEST_F(DeliveryAggregation, SaysWhatTheStandardAsksFor) {
  leave_all({"a", "b"});
  reach();
  ASSERT_EQ(deliveries.size(), 1U);
  EXPECT_TRUE(alone.empty());
  const Request& request = deliveries[0];
  EXPECT_EQ(request.to, "/mn9/cse");
  EXPECT_EQ(request.from, "/in");
  const Json& delivery = request.content["m2m:dlv"];
  EXPECT_EQ(delivery["sr"], "/in");
  EXPECT_EQ(delivery["tg"], "/mn9");
  EXPECT_EQ(delivery["ec"], 3);
  EXPECT_EQ(delivery["dmd"], Json({{"tcop", false}}));
  const Json& member = delivery["arq"]["req"][0];
  EXPECT_EQ(member["op"], 1);
  EXPECT_EQ(member["to"], "/mn9/data");
  EXPECT_EQ(member["fr"], "/in/Cdev");
  EXPECT_EQ(member["rqi"], "a");
  EXPECT_EQ(member["pc"]["m2m:cin"]["con"], "a");
  EXPECT_EQ(member["mi"]["ty"], 4);
  EXPECT_EQ(member["mi"]["rt"], Json({{"rtv", 2}, {"nu", {"/in"}}}));
  EXPECT_EQ(delivery["arq"]["req"][1]["mi"]["rqet"], delivery["ls"]) << "the last one's end";
}

TEST_F(DeliveryAggregation, TakesResultsFromWhoHasTheRequestsOnly) {
  Request first = new_instance("/mn9/data", "Cdev", "a");
  first.response_type = 2;
  first.notification_targets = {"http://127.0.0.1:1/told"};
  const std::string id = leave(first);
  leave("b");
  EXPECT_EQ(rsc(tell("a")), 4000) << "not delivered yet";
  reach();
  ASSERT_EQ(deliveries.size(), 1U);
  EXPECT_EQ(kept(id)["rs"], 4);
  cse.restart();
  cse.time.advance(60s);
  EXPECT_EQ(deliveries.size() + alone.size(), 1U) << "it is there: not sent again";
  EXPECT_EQ(rsc(tell("a", "/mn8")), 4103) << "a stranger";
  EXPECT_EQ(rsc(tell("a", "/mn9", "/in/Cother")), 4000) << "somebody else's request";
  EXPECT_EQ(rsc(tell("c")), 4000);
  EXPECT_EQ(rsc(cse.notify("/in", {{"m2m:rsp", {{"rqi", "a"}}}}, "/mn9")), 4000) << "no rsc";
  EXPECT_EQ(kept(id)["rs"], 4);
  EXPECT_EQ(rsc(tell("a")), 2000);
  cse.time.advance(1s);
  EXPECT_EQ(kept(id)["rs"], 1);
  EXPECT_EQ(kept(id)["ors"]["pc"]["m2m:cin"]["con"], "x");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0]["rqi"], "a");
  EXPECT_EQ(rsc(tell("a")), 4000) << "known already";
}

TEST_F(DeliveryAggregation, FallsBackToSingleMessages) {
  answers = {5001};
  leave_all({"a", "b", "c"});
  reach();
  EXPECT_EQ(deliveries.size(), 1U);
  EXPECT_EQ(alone, (std::vector<std::string>{"a", "b", "c"}));
  for (const std::string& id : ids) EXPECT_EQ(kept(id)["rs"], 1);
  reachable = false;
  leave_all({"d", "e"});
  reach();
  EXPECT_EQ(deliveries.size(), 1U) << "it is not asked again soon";
  EXPECT_EQ(alone.size(), 5U);
}

TEST_F(DeliveryAggregation, IsNotMadeTwiceWhenItsAnswerIsLost) {
  answers = {5103, 4105};
  leave_all({"a", "b"});
  reach();
  ASSERT_EQ(deliveries.size(), 2U);
  EXPECT_EQ(deliveries[0].content["m2m:dlv"]["rn"], deliveries[1].content["m2m:dlv"]["rn"]);
  EXPECT_TRUE(alone.empty());
  for (const std::string& id : ids) EXPECT_EQ(kept(id)["rs"], 4);
  EXPECT_EQ(rsc(tell("b")), 2000);
}

TEST_F(DeliveryAggregation, WhatIsRepeatedHasNoNewMembers) {
  answers = {4008, 4105};
  leave_all({"a", "b"});
  reachable = true;
  ASSERT_TRUE([&] {
    for (int i = 0; i < 60 && deliveries.empty(); ++i) cse.time.advance(500ms);
    return !deliveries.empty();
  }());
  leave("c");
  cse.time.advance(60s);
  ASSERT_EQ(deliveries.size(), 2U);
  EXPECT_EQ(members_of(deliveries[1]), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(alone, std::vector<std::string>{"c"});
}

TEST_F(DeliveryAggregation, LeavesOutWhatHasExpired) {
  Request hasty = new_instance("/mn9/data", "Cdev", "a");
  hasty.request_expiration = "5000";
  const std::string id = leave(hasty);
  leave_all({"b", "c"});
  cse.time.advance(10s);
  EXPECT_EQ(kept(id)["ors"]["rsc"], 4008);
  reach();
  ASSERT_EQ(deliveries.size(), 1U);
  EXPECT_EQ(members_of(deliveries[0]), (std::vector<std::string>{"b", "c"}));
}

TEST_F(DeliveryAggregation, IsForWhatAsksForItAndKeepsTheOrder) {
  Request by_itself = new_instance("/mn9/data", "Cdev", "b");
  by_itself.delivery_aggregation = false;
  by_itself.request_expiration = "7200000";
  cse.add_ae("Cother");
  leave("a");
  leave(by_itself);
  leave("c");
  leave(new_instance("/mn9/data", "Cother", "d"));
  leave(new_instance("/mn9/data", "Cother", "e"));
  reach();
  ASSERT_EQ(deliveries.size(), 1U);
  EXPECT_EQ(members_of(deliveries[0]), (std::vector<std::string>{"a", "d", "e"}));
  EXPECT_EQ(alone, (std::vector<std::string>{"b", "c"}));
}

TEST_F(DeliveryAggregation, IsBoundedInNumberAndSize) {
  std::vector<std::string> many;
  for (int i = 0; i < 230; ++i) many.push_back("r" + std::to_string(i));
  leave_all(many);
  Request large = new_instance("/mn9/data", "Cdev", "large");
  large.content["m2m:cin"]["con"] = std::string(300'000, 'x');
  leave(large);
  reach();
  std::vector<std::string> all;
  for (const Request& delivery : deliveries) {
    const std::vector<std::string> members = members_of(delivery);
    EXPECT_LE(members.size(), 100U);
    all.insert(all.end(), members.begin(), members.end());
  }
  EXPECT_EQ(all, many);
  EXPECT_EQ(deliveries.size(), 3U);
  EXPECT_EQ(alone, std::vector<std::string>{"large"});
}

TEST_F(DeliveryAggregation, GoesOnAfterACrash) {
  leave_all({"a", "b", "c"});
  cse.restart();
  reach();
  ASSERT_FALSE(deliveries.empty());
  std::vector<std::string> all = alone;
  for (const Request& delivery : deliveries)
    for (const std::string& rqi : members_of(delivery)) all.push_back(rqi);
  EXPECT_EQ(all, (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(DeliveryAggregation, TakesWhatWantsNoResponse) {
  const auto schedule = cse.create("cse-in/node", 18, {{"m2m:sch", {{"se", {{"sce", {"* 30-59 22 * * * *"}}}}}}});
  const Json link{{"val", schedule.content["m2m:sch"].value("ri", "")}, {"nm", "allowedSchedule"}, {"typ", 0}};
  activate({add("m2m:cmnr", 1017, {{"aecs", {0}}, {"cmlk", {add("m2m:cmwr", 1018, {{"ttn", {"default"}}, {"mrv", 0}, {"swt", 0}, {"bop", {{"bops", {{{"ibt", 1000}, {"abt", 1000}, {"mbt", 4000}}}}}}, {"cmlk", {link}}})}}})});
  reachable = true;
  int answered = 0;
  for (const char* rqi : {"a", "b", "blocking"}) {
    Request request = new_instance("/mn9/data", "Cdev", rqi);
    request.release_version = "3";
    request.response_type = rqi[1] == 0 ? 5 : 3;
    request.delivery_aggregation.reset();  // bestEffort has it
    request.result_persistence.clear();
    request.request_expiration = "7200000";
    cse.cse().handle(std::move(request), [&](const Response& response) { answered += onem2m::is_success(response.status) || rsc(response) == 1000; });
    cse.time.advance(1ms);
  }
  cse.time.advance(18min);
  ASSERT_EQ(deliveries.size(), 1U);
  EXPECT_EQ(members_of(deliveries[0]), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(alone, std::vector<std::string>{"blocking"}) << "somebody waits for its answer";
  EXPECT_EQ(answered, 3);
}

}  // namespace
}  // namespace edgecse::test
