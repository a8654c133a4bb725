// SPDX-License-Identifier: Apache-2.0
//
// Values as they come (text/event-stream) of onem2m_data/v1. Open streams of one originator on one source share a feed: one
// <subscription> below it with this service's AE as target, which goes with the last of them. An event's id is the value's
// sequence, so a reader that comes back with Last-Event-ID gets what it missed. A stream ends with the event `moved` when
// another host serves the device, and with `end` when this one stops.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "edge/data_metrics.hpp"
#include "edge/data_view.hpp"
#include "edge/host_directory.hpp"
#include "edge/problem.hpp"
#include "net/http_server.hpp"
#include "onem2m/request_handler.hpp"

namespace edgecse::edge {

/// Sends the head; the rest is written to what it gives.
using OpenStream = std::function<std::shared_ptr<net::ResponseStream>(net::HttpResponse)>;

struct DataStreamOptions {
  std::string own_target;      // SP-relative AE-ID of this service
  std::size_t maximum = 200;   // more get 429
  std::chrono::milliseconds keep_alive{15'000};  // a comment, so that a reader that is gone is noticed
  std::chrono::minutes lease{60};  // of a feed's <subscription>, which nobody removes when the process is killed
};

/// Used on the executor's thread only.
class DataStreams {
 public:
  /// hosts may be null; owner_of as in DeviceTracker.
  DataStreams(DataStreamOptions options, base::Executor& executor, const base::Clock& clock, HostDirectory* hosts, OwnerOf owner_of,
              DataMetrics& metrics);
  DataStreams(const DataStreams&) = delete;
  DataStreams& operator=(const DataStreams&) = delete;

  /// Streams what follows the sequence given; without one the newest value and what follows. Or refuses by respond.
  void open(DataView& view, const DataEntry& entry, std::optional<std::uint64_t> after, const OpenStream& open_stream,
            const Respond& respond);
  /// Whether a notification's reference is a feed's, by its name or its resourceID.
  [[nodiscard]] bool is_feed(const std::string& reference) const;
  void on_notify(const onem2m::Request& request, const onem2m::ResponseCallback& done);
  /// Owners may have changed: ends the streams of devices that moved.
  void owners_changed();
  void end_all();
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  struct Stream;
  struct Feed;
  using FeedPtr = std::shared_ptr<Feed>;
  using StreamPtr = std::shared_ptr<Stream>;
  void subscribe(const FeedPtr& feed);
  void begin(const FeedPtr& feed, const StreamPtr& stream);
  void catch_up(const FeedPtr& feed, const StreamPtr& stream);
  void write(const FeedPtr& feed, const StreamPtr& stream, const Json& value);
  void tell_moved(const FeedPtr& feed, const std::string& owner, const std::string& location);
  void finish(const FeedPtr& feed, const StreamPtr& stream, const std::string& last_event);
  void keep_alive();
  [[nodiscard]] std::string lease_end() const;
  void renew(const FeedPtr& feed);

  DataStreamOptions options_;
  base::Executor& executor_;
  const base::Clock& clock_;
  HostDirectory* hosts_;
  OwnerOf owner_of_;
  DataMetrics& metrics_;
  std::map<std::string, FeedPtr> feeds_;  // by originator and dataId
  std::size_t count_ = 0;
  base::TimerId timer_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace edgecse::edge
