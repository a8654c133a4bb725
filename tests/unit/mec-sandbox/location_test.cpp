// SPDX-License-Identifier: Apache-2.0
// MEC 013 queries.
#include "sandbox_fixture.hpp"

namespace edgecse::sandbox {
namespace {

class LocationTest : public SandboxTest {};

TEST_F(LocationTest, AnswersTheUsersOfTheHostsZonesOnly) {
  place("10.100.0.1", "zone04");
  const auto here = body(call("GET", "/mep2/location/v2/queries/users?address=10.100.0.1")).at("userList");
  const auto there = body(call("GET", "/mep1/location/v2/queries/users?address=10.100.0.1")).at("userList");
  ASSERT_EQ(here.at("user").size(), 1U);
  EXPECT_EQ(here.at("user").at(0).at("zoneId"), "zone04");
  EXPECT_FALSE(there.contains("user"));
}

TEST_F(LocationTest, CountsTheUsersOfAZone) {
  const auto before =
      body(call("GET", "/mep1/location/v2/queries/zones/zone01")).at("zoneInfo").at("numberOfUsers").get<int>();
  place("10.100.0.1", "zone01");
  const auto zone = body(call("GET", "/mep1/location/v2/queries/zones/zone01")).at("zoneInfo");
  EXPECT_EQ(zone.at("numberOfUsers"), before + 1);
  EXPECT_EQ(zone.at("numberOfAccessPoints"), 8);
  EXPECT_EQ(call("GET", "/mep1/location/v2/queries/zones/zone04").status, 404);
}

TEST_F(LocationTest, NamesTheRadioAsTheEditionDoes) {
  const auto first =
      body(call("GET", "/mep1/location/v2/queries/zones/zone01/accessPoints/4g-macro-cell-1")).at("accessPointInfo");
  const auto second =
      body(call("GET", "/mep2/location/v2/queries/zones/zone04/accessPoints/4g-macro-cell-8")).at("accessPointInfo");
  EXPECT_EQ(first.at("connectionType"), "LTE");
  EXPECT_EQ(second.at("connectionType"), "Macro");
}

TEST_F(LocationTest, RefusesUnknownParameters) {
  EXPECT_EQ(call("GET", "/mep1/location/v2/queries/users?colour=red").status, 400);
  EXPECT_EQ(call("GET", "/mep2/location/v2/queries/zones?zoneId=zone04").status, 400);  // came with 3.1.1
}

}  // namespace
}  // namespace edgecse::sandbox
