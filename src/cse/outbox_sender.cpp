// SPDX-License-Identifier: Apache-2.0
#include "cse/outbox_sender.hpp"

#include <atomic>
#include <deque>
#include <map>
#include <set>
#include <unordered_map>

#include "base/log.hpp"
#include "cse/subscription/notification_departures.hpp"
#include "cse/subscription/notification_policies.hpp"

namespace edgecse::cse {
namespace {

constexpr std::size_t kErasedPerJob = 500;
constexpr unsigned kDoublings = 20;  // the longest back-off is reached long before

struct Metrics {
  explicit Metrics(telemetry::Registry& registry)
      : delivered(counter(registry, "delivered")), refused(counter(registry, "refused")),
        expired(counter(registry, "expired")), dropped(counter(registry, "dropped")),
        repeated(counter(registry, "repeated")),
        depth(registry.gauge("edgecse_notification_outbox_depth", "Outgoing primitives not yet answered")),
        oldest(registry.gauge("edgecse_notification_outbox_oldest_seconds", "Age of the oldest unanswered primitive")) {}
  static telemetry::Counter& counter(telemetry::Registry& registry, const char* result) {
    return registry.counter("edgecse_notifications_total", "Notifications by what became of them", {{"result", result}});
  }
  telemetry::Counter& delivered;
  telemetry::Counter& refused;
  telemetry::Counter& expired;
  telemetry::Counter& dropped;
  telemetry::Counter& repeated;
  telemetry::Gauge& depth;
  telemetry::Gauge& oldest;
};

}  // namespace

bool is_final_answer(onem2m::ResponseStatus status) {
  using Status = onem2m::ResponseStatus;
  return status != Status::RequestTimeout && status != Status::TargetNotReachable &&
         status != Status::RemoteEntityNotReachable && status != Status::InternalServerError;
}

struct OutboxSender::Core : std::enable_shared_from_this<OutboxSender::Core> {
  struct Lane {
    std::map<std::uint64_t, std::int64_t> entries;  // number -> created
    bool in_flight = false;
    bool queued = false;                            // in ready
    unsigned attempts = 0;                          // of the first entry
    base::TimerId timer = 0;                        // back-off
  };
  struct Row {
    std::string key;
    std::string unit;
  };
  struct Seen {
    bool put;
    std::string key;
  };

  Core(const Environment& environment, Deliver how, const OutboxOptions& given)
      : env(environment), deliver(std::move(how)), options(given), metrics(environment.telemetry) {}

  // --- what waits -------------------------------------------------------------------------------------------------
  void load() {
    const std::int64_t now = env.clock.wall_now().time_since_epoch().count();
    const auto read = env.loop.store().for_each(store::Table::Outbox, [&](std::string_view key, std::string_view row) {
      const auto entry = decode_outbox_entry(row);
      add(key, entry ? entry->created : now);
      return true;
    });
    if (!read) base::log::error("cse", "the outbox cannot be read", {{"detail", read.error().detail}});
    started = true;
    pump();
  }

  void add(std::string_view row_key, std::int64_t created) {
    const auto [key, number] = split_outbox_key(row_key);
    if (key.empty() || NotificationBatches::is_collected(key) || NotificationDepartures::is_held(key)) return;
    Lane& lane = lanes[std::string(key)];
    if (lane.entries.emplace(number, created).second) ++waiting;
    make_ready(std::string(key), lane);
  }

  void see(const std::vector<Seen>& changes) {
    const std::int64_t now = env.clock.wall_now().time_since_epoch().count();
    for (const Seen& change : changes) {
      if (change.put) {
        add(change.key, now);
        continue;
      }
      const auto [key, number] = split_outbox_key(change.key);
      const auto lane = lanes.find(std::string(key));
      if (lane == lanes.end()) continue;
      waiting -= lane->second.entries.erase(number);
      forget_when_empty(lane->first);
    }
    pump();
  }

  void make_ready(const std::string& key, Lane& lane) {
    if (lane.in_flight || lane.queued || lane.timer != 0 || held.contains(key)) return;
    lane.queued = true;
    ready.push_back(key);
  }

