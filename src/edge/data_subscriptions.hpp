// SPDX-License-Identifier: Apache-2.0
//
// Subscriptions of onem2m_data/v1, each kept as a resource below this service's own AE.
//
// A DataChangeSubscription is served by one <subscription> under every container that it matches, with this AE as notification
// target: so it survives a restart, moves with the container, and notifications come back over Mcc from wherever the container
// is. A NOTIFY is answered when its callback was; until then the CSE's outbox keeps it.
//
// A DeviceMobilitySubscription is served by comparing who serves each device with what the application was told last, which is
// kept with it: a move that happens while this process is away is told afterwards.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "base/random.hpp"
#include "edge/data_metrics.hpp"
#include "edge/data_view.hpp"
#include "edge/host_directory.hpp"
#include "edge/problem.hpp"
#include "net/http_client.hpp"
#include "onem2m/request_handler.hpp"

namespace edgecse::edge {

struct DataSubscriptionOptions {
  std::string cse_id;          // /mn1
  std::string root;            // URL of onem2m_data/v1, without a slash at the end
  std::string own_address;     // CSE-relative address of this service's AE: cse-mn/onem2m-data
  std::string own_target;      // its SP-relative AE-ID: /mn1/Conem2m-data
  std::string originator;      // of subscriptions that an earlier version kept without one
  std::size_t maximum = 200;   // subscriptions; more get 429
  std::size_t events_per_callback = 50;
  std::size_t maximum_moves = 1'000;  // events of a DeviceMobilitySubscription that wait for their callback
  std::chrono::milliseconds callback_timeout{3'000};
  std::chrono::milliseconds first_retry{200};
  std::chrono::milliseconds give_back_after{4'000};  // then the outbox of the notifying CSE is asked to come again
};

/// All of it outlives the subscriptions.
struct DataSubscriptionEnvironment {
  Requester& own;              // in the name of this service's AE
  DataViews& views;
  HostDirectory* hosts;        // may be null
  net::HttpClient& client;
  base::Executor& executor;
  const base::Clock& clock;
  base::Random& random;
  DataMetrics& metrics;
};

/// Used on the executor's thread only.
class DataSubscriptions {
 public:
  DataSubscriptions(DataSubscriptionOptions options, const DataSubscriptionEnvironment& environment);
  ~DataSubscriptions();
  DataSubscriptions(const DataSubscriptions&) = delete;
  DataSubscriptions& operator=(const DataSubscriptions&) = delete;

  /// Reads what an earlier life left; the AE exists.
  void start();
  /// AEs may have come, gone or moved: new data may match. Also ends what has expired.
  void devices_read();
  /// A NOTIFY to our AE that is no verification.
  void on_notify(const onem2m::Request& request, onem2m::ResponseCallback done);
  /// The network moves the device to another host, its data will follow.
  void move_prepared(const std::string& device_id, const std::string& target);
  /// It stays after all: a later preparation is told again.
  void move_failed(const std::string& device_id);

  // What the API offers, to one originator: those of others do not exist for it.
  [[nodiscard]] net::HttpResponse list(const std::string& originator) const;
  [[nodiscard]] net::HttpResponse show(const std::string& originator, const std::string& id) const;
  void create(DataView& view, const net::HttpRequest& request, Respond respond);
  void replace(const std::string& originator, const std::string& id, const net::HttpRequest& request, Respond respond);
  void remove(const std::string& originator, const std::string& id, Respond respond);

 private:
  struct Event {
    std::string data_id;       // of a value
    std::uint64_t sequence = 0;
    std::string device_id;     // of a move
    std::string owner;         // where the device is then; empty: it left
    bool complete = true;      // false: something about it is still being asked
    Json document;
    base::MonotonicTime since;
    std::vector<onem2m::ResponseCallback> waiting;
  };
  using EventPtr = std::shared_ptr<Event>;
  struct Subscription {
    std::string id;
    DataView* view = nullptr;
    Json document;                         // as the application sees it, without _links
    std::uint64_t next_sequence = 1;
    std::uint64_t reserved = 0;            // sequences below are used or lost
    std::set<std::string> targets;         // dataIds with an underlying <subscription>
    std::set<std::string> underlying;      // resourceIDs of those
    std::map<std::string, std::uint64_t> delivered;  // newest sequence by dataId
    std::map<std::string, std::string> known;        // CSE-ID by deviceId, as events were made of
    std::map<std::string, std::string> told;         // the same, as the application has taken it; kept
    std::map<std::string, std::string> prepared;     // target by deviceId
    std::deque<EventPtr> queue;
    bool sending = false;
    bool removed = false;
    int failures = 0;
    base::MonotonicTime retry_at{};
  };
  using SubscriptionPtr = std::shared_ptr<Subscription>;

  void load(const std::string& address);
  void save(const SubscriptionPtr& subscription, std::function<void(onem2m::Result<Json>)> done);
  void look(const SubscriptionPtr& subscription);
  void attach_all(const SubscriptionPtr& subscription);
  void attach(const SubscriptionPtr& subscription, const DataEntry& entry);
  void detach_all(const SubscriptionPtr& subscription);
  [[nodiscard]] bool matches(const Subscription& subscription, const DataEntry& entry) const;
  [[nodiscard]] SubscriptionPtr find(const std::string& originator, const std::string& id) const;
  [[nodiscard]] SubscriptionPtr find_by_reference(const std::string& reference) const;
  void expire(const SubscriptionPtr& subscription);
  [[nodiscard]] Json link_of(const Subscription& subscription) const;
  /// With its ETag.
  [[nodiscard]] net::HttpResponse shown(int status, const Subscription& subscription) const;
  [[nodiscard]] std::string resource_of(const Subscription& subscription) const;

  // data_callbacks.cpp
  void deliver(const SubscriptionPtr& subscription);
  void reserve(const SubscriptionPtr& subscription);
  void delivered(const SubscriptionPtr& subscription, std::size_t count, const net::HttpResult& result);
  void give_back(const SubscriptionPtr& subscription);
  void post(const Subscription& subscription, const Json& body, std::function<void(net::HttpResult)> done);

  // device_moves.cpp
  void compare_owners(const SubscriptionPtr& subscription);
  [[nodiscard]] bool matches(const Subscription& subscription, const TrackedAe& ae) const;
  void tell_move(const SubscriptionPtr& subscription, const std::string& device_id, const char* event, const std::string& from,
                 const std::string& to);

  DataSubscriptionOptions options_;
  DataSubscriptionEnvironment env_;
  std::map<std::string, SubscriptionPtr> subscriptions_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace edgecse::edge
