// SPDX-License-Identifier: Apache-2.0
#include "onem2m/address.hpp"

#include <gtest/gtest.h>

namespace edgecse::onem2m {
namespace {

struct Good {
  std::string_view text, service_provider, cse_id, relative, attribute;
};
std::ostream& operator<<(std::ostream& out, const Good& row) { return out << row.text; }

class GoodAddress : public testing::TestWithParam<Good> {};

TEST_P(GoodAddress, FallsApartIntoItsParts) {
  const auto address = parse_address(GetParam().text);
  ASSERT_TRUE(address) << address.error().detail;
  EXPECT_EQ(address->service_provider, GetParam().service_provider);
  EXPECT_EQ(address->cse_id, GetParam().cse_id);
  EXPECT_EQ(address->relative(), GetParam().relative);
  EXPECT_EQ(address->attribute, GetParam().attribute);
}

INSTANTIATE_TEST_SUITE_P(Forms, GoodAddress,
                         testing::Values(Good{"cnt1", "", "", "cnt1", ""}, Good{"base/ae/cnt", "", "", "base/ae/cnt", ""},
                                         Good{"-/ae", "", "", "-/ae", ""}, Good{"ri/la", "", "", "ri/la", ""},
                                         Good{"/mn1", "", "/mn1", "", ""}, Good{"/mn1/base/ae", "", "/mn1", "base/ae", ""},
                                         Good{"/S123", "", "/S123", "", ""},
                                         Good{"//sp.org/mn1", "//sp.org", "/mn1", "", ""},
                                         Good{"//sp.org/mn1/base", "//sp.org", "/mn1", "base", ""},
                                         Good{"base/ae#lbl", "", "", "base/ae", "lbl"}));

class BadAddress : public testing::TestWithParam<std::string_view> {};

TEST_P(BadAddress, IsRefusedWithABadRequest) {
  const auto address = parse_address(GetParam());
  ASSERT_FALSE(address);
  EXPECT_EQ(address.error().status, ResponseStatus::BadRequest);
}

INSTANTIATE_TEST_SUITE_P(Rows, BadAddress,
                         testing::Values("", "/", "//", "//sp", "a//b", "a/", "/mn1/", "///a", "a b", "a?b", "a%20b", "a\nb", "#lbl",
                                         "a#", "a#b#c", "a\\b", "caf\xc3\xa9", std::string_view{"a\0b", 3}));

TEST(Address, HasALongestForm) {
  EXPECT_TRUE(parse_address(std::string(2048, 'a')));
  EXPECT_FALSE(parse_address(std::string(2049, 'a')));
}

TEST(Identifiers, AreToldByTheirForm) {
  EXPECT_TRUE(is_resource_name("a-b.c_d~1"));
  EXPECT_FALSE(is_resource_name(""));
  EXPECT_FALSE(is_resource_name("a/b"));
  EXPECT_TRUE(is_ae_id_stem("C1"));
  EXPECT_TRUE(is_ae_id_stem("Sensor"));
  EXPECT_FALSE(is_ae_id_stem("C")) << "asks for a stem, is none";
  EXPECT_FALSE(is_ae_id_stem("/S1"));
  EXPECT_FALSE(is_ae_id_stem("X1"));
  EXPECT_TRUE(is_cse_id("/mn1"));
  EXPECT_FALSE(is_cse_id("mn1"));
  EXPECT_FALSE(is_cse_id("/mn1/a"));
  EXPECT_FALSE(is_cse_id("/"));
}

TEST(Identifiers, BecomeSpRelativeWhenTheyLeaveTheRegistrar) {
  EXPECT_EQ(to_sp_relative_originator("C1", "/mn1"), "/mn1/C1");
  EXPECT_EQ(to_sp_relative_originator("S1", "/mn1"), "/S1");
  EXPECT_EQ(to_sp_relative_originator("/mn2", "/mn1"), "/mn2");
  EXPECT_EQ(to_sp_relative_originator("/mn2/C1", "/mn1"), "/mn2/C1");
  EXPECT_EQ(to_sp_relative_originator("", "/mn1"), "");
}

}  // namespace
}  // namespace edgecse::onem2m
