// SPDX-License-Identifier: Apache-2.0
#include "binding/http/http_request_sender.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/simulated_time.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::binding {
namespace {

using nlohmann::json;
using onem2m::Operation;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseStatus;

/// Answers calls from a script, on the simulated executor; takes as long as it is told.
class ScriptedClient final : public net::HttpClient {
 public:
  explicit ScriptedClient(base::SimulatedTime& time) : time_(time) {}

  void send(net::HttpCall call, net::HttpCallback done) override {
    calls.push_back(std::move(call));
    ASSERT_FALSE(script.empty());
    net::HttpResult result = std::move(script.front());
    script.pop_front();
    time_.run_after(takes, [result = std::move(result), done = std::move(done)] { done(result); });
  }

  std::deque<net::HttpResult> script;
  std::vector<net::HttpCall> calls;
  base::Duration takes{1000};

 private:
  base::SimulatedTime& time_;
};

Request a_request(Operation operation, std::string to) {
  Request request;
  request.operation = operation;
  request.to = std::move(to);
  request.from = "/mn1";
  request.request_identifier = "r1";
  request.release_version = "3";
  return request;
}

net::HttpResponse an_answer(int status, net::Headers headers = {}, std::string body = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}

tl::unexpected<net::Error> failure(net::ErrorKind kind) { return tl::unexpected{net::Error{kind, "why"}}; }

class HttpRequestSenderTest : public testing::Test {
 protected:
  Response send(Request request, onem2m::NextHop next_hop = {{"http://10.0.0.2:8080"}, false}) {
    std::optional<Response> answered;
    HttpRequestSender sender(client, time, time);
    sender.send(std::move(next_hop), std::move(request), [&](Response response) {
      EXPECT_FALSE(answered) << "answered twice";
      answered = std::move(response);
    });
    EXPECT_FALSE(answered) << "answered inside send";
    time.run_until_idle(std::chrono::minutes{1});
    EXPECT_TRUE(answered);
    return answered.value_or(Response{});
  }

