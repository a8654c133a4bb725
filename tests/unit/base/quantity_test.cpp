// SPDX-License-Identifier: Apache-2.0
#include "base/quantity.hpp"

#include <gtest/gtest.h>

namespace edgecse::base {
namespace {

using std::chrono::milliseconds;

TEST(Size, IsReadInBinaryUnits) {
  const std::vector<std::pair<std::string, std::uint64_t>> rows{
      {"0B", 0}, {"512B", 512}, {"64KiB", 65536}, {"256MiB", 268435456}, {"2GiB", 2147483648}, {"1TiB", 1099511627776},
      {"18446744073709551615B", UINT64_MAX}};
  for (const auto& [text, bytes] : rows) EXPECT_EQ(parse_size(text), bytes) << text;
}

TEST(Size, RefusesWhatIsNone) {
  for (const auto* text : {"", "B", "MiB", "256", "256MB", "256 MiB", "-1B", "+1B", "1.5GiB", "0x10B", "16777216TiB",
                           "18446744073709551616B", "256mib", "1KiBB"})
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
}

TEST(Size, IsWrittenInItsLargestWholeUnit) {
  for (const auto* text : {"0B", "1B", "1023B", "64KiB", "256MiB", "3GiB", "2TiB"})
    EXPECT_EQ(format_size(parse_size(text).value()), text);
}

TEST(Duration, IsReadFromIso8601) {
  const std::vector<std::pair<std::string, std::int64_t>> rows{
      {"PT0S", 0}, {"PT60S", 60'000}, {"PT1M30S", 90'000}, {"PT0.5S", 500}, {"PT0.050S", 50}, {"PT1,25S", 1'250},
      {"PT1H", 3'600'000}, {"P1D", 86'400'000}, {"P1DT1S", 86'401'000}, {"P1W", 604'800'000}};
  for (const auto& [text, count] : rows) EXPECT_EQ(parse_duration(text), milliseconds{count}) << text;
}

TEST(Duration, RefusesWhatIsNone) {
  for (const auto* text : {"", "P", "PT", "P1", "PT1", "60S", "60", "PT60", "PTS", "P1S", "PT1D", "P1DT", "PT1S1M", "PT1S1S",
                           "PT-1S", "-PT1S", "PT1.S", "PT.5S", "PT0.5M", "PT0.1234S", "P1Y", "P1M", "PT99999999999999999999S",
                           "P1000001D", "P1000000DT1S", "pt1s", "PT1S ", "PTT1S"})
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(Duration, IsWrittenInItsLargestWholeUnit) {
  for (const auto* text : {"PT0S", "PT0.050S", "PT90S", "PT2M", "PT3H", "P2D"})
    EXPECT_EQ(format_duration(parse_duration(text).value()), text);
}

TEST(ListenAddress, HasAHostAndAPort) {
  for (const auto* text : {"0.0.0.0:8080", "127.0.0.1:0", "[::1]:8080", "localhost:65535"})
    EXPECT_TRUE(is_listen_address(text)) << text;
  for (const auto* text : {"", "8080", ":8080", "0.0.0.0", "0.0.0.0:", "0.0.0.0:65536", "0.0.0.0:-1", "::1:8080", "[]:1",
                           "http://a:80", "a b:80", "[::1:80"})
    EXPECT_FALSE(is_listen_address(text)) << text;
}

}  // namespace
}  // namespace edgecse::base
