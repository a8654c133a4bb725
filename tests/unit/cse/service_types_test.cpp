// SPDX-License-Identifier: Apache-2.0
//
// What schedules, location policies, nodes, beacons, profiles and management commands do beyond being data.
#include <gtest/gtest.h>

#include "cse/location/network_positions.hpp"
#include "cse/management/command_arguments.hpp"
#include "onem2m/timestamp.hpp"
#include "support/test_cse.hpp"

namespace edgecse::test {
namespace {

using namespace std::chrono_literals;

// TS-0001 9.6.9, TS-0004 7.4.9, release4 11.

struct Schedule : ::testing::Test {
  int create(const std::string& parent, Json more = Json::object(), const char* entry = "* * * * * * *") {
    Json schedule{{"se", {{"sce", {entry}}}}};
    schedule.update(more);
    return rsc(cse.create(parent, 18, {{"m2m:sch", schedule}}));
  }
  TestCse cse;
};

TEST_F(Schedule, OfTheCseBaseClosesTheCseButNotTheScheduleItself) {
  ASSERT_EQ(create("cse-mn", {{"rn", "sch"}}), 2001);
  EXPECT_EQ(create("cse-mn"), 4000) << "a second one";
  EXPECT_EQ(rsc(cse.retrieve("cse-mn")), 2000);
  const auto windows = [&](const char* entry) {
    return rsc(cse.update("cse-mn/sch", {{"m2m:sch", {{"se", {{"sce", {entry}}}}}}}));
  };
  ASSERT_EQ(windows("* * * * * * 1999"), 2004);
  EXPECT_EQ(rsc(cse.retrieve("cse-mn")), 5103);
  EXPECT_EQ(rsc(cse.add_instance("cse-mn/none", "1", "CAdmin")), 5103);
  cse.restart();
  EXPECT_EQ(rsc(cse.retrieve("cse-mn")), 5103) << "also after a restart";
  EXPECT_EQ(rsc(cse.retrieve("cse-mn/sch")), 2000);
  ASSERT_EQ(windows("* * * * * * *"), 2004);
  EXPECT_EQ(rsc(cse.retrieve("cse-mn")), 2000);
  ASSERT_EQ(windows("* * * * * * 1999"), 2004);
  ASSERT_EQ(rsc(cse.remove("cse-mn/sch")), 2002);
  EXPECT_EQ(rsc(cse.retrieve("cse-mn")), 2000);
}

TEST_F(Schedule, OfASubscriptionHasOneName) {
  cse.add_container("cse-mn", "data", "CAdmin");
  ASSERT_EQ(rsc(cse.create("cse-mn/data", 23, {{"m2m:sub", {{"rn", "sub"}, {"nu", {"http://127.0.0.1/x"}}}}})), 2001);
  EXPECT_EQ(create("cse-mn/data/sub", {{"rn", "mine"}}), 4000);
  EXPECT_EQ(create("cse-mn/data/sub"), 2001);
  EXPECT_EQ(rsc(cse.retrieve("cse-mn/data/sub/notificationSchedule")), 2000);
}

TEST_F(Schedule, IsCoordinatedWithANetworkUnderANodeOnly) {
  ASSERT_EQ(rsc(cse.create("cse-mn", 14, {{"m2m:nod", {{"rn", "node"}, {"ni", "n"}}}})), 2001);
  EXPECT_EQ(create("cse-mn", {{"nco", false}}), 4102);
  EXPECT_EQ(create("cse-mn/node", {{"nco", true}}), 5001);
  EXPECT_EQ(create("cse-mn/node", {{"rn", "s"}, {"nco", false}}), 2001);
  EXPECT_EQ(rsc(cse.update("cse-mn/node/s", {{"m2m:sch", {{"nco", true}}}})), 5001);
  EXPECT_EQ(create("cse-mn/node", Json::object(), "not a schedule"), 4000);
}

// TS-0001 9.6.5, 9.6.18; release4 20.

struct NodeLink : ::testing::Test {
  NodeLink() {
    for (const char* name : {"one", "two"}) cse.create("cse-mn", 14, {{"m2m:nod", {{"rn", name}, {"ni", name}}}});
    one = cse.retrieve("cse-mn/one").content["m2m:nod"]["ri"];
    two = cse.retrieve("cse-mn/two").content["m2m:nod"]["ri"];
    cse.add_ae("Cdev", {{"nl", one}});
  }
  Json hosted(const std::string& node) { return cse.retrieve(node).content["m2m:nod"].value("hael", Json()); }
  int link(Json to) { return rsc(cse.update("cse-mn/Cdev", {{"m2m:ae", {{"nl", std::move(to)}}}}, "Cdev")); }
  TestCse cse;
  std::string one, two;
};

TEST_F(NodeLink, OfAnAeShowsAtItsNode) {
  EXPECT_EQ(hosted(one), Json({"Cdev"}));
  ASSERT_EQ(link(two), 2004);
  EXPECT_EQ(hosted(one), Json());
  EXPECT_EQ(hosted(two), Json({"Cdev"}));
  ASSERT_EQ(link(nullptr), 2004);
  EXPECT_EQ(hosted(two), Json());
  ASSERT_EQ(link(one), 2004);
  ASSERT_EQ(rsc(cse.remove("cse-mn/Cdev")), 2002);
  EXPECT_EQ(hosted(one), Json());
}

TEST_F(NodeLink, GoesWithTheNode) {
  ASSERT_EQ(rsc(cse.remove(one)), 2002);
  EXPECT_FALSE(cse.retrieve("cse-mn/Cdev", "Cdev").content["m2m:ae"].contains("nl"));
}

TEST_F(NodeLink, MustNameANodeThatIsHere) {
  EXPECT_EQ(link("nowhere"), 4004);
  EXPECT_EQ(link("cse-mn"), 4004);
  EXPECT_EQ(link("/other/node1"), 2004) << "a node of another CSE is not looked at";
  cse.add_ae("Cother", {{"nl", "nowhere"}});
  EXPECT_EQ(rsc(cse.retrieve("cse-mn/Cother")), 4004);
}

// TS-0001 9.6.10, 10.2.9; release4 10.

struct Location : ::testing::Test {
  onem2m::Response create(Json more = Json::object()) {
    Json policy{{"rn", "lcp"}, {"los", 2}, {"lit", 1}};
    policy.update(more);
    return cse.create(ae, 10, {{"m2m:lcp", policy}}, "Cdev");
  }
  void go(double x) {
    const Json point{{"type", "Point"}, {"coordinates", {x, 5}}};
    ASSERT_EQ(rsc(cse.add_instance(ae + "/where", point.dump(), "Cdev")), 2001);
  }
  Json latest() { return cse.retrieve(ae + "/where/la", "Cdev").content["m2m:cin"]["con"]; }
  TestCse cse;
  std::string ae = cse.add_ae("Cdev");
  Json area{{"type", "Polygon"}, {"coordinates", {{{0, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 0}}}}};
};

TEST_F(Location, PolicyOwnsAContainerBesideIt) {
  const Json policy = create({{"lon", "where"}}).content["m2m:lcp"];
  EXPECT_EQ(policy["lost"], "");
  const Json container = cse.retrieve(ae + "/where", "Cdev").content["m2m:cnt"];
  EXPECT_EQ(container["ri"], policy["loi"]);
  EXPECT_EQ(container["li"], policy["ri"]);
  EXPECT_EQ(rsc(create({{"rn", "second"}, {"lon", "where"}})), 4000) << "the name is taken";
  ASSERT_EQ(rsc(cse.remove(ae + "/lcp", "Cdev")), 2002);
  EXPECT_EQ(rsc(cse.retrieve(ae + "/where", "Cdev")), 4004);
}

TEST_F(Location, IsOfTheDeviceOnly) {
  EXPECT_EQ(rsc(create({{"los", 1}})), 5001);
  EXPECT_EQ(rsc(create({{"los", 3}})), 5001);
  EXPECT_EQ(rsc(create({{"lot", "somebody"}})), 4000);
  EXPECT_EQ(rsc(create({{"gta", {{"type", "Point"}, {"coordinates", {1, 2}}}}})), 4000);
  EXPECT_EQ(rsc(create({{"gta", "no polygon"}})), 4000);
  EXPECT_EQ(rsc(create({{"gta", area.dump()}})), 2001);
}

TEST_F(Location, EnteringAndLeavingTheAreaIsWrittenIntoTheContainer) {
  ASSERT_EQ(rsc(create({{"lon", "where"}, {"lit", 2}, {"gta", area}, {"gec", 2}})), 2001);
  go(5);
  EXPECT_TRUE(latest().is_string()) << "inside as before";
  go(50);
  EXPECT_EQ(latest(), 2) << "left";
  cse.restart();
  go(60);
  EXPECT_TRUE(latest().is_string()) << "outside as before";
  ASSERT_EQ(rsc(cse.update(ae + "/lcp", {{"m2m:lcp", {{"gec", 1}}}}, "Cdev")), 2004);
  go(5);
  EXPECT_EQ(latest(), 1) << "entered";
}

/// A network that knows one device.
struct FakeNetwork final : cse::PositionSource {
  void find(const std::string& address, Done done) override {
    asked.push_back(address);
    if (!answers) return done(onem2m::refuse(onem2m::ResponseStatus::TargetNotReachable, "no answer"));
    done(address == "10.100.0.1" ? position : std::nullopt);
  }
  bool answers = true;
  std::optional<cse::NetworkPosition> position = cse::NetworkPosition{7, 43};
  std::vector<std::string> asked;
};

struct NetworkLocation : Location {
  NetworkLocation() { connect(); }
  void connect() { cse::use_position_source(cse.cse().core(), network); }
  onem2m::Response create_at(const std::string& parent, const std::string& from, Json more = Json::object()) {
    Json policy{{"rn", "lcp"}, {"los", 1}, {"lit", 1}, {"lon", "where"}};
    policy.update(more);
    return cse.create(parent, 10, {{"m2m:lcp", policy}}, from);
  }
  Json position() { return Json::parse(cse.retrieve(ue + "/where/la", "Cue").content["m2m:cin"].value("con", "null"))["coordinates"]; }
  std::shared_ptr<FakeNetwork> network = std::make_shared<FakeNetwork>();
  std::string ue = cse.add_ae("Cue", {{"lbl", {"mec:ue=UE_IPv4_ADDRESS:10.100.0.1"}}});
};

TEST_F(NetworkLocation, IsKeptUpToDate) {
  const auto made = create_at(ue, "Cue", {{"lou", {"PT10S"}}});
  ASSERT_EQ(rsc(made), 2001) << made.content;
  EXPECT_EQ(position(), Json({7, 43})) << "at once";
  network->position = cse::NetworkPosition{8, 44};
  cse.time.advance(std::chrono::seconds{11});
  EXPECT_EQ(position(), Json({8, 44}));
  cse.restart();
  connect();
  network->position = std::nullopt;
  cse.time.advance(std::chrono::seconds{11});
  EXPECT_EQ(position(), Json({8, 44})) << "the last one known";
  EXPECT_NE(cse.retrieve(ue + "/lcp", "Cue").content["m2m:lcp"]["lost"], "");
  network->position = cse::NetworkPosition{9, 45};
  cse.time.advance(std::chrono::seconds{10});
  EXPECT_EQ(position(), Json({9, 45}));
  EXPECT_EQ(cse.retrieve(ue + "/lcp", "Cue").content["m2m:lcp"]["lost"], "");
  ASSERT_EQ(rsc(cse.remove(ue + "/lcp", "Cue")), 2002);
  const std::size_t asked = network->asked.size();
  cse.time.advance(std::chrono::seconds{60});
  EXPECT_EQ(network->asked.size(), asked);
}

TEST_F(NetworkLocation, IsOfADeviceThatTheNetworkKnows) {
  EXPECT_EQ(rsc(create_at(ae, "Cdev")), 4000) << "no label";
  for (const char* target : {"Cue", "acr:10.100.0.1"}) {
    EXPECT_EQ(rsc(create_at(ae, "Cdev", {{"lot", target}})), 4103) << "somebody else's " << target;
    EXPECT_TRUE(network->asked.empty());
    EXPECT_EQ(rsc(create_at(ae, "CAdmin", {{"lot", target}})), 2001) << target;
    EXPECT_EQ(network->asked, std::vector<std::string>{"10.100.0.1"});
    network->asked.clear();
    ASSERT_EQ(rsc(cse.remove(ae + "/lcp", "CAdmin")), 2002);
  }
  EXPECT_EQ(rsc(create_at(ue, "Cue", {{"rn", "server"}, {"lor", "http://elsewhere"}})), 5001);
  ASSERT_EQ(rsc(create_at(ae, "CAdmin", {{"rn", "away"}, {"lon", "away-where"}, {"lot", "10.9.9.9"}})), 2001);
  EXPECT_NE(cse.retrieve(ae + "/away", "CAdmin").content["m2m:lcp"]["lost"], "");
  network->answers = false;
  const auto refused = create_at(ue, "Cue");
  EXPECT_EQ(rsc(refused), 5001);
  EXPECT_NE(refused.content["m2m:dbg"].get<std::string>().find("MEC 013"), std::string::npos) << refused.content;
}

// TS-0001 9.6.62, release4 17.

TEST(TimeSyncBeacon, TellsTheTimePeriodically) {
  TestCse cse;
  const std::string ae = cse.add_ae("Cdev");
  const auto made = cse.create(ae, 60, {{"m2m:tsb", {{"rn", "tsb"}, {"bcnc", 1}, {"bcni", "PT10S"}, {"bcnu", {"http://127.0.0.1/t"}}}}}, "Cdev");
  ASSERT_EQ(rsc(made), 2001);
  cse.time.advance(25s);
  ASSERT_EQ(cse.sender.sent.size(), 2U);
  const Json told = cse.sender.sent.back().request.content["m2m:tsbn"];
  EXPECT_EQ(told["tbr"], made.content["m2m:tsb"]["ri"]);
  EXPECT_TRUE(told["ctm"].is_string());
  cse.restart();
  cse.time.advance(11s);
  EXPECT_EQ(cse.sender.sent.size(), 3U) << "also after a restart";
  ASSERT_EQ(rsc(cse.remove(ae + "/tsb", "Cdev")), 2002);
  cse.time.advance(60s);
  EXPECT_EQ(cse.sender.sent.size(), 3U);
}

TEST(TimeSyncBeacon, TellsOnceThatAClockIsWrong) {
  TestCse cse;
  const std::string ae = cse.add_ae("Cdev");
  const Json beacon{{"bcnc", 2}, {"bcnr", "Cdev"}, {"bcnt", "PT10S"}, {"bcnu", {"http://127.0.0.1/t"}}};
  ASSERT_EQ(rsc(cse.create(ae, 60, {{"m2m:tsb", beacon}}, "Cdev")), 2001);
  const auto told_after = [&](std::chrono::seconds off, const std::string& from = "Cdev") {
    auto request = cse.request(onem2m::Operation::Retrieve, ae, from);
    request.originating_timestamp = onem2m::format_timestamp(cse.time.wall_now() + off);
    EXPECT_EQ(rsc(cse.ask(request)), 2000);
    cse.time.advance(1s);
    return cse.sender.sent.size();
  };
  EXPECT_EQ(told_after(5s), 0U);
  EXPECT_EQ(told_after(-30s, "CAdmin"), 0U) << "somebody else's clock";
  EXPECT_EQ(told_after(-30s), 1U);
  EXPECT_EQ(told_after(-30s), 1U) << "said already";
  EXPECT_EQ(told_after(0s), 1U);
  EXPECT_EQ(told_after(30s), 2U) << "wrong again";
  EXPECT_TRUE(cse.sender.sent.back().request.content["m2m:tsbn"].contains("ctm"));
}

TEST(TimeSyncBeacon, HasTheAttributesOfItsCriteria) {
  TestCse cse;
  const std::string ae = cse.add_ae("Cdev");
  const auto create = [&](Json more) {
    Json beacon{{"bcnu", {"http://127.0.0.1/t"}}};
    beacon.update(more);
    return cse.create(ae, 60, {{"m2m:tsb", beacon}}, "Cdev");
  };
  EXPECT_EQ(create({{"bcnc", 1}}).content["m2m:tsb"]["bcni"], "PT1H");
  EXPECT_EQ(create({{"bcnc", 2}, {"bcnr", "Cx"}}).content["m2m:tsb"]["bcnt"], "PT60S");
  EXPECT_EQ(rsc(create({{"bcnc", 2}, {"bcnr", "Cx"}})), 4000) << "one for a requester";
  EXPECT_EQ(rsc(create({{"bcnc", 1}, {"bcnt", "PT1S"}})), 4000);
  EXPECT_EQ(rsc(create({{"bcnc", 1}, {"bcnr", "Cy"}})), 4000);
  EXPECT_EQ(rsc(create({{"bcnc", 2}})), 4000);
  EXPECT_EQ(rsc(create({{"bcnc", 2}, {"bcnr", "Cy"}, {"bcni", "PT1S"}})), 4000);
  EXPECT_EQ(rsc(create({{"bcnc", 3}})), 4000);
}

TEST(PrimitiveProfile, NamesWhatPrimitivesMayHave) {
  TestCse cse;
  const auto create = [&](Json more) {
    Json profile{{"idl", {"Cdev"}}};
    profile.update(more);
    return rsc(cse.create("cse-mn", 62, {{"m2m:prp", profile}}));
  };
  const auto adds = [](const char* name, Json value) { return Json{{{"nm", name}, {"val", std::move(value)}}}; };
  EXPECT_EQ(create({{"adds", adds("lbl", {"a"})}, {"dels", {"rn"}}}), 2001);
  EXPECT_EQ(create({{"adds", adds("rcn", 0)}}), 2001) << "a parameter";
  EXPECT_EQ(create({{"adds", adds("mni", 5)}, {"rtys", {3}}}), 2001);
  EXPECT_EQ(create({{"adds", adds("mni", 5)}, {"rtys", {2}}}), 4000) << "no attribute of AE";
  EXPECT_EQ(create({{"adds", adds("mni", "five")}}), 4000);
  EXPECT_EQ(create({{"adds", adds("lbl", {"a"})}, {"dels", {"lbl"}}}), 4000);
  EXPECT_EQ(create({{"adds", adds("rqi", "1")}}), 4000);
  EXPECT_EQ(create({{"dels", {"fr"}}}), 4000);
  EXPECT_EQ(create({{"adds", adds("nobodysName", 1)}}), 4000);
  EXPECT_EQ(create({{"adds", adds("pv", {{"acr", Json::array()}})}}), 4000) << "complex";
}

// TS-0001 9.6.16, 9.6.17; TS-0004 7.4.16, 7.4.17.

/// A command for a node that the AE Cdev may change; the command and its instances are the administrator's.
struct ManagementCommand : ::testing::Test {
  ManagementCommand() {
    cse.add_ae("Cdev");
    cse.add_ae("Cother");
    node = cse.create("cse-mn", 14, {{"m2m:nod", {{"rn", "node"}, {"ni", "node-1"}, {"acpi", {policy("device", "Cdev")}}}}})
               .content["m2m:nod"]["ri"];
    EXPECT_EQ(rsc(cse.create("cse-mn", 12, {{"m2m:mgc", {{"rn", "cmd"}, {"cmt", 2}, {"ext", node}}}})), 2001);
  }
  std::string policy(const std::string& name, const std::string& originator) {
    const auto rules = [](const std::string& who) { return Json({{"acr", {{{"acor", {who}}, {"acop", 63}}}}}); };
    const auto made = cse.create("cse-mn", 1, {{"m2m:acp", {{"rn", name}, {"pv", rules(originator)}, {"pvs", rules("CAdmin")}}}});
    return made.content["m2m:acp"]["ri"];
  }
  /// The address of the newest instance.
  std::string execute() {
    EXPECT_EQ(rsc(cse.update("cse-mn/cmd", {{"m2m:mgc", {{"exe", true}}}})), 2004);
    return cse.retrieve("cse-mn/cmd", "CAdmin", 8).content["m2m:mgc"]["m2m:exin"].back()["ri"];
  }
  int change(const std::string& instance, Json attributes, const std::string& from) {
    return rsc(cse.update(instance, {{"m2m:exin", std::move(attributes)}}, from));
  }
  Json status(const std::string& instance) {
    const Json shown = cse.retrieve(instance).content["m2m:exin"];
    return {shown["exs"], shown["exr"]};
  }
  static cse::CseOptions with_registrees() {
    cse::CseOptions options;
    options.allowed_registrees = {{"/asn"}};
    return options;
  }
  TestCse cse{with_registrees()};
  std::string node;
};

TEST_F(ManagementCommand, MakesAnInstanceWhenItIsEnabled) {
  EXPECT_EQ(cse.retrieve("cse-mn/cmd").content["m2m:mgc"]["exe"], false);
  const std::string id = execute();
  EXPECT_EQ(cse.retrieve(id).content["m2m:exin"]["ext"], node);
  EXPECT_EQ(status(id), Json({1, 31}));
  EXPECT_EQ(rsc(cse.create("cse-mn/cmd", 8, {{"m2m:exin", Json::object()}})), 4005);
}

// TS-0004 7.4.16: what a command needs is asked for when it is to be executed, not when it is written down.
TEST_F(ManagementCommand, IsExecutedWithTheArgumentsOfItsKind) {
  constexpr const char* kDownload =
      R"({"ftyp":"1","url":"http://a/b","unm":"u","pwd":"p","fsi":10,"tgf":"f","dss":1,"surl":"http://a/c","stt":"20231114T221320","cpt":"20231114T231320"})";
  constexpr const char* kInstall = R"({"url":"http://a/b","uuid":"x","unm":"u","pwd":"p","eer":"e"})";
  const std::string no_time = std::string(kDownload).replace(std::string_view(kDownload).find("20231114T221320"), 15, "soon");
  const struct {
    int command;
    std::string arguments;
    int answer;
  } rows[] = {{1, "", 2004},
              {1, R"({"rst":{"any":[{"nm":"a","val":1}]}})", 2004},
              {1, R"({"rbo":{}})", 6023},
              {2, R"([{"rbo":[{}]}])", 2004},
              {2, R"({"rbo":{"url":"http://a"}})", 6023},
              {3, "", 6024},
              {3, R"({"uld":[]})", 6024},
              {3, R"({"uld":{"ftyp":"1","url":"http://a/b","unm":"u"}})", 6024},
              {3, R"({"uld":{"ftyp":1,"url":"http://a/b","unm":"u","pwd":"p"}})", 6023},
              {3, R"({"uld":{"ftyp":"1","url":"http://a/b","unm":"u","pwd":"p"}})", 2004},
              {4, std::string(R"({"dld":)") + kDownload + "}", 2004},
              {4, R"({"dld":)" + no_time + "}", 6023},
              {4, std::string(R"({"dld":)") + kInstall + "}", 6023},
              {5, std::string(R"({"swin":[)") + kInstall + "]}", 2004},
              {5, std::string(R"({"swin":)") + kInstall + R"(,"swun":{}})", 6023},
              {6, R"({"swun":{"uuid":"x","vr":"1"}})", 6024},
              {6, R"({"swun":{"uuid":"x","vr":"1","eer":"e"}})", 2004},
              {7, R"({"swup":{"uuid":"x","vr":"1","eer":"e","url":"http://a","unm":"u","pwd":"p"}})", 2004},
              {7, R"(["swup"])", 6023}};
  for (const auto& [command, arguments, answer] : rows) {
    Json content{{"rn", "other"}, {"cmt", command}, {"ext", node}};
    if (!arguments.empty()) content["exra"] = Json::parse(arguments);
    ASSERT_EQ(rsc(cse.create("cse-mn", 12, {{"m2m:mgc", content}})), 2001) << arguments;
    EXPECT_EQ(rsc(cse.update("cse-mn/other", {{"m2m:mgc", {{"exe", true}}}})), answer) << command << ' ' << arguments;
    const auto instances = cse.retrieve("cse-mn/other", "CAdmin", 8).content["m2m:mgc"].value("m2m:exin", Json::array());
    EXPECT_EQ(instances.size(), answer == 2004 ? 1U : 0U) << command << ' ' << arguments;
    ASSERT_EQ(rsc(cse.remove("cse-mn/other")), 2002);
  }
  EXPECT_EQ(rsc(cse.create("cse-mn", 12, {{"m2m:mgc", {{"cmt", 8}, {"ext", node}}}})), 4000);
  EXPECT_EQ(rsc(cse.create("cse-mn", 12, {{"m2m:mgc", {{"cmt", 1}, {"ext", node}, {"exra", "all"}}}})), 4000);
  const auto unknown = cse::check_command_arguments({{"cmt", 8}});
  EXPECT_EQ(onem2m::to_number(unknown.error().status), 6022);
  EXPECT_EQ(rsc(cse.update("cse-mn/cmd", {{"m2m:mgc", {{"exe", true}, {"exra", {{"uld", Json::object()}}}}}})), 6023) << "those of the UPDATE";
}

TEST_F(ManagementCommand, IsReportedByWhoMayChangeItsNode) {
  const std::string id = execute();
  EXPECT_EQ(rsc(cse.retrieve(id, "Cdev")), 2000);
  EXPECT_EQ(change(id, {{"exs", 2}}, "Cdev"), 2004);
  EXPECT_EQ(change(id, {{"exs", 3}, {"exr", 10}}, "/mn1/Cdev"), 2004);
  EXPECT_EQ(status(id), Json({3, 10}));
  EXPECT_EQ(change(id, {{"exs", 3}}, "Cdev"), 6028);
  const std::string second = execute();
  EXPECT_EQ(change(second, {{"exs", 3}}, "Cdev"), 2004);
  EXPECT_EQ(status(second), Json({3, 0})) << "finished is a success unless it is said otherwise";
}

TEST_F(ManagementCommand, IsReportedByNobodyElse) {
  const std::string id = execute();
  EXPECT_EQ(change(id, {{"exs", 3}}, "Cother"), 4103);
  EXPECT_EQ(rsc(cse.retrieve(id, "Cother")), 4103);
  EXPECT_EQ(change(id, {{"lbl", {"x"}}}, "Cdev"), 4103) << "nothing but its report";
  EXPECT_EQ(change(id, {{"acpi", {policy("others", "Cother")}}}, "CAdmin"), 2004);
  EXPECT_EQ(change(id, {{"exs", 3}}, "Cother"), 4000) << "read-only";
  EXPECT_EQ(change(id, {{"exr", 0}}, "Cother"), 4000);
  EXPECT_EQ(change(id, {{"lbl", {"x"}}}, "Cother"), 2004);
}

TEST_F(ManagementCommand, IsNotReportedAsWhatOnlyTheCseSets) {
  const std::string id = execute();
  for (const char* wrong : {R"({"exs":1})", R"({"exs":4})", R"({"exs":7})", R"({"exs":2,"exr":0})", R"({"exs":null})"})
    EXPECT_EQ(change(id, Json::parse(wrong), "Cdev"), 4000) << wrong;
}

TEST_F(ManagementCommand, EndsAtOnceBeforeTheNodeTookIt) {
  const std::string id = execute();
  EXPECT_EQ(change(id, {{"exd", true}}, "CAdmin"), 2004);
  EXPECT_EQ(status(id)[0], 5);
  EXPECT_EQ(change(id, {{"exd", true}}, "CAdmin"), 6028);
  EXPECT_EQ(change(id, {{"exs", 2}}, "Cdev"), 6028);
  EXPECT_EQ(rsc(cse.remove(id)), 2002);
}

TEST_F(ManagementCommand, IsCancelledByItsNode) {
  const std::string id = execute();
  ASSERT_EQ(change(id, {{"exs", 2}}, "Cdev"), 2004);
  EXPECT_EQ(change(id, {{"exd", true}}, "CAdmin"), 2004);
  EXPECT_EQ(status(id)[0], 4);
  cse.restart();
  EXPECT_EQ(change(id, {{"exs", 5}}, "Cdev"), 2004);
  EXPECT_EQ(status(id), Json({5, 31}));
}

TEST_F(ManagementCommand, IsNotCancelledWhenItsNodeSaysSo) {
  const std::string id = execute();
  ASSERT_EQ(change(id, {{"exs", 6}, {"exr", 3}}, "Cdev"), 2004);
  EXPECT_EQ(change(id, {{"exd", true}}, "CAdmin"), 6029);
  EXPECT_EQ(rsc(cse.remove(id)), 6029);
  EXPECT_EQ(rsc(cse.remove("cse-mn/cmd")), 6029) << "nor with its command";
  ASSERT_EQ(change(id, {{"exs", 3}, {"exr", 0}}, "Cdev"), 2004);
  EXPECT_EQ(rsc(cse.remove("cse-mn/cmd")), 2002);
}

TEST_F(ManagementCommand, IsReportedByTheCseOfItsNode) {
  auto registration = cse.request(onem2m::Operation::Create, "cse-mn", "/asn");
  registration.resource_type = 16;
  registration.content = {{"m2m:csr", {{"csi", "/asn"}, {"cb", "/asn/cse"}, {"rr", false}, {"srv", {"3"}}}}};
  const auto made = cse.ask(registration);
  ASSERT_EQ(rsc(made), 2001) << made.content;
  ASSERT_EQ(rsc(cse.update("cse-mn/node", {{"m2m:nod", {{"hcl", made.content["m2m:csr"]["ri"]}}}}, "Cdev")), 2004);
  EXPECT_EQ(change(execute(), {{"exs", 2}}, "/asn"), 2004);
}

TEST_F(ManagementCommand, NamesItsNodeByNodeIdentifierOrByGroup) {
  ASSERT_EQ(rsc(cse.update("cse-mn/cmd", {{"m2m:mgc", {{"ext", "node-1"}}}})), 2004);
  EXPECT_EQ(change(execute(), {{"exs", 2}}, "Cdev"), 2004);
  const std::string other = cse.create("cse-mn", 14, {{"m2m:nod", {{"ni", "node-2"}}}}).content["m2m:nod"]["ri"];
  const auto group = cse.create("cse-mn", 9, {{"m2m:grp", {{"mnm", 5}, {"mid", {node, other}}}}});
  ASSERT_EQ(rsc(cse.update("cse-mn/cmd", {{"m2m:mgc", {{"ext", group.content["m2m:grp"]["ri"]}}}})), 2004);
  const std::string last = execute();
  EXPECT_EQ(cse.retrieve(last).content["m2m:exin"]["ext"], other);
  EXPECT_EQ(change(last, {{"exs", 2}}, "Cdev"), 4103) << "of another node";
  EXPECT_EQ(cse.retrieve("cse-mn/cmd", "CAdmin", 8).content["m2m:mgc"]["m2m:exin"].size(), 3U);
}

}  // namespace
}  // namespace edgecse::test
