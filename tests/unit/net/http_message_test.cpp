// SPDX-License-Identifier: Apache-2.0
#include "net/http_message.hpp"

#include <gmock/gmock.h>

namespace edgecse::net {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(Headers, CompareNamesWithoutCaseAndKeepOrder) {
  Headers headers{{"X-M2M-Origin", "a"}, {"x-m2m-origin", "b"}};
  EXPECT_EQ(headers.find("X-M2M-ORIGIN"), "a");
  EXPECT_THAT(headers.all("x-m2m-origin"), ElementsAre("a", "b"));
  EXPECT_FALSE(headers.has("X-M2M-RI"));
}

TEST(Headers, SetReplacesEveryFieldOfTheName) {
  Headers headers{{"A", "1"}, {"B", "2"}, {"a", "3"}};
  headers.set("a", "4");
  EXPECT_THAT(headers.all("A"), ElementsAre("4"));
  EXPECT_EQ(headers.size(), 2U);
}

TEST(Query, KeepsOrderAndRepetitions) {
  EXPECT_THAT(split_query("lbl=a&ty=3&lbl=b&&fu"),
              testing::Optional(ElementsAre(Pair("lbl", "a"), Pair("ty", "3"), Pair("lbl", "b"), Pair("fu", ""))));
}

TEST(Query, IsDecodedOnceAfterSplitting) {
  EXPECT_THAT(split_query("a%26b=c%3Dd%2525+e"), testing::Optional(ElementsAre(Pair("a&b", "c=d%25+e"))));
}

TEST(Query, WithABrokenPercentSignIsNothing) {
  EXPECT_FALSE(split_query("a=%"));
  EXPECT_FALSE(split_query("a=%4"));
  EXPECT_FALSE(split_query("%zz=1"));
}

TEST(PercentEncoding, ComesBackUnchanged) {
  std::string all;
  for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
  EXPECT_EQ(percent_decode(percent_encode(all)), all);
  EXPECT_EQ(percent_encode("a/b c", "/"), "a/b%20c");
}

}  // namespace
}  // namespace edgecse::net
