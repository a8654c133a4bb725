// SPDX-License-Identifier: Apache-2.0
#include "binding/http/http_query.hpp"

#include <gtest/gtest.h>

namespace edgecse::binding {
namespace {

using onem2m::FilterCriteria;
using onem2m::Request;
using onem2m::ResponseStatus;
using Pairs = std::vector<FilterCriteria::AttributePair>;

FilterCriteria criteria_of(std::string_view query) {
  auto criteria = filter_criteria_from_query(query);
  EXPECT_TRUE(criteria) << query << ": " << criteria.error().detail;
  return criteria.value_or(FilterCriteria{});
}

TEST(HttpQuery, ReadsConditions) {
  const FilterCriteria criteria = criteria_of("fu=1&crb=20261121T134500&sts=3&sza=0&lim=5&lvl=2&ofst=1&arp=la&fo=2");
  EXPECT_EQ(criteria.filter_usage, 1);
  EXPECT_EQ(criteria.created_before, "20261121T134500");
  EXPECT_EQ(criteria.state_tag_smaller, 3);
  EXPECT_EQ(criteria.size_above, 0);
  EXPECT_EQ(criteria.limit, 5U);
  EXPECT_EQ(criteria.level, 2U);
  EXPECT_EQ(criteria.offset, 1U);
  EXPECT_EQ(criteria.apply_relative_path, "la");
  EXPECT_EQ(criteria.filter_operation, 2);
}

TEST(HttpQuery, TakesListsJoinedWithPlusAndRepeatedFields) {
  EXPECT_EQ(criteria_of("ty=2+3").resource_types, (std::vector{2, 3}));
  EXPECT_EQ(criteria_of("ty=2&ty=3+4").resource_types, (std::vector{2, 3, 4}));
  EXPECT_EQ(criteria_of("ty=2%203+4&chty=3%204").resource_types, (std::vector{2, 3, 4})) << "as forms encode a plus";
  EXPECT_EQ(criteria_of("lbl=a+b&lbl=c").labels, (std::vector<std::string>{"a", "b", "c"}));
}

TEST(HttpQuery, KeepsAnEncodedPlusInsideAValue) {
  EXPECT_EQ(criteria_of("cty=application%2Fvnd.onem2m-res%2Bjson+text/plain").content_types,
            (std::vector<std::string>{"application/vnd.onem2m-res+json", "text/plain"}));
}

TEST(HttpQuery, KeepsBlanksInsideAValue) {
  EXPECT_EQ(criteria_of("lbq=color%20EQ%20red").label_queries, (std::vector<std::string>{"color EQ red"}));
  EXPECT_EQ(criteria_of("lbl=two%20words").labels, (std::vector<std::string>{"two words"}));
}

TEST(HttpQuery, ReadsAttributeConditionsOfResourceChildAndParent) {
  const FilterCriteria criteria = criteria_of("cr=Sam&apn=a*&c.mni=5&p.cr=CPaul+CJohn&lvl=1");
  EXPECT_EQ(criteria.level, 1U) << "a condition's name is no attribute, though cod:bat has one called lvl";
  EXPECT_EQ(criteria.attributes, (Pairs{{"cr", "Sam"}, {"apn", "a*"}}));
  EXPECT_EQ(criteria.child_attributes, (Pairs{{"mni", "5"}}));
  EXPECT_EQ(criteria.parent_attributes, (Pairs{{"cr", "CPaul"}, {"cr", "CJohn"}}));
}

struct Refused {
  std::string_view query;
  std::string_view culprit;
};
std::ostream& operator<<(std::ostream& out, const Refused& row) { return out << row.query; }

class RefusedQuery : public testing::TestWithParam<Refused> {};

TEST_P(RefusedQuery, NamesTheParameterAtFault) {
  Request request;
  const auto read = read_query(GetParam().query, request);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().status, ResponseStatus::BadRequest);
  EXPECT_NE(read.error().detail.find(GetParam().culprit), std::string::npos) << read.error().detail;
}

INSTANTIATE_TEST_SUITE_P(Rows, RefusedQuery,
                         testing::Values(Refused{"nonsense=1", "nonsense"}, Refused{"rcn=one", "rcn"},
                                         Refused{"rcn=1&rcn=4", "rcn is given twice"}, Refused{"rcn", "rcn has no value"},
                                         Refused{"ty=2+", "ty"}, Refused{"ty=2++3", "ty"}, Refused{"rt=6", "rt"},
                                         Refused{"lbl=%4", "lbl"}, Refused{"crb=yesterday", "crb"}, Refused{"lvl=0", "lvl"},
                                         Refused{"sts=-1", "sts"}, Refused{"da=yes", "da"}, Refused{"fu=4", "fu"},
                                         Refused{"ct=20260101T000000", "ct"}, Refused{"c.lbl=a", "c.lbl"},
                                         Refused{"c.=a", "c."}, Refused{"atr=a", "atr"}, Refused{"lim=-1", "lim"},
                                         Refused{"gmty=1", "gmty"}, Refused{"fu=1&ty=99", "99"}, Refused{"lim=99999999999999999999", "lim"},
                                         Refused{"%zz=1", "percent-encoding"}));

TEST(HttpQuery, ReadsParametersOfTheRequest) {
  Request request;
  ASSERT_TRUE(read_query("rt=2&rcn=4&drt=2&atrl=ri+lbl&rp=5000&da=1&sqi=false&rids=r1+r2&grtm=a/b+c", request));
  EXPECT_EQ(request.response_type, 2);
  EXPECT_EQ(request.result_content, 4);
  EXPECT_EQ(request.desired_identifier_type, 2);
  EXPECT_EQ(request.attribute_list, (std::vector<std::string>{"ri", "lbl"}));
  Request form;
  ASSERT_TRUE(read_query("atrl=ri%20lbl", form));
  EXPECT_EQ(form.attribute_list, request.attribute_list) << "'+' as forms send it";
  EXPECT_EQ(request.result_persistence, "5000");
  EXPECT_EQ(request.delivery_aggregation, true);
  EXPECT_EQ(request.semantic_query, false);
  EXPECT_EQ(request.role_ids.size(), 2U);
  EXPECT_EQ(request.group_request_target_members, (std::vector<std::string>{"a/b", "c"}));
  EXPECT_TRUE(request.filter_criteria.empty());
}

TEST(HttpQuery, WritesWhatItReads) {
  for (const std::string_view query :
       {"fu=1", "ty=2+3&lim=5&fo=2", "lbl=a+two%20words&lbq=k%20IN%20%28a,b%29", "cty=text/plain+a%2Bb&cr=CSam&c.mni=5&p.or=x",
        "crb=20261121T134500&sts=3&stb=1&sza=0&szb=9&arp=a/la"}) {
    EXPECT_EQ(filter_criteria_to_query(criteria_of(query)), query);
  }
}

TEST(HttpQuery, MeansTheSameAfterwardsWhereverItIsCut) {
  const std::string query = "fu=1&ty=2+3&lbl=a%2Bb+c%20d&c.mni=5&p.or=x&crb=20261121T134500&lbq=k%20IN%20%28a,b%29&lim=5&rcn=6";
  for (std::size_t length = 0; length <= query.size(); ++length) {
    Request request;
    if (!read_query(std::string_view{query}.substr(0, length), request)) continue;
    Request again;
    ASSERT_TRUE(read_query(write_query(request), again)) << length;
    EXPECT_EQ(write_query(again), write_query(request)) << length;
  }
}

TEST(HttpQuery, WritesTheParametersOfAForwardedRequest) {
  Request request;
  request.result_content = 5;
  request.attribute_list = {"ri", "lbl"};
  request.filter_criteria.labels = {"a&b=c"};
  request.filter_criteria.filter_usage = 1;
  EXPECT_EQ(write_query(request), "rcn=5&atrl=ri+lbl&lbl=a%26b%3Dc&fu=1");
  Request again;
  ASSERT_TRUE(read_query(write_query(request), again));
  EXPECT_EQ(again.filter_criteria.labels, request.filter_criteria.labels);
}

}  // namespace
}  // namespace edgecse::binding
