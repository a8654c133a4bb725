// SPDX-License-Identifier: Apache-2.0
#include "cse/cmdh/aggregation.hpp"

#include <algorithm>

#include "cse/message_check.hpp"
#include "cse/registrees.hpp"
#include "cse/subscription/notification_criteria.hpp"
#include "onem2m/address.hpp"
#include "onem2m/json_codec.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse::cmdh {
namespace {

using onem2m::Request;

constexpr int kDelivery = 6;
// Of one delivery. A peer reads at least so much: servers commonly take bodies of 1 MiB.
constexpr std::size_t kMostMembers = 100;
constexpr std::int64_t kMostBytes = 256 << 10;
constexpr std::size_t kMostOffered = 2'000;  // in one go: what is behind has its turn when these are gone

/// Its result is told later, or nobody wants one.
bool may_be_aggregated(const Message& message) {
  return message.request.delivery_aggregation == true && !message.alone && message.bytes <= kMostBytes &&
         (message.in_delivery || message.request.response_type == kNoResponse);
}

NextCse as_next(const Resource& remote) {
  const std::string id = remote.text("csi"), base = remote.text("cb");
  return {id, base.empty() ? id : base};
}

bool is_of_release_1(const Resource& remote) {
  const std::vector<std::string> releases = strings_of(remote.attributes, "srv");
  return !releases.empty() && std::ranges::all_of(releases, [](const std::string& release) { return release == "1"; });
}

Json aggregated(const CseOptions& options, const Message& message) {
  Request request = message.request;
  if (request.request_expiration.empty()) request.request_expiration = onem2m::format_timestamp(message.expires);
  if (message.in_delivery) {
    request.response_type = kNonBlockingAsynch;
    request.notification_targets = {options.id};
  }
  Json meta = onem2m::to_json(request), one = Json::object();
  for (const char* name : {"op", "to", "fr", "rqi", "pc"}) {
    const auto parameter = meta.find(name);
    if (parameter == meta.end()) continue;
    one[name] = std::move(*parameter);
    meta.erase(parameter);
  }
  one["mi"] = std::move(meta);
  return one;
}

}  // namespace

std::optional<NextCse> next_cse(const CseCore& core, const Tree& tree, const std::string& lane) {
  if (lane.size() < 2 || lane.starts_with("//") || onem2m::is_ae_id_stem(std::string_view(lane).substr(1))) return std::nullopt;
  const auto& registrar = core.options.registrar;
  ResourcePtr remote = registrar && registrar->id == lane ? nullptr : find_remote_cse(core, tree, lane);
  if (!remote && !(registrar && registrar->id == lane)) {
    const auto& peers = core.options.mobility.peers;
    if (std::ranges::find(peers, lane) != peers.end()) return std::nullopt;  // straight, or by the registrar: as it turns out
    for (const ResourcePtr& child : tree.children(core.base_id())) {
      if (child->type != onem2m::type::kRemoteCse) continue;
      const std::vector<std::string> below = strings_of(child->attributes, "dcse");
      if (std::ranges::find(below, lane) != below.end()) remote = child;
    }
  }
  if (!remote && registrar) remote = find_remote_cse(core, tree, registrar->id);
  if (remote) return is_of_release_1(*remote) ? std::nullopt : std::optional(as_next(*remote));
  return registrar ? std::optional(NextCse{registrar->id, registrar->id + '/' + registrar->name}) : std::nullopt;
}

Request make_delivery(const CseOptions& options, const Delivery& delivery, const std::vector<const Message*>& members) {
  Json requests = Json::array();
  base::WallTime last{};
  for (const Message* member : members) {
    requests.push_back(aggregated(options, *member));
    last = std::max(last, member->expires);
  }
  const std::string end = onem2m::format_timestamp(last);
  Json attributes{{"rn", delivery.name}, {"et", end}, {"sr", options.id}, {"tg", delivery.lane}, {"ls", end},
                  {"ec", members.front()->category}, {"dmd", {{"tcop", false}}}};
  attributes["arq"]["req"] = std::move(requests);
  Request request;
  request.operation = onem2m::Operation::Create;
  request.to = delivery.next.base;
  request.from = options.id;
  request.request_identifier = delivery.name;
  request.release_version = "3";
  request.resource_type = kDelivery;
  request.result_content = 0;
  request.content["m2m:dlv"] = std::move(attributes);
  return request;
}

bool Departures::offer(const MessageQueue::Order& order) {
  const Message& message = queue_.at(order.number);
  if (!held_.contains(message.request.from)) choose(order, message);
  return ++offered_ < kMostOffered && (chosen_.size() < exchanges_ || !open_.empty());
}

void Departures::choose(const MessageQueue::Order& order, const Message& message) {
  const std::string& from = message.request.from;
  if (message.delivery != 0) return repeat(order, message);
  const auto travelling = lane_.travelling.find(from);
  const bool follows_alone = alone_.contains(from) || (travelling != lane_.travelling.end() && travelling->second.alone != 0);
  const bool under_way_together = travelling != lane_.travelling.end() && travelling->second.together != 0;
  if (!under_way_together && !follows_alone && may_be_aggregated(message) && aggregates()) return join(order, message);
  Departure* departure = under_way_together || together_.contains(from) ? nullptr : begin();
  if (departure == nullptr) return void(held_.insert(from));
  departure->messages.push_back(order);
  alone_.insert(from);
}

void Departures::repeat(const MessageQueue::Order& order, const Message& message) {
  auto same = std::ranges::find(chosen_, message.delivery, &Departure::delivery);
  if (same == chosen_.end()) {
    Departure* departure = begin();
    if (departure == nullptr) return void(held_.insert(message.request.from));
    departure->delivery = message.delivery;
    departure->messages.push_back(order);
    same = std::prev(chosen_.end());
  }
  together_[message.request.from] = static_cast<std::size_t>(same - chosen_.begin());
}

void Departures::join(const MessageQueue::Order& order, const Message& message) {
  const std::string& from = message.request.from;
  auto open = open_.find(message.category);
  if (open != open_.end()) {
    const Departure& filling = chosen_[open->second];
    if (filling.messages.size() == kMostMembers || filling.bytes + message.bytes > kMostBytes) {
      open_.erase(open);
      open = open_.end();
    }
  }
  const auto others = together_.find(from);
  if (others != together_.end() && (open == open_.end() || open->second != others->second)) return void(held_.insert(from));
  if (open == open_.end()) {
    if (begin() == nullptr) return void(held_.insert(from));
    open = open_.emplace(message.category, chosen_.size() - 1).first;
  }
  Departure& departure = chosen_[open->second];
  departure.messages.push_back(order);
  departure.bytes += message.bytes;
  together_[from] = open->second;
}

/// nullptr: no more exchanges may begin.
Departure* Departures::begin() { return chosen_.size() < exchanges_ ? &chosen_.emplace_back() : nullptr; }

bool Departures::aggregates() {
  if (!aggregates_) aggregates_ = may_aggregate_();
  return *aggregates_;
}

}  // namespace edgecse::cse::cmdh
