// SPDX-License-Identifier: Apache-2.0
//
// Requests that are answered before they are done. TS-0004 7.3.2.2 to 7.3.2.5, 7.4.12.
#include <gtest/gtest.h>

#include "support/cse_network.hpp"
#include "support/cse_options.hpp"
#include "support/test_cse.hpp"

namespace edgecse::test {
namespace {

using onem2m::Operation;
using onem2m::Request;
using onem2m::Response;
using cse::ResourcePtr;

struct NonBlockingRequest : ::testing::Test {
  TestCse cse;
  std::string ae = cse.add_ae("Cdev", {{"poa", {"http://127.0.0.1:9"}}});

  Request create_container(const std::string& name, int response_type) const {
    Request request = cse.request(Operation::Create, "cse-mn/Cdev", "Cdev");
    request.resource_type = 3;
    request.content = {{"m2m:cnt", {{"rn", name}}}};
    request.response_type = response_type;
    return request;
  }
  Json resource(const std::string& id, const std::string& from = "Cdev") {
    const Response response = cse.retrieve(id, from);
    return response.content.value("m2m:req", Json(rsc(response)));
  }
  void settle() { cse.time.advance(std::chrono::seconds{1}); }
};

TEST_F(NonBlockingRequest, IsKeptAndDoneAndItsResultFetched) {
  Request request = create_container("data", 1);
  request.request_identifier = "r17";
  const Response accepted = cse.ask(request);
  ASSERT_EQ(rsc(accepted), 1001) << accepted.content.dump();
  settle();
  const Json kept = resource(accepted.content.at("m2m:uri"));
  EXPECT_EQ(kept.value("rs", 0), 1) << kept.dump();
  EXPECT_EQ(kept.value("op", 0), 1);
  EXPECT_EQ(kept.value("org", ""), "Cdev");
  EXPECT_EQ(kept.value("rid", ""), "r17");
  EXPECT_EQ(kept.value("tg", ""), "cse-mn/Cdev");
  EXPECT_EQ(kept.at("lbl"), Json({"Cdev"}));
  EXPECT_EQ(kept.at("mi").at("rt").at("rtv"), 1);
  EXPECT_EQ(kept.at("mi").at("ty"), 3);
  EXPECT_EQ(kept.at("pc"), Json({{"m2m:cnt", {{"rn", "data"}}}}));
  EXPECT_EQ(kept.at("ors").at("rsc"), 2001);
  EXPECT_EQ(kept.at("ors").at("rqi"), "r17");
  EXPECT_EQ(kept.at("ors").at("to"), "Cdev");
  EXPECT_EQ(kept.at("ors").at("fr"), "/mn1");
  EXPECT_EQ(kept.at("ors").at("pc").at("m2m:cnt").at("rn"), "data");
  EXPECT_EQ(rsc(cse.retrieve("cse-mn/Cdev/data", "Cdev")), 2000);
  EXPECT_TRUE(cse.sender.sent.empty()) << "nobody asked to be told";
}

TEST_F(NonBlockingRequest, ThatFailsSaysWhy) {
  Request request = cse.request(Operation::Retrieve, "cse-mn/nothing", "Cdev");
  request.response_type = 1;
  const Response accepted = cse.ask(request);
  settle();
  const Json kept = resource(accepted.content.at("m2m:uri"));
  EXPECT_EQ(kept.value("rs", 0), 2);
  EXPECT_EQ(kept.at("ors").at("rsc"), 4004);
  EXPECT_TRUE(kept.at("ors").at("pc").contains("m2m:dbg"));
}

TEST_F(NonBlockingRequest, WaitsForItsExecutionTimeAndCannotBeRecalledMeanwhile) {
  Request request = create_container("late", 1);
  request.operation_execution_time = "5000";
  const Response accepted = cse.ask(request);
  const std::string id = accepted.content.at("m2m:uri");
  EXPECT_EQ(resource(id).value("rs", 0), 3);
  EXPECT_EQ(resource(id).at("ors").at("rsc"), 1000);
  EXPECT_EQ(rsc(cse.retrieve("cse-mn/Cdev/late")), 4004);
  EXPECT_EQ(rsc(cse.remove(id, "Cdev")), 5220);
  cse.time.advance(std::chrono::seconds{6});
  EXPECT_EQ(resource(id).value("rs", 0), 1);
  EXPECT_EQ(rsc(cse.remove(id, "Cdev")), 2002);
}

TEST_F(NonBlockingRequest, BelongsToItsOriginatorAndEndsWithItsLife) {
  const std::string id = cse.ask(create_container("data", 1)).content.at("m2m:uri");
  cse.add_ae("Cother");
  EXPECT_EQ(resource(id, "Cother"), 4103);
  cse.time.advance(std::chrono::seconds{61});
  EXPECT_EQ(resource(id), 4004);
  Request kept_longer = create_container("more", 1);
  kept_longer.result_persistence = "PT5M";
  const std::string longer = cse.ask(kept_longer).content.at("m2m:uri");
  cse.time.advance(std::chrono::seconds{240});
  EXPECT_TRUE(resource(longer).is_object());
}

TEST_F(NonBlockingRequest, IsNeitherMadeByHandNorReadWithoutBlocking) {
  EXPECT_EQ(rsc(cse.create("cse-mn", 17, {{"m2m:req", Json::object()}})), 4005);
  const std::string id = cse.ask(create_container("data", 1)).content.at("m2m:uri");
  Request request = cse.request(Operation::Retrieve, id, "Cdev");
  request.response_type = 1;
  EXPECT_EQ(rsc(cse.ask(request)), 4000);
  EXPECT_EQ(rsc(cse.update(id, {{"m2m:req", {{"rs", 1}}}}, "Cdev")), 4000);
}

TEST_F(NonBlockingRequest, TellsItsResultToTheOriginator) {
  Request request = create_container("data", 2);
  request.request_identifier = "r18";
  const Response accepted = cse.ask(request);
  EXPECT_EQ(rsc(accepted), 1002);
  settle();
  ASSERT_EQ(cse.sender.sent.size(), 1U);
  const auto& sent = cse.sender.sent.front();
  EXPECT_EQ(sent.next_hop.points_of_access, std::vector<std::string>{"http://127.0.0.1:9"});
  EXPECT_EQ(sent.request.from, "/mn1");
  const Json& result = sent.request.content.at("m2m:rsp");
  EXPECT_EQ(result.at("rsc"), 2001);
  EXPECT_EQ(result.at("rqi"), "r18");
  EXPECT_EQ(result.at("to"), "Cdev");
  EXPECT_EQ(result.at("rvi"), "3");
  EXPECT_EQ(result.at("pc").at("m2m:cnt").at("rn"), "data");
}

TEST_F(NonBlockingRequest, TellsItsResultToEachTargetAndToNobodyWhenTheListIsEmpty) {
  Request request = create_container("a", 2);
  request.notification_targets = {"http://127.0.0.1:1/x", "http://127.0.0.1:2/y"};
  EXPECT_EQ(rsc(cse.ask(request)), 1002);
  settle();
  EXPECT_EQ(cse.sender.sent.size(), 2U);
  request = create_container("b", 2);
  request.notification_targets.emplace();
  EXPECT_EQ(rsc(cse.ask(request)), 1002);
  settle();
  EXPECT_EQ(cse.sender.sent.size(), 2U);
  EXPECT_EQ(rsc(cse.retrieve("cse-mn/Cdev/b")), 2000);
}

TEST_F(NonBlockingRequest, ThatACrashInterruptedHasFailed) {
  Request request = create_container("late", 2);
  request.operation_execution_time = "20000";
  const std::string id = cse.ask(request).content.at("m2m:uri");
  cse.restart();
  settle();
  EXPECT_EQ(resource(id).value("rs", 0), 2);
  EXPECT_EQ(resource(id).at("ors").at("rsc"), 5000);
  EXPECT_EQ(cse.sender.sent.size(), 1U) << "who waits for the result is told";
}

struct NonBlockingRetargetedRequest : ::testing::Test {
  NonBlockingRetargetedRequest() {
    EXPECT_TRUE(network.run_until([&] { return mn.cse().registrar_up(); }));
    network.add_sink("mem:told", [this](const Request& told_of) {
      told.push_back(told_of.content);
      return Response{};
    });
    const Json ae{{"rn", "Cdev"}, {"api", "Ntest"}, {"rr", true}, {"srv", {"3"}}, {"poa", {"mem:told"}}};
    EXPECT_EQ(rsc(mn.create("cse-mn", 2, {{"m2m:ae", ae}}, "Cdev")), 2001);
    request.operation = Operation::Retrieve;
    request.to = "/in/cse-in";
    request.from = "Cdev";
    request.response_type = 2;
  }
  CseNetwork network;
  CseNetwork::Node& in = network.add(in_cse_options());
  CseNetwork::Node& mn = network.add(edge_cse_options());
  std::vector<Json> told;
  Request request;
};

TEST_F(NonBlockingRetargetedRequest, ThatExpiresTellsWhoWaits) {
  network.delay = network.timeout = std::chrono::minutes{5};
  request.request_expiration = "3000";
  const std::string id = mn.ask(request).content.at("m2m:uri");
  network.advance(std::chrono::seconds{1});
  network.delay = std::chrono::milliseconds{2};
  network.advance(std::chrono::seconds{3});
  EXPECT_EQ(rsc(mn.retrieve(id, "Cdev")), 4004);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].at("m2m:rsp").at("rsc"), 4008);
  network.advance(std::chrono::minutes{11});
  EXPECT_EQ(told.size(), 1U) << "the late answer is nobody's";
}

