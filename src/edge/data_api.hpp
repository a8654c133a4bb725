// SPDX-License-Identifier: Apache-2.0
//
// onem2m_data/v1: devices and their data for MEC applications that know no oneM2M. Every answer comes from ordinary requests
// with the configured originator. docs: src/edge/openapi/onem2m_data.yaml, served at openapi.yaml.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "edge/data_catalog.hpp"
#include "edge/host_directory.hpp"
#include "edge/problem.hpp"
#include "net/http_message.hpp"

namespace edgecse::edge {

class DataSubscriptions;

struct DataApiOptions {
  std::string cse_id;
  std::string root;          // URL of onem2m_data/v1 as others reach it, without a slash at the end
  bool proxy_moved = false;  // true: answer for devices that moved instead of 307
};

/// Used on the executor's thread only; answers there.
class DataApi {
 public:
  /// hosts may be null: then devices that moved are answered for.
  DataApi(DataApiOptions options, Requester& requester, DataCatalog& catalog, DataSubscriptions& subscriptions,
          HostDirectory* hosts);

  /// path_below: what follows onem2m_data/v1, with its leading slash, not decoded.
  void handle(const net::HttpRequest& request, std::string_view path_below, Respond respond);

 private:
  struct Query;
  void handle_get(const net::HttpRequest& request, const std::vector<std::string>& path, Respond respond);
  void list_devices(const net::HttpRequest& request, Respond respond);
  void show_device(const net::HttpRequest& request, const std::string& device_id, Respond respond);
  void list_data(const net::HttpRequest& request, Respond respond);
  void show_data(const net::HttpRequest& request, const std::string& data_id, Respond respond);
  void show_latest(const net::HttpRequest& request, const std::string& data_id, Respond respond);
  void list_values(const net::HttpRequest& request, const std::string& data_id, Respond respond);
  void handle_subscriptions(const net::HttpRequest& request, const std::vector<std::string>& path, Respond respond);
  /// Finds the entry, or answers 404, or 307 when its device moved.
  void with_data(const std::string& data_id, const std::string& target, Respond respond,
                 std::function<void(DataEntry)> found);
  void redirect(const std::string& cse_id, const std::string& target, Respond respond, std::function<void()> otherwise);
  [[nodiscard]] Json describe(const TrackedAe& ae) const;
  [[nodiscard]] Json describe(const DataEntry& entry) const;
  /// The entries as DataSources with count and latest value, in their order.
  void describe_all(std::vector<DataEntry> entries, std::function<void(Json)> done);

  DataApiOptions options_;
  Requester& requester_;
  DataCatalog& catalog_;
  DataSubscriptions& subscriptions_;
  HostDirectory* hosts_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// The file served at openapi.yaml.
[[nodiscard]] std::string_view openapi_document();

}  // namespace edgecse::edge
