// SPDX-License-Identifier: Apache-2.0
#include "cse/expiration.hpp"

#include <map>
#include <mutex>
#include <set>
#include <unordered_map>

#include "base/log.hpp"
#include "cse/procedures.hpp"
#include "cse/rows.hpp"

namespace edgecse::cse {
namespace {

using onem2m::Result;

constexpr std::size_t kInOneJob = 100;
constexpr base::Duration kLongestWait = std::chrono::hours{24};    // wall clocks jump
constexpr base::Duration kNotServedWait = std::chrono::seconds{10};
constexpr std::int64_t kNever = INT64_MAX;

// When each resource ends. Asked for every changed resource of every commit, so an unchanged et costs one comparison.
class Index {
 public:
  void put(const Resource& resource) {
    const auto et = resource.attributes.find("et");
    if (et == resource.attributes.end() || !et->is_string()) return erase(resource.id);
    const std::string& text = et->get_ref<const std::string&>();
    auto& [known, time] = times_[resource.id];
    if (known == text) return;
    by_time_.erase({time, resource.id});
    known = text;
    time = to_microseconds(text);
    if (time != 0) by_time_.emplace(time, resource.id);
  }
  void erase(const std::string& id) {
    const auto found = times_.find(id);
    if (found == times_.end()) return;
    by_time_.erase({found->second.second, id});
    times_.erase(found);
  }
  [[nodiscard]] std::int64_t first() const { return by_time_.empty() ? kNever : by_time_.begin()->first; }
  [[nodiscard]] std::vector<std::string> due(std::int64_t now) const {
    std::vector<std::string> ids;
    for (auto entry = by_time_.begin(); entry != by_time_.end() && entry->first <= now && ids.size() < kInOneJob; ++entry)
      ids.push_back(entry->second);
    return ids;
  }
  /// Asked about again at that time: its unit is not served here now.
  void postpone(const std::string& id, std::int64_t until) {
    const auto found = times_.find(id);
    if (found == times_.end()) return;
    by_time_.erase({found->second.second, id});
    found->second.second = until;
    by_time_.emplace(until, id);
  }

 private:
  std::unordered_map<std::string, std::pair<std::string, std::int64_t>> times_;  // ri -> et as text, as time
  std::set<std::pair<std::int64_t, std::string>> by_time_;
};

class Expiration final : public CsePart, public CommitObserver {
 public:
  explicit Expiration(CseCore& core) : core_(core) { core.loop->add_observer(*this); }
  ~Expiration() override { stop(); }

  void start() override {
    {
      std::lock_guard lock(mutex_);
      core_.loop->snapshot()->tree.for_each([&](const ResourcePtr& resource) { index_.put(*resource); });
      const auto rows = core_.loop->store().scan(store::Table::Meta, rows::meta::kInstanceEnds, rows::meta::kInstanceEndsEnd, 1);
      if (rows && !rows->empty()) next_instance_ = rows::meta::split_instance_end(rows->front().key).time;
      started_ = true;
    }
    arm();
  }
  bool drain() override {
    stop();
    return true;
  }

  void committed(const Snapshot& snapshot, std::span<const Change> changes) override {
    {
      std::lock_guard lock(mutex_);
      if (!started_) return;
      for (const Change& change : changes) follow(snapshot, change);
    }
    arm();
  }

 private:
  void follow(const Snapshot& snapshot, const Change& change) {
    if (change.table == store::Table::Tree) {
      if (const ResourcePtr resource = snapshot.tree.find(change.key)) {
        index_.put(*resource);
      } else {
        index_.erase(change.key);
      }
    } else if (change.kind == Change::Kind::PutRow && change.key.starts_with(rows::meta::kInstanceEnds)) {
      next_instance_ = std::min(next_instance_, rows::meta::split_instance_end(change.key).time);
    }
  }

  [[nodiscard]] std::int64_t now() const { return core_.environment.clock.wall_now().time_since_epoch().count(); }

  // The timer stands at the earliest end; it is set anew only when something ends before it.
  void arm() {
    std::lock_guard lock(mutex_);
    if (!started_ || busy_) return;
    const std::int64_t next = std::min(index_.first(), next_instance_);
    if (next == kNever || (timer_ != 0 && armed_for_ <= next)) return;
    if (timer_ != 0) core_.environment.executor.cancel(timer_);
    armed_for_ = next;
    const base::Duration wait = std::clamp(base::Duration{next - now()}, base::Duration{0}, kLongestWait);
    timer_ = core_.environment.executor.run_after(wait, [this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) expire();
    });
  }

