// SPDX-License-Identifier: Apache-2.0
//
// DataChangeSubscriptions of onem2m_data/v1. Each is kept as a resource below this service's own AE, and is served by one
// <subscription> under every container that it matches, with this AE as notification target: so it survives a restart, moves
// with the container, and notifications come back over Mcc from wherever the container is. A NOTIFY is answered when its
// callback was; until then the CSE's outbox keeps it.
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
#include "edge/data_catalog.hpp"
#include "edge/problem.hpp"
#include "net/http_client.hpp"
#include "onem2m/request_handler.hpp"

namespace edgecse::edge {

struct DataSubscriptionOptions {
  std::string root;            // URL of onem2m_data/v1, without a slash at the end
  std::string own_address;     // CSE-relative address of this service's AE: cse-mn/onem2m-data
  std::string own_stem;        // its AE-ID stem, originator of what it keeps
  std::string own_target;      // its SP-relative AE-ID: /mn1/Conem2m-data
  std::size_t maximum = 200;   // subscriptions; more get 429
  std::size_t events_per_callback = 50;
  std::chrono::milliseconds callback_timeout{3'000};
  std::chrono::milliseconds first_retry{200};
  std::chrono::milliseconds give_back_after{4'000};  // then the outbox of the notifying CSE is asked to come again
};

/// Used on the executor's thread only.
class DataSubscriptions {
 public:
  DataSubscriptions(DataSubscriptionOptions options, Requester& requester, DataCatalog& catalog, net::HttpClient& client,
                    base::Executor& executor, const base::Clock& clock, base::Random& random);
  ~DataSubscriptions();
  DataSubscriptions(const DataSubscriptions&) = delete;
  DataSubscriptions& operator=(const DataSubscriptions&) = delete;

  /// Reads what an earlier life left; the AE exists.
  void start();
  /// The tracker has read the AEs again: new data may match. Also ends what has expired.
  void devices_read();
  /// A NOTIFY to our AE that is no verification.
  void on_notify(const onem2m::Request& request, onem2m::ResponseCallback done);

  [[nodiscard]] net::HttpResponse list() const;
  [[nodiscard]] net::HttpResponse show(const std::string& id) const;
  void create(const net::HttpRequest& request, Respond respond);
  void replace(const std::string& id, const net::HttpRequest& request, Respond respond);
  void remove(const std::string& id, Respond respond);

 private:
  struct Event {
    std::string data_id;
    std::uint64_t sequence = 0;
    Json document;
    base::MonotonicTime since;
    std::vector<onem2m::ResponseCallback> waiting;
    std::vector<std::string> request_identifiers;
  };
  struct Subscription {
    std::string id;
    Json document;                         // as the application sees it, without _links
    std::uint64_t next_sequence = 1;
    std::uint64_t reserved = 0;            // sequences below are used or lost
    std::set<std::string> targets;         // dataIds with an underlying <subscription>
    std::set<std::string> underlying;      // resourceIDs of those
    std::map<std::string, std::uint64_t> delivered;  // newest sequence by dataId
    std::deque<Event> queue;
    bool sending = false;
    bool removed = false;
    int failures = 0;
    base::MonotonicTime retry_at{};
  };
  using SubscriptionPtr = std::shared_ptr<Subscription>;

  void load(const std::string& address);
  void save(const SubscriptionPtr& subscription, std::function<void(onem2m::Result<Json>)> done);
  void attach_all(const SubscriptionPtr& subscription);
  void attach(const SubscriptionPtr& subscription, const DataEntry& entry);
  void detach_all(const SubscriptionPtr& subscription);
  [[nodiscard]] bool matches(const Subscription& subscription, const DataEntry& entry) const;
  [[nodiscard]] SubscriptionPtr find_by_reference(const std::string& reference) const;
  void deliver(const SubscriptionPtr& subscription);
  void delivered(const SubscriptionPtr& subscription, std::size_t count, const net::HttpResult& result);
  void give_back(const SubscriptionPtr& subscription);
  void post(const Subscription& subscription, const Json& body, std::function<void(net::HttpResult)> done);
  void expire(const SubscriptionPtr& subscription);
  [[nodiscard]] Json link_of(const Subscription& subscription) const;
  [[nodiscard]] Json shown(const Subscription& subscription) const;
  [[nodiscard]] std::string resource_of(const Subscription& subscription) const;

  DataSubscriptionOptions options_;
  Requester& requester_;
  DataCatalog& catalog_;
  net::HttpClient& client_;
  base::Executor& executor_;
  const base::Clock& clock_;
  base::Random& random_;
  std::map<std::string, SubscriptionPtr> subscriptions_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace edgecse::edge
