// SPDX-License-Identifier: Apache-2.0
//
// The containers, flexContainers and timeSeries that are offered as data to applications that know no oneM2M: those under AEs, or themselves, labelled
// mec:publish or mec:service=<name>; or all. dataId is the resourceID, which it keeps when it moves.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "edge/data_value.hpp"
#include "edge/device_tracker.hpp"
#include "edge/requester.hpp"

namespace edgecse::edge {

enum class Publish { Labelled, All };

struct DataEntry {
  DataKind kind = DataKind::Container;
  std::string data_id;
  std::string device_id;
  std::string address;       // CSE-relative, structured
  std::string path;          // below the AE
  std::vector<std::string> labels;
};

/// Used on the executor's thread only.
class DataCatalog {
 public:
  DataCatalog(Requester& requester, DeviceTracker& tracker, const base::Clock& clock, std::string base_address,
              Publish publish);

  /// Calls back when what is known is not older than the age given; at once when that is so already.
  void renew(std::chrono::milliseconds at_most_old, std::function<void()> done);
  [[nodiscard]] const std::map<std::string, DataEntry>& entries() const { return entries_; }
  /// AEs that are offered: by their own labels or by those of a container.
  [[nodiscard]] std::vector<const TrackedAe*> devices() const;
  /// Names that data served here is published by: labels mec:service=<name>.
  [[nodiscard]] std::set<std::string> services() const;
  [[nodiscard]] const TrackedAe* device_of(const DataEntry& entry) const;

 private:
  struct Renewal;
  void read_containers(std::shared_ptr<Renewal> renewal, std::vector<std::string> addresses);
  void read_next(std::shared_ptr<Renewal> renewal);
  void finish(std::shared_ptr<Renewal> renewal);
  [[nodiscard]] const TrackedAe* owner_of(const std::string& address) const;
  [[nodiscard]] bool is_published(const TrackedAe& ae, const std::vector<std::string>& labels) const;

  Requester& requester_;
  DeviceTracker& tracker_;
  const base::Clock& clock_;
  std::string base_address_;
  Publish publish_;
  std::map<std::string, DataEntry> entries_;     // by dataId
  std::map<std::string, DataEntry> known_;       // every container read so far, by address
  base::MonotonicTime renewed_at_{};
  bool ever_ = false;
  int renewals_ = 0;
  std::shared_ptr<Renewal> renewal_;
  std::vector<std::function<void()>> waiting_;
};

}  // namespace edgecse::edge
