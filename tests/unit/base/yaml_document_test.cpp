// SPDX-License-Identifier: Apache-2.0
#include "base/yaml_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/configuration_text.hpp"

namespace edgecse::base {
namespace {

using ::testing::HasSubstr;

YamlFault fault_of(const std::string& text) {
  const auto document = read_yaml(text);
  if (document) {
    ADD_FAILURE() << "was read: " << text.substr(0, 100);
    return {};
  }
  return document.error();
}

TEST(YamlDocument, KeepsOrderQuotesAndLines) {
  const auto document = read_yaml("b: 1\na:\n  - \"1\"\n  - {c: ~}\n").value();
  ASSERT_EQ(document.members.size(), 2U);
  EXPECT_EQ(document.members[0].first, "b");
  EXPECT_FALSE(document.members[0].second.quoted);
  const YamlValue& list = document.members[1].second;
  EXPECT_EQ(list.line, 2);
  EXPECT_TRUE(list.items.at(0).quoted);
  EXPECT_EQ(list.items.at(0).line, 3);
  EXPECT_EQ(list.items.at(1).members.at(0).second.kind, YamlValue::Kind::Nothing);
  EXPECT_EQ(value_as_yaml(document), "{b: 1, a: [\"1\", {c: ~}]}");
}

TEST(YamlDocument, OfAnEmptyTextIsNothing) {
  for (const auto* text : {"", "\n", "# only a comment\n", "---\n"})
    EXPECT_EQ(read_yaml(text).value().kind, YamlValue::Kind::Nothing) << text;
}

TEST(YamlDocument, NamesTheLineOfAFault) {
  EXPECT_EQ(fault_of("a: 1\nb: [1,\n").line, 3);
  EXPECT_EQ(fault_of("a: 1\n\tb: 2\n").line, 2);
}

TEST(YamlDocument, RefusesANameGivenTwice) {
  const YamlFault fault = fault_of("a: 1\nb: 2\na: 3\n");
  EXPECT_EQ(fault.line, 3);
  EXPECT_EQ(fault.sentence, "a is given twice, first in line 1");
}

TEST(YamlDocument, RefusesNamesThatAreNoTexts) {
  EXPECT_THAT(fault_of("[a, b]: 1\n").sentence, HasSubstr("where a name must be"));
  EXPECT_THAT(fault_of("~: 1\n").sentence, HasSubstr("a name must be a text"));
}

TEST(YamlDocument, RefusesAliases) {
  EXPECT_THAT(fault_of("a: &x [1]\nb: [*x, *x]\n").sentence, HasSubstr("aliases"));
}

TEST(YamlDocument, RefusesASecondDocument) { EXPECT_THAT(fault_of("a: 1\n---\nb: 2\n").sentence, HasSubstr("more than one")); }

TEST(YamlDocument, RefusesDeepNesting) {
  EXPECT_THAT(fault_of("a: " + std::string(1'000, '[') + std::string(1'000, ']')).sentence,
              HasSubstr("nested deeper than 16"));
  EXPECT_THAT(fault_of(std::string(100'000, '[')).sentence, HasSubstr("a bracket is left open"));
  std::string block;
  for (std::size_t depth = 0; depth < 200; ++depth) block += std::string(depth, ' ') + "a:\n";
  EXPECT_THAT(fault_of(block).sentence, HasSubstr("nested deeper than 16"));
}

TEST(YamlDocument, RefusesTooMuch) {
  EXPECT_THAT(fault_of(std::string(kMaximumYamlBytes + 1, '#')).sentence, HasSubstr("longer than"));
  std::string many;
  for (std::size_t item = 0; item <= kMaximumYamlValues; ++item) many += "- 1\n";
  EXPECT_THAT(fault_of(many).sentence, HasSubstr("more than 20000 values"));
}

}  // namespace
}  // namespace edgecse::base