  void forget_when_empty(std::string key) {
    const auto lane = lanes.find(key);
    if (lane == lanes.end() || !lane->second.entries.empty() || lane->second.in_flight) return;
    if (lane->second.timer != 0) env.executor.cancel(lane->second.timer);
    held.erase(key);
    lanes.erase(lane);
  }

  // --- sending ----------------------------------------------------------------------------------------------------
  void pump() {
    while (started && !stopped && in_flight < options.maximum_in_flight && !ready.empty()) {
      const std::string key = std::move(ready.front());
      ready.pop_front();
      const auto lane = lanes.find(key);
      if (lane == lanes.end()) continue;
      lane->second.queued = false;
      send_first(key, lane->second);
      forget_when_empty(key);
    }
    tell_depth();
    check_settling();
  }

  /// Takes entries that need no sending off the lane until one is sent, held or to be tried later.
  void send_first(const std::string& key, Lane& lane) {
    while (!lane.entries.empty() && !lane.in_flight && lane.timer == 0) {
      const std::uint64_t number = lane.entries.begin()->first;
      const std::string row_key = outbox_key(key, number);
      const auto row = env.loop.store().get(store::Table::Outbox, row_key);
      if (!row) {
        base::log::warning("cse", "an outbox row cannot be read", {{"detail", row.error().detail}});
        return back_off(key, lane);
      }
      if (!*row) {  // erased by others; the news of it is on its way
        take_off(lane, number);
        continue;
      }
      auto entry = decode_outbox_entry(**row);
      if (!entry) {
        base::log::error("cse", "an outbox row is damaged and dropped", {{"key", key}});
        finish(lane, number, {row_key, {}});
      } else if (entry->expires != 0 && env.clock.wall_now().time_since_epoch().count() >= entry->expires) {
        count(*entry, metrics.expired);
        finish(lane, number, {row_key, entry->unit});
      } else if (entry->expires != 0 && lane.entries.size() > options.maximum_per_key) {
        count(*entry, metrics.dropped);
        finish(lane, number, {row_key, entry->unit});
      } else if (!entry->unit.empty() && may_send && !may_send(entry->unit)) {
        held.insert(key);
        return;
      } else if (const base::Duration early{entry->not_before - env.clock.wall_now().time_since_epoch().count()};
                 early > base::Duration{0}) {
        return try_after(early, key, lane);
      } else {
        send(key, lane, std::make_shared<const OutboxEntry>(std::move(*entry)));
      }
    }
  }

  void send(const std::string& key, Lane& lane, std::shared_ptr<const OutboxEntry> entry) {
    lane.in_flight = true;
    ++in_flight;
    if (!entry->unit.empty()) ++in_flight_by_unit[entry->unit];
    if (lane.attempts != 0) count(*entry, metrics.repeated);
    deliver(*entry, [weak = weak_from_this(), &executor = env.executor, key, entry](onem2m::Response answer) {
      executor.post([weak, key, entry, answer = std::move(answer)] {
        if (const auto core = weak.lock()) core->answered(key, *entry, answer);
      });
    });
  }

  void answered(const std::string& key, const OutboxEntry& entry, const onem2m::Response& answer) {
    --in_flight;
    if (!entry.unit.empty() && --in_flight_by_unit[entry.unit] == 0) in_flight_by_unit.erase(entry.unit);
    Lane& lane = lanes[key];
    lane.in_flight = false;
    if (is_final_answer(answer.status)) {
      lane.attempts = 0;
      tell(entry, answer);
      if (lane.entries.contains(entry.number)) finish(lane, entry.number, {outbox_key(key, entry.number), entry.unit});
    } else if (lane.entries.contains(entry.number)) {
      back_off(key, lane);
    }
    make_ready(key, lane);
    forget_when_empty(key);
    pump();
  }

  void tell(const OutboxEntry& entry, const onem2m::Response& answer) {
    const bool delivered = onem2m::is_success(answer.status) || onem2m::is_acknowledgement(answer.status);
    count(entry, delivered ? metrics.delivered : metrics.refused);
    if (!delivered)
      base::log::info("cse", "an outgoing request was refused",
                      {{"to", entry.target}, {"rqi", entry.request.request_identifier},
                       {"rsc", std::to_string(onem2m::to_number(answer.status))}});
    for (const auto& [prefix, listener] : listeners)
      if (entry.ordering_key.starts_with(prefix)) listener(entry, answer);
  }

