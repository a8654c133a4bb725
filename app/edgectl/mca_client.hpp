// SPDX-License-Identifier: Apache-2.0
//
// Speaks Mca over HTTP as any AE does: no private back door. TS-0009.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/http_client.hpp"

namespace edgecse::edgectl {

using Json = nlohmann::json;

struct Settings {
  std::string cse = "http://127.0.0.1:8080";  // where the CSE listens, with its root
  std::string originator = "CAdmin";
  std::string release = "3";
  std::string ca_file;
  std::string certificate_file, key_file;  // of our own, for a CSE that asks its clients
};

struct Answer {
  int status = 0;   // rsc; 0: none came
  Json content;     // null: none
  std::string text; // the reason in words when it is no success
  [[nodiscard]] bool succeeded() const { return status >= 2000 && status < 3000; }
};

/// Waits for each answer; one thread.
class McaClient {
 public:
  using Query = std::vector<std::pair<std::string, std::string>>;

  explicit McaClient(Settings settings);
  [[nodiscard]] Answer retrieve(const std::string& address, const Query& query = {});
  [[nodiscard]] Answer create(const std::string& parent, int type, const Json& representation);
  [[nodiscard]] Answer update(const std::string& address, const Json& representation);
  [[nodiscard]] Answer remove(const std::string& address);

 private:
  Answer send(net::HttpCall call);
  [[nodiscard]] net::HttpCall make_call(std::string method, const std::string& address, const Query& query) const;

  Settings settings_;
  std::unique_ptr<net::HttpClient> client_;
  unsigned next_request_ = 1;
};

}  // namespace edgecse::edgectl