TEST_F(NonBlockingRetargetedRequest, IsKeptHereAndDoneThere) {
  const Response accepted = mn.ask(request);
  ASSERT_EQ(rsc(accepted), 1002);
  ASSERT_TRUE(network.run_until([&] { return !told.empty(); }));
  EXPECT_EQ(told.front().at("m2m:rsp").at("to"), "Cdev");
  const Json kept = mn.retrieve(accepted.content.at("m2m:uri"), "Cdev").content.at("m2m:req");
  EXPECT_EQ(kept.at("ors").at("rsc"), told.front().at("m2m:rsp").at("rsc"));
  EXPECT_NE(kept.at("rs"), 3);
  for (const ResourcePtr& child : in.tree().children("in")) EXPECT_NE(child->type, 17) << "one <request> is enough";
}

/// A <delivery> of the peer /mn9 at an IN-CSE. TS-0001 10.2.4.
struct Delivery : ::testing::Test {
  TestCse cse{in_cse_options()};
  Delivery() {
    const Json peer{{"csi", "/mn9"}, {"cb", "/mn9/cse"}, {"rr", true}, {"poa", {"http://127.0.0.1:9"}}, {"srv", {"3"}}};
    EXPECT_EQ(rsc(cse.create("cse-in", 16, {{"m2m:csr", peer}}, "/mn9")), 2001);
    const Json everybody{{"acr", {{{"acor", {"all"}}, {"acop", 63}}}}};
    EXPECT_EQ(rsc(cse.create("cse-in", 1, {{"m2m:acp", {{"rn", "open"}, {"pv", everybody}, {"pvs", everybody}}}})), 2001);
    EXPECT_EQ(rsc(cse.create("cse-in", 3, {{"m2m:cnt", {{"rn", "data"}, {"acpi", {"cse-in/open"}}}}})), 2001);
  }
  static Json new_instance(const std::string& rqi, const std::string& content, Json more = Json::object()) {
    Json request{{"op", 1}, {"to", "/in/cse-in/data"}, {"fr", "/mn9/Cdev"}, {"rqi", rqi}, {"pc", {{"m2m:cin", {{"con", content}}}}},
                 {"mi", {{"ty", 4}, {"rvi", "3"}}}};
    request.update(more);
    return request;
  }
  Response deliver(std::vector<Json> requests, const std::string& from = "/mn9") {
    const Json attributes{{"sr", "/mn9"}, {"tg", "/in"}, {"ls", "20240101T000000"}, {"ec", 3}, {"dmd", {{"tcop", false}}},
                          {"arq", {{"req", Json(std::move(requests))}}}};
    return cse.create("cse-in", 6, {{"m2m:dlv", attributes}}, from);
  }
  Json data() { return cse.retrieve("cse-in/data").content["m2m:cnt"]; }
};

