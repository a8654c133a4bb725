// SPDX-License-Identifier: Apache-2.0
//
// onem2m_data/v1 by the rules of MEC 009: what an answer may be, requests with conditions, filters and selectors of attributes.
#include "edge/device_filter.hpp"
#include "edge/http_rules.hpp"
#include "edge_fixture.hpp"

namespace edgecse::edge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

net::HttpRequest with(const char* method, net::Headers headers) {
  net::HttpRequest request;
  request.method = method;
  request.headers = std::move(headers);
  return request;
}

TEST(HttpRules, AcceptLetsATypeThroughByItsMostExactRange) {
  struct Row {
    const char* accept;
    bool passes;
  };
  for (const auto& row : {Row{"*/*", true}, {"application/json", true}, {"Application/JSON;q=0.1", true}, {"application/*", true},
                          {"text/html, application/json", true}, {"text/html", false}, {"application/problem+json", false},
                          {"application/json;q=0", false}, {"*/*, application/json; q=0.0", false}, {"*/*;q=0, application/*", true},
                          {"application", false}, {"", true}, {",,", true}})
    EXPECT_EQ(accepts(with("GET", {{"Accept", row.accept}}), "application/json"), row.passes) << row.accept;
  EXPECT_TRUE(accepts(with("GET", {}), "application/json"));
  EXPECT_TRUE(accepts(with("GET", {{"Accept", "text/html"}, {"Accept", "application/json"}}), "application/json")) << "two lines";
}

TEST(HttpRules, ConditionsAreJudgedAgainstTheTag) {
  struct Row {
    const char *method, *name, *value;
    int status;  // 0: goes on
  };
  for (const auto& row : {Row{"PUT", "If-Match", "\"a\"", 0}, {"PUT", "If-Match", "\"b\"", 412}, {"PUT", "If-Match", "\"b\", \"a\"", 0},
                          {"PUT", "If-Match", "*", 0}, {"PUT", "If-Match", "W/\"a\"", 412}, {"GET", "If-None-Match", "\"a\"", 304},
                          {"GET", "If-None-Match", "W/\"a\"", 304}, {"GET", "If-None-Match", "\"b\"", 0}, {"GET", "If-None-Match", "\"aa\"", 0},
                          {"DELETE", "If-None-Match", "*", 412}, {"GET", "If-Match", "\"b\"", 412}, {"GET", "If-Match", "", 0}}) {
    const auto answer = check_preconditions(with(row.method, {{row.name, row.value}}), "\"a\"");
    EXPECT_EQ(answer ? answer->status : 0, row.status) << row.method << ' ' << row.name << ' ' << row.value;
  }
}

TEST(AttributeFilterRules, EveryOperatorComparesAsItSays) {
  const Json document = {{"name", "b,2"}, {"count", 10}, {"labels", {"water", "o'er"}}, {"latest", {{"value", "18.5"}}}};
  const std::vector<std::string> known = {"name", "count", "labels", "latest", "gone"};
  struct Row {
    const char* text;
    bool passes;
  };
  for (const auto& row : {Row{"(eq,count,10)", true}, {"(eq,count,9)", false}, {"(neq,count,9)", true}, {"(gt,count,9)", true}, {"(gt,count,10)", false},
                          {"(gte,count,10)", true}, {"(lt,count,9)", false}, {"(lte,count,10)", true}, {"(in,count,1,10)", true}, {"(nin,count,1,10)", false},
                          {"(cont,labels,wat)", true}, {"(ncont,labels,wat)", false}, {"(gt,latest/value,18)", true}, {"(eq,name,'b,2')", true},
                          {"(eq,labels,'o''er')", true}, {"(eq,gone,1)", false}, {"(neq,gone,1)", true}, {"(eq,count,10);(eq,name,x)", false}}) {
    const auto filter = AttributeFilter::parse(row.text, known);
    ASSERT_TRUE(filter) << row.text << ": " << filter.error();
    EXPECT_EQ(filter->matches(document), row.passes) << row.text;
  }
  for (const auto* text : {"(eq,name,'b)", "(eq,name,b'2)", "(eq,name,'b'2')", "(like,name,b)", "(eq,colour,b)", "eq,name,b", "(eq,name)", ""})
    EXPECT_FALSE(AttributeFilter::parse(text, known)) << text;
}

class DataRulesTest : public EdgeServiceTest {
 protected:
  static std::vector<std::string> members(const Json& object) {
    std::vector<std::string> names;
    for (const auto& [name, value] : object.items()) names.push_back(name);
    return names;
  }
  const std::string subscriptions = "/onem2m_data/v1/subscriptions/";
};

TEST_F(DataRulesTest, AcceptThatExcludesTheAnswerIsNotAcceptable) {
  start();
  for (const auto* below : {"/devices", "/data", "/data/cnt1/latest", "/subscriptions", "/openapi.yaml", "/data/cnt1/stream"}) {
    const auto refused = send("GET", std::string{"/onem2m_data/v1"} + below, "", {{"Accept", "text/html"}});
    EXPECT_EQ(refused.status, 406) << below;
    EXPECT_EQ(refused.headers.find("Content-Type"), "application/problem+json");
  }
  EXPECT_EQ(send("GET", "/onem2m_data/v1/devices", "", {{"Accept", "text/html, */*;q=0.8"}}).status, 200);
}

