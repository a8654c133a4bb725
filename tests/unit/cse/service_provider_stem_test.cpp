// SPDX-License-Identifier: Apache-2.0
//
// AEs whose AE-ID-Stem the service provider gives. TS-0001 10.2.2.2 cases a and b.
#include <gtest/gtest.h>

#include "support/cse_network.hpp"
#include "support/cse_options.hpp"

namespace edgecse::test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

int rsc(const onem2m::Response& response) { return onem2m::to_number(response.status); }

struct ServiceProviderStem : ::testing::Test {
  CseNetwork network;
  CseNetwork::Node& in = network.add(in_cse_options());
  CseNetwork::Node& mn1 = network.add(edge_cse_options("/mn1"));
  CseNetwork::Node& mn2 = network.add(edge_cse_options("/mn2"));

  void SetUp() override {
    ASSERT_TRUE(network.run_until([&] { return mn1.cse().registrar_up() && mn2.cse().registrar_up(); }));
    network.advance(1s);
  }
  static onem2m::Response add(CseNetwork::Node& node, const std::string& from, Json more = Json::object()) {
    Json ae{{"api", "Ntest"}, {"rr", true}, {"srv", {"3"}}};
    ae.update(more);
    return node.create("cse-mn", 2, {{"m2m:ae", ae}}, from);
  }
  Json announced(const std::string& stem) { return in.retrieve(stem).content.value("m2m:aeA", Json{}); }
};

TEST_F(ServiceProviderStem, IsGivenByTheInCse) {
  const auto made = add(mn1, "S", {{"rn", "car"}});
  ASSERT_EQ(rsc(made), 2001) << made.content;
  const std::string stem = made.content["m2m:ae"]["aei"];
  EXPECT_TRUE(stem.starts_with('S'));
  EXPECT_GT(stem.size(), 1U);
  EXPECT_EQ(made.content["m2m:ae"]["ri"], stem);
  EXPECT_EQ(announced(stem)["lnk"], "/mn1/" + stem);
  EXPECT_EQ(announced(stem)["regs"], 1);
}

TEST_F(ServiceProviderStem, ThatIsKnownKeepsItsAnnouncement) {
  ASSERT_EQ(rsc(add(mn1, "Scar")), 2001);
  EXPECT_EQ(announced("Scar")["lnk"], "/mn1/Scar");
  ASSERT_EQ(rsc(mn1.remove("Scar", "Scar")), 2002);
  ASSERT_TRUE(network.run_until([&] { return announced("Scar")["regs"] == 2; })) << announced("Scar");
  const auto again = add(mn2, "Scar");
  ASSERT_EQ(rsc(again), 2001) << again.content;
  EXPECT_EQ(announced("Scar")["lnk"], "/mn2/Scar");
  EXPECT_EQ(announced("Scar")["regs"], 1);
}

TEST_F(ServiceProviderStem, WithAnotherCredentialIsRefused) {
  ASSERT_EQ(rsc(add(mn1, "Scar", {{"lbl", {"Credential-ID:one"}}})), 2001);
  const auto other = add(mn2, "Scar", {{"lbl", {"Credential-ID:two"}}});
  EXPECT_EQ(rsc(other), 4117) << other.content;
  EXPECT_EQ(rsc(mn2.retrieve("Scar")), 4004);
  EXPECT_EQ(announced("Scar")["lnk"], "/mn1/Scar");
}

TEST_F(ServiceProviderStem, CannotBeGivenWhileTheInCseIsAway) {
  in.crash();
  EXPECT_EQ(rsc(add(mn1, "S")), 5103);
}

TEST_F(ServiceProviderStem, AddressesTheAeWhereverItIs) {
  ASSERT_EQ(rsc(add(mn1, "Scar", {{"rn", "car"}})), 2001);
  ASSERT_EQ(rsc(mn1.create("cse-mn", 1,
                           {{"m2m:acp",
                             {{"rn", "open"},
                              {"pv", {{"acr", {{{"acor", {"all"}}, {"acop", 63}}}}}},
                              {"pvs", {{"acr", {{{"acor", {"CAdmin"}}, {"acop", 63}}}}}}}}})),
            2001);
  ASSERT_EQ(rsc(mn1.create("cse-mn/car", 3, {{"m2m:cnt", {{"rn", "data"}, {"acpi", {"cse-mn/open"}}}}})), 2001);
  const auto at_in = in.retrieve("/Scar/data", "CAdmin");
  EXPECT_EQ(rsc(at_in), 2000) << at_in.content;
  EXPECT_EQ(at_in.content["m2m:cnt"]["rn"], "data");
  EXPECT_EQ(rsc(mn2.retrieve("/Scar/data", "CAdmin")), 2000) << "another MN-CSE asks its registrar";
  EXPECT_EQ(rsc(mn1.retrieve("/Scar/data", "CAdmin")), 2000) << "its own finds it at home";
}

