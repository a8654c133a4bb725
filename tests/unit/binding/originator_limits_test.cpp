// SPDX-License-Identifier: Apache-2.0
#include "binding/http/originator_limits.hpp"

#include <gtest/gtest.h>

#include "base/simulated_time.hpp"

namespace edgecse::binding {
namespace {

using namespace std::chrono_literals;

net::HttpRequest request_of(const std::string& originator, std::size_t bytes = 0) {
  net::HttpRequest request;
  request.headers = {{"X-M2M-RI", "r1"}, {"X-M2M-RVI", "3"}};
  if (!originator.empty()) request.headers.add("X-M2M-Origin", originator);
  request.body = std::string(bytes, 'x');
  return request;
}

class OriginatorLimitsTest : public testing::Test {
 protected:
  int passed(net::RateLimits& limits, const std::string& originator, int count, std::size_t bytes = 0) {
    int admitted = 0;
    for (int i = 0; i < count; ++i) admitted += refuse_excess(limits, request_of(originator, bytes)) ? 0 : 1;
    return admitted;
  }
  base::SimulatedTime time;
};

TEST_F(OriginatorLimitsTest, EachOriginatorHasItsOwnAndGetsItBackInASecond) {
  net::RateLimits limits({.requests_per_second = 10}, time);
  EXPECT_EQ(passed(limits, "CBusy", 25), 10);
  EXPECT_EQ(passed(limits, "CCalm", 3), 3);
  time.advance(500ms);
  EXPECT_EQ(passed(limits, "CBusy", 25), 5);
  time.advance(1h);
  EXPECT_EQ(passed(limits, "CBusy", 25), 10);
}

TEST_F(OriginatorLimitsTest, ABodyLongerThanASecondsWorthIsOwed) {
  net::RateLimits limits({.bytes_per_second = 1000}, time);
  EXPECT_EQ(passed(limits, "CBig", 2, 3000), 1);
  time.advance(1900ms);
  EXPECT_EQ(passed(limits, "CBig", 1, 1), 0);
  time.advance(200ms);
  EXPECT_EQ(passed(limits, "CBig", 1, 1), 1);
}

TEST_F(OriginatorLimitsTest, TheRefusalSaysWhichLimitAndWhenToComeAgain) {
  net::RateLimits limits({.requests_per_second = 2}, time);
  passed(limits, "CBusy", 2);
  const auto refusal = refuse_excess(limits, request_of("CBusy"));
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->status, 429);
  EXPECT_EQ(refusal->headers.find("Retry-After"), "1");
  EXPECT_EQ(refusal->headers.find("X-M2M-RI"), "r1");
  EXPECT_EQ(refusal->headers.find("X-M2M-RSC"), "4141");
  EXPECT_NE(refusal->body.find("an originator may make 2 requests in a second"), std::string::npos) << refusal->body;
}

TEST_F(OriginatorLimitsTest, CsesAndRegistrationsWithoutFromPass) {
  net::RateLimits limits({.requests_per_second = 1}, time);
  EXPECT_EQ(passed(limits, "/in", 5), 5);
  EXPECT_EQ(passed(limits, "/mn2/CMeter", 5), 5);
  EXPECT_EQ(passed(limits, "", 5), 5);
}

TEST_F(OriginatorLimitsTest, InventedNamesDoNotFillTheMemory) {
  net::RateLimits limits({.requests_per_second = 1, .names = 3}, time);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(passed(limits, "C" + std::to_string(i), 1), 1);
}

}  // namespace
}  // namespace edgecse::binding
