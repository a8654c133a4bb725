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

}  // namespace
}  // namespace edgecse::test
