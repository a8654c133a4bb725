// SPDX-License-Identifier: Apache-2.0
//
// Every rule of every resource type, tried out: for each attribute a value that fits and some that do not are made from the
// table's data types. What the rules should be is checked by ExpectedRules, with rows taken from the standard by hand.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "onem2m/enumerations.hpp"
#include "onem2m/resource_types.hpp"
#include "onem2m/tables/rows.hpp"
#include "support/attribute_values.hpp"

namespace edgecse::onem2m {
namespace {

using nlohmann::json;
using namespace test;  // values for every rule

void expect_refused(const Result<>& result, const AttributeRule& rule, const std::string& why) {
  ASSERT_FALSE(result) << why;
  EXPECT_EQ(result.error().status, ResponseStatus::BadRequest) << why;
  EXPECT_NE(result.error().detail.find(rule.short_name), std::string::npos) << why << ": " << result.error().detail;
}

class EveryType : public testing::TestWithParam<const ResourceTypeRule*> {
 protected:
  const ResourceTypeRule& type = *GetParam();
};

TEST_P(EveryType, AcceptsASmallestAndALargestCreate) {
  json attributes = smallest_create(type);
  const auto smallest = check_create(type, attributes);
  EXPECT_TRUE(smallest) << smallest.error().detail;
  for_each_rule(type, [&](const AttributeRule& rule) {
    if (rule.create == Presence::NotPermitted) return;
    attributes[rule.short_name] = is_creator(rule, type) ? json(nullptr) : fitting(rule);
  });
  const auto largest = check_create(type, attributes);
  EXPECT_TRUE(largest) << largest.error().detail;
}

TEST_P(EveryType, JudgesEachAttributeOfACreate) {
  const json smallest = smallest_create(type);
  for_each_rule(type, [&](const AttributeRule& rule) {
    const std::string name{rule.short_name};
    json attributes = smallest;
    if (rule.create == Presence::NotPermitted) {
      attributes[name] = fitting(rule);
      return expect_refused(check_create(type, attributes), rule, name + " is not permitted");
    }
    if (is_creator(rule, type)) {
      attributes[name] = "CSomebody";
      return expect_refused(check_create(type, attributes), rule, name + " with a value");
    }
    attributes[name] = nullptr;
    expect_refused(check_create(type, attributes), rule, name + " null");
    for (const json& misfit : misfits(rule)) {
      attributes[name] = misfit;
      expect_refused(check_create(type, attributes), rule, name + " = " + misfit.dump());
    }
    if (rule.create != Presence::Mandatory || name == "con") return;  // contentRef may stand in for content
    attributes.erase(name);
    expect_refused(check_create(type, attributes), rule, name + " left out");
  });
}

TEST_P(EveryType, JudgesEachAttributeOfAnUpdate) {
  for_each_rule(type, [&](const AttributeRule& rule) {
    const std::string name{rule.short_name};
    if (rule.update == Presence::NotPermitted) {
      return expect_refused(check_update(type, {{name, fitting(rule)}}), rule, name + " is not permitted");
    }
    EXPECT_TRUE(check_update(type, {{name, fitting(rule)}})) << name;
    for (const json& misfit : misfits(rule)) {
      expect_refused(check_update(type, {{name, misfit}}), rule, name + " = " + misfit.dump());
    }
    const auto removed = check_update(type, {{name, nullptr}});
    if (rule.mandatory && (name != "et" || type.number >= type::kAnnounced)) {  // et null: the CSE chooses it anew
      expect_refused(removed, rule, name + " removed");
    } else {
      EXPECT_TRUE(removed) << name << " removed";
    }
  });
}

TEST_P(EveryType, RefusesWhatItDoesNotDefine) {
  json attributes = smallest_create(type);
  attributes["noSuchAttribute"] = 1;
  const auto created = check_create(type, attributes);
  ASSERT_FALSE(created);
  EXPECT_NE(created.error().detail.find("noSuchAttribute"), std::string::npos);
  EXPECT_FALSE(check_update(type, {{"noSuchAttribute", 1}}));
  EXPECT_FALSE(check_create(type, json::array()));
  EXPECT_FALSE(check_update(type, "text"));
}

std::vector<const ResourceTypeRule*> every_type() {
  std::vector<const ResourceTypeRule*> types;
  for (const ResourceTypeRule& type : all_resource_types()) types.push_back(&type);
  for (const ResourceTypeRule& type : tables::specialisations()) types.push_back(&type);
  return types;
}

INSTANTIATE_TEST_SUITE_P(Tables, EveryType, testing::ValuesIn(every_type()), [](const auto& row) {
  std::string name = fmt::format("{}_{}_{}", row.index, row.param->number, row.param->name);
  std::replace_if(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

struct Expected {
  int type;
  std::string_view attribute;
  Presence create, update;
  bool mandatory;
  Announced announced;
};
std::ostream& operator<<(std::ostream& out, const Expected& row) { return out << row.type << ' ' << row.attribute; }

class ExpectedRules : public testing::TestWithParam<Expected> {};

TEST_P(ExpectedRules, AreInTheTable) {
  const Expected& expected = GetParam();
  const AttributeRule* rule = find_resource_type(expected.type)->find(expected.attribute);
  ASSERT_NE(rule, nullptr);
  EXPECT_EQ(rule->create, expected.create);
  EXPECT_EQ(rule->update, expected.update);
  EXPECT_EQ(rule->mandatory, expected.mandatory);
  EXPECT_EQ(rule->announced, expected.announced);
}

constexpr auto M = Presence::Mandatory;
constexpr auto O = Presence::Optional;
constexpr auto NP = Presence::NotPermitted;

// TS-0001 9.6.x and TS-0004 7.4.x, the tables of each type.
INSTANTIATE_TEST_SUITE_P(
    FromTheStandard, ExpectedRules,
    testing::Values(
        Expected{1, "pv", M, O, true, Announced::Mandatory}, Expected{1, "pvs", M, O, true, Announced::Mandatory},
        Expected{2, "api", M, NP, true, Announced::Optional}, Expected{2, "rr", M, O, true, Announced::Optional},
        Expected{2, "aei", NP, NP, true, Announced::Optional}, Expected{2, "poa", O, O, false, Announced::Optional},
        Expected{2, "rgep", NP, NP, false, Announced::Optional}, Expected{2, "prgr", O, NP, false, Announced::No},
        Expected{3, "mni", O, O, false, Announced::Optional}, Expected{3, "cni", NP, NP, true, Announced::No},
        Expected{3, "et", O, O, true, Announced::Mandatory}, Expected{3, "rn", O, NP, true, Announced::No},
        Expected{3, "ri", NP, NP, true, Announced::No}, Expected{3, "acpi", O, O, false, Announced::Mandatory},
        Expected{4, "con", M, NP, true, Announced::Optional}, Expected{4, "cs", NP, NP, true, Announced::No},
        Expected{4, "cnf", O, NP, false, Announced::Optional}, Expected{9, "mid", M, O, true, Announced::Optional},
        Expected{9, "mnm", M, O, true, Announced::Optional}, Expected{9, "mt", O, NP, true, Announced::Optional},
        Expected{14, "ni", M, O, true, Announced::Mandatory}, Expected{16, "cb", M, NP, true, Announced::Optional},
        Expected{16, "rr", M, O, true, Announced::Optional}, Expected{16, "dcse", O, O, false, Announced::Optional},
        Expected{23, "nu", M, O, true, Announced::No}, Expected{23, "enc", O, O, false, Announced::No},
        Expected{23, "nct", O, O, true, Announced::No}, Expected{28, "cnd", M, NP, true, Announced::Mandatory},
        Expected{29, "pei", O, O, false, Announced::Optional}, Expected{30, "dgt", M, NP, true, Announced::Optional},
        Expected{10002, "lnk", M, O, true, Announced::No}, Expected{10002, "et", M, O, true, Announced::No},
        Expected{10003, "mni", O, O, false, Announced::No}));

TEST(AttributeRules, TakeAStringOrAListWhereTheSourcesDiffer) {
  for (const json& address : {json("one"), json{"one", "two"}})
    EXPECT_TRUE(check_update(*find_resource_type_by_member("m2m:nod"), {{"mgca", address}})) << address;
}

TEST(AttributeRules, LetContentRefStandInForContent) {
  const ResourceTypeRule& instance = *find_resource_type(type::kContentInstance);
  EXPECT_FALSE(check_create(instance, json::object()));
  EXPECT_TRUE(check_create(instance, {{"conr", {{"urir", {{{"nm", "a"}, {"uri", "b/c"}}}}}}}));
  EXPECT_TRUE(check_create(instance, {{"con", {{"any", "structure"}}}}));
}

TEST(AttributeRules, WantAcpiAloneInAnUpdate) {
  const ResourceTypeRule& container = *find_resource_type(type::kContainer);
  EXPECT_TRUE(check_update(container, {{"acpi", {"acp1"}}}));
  EXPECT_TRUE(check_update(container, {{"acpi", nullptr}}));
  EXPECT_FALSE(check_update(container, {{"acpi", {"acp1"}}, {"lbl", {"a"}}}));
}

TEST(AttributeRules, CheckAccessControlRulesMemberByMember) {
  const ResourceTypeRule& policy = *find_resource_type(type::kAccessControlPolicy);
  const auto with_rule = [&](const json& rule) {
    return check_create(policy, {{"pv", {{"acr", {rule}}}}, {"pvs", {{"acr", {{{"acor", {"all"}}, {"acop", 63}}}}}}});
  };
  const json plain{{"acor", {"CAdmin", "/mn*"}}, {"acop", 34}};
  EXPECT_TRUE(with_rule(plain));
  json context = plain;
  context["acco"] = {{{"actw", {"* * 8-18 * * * *"}}, {"acip", {{"ipv4", {"10.0.0.0/8"}}}}, {"aclr", {{"accr", {1.0, 2, 3.5}}}}}};
  EXPECT_TRUE(with_rule(context));
  json details = plain;
  details["acod"] = {{{"ty", 3}, {"chty", {4}}}};
  EXPECT_TRUE(with_rule(details));

  json wrong = plain;
  wrong["acop"] = 64;
  EXPECT_FALSE(with_rule(wrong));
  wrong = plain;
  wrong.erase("acor");
  EXPECT_FALSE(with_rule(wrong));
  wrong = context;
  wrong["acco"][0]["aclr"]["accc"] = {"DE"};
  EXPECT_FALSE(with_rule(wrong)) << "a location region is a choice";
  wrong = details;
  wrong["acod"][0].erase("chty");
  const auto refused = with_rule(wrong);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("pv.acr.acod"), std::string::npos) << refused.error().detail;
}

TEST(AttributeRules, CheckEventNotificationCriteria) {
  const ResourceTypeRule& subscription = *find_resource_type(type::kSubscription);
  const auto with = [&](const json& criteria) { return check_create(subscription, {{"nu", {"CApp"}}, {"enc", criteria}}); };
  EXPECT_TRUE(with({{"net", {1, 3}}, {"atr", {"lbl"}}, {"chty", {4}}, {"md", {{"num", 1}, {"dur", "PT1M"}}}}));
  EXPECT_TRUE(with({{"om", {{{"ops", 3}, {"or", "CApp"}}}}}));
  EXPECT_FALSE(with({{"net", {99}}}));
  EXPECT_FALSE(with({{"net", 1}}));
  EXPECT_FALSE(with({{"net", json::array()}}));
  EXPECT_FALSE(with({{"md", {{"num", 1}}}}));
  EXPECT_FALSE(with({{"crb", "yesterday"}}));
}

struct Location {
  int type;
  const char* coordinates;
  bool expected;
};
std::ostream& operator<<(std::ostream& out, const Location& row) { return out << row.type << ' ' << row.coordinates; }

class LocationAttribute : public testing::TestWithParam<Location> {};

TEST_P(LocationAttribute, FitsItsGeometryType) {
  const auto& [geometry, coordinates, expected] = GetParam();
  const json location{{"typ", geometry}, {"crd", coordinates}};
  EXPECT_EQ(check_update(*find_resource_type(type::kContainer), {{"loc", location}}).has_value(), expected);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, LocationAttribute,
    testing::Values(Location{1, "[8.7,50]", true}, Location{1, "[8,50,120]", true}, Location{1, "[8]", false},
                    Location{1, "[1,2,3,4]", false}, Location{1, "[[8,50]]", false}, Location{1, "8,50", false},
                    Location{1, "[\"8\",50]", false}, Location{2, "[[0,0],[1,1]]", true}, Location{2, "[[0,0]]", false},
                    Location{3, "[[[0,0],[1,0],[1,1],[0,0]]]", true}, Location{3, "[[[0,0],[1,0],[1,1],[0,1]]]", false},
                    Location{3, "[[[0,0],[1,0],[0,0]]]", false}, Location{3, "[]", false},
                    Location{3, "[[0,0],[1,0],[1,1],[0,0]]", true}, Location{3, "[[0,0],[1,0],[1,1],[0,1]]", false}, Location{4, "[[0,0]]", true},
                    Location{5, "[[[0,0],[1,1]]]", true}, Location{6, "[[[[0,0],[1,0],[1,1],[0,0]]]]", true},
                    Location{7, "[0,0]", false}, Location{1, "[[[[[[[[[[1,2]]]]]]]]]]", false}, Location{1, "", false}));

}  // namespace
}  // namespace edgecse::onem2m
