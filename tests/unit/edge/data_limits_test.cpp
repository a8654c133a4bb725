// SPDX-License-Identifier: Apache-2.0
//
// How much a client of onem2m_data/v1 may ask in a second, and what its operator sees of it all.
#include "edge_fixture.hpp"

namespace edgecse::edge {
namespace {

using testing::HasSubstr;

class DataLimitsTest : public EdgeServiceTest {
 protected:
  void limit(net::RateLimitsOptions to) { limits = std::make_unique<net::RateLimits>(to, time); }
  /// Value of a line of /metrics; empty: there is none.
  std::string metric(const std::string& name) {
    const std::string text = telemetry.text();
    const auto at = text.find("\n" + name + " ");
    return at == std::string::npos ? std::string{} : text.substr(at + name.size() + 2, text.find('\n', at + 1) - at - name.size() - 2);
  }
};

TEST_F(DataLimitsTest, WhoAsksTooMuchIsToldWhenToComeAgain) {
  limit({.requests_per_second = 2});
  start();
  // Each request takes a fifth of a second here.
  int status = 200, asked = 0;
  net::HttpResponse answer;
  while (status == 200 && asked++ < 10) status = (answer = get("/devices")).status;
  ASSERT_EQ(status, 429);
  EXPECT_EQ(asked, 3);
  EXPECT_EQ(answer.headers.find("Retry-After"), "1");
  EXPECT_EQ(answer.headers.find("Content-Type"), "application/problem+json");
  EXPECT_EQ(Json::parse(answer.body)["detail"], "a client may make 2 requests in a second (http.limits)");
  EXPECT_EQ(metric("edgecse_requests_limited_total"), "1");
  time.advance(1s);
  EXPECT_EQ(get("/devices").status, 200);
}

TEST_F(DataLimitsTest, ClientsThatShowWhoTheyAreHaveEachTheirOwn) {
  want_tokens();
  limit({.bytes_per_second = 10});
  start();
  const std::string body = R"({"value":"twenty bytes"})";
  EXPECT_EQ(send_with(test::kTokens.good, "POST", "/data/cnt1/values", body).status, 201);
  EXPECT_EQ(send_with(test::kTokens.good, "POST", "/data/cnt1/values", body).status, 429) << "a body is owed";
  EXPECT_EQ(send_with(test::kTokens.rsa, "POST", "/data/cnt1/values", body).status, 201);
  EXPECT_EQ(send_with("bad", "GET", "/devices").status, 401) << "whom nobody knows is not charged for";
}

TEST_F(DataLimitsTest, RequestsAreCountedByWhatTheyAskAndHowTheyEnd) {
  start();
  EXPECT_EQ(metric("edgecse_data_requests_total{operation=\"list_devices\",status=\"200\"}"), "0");
  get("/devices");
  get("/devices?colour=red");
  get("/data/nothing/latest");
  get("/openapi.yaml");
  get("/elsewhere");
  send("PATCH", "/onem2m_data/v1/devices");
  EXPECT_EQ(metric("edgecse_data_requests_total{operation=\"list_devices\",status=\"200\"}"), "1");
  EXPECT_EQ(metric("edgecse_data_requests_total{operation=\"list_devices\",status=\"400\"}"), "1");
  EXPECT_EQ(metric("edgecse_data_requests_total{operation=\"read_latest\",status=\"404\"}"), "1");
  EXPECT_EQ(metric("edgecse_data_requests_total{operation=\"read_description\",status=\"200\"}"), "1");
  EXPECT_EQ(metric("edgecse_data_requests_total{operation=\"other\",status=\"404\"}"), "1");
  EXPECT_EQ(metric("edgecse_data_requests_total{operation=\"other\",status=\"405\"}"), "1");
}

TEST_F(DataLimitsTest, CallbacksAreCountedByWhatBecameOfThem) {
  start();
  const auto subscription = subscribe();
  const auto values = cse.add_instance("cse-mn/car/flow", "1");
  callback_status = 500;
  const auto status = notify_of(values, subscription);
  time.advance(100ms);
  EXPECT_EQ(metric("edgecse_data_callbacks_total{result=\"refused\"}"), "1");
  callback_status = 204;
  time.advance(2s);
  EXPECT_EQ(*status, 2000);
  EXPECT_EQ(metric("edgecse_data_callbacks_total{result=\"delivered\"}"), "1");
  EXPECT_EQ(metric("edgecse_data_callbacks_total{result=\"unreachable\"}"), "0");
}

}  // namespace
}  // namespace edgecse::edge
