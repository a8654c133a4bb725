// SPDX-License-Identifier: Apache-2.0
#include "onem2m/json_codec.hpp"

#include <gtest/gtest.h>

#include "onem2m/json_plain.hpp"

namespace edgecse::onem2m {
namespace {

TEST(ParseJson, BuildsWhatTheTextSays) {
  const auto value = parse_json(R"( {"a":[1,-2,2.5,true,null,"ä\n"],"b":{"c":{}},"d":[]} )");
  ASSERT_TRUE(value) << value.error().detail;
  EXPECT_EQ(*value, Json::parse(R"({"a":[1,-2,2.5,true,null,"ä\n"],"b":{"c":{}},"d":[]})"));
  EXPECT_EQ(*parse_json("7"), 7);
  EXPECT_EQ(*parse_json("[[1],[2]]"), Json::parse("[[1],[2]]"));
}

TEST(ParsePlainJson, BuildsWhatTheLibraryBuildsOrNothing) {
  const std::string every_byte = [] {
    std::string text = "[\"0123456789";
    for (int c = 0x20; c < 0x7f; ++c) (text += c == '"' || c == '\\' ? "" : std::string(1, static_cast<char>(c)));
    return text + "\"]";
  }();
  for (const std::string_view text :
       {std::string_view{R"( {"a" : [1, -2, true , null,"x y"],"b":{"c":{}},"d":[ ],"e":{ }} )"}, std::string_view{"0"},
        std::string_view{"[-7,999999999999999999,-999999999999999999]"}, std::string_view{"\"\""}, std::string_view{every_byte}}) {
    const auto value = parse_plain_json(text, {});
    ASSERT_TRUE(value) << text;
    const Json same = Json::parse(text);
    EXPECT_EQ(*value, same);
    EXPECT_EQ(value->type(), same.type());
  }
  EXPECT_TRUE(parse_plain_json("[1]", {})->at(0).is_number_unsigned());
  EXPECT_EQ(parse_plain_json("[-1]", {})->at(0).type(), Json::value_t::number_integer);
  for (const std::string_view text : {"", " ", "{", "[1,]", "[1 2]", "{\"a\":1,\"a\":2}", "{\"a\"}", "{1:2}", "{}{}", "tru", "01", "-0", "-",
                                      "+1", "1.5", "1e3", "1234567890123456789", "\"\\n\"", "\"ä\"", "\"\x1f\"", "\"open", "// a\n1"})
    EXPECT_FALSE(parse_plain_json(text, {})) << text;
  EXPECT_FALSE(parse_plain_json("[[1]]", {.maximum_depth = 1, .maximum_values = 9}));
  EXPECT_FALSE(parse_plain_json("[1,2]", {.maximum_depth = 1, .maximum_values = 2}));
}

TEST(PlainRun, EndsAtTheFirstByteThatIsEscapedWhereverItStands) {
  for (const char other : {'"', '\\', '\n', '\x1f', '\0', '\x80', '\xff'}) {
    for (std::size_t at = 0; at < 20; ++at) {
      std::string text(20, '\x7f');
      text[at] = other;
      EXPECT_EQ(plain_run(text), at);
    }
  }
}

struct Bad {
  std::string_view text, sentence;
};
std::ostream& operator<<(std::ostream& out, const Bad& row) { return out << row.text; }

class BadJson : public testing::TestWithParam<Bad> {};

TEST_P(BadJson, IsRefusedWithASentence) {
  const auto value = parse_json(GetParam().text);
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().status, ResponseStatus::BadRequest);
  EXPECT_NE(value.error().detail.find(GetParam().sentence), std::string::npos) << value.error().detail;
  EXPECT_EQ(value.error().detail.find("json.exception"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Rows, BadJson,
                         testing::Values(Bad{"", "byte"}, Bad{"{", "expected"}, Bad{R"({"a":1,})", "byte 8"},
                                         Bad{R"({"a":1,"b":2,"a":3})", "\"a\" occurs twice"}, Bad{"[1 2]", "expected"},
                                         Bad{"\"\xff\"", "byte"}, Bad{"\"\\ud800\"", "byte"}, Bad{"1e999", "byte"},
                                         Bad{"{}{}", "byte"}, Bad{"nul", "byte"}, Bad{"// a\n1", "byte"},
                                         Bad{std::string_view{"\"\0\"", 3}, "byte"}));

TEST(ParseJson, RefusesDepthBeforeItHurts) {
  EXPECT_TRUE(parse_json(std::string(64, '[') + std::string(64, ']')));
  const auto refused = parse_json(std::string(65, '[') + std::string(65, ']'));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("64 levels"), std::string::npos);
  std::string objects;
  for (int i = 0; i < 300'000; ++i) objects += R"({"a":)";
  EXPECT_FALSE(parse_json(objects));
}

TEST(ParseJson, CountsValues) {
  EXPECT_TRUE(parse_json("[1,2,3]", {.maximum_depth = 4, .maximum_values = 4}));
  EXPECT_FALSE(parse_json("[1,2,3,4]", {.maximum_depth = 4, .maximum_values = 4}));
}

TEST(ParseJson, SurvivesTheTextCutAtEveryByte) {
  const std::string text = R"({"m2m:cin":{"con":"\u00e4\"","lbl":["a",1.5e3,false,null]}})";
  ASSERT_TRUE(parse_json(text));
  for (std::size_t i = 0; i < text.size(); ++i) EXPECT_FALSE(parse_json(text.substr(0, i))) << i;
}

