// SPDX-License-Identifier: Apache-2.0
//
// Speaks to a MEC orchestrator (MEO) or OSS as MEC 010-2 says: packages over app_pkgm/v1, instances over app_lcm/v1.
#pragma once

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/result.hpp"
#include "net/http_client.hpp"

namespace edgecse::edgectl {

/// error: a sentence for a person.
template <class T>
using Managed = base::Result<T, std::string>;

/// Waits for each answer; one thread.
class ManagementClient {
 public:
  /// root: below it are app_pkgm/v1 and app_lcm/v1.
  ManagementClient(std::string root, std::chrono::seconds patience);

  /// Creates, uploads, waits until the package is ONBOARDED, enables it. Returns its AppPkgInfo.
  [[nodiscard]] Managed<nlohmann::json> onboard(const std::string& name, const std::string& version,
                                                const std::string& provider, const std::string& bytes);
  struct Instance {
    std::string application;    // appDId
    std::string name;
    std::string host;           // hostName; "": the orchestrator's choice is not supported, so it is required
    std::string configuration;  // of the program; "": its own defaults
  };
  /// Creates and instantiates; waits for the end of the operation. Returns the AppInstanceInfo.
  [[nodiscard]] Managed<nlohmann::json> instantiate(const Instance& instance);
  /// Terminates (gracefully within so many seconds; 0: by force) and deletes.
  [[nodiscard]] Managed<nlohmann::json> terminate(const std::string& instance, std::chrono::seconds grace);

 private:
  struct Body {
    std::string bytes;
    std::string type;
  };
  [[nodiscard]] Managed<net::HttpResponse> send(const std::string& method, const std::string& path, Body body = {});
  [[nodiscard]] Managed<nlohmann::json> ask(const std::string& method, const std::string& path,
                                            const nlohmann::json& body = nullptr);
  /// Polls until the member has left the values that mean "still at work".
  [[nodiscard]] Managed<nlohmann::json> wait_while(const std::string& path, const std::string& member,
                                                   const std::vector<std::string>& at_work);
  [[nodiscard]] Managed<nlohmann::json> operate(const std::string& instance, const std::string& task, const nlohmann::json& body);

  std::string root_;
  std::chrono::seconds patience_;
  std::unique_ptr<net::HttpClient> client_;
};

}  // namespace edgecse::edgectl
