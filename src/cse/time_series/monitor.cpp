// SPDX-License-Identifier: Apache-2.0
#include "cse/time_series/monitor.hpp"

#include <algorithm>
#include <optional>

#include "base/log.hpp"
#include "cse/alarms.hpp"
#include "cse/time_series/generation_time.hpp"

namespace edgecse::cse {
namespace {

using onem2m::Result;
namespace type = onem2m::type;

constexpr std::int64_t kMillisecond = 1'000;
constexpr std::int64_t kLongest = 1'000'000'000'000;  // milliseconds, some 30 years: no sum overflows
constexpr std::int64_t kMostMissing = 10'000;         // in mdlt, when mdn says nothing
constexpr std::size_t kMostSeen = 1'000;              // points that came before they were expected
constexpr std::int64_t kNotServedWait = 10'000'000;

/// The rhythm of a monitored series, microseconds.
struct Rhythm {
  std::int64_t interval, delta, timer;

  /// nullopt: it is not monitored.
  static std::optional<Rhythm> of(const Resource& series) {
    if (!series.attributes.value("mdd", false) || !series.has("pei") || !series.has("mdt")) return std::nullopt;
    const auto read = [&](const char* name, std::int64_t fallback) {
      return std::min(series.number(name, fallback), kLongest) * kMillisecond;
    };
    return Rhythm{read("pei", 1), read("peid", series.number("pei") / 2), read("mdt", 1)};
  }
  /// The expected time that a dgt covers, not before next.
  [[nodiscard]] std::optional<std::int64_t> covered(std::int64_t next, std::int64_t generated) const {
    if (generated <= next - delta) return std::nullopt;
    const std::int64_t past = generated - next - delta;
    const std::int64_t expected = next + (past <= 0 ? 0 : (past + interval - 1) / interval) * interval;
    return generated > expected - delta ? std::optional(expected) : std::nullopt;
  }
};

class Monitor final : public CsePart, public CommitObserver, public ResourceEventListener {
 public:
  explicit Monitor(CseCore& core)
      : core_(core), alarms_(core.environment.clock, core.environment.executor, [this](std::vector<std::string> due) {
          look_at(std::move(due));
        }) {
    core.loop->add_observer(*this);
    core.listeners.push_back(this);
  }

  void start() override {
    core_.loop->snapshot()->tree.for_each([this](const ResourcePtr& resource) { watch(*resource); });
    alarms_.start();
  }
  bool drain() override {
    alarms_.stop();
    return true;
  }

  void committed(const Snapshot& snapshot, std::span<const Change> changes) override {
    for (const Change& change : changes) {
      if (change.type != type::kTimeSeries) continue;
      if (change.kind == Change::Kind::EraseResource) alarms_.clear(change.key);
      if (change.kind != Change::Kind::PutResource) continue;
      if (const ResourcePtr series = snapshot.tree.find(change.key)) watch(*series);
    }
  }

  void on_event(Transaction& transaction, const ResourceEvent& event) override {
    if (event.kind != ResourceEvent::Kind::Created || event.type != type::kTimeSeriesInstance) return;
    const ResourcePtr series = transaction.tree().find(event.parent);
    const auto rhythm = series ? Rhythm::of(*series) : std::nullopt;
    if (!rhythm) return;
    const std::int64_t generated = to_microseconds(event.attributes.value("dgt", ""));
    Resource changed = *series;
    if (!changed.internal.contains(kMonitorState)) {
      const std::int64_t next = generated + rhythm->interval;
      // A first point from long ago sets no rhythm: everything since would be missing.
      if (next + rhythm->timer < transaction.now().time_since_epoch().count()) return;
      changed.internal[kMonitorState] = {{"next", next}, {"seen", Json::array()}};
    } else {
      Json& state = changed.internal[kMonitorState];
      const auto expected = rhythm->covered(state["next"], generated);
      Json& seen = state["seen"];
      if (!expected || seen.size() >= kMostSeen || std::find(seen.begin(), seen.end(), *expected) != seen.end()) return;
      seen.push_back(*expected);
    }
    transaction.put(std::move(changed));
  }

