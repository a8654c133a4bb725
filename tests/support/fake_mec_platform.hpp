// SPDX-License-Identifier: Apache-2.0
//
// One or more MEC platforms in memory, behind net::HttpClient, on simulated time: MEC 011 and MEC 021 as far as an application
// sees them, with knobs for the ways in which real platforms refuse, forget and talk nonsense. Single-threaded.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/simulated_time.hpp"
#include "net/http_client.hpp"

namespace edgecse::test {

class FakeMecPlatform final : public net::HttpClient {
 public:
  explicit FakeMecPlatform(base::SimulatedTime& time) : time_(time) {}

  void send(net::HttpCall call, net::HttpCallback done) override;

  struct Host {
    bool down = false;                      // no answer at all
    std::string nonsense;                   // answered 200 to everything when not empty
    int refuse_with = 0;                    // status for everything when not 0
    int retry_after_s = 0;
    bool offers_registration = false;       // MEC 011 3.x
    std::set<std::string> known_instances;  // configured at the platform; registered ones are added
    std::set<std::string> ready;
    bool offers_liveness = true;
    int liveness_interval_s = 0;            // 0: takes what is proposed
    bool put_changes_only_state = false;
    bool integer_enumerations = false;      // strings are refused with 400
    bool location_header = true;            // in answers of AMS
    bool one_registration_each = false;     // a second one of an instance at the AMS is refused with 409
    std::map<std::string, nlohmann::json> services;                  // id -> ServiceInfo
    std::map<std::string, nlohmann::json> app_subscriptions;         // MEC 011, both kinds
    std::map<std::string, nlohmann::json> registrations;             // MEC 021
    std::map<std::string, nlohmann::json> mobility_subscriptions;    // MEC 021
    std::map<std::string, nlohmann::json> dns_rules, traffic_rules;
    bool refuses_liveness_interval = false;  // a strict platform of MEC 011 2.1.1
    bool only_capif = false;                 // service management in the CAPIF profile
    int rule_version = 0;                    // entity tag of every rule; a PUT must name it
    std::map<std::string, int> beats;                                // service id -> number
    std::vector<std::string> terminated;                             // operationAction of each confirmation
  };
  /// By the authority of the URL, as in http://mep1/amsi/v1.
  Host& host(const std::string& name) { return hosts_[name]; }
  /// The platform forgets everything that was told to it, and which application was ready.
  void restart(const std::string& name);

  /// Non-empty: requests without this bearer token get 401; http://auth/token hands it out.
  std::string required_token;
  int tokens_handed_out = 0;

  /// Answers for hosts that are no platform (an application's callback); nothing: not its business.
  std::function<std::optional<net::HttpResponse>(const net::HttpCall&)> others;

  struct Seen {
    std::string method, host, path;
    nlohmann::json body;
    base::Duration at;
  };
  std::vector<Seen> seen;
  [[nodiscard]] std::size_t count(const std::string& method, const std::string& path_part) const;

 private:
  net::HttpResponse answer(const net::HttpCall& call, const std::string& host_name, const std::string& path,
                           const std::string& query);
  net::HttpResponse app_support(Host& host, const net::HttpCall& call, const std::vector<std::string>& path);
  net::HttpResponse service_management(Host& host, const net::HttpCall& call, const std::vector<std::string>& path,
                                       const std::string& query);
  net::HttpResponse services(Host& host, const net::HttpCall& call, const std::vector<std::string>& path);
  net::HttpResponse ams(Host& host, const net::HttpCall& call, const std::vector<std::string>& path);
  net::HttpResponse ams_registration(Host& host, const net::HttpCall& call, const std::vector<std::string>& path);

  base::SimulatedTime& time_;
  std::map<std::string, Host> hosts_;
  int last_id_ = 0;
};

}  // namespace edgecse::test
