// SPDX-License-Identifier: Apache-2.0
//
// onem2m_data/v1: devices and their data for MEC applications that know no oneM2M. Every answer comes from ordinary requests
// with the originator that the application acts as. docs: src/edge/openapi/onem2m_data.yaml, served at openapi.yaml.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "edge/data_query.hpp"
#include "edge/data_streams.hpp"
#include "edge/data_view.hpp"
#include "edge/host_directory.hpp"
#include "edge/problem.hpp"
#include "net/http_message.hpp"

namespace edgecse::edge {

class DataSubscriptions;
class DeviceCells;

struct DataApiOptions {
  std::string cse_id;
  std::string root;          // URL of onem2m_data/v1 as others reach it, without a slash at the end
  std::string host;          // name of the MEC host; empty: not told
  bool proxy_moved = false;  // true: answer for devices that moved instead of 307
};

/// One request, in whose name, and where the answer goes.
struct DataCall {
  net::HttpRequest request;
  DataView* view = nullptr;
  bool may_write = false;
  Respond respond;
  OpenStream open_stream;  // empty: no streams here
};
using DataCallPtr = std::shared_ptr<const DataCall>;

/// Used on the executor's thread only; answers there.
class DataApi {
 public:
  /// hosts may be null: then devices that moved are answered for. cells may be null: then no device's cell is told.
  DataApi(DataApiOptions options, DataSubscriptions& subscriptions, DataStreams& streams, const base::Clock& clock,
          HostDirectory* hosts, const DeviceCells* cells = nullptr);

  /// path_below: what follows onem2m_data/v1, with its leading slash, not decoded.
  void handle(DataCall call, std::string_view path_below);

 private:
  using Found = std::function<void(DataEntry)>;
  void handle_get(const DataCallPtr& call, const std::vector<std::string>& path);
  void handle_subscriptions(const DataCallPtr& call, const std::vector<std::string>& path);
  void list_devices(const DataCallPtr& call);
  void show_device(const DataCallPtr& call, const std::string& device_id);
  void list_data(const DataCallPtr& call);
  void show_data(const DataCallPtr& call, const std::string& data_id);
  void show_latest(const DataCallPtr& call, const std::string& data_id);
  void list_values(const DataCallPtr& call, const std::string& data_id);
  void write_value(const DataCallPtr& call, const std::string& data_id);
  void open_stream(const DataCallPtr& call, const std::string& data_id);
  /// Finds the entry, or answers 404, or 307 to what is below it at the new host when its device moved.
  void with_data(const DataCallPtr& call, const std::string& data_id, const std::string& below, Found found);
  void redirect(const std::string& cse_id, const std::string& target, Respond respond, std::function<void()> otherwise);
  [[nodiscard]] Json describe(const TrackedAe& ae) const;
  [[nodiscard]] Json describe(const DataEntry& entry) const;
  /// The entries as DataSources with count and latest value, in their order.
  void describe_all(DataView& view, std::vector<DataEntry> entries, std::function<void(Json)> done);

  DataApiOptions options_;
  DataSubscriptions& subscriptions_;
  DataStreams& streams_;
  const base::Clock& clock_;
  HostDirectory* hosts_;
  const DeviceCells* cells_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// The name of what a request asks, for metrics: read_devices, create_subscriptions, read_stream ...; other: nothing that is offered.
[[nodiscard]] std::string_view operation_of(const net::HttpRequest& request, std::string_view path_below);

/// The file served at openapi.yaml.
[[nodiscard]] std::string_view openapi_document();

}  // namespace edgecse::edge
