// SPDX-License-Identifier: Apache-2.0
//
// AEs that register: TS-0001 10.2.2.2, TS-0004 7.4.5.2; what later releases add: release4 20.
#include <gtest/gtest.h>

#include "support/test_cse.hpp"

namespace edgecse::test {
namespace {

Json an_ae(Json more = Json::object()) {
  Json ae{{"api", "Ntest"}, {"rr", true}, {"srv", {"3"}}};
  if (more.is_object()) ae.update(more);
  for (auto attribute = ae.begin(); attribute != ae.end();) attribute = attribute->is_null() ? ae.erase(attribute) : std::next(attribute);
  return {{"m2m:ae", ae}};
}

struct RegistrationRow {
  const char* name;
  const char* from;
  Json more;
  int status;
  const char* release = "3";
};
void PrintTo(const RegistrationRow& row, std::ostream* out) { *out << row.name; }
struct AeRegistration : ::testing::TestWithParam<RegistrationRow> {
  TestCse cse;
};

TEST_P(AeRegistration, IsAnsweredWithItsCode) {
  const auto& [name, from, more, status, release] = GetParam();
  cse.add_ae("Cthere");
  auto request = cse.request(onem2m::Operation::Create, "cse-mn", from);
  request.resource_type = 2;
  request.content = an_ae(more);
  request.release_version = release;
  const auto response = cse.ask(request);
  EXPECT_EQ(rsc(response), status) << response.content.dump();
  if (status != 2001) return;
  const Json made = response.content["m2m:ae"];
  EXPECT_EQ(made["ri"], made["aei"]);
  EXPECT_EQ(rsc(cse.retrieve(made["ri"], made["aei"])), 2000) << "it may read itself";
}

INSTANTIATE_TEST_SUITE_P(
    From, AeRegistration,
    ::testing::Values(RegistrationRow{"a C-type stem", "Cdev", {}, 2001}, RegistrationRow{"none", "", {}, 2001},
                      RegistrationRow{"C", "C", {}, 2001}, RegistrationRow{"an SP-relative one of this CSE", "/mn1/Cdev", {}, 2001},
                      RegistrationRow{"another letter", "xdev", {}, 4000}, RegistrationRow{"that of another AE", "Cthere", {}, 4117},
                      RegistrationRow{"another CSE", "/mn2", {}, 4005}, RegistrationRow{"an AE of another CSE", "/mn2/Cdev", {}, 4005},
                      RegistrationRow{"a blank", "C dev", {}, 4000}));
INSTANTIATE_TEST_SUITE_P(
    Attributes, AeRegistration,
    ::testing::Values(RegistrationRow{"api R", "C", {{"api", "R01.com.example.app"}}, 2001},
                      RegistrationRow{"api R of two parts", "C", {{"api", "R01.app"}}, 4000},
                      RegistrationRow{"api r in release 3", "C", {{"api", "r01.com.app"}}, 2001},
                      RegistrationRow{"api r in release 4", "C", {{"api", "r01.com.app"}}, 4000, "4"},
                      RegistrationRow{"api of another letter", "C", {{"api", "x01.com.app"}}, 4000},
                      RegistrationRow{"api of one letter", "C", {{"api", "N"}}, 4000}, RegistrationRow{"no api", "C", {{"api", nullptr}}, 4000},
                      RegistrationRow{"no rr", "C", {{"rr", nullptr}}, 4000}, RegistrationRow{"no srv", "C", {{"srv", nullptr}}, 4000},
                      RegistrationRow{"empty srv", "C", {{"srv", Json::array()}}, 4000},
                      RegistrationRow{"csz", "C", {{"csz", {"application/cbor", "application/vnd.onem2m-res+json"}}}, 2001},
                      RegistrationRow{"csz unknown", "C", {{"csz", {"application/json", "wrong"}}}, 4000},
                      RegistrationRow{"csz of another family", "C", {{"csz", {"text/json"}}}, 4000},
                      RegistrationRow{"aei", "C", {{"aei", "Cme"}}, 4000}, RegistrationRow{"unknown attribute", "C", {{"x", 1}}, 4000},
                      RegistrationRow{"rn with a slash", "C", {{"rn", "a/b"}}, 4000},
                      RegistrationRow{"rn that is taken", "C", {{"rn", "Cthere"}}, 4105}));

TEST(AeRegistrations, BelongBelowTheCseBase) {
  TestCse cse;
  const std::string ae = cse.add_ae("Cdev");
  EXPECT_EQ(rsc(cse.create(ae, 2, an_ae(), "Cother")), 4108);
}

TEST(AeRegistrations, AreLimitedToAllowedStems) {
  cse::CseOptions options;
  options.access.allowed_aes = {"Csensor*"};
  TestCse cse(options);
  EXPECT_EQ(rsc(cse.create("cse-mn", 2, an_ae(), "Csensor1")), 2001);
  EXPECT_EQ(rsc(cse.create("cse-mn", 2, an_ae(), "Cother")), 4126);
  EXPECT_EQ(rsc(cse.create("cse-mn", 2, an_ae(), "C")), 4126);
}

TEST(AeRegistrations, EndWithEverythingBelow) {
  TestCse cse;
  const std::string ae = cse.add_ae("Cdev");
  cse.add_container(ae, "data", "Cdev");
  EXPECT_EQ(rsc(cse.remove(ae, "Cother")), 4103);
  EXPECT_EQ(rsc(cse.update(ae, {{"m2m:ae", {{"api", "Nother"}}}}, "Cdev")), 4000);
  EXPECT_EQ(rsc(cse.update(ae, {{"m2m:ae", {{"csz", {"wrong"}}}}}, "Cdev")), 4000);
  EXPECT_EQ(rsc(cse.update(ae, {{"m2m:ae", {{"lbl", {"x"}}}}}, "Cdev")), 2004);
  EXPECT_EQ(rsc(cse.remove(ae, "Cdev")), 2002);
  EXPECT_EQ(rsc(cse.retrieve(ae + "/data")), 4004);
  EXPECT_EQ(rsc(cse.create("cse-mn", 2, an_ae(), "Cdev")), 2001) << "the stem is free again";
}

// TS-0004 7.3.2.7.
struct ServiceSubscription : ::testing::Test {
  TestCse cse{[] {
    cse::CseOptions options;
    options.type = cse::CseType::In;
    options.access.service_subscriptions = true;
    return options;
  }()};
  std::string make(const std::string& parent, int type, const char* member, Json attributes) {
    const auto made = cse.create(parent, type, {{member, std::move(attributes)}});
    EXPECT_EQ(rsc(made), 2001) << made.content;
    return made.content.value(Json::json_pointer(std::string("/") + member + "/ri"), "");
  }
  int register_ae(const std::string& from, const std::string& api) { return rsc(cse.create("cse-mn", 2, an_ae({{"api", api}}), from)); }
};

TEST_F(ServiceSubscription, IsNeeded) { EXPECT_EQ(register_ae("Cdev", "Ntest"), 4128); }

TEST_F(ServiceSubscription, AllowsWhatARuleOfTheNodeAllows) {
  const std::string rule = make("cse-mn", 19, "m2m:asar", {{"rn", "rule"}, {"aai", {"Ntest*"}}, {"aae", {"Cdev*"}}});
  const std::string profile = make("cse-mn", 11, "m2m:mssp", Json::object());
  make(profile, 20, "m2m:svsn", {{"ni", "node1"}, {"csi", "/mn1"}, {"rlk", {rule}}});
  EXPECT_EQ(register_ae("Cdev1", "Ntest1"), 2001);
  EXPECT_EQ(register_ae("Cdev2", "Nother"), 4126);
  EXPECT_EQ(register_ae("Cother", "Ntest1"), 4126);
}

TEST(CseBase, TellsWhatItIs) {
  TestCse cse;
  const Json base = cse.retrieve("cse-mn").content["m2m:cb"];
  EXPECT_EQ(base["csi"], "/mn1");
  EXPECT_EQ(base["ri"], "mn1");
  EXPECT_EQ(base["cst"], 2);
  EXPECT_FALSE(base.contains("et")) << "it does not expire";
  for (const char* name : {"srt", "poa", "csz", "srv", "ctm", "ct", "lt", "spi"}) EXPECT_TRUE(base.contains(name)) << name;
  for (const int type : {1, 2, 3, 4, 5, 16, 23}) EXPECT_TRUE(std::ranges::count(base["srt"], Json(type))) << type;
  EXPECT_EQ(rsc(cse.update("cse-mn", {{"m2m:cb", {{"lbl", {"x"}}}}})), 4005);
  EXPECT_EQ(rsc(cse.remove("cse-mn")), 4005);
}

// Roles and tokens that are resources of this CSE: TS-0001 9.6.38, 9.6.39, 11.3.
struct GivenRights : ::testing::Test {
  GivenRights() {
    cse.add_ae("Cowner");
    cse.add_ae("Cother");
    data = cse.add_container("cse-mn/Cowner", "data", "Cowner");
  }
  int ask(const std::function<void(onem2m::Request&)>& with, const std::string& from = "Cother") {
    auto request = cse.request(onem2m::Operation::Retrieve, data, from);
    with(request);
    return rsc(cse.ask(request));
  }
  void give(int type, const char* member, Json more) {
    Json given{{"tkis", "Cissuer"}, {"tkhd", "Cother"}, {"tknb", "20200101T000000"}, {"tkna", "20990101T000000"}};
    given.update(more);
    const auto made = cse.create("cse-mn", type, {{member, given}});
    ASSERT_EQ(rsc(made), 2001) << made.content;
  }
  void protect_by_role() {
    const Json acr = Json::array({{{"acor", {"role-7"}}, {"acop", 2}}}), own = Json::array({{{"acor", {"Cowner"}}, {"acop", 63}}});
    const auto policy = cse.create("cse-mn/Cowner", 1, {{"m2m:acp", {{"pv", {{"acr", acr}}}, {"pvs", {{"acr", own}}}}}}, "Cowner");
    ASSERT_EQ(rsc(cse.update(data, {{"m2m:cnt", {{"acpi", {policy.content["m2m:acp"]["ri"]}}}}}, "Cowner")), 2004);
  }
  TestCse cse;
  std::string data;
};

TEST_F(GivenRights, RoleCountsForItsHolder) {
  protect_by_role();
  const auto with_role = [](onem2m::Request& r) { r.role_ids = {"role-7"}; };
  EXPECT_EQ(ask(with_role), 4103) << "it was not given to anybody";
  give(31, "m2m:rol", {{"rlid", "role-7"}});
  EXPECT_EQ(ask(with_role), 2000);
  EXPECT_EQ(ask([](onem2m::Request&) {}), 4103) << "not asked for";
  EXPECT_EQ(ask(with_role, "Cthird"), 4103);
}

TEST_F(GivenRights, RoleEndsWithItsTime) {
  protect_by_role();
  give(31, "m2m:rol", {{"rlid", "role-7"}, {"tkna", "20200102T000000"}});
  EXPECT_EQ(ask([](onem2m::Request& r) { r.role_ids = {"role-7"}; }), 4103);
}

TEST_F(GivenRights, TokenGrantsWhatItsPermissionsSay) {
  const Json privileges{{"acr", Json::array({{{"acor", {"Cother"}}, {"acop", 2}}})}};
  give(32, "m2m:tk", {{"tkid", "t-1"}, {"tkob", "a.b.c"}, {"tkps", {{"pm", Json::array({{{"ris", {data}}, {"pv", privileges}}})}}}});
  EXPECT_EQ(ask([](onem2m::Request& r) { r.token_ids = {"t-1"}; }), 2000);
  EXPECT_EQ(ask([](onem2m::Request& r) { r.tokens = {"a.b.c"}; }), 2000);
  EXPECT_EQ(ask([](onem2m::Request& r) { r.tokens = {"a.b.d"}; }), 4103);
  EXPECT_EQ(ask([](onem2m::Request& r) { r.token_ids = {"t-1"}; }, "Cthird"), 4103) << "not its holder";
}

TEST_F(GivenRights, TokenAssignsRoles) {
  protect_by_role();
  give(32, "m2m:tk", {{"tkid", "t-1"}, {"tkob", "a.b.c"}, {"tkps", {{"pm", Json::array({{{"rids", {"role-7"}}}})}}}});
  EXPECT_EQ(ask([](onem2m::Request& r) { r.token_ids = {"t-1"}; }), 2000);
}

}  // namespace
}  // namespace edgecse::test
