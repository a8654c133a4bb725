// SPDX-License-Identifier: Apache-2.0
#include "cse/time_sync/time_sync_beacon.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <utility>

#include "cse/changes.hpp"
#include "cse/outbox.hpp"
#include "cse/subscription/notification_criteria.hpp"
#include "cse/subscription/notification_policies.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;

namespace {

constexpr int kTimeSyncBeacon = TimeSyncBeaconProcedure::kType;
enum BeaconCriteria { kPeriodic = 1, kLossOfSynchronisation = 2 };
constexpr const char* kDefaultInterval = "PT1H";
constexpr const char* kDefaultThreshold = "PT60S";
constexpr base::Duration kShortestInterval = std::chrono::seconds{1};
constexpr base::Duration kLifeOfAWarning = std::chrono::hours{1};

Result<> check_beacon(const Json& attributes) {
  const int criteria = attributes.value("bcnc", 0);
  const auto refuse_with = [&](const char* name, const char* why) {
    return refuse(ResponseStatus::BadRequest, std::string(name) + " " + why + " with bcnc " + std::to_string(criteria));
  };
  if (criteria == kPeriodic) {
    for (const char* name : {"bcnt", "bcnr"})
      if (attributes.contains(name)) return refuse_with(name, "has no place");
    return {};
  }
  if (criteria != kLossOfSynchronisation)
    return refuse(ResponseStatus::BadRequest, "bcnc " + std::to_string(criteria) + " is neither 1 nor 2");
  if (attributes.contains("bcni")) return refuse_with("bcni", "has no place");
  if (!attributes.contains("bcnr")) return refuse_with("bcnr", "is missing");
  return {};
}

void set_default(Json& attributes) {
  const bool periodic = attributes.value("bcnc", 0) == kPeriodic;
  const char* name = periodic ? "bcni" : "bcnt";
  if (!attributes.contains(name)) attributes[name] = periodic ? kDefaultInterval : kDefaultThreshold;
}

}  // namespace

Result<> TimeSyncBeaconProcedure::check_create(const CreateCheck& check) const {
  if (auto fits = check_beacon(check.attributes); !fits) return fits;
  const std::string requester = check.attributes.value("bcnr", "");
  if (requester.empty()) return {};
  for (const ResourcePtr& sibling : check.tree.children(check.parent.id))
    if (sibling->type == kTimeSyncBeacon && sibling->text("bcnr") == requester)
      return refuse(ResponseStatus::BadRequest, "bcnr: '" + sibling->name + "' is for " + requester + " already");
  return {};
}

Result<> TimeSyncBeaconProcedure::check_update(const UpdateCheck& check) const {
  Json whole = whole_after(check.target, check.attributes);
  // What the CSE had set goes with the criteria that it was for.
  if (whole["bcnc"] != check.target.attributes["bcnc"])
    for (const char* name : {"bcni", "bcnt"})
      if (!check.attributes.contains(name)) whole.erase(name);
  return check_beacon(whole);
}

Result<> TimeSyncBeaconProcedure::before_create(CreateContext& context) {
  set_default(context.resource.attributes);
  return {};
}

Result<> TimeSyncBeaconProcedure::before_update(UpdateContext& context) {
  Json& attributes = context.after.attributes;
  attributes.erase(attributes.value("bcnc", 0) == kPeriodic ? "bcnt" : "bcni");
  set_default(attributes);
  return {};
}

namespace {

class Beacons final : public TimeSync, public CommitObserver {
 public:
  explicit Beacons(CseCore& core) : core_(core) { core.loop->add_observer(*this); }
  ~Beacons() override { stop(); }

  void start() override {
    std::lock_guard lock(mutex_);
    started_ = true;
    core_.loop->snapshot()->tree.for_each([&](const ResourcePtr& resource) {
      if (resource->type == kTimeSyncBeacon) follow(resource->id, resource);
    });
  }
  bool drain() override {
    stop();
    return true;
  }

  void committed(const Snapshot& snapshot, std::span<const Change> changes) override {
    for (const Change& change : changes) {
      if (change.table != store::Table::Tree || change.type != kTimeSyncBeacon) continue;
      std::lock_guard lock(mutex_);
      if (started_) follow(change.key, snapshot.tree.find(change.key));
    }
  }