TEST_F(Delivery, IsUnpackedAndEachRequestDone) {
  const Json told{{"mi", {{"ty", 4}, {"rvi", "3"}, {"rt", {{"rtv", 2}, {"nu", {"http://127.0.0.1:1/told"}}}}}}};
  const Response made = deliver({new_instance("a", "1"), new_instance("b", "2", told)});
  ASSERT_EQ(rsc(made), 2001) << made.content;
  cse.time.advance(std::chrono::seconds{1});
  EXPECT_EQ(data()["cni"], 2);
  ASSERT_EQ(cse.sender.sent.size(), 1U);
  EXPECT_EQ(cse.sender.sent[0].request.content["m2m:rsp"]["rqi"], "b");
  EXPECT_EQ(cse.sender.sent[0].request.content["m2m:rsp"]["rsc"], 2001);
}

TEST_F(Delivery, IsNotLostInACrash) {
  auto request = cse.request(Operation::Create, "cse-in", "/mn9");
  const std::uint64_t before = cse.cse().loop().snapshot()->commit;
  request.resource_type = 6;
  request.request_identifier = "d";
  request.release_version = "3";
  request.content = {{"m2m:dlv", {{"sr", "/mn9"}, {"tg", "/in"}, {"ls", "20240101T000000"}, {"ec", 3}, {"dmd", {{"tcop", false}}},
                                  {"arq", {{"req", {new_instance("a", "1")}}}}}}};
  cse.cse().handle(request, [](const Response&) {});
  while (cse.cse().loop().snapshot()->commit == before && cse.time.run_one()) {
  }
  cse.restart();
  cse.time.advance(std::chrono::seconds{1});
  EXPECT_EQ(data()["cni"], 1);
}

