// SPDX-License-Identifier: Apache-2.0
//
// Calls to the MEC APIs of one or more platforms over HTTP: where each API lives, tokens, JSON with limits, errors as values.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/executor.hpp"
#include "mec/decode.hpp"
#include "mec/life_cycle.hpp"
#include "mec/token_source.hpp"
#include "net/http_client.hpp"

namespace edgecse::telemetry {
class Registry;
class Counter;
}  // namespace edgecse::telemetry

namespace edgecse::mec {

/// Base URLs of a platform's APIs, without a slash at the end.
struct PlatformAddress {
  std::string app_support, service_management, ams, location, rni, capif, iot;
  [[nodiscard]] const std::string& base_of(Api api) const;
};

/// {api_root}/mec_app_support/v1 and so on; keys of overrides: app_support, service_mgmt, ams, location, rni, iot (empty values do not
/// count).
[[nodiscard]] PlatformAddress make_platform_address(const std::string& api_root,
                                                    const std::map<std::string, std::string>& overrides = {});

/// Used on the executor's thread only; callbacks come there, and none after destruction.
class ApiClient {
 public:
  template <typename T>
  using Callback = std::function<void(Result<T>)>;

  /// The first platform is the own one. The registry may be null.
  ApiClient(std::vector<PlatformAddress> platforms, OAuth2Options oauth2, net::HttpClient& client,
            base::Executor& executor, base::Clock& clock, telemetry::Registry* registry);

  /// Always answered, with the call's id; an answer 401 is tried once more with a fresh token.
  void send(const Call& call, std::function<void(Answered)> done);

  /// MEC 011 GET services; an empty name asks for all.
  void find_services(std::size_t platform, const std::string& name, Callback<std::vector<ServiceInfo>> done);
  /// MEC 011 GET applications/{id}/services.
  void find_services_of(std::size_t platform, const std::string& app_instance_id,
                        Callback<std::vector<ServiceInfo>> done);
  /// MEC 021 GET queries/adjacent_app_instances of the own platform.
  void find_adjacent_instances(Callback<std::vector<AdjacentAppInstance>> done);
  /// MEC 013 GET queries/users; an empty address asks for all.
  void find_users(const std::string& address, Callback<std::vector<UserInfo>> done);
  /// MEC 012 GET queries/rab_info of the user with this IPv4 address.
  void find_cells(const std::string& ipv4_address, Callback<std::vector<CellUser>> done);

  [[nodiscard]] std::size_t platform_count() const { return platforms_.size(); }

 private:
  struct Exchange;
  void attempt(std::shared_ptr<Exchange> exchange);
  void transmit(std::shared_ptr<Exchange> exchange, const std::string& token);
  void finish(const Exchange& exchange, const net::HttpResult& result);
  void get(std::string url, const std::string& api, std::function<void(Answered)> done);
  [[nodiscard]] std::string url_of(const Call& call) const;
  void count(const std::string& api, const std::string& result);

  std::vector<PlatformAddress> platforms_;
  net::HttpClient& client_;
  base::Executor& executor_;
  base::Clock& clock_;
  TokenSource tokens_;
  telemetry::Registry* registry_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace edgecse::mec
