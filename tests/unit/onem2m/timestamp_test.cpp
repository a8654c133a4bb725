// SPDX-License-Identifier: Apache-2.0
#include "onem2m/timestamp.hpp"

#include <gtest/gtest.h>

namespace edgecse::onem2m {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

TEST(Timestamp, WritesWhatItReads) {
  for (const std::string_view text : {"19700101T000000", "20261121T134500", "20240229T235959", "99991231T235959"}) {
    const auto time = parse_timestamp(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(format_timestamp(*time), text);
  }
  EXPECT_EQ(*parse_timestamp("20010909T014640"), base::WallTime{seconds{1'000'000'000}});
}

TEST(Timestamp, TakesFractionsAfterCommaOrPoint) {
  const auto whole = *parse_timestamp("20261121T134500");
  EXPECT_EQ(*parse_timestamp("20261121T134500,5") - whole, microseconds{500'000});
  EXPECT_EQ(*parse_timestamp("20261121T134500.000001") - whole, microseconds{1});
  EXPECT_EQ(format_timestamp(whole + microseconds{999'999}), "20261121T134500,999999");
  EXPECT_EQ(format_timestamp(whole + microseconds{1}), "20261121T134500,000001");
  EXPECT_LT(format_timestamp(whole), format_timestamp(whole + microseconds{1}));
}

TEST(Timestamp, RefusesWhatIsNone) {
  for (const std::string_view text :
       {"", "20261121", "20261121134500", "2026-11-21T13:45:00", "20261321T000000", "20260230T000000", "20230229T000000",
        "20261121T240000", "20261121T136000", "20261121T134560", "20261121T134500,", "20261121T134500,1234567",
        "20261121T134500Z", "20261121T1345", "2026112 T134500", "+0261121T134500", "20261121T134500;5"}) {
    EXPECT_FALSE(parse_timestamp(text)) << text;
  }
}

TEST(Timestamp, TakesRelativeMillisecondsWhereTheyAreAllowed) {
  const base::WallTime now{seconds{1'000'000'000}};
  EXPECT_EQ(parse_absolute_or_relative("1500", now), now + std::chrono::milliseconds{1500});
  EXPECT_EQ(parse_absolute_or_relative("-1", now), now - std::chrono::milliseconds{1});
  EXPECT_EQ(parse_absolute_or_relative("20010909T014640", now), now);
  for (const std::string_view text : {"", "soon", "1.5", "15s", "9223372036854775807", "99999999999999999999", "--1"}) {
    EXPECT_FALSE(parse_absolute_or_relative(text, now)) << text;
  }
}

}  // namespace
}  // namespace edgecse::onem2m
