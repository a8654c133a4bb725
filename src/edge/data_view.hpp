// SPDX-License-Identifier: Apache-2.0
//
// The CSE as one originator sees it through onem2m_data/v1: the access rules decide what is in it. Every client of the service
// that acts as an originator of its own has a view of its own.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "base/random.hpp"
#include "edge/data_catalog.hpp"
#include "edge/device_tracker.hpp"
#include "edge/requester.hpp"

namespace edgecse::edge {

struct DataViewOptions {
  std::string base_address;  // CSE-relative name of the CSEBase
  std::string own_stem;      // AE-ID of the service itself, which is no device
  Publish publish = Publish::Labelled;
  OwnerOf owner_of;
  std::size_t maximum = 100;  // originators at a time
};

/// Which values, in which order.
struct ValueRange {
  std::uint64_t after = 0;  // sequence behind which to begin, in that order; 0: at the end
  bool descending = false;  // newest first
  std::size_t most = 1'000;
};

/// Where views come from; all of it outlives them.
struct DataViewEnvironment {
  onem2m::RequestHandler& handler;
  base::Executor& executor;
  const base::Clock& clock;
  base::Random& random;
};

/// Used on the executor's thread only.
class DataView {
 public:
  DataView(const DataViewEnvironment& environment, const DataViewOptions& options, const std::string& originator)
      : requester(environment.handler, environment.executor, environment.random, originator),
        devices(requester, environment.executor, options.base_address, options.own_stem, options.owner_of),
        catalog(requester, devices, environment.clock, options.base_address, options.publish) {}

  /// Attributes of the newest instance; of a flexContainer its own.
  void latest(const DataEntry& entry, Requester::Callback<Json> done);
  /// Attributes of the instances that match, of a flexContainer, which keeps one value, its own. Reads no more than it must.
  void values(const DataEntry& entry, onem2m::FilterCriteria criteria, ValueRange range, Requester::Callback<std::vector<Json>> done);
  /// The entry's device, when the CSE of that name serves it and not this one; else empty.
  [[nodiscard]] std::string moved_to(const DataEntry& entry) const;

  Requester requester;
  DeviceTracker devices;
  DataCatalog catalog;

 private:
  struct Reading;  // data_reading.cpp
  using ReadingPtr = std::shared_ptr<Reading>;
  void locate(const ReadingPtr& reading);
  void read_page(const ReadingPtr& reading, std::uint64_t offset);
};

/// Used on the executor's thread only. Views stay as long as this object.
class DataViews {
 public:
  DataViews(DataViewEnvironment environment, DataViewOptions options)
      : environment_(environment), options_(std::move(options)) {}

  /// nullptr: there are too many originators already.
  [[nodiscard]] DataView* of(const std::string& originator);

 private:
  DataViewEnvironment environment_;
  DataViewOptions options_;
  std::map<std::string, std::unique_ptr<DataView>> views_;
};

}  // namespace edgecse::edge