  void back_off(const std::string& key, Lane& lane) {
    const base::Duration longest = options.maximum_back_off;
    base::Duration delay = options.first_back_off;
    for (unsigned i = 0; i < std::min(lane.attempts, kDoublings) && delay < longest; ++i) delay *= 2;
    delay = std::min(delay, longest);
    delay -= base::Duration{env.random.below(static_cast<std::uint64_t>(delay.count() / 2 + 1))};
    ++lane.attempts;
    try_after(delay, key, lane);
  }

  void try_after(base::Duration delay, const std::string& key, Lane& lane) {
    lane.timer = env.executor.run_after(delay, [weak = weak_from_this(), key] {
      const auto core = weak.lock();
      if (!core) return;
      const auto found = core->lanes.find(key);
      if (found == core->lanes.end()) return;
      found->second.timer = 0;
      core->make_ready(key, found->second);
      core->pump();
    });
  }

  static void count(const OutboxEntry& entry, telemetry::Counter& counter) {
    if (entry.request.operation == onem2m::Operation::Notify) counter.add();
  }

  // --- rows that have done their duty -----------------------------------------------------------------------------
  void take_off(Lane& lane, std::uint64_t number) {
    waiting -= lane.entries.erase(number);
    lane.attempts = 0;
  }

  void finish(Lane& lane, std::uint64_t number, Row row) {
    take_off(lane, number);
    if (!row.unit.empty()) ++unerased_by_unit[row.unit];
    finished.push_back(std::move(row));
    if (finished.size() >= kErasedPerJob) {
      erase_finished();
    } else if (erase_timer == 0) {
      erase_later();
    }
  }

  void erase_later() {
    erase_timer = env.executor.run_after(options.erase_delay, [weak = weak_from_this()] {
      const auto core = weak.lock();
      if (!core) return;
      core->erase_timer = 0;
      core->erase_finished();
    });
  }

  void erase_finished() {
    if (erase_timer != 0) env.executor.cancel(std::exchange(erase_timer, 0));
    if (finished.empty()) return;
    auto rows = std::make_shared<const std::vector<Row>>(std::exchange(finished, {}));
    erasing += rows->size();
    env.loop.submit({[rows](Transaction& transaction) -> onem2m::Result<> {
                       for (const Row& row : *rows) transaction.erase_row(store::Table::Outbox, row.key, row.unit);
                       return {};
                     },
                     [weak = weak_from_this(), &executor = env.executor, rows](const onem2m::Result<>& result) {
                       executor.post([weak, rows, erased = result.has_value()] {
                         if (const auto core = weak.lock()) core->erased(*rows, erased);
                       });
                     }});
  }

  void erased(const std::vector<Row>& rows, bool done) {
    erasing -= rows.size();
    if (done) {
      for (const Row& row : rows)
        if (!row.unit.empty() && --unerased_by_unit[row.unit] == 0) unerased_by_unit.erase(row.unit);
    } else {
      finished.insert(finished.end(), rows.begin(), rows.end());
      if (erase_timer == 0) erase_later();
    }
    tell_depth();
    check_settling();
  }

  // --- the unit's quiet -------------------------------------------------------------------------------------------
  void check_settling() {
    if (settling.empty()) return;
    std::vector<std::function<void()>> quiet;
    std::erase_if(settling, [&](Settling& one) {
      if (in_flight_by_unit.contains(one.unit) || unerased_by_unit.contains(one.unit)) return false;
      quiet.push_back(std::move(one.done));
      return true;
    });
    for (const auto& done : quiet) done();
  }

  void tell_depth() {
    depth.store(waiting + finished.size() + erasing, std::memory_order_relaxed);
    busy.store(in_flight + finished.size() + erasing != 0, std::memory_order_relaxed);
    metrics.depth.set(static_cast<double>(waiting));
    const base::MonotonicTime now = env.clock.monotonic_now();
    if (waiting != 0 && now < next_age) return;
    next_age = now + std::chrono::seconds{1};  // a pass over all lanes: not for every entry
    std::int64_t oldest = 0;
    for (const auto& [key, lane] : lanes)
      if (!lane.entries.empty() && (oldest == 0 || lane.entries.begin()->second < oldest))
        oldest = lane.entries.begin()->second;
    const std::int64_t wall = env.clock.wall_now().time_since_epoch().count();
    metrics.oldest.set(oldest == 0 ? 0 : static_cast<double>(std::max<std::int64_t>(0, wall - oldest)) / 1e6);
  }

