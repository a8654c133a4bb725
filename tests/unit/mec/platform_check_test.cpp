// SPDX-License-Identifier: Apache-2.0
// What the check of a platform says where no platform is at hand; the rest: tests/integration/mec-sandbox/mec_check_test.py.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mec/platform_check.hpp"

namespace edgecse::mec {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

struct Found {
  bool fine = false;
  std::vector<std::string> failures;
  std::vector<Call> asked;
};

/// answers: by path; what is not there is 404.
Found check_against(const std::map<std::string, int>& answers, bool with_token = false) {
  PlatformCheckOptions options;
  options.platforms = {make_platform_address("http://platform/mep1")};
  options.api_root = "http://platform/mep1";
  options.app_instance_id = "instance";
  options.with_token = with_token;
  Found found;
  PlatformCheck check(
      options,
      [&](const Call& call) {
        found.asked.push_back(call);
        const auto answer = answers.find(call.path);
        return Answered{0, answer == answers.end() ? 404 : answer->second, {}, {}, {}, {}};
      },
      nullptr, "nobody listens");
  found.fine = check.run([&](const CheckStep& step) {
    if (step.outcome == CheckOutcome::Failed) found.failures.push_back(step.name + ": " + step.sentence);
  });
  return found;
}

TEST(PlatformCheckTest, RefusesTheCapifProfileInClearWords) {
  const auto found = check_against({{"/timing/current_time", 200}, {"/allServiceAPIs", 400}});
  EXPECT_FALSE(found.fine);
  EXPECT_THAT(found.failures, Contains(HasSubstr("CAPIF profile of MEC 011 only")));
}

TEST(PlatformCheckTest, SaysThatATokenIsWanted) {
  EXPECT_THAT(check_against({{"/timing/current_time", 401}}).failures, Contains(HasSubstr("set mec.oauth2")));
  EXPECT_THAT(check_against({{"/timing/current_time", 401}}, true).failures, Contains(HasSubstr("is not accepted")));
}

TEST(PlatformCheckTest, AsksNothingMoreOfAPlatformThatDoesNotAnswer) {
  const auto found = check_against({{"/timing/current_time", 0}});
  EXPECT_FALSE(found.fine);
  EXPECT_EQ(found.asked.size(), 1U);
}

}  // namespace
}  // namespace edgecse::mec
