// SPDX-License-Identifier: Apache-2.0
#include "onem2m/resource_types.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "onem2m/enumerations.hpp"

namespace edgecse::onem2m {
namespace {

using nlohmann::json;

const ResourceTypeRule& rule_of(int number) { return *find_resource_type(number); }

TEST(ResourceTypes, AreFoundByNumberAndByMemberName) {
  for (const ResourceTypeRule& type : all_resource_types()) {
    EXPECT_EQ(find_resource_type(type.number), &type);
    if (type.member_name.empty()) continue;
    EXPECT_EQ(find_resource_type_by_member(type.member_name), &type) << type.name;
  }
  EXPECT_EQ(find_resource_type_by_member("m2m:cin")->number, type::kContentInstance);
  EXPECT_EQ(find_resource_type_by_member("m2m:fwr")->number, type::kMgmtObj);
  EXPECT_EQ(find_resource_type(33), nullptr);
  EXPECT_EQ(find_resource_type_by_member("m2m:none"), nullptr);
}

TEST(ResourceTypes, KnowTheChildrenOfAContainer) {
  const ResourceTypeRule& container = rule_of(type::kContainer);
  EXPECT_TRUE(container.allows_child(type::kContentInstance));
  EXPECT_TRUE(container.allows_child(type::kSubscription));
  EXPECT_FALSE(container.allows_child(type::kAe));
  ASSERT_EQ(container.virtual_children.size(), 2U);
  EXPECT_EQ(container.virtual_children[0], "la");
  EXPECT_EQ(container.virtual_children[1], "ol");
}

TEST(ResourceTypes, SayWhatTheApiMayDo) {
  EXPECT_FALSE(rule_of(type::kCseBase).creatable);
  EXPECT_FALSE(rule_of(type::kCseBase).updatable);
  EXPECT_FALSE(rule_of(type::kContentInstance).updatable);
  EXPECT_TRUE(rule_of(type::kContainer).creatable);
  EXPECT_TRUE(rule_of(type::kContainer).updatable);
  EXPECT_FALSE(rule_of(type::kRequest).creatable);
  EXPECT_FALSE(rule_of(type::kSubscription).announceable);
  EXPECT_TRUE(find_resource_type(47)->only_at_in_cse) << "triggerRequest";
}

TEST(ResourceTypes, DeriveAnnouncedTypesFromTheOriginal) {
  const ResourceTypeRule& announced = rule_of(type::kAeAnnc);
  EXPECT_EQ(announced.member_name, "m2m:aeA");
  EXPECT_EQ(announced.find("lnk")->create, Presence::Mandatory);
  EXPECT_EQ(announced.find("et")->create, Presence::Mandatory);
  EXPECT_EQ(announced.find("api")->create, Presence::Optional);
  EXPECT_EQ(announced.find("at"), nullptr) << "announceTo is never announced";
  EXPECT_EQ(announced.find("regs")->update, Presence::Optional);
  EXPECT_TRUE(announced.allows_child(type::kContainer));
}

TEST(FlexContainers, AreFoundByContainerDefinitionWithTheirOwnAttributes) {
  const ResourceTypeRule* battery = find_flex_container_specialisation("org.onem2m.common.moduleclass.battery");
  ASSERT_NE(battery, nullptr);
  EXPECT_EQ(battery->number, type::kFlexContainer);
  EXPECT_EQ(battery, find_resource_type_by_member(battery->member_name));
  ASSERT_NE(battery->find("lvl"), nullptr);
  EXPECT_EQ(battery->find("cnd")->create, Presence::Mandatory);
  EXPECT_EQ(find_flex_container_specialisation("org.example.unknown"), nullptr);
}

TEST(FlexContainers, HaveTheHandoverOnesOfThisProduct) {
  const ResourceTypeRule* context = find_resource_type_by_member("edg:handoverContext");
  ASSERT_NE(context, nullptr);
  EXPECT_EQ(context->container_definition, "org.edgecse.handoverContext");
  const json given{{"cnd", "org.edgecse.handoverContext"}, {"contextID", "c1"}, {"epoch", 4}, {"candidates", json::array()}};
  EXPECT_TRUE(check_create(*context, given));
  const auto refused = check_create(*context, {{"cnd", "org.edgecse.handoverContext"}, {"epoch", "four"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, ResponseStatus::BadRequest);
  EXPECT_NE(refused.error().detail.find("epoch"), std::string::npos);
  EXPECT_NE(find_resource_type_by_member("edg:aeLocation")->find("rgep"), nullptr);
}

}  // namespace
}  // namespace edgecse::onem2m
