// SPDX-License-Identifier: Apache-2.0
#include "binding/http/http_binding.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace edgecse::binding {
namespace {

using nlohmann::json;
using onem2m::Operation;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseStatus;

/// Keeps what it is asked and answers what it is told.
class RecordingHandler final : public onem2m::RequestHandler {
 public:
  void handle(Request request, onem2m::ResponseCallback done) override {
    asked = std::move(request);
    if (throws) throw std::runtime_error("secret");
    Response response = answer;
    response.request_identifier = asked->request_identifier;
    done(std::move(response));
  }

  std::optional<Request> asked;
  Response answer;
  bool throws = false;
};

net::HttpRequest a_request(std::string method, std::string target, net::Headers more = {}, std::string body = {}) {
  net::HttpRequest request;
  request.method = std::move(method);
  request.path = target.substr(0, target.find('?'));
  request.target = std::move(target);
  request.headers = net::Headers{{"X-M2M-Origin", "CAdmin"}, {"X-M2M-RI", "r1"}, {"X-M2M-RVI", "3"}};
  for (const auto& [name, value] : more) request.headers.set(name, value);
  request.body = std::move(body);
  return request;
}

class HttpBindingTest : public testing::Test {
 protected:
  net::HttpResponse send(net::HttpRequest request, HttpBindingOptions options = {}) {
    std::optional<net::HttpResponse> answered;
    HttpBinding(handler, std::move(options)).handle(std::move(request), [&](net::HttpResponse response) {
      EXPECT_FALSE(answered) << "answered twice";
      answered = std::move(response);
    });
    EXPECT_TRUE(answered);
    return answered.value_or(net::HttpResponse{});
  }

  void expect_refused(net::HttpRequest request, int http_status, std::string_view rsc, std::string_view culprit,
                      HttpBindingOptions options = {}) {
    const net::HttpResponse response = send(std::move(request), std::move(options));
    EXPECT_FALSE(handler.asked) << "the handler was asked";
    EXPECT_EQ(response.status, http_status);
    EXPECT_EQ(response.headers.find("X-M2M-RSC"), rsc);
    EXPECT_NE(response.body.find(culprit), std::string::npos) << response.body;
    EXPECT_TRUE(json::parse(response.body).contains("m2m:dbg"));
  }

