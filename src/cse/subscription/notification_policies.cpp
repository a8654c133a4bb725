// SPDX-License-Identifier: Apache-2.0
#include "cse/subscription/notification_policies.hpp"

#include <charconv>
#include <map>

#include "cse/subscription/notification_departures.hpp"

namespace edgecse::cse {
namespace {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;
using namespace std::chrono_literals;

constexpr base::Duration kDefaultBatch = 60s;        // when bn tells a number alone
constexpr base::Duration kLookedAtAgain = 1s;        // when the batch's end has passed: its unit was on the move
constexpr std::string_view kCollected = "batch ";    // begins the ordering keys of what a batch holds
constexpr std::size_t kLargestBatch = 500;
constexpr const char* kRate = "rl";                  // members of Resource::internal
constexpr const char* kBatch = "bn";

std::int64_t micros(base::WallTime time) { return time.time_since_epoch().count(); }

std::optional<base::Duration> duration_in(const Json& policy, const char* name) {
  const auto found = policy.find(name);
  return found != policy.end() && found->is_string() ? read_duration(found->get_ref<const std::string&>()) : std::nullopt;
}

constexpr double kLongestPart = 1e17;  // microseconds, some 3,000 years: no sum overflows

/// Number before a designator, scaled; false at anything else.
bool take_part(std::string_view& text, std::string_view designators, const base::Duration* units, base::Duration& sum) {
  double number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc{} || stop == text.data() + text.size() || number < 0 || number > 1e9) return false;
  const std::size_t unit = designators.find(*stop);
  if (unit == std::string_view::npos) return false;
  const double length = number * static_cast<double>(units[unit].count());
  if (length > kLongestPart) return false;
  sum += base::Duration{static_cast<std::int64_t>(length)};
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()) + 1);
  return true;
}

base::WallTime batch_end(const Resource& subscription) {
  const std::int64_t since = subscription.internal.value(kBatch, Json::object()).value("t", std::int64_t{0});
  const Json policy = subscription.attributes.value("bn", Json::object());
  return base::WallTime{base::Duration{since}} + duration_in(policy, "dur").value_or(kDefaultBatch);
}

}  // namespace

std::optional<base::Duration> read_duration(std::string_view text) {
  static constexpr base::Duration kDate[] = {24h * 365, 24h * 30, 24h * 7, 24h};
  static constexpr base::Duration kTime[] = {1h, 1min, 1s};
  if (!text.starts_with('P') || text.size() < 3) return std::nullopt;
  text.remove_prefix(1);
  base::Duration sum{0};
  while (!text.empty() && text[0] != 'T')
    if (!take_part(text, "YMWD", kDate, sum)) return std::nullopt;
  if (text.empty()) return sum;
  text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  while (!text.empty())
    if (!take_part(text, "HMS", kTime, sum)) return std::nullopt;
  return sum;
}

Result<> check_notification_policies(const Json& subscription) {
  if (const auto limit = subscription.find("rl"); limit != subscription.end() && limit->is_object()) {
    const auto window = duration_in(*limit, "tww");
    if (limit->value("mnn", std::int64_t{0}) <= 0) return refuse(ResponseStatus::BadRequest, "rl/mnn lets no notification pass");
    if (!window || *window <= 0s) return refuse(ResponseStatus::BadRequest, "rl/tww is no length of time");
  }
  if (const auto batch = subscription.find("bn"); batch != subscription.end() && batch->is_object()) {
    const bool counted = batch->contains("num"), timed = batch->contains("dur");
    if (!counted && !timed) return refuse(ResponseStatus::BadRequest, "bn needs num or dur");
    if (counted && batch->value("num", std::int64_t{0}) <= 0) return refuse(ResponseStatus::BadRequest, "bn/num is not above 0");
    if (timed && !duration_in(*batch, "dur")) return refuse(ResponseStatus::BadRequest, "bn/dur is no length of time");
  }
  return {};
}

std::int64_t take_slot(Resource& subscription, base::WallTime now) {
  const auto limit = subscription.attributes.find("rl");
  if (limit == subscription.attributes.end() || !limit->is_object()) return 0;
  const std::int64_t most = limit->value("mnn", std::int64_t{1});
  const std::int64_t window = duration_in(*limit, "tww").value_or(1s).count();
  Json& state = subscription.internal[kRate];
  if (!state.is_object()) state = Json::object();
  std::int64_t start = state.value("w", std::int64_t{0}), count = state.value("n", std::int64_t{0});
  const std::int64_t used = (count + most - 1) / most;  // windows that are spoken for, from start on
  if (micros(now) >= start + std::max<std::int64_t>(used, 1) * window) {
    start = micros(now);
    count = 0;
  }
  const std::int64_t slot = count / most;
  state = {{"w", start}, {"n", count + 1}};
  return slot == 0 ? 0 : start + slot * window;
}