TEST(ToJsonText, IsCompactAndNeverThrows) {
  EXPECT_EQ(to_json_text(Json{{"a", {1, "ä"}}}), R"({"a":[1,"ä"]})");
  EXPECT_EQ(to_json_text(Json("\xff")), "\"\xEF\xBF\xBD\"");
}

TEST(JsonText, IsThatOfTheLibraryForEveryKindOfValue) {
  const Json values[] = {nullptr, true, 0, -17, 18'446'744'073'709'551'615ULL, 2.5, 1e300, "", "plain", "\"\\/\b\n\x01\x7f", "\u00e4\u20ac",
                         Json::array(), Json::object(), {1, {2, {"x"}}}, {{"a b", 1}, {"\n", {{"z", nullptr}}}}};
  for (const Json& value : values) EXPECT_EQ(to_json_text(value), value.dump()) << value;
}

Request a_full_request() {
  Request request;
  request.operation = Operation::Create;
  request.to = "/mn1/base";
  request.from = "CAdmin";
  request.request_identifier = "r1";
  request.resource_type = 3;
  request.content = Json{{"m2m:cnt", {{"lbl", {"a"}}}}};
  request.release_version = "3";
  request.result_content = 1;
  request.desired_identifier_type = 2;
  request.response_type = 2;
  request.notification_targets = std::vector<std::string>{};
  request.filter_criteria.labels = {"x"};
  request.originating_timestamp = "20261121T134500";
  request.request_expiration = "5000";
  request.result_expiration = "6000";
  request.operation_execution_time = "1";
  request.result_persistence = "1000";
  request.event_category = 2;
  request.delivery_aggregation = true;
  request.group_request_identifier = "g";
  request.group_request_target_members = {"m"};
  request.role_ids = {"r"};
  request.tokens = {"t"};
  request.token_ids = {"ti"};
  request.local_token_ids = {"lt"};
  request.token_request = false;
  request.semantic_query = false;
  request.vendor_information = "v";
  return request;
}

TEST(PrimitiveJson, KeepsEveryParameterOfARequest) {
  const Request request = a_full_request();
  const Json text = to_json(request);
  const auto again = request_from_json(text);
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_EQ(to_json(*again), text);
  EXPECT_EQ(again->notification_targets, request.notification_targets);
  EXPECT_EQ(again->content, request.content);
  for (const char* name : {"op", "to", "fr", "rqi", "ty", "pc", "rvi", "rcn", "drt", "rt", "fc", "ot", "rqet", "rset", "oet", "rp",
                           "ec", "da", "gid", "grtm", "rids", "tkns", "tids", "ltids", "tqi", "sqi", "vsi"}) {
    EXPECT_TRUE(text.contains(name)) << name;
  }
}