  void compare_clocks(const onem2m::Request& request) override {
    if (!comparing_.load(std::memory_order_relaxed) || request.originating_timestamp.empty()) return;
    const auto theirs = onem2m::parse_timestamp(request.originating_timestamp);
    if (!theirs) return;
    const base::WallTime ours = core_.environment.clock.wall_now();
    const base::Duration difference = ours > *theirs ? ours - *theirs : *theirs - ours;
    const std::string from = local_originator(core_.options, request.from);
    std::vector<std::string> wrong;
    {
      std::lock_guard lock(mutex_);
      for (auto& [id, watch] : watches_) {
        if (watch.requester != from || std::exchange(watch.lost, difference > watch.threshold)) continue;
        if (watch.lost) wrong.push_back(id);
      }
    }
    for (const std::string& id : wrong) submit(id);
  }

 private:
  struct Beacon {
    std::string interval;
    base::TimerId timer = 0;
  };
  struct Watch {
    std::string requester;  // as local originators are written
    base::Duration threshold{};
    bool lost = false;
  };

  // resource nullptr: it is gone. A changed interval begins anew. The caller holds mutex_.
  void follow(const std::string& id, const ResourcePtr& resource) {
    follow_clock(id, resource);
    const bool periodic = resource && resource->number("bcnc") == kPeriodic;
    const auto known = beacons_.find(id);
    if (known != beacons_.end()) {
      if (periodic && known->second.interval == resource->text("bcni")) return;
      core_.environment.executor.cancel(known->second.timer);
      beacons_.erase(known);
    }
    if (!periodic) return;
    beacons_[id].interval = resource->text("bcni");
    arm(id, beacons_[id]);
  }

  void follow_clock(const std::string& id, const ResourcePtr& resource) {
    if (resource && resource->number("bcnc") == kLossOfSynchronisation) {
      Watch& watch = watches_[id];
      watch.requester = local_originator(core_.options, resource->text("bcnr"));
      watch.threshold = read_duration(resource->text("bcnt")).value_or(kShortestInterval);
    } else {
      watches_.erase(id);
    }
    comparing_ = !watches_.empty();
  }

  void arm(const std::string& id, Beacon& beacon) {
    const base::Duration wait = std::max(read_duration(beacon.interval).value_or(kShortestInterval), kShortestInterval);
    beacon.timer = core_.environment.executor.run_after(wait, [this, id, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) tell(id);
    });
  }

  void tell(const std::string& id) {
    {
      std::lock_guard lock(mutex_);
      const auto found = beacons_.find(id);
      if (!started_ || found == beacons_.end()) return;
      arm(id, found->second);
    }
    submit(id);
  }

  void submit(const std::string& id) {
    core_.loop->submit({[this, id](Transaction& transaction) -> Result<> {
                          const ResourcePtr beacon = transaction.tree().find(id);
                          if (beacon && (beacon->unit.empty() || core_.gate->serves(transaction, beacon->unit)))
                            enqueue_beacon(transaction, *beacon);
                          return {};
                        },
                        nullptr});
  }

  void enqueue_beacon(Transaction& transaction, const Resource& beacon) {
    const base::Duration life = read_duration(beacon.text("bcni")).value_or(kLifeOfAWarning);
    for (const Json& uri : beacon.attributes.value("bcnu", Json::array())) {
      const NotificationTarget target = read_notification_target(uri.get<std::string>());
      OutboxEntry entry;
      entry.ordering_key = beacon.id + ' ' + target.address;
      entry.number = transaction.next_creation();
      entry.target = target.address;
      entry.plain_url = target.is_url;
      entry.unit = beacon.unit;
      entry.expires = (transaction.now() + std::max(life, kShortestInterval)).time_since_epoch().count();
      entry.request.operation = onem2m::Operation::Notify;
      entry.request.to = target.address;
      entry.request.from = core_.options.id;
      entry.request.request_identifier = beacon.id + '-' + std::to_string(entry.number);
      entry.request.release_version = "4";
      // Who is elsewhere needs to know whose id it is.
      const std::string id = target.address.starts_with('/') ? core_.options.id + '/' + beacon.id : beacon.id;
      entry.request.content = {{"m2m:tsbn", {{"tbr", id}, {"ctm", onem2m::format_timestamp(transaction.now())}}}};
      enqueue(transaction, entry);
    }
  }

  void stop() {
    std::lock_guard lock(mutex_);
    started_ = false;
    for (auto& [id, beacon] : beacons_) core_.environment.executor.cancel(beacon.timer);
    beacons_.clear();
    watches_.clear();
    comparing_ = false;
  }

  CseCore& core_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::map<std::string, Beacon> beacons_;  // by ri
  std::map<std::string, Watch> watches_;   // by ri
  bool started_ = false;
  std::atomic<bool> comparing_ = false;  // whether watches_ has any
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace

std::unique_ptr<TimeSync> make_time_sync(CseCore& core) { return std::make_unique<Beacons>(core); }

}  // namespace edgecse::cse