 private:
  void watch(const Resource& resource) {
    if (resource.type != type::kTimeSeries) return;
    const auto rhythm = Rhythm::of(resource);
    if (!rhythm || !resource.internal.contains(kMonitorState)) return alarms_.clear(resource.id);
    alarms_.set(resource.id, resource.internal[kMonitorState]["next"].get<std::int64_t>() + rhythm->timer);
  }

  void look_at(std::vector<std::string> due) {
    core_.loop->submit(
        {[this, due](Transaction& transaction) -> Result<> {
           for (const std::string& id : due) look_at(transaction, id);
           return {};
         },
         [this, due](const Result<>& result) {
           if (result) return;
           base::log::warning("cse", "timeSeries could not be monitored", {{"detail", result.error().detail}});
           for (const std::string& id : due) alarms_.set(id, now() + kNotServedWait);
         }});
  }

  void look_at(Transaction& transaction, const std::string& id) {
    const ResourcePtr series = transaction.tree().find(id);
    const auto rhythm = series ? Rhythm::of(*series) : std::nullopt;
    if (!rhythm || !series->internal.contains(kMonitorState)) return;
    if (!series->unit.empty() && !core_.gate->serves(transaction, series->unit))
      return alarms_.set(id, now() + kNotServedWait);
    Resource changed = *series;
    const std::vector<std::string> missing =
        missing_points(changed, *rhythm, transaction.now().time_since_epoch().count());
    if (!missing.empty()) list(changed, missing);
    transaction.put(std::move(changed));
    if (missing.empty()) return;
    const ResourcePtr listed = transaction.tree().find(id);
    for (ResourceEventListener* listener : core_.listeners) listener->on_missing_data(transaction, *listed, missing);
  }

  /// Moves the series' state to the next expected point whose time is not over.
  static std::vector<std::string> missing_points(Resource& series, const Rhythm& rhythm, std::int64_t now) {
    Json& state = series.internal[kMonitorState];
    std::int64_t next = state["next"];
    const std::int64_t last = now - rhythm.timer;
    if (next > last) return {};
    const std::int64_t points = (last - next) / rhythm.interval + 1;
    // After a long time away only the newest would stay in the list anyway.
    const std::int64_t skipped = std::max<std::int64_t>(0, points - most(series));
    next += skipped * rhythm.interval;
    Json still = Json::array();
    std::vector<std::int64_t> seen = state["seen"];
    std::sort(seen.begin(), seen.end());
    std::vector<std::string> missing;
    for (; next <= last; next += rhythm.interval)
      if (!std::binary_search(seen.begin(), seen.end(), next)) missing.push_back(time_series::exact_timestamp(next));
    for (const std::int64_t expected : seen)
      if (expected >= next) still.push_back(expected);
    state = {{"next", next}, {"seen", std::move(still)}};
    return missing;
  }

  static std::int64_t most(const Resource& series) {
    return std::min(series.number("mdn", kMostMissing), kMostMissing);
  }

  static void list(Resource& series, const std::vector<std::string>& missing) {
    Json points = series.has("mdlt") ? Json(series.attributes["mdlt"]) : Json::array();
    for (const std::string& time : missing) points.push_back(time);
    const auto limit = static_cast<std::size_t>(most(series));
    if (points.size() > limit)
      points.erase(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(points.size() - limit));
    series.attributes["mdc"] = points.size();
    series.attributes["mdlt"] = std::move(points);
  }

  [[nodiscard]] std::int64_t now() const { return core_.environment.clock.wall_now().time_since_epoch().count(); }

  CseCore& core_;
  Alarms alarms_;
};

}  // namespace

std::unique_ptr<CsePart> make_time_series_monitor(CseCore& core) { return std::make_unique<Monitor>(core); }

}  // namespace edgecse::cse