bool NotificationBatches::is_collected(std::string_view ordering_key) { return ordering_key.starts_with(kCollected); }

void NotificationBatches::collect(Transaction& transaction, Resource& subscription, const std::vector<OutboxEntry>& entries) {
  const Json& policy = subscription.attributes["bn"];
  Json& state = subscription.internal[kBatch];
  if (!state.is_object()) state = {{"t", micros(transaction.now())}, {"n", 0}};
  state["n"] = state["n"].get<std::int64_t>() + 1;
  for (OutboxEntry entry : entries) {
    entry.ordering_key = std::string(kCollected) + entry.ordering_key;
    enqueue(transaction, entry);
  }
  const auto most = std::min<std::int64_t>(policy.value("num", std::int64_t{kLargestBatch}), kLargestBatch);
  if (state["n"].get<std::int64_t>() >= most) flush(transaction, subscription);
}

bool NotificationBatches::flush(Transaction& transaction, Resource& subscription) {
  if (!subscription.internal.contains(kBatch)) return false;
  subscription.internal.erase(kBatch);
  const std::string prefix = std::string(kCollected) + subscription.id + ' ';
  const auto rows = transaction.rows(store::Table::Outbox, prefix, std::string(kCollected) + subscription.id + '!', 100'000);
  if (!rows) return false;
  const bool newest_only = subscription.attributes.value("ln", false);
  std::map<std::string, OutboxEntry> by_target;  // the last of each, with all contents
  for (const store::Row& row : *rows) {
    transaction.erase_row(store::Table::Outbox, row.key, subscription.unit);
    auto entry = decode_outbox_entry(row.value);
    if (!entry || !entry->request.content.is_object()) continue;
    const auto [collected, is_first] = by_target.try_emplace(entry->ordering_key);
    Json all = is_first || newest_only ? Json::array() : std::move(collected->second.request.content);
    if (const auto one = entry->request.content.find("m2m:sgn"); one != entry->request.content.end()) all.push_back(*one);
    collected->second = std::move(*entry);
    collected->second.request.content = std::move(all);
  }
  std::vector<OutboxEntry> leaving;
  for (auto& [key, entry] : by_target) {
    entry.ordering_key = key.substr(kCollected.size());
    entry.request.content = {{"m2m:agn", {{"m2m:sgn", std::move(entry.request.content)}}}};
    leaving.push_back(std::move(entry));
  }
  departures_.leave(transaction, subscription, std::move(leaving));
  return true;
}

void NotificationBatches::watch(const Resource& subscription) {
  if (!subscription.internal.contains(kBatch)) return;
  const base::WallTime end = batch_end(subscription);
  const base::Duration left = end - core_.environment.clock.wall_now();
  const base::Duration wait = left > 0s ? left : kLookedAtAgain;
  core_.environment.executor.post([weak = weak_from_this(), id = subscription.id, end, wait] {
    const auto self = weak.lock();
    if (!self) return;
    const auto [known, is_new] = self->watched_.try_emplace(id, end);
    if (!is_new && known->second <= end) return;
    known->second = end;  // dur became shorter; the later timer finds nothing to do
    self->core_.environment.executor.run_after(wait, [weak, id] {
      if (const auto here = weak.lock()) here->expired(id);
    });
  });
}

void NotificationBatches::expired(const std::string& id) {
  watched_.erase(id);
  core_.loop->submit({[this, self = shared_from_this(), id](Transaction& transaction) -> Result<> {
                        const ResourcePtr subscription = transaction.tree().find(id);
                        if (!subscription || !subscription->internal.contains(kBatch)) return {};
                        const std::string& unit = subscription->unit;
                        if (transaction.now() < batch_end(*subscription) ||  // another batch began meanwhile
                            (!unit.empty() && !core_.gate->serves(transaction, unit))) {
                          watch(*subscription);
                          return {};
                        }
                        Resource flushed = *subscription;
                        flush(transaction, flushed);
                        transaction.put(std::move(flushed));
                        return {};
                      },
                      nullptr});
}

}  // namespace edgecse::cse
