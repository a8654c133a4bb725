// SPDX-License-Identifier: Apache-2.0
#include "onem2m/flex_container_definitions.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "onem2m/enumerations.hpp"

namespace edgecse::onem2m {
namespace {

using nlohmann::json;

TEST(FlexContainerDefinitions, AddedByADeploymentAreRulesLikeAnyOther) {
  const auto added = add_flex_containers(
      "# ours\n"
      "section acme com.example.acme\n"
      "rocket rocketSkates\n"
      "  thrst! thrust float; colur colour string O/NP;\n"
      "  stgs stages list\n"
      "anvil anvil\n");
  ASSERT_TRUE(added) << added.error().detail;
  EXPECT_EQ(*added, 2U);

  const ResourceTypeRule* rocket = find_resource_type_by_member("acme:rocket");
  ASSERT_NE(rocket, nullptr);
  EXPECT_EQ(rocket->number, type::kFlexContainer);
  EXPECT_EQ(rocket, find_flex_container_specialisation("com.example.acme.rocketSkates"));
  EXPECT_TRUE(is_attribute_of_any_type("thrst"));
  const json whole{{"cnd", "com.example.acme.rocketSkates"}, {"thrst", 1.5}, {"colur", "red"}, {"stgs", {1, 2}}};
  EXPECT_TRUE(check_create(*rocket, whole));
  EXPECT_FALSE(check_create(*rocket, {{"cnd", "com.example.acme.rocketSkates"}})) << "thrust is mandatory";
  EXPECT_FALSE(check_update(*rocket, {{"colur", "blue"}})) << "written once";
  EXPECT_FALSE(check_update(*rocket, {{"thrst", "much"}}));
  EXPECT_EQ(find_resource_type_by_member("acme:rocketAnnc")->number, type::kFlexContainer + type::kAnnounced);
  EXPECT_EQ(find_resource_type_by_member("acme:rocketInst")->number, type::kFlexContainerInstance);
}

TEST(FlexContainerDefinitions, MayBeUsedIncompleteWhereThatIsWanted) {
  const ResourceTypeRule* battery = find_resource_type_by_member("cod:bat");
  const json incomplete{{"cnd", "org.onem2m.common.moduleclass.battery"}};
  EXPECT_FALSE(check_create(*battery, incomplete)) << "level is mandatory";
  accept_incomplete_flex_containers(true);
  EXPECT_TRUE(check_create(*battery, incomplete));
  EXPECT_FALSE(check_create(*battery, {{"lvl", 1}})) << "not what every flexContainer has";
  EXPECT_FALSE(check_create(*battery, {{"cnd", "org.onem2m.common.moduleclass.battery"}, {"lvl", "full"}}));
  const ResourceTypeRule* interworking = find_resource_type_by_member("m2m:gis");
  EXPECT_FALSE(check_create(*interworking, {{"cnd", interworking->container_definition}})) << "not one of TS-0023";
  accept_incomplete_flex_containers(false);
}

struct Wrong {
  const char* text;
  const char* why;
};
std::ostream& operator<<(std::ostream& out, const Wrong& row) { return out << row.why; }

class WrongDefinition : public testing::TestWithParam<Wrong> {};

TEST_P(WrongDefinition, IsRefusedByLine) {
  const auto added = add_flex_containers(GetParam().text);
  ASSERT_FALSE(added);
  EXPECT_NE(added.error().detail.find(GetParam().why), std::string::npos) << added.error().detail;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, WrongDefinition,
    testing::Values(Wrong{"rocket rocketSkates\n", "line 1: a section must come first"},
                    Wrong{"section a\n", "line 1: a section has the form"},
                    Wrong{"section a b\n  x y string\n", "line 2: an attribute belongs"},
                    Wrong{"section a b\nc\n", "line 2: a specialisation has the form"},
                    Wrong{"section a b\nc d\nc d\n", "line 3: a:c is defined already"},
                    Wrong{"section cod x\nbinSh binarySwitch\n", "cod:binSh is defined already"},
                    Wrong{"section a b\nc d\n  x\n", "line 3: an attribute has the form"},
                    Wrong{"section a b\nc d\n  1x y string\n", "is no attribute name"},
                    Wrong{"section a b\nc d\n  x y colour\n", "'colour' is no type"},
                    Wrong{"section a b\nc d\n  x y string M\n", "'M' is no presence"},
                    Wrong{"section a b\nc d\n  x y string; x z string\n", "x occurs twice"},
                    Wrong{"section a b\nc d\n  lbl y string\n", "lbl is an attribute of every flexContainer"}));

}  // namespace
}  // namespace edgecse::onem2m