  void stop() {
    std::lock_guard lock(mutex_);
    started_ = false;
    if (timer_ != 0) core_.environment.executor.cancel(timer_);
    timer_ = 0;
  }

  void expire() {
    std::vector<std::string> due;
    bool instances = false;
    {
      std::lock_guard lock(mutex_);
      timer_ = 0;
      due = index_.due(now());
      instances = next_instance_ <= now();
      busy_ = !due.empty() || instances;
    }
    if (due.empty() && !instances) return arm();
    core_.loop->submit({[this, due, instances](Transaction& transaction) -> Result<> {
                          for (const std::string& id : due)
                            if (auto done = end_resource(transaction, id); !done) return done;
                          return instances ? end_instances(transaction) : Result<>{};
                        },
                        [this, alive = std::weak_ptr(alive_)](const Result<>& result) {
                          if (alive.expired()) return;
                          if (!result)
                            base::log::warning("cse", "expired resources could not be deleted",
                                               {{"detail", result.error().detail}});
                          finish(result.has_value());
                        }});
  }

  Result<> end_resource(Transaction& transaction, const std::string& id) {
    const ResourcePtr resource = transaction.tree().find(id);
    if (!resource) return {};
    const std::int64_t end = to_microseconds(resource->text("et"));
    const std::int64_t time = transaction.now().time_since_epoch().count();
    if (end == 0 || end > time) return {};
    if (!resource->unit.empty() && !core_.gate->serves(transaction, resource->unit)) {
      postponed_.push_back(id);
      return {};
    }
    return delete_resource(core_, transaction, id, nullptr);
  }

  // Rows of instances that are gone already are just dropped.
  Result<> end_instances(Transaction& transaction) {
    const std::int64_t time = transaction.now().time_since_epoch().count();
    auto rows = transaction.rows(store::Table::Meta, rows::meta::kInstanceEnds, rows::meta::kInstanceEndsEnd, kInOneJob + 1);
    if (!rows) return tl::unexpected(rows.error());
    next_seen_ = kNever;
    std::size_t done = 0;
    for (const store::Row& row : *rows) {
      const auto end = rows::meta::split_instance_end(row.key);
      if (end.time > time || done++ == kInOneJob) {
        next_seen_ = end.time;
        break;
      }
      const ResourcePtr container = transaction.tree().find(end.container);
      if (container && !container->unit.empty() && !core_.gate->serves(transaction, container->unit)) {
        const std::int64_t later = time + kNotServedWait.count();
        transaction.put_row(store::Table::Meta, rows::meta::instance_end(later, end.container, end.sequence), "");
        next_seen_ = std::min(next_seen_, later);
      } else if (container) {
        auto instance = transaction.instance(end.container, end.sequence);
        if (!instance) return tl::unexpected(instance.error());
        if (*instance && (*instance)->expires != 0 && (*instance)->expires <= time) {
          if (auto removed = remove_instance(core_, transaction, *container, **instance, nullptr, false); !removed) return removed;
        }
      }
      transaction.erase_row(store::Table::Meta, row.key);
    }
    return {};
  }

  void finish(bool succeeded) {
    {
      std::lock_guard lock(mutex_);
      busy_ = false;
      const std::int64_t later = now() + kNotServedWait.count();
      for (const std::string& id : std::exchange(postponed_, {})) index_.postpone(id, later);
      if (!succeeded) {
        for (const std::string& id : index_.due(now())) index_.postpone(id, later);
        if (next_instance_ <= now()) next_instance_ = later;
      } else if (next_instance_ <= now()) {
        next_instance_ = next_seen_;
      }
    }
    arm();
  }

  CseCore& core_;
  std::mutex mutex_;
  // Guarded by mutex_.
  Index index_;
  std::int64_t next_instance_ = kNever;
  std::int64_t armed_for_ = kNever;
  base::TimerId timer_ = 0;
  bool started_ = false;
  bool busy_ = false;  // a job is on its way
  // The loop's thread only.
  std::vector<std::string> postponed_;
  std::int64_t next_seen_ = kNever;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace

std::unique_ptr<CsePart> make_expiration(CseCore& core) { return std::make_unique<Expiration>(core); }

}  // namespace edgecse::cse
