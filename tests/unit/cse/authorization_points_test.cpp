// SPDX-License-Identifier: Apache-2.0
//
// Distributed authorisation: another CSE asks this one to decide, or which policies count. TS-0003 7.5, TS-0001 9.6.41, 9.6.42.
#include <gtest/gtest.h>

#include "support/test_cse.hpp"

namespace edgecse::test {
namespace {

struct AuthorizationPoints : ::testing::Test {
  AuthorizationPoints() {
    cse.add_ae("Cowner");
    data = cse.add_container("cse-mn/Cowner", "data", "Cowner");
    const auto made = cse.create("cse-mn", 1, {{"m2m:acp", {{"rn", "policy"}, {"pv", rules}, {"pvs", rules}}}});
    policy = made.content["m2m:acp"]["ri"];
    EXPECT_EQ(rsc(cse.update(data, {{"m2m:cnt", {{"acpi", {policy}}}}}, "Cowner")), 2004);
  }
  static Json all_rules() {
    const Json reader{{"acor", {"Creader", "role-7"}}, {"acop", 2 + 32}}, maker{{"acor", {"Cmaker"}}, {"acop", 1}, {"acod", {{{"chty", {4}}}}}};
    return {{"acr", Json::array({reader, maker})}};
  }
  Json ask(const Json& question) {
    cse.remove("cse-mn/point");
    Json attributes = question;
    attributes["rn"] = "point";
    EXPECT_EQ(rsc(cse.create("cse-mn", 35, {{"m2m:auds", attributes}})), 2001) << question;
    const Json shown = cse.retrieve("cse-mn/point").content["m2m:auds"];
    return {shown.value("sus", Json{}), shown.value("dec", Json{})};
  }

  TestCse cse;
  std::string data, policy;
  const Json rules = all_rules();
};

TEST_F(AuthorizationPoints, DecideAsIfTheRequestHadCome) {
  constexpr int kPermit = 1, kDeny = 2;
  const struct {
    Json question;
    Json answer;
  } rows[] = {{{{"to", data}, {"fr", "Creader"}, {"op", 2}}, {1, kPermit}},
              {{{"to", "/mn1/" + data}, {"fr", "/mn1/Creader"}, {"op", 2}}, {1, kPermit}},
              {{{"to", data + "/la"}, {"fr", "Creader"}, {"op", 2}}, {1, kPermit}},
              {{{"to", data}, {"fr", "Creader"}, {"op", 2}, {"fu", {{"fu", 1}}}}, {1, kPermit}},
              {{{"to", data}, {"fr", "Creader"}, {"op", 4}}, {1, kDeny}},
              {{{"to", data}, {"fr", "Cother"}, {"op", 2}}, {1, kDeny}},
              {{{"to", data}, {"fr", "Cmaker"}, {"op", 1}, {"rrt", 4}}, {1, kPermit}},
              {{{"to", data}, {"fr", "Cmaker"}, {"op", 1}, {"rrt", 3}}, {1, kDeny}},
              {{{"to", "cse-mn/nowhere"}, {"fr", "Creader"}, {"op", 2}}, {2, nullptr}},
              {{{"to", "/in/cse-in"}, {"fr", "Creader"}, {"op", 2}}, {2, nullptr}},
              {{{"to", data}, {"op", 2}}, {3, nullptr}}};
  for (const auto& [question, answer] : rows) EXPECT_EQ(ask(question), answer) << question;
}

TEST_F(AuthorizationPoints, CountRolesThatHold) {
  Json question{{"to", data}, {"fr", "Cother"}, {"op", 2}, {"rids", {"role-7"}}};
  EXPECT_EQ(ask(question), (Json{1, 2}));
  const Json role{{"rlid", "role-7"}, {"tkis", "Cissuer"}, {"tkhd", "Cother"}, {"tknb", "20200101T000000"}, {"tkna", "20990101T000000"}};
  ASSERT_EQ(rsc(cse.create("cse-mn", 31, {{"m2m:rol", role}})), 2001);
  EXPECT_EQ(ask(question), (Json{1, 1}));
}

TEST_F(AuthorizationPoints, DecideAnewWhenTheyAreAsked) {
  EXPECT_EQ(ask({{"to", data}, {"fr", "Creader"}, {"op", 2}}), (Json{1, 1}));
  const auto asked_again = cse.update("cse-mn/point", {{"m2m:auds", {{"op", 4}}}});
  ASSERT_EQ(rsc(asked_again), 2004);
  EXPECT_EQ(asked_again.content["m2m:auds"]["dec"], 2);
  ASSERT_EQ(rsc(cse.update("cse-mn/point", {{"m2m:auds", {{"op", 2}}}})), 2004);
  ASSERT_EQ(rsc(cse.remove("cse-mn/policy")), 2002);
  EXPECT_EQ(cse.retrieve("cse-mn/point").content["m2m:auds"]["dec"], 2);
  EXPECT_EQ(rsc(cse.retrieve("cse-mn/point", "Creader")), 4103) << "whom its own policies do not let in learns nothing";
}

TEST_F(AuthorizationPoints, NameThePoliciesThatCount) {
  const auto policies_of = [&](const std::string& to) {
    cse.remove("cse-mn/policies");
    EXPECT_EQ(rsc(cse.create("cse-mn", 36, {{"m2m:aupy", {{"rn", "policies"}, {"to", to}}}})), 2001);
    return cse.retrieve("cse-mn/policies").content["m2m:aupy"];
  };
  for (const std::string& to : {data, data + "/la"}) {
    const Json shown = policies_of(to);
    EXPECT_EQ(shown["sus"], 1);
    EXPECT_EQ(shown["ca"], 1);
    EXPECT_EQ(shown["ps"]["pv"], Json::array({rules}));
  }
  for (const char* to : {"cse-mn/Cowner", "cse-mn/nowhere"}) {
    const Json shown = policies_of(to);
    EXPECT_EQ(shown["sus"], 2) << to;
    EXPECT_FALSE(shown.contains("ps")) << to;
  }
}

}  // namespace
}  // namespace edgecse::test