TEST_F(ServiceProviderStem, IsGivenToNobodyWhoIsNotRegistered) {
  auto request = onem2m::Request{};
  request.operation = onem2m::Operation::Create;
  request.to = "cse-in";
  request.from = "/mn9/S";
  request.resource_type = 10002;
  request.content = {{"m2m:aeA", {{"lnk", "/mn9/S"}, {"et", "20991231T000000"}}}};
  EXPECT_EQ(rsc(in.ask(request)), 4103);
}

// TS-0004 7.3.2.7 at a CSE whose profile is at the IN-CSE.
struct RemoteServiceSubscription : ::testing::Test {
  static cse::CseOptions options() {
    cse::CseOptions made = edge_cse_options("/mn1");
    made.access.service_subscriptions = true;
    return made;
  }
  CseNetwork network;
  CseNetwork::Node& in = network.add(in_cse_options());
  CseNetwork::Node& mn = network.add(options());
  void SetUp() override {
    ASSERT_TRUE(network.run_until([&] { return mn.cse().registrar_up(); }));
    const Json everybody{{"acr", {{{"acor", {"all"}}, {"acop", 63}}}}};
    make("cse-in", 1, "m2m:acp", {{"rn", "open"}, {"pv", everybody}, {"pvs", everybody}});
    rule = make("cse-in", 19, "m2m:asar", {{"rn", "rule"}, {"aai", {"Ntest*"}}, {"aae", {"Cdev*", "S*"}}, {"acpi", {"cse-in/open"}}});
    make("cse-in", 11, "m2m:mssp", {{"rn", "profile"}, {"acpi", {"cse-in/open"}}});
  }
  std::string make(const std::string& parent, int type, const char* member, Json attributes) {
    const auto made = in.create(parent, type, {{member, std::move(attributes)}});
    EXPECT_EQ(rsc(made), 2001) << made.content;
    return made.content.value(Json::json_pointer(std::string("/") + member + "/ri"), "");
  }
  void subscribe(const std::string& cse_id) {
    make("cse-in/profile", 20, "m2m:svsn", {{"ni", "n"}, {"csi", cse_id}, {"rlk", {rule}}, {"acpi", {"cse-in/open"}}});
  }
  int register_ae(const std::string& from, const std::string& api) {
    return rsc(mn.create("cse-mn", 2, {{"m2m:ae", {{"api", api}, {"rr", true}, {"srv", {"3"}}}}}, from));
  }
  std::string rule;
};

TEST_F(RemoteServiceSubscription, IsAskedForAtTheInCse) {
  subscribe("/mn2");
  EXPECT_EQ(register_ae("Cdev1", "Ntest1"), 4128) << "another CSE's";
  subscribe("/mn1");
  EXPECT_EQ(register_ae("Cdev1", "Ntest1"), 2001);
  EXPECT_EQ(register_ae("Cdev2", "Nother"), 4126);
  EXPECT_EQ(register_ae("Cother", "Ntest1"), 4126);
  EXPECT_EQ(register_ae("S", "Ntest1"), 2001) << "the stem is asked for after that";
}

TEST_F(RemoteServiceSubscription, IsNotTakenForGrantedWhenNobodyAnswers) {
  subscribe("/mn1");
  in.crash();
  EXPECT_EQ(register_ae("Cdev1", "Ntest1"), 5103);
  in.restart();
  ASSERT_TRUE(network.run_until([&] { return mn.cse().registrar_up(); }));
  EXPECT_EQ(register_ae("Cdev1", "Ntest1"), 2001);
}

}  // namespace
}  // namespace edgecse::test
