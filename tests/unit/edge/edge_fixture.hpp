// SPDX-License-Identifier: Apache-2.0
//
// The edge room as a whole between a CSE and a MEC platform in memory, on simulated time.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "edge/edge_service.hpp"
#include "support/fake_cse.hpp"
#include "support/fake_mec_platform.hpp"
#include "support/signed_tokens.hpp"

namespace edgecse::edge {

using namespace std::chrono_literals;

struct Triggered {
  std::string ae_id, target;
  MoveReason reason;
  bool operator==(const Triggered&) const = default;
};

class RecordingTrigger final : public MoveTrigger {
 public:
  void trigger(const std::string& ae_id, const std::string& target, MoveReason reason) override {
    triggered.push_back({ae_id, target, reason});
  }
  void network_completed(const std::string& ae_id) override { completed.push_back(ae_id); }
  void network_failed(const std::string& ae_id) override { failed.push_back(ae_id); }
  std::vector<Triggered> triggered;
  std::vector<std::string> completed, failed;
};

class EdgeServiceTest : public testing::Test {
 protected:
  void SetUp() override {
    platform.host("mep1").known_instances = {"a"};
    platform.others = [this](const net::HttpCall& call) -> std::optional<net::HttpResponse> {
      if (!call.url.starts_with("http://app/")) return std::nullopt;
      net::HttpResponse response;
      response.status = callback_status;
      if (callback_status == 204) callbacks.push_back(Json::parse(call.body));
      ++callback_attempts;
      return response;
    };
    options.publisher.cse_id = "/mn1";
    options.publisher.cse_name = "cse-mn";
    options.publisher.service_provider = "//mec.example.org";
    options.publisher.advertise = {"http://10.0.0.5:8080"};
    options.mec.platforms = {mec::make_platform_address("http://mep1")};
    options.mec.life_cycle.app_instance_id = "a";
    options.mec.life_cycle.callback = "http://10.0.0.5:8080/mec";
    cse.put_ae("car", "Ccar", {"mec:ue=UE_IPv4_ADDRESS:10.100.0.1", "mec:publish", "blue"});
    cse.put_container("cse-mn/car/flow", "cnt1", {"water"});
    cse.put_ae("secret", "Csecret", {}, {"http://10.100.0.2:9000/x"});
    cse.put_container("cse-mn/secret/diary", "cnt2");
  }

  void TearDown() override {
    service.reset();
    time.advance(1s);
  }

  void start() {
    service = std::make_unique<EdgeService>(
        options, EdgeEnvironment{cse, internal_aes, platform, time, time, random, telemetry, trigger,
                                 [this](const std::string& ae_id) { return moved[ae_id]; }, limits.get()});
    service->start();
    time.advance(2s);
  }
  void restart() {
    service.reset();
    time.advance(1s);
    start();
  }

  net::HttpResponse send(const std::string& method, const std::string& target, const std::string& body = "",
                         net::Headers headers = {}) {
    net::HttpRequest request;
    request.method = method;
    request.path = target.substr(0, target.find('?'));
    request.body = body;
    request.headers = std::move(headers);
    if (const auto start_of_query = target.find('?'); start_of_query != std::string::npos) {
      std::string query = target.substr(start_of_query + 1) + "&";
      for (std::size_t end; (end = query.find('&')) != std::string::npos; query.erase(0, end + 1)) {
        const auto equals = query.find('=');
        request.query.emplace_back(query.substr(0, equals), query.substr(equals + 1, end - equals - 1));
      }
    }
    net::HttpResponse got;
    got.status = 0;
    service->handle(request, [&](const net::HttpResponse& response) { got = response; });
    time.advance(200ms);
    return got;
  }
  net::HttpResponse get(const std::string& below) { return send("GET", "/onem2m_data/v1" + below); }
  Json get_json(const std::string& below) { return Json::parse(get(below).body); }

  void want_tokens() {
    options.access.keys = *net::JsonWebKeySet::parse(test::kKeySet);
    options.access.issuer = "https://issuer";
    options.access.audience = "onem2m-data";
    options.access.clients = {{"app2", "CApp2"}};
  }
  net::HttpResponse send_with(const std::string& token, const std::string& method, const std::string& below, const std::string& body = "") {
    return send(method, "/onem2m_data/v1" + below, body, {{"Authorization", "Bearer " + token}});
  }

  std::string callback_of(const std::string& kind) {
    for (auto* list : {&platform.host("mep1").app_subscriptions, &platform.host("mep1").mobility_subscriptions}) {
      for (const auto& [id, entry] : *list) {
        const std::string url = entry.value("callbackReference", "");
        if (url.find("/mec/" + kind + "/") != std::string::npos) return url.substr(url.find("/mec"));
      }
    }
    return "/mec/none/none";
  }
  void report_move(const std::string& status, const std::string& ue = "10.100.0.1", const std::string& target = "b") {
    const Json body = {{"notificationType", "MobilityProcedureNotification"},
                       {"associateId", {{{"type", "UE_IPv4_ADDRESS"}, {"value", ue}}}},
                       {"mobilityStatus", status},
                       {"targetAppInfo", {{"appInstanceId", target}}}};
    ASSERT_EQ(send("POST", callback_of("mobility"), body.dump()).status, 204);
    time.advance(1s);
  }
  void offer_peer() {
    for (const auto* name : {"onem2m-cse", "onem2m-data"}) {
      platform.host("mep1").services[std::string{"peer-"} + name] = {
          {"serName", name},
          {"serInstanceId", std::string{"peer-"} + name},
          {"transportInfo",
           {{"implSpecificInfo", {{"cseId", "/mn2"}, {"appInstanceId", "b"}}},
            {"endpoint", {{"uris", {std::string{name} == "onem2m-data" ? "http://10.0.0.6:8080/onem2m_data/v1" : "http://10.0.0.6:8080"}}}}}},
          {"_links", {{"self", {{"href", "/x"}}}}}};
    }
  }

  std::string subscribe(const Json& filter = Json::object()) {
    const Json body = {{"callbackReference", "http://app/cb"}, {"filterCriteria", filter}};
    const auto response = send("POST", "/onem2m_data/v1/subscriptions", body.dump());
    EXPECT_EQ(response.status, 201) << response.body;
    const std::string location{response.headers.find("Location").value_or("")};
    return location.substr(location.rfind('/') + 1);
  }
  /// Nothing: not answered yet.
  std::shared_ptr<int> notify_of(const Json& instance, const std::string& subscription) {
    onem2m::Request request;
    request.operation = onem2m::Operation::Notify;
    request.request_identifier = "n";
    request.content = {{"m2m:sgn", {{"nev", {{"rep", {{"m2m:cin", instance}}}, {"net", 3}}}, {"sur", "/mn2/cse-mn/car/flow/mec-" + subscription}}}};
    auto status = std::make_shared<int>(0);
    internal_aes.find("Conem2m-data-mn1")(request, [status](const onem2m::Response& response) { *status = onem2m::to_number(response.status); });
    return status;
  }

  base::SimulatedTime time;
  base::SeededRandom random{7};
  test::FakeCse cse{time};
  cse::InternalAes internal_aes;
  test::FakeMecPlatform platform{time};
  telemetry::Registry telemetry;
  RecordingTrigger trigger;
  std::unique_ptr<net::RateLimits> limits;
  std::map<std::string, std::string> moved;
  EdgeOptions options;
  std::unique_ptr<EdgeService> service;
  std::vector<Json> callbacks;
  int callback_status = 204;
  int callback_attempts = 0;
};

}  // namespace edgecse::edge