  RecordingHandler handler;
};

TEST_F(HttpBindingTest, LeavesATypeWhereNoneBelongsToTheCse) {
  send(a_request("GET", "/cse-in/ae", {{"Content-Type", "application/json;ty=3"}}));
  ASSERT_TRUE(handler.asked);
  EXPECT_EQ(handler.asked->operation, Operation::Retrieve);
  EXPECT_EQ(handler.asked->resource_type, 3);
}

TEST_F(HttpBindingTest, TurnsAPostWithTypeIntoACreate) {
  send(a_request("POST", "/cse-in/ae/cnt", {{"Content-Type", "application/json; ty=4"}}, R"({"m2m:cin":{"con":"5"}})"));
  ASSERT_TRUE(handler.asked);
  EXPECT_EQ(handler.asked->operation, Operation::Create);
  EXPECT_EQ(handler.asked->to, "cse-in/ae/cnt");
  EXPECT_EQ(handler.asked->from, "CAdmin");
  EXPECT_EQ(handler.asked->request_identifier, "r1");
  EXPECT_EQ(handler.asked->release_version, "3");
  EXPECT_EQ(handler.asked->resource_type, 4);
  EXPECT_EQ(handler.asked->content["m2m:cin"]["con"], "5");
}

TEST_F(HttpBindingTest, TurnsAPostWithoutTypeIntoANotify) {
  send(a_request("POST", "/ae", {{"Content-Type", "application/vnd.onem2m-ntfy+json"}}, R"({"m2m:sgn":{}})"));
  ASSERT_TRUE(handler.asked);
  EXPECT_EQ(handler.asked->operation, Operation::Notify);
  EXPECT_FALSE(handler.asked->resource_type);
}

TEST_F(HttpBindingTest, KnowsTheOtherMethods) {
  send(a_request("GET", "/a"));
  EXPECT_EQ(handler.asked->operation, Operation::Retrieve);
  send(a_request("PUT", "/a", {{"Content-Type", "application/json"}}, "{}"));
  EXPECT_EQ(handler.asked->operation, Operation::Update);
  send(a_request("DELETE", "/a"));
  EXPECT_EQ(handler.asked->operation, Operation::Delete);
}

TEST_F(HttpBindingTest, ReadsTheThreeFormsOfTo) {
  for (const auto& [target, to] : {std::pair{"/base/ae", "base/ae"},
                                   {"/~/mn1/base", "/mn1/base"},
                                   {"/_/sp.org/mn1/base", "//sp.org/mn1/base"},
                                   {"/-/ae", "-/ae"},
                                   {"/a%2Db%23lbl", "a-b#lbl"}}) {
    send(a_request("GET", target));
    EXPECT_EQ(handler.asked->to, to);
  }
}

TEST_F(HttpBindingTest, ReadsHeadersWithoutCaseAndQueryByShortName) {
  send(a_request("GET", "/a?fu=1&lbl=x+y&rcn=6",
                 {{"x-m2m-ot", "20261121T134500"}, {"x-m2m-ret", "5000"}, {"X-M2M-RST", "20261121T134510"}, {"X-M2M-EC", "2"},
                  {"X-M2M-GID", "g"}, {"X-M2M-VSI", "v"}, {"X-M2M-RTU", "http://a/b&http://c"}, {"Authorization", "t1+t2"},
                  {"X-Unknown", "1"}}));
  ASSERT_TRUE(handler.asked);
  EXPECT_EQ(handler.asked->originating_timestamp, "20261121T134500");
  EXPECT_EQ(handler.asked->request_expiration, "5000");
  EXPECT_EQ(handler.asked->result_expiration, "20261121T134510");
  EXPECT_EQ(handler.asked->event_category, 2);
  EXPECT_EQ(handler.asked->group_request_identifier, "g");
  EXPECT_EQ(handler.asked->vendor_information, "v");
  EXPECT_EQ(handler.asked->notification_targets, (std::vector<std::string>{"http://a/b", "http://c"}));
  EXPECT_EQ(handler.asked->tokens, (std::vector<std::string>{"t1", "t2"}));
  EXPECT_EQ(handler.asked->filter_criteria.labels, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(handler.asked->result_content, 6);
}

TEST_F(HttpBindingTest, TellsAnEmptyTargetListFromNone) {
  send(a_request("GET", "/a", {{"X-M2M-RTU", ""}}));
  ASSERT_TRUE(handler.asked->notification_targets);
  EXPECT_TRUE(handler.asked->notification_targets->empty());
  send(a_request("GET", "/a"));
  EXPECT_FALSE(handler.asked->notification_targets);
}

TEST_F(HttpBindingTest, LeavesAMissingVersionAndOriginatorToTheCse) {
  auto request = a_request("GET", "/a");
  request.headers.remove("X-M2M-RVI");
  request.headers.remove("X-M2M-Origin");
  send(std::move(request));
  ASSERT_TRUE(handler.asked);
  EXPECT_FALSE(handler.asked->release_version);
  EXPECT_TRUE(handler.asked->from.empty());
}

TEST_F(HttpBindingTest, ReadsAnAttributeListFromTheContentOfARetrieve) {
  send(a_request("GET", "/a", {{"Content-Type", "application/json"}}, R"({"m2m:atrl":["ri","lbl"]})"));
  EXPECT_EQ(handler.asked->attribute_list, (std::vector<std::string>{"ri", "lbl"}));
  EXPECT_TRUE(handler.asked->content.is_null());
}

TEST_F(HttpBindingTest, HandsOnWhoThePeerIs) {
  auto request = a_request("GET", "/a");
  request.peer.address = "127.0.0.9";
  request.peer.certificate_names = {"/mn2"};
  send(std::move(request));
  EXPECT_EQ(handler.asked->peer.address, "127.0.0.9");
  EXPECT_EQ(handler.asked->peer.verified_ids, (std::vector<std::string>{"/mn2"}));
}

TEST_F(HttpBindingTest, ServesBelowItsRootOnly) {
  send(a_request("GET", "/edge/base/ae"), {.root = "/edge/"});
  EXPECT_EQ(handler.asked->to, "base/ae");
  handler.asked.reset();
  expect_refused(a_request("GET", "/edgecase/base"), 404, "4004", "root", {.root = "/edge"});
}

TEST_F(HttpBindingTest, RefusesWhatIsMalformed) {
  expect_refused(a_request("GET", "/"), 400, "4000", "no resource");
  expect_refused(a_request("GET", "/a%2Fb"), 400, "4000", "'/'");
  expect_refused(a_request("GET", "/a%zz"), 400, "4000", "percent-encoding");
  expect_refused(a_request("GET", "/a?bogus=1"), 400, "4000", "bogus");
  expect_refused(a_request("GET", "/a", {{"X-M2M-OT", "noon"}}), 400, "4000", "X-M2M-OT");
  expect_refused(a_request("GET", "/a", {{"X-M2M-RET", "soon"}}), 400, "4000", "X-M2M-RET");
  expect_refused(a_request("GET", "/a", {{"X-M2M-EC", "two"}}), 400, "4000", "X-M2M-EC");
  expect_refused(a_request("POST", "/a", {{"Content-Type", "application/json;ty=four"}}, "{}"), 400, "4000", "ty");
  expect_refused(a_request("POST", "/a", {{"Content-Type", "application/json;ty=4"}}, R"({"m2m:cin":)"), 400, "4000", "byte");
  expect_refused(a_request("DELETE", "/a", {{"Content-Type", "application/json"}}, "{}"), 400, "4000", "DELETE");
  auto twice = a_request("GET", "/a");
  twice.headers.add("x-m2m-origin", "CEvil");
  expect_refused(std::move(twice), 400, "4000", "twice");
  auto without_identifier = a_request("GET", "/a");
  without_identifier.headers.remove("X-M2M-RI");
  expect_refused(std::move(without_identifier), 400, "4000", "X-M2M-RI");
}

TEST_F(HttpBindingTest, RefusesADeepBodyBeforeItBecomesADocument) {
  const std::string deep(300'000, '[');
  expect_refused(a_request("PUT", "/a", {{"Content-Type", "application/json"}}, deep), 400, "4000", "nested");
}

TEST_F(HttpBindingTest, RefusesSerialisationsThatItDoesNotSpeak) {
  expect_refused(a_request("POST", "/a", {{"Content-Type", "application/xml;ty=4"}}, "<a/>"), 415, "4015", "xml");
  expect_refused(a_request("PUT", "/a", {}, "{}"), 415, "4015", "Content-Type");
  expect_refused(a_request("GET", "/a", {{"Accept", "application/xml, application/json;q=0"}}), 406, "5207", "Accept");
  expect_refused(a_request("PATCH", "/a"), 405, "4005", "PATCH");
}

TEST_F(HttpBindingTest, EchoesTheRequestIdentifierInARefusal) {
  const auto response = send(a_request("GET", "/a?bogus=1"));
  EXPECT_EQ(response.headers.find("X-M2M-RI"), "r1");
}

TEST_F(HttpBindingTest, AnswersInAnAcceptableJsonType) {
  handler.answer.content = json{{"m2m:cnt", json::object()}};
  for (const auto& [accept, type] : {std::pair{"application/xml, */*;q=0.1", "application/json"},
                                     {"application/vnd.onem2m-res+json", "application/vnd.onem2m-res+json"},
                                     {"APPLICATION/JSON", "application/json"}}) {
    EXPECT_EQ(send(a_request("GET", "/a", {{"Accept", accept}})).headers.find("Content-Type"), type) << accept;
  }
}

TEST_F(HttpBindingTest, WritesTheParametersOfTheResponse) {
  handler.answer.status = ResponseStatus::Created;
  handler.answer.release_version = "3";
  handler.answer.content = json{{"m2m:uri", "base/ae"}};
  handler.answer.content_location = "base/ae";
  handler.answer.content_status = 1;
  handler.answer.content_offset = 4;
  handler.answer.originating_timestamp = "20261121T134500";
  handler.answer.vendor_information = "v";
  const auto response = send(a_request("GET", "/a"));
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.headers.find("X-M2M-RSC"), "2001");
  EXPECT_EQ(response.headers.find("X-M2M-RI"), "r1");
  EXPECT_EQ(response.headers.find("X-M2M-RVI"), "3");
  EXPECT_EQ(response.headers.find("X-M2M-OT"), "20261121T134500");
  EXPECT_EQ(response.headers.find("X-M2M-VSI"), "v");
  EXPECT_EQ(response.headers.find("X-M2M-CTS"), "1");
  EXPECT_EQ(response.headers.find("X-M2M-CTO"), "4");
  EXPECT_EQ(response.headers.find("Content-Location"), "base/ae");
  EXPECT_EQ(response.body, R"({"m2m:uri":"base/ae"})");
}

TEST_F(HttpBindingTest, SendsReadyTextAsItIs) {
  handler.answer.serialized_content = std::make_shared<const std::string>(R"({"m2m:cin": {"con": 1}})");
  EXPECT_EQ(send(a_request("GET", "/a")).body, R"({"m2m:cin": {"con": 1}})");
}

TEST_F(HttpBindingTest, SendsNoContentTypeWithoutContent) {
  handler.answer.status = ResponseStatus::Deleted;
  const auto response = send(a_request("DELETE", "/a"));
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(response.body.empty());
  EXPECT_FALSE(response.headers.has("Content-Type"));
}

TEST_F(HttpBindingTest, AcknowledgesARequestThatWantsNoResponse) {
  const auto response = send(a_request("GET", "/a?rt=5"));
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.headers.size(), 0U);
  EXPECT_TRUE(handler.asked) << "it is carried out all the same";
}

TEST_F(HttpBindingTest, TurnsALeakedExceptionIntoAnInternalError) {
  handler.throws = true;
  const auto response = send(a_request("GET", "/a"));
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.headers.find("X-M2M-RSC"), "5000");
  EXPECT_EQ(response.body.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace edgecse::binding