  base::SimulatedTime time;
  ScriptedClient client{time};
};

TEST_F(HttpRequestSenderTest, WritesACreate) {
  client.script.push_back(an_answer(201, {{"X-M2M-RSC", "2001"}, {"X-M2M-RI", "r1"}, {"X-M2M-RVI", "3"}}));
  Request request = a_request(Operation::Create, "/in/cse-in/cnt");
  request.resource_type = 4;
  request.content = json{{"m2m:cin", {{"con", "5"}}}};
  request.result_content = 0;
  const Response response = send(std::move(request));
  EXPECT_EQ(response.status, ResponseStatus::Created);
  EXPECT_EQ(response.request_identifier, "r1");
  EXPECT_EQ(response.release_version, "3");
  ASSERT_EQ(client.calls.size(), 1U);
  const net::HttpCall& call = client.calls[0];
  EXPECT_EQ(call.method, "POST");
  EXPECT_EQ(call.url, "http://10.0.0.2:8080/~/in/cse-in/cnt?rcn=0");
  EXPECT_EQ(call.headers.find("Content-Type"), "application/json;ty=4");
  EXPECT_EQ(call.headers.find("X-M2M-Origin"), "/mn1");
  EXPECT_EQ(call.headers.find("X-M2M-RI"), "r1");
  EXPECT_EQ(call.headers.find("X-M2M-RVI"), "3");
  EXPECT_EQ(call.body, R"({"m2m:cin":{"con":"5"}})");
}

TEST_F(HttpRequestSenderTest, WritesTheFormsOfToBelowThePointOfAccess) {
  for (const auto& [to, url] : {std::pair{"base/ae", "http://h:1/x/base/ae"}, {"/mn2/base", "http://h:1/x/~/mn2/base"},
                                {"//sp/mn2/base#lbl", "http://h:1/x/_/sp/mn2/base%23lbl"}}) {
    client.script.push_back(an_answer(200));
    send(a_request(Operation::Retrieve, to), {{"http://h:1/x/"}, false});
    EXPECT_EQ(client.calls.back().url, url);
    EXPECT_EQ(client.calls.back().method, "GET");
  }
}

TEST_F(HttpRequestSenderTest, SendsANotificationToAPlainUrlWithoutTheSerialisationHint) {
  client.script.push_back(an_answer(204, {{"Content-Type", "text/html"}}));
  Request request = a_request(Operation::Notify, "ignored");
  request.content = json{{"m2m:sgn", json::object()}};
  const Response response = send(std::move(request), {{"http://app:9/in?key=1&ct=json&b=2"}, true});
  EXPECT_EQ(response.status, ResponseStatus::Ok);
  EXPECT_EQ(client.calls[0].url, "http://app:9/in?key=1&b=2");
  EXPECT_EQ(client.calls[0].headers.find("Content-Type"), "application/json");
}

TEST_F(HttpRequestSenderTest, TriesPointsOfAccessInOrder) {
  client.script.push_back(failure(net::ErrorKind::Unreachable));
  client.script.push_back(an_answer(200, {{"X-M2M-RSC", "2000"}}));
  const Response response = send(a_request(Operation::Retrieve, "a"), {{"mqtt://b:1883", "http://one", "http://two"}, false});
  EXPECT_EQ(response.status, ResponseStatus::Ok);
  ASSERT_EQ(client.calls.size(), 2U);
  EXPECT_EQ(client.calls[0].url, "http://one/a");
  EXPECT_EQ(client.calls[1].url, "http://two/a");
}

TEST_F(HttpRequestSenderTest, SaysNotReachableWhenNoPointAnswers) {
  client.script.push_back(failure(net::ErrorKind::Unreachable));
  client.script.push_back(failure(net::ErrorKind::Unreachable));
  EXPECT_EQ(send(a_request(Operation::Retrieve, "a"), {{"http://one", "http://two"}, false}).status,
            ResponseStatus::TargetNotReachable);
  EXPECT_EQ(send(a_request(Operation::Retrieve, "a"), {{"mqtt://one"}, false}).status, ResponseStatus::TargetNotReachable);
  EXPECT_EQ(send(a_request(Operation::Retrieve, "a"), {{}, false}).status, ResponseStatus::TargetNotReachable);
}

TEST_F(HttpRequestSenderTest, DoesNotRepeatARequestThatMayHaveBeenCarriedOut) {
  for (const auto& [kind, status] : {std::pair{net::ErrorKind::Timeout, ResponseStatus::RequestTimeout},
                                     {net::ErrorKind::Protocol, ResponseStatus::TargetNotReachable}}) {
    client.calls.clear();
    client.script.push_back(failure(kind));
    EXPECT_EQ(send(a_request(Operation::Create, "a"), {{"http://one", "http://two"}, false}).status, status);
    EXPECT_EQ(client.calls.size(), 1U);
  }
}

TEST_F(HttpRequestSenderTest, WaitsAsLongAsTheRequestLives) {
  client.script.push_back(an_answer(200));
  Request relative = a_request(Operation::Retrieve, "a");
  relative.request_expiration = "2500";
  send(std::move(relative));
  EXPECT_EQ(client.calls.back().timeout, std::chrono::milliseconds{2500});
  EXPECT_EQ(client.calls.back().headers.find("X-M2M-RET"), "2500");

  client.script.push_back(an_answer(200));
  send(a_request(Operation::Retrieve, "a"));
  EXPECT_EQ(client.calls.back().timeout, std::chrono::milliseconds{10'000}) << "without expiration";
}

TEST_F(HttpRequestSenderTest, SharesTheTimeLeftAmongThePointsOfAccess) {
  client.takes = std::chrono::milliseconds{400};
  client.script.push_back(failure(net::ErrorKind::Unreachable));
  client.script.push_back(an_answer(200));
  Request request = a_request(Operation::Retrieve, "a");
  request.request_expiration = "1000";
  send(std::move(request), {{"http://one", "http://two"}, false});
  EXPECT_EQ(client.calls[1].timeout, std::chrono::milliseconds{600});
}

TEST_F(HttpRequestSenderTest, DoesNotSendAnExpiredRequest) {
  Request request = a_request(Operation::Retrieve, "a");
  request.request_expiration = onem2m::format_timestamp(time.wall_now() - std::chrono::seconds{1});
  EXPECT_EQ(send(std::move(request)).status, ResponseStatus::RequestTimeout);
  EXPECT_TRUE(client.calls.empty());
}

TEST_F(HttpRequestSenderTest, BelievesTheResponseStatusCodeBeforeTheHttpStatus) {
  struct Row {
    int http_status;
    const char* rsc;
    Operation operation;
    ResponseStatus expected;
  };
  for (const Row& row : {Row{409, "4117", Operation::Create, ResponseStatus::OriginatorHasAlreadyRegistered},
                         Row{200, "nonsense", Operation::Update, ResponseStatus::Updated},
                         Row{200, nullptr, Operation::Retrieve, ResponseStatus::Ok},
                         Row{200, nullptr, Operation::Delete, ResponseStatus::Deleted},
                         Row{404, nullptr, Operation::Retrieve, ResponseStatus::NotFound},
                         Row{413, nullptr, Operation::Create, ResponseStatus::BadRequest},
                         Row{503, nullptr, Operation::Notify, ResponseStatus::TargetNotReachable},
                         Row{302, nullptr, Operation::Retrieve, ResponseStatus::InternalServerError}}) {
    net::Headers headers;
    if (row.rsc != nullptr) headers.add("X-M2M-RSC", row.rsc);
    client.script.push_back(an_answer(row.http_status, headers));
    EXPECT_EQ(send(a_request(row.operation, "a")).status, row.expected) << row.http_status;
  }
}

TEST_F(HttpRequestSenderTest, ReadsTheContent) {
  client.script.push_back(an_answer(200, {{"X-M2M-RSC", "2000"}, {"Content-Type", "application/json"}, {"X-M2M-CTS", "1"},
                                          {"X-M2M-CTO", "7"}}, R"({"m2m:uril":["a"]})"));
  const Response response = send(a_request(Operation::Retrieve, "a"));
  EXPECT_EQ(response.content["m2m:uril"][0], "a");
  EXPECT_EQ(response.content_status, 1);
  EXPECT_EQ(response.content_offset, 7U);
}

TEST_F(HttpRequestSenderTest, DoesNotPassAGarbledSuccessForOneWithoutContent) {
  client.script.push_back(an_answer(200, {{"X-M2M-RSC", "2000"}}, "<html>"));
  EXPECT_EQ(send(a_request(Operation::Retrieve, "a")).status, ResponseStatus::InternalServerError);
}

}  // namespace
}  // namespace edgecse::binding