TEST_F(DataRulesTest, ASubscriptionIsChangedOnlyInTheStateThatTheClientKnows) {
  start();
  const auto id = subscribe();
  const auto shown = send("GET", subscriptions + id);
  const std::string tag{shown.headers.find("ETag").value_or("")};
  ASSERT_FALSE(tag.empty());
  EXPECT_EQ(send("GET", subscriptions + id, "", {{"If-None-Match", tag}}).status, 304);
  const std::string body = R"({"callbackReference":"http://app/other"})";
  const auto changed = send("PUT", subscriptions + id, body, {{"If-Match", tag}});
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_NE(changed.headers.find("ETag"), tag);
  const auto late = send("PUT", subscriptions + id, R"({"callbackReference":"http://app/late"})", {{"If-Match", tag}});
  EXPECT_EQ(late.status, 412);
  EXPECT_THAT(late.body, HasSubstr("If-Match names another state"));
  EXPECT_EQ(Json::parse(send("GET", subscriptions + id, "", {{"If-None-Match", tag}}).body)["callbackReference"], "http://app/other");
  EXPECT_EQ(send("DELETE", subscriptions + id, "", {{"If-Match", tag}}).status, 412);
  restart();
  const std::string now{changed.headers.find("ETag").value_or("")};
  EXPECT_EQ(send("DELETE", subscriptions + id, "", {{"If-Match", now}}).status, 204) << "the tag is the same after a restart";
  EXPECT_EQ(send("DELETE", subscriptions + id, "", {{"If-Match", now}}).status, 404);
}

TEST_F(DataRulesTest, DataAreFilteredByWhatTheirNewestValueIs) {
  cse.put_container("cse-mn/car/level", "cnt3");
  start();
  cse.add_instance("cse-mn/car/flow", "18.5");
  cse.add_instance("cse-mn/car/level", "3");
  const auto found = [&](const char* query) {
    std::vector<std::string> paths;
    for (const auto& source : get_json(std::string{"/data?"} + query)) paths.push_back(source["path"]);
    return paths;
  };
  EXPECT_THAT(found("filter=(gt,latest/value,4)"), ElementsAre("flow"));
  EXPECT_THAT(found("filter=(in,path,level,x)"), ElementsAre("level"));
  EXPECT_THAT(found("filter=(neq,path,x)&limit=1&offset=1"), ElementsAre("level"));
  EXPECT_EQ(get("/data?filter=(gt,colour,4)").status, 400);
}

TEST_F(DataRulesTest, FieldsChooseAmongWhatIsNotRequired) {
  start();
  EXPECT_THAT(members(get_json("/devices?fields=labels")[0]), ElementsAre("deviceId", "labels", "name", "servingCse", "state"));
  EXPECT_THAT(members(get_json("/devices?exclude_fields=_links,since,name,appId")[0]),
              ElementsAre("deviceId", "labels", "name", "servingCse", "state"));
  EXPECT_EQ(get_json("/devices?all_fields="), get_json("/devices"));
  EXPECT_THAT(members(get_json("/data?fields=path")[0]), ElementsAre("dataId", "deviceId", "kind", "path"));
  for (const auto* query : {"fields=colour", "exclude_fields=name,colour", "fields=labels&exclude_fields=name", "all_fields=&fields=labels"})
    EXPECT_EQ(get(std::string{"/devices?"} + query).status, 400) << query;
}

TEST_F(DataRulesTest, OnlyThePartThatIsAskedForIsRead) {
  start();
  for (int i = 1; i <= 2'000; ++i) cse.add_instance("cse-mn/car/flow", std::to_string(i));
  cse.page = 100;
  const auto values = [&](const std::string& query) {
    cse.seen.clear();
    std::vector<int> sequences;
    for (const auto& value : get_json("/data/cnt1/values?" + query)) sequences.push_back(value["sequence"]);
    return sequences;
  };
  const auto pages = [&] {
    return std::count_if(cse.seen.begin(), cse.seen.end(), [](const auto& request) { return request.result_content == 8; });
  };
  EXPECT_THAT(values("limit=2"), ElementsAre(1, 2));
  EXPECT_EQ(pages(), 1);
  EXPECT_THAT(values("order=desc&limit=3"), ElementsAre(2000, 1999, 1998));
  EXPECT_EQ(pages(), 1);
  EXPECT_THAT(values("after_sequence=1500&limit=2"), ElementsAre(1501, 1502));
  EXPECT_EQ(pages(), 1);
  EXPECT_THAT(values("after_sequence=1500&order=desc&limit=2"), ElementsAre(1499, 1498));
  EXPECT_EQ(pages(), 1);
  EXPECT_THAT(values("after_sequence=1998"), ElementsAre(1999, 2000));
  EXPECT_THAT(values("after_sequence=2000"), ElementsAre());
  EXPECT_THAT(values("after_sequence=9999999"), ElementsAre());
  EXPECT_THAT(values("after_sequence=1&order=desc"), ElementsAre());
  EXPECT_EQ(values("limit=1000").size(), 1'000u);
  // What was deleted in between makes the beginning earlier, not the answer wrong.
  for (int i = 10; i < 400; ++i) cse.entries.erase("cse-mn/car/flow/i" + std::to_string(i));
  cse.entries.at("cse-mn/car/flow").attributes["cni"] = 2'000 - 390;
  EXPECT_THAT(values("after_sequence=1500&limit=2"), ElementsAre(1501, 1502));
  EXPECT_THAT(values("after_sequence=5&limit=5"), ElementsAre(6, 7, 8, 9, 400));
  EXPECT_THAT(values("after_sequence=401&order=desc&limit=3"), ElementsAre(400, 9, 8));
  EXPECT_THAT(values("order=desc&limit=2"), ElementsAre(2000, 1999));
  for (int i = 1; i <= 9; ++i) cse.entries.erase("cse-mn/car/flow/i" + std::to_string(i));
  cse.entries.at("cse-mn/car/flow").attributes["cni"] = 1'601;
  EXPECT_THAT(values("after_sequence=3&limit=2"), ElementsAre(400, 401)) << "the oldest were evicted";
}

}  // namespace
}  // namespace edgecse::edge
