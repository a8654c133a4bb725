// SPDX-License-Identifier: Apache-2.0
//
// The sandbox in simulated time, called as HTTP would call it; the applications' callbacks are a double that records.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/simulated_time.hpp"
#include "control/sandbox.hpp"
#include "support/paths.hpp"

namespace edgecse::sandbox {

using nlohmann::json;

/// Takes notifications, answers what it is told (default 204).
class Callbacks final : public net::HttpClient {
 public:
  explicit Callbacks(base::Executor& executor) : executor_(executor) {}
  void send(net::HttpCall call, net::HttpCallback done) override {
    received.push_back({call.url, json::parse(call.body)});
    const int status = statuses.empty() ? 204 : statuses.front();
    if (!statuses.empty()) statuses.pop_front();
    executor_.post([done = std::move(done), status]() -> void {
      if (status == 0) return done(tl::unexpected{net::Error{net::ErrorKind::Unreachable, "nobody listens"}});
      done(net::HttpResponse{status, {}, {}});
    });
  }
  /// Bodies of one notification type without their wrapper, in the order of arrival.
  [[nodiscard]] std::vector<json> of(const std::string& type) const {
    std::vector<json> result;
    for (const auto& [url, body] : received)
      if (type_of(body) == type) result.push_back(body.contains("notificationType") ? body : *body.begin());
    return result;
  }

  std::vector<std::pair<std::string, json>> received;
  std::deque<int> statuses;

 private:
  base::Executor& executor_;
};

class SandboxTest : public testing::Test {
 protected:
  explicit SandboxTest(Quirks chosen = Quirks::None) : SandboxTest(with(chosen)) {}
  /// Where scenarios are and how the process is reached is filled in.
  explicit SandboxTest(Sandbox::Options chosen) : options(placed(std::move(chosen))) {}
  void SetUp() override {
    const auto loaded = sandbox.load("dual-mep-short-path");
    ASSERT_TRUE(loaded) << loaded.error().detail;
  }

  net::HttpResponse call(const std::string& method, const std::string& target, const json& body = nullptr,
                         net::Headers headers = {}) {
    net::HttpRequest request;
    request.method = method;
    request.target = target;
    request.path = target.substr(0, target.find('?'));
    if (request.path.size() < target.size()) add_query(request, target.substr(request.path.size() + 1));
    request.headers = std::move(headers);
    if (!body.is_null()) {
      request.headers.add("Content-Type", "application/json");
      request.body = body.dump();
    }
    std::optional<net::HttpResponse> answer;
    sandbox.handle(request, [&](net::HttpResponse response) { answer = std::move(response); });
    while (!answer && time.run_one()) {
    }
    EXPECT_TRUE(answer) << method << " " << target << " was not answered";
    return answer.value_or(net::HttpResponse{0, {}, {}});
  }
  static json body(const net::HttpResponse& response) { return json::parse(response.body); }
  static std::string detail(const net::HttpResponse& response) { return body(response).value("detail", ""); }
  void settle() { time.advance(std::chrono::milliseconds{1}); }

  /// An instance of "edgecse" at a host, ready; its id.
  std::string ready_application(const std::string& host, const std::string& name = "edgecse") {
    const auto made = call("POST", "/sandbox/v1/hosts/" + host + "/applications", {{"name", name}});
    const auto id = body(made).at("app_instance_id").get<std::string>();
    EXPECT_EQ(call("POST", "/" + host + "/mec_app_support/v1/applications/" + id + "/confirm_ready",
                   {{"indication", "READY"}})
                  .status,
              204);
    return id;
  }

  static json service(const std::string& name, const std::string& uri = "http://127.0.0.3:8080") {
    return {{"serName", name},
            {"serCategory", {{"href", "/c"}, {"id", "oneM2M"}, {"name", "oneM2M"}, {"version", "1"}}},
            {"version", "1.0"},
            {"state", "ACTIVE"},
            {"serializer", "JSON"},
            {"scopeOfLocality", "MEC_SYSTEM"},
            {"consumedLocalOnly", false},
            {"transportInfo",
             {{"id", "t"},
              {"name", "n"},
              {"type", "REST_HTTP"},
              {"protocol", "HTTP"},
              {"version", "1.1"},
              {"endpoint", {{"uris", {uri}}}},
              {"security", json::object()}}}};
  }
  std::string publish(const std::string& host, const std::string& application, const json& info) {
    const auto made = call("POST", "/" + host + "/mec_service_mgmt/v1/applications/" + application + "/services", info);
    EXPECT_EQ(made.status, 201) << made.body;
    return body(made).at("serInstanceId");
  }
  void place(const std::string& ue, const std::string& zone) {
    EXPECT_EQ(call("PUT", "/sandbox/v1/terminals/" + ue + "/place", {{"zone", zone}}).status, 200);
    settle();
  }

  static Sandbox::Options with(Quirks quirks) {
    Sandbox::Options made;
    made.quirks = quirks;
    return made;
  }
  static Sandbox::Options placed(Sandbox::Options made) {
    made.scenarios = EDGECSE_SOURCE_DIR "/mec-sandbox/scenarios";
    made.api_root = "http://127.0.0.1:8090";
    return made;
  }

  const Sandbox::Options options;
  base::SimulatedTime time;
  base::SeededRandom random{7};
  Callbacks callbacks{time};
  Sandbox sandbox{options, time, time, random, callbacks};

 private:
  static void add_query(net::HttpRequest& request, std::string rest) {
    while (!rest.empty()) {
      const auto pair = rest.substr(0, rest.find('&'));
      rest.erase(0, pair.size() + 1);
      request.query.emplace_back(pair.substr(0, pair.find('=')), pair.substr(pair.find('=') + 1));
    }
  }
};

}  // namespace edgecse::sandbox
