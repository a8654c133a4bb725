// SPDX-License-Identifier: Apache-2.0
//
// In whose name a client of onem2m_data/v1 acts: by a bearer token (RFC 6750), a JWT checked against a key set or any token by
// introspection (RFC 7662), or by a certificate that the listener has verified. Its client identifier becomes an originator by
// configuration. Without tokens configured everyone acts as one originator and may read and subscribe, not write.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "edge/problem.hpp"
#include "net/http_client.hpp"
#include "net/json_web_token.hpp"

namespace edgecse::edge {

struct DataAccessOptions {
  std::string originator = "CAdmin";            // of whoever need not say who he is
  std::map<std::string, std::string> clients;   // client identifier -> originator
  std::string pattern = "Cmec-{client_id}";     // for other clients; empty: they are refused
  std::optional<net::JsonWebKeySet> keys;
  /// The key set when it has changed. Asked every ten seconds at most, after a token that no key fits every second.
  std::function<std::optional<net::JsonWebKeySet>()> newer_keys;
  std::string issuer, audience;                 // of tokens; empty: any
  std::string introspection_endpoint;           // empty: none
  std::string introspection_client, introspection_secret;  // HTTP Basic, when given
  std::chrono::seconds remember{30};            // an introspection's answer, at most
  [[nodiscard]] bool wants_tokens() const { return keys.has_value() || !introspection_endpoint.empty(); }
};

struct DataCaller {
  std::string originator;
  bool may_write = false;
};

/// Used on the executor's thread only; answers there.
class DataAccess {
 public:
  using Callback = std::function<void(base::Result<DataCaller, net::HttpResponse>)>;

  DataAccess(DataAccessOptions options, net::HttpClient& client, base::Executor& executor, const base::Clock& clock);

  /// The refusal is 401, or 503 when the introspection endpoint does not answer.
  void admit(const net::HttpRequest& request, Callback done);

 private:
  struct Remembered {
    DataCaller caller;
    base::MonotonicTime until;
  };
  using Admission = base::Result<DataCaller, net::HttpResponse>;
  [[nodiscard]] std::optional<std::string> originator_of(const std::string& client_id) const;
  [[nodiscard]] Admission judge(const nlohmann::json& claims) const;
  /// Looks for a newer key set unless that was done a moment ago; true: there was one.
  bool renew_keys(base::Duration at_most_every);
  void introspect(const std::string& token, Callback done);
  void introspected(const std::string& token, const net::HttpResult& result, const Callback& done);

  DataAccessOptions options_;
  net::HttpClient& client_;
  base::Executor& executor_;
  const base::Clock& clock_;
  std::map<std::string, Remembered> remembered_;
  base::MonotonicTime keys_looked_at_{};
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace edgecse::edge