TEST_F(Delivery, IsRefusedWithWhatIsWrong) {
  struct Row {
    const char* name;
    Json request;
    std::string from;
    int expected;
  };
  for (const Row& row : std::vector<Row>{
           {"no operation", new_instance("a", "1", {{"op", nullptr}}), "/mn9", 4000},
           {"no identifier", new_instance("a", "1", {{"rqi", nullptr}}), "/mn9", 4000},
           {"an entity of this CSE", new_instance("a", "1", {{"fr", "CAdmin"}}), "/mn9", 4103},
           {"an entity of this CSE, SP-relative", new_instance("a", "1", {{"fr", "/in/CAdmin"}}), "/mn9", 4103},
           {"no CSE", new_instance("a", "1"), "CAdmin", 4103},
       })
    EXPECT_EQ(rsc(deliver({row.request}, row.from)), row.expected) << row.name;
  EXPECT_EQ(data()["cni"], 0);
}

TEST(FlexBlockingRequest, FollowsThePolicyOfTheCse) {
  cse::CseOptions options;
  options.flex_blocking_waits = false;
  TestCse cse(options);
  auto request = cse.request(Operation::Retrieve, "cse-mn");
  request.response_type = 4;
  EXPECT_EQ(rsc(cse.ask(request)), 1001);
  request.notification_targets = {"http://127.0.0.1:1/x"};
  EXPECT_EQ(rsc(cse.ask(request)), 1002);
}

}  // namespace
}  // namespace edgecse::test
