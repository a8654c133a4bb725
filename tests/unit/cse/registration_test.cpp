// SPDX-License-Identifier: Apache-2.0
//
// AE and remoteCSE registration at this CSE alone. TS-0004 7.4.5.2, 7.4.4.2; TS-0001 10.2.2.
#include <gtest/gtest.h>

#include "support/test_cse.hpp"

namespace edgecse::test {
namespace {

const Json kAe{{"api", "N1"}, {"rr", false}, {"srv", {"3"}}};

Json ae_with(const Json& change) {
  Json ae = kAe;
  for (const auto& [name, value] : change.items()) {
    if (value.is_null()) {
      ae.erase(name);
    } else {
      ae[name] = value;
    }
  }
  return {{"m2m:ae", ae}};
}

TEST(AeRegistration, GivenStemIsItsIdentifier) {
  TestCse cse;
  const auto made = cse.create("cse-mn", 2, ae_with({{"rn", "dev"}}), "Cdev");
  ASSERT_EQ(rsc(made), 2001);
  EXPECT_EQ(made.content["m2m:ae"]["ri"], "Cdev");
  EXPECT_EQ(made.content["m2m:ae"]["aei"], "Cdev");
  EXPECT_EQ(made.content["m2m:ae"]["pi"], "mn1");
  EXPECT_EQ(cse.tree().find("Cdev")->unit, "Cdev");
}

TEST(AeRegistration, EmptyFromAndTheLetterAloneGetAStem) {
  TestCse cse;
  for (const char* from : {"", "C"}) {
    const auto made = cse.create("cse-mn", 2, ae_with({}), from);
    ASSERT_EQ(rsc(made), 2001);
    const std::string stem = made.content["m2m:ae"]["aei"];
    EXPECT_EQ(stem[0], 'C');
    EXPECT_GT(stem.size(), 4U);
    EXPECT_EQ(rsc(cse.retrieve("cse-mn/" + made.content["m2m:ae"]["rn"].get<std::string>(), stem)), 2000);
  }
}

TEST(AeRegistration, SecondOneWithTheStemIsRefused) {
  TestCse cse;
  cse.add_ae("Cdev");
  EXPECT_EQ(rsc(cse.create("cse-mn", 2, ae_with({{"rn", "else"}}), "Cdev")), 4117);
}

TEST(AeRegistration, TakenNameIsAConflict) {
  TestCse cse;
  cse.add_ae("Cdev");
  EXPECT_EQ(rsc(cse.create("cse-mn", 2, ae_with({{"rn", "Cdev"}}), "Cother")), 4105);
}

TEST(AeRegistration, UnitOfChildrenIsTheAe) {
  TestCse cse;
  const std::string data = cse.add_container(cse.add_ae("Cdev"), "data", "Cdev");
  const std::string deep = cse.add_container(data, "deep", "Cdev");
  EXPECT_EQ(cse::find_resource(cse.cse().core(), cse.tree(), deep)->unit, "Cdev");
}

struct Row {
  const char* name;
  const char* from;
  Json change;
  int status;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
struct BadAe : ::testing::TestWithParam<Row> {};
TEST_P(BadAe, IsRefused) {
  TestCse cse;
  EXPECT_EQ(rsc(cse.create("cse-mn", 2, ae_with(GetParam().change), GetParam().from)), GetParam().status);
}
const Row kRows[] = {
    {"reserved first letter", "Xdev", {{"rn", "a"}}, 4000},
    {"a CSE", "/mn2", {{"rn", "a"}}, 4005},
    {"no api", "Cdev", {{"api", nullptr}}, 4000},
    {"no rr", "Cdev", {{"rr", nullptr}}, 4000},
    {"no srv", "Cdev", {{"srv", nullptr}}, 4000},
    {"api of one letter", "Cdev", {{"api", "N"}}, 4000},
    {"api with a reserved letter", "Cdev", {{"api", "Xapp"}}, 4000},
    {"registered api without domain", "Cdev", {{"api", "Rapp"}}, 4000},
    {"registered api", "Cdev", {{"api", "R12.org.example.app"}}, 2001},
    {"old registered api", "Cdev", {{"api", "rapp"}}, 2001},
    {"attribute that is no AE's", "Cdev", {{"con", "1"}}, 4000},
    {"rr that is no boolean", "Cdev", {{"rr", "yes"}}, 4000},
    {"read-only attribute", "Cdev", {{"aei", "Cdev"}}, 4000},
    {"name with a slash", "Cdev", {{"rn", "a/b"}}, 4000},
    {"et in the past", "Cdev", {{"et", "20200101T000000"}}, 4000},
};
INSTANTIATE_TEST_SUITE_P(Clause, BadAe, ::testing::ValuesIn(kRows));

struct CseRegistration : ::testing::Test {
  static cse::CseOptions in() {
    cse::CseOptions options;
    options.type = cse::CseType::In;
    options.id = "/in";
    options.name = "cse-in";
    return options;
  }
  static Json remote(Json more = Json::object()) {
    Json made{{"cb", "/mn1/cse-mn"}, {"csi", "/mn1"}, {"rr", true}, {"srv", {"3"}}};
    made.update(more);
    return {{"m2m:csr", made}};
  }
  TestCse cse{in()};
};

TEST_F(CseRegistration, CseIdComesFromFrom) {
  const auto made = cse.create("cse-in", 16, remote(), "/mn1");
  ASSERT_EQ(rsc(made), 2001) << made.content;
  EXPECT_EQ(made.content["m2m:csr"]["csi"], "/mn1");
  EXPECT_EQ(made.content["m2m:csr"]["ri"], "mn1");
  EXPECT_EQ(rsc(cse.retrieve("cse-in", "/mn1")), 2000) << "a registree reads the CSEBase";
  EXPECT_EQ(rsc(cse.update("cse-in/mn1", {{"m2m:csr", {{"poa", {"http://127.0.0.1:1"}}}}}, "/mn1")), 2004);
  EXPECT_EQ(rsc(cse.remove("cse-in/mn1", "/mn1")), 2002);
}

TEST_F(CseRegistration, SecondOneIsRefused) {
  cse.create("cse-in", 16, remote(), "/mn1");
  EXPECT_EQ(rsc(cse.create("cse-in", 16, remote({{"rn", "x"}}), "/mn1")), 4117);
}

TEST_F(CseRegistration, AesAndForeignIdsAreRefused) {
  EXPECT_EQ(rsc(cse.create("cse-in", 16, remote(), "Cdev")), 4005);
  EXPECT_EQ(rsc(cse.create("cse-in", 16, remote(), "/mn2")), 4000) << "csi is not From";
  EXPECT_EQ(rsc(cse.create("cse-in", 16, remote({{"cb", "mn1"}}), "/mn1")), 4000);
}

TEST(CseRegistrationAtMn, NeedsPermission) {
  cse::CseOptions options;
  TestCse closed(options);
  const Json remote{{"m2m:csr", {{"cb", "/acme1/x"}, {"rr", true}, {"srv", {"3"}}}}};
  EXPECT_EQ(rsc(closed.create("cse-mn", 16, remote, "/acme1")), 4107);
  options.allowed_registrees = {"/acme*"};
  TestCse open(options);
  EXPECT_EQ(rsc(open.create("cse-mn", 16, remote, "/acme1")), 2001);
  EXPECT_EQ(rsc(open.create("cse-mn", 16, remote, "/other")), 4107);
}

}  // namespace
}  // namespace edgecse::test
