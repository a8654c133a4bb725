// SPDX-License-Identifier: Apache-2.0
#include "onem2m/filter_criteria.hpp"

#include <gtest/gtest.h>

#include "onem2m/filter_criteria_json.hpp"
#include "onem2m/label_query.hpp"

namespace edgecse::onem2m {
namespace {

using nlohmann::json;

const json kContainer{{"ty", 3},
                      {"ct", "20261121T120000"},
                      {"lt", "20261121T130000"},
                      {"et", "20271121T120000"},
                      {"st", 5},
                      {"cs", 100},
                      {"lbl", {"red", "room:12", "kind:lamp"}},
                      {"cr", "CSam"},
                      {"cnf", "text/plain:0"},
                      {"disr", false},
                      {"poa", {"http://a", "http://b"}}};

bool matches_container(const json& criteria, const json* parent = nullptr, std::vector<const json*> children = {}) {
  const auto read = filter_criteria_from_json(criteria);
  EXPECT_TRUE(read) << read.error().detail;
  return matches(*read, FilterSubject{kContainer, 3, parent, parent == nullptr ? 0 : 2, std::move(children)});
}

struct Row {
  const char* criteria;
  bool expected;
};
std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.criteria; }

class Condition : public testing::TestWithParam<Row> {};

TEST_P(Condition, HoldsOrNot) { EXPECT_EQ(matches_container(json::parse(GetParam().criteria)), GetParam().expected); }

// TS-0004 7.3.3.17: before and smaller are exclusive, after, since and bigger inclusive.
INSTANTIATE_TEST_SUITE_P(
    OneTag, Condition,
    testing::Values(Row{R"({})", true}, Row{R"({"fu":1,"lim":5})", true}, Row{R"({"crb":"20261121T120000"})", false},
                    Row{R"({"crb":"20261121T120001"})", true}, Row{R"({"cra":"20261121T120000"})", true},
                    Row{R"({"cra":"20261121T120000,5"})", false}, Row{R"({"us":"20261121T130000"})", false},
                    Row{R"({"ms":"20261121T130000"})", true}, Row{R"({"exb":"20271121T120000"})", false},
                    Row{R"({"exa":"20271121T120000"})", true}, Row{R"({"sts":5})", false}, Row{R"({"sts":6})", true},
                    Row{R"({"stb":5})", true}, Row{R"({"stb":6})", false}, Row{R"({"szb":100})", false},
                    Row{R"({"sza":100})", true}, Row{R"({"ty":[2,3]})", true}, Row{R"({"ty":[2]})", false},
                    Row{R"({"lbl":["blue","red"]})", true}, Row{R"({"lbl":["room"]})", false},
                    Row{R"({"cty":["text/plain"]})", true}, Row{R"({"cty":["text/plain:0"]})", true},
                    Row{R"({"cty":["text"]})", false}, Row{R"({"atr":[{"nm":"cr","val":"CSam"}]})", true},
                    Row{R"({"atr":[{"nm":"cr","val":"C*m"}]})", true}, Row{R"({"atr":[{"nm":"cr","val":"*"}]})", true},
                    Row{R"({"atr":[{"nm":"cr","val":"S*"}]})", false}, Row{R"({"atr":[{"nm":"st","val":5}]})", true},
                    Row{R"({"atr":[{"nm":"disr","val":false}]})", true},
                    Row{R"({"atr":[{"nm":"poa","val":"http://b"}]})", true},
                    Row{R"({"atr":[{"nm":"none","val":"*"}]})", false}, Row{R"({"smf":["q"]})", false}));

// Same tag: any; an attribute's name is its tag. Different tags: all, any (2), exactly one (3).
INSTANTIATE_TEST_SUITE_P(
    SeveralTags, Condition,
    testing::Values(Row{R"({"ty":[3],"lbl":["red"]})", true}, Row{R"({"ty":[3],"lbl":["blue"]})", false},
                    Row{R"({"ty":[3],"lbl":["blue"],"fo":2})", true}, Row{R"({"ty":[2],"lbl":["blue"],"fo":2})", false},
                    Row{R"({"ty":[3],"lbl":["blue"],"fo":3})", true}, Row{R"({"ty":[3],"lbl":["red"],"fo":3})", false},
                    Row{R"({"atr":[{"nm":"cr","val":"x"},{"nm":"cr","val":"CSam"}]})", true},
                    Row{R"({"atr":[{"nm":"cr","val":"CSam"},{"nm":"st","val":"4"}]})", false}));

TEST(FilterCriteria, LookAtParentAndChildren) {
  const json parent{{"ty", 2}, {"lbl", {"car"}}, {"apn", "wheel"}};
  const json child{{"ty", 4}, {"lbl", {"new"}}, {"con", "5"}};
  const json other{{"ty", 23}, {"lbl", {"old"}}};
  EXPECT_TRUE(matches_container({{"pty", {2}}, {"palb", {"car"}}, {"patr", {{{"nm", "apn"}, {"val", "w*"}}}}}, &parent));
  EXPECT_FALSE(matches_container({{"pty", {3}}}, &parent));
  EXPECT_FALSE(matches_container({{"pty", {2}}})) << "without a parent";
  EXPECT_TRUE(matches_container({{"chty", {4}}, {"clbl", {"old"}}, {"catr", {{{"nm", "con"}, {"val", "5"}}}}}, nullptr,
                                {&child, &other}));
  EXPECT_FALSE(matches_container({{"clbl", {"none"}}}, nullptr, {&child, &other}));
}

TEST(FilterCriteria, SayWhetherTheyAreConditions) {
  FilterCriteria criteria;
  EXPECT_TRUE(criteria.empty());
  criteria.limit = 5;
  criteria.filter_usage = 1;
  EXPECT_FALSE(criteria.empty());
  EXPECT_FALSE(criteria.has_conditions());
  criteria.labels = {"a"};
  EXPECT_TRUE(criteria.has_conditions());
}

TEST(FilterCriteria, DoNotHangOnManyWildcards) {
  json attributes{{"rn", std::string(2000, 'a')}};
  FilterCriteria criteria;
  std::string pattern;
  for (int i = 0; i < 500; ++i) pattern += "*a";
  criteria.attributes = {{"rn", pattern + "b"}};
  EXPECT_FALSE(matches(criteria, FilterSubject{attributes, 3, nullptr, 0, {}}));
}

TEST(FilterCriteria, SurviveTheWayThroughJson) {
  const json text = json::parse(R"({"crb":"20261121T120000","sts":1,"lbl":["a"],"ty":[3],"atr":[{"nm":"cr","val":"x"}],
    "lbq":["k NE v"],"lim":5,"lvl":2,"ofst":1,"arp":"la","fu":1,"fo":2,"cty":["a/b"],"gmty":1,"gsf":2,"geom":"[1,2]"})");
  const auto criteria = filter_criteria_from_json(text);
  ASSERT_TRUE(criteria) << criteria.error().detail;
  EXPECT_EQ(filter_criteria_to_json(*criteria), text);
}

TEST(FilterCriteria, AreRefusedWithTheNameOfTheMember) {
  for (const auto& [text, culprit] :
       {std::pair{R"({"bogus":1})", "bogus"}, {R"({"lbl":"a"})", "lbl"}, {R"({"sts":"1"})", "sts"}, {R"({"sts":-1})", "sts"},
        {R"({"crb":"x"})", "crb"}, {R"({"atr":[{"nm":"a"}]})", "atr"}, {R"({"lvl":0})", "lvl"}, {R"({"fu":9})", "fu"},
        {R"({"ty":[99999999999]})", "ty"}, {R"({"geom":"[]"})", "geom"}, {R"([])", "fc"}}) {
    const auto criteria = filter_criteria_from_json(json::parse(text));
    ASSERT_FALSE(criteria) << text;
    EXPECT_EQ(criteria.error().status, ResponseStatus::BadRequest);
    EXPECT_NE(criteria.error().detail.find(culprit), std::string::npos) << criteria.error().detail;
  }
}

TEST(LabelQuery, KnowsItsComparisons) {
  const json labels = kContainer["lbl"];
  for (const auto& [query, expected] : {std::pair{"red", true}, {"room", true}, {"blue", false}, {"NT blue", true},
                                        {"NT red", false}, {"room:12", true}, {"room:13", false}, {"room EQ 12", true},
                                        {"room NE 12", false}, {"room NE 13", true}, {"blue NE 1", false},
                                        {"room IN (11, 12)", true}, {"room IN (11)", false}, {"room NI (11)", true},
                                        {"room NI (12)", false}, {"room LIKE 12", false}, {"room IN 12", false}, {"", false}}) {
    EXPECT_EQ(matches_label_query(query, labels), expected) << query;
  }
  EXPECT_TRUE(matches_label_query("NT red", nullptr)) << "a resource without labels";
}

struct GeoRow {
  int function;
  int query_type;
  const char* query;
  int type;
  const char* there;
  bool expected;
};
std::ostream& operator<<(std::ostream& out, const GeoRow& row) { return out << row.function << ' ' << row.query << ' ' << row.there; }
class GeoQuery : public testing::TestWithParam<GeoRow> {};
TEST_P(GeoQuery, ReadsQueryThenFunctionThenLocation) {
  const auto& [function, query_type, query, type, there, expected] = GetParam();
  const json place{{"ty", 3}, {"loc", {{"typ", type}, {"crd", there}}}};
  const auto criteria = filter_criteria_from_json({{"gsf", function}, {"gmty", query_type}, {"geom", query}});
  ASSERT_TRUE(criteria) << criteria.error().detail;
  EXPECT_EQ(matches(*criteria, FilterSubject{place, 3, nullptr, 0, {}}), expected);
}
constexpr auto* kSquare = "[[[0,0],[4,0],[4,4],[0,4],[0,0]]]";
constexpr auto* kFrame = "[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[1,1],[3,1],[3,3],[1,3],[1,1]]]";
constexpr auto* kHook = "[[[0,0],[4,0],[4,4],[3,4],[3,1],[0,1],[0,0]]]";
// 1 within, 2 contains, 3 intersects.
INSTANTIATE_TEST_SUITE_P(
    Release4, GeoQuery,
    testing::Values(GeoRow{1, 1, "[1,2]", 3, kSquare, true}, GeoRow{1, 1, "[5,2]", 3, kSquare, false},
                    GeoRow{1, 1, "[0,2]", 3, kSquare, false}, GeoRow{1, 1, "[2,2]", 3, kFrame, false},
                    GeoRow{1, 1, "[0.5,2]", 3, kFrame, true}, GeoRow{1, 3, kSquare, 1, "[1,2]", false},
                    GeoRow{2, 3, kSquare, 1, "[1,2]", true}, GeoRow{2, 3, kSquare, 3, kSquare, true},
                    GeoRow{2, 3, kSquare, 3, "[[[1,1],[2,1],[2,2],[1,1]]]", true},
                    GeoRow{2, 3, kSquare, 3, "[[[1,1],[5,1],[2,2],[1,1]]]", false}, GeoRow{2, 3, kSquare, 3, kFrame, true},
                    GeoRow{2, 3, kFrame, 3, kSquare, false}, GeoRow{2, 3, kHook, 2, "[[0,1],[3,4]]", false},
                    GeoRow{2, 3, kHook, 2, "[[0.5,0.5],[3.5,0.5],[3.5,3]]", true}, GeoRow{2, 3, kSquare, 2, "[[0,0],[4,0]]", false},
                    GeoRow{2, 2, "[[0,0],[4,0]]", 1, "[1,0]", true}, GeoRow{2, 4, "[[0,0],[4,0]]", 1, "[4,0]", true},
                    GeoRow{2, 6, "[[[[0,0],[4,0],[4,4],[0,0]]],[[[9,9],[10,9],[10,10],[9,9]]]]", 1, "[9.9,9.5]", true},
                    GeoRow{3, 3, kSquare, 3, "[[[3,3],[6,3],[6,6],[3,3]]]", true},
                    GeoRow{3, 3, kSquare, 3, "[[[1,1],[2,1],[2,2],[1,1]]]", true}, GeoRow{3, 1, "[1,2]", 3, kSquare, true},
                    GeoRow{3, 3, kSquare, 2, "[[-1,2],[5,2]]", true}, GeoRow{3, 3, kSquare, 2, "[[-1,5],[5,5]]", false},
                    GeoRow{3, 2, "[[0,0],[2,2]]", 2, "[[0,2],[2,0]]", true}, GeoRow{3, 1, "[1,2]", 1, "[1,3]", false},
                    GeoRow{3, 3, kFrame, 1, "[2,2]", false}, GeoRow{3, 1, "[1,2]", 1, "nonsense", false}));
TEST(GeoQueries, WithoutALocationMatchNothing) {
  EXPECT_FALSE(matches_container({{"gsf", 3}, {"gmty", 1}, {"geom", "[1,2]"}}));
}
TEST(GeoQueries, HaveBoundsAndFitTheirType) {
  std::string many = "[[0,0]";
  for (int i = 0; i < 1000; ++i) many += ",[" + std::to_string(i) + ",1]";
  for (const std::string& text : {std::string("[1]"), std::string("[[1,2]]"), std::string("{"), std::string("[[[[[[1,2]]]]]]")})
    EXPECT_FALSE(filter_criteria_from_json({{"gsf", 1}, {"gmty", 1}, {"geom", text}})) << text;
  EXPECT_FALSE(filter_criteria_from_json({{"gsf", 1}, {"gmty", 4}, {"geom", many + "]"}}));
  EXPECT_FALSE(filter_criteria_from_json({{"gsf", 1}, {"gmty", 3}, {"geom", "[[[0,0],[1,0],[1,1],[0,1]]]"}})) << "not closed";
}

}  // namespace
}  // namespace edgecse::onem2m