  struct Settling {
    std::string unit;
    std::function<void()> done;
  };

  const Environment env;
  const Deliver deliver;
  const OutboxOptions options;
  Metrics metrics;
  MaySend may_send;
  std::vector<std::pair<std::string, AnswerListener>> listeners;

  // The executor's only.
  std::unordered_map<std::string, Lane> lanes;
  std::deque<std::string> ready;                  // lanes whose first entry may be sent
  std::set<std::string, std::less<>> held;        // lanes whose first entry may_send forbids
  std::unordered_map<std::string, std::size_t> in_flight_by_unit, unerased_by_unit;
  std::vector<Row> finished;                      // rows to erase
  std::vector<Settling> settling;
  std::size_t waiting = 0, in_flight = 0, erasing = 0;
  base::TimerId erase_timer = 0;
  base::MonotonicTime next_age{};
  bool started = false, stopped = false;
  std::atomic<std::size_t> depth{0};
  std::atomic<bool> busy{false};
};

OutboxSender::OutboxSender(const Environment& environment, Deliver deliver, const OutboxOptions& options)
    : core_(std::make_shared<Core>(environment, std::move(deliver), options)) {}
OutboxSender::~OutboxSender() = default;

void OutboxSender::set_may_send(MaySend may_send) { core_->may_send = std::move(may_send); }
void OutboxSender::on_answer(std::string key_prefix, AnswerListener listener) {
  core_->listeners.emplace_back(std::move(key_prefix), std::move(listener));
}
std::size_t OutboxSender::depth() const { return core_->depth.load(std::memory_order_relaxed); }

void OutboxSender::start() {
  core_->env.executor.post([weak = core_->weak_from_this()] {
    if (const auto core = weak.lock()) core->load();
  });
}

void OutboxSender::reconsider() {
  core_->env.executor.post([weak = core_->weak_from_this()] {
    const auto core = weak.lock();
    if (!core) return;
    for (const std::string& key : std::exchange(core->held, {}))
      if (const auto lane = core->lanes.find(key); lane != core->lanes.end()) core->make_ready(key, lane->second);
    core->pump();
  });
}

void OutboxSender::hurry() { hurry({}); }

void OutboxSender::hurry(std::string target) {
  core_->env.executor.post([weak = core_->weak_from_this(), target = std::move(target)] {
    const auto core = weak.lock();
    if (!core) return;
    for (auto& [key, lane] : core->lanes) {
      if (lane.timer == 0 || !key.ends_with(target)) continue;
      core->env.executor.cancel(std::exchange(lane.timer, 0));
      lane.attempts = 0;
      core->make_ready(key, lane);
    }
    core->pump();
  });
}

bool OutboxSender::quiet() const { return !core_->busy.load(std::memory_order_relaxed); }

void OutboxSender::settle(std::string unit, std::function<void()> done) {
  core_->env.executor.post([weak = core_->weak_from_this(), unit = std::move(unit), done = std::move(done)]() mutable {
    const auto core = weak.lock();
    if (!core) return;
    core->settling.push_back({std::move(unit), std::move(done)});
    core->erase_finished();
    core->check_settling();
  });
}

void OutboxSender::stop() {
  core_->env.executor.post([weak = core_->weak_from_this()] {
    const auto core = weak.lock();
    if (!core) return;
    core->stopped = true;
    core->erase_finished();
  });
}

void OutboxSender::committed(const Snapshot&, std::span<const Change> changes) {
  std::vector<Core::Seen> seen;
  for (const Change& change : changes)
    if (change.table == store::Table::Outbox) seen.push_back({change.kind == Change::Kind::PutRow, change.key});
  if (seen.empty()) return;
  core_->env.executor.post([weak = core_->weak_from_this(), seen = std::move(seen)] {
    if (const auto core = weak.lock()) core->see(seen);
  });
}

}  // namespace edgecse::cse