TEST(PrimitiveJson, WritesNothingThatIsAbsent) {
  Request request;
  request.to = "a";
  request.request_identifier = "r";
  EXPECT_EQ(to_json(request), Json::parse(R"({"op":2,"to":"a","rqi":"r"})"));
}

TEST(PrimitiveJson, CarriesAnAttributeListAsContent) {
  Request request;
  request.to = "a";
  request.request_identifier = "r";
  request.attribute_list = {"ri", "lbl"};
  const auto again = request_from_json(to_json(request));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->attribute_list, request.attribute_list);
  EXPECT_TRUE(again->content.is_null());
}

TEST(PrimitiveJson, TakesRelativeTimesAsNumbers) {
  const auto request = request_from_json(Json::parse(R"({"op":2,"to":"a","rqi":"r","rqet":5000})"));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->request_expiration, "5000");
}

TEST(PrimitiveJson, KeepsEveryParameterOfAResponse) {
  Response response;
  response.status = ResponseStatus::Conflict;
  response.request_identifier = "r";
  response.to = "a";
  response.from = "/mn1";
  response.release_version = "3";
  response.content = Json{{"m2m:dbg", "no"}};
  response.content_status = 1;
  response.content_offset = 5;
  response.originating_timestamp = "20261121T134500";
  response.vendor_information = "v";
  const auto again = response_from_json(to_json(response));
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_EQ(to_json(*again), to_json(response));
  EXPECT_EQ(again->status, ResponseStatus::Conflict);
}

TEST(PrimitiveJson, UnfoldsReadyText) {
  Response response;
  response.serialized_content = std::make_shared<const std::string>(R"({"m2m:cin":{}})");
  EXPECT_TRUE(to_json(response)["pc"].contains("m2m:cin"));
}

TEST(PrimitiveJson, RefusesWithTheNameOfTheParameter) {
  for (const auto& [text, culprit] :
       {std::pair{R"({"to":"a","rqi":"r"})", "op"}, {R"({"op":2,"rqi":"r"})", "to"}, {R"({"op":2,"to":"a"})", "rqi"},
        {R"({"op":6,"to":"a","rqi":"r"})", "op"}, {R"({"op":2,"to":"a","rqi":"r","bogus":1})", "bogus"},
        {R"({"op":2,"to":["a"],"rqi":"r"})", "to"}, {R"({"op":2,"to":"a","rqi":"r","ty":"3"})", "ty"},
        {R"({"op":2,"to":"a","rqi":"r","rt":3})", "rt"}, {R"({"op":2,"to":"a","rqi":"r","rt":{"x":3}})", "x"},
        {R"({"op":2,"to":"a","rqi":"r","rids":"x"})", "rids"}, {R"({"op":2,"to":"a","rqi":"r","da":1})", "da"},
        {R"([])", "object"}}) {
    const auto request = request_from_json(Json::parse(text));
    ASSERT_FALSE(request) << text;
    EXPECT_NE(request.error().detail.find(culprit), std::string::npos) << request.error().detail;
  }
  EXPECT_FALSE(response_from_json(Json::parse(R"({"rqi":"r"})")));
  EXPECT_FALSE(response_from_json(Json::parse(R"({"rsc":"2000","rqi":"r"})")));
}

TEST(ErrorResponse, EchoesTheRequestAndSaysWhy) {
  const Response response = make_error_response(a_full_request(), ResponseStatus::NotFound, "no such resource");
  EXPECT_EQ(response.status, ResponseStatus::NotFound);
  EXPECT_EQ(response.request_identifier, "r1");
  EXPECT_EQ(response.release_version, "3");
  EXPECT_EQ(response.content, (Json{{"m2m:dbg", "no such resource"}}));
}

}  // namespace
}  // namespace edgecse::onem2m
