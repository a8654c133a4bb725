// SPDX-License-Identifier: Apache-2.0
//
// Which CSE stands behind which MEC application instance, and where its data API is: read from the entries onem2m-cse and
// onem2m-data of the platforms' service registries (implSpecificInfo.cseId, appInstanceId).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mec/api_client.hpp"

namespace edgecse::edge {

struct KnownHost {
  std::string cse_id;
  std::string data_endpoint;  // empty: offers no data API
};

/// Used on the executor's thread only.
class HostDirectory {
 public:
  using Callback = std::function<void(std::optional<KnownHost>)>;

  explicit HostDirectory(mec::ApiClient& api) : api_(api) {}

  /// Looks in what is known, then asks the own platform and its peers.
  void find_by_instance(const std::string& app_instance_id, Callback done);
  void find_by_cse(const std::string& cse_id, Callback done);

 private:
  struct Question;
  void ask(std::shared_ptr<Question> question);
  void learn(const std::vector<mec::ServiceInfo>& services, const std::string& instance = {});
  [[nodiscard]] std::optional<KnownHost> known(const Question& question) const;

  mec::ApiClient& api_;
  // Both stay when a platform forgets: hosts rarely change their name, and an AMS may name an instance of an earlier life.
  std::map<std::string, KnownHost> by_cse_;
  std::map<std::string, std::string> cse_of_instance_;
};

}  // namespace edgecse::edge
