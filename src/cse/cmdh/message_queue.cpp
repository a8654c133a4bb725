// SPDX-License-Identifier: Apache-2.0
#include "cse/cmdh/message_queue.hpp"

#include "cse/cmdh/network_access.hpp"

namespace edgecse::cse::cmdh {

using onem2m::Json;

MessageQueue::Order MessageQueue::order_of(const Message& message, std::uint64_t number) {
  return {message.priority, message.category == kBestEffort, number};
}

/// Of "latest" one pending message is enough per subscription, else per Originator, target and operation. Empty: any number.
std::string MessageQueue::replaces(const Message& message) {
  if (message.category != kLatest) return {};
  const onem2m::Request& request = message.request;
  if (request.operation == onem2m::Operation::Notify && request.content.is_object()) {
    const auto notification = request.content.find("m2m:sgn");
    if (notification != request.content.end() && notification->is_object() && notification->value("sur", Json{}).is_string())
      return request.to + '\n' + (*notification)["sur"].get<std::string>();
  }
  return request.from + '\n' + request.to + '\n' + std::to_string(static_cast<int>(request.operation));
}

std::int64_t MessageQueue::used() const {
  std::int64_t sum = 0;
  for (const auto& [category, bytes] : bytes_) sum += bytes;
  return sum;
}

onem2m::Result<std::vector<Message>> MessageQueue::add(Message message, std::int64_t limit) {
  const std::string replaced = replaces(message);
  std::vector<std::uint64_t> leaving;
  std::int64_t sum = used() + message.bytes;
  if (const auto older = latest_.find(replaced); !replaced.empty() && older != latest_.end()) {
    leaving.push_back(older->second);
    sum -= messages_.at(older->second).bytes;
  }
  for (auto last = by_order_.rbegin(); sum > limit && last != by_order_.rend() && last->priority < message.priority; ++last) {
    if (!leaving.empty() && leaving.front() == last->number) continue;
    leaving.push_back(last->number);
    sum -= messages_.at(last->number).bytes;
  }
  if (sum > limit)
    return onem2m::refuse(onem2m::ResponseStatus::BadRequest,
                          "with this request " + std::to_string(sum) + " bytes of no lower priority would wait to be forwarded");
  std::vector<Message> gone;
  for (const std::uint64_t number : leaving) gone.push_back(take(number));
  const std::uint64_t number = next_++;
  messages_.emplace(number, std::move(message));
  put_in_line(number);
  if (!replaced.empty()) latest_[replaced] = number;
  return gone;
}

void MessageQueue::put_in_line(std::uint64_t number) {
  Message& message = messages_.at(number);
  message.in_flight = false;
  const Order order = order_of(message, number);
  by_order_.insert(order);
  by_expiry_.emplace(message.expires, number);
  bytes_[message.category] += message.bytes;
  Lane& lane = lanes_[message.lane];
  lane.waiting.insert(order);
  ++lane.categories[message.category];
}

void MessageQueue::leave_line(std::uint64_t number) {
  const Message& message = messages_.at(number);
  const Order order = order_of(message, number);
  by_order_.erase(order);
  by_expiry_.erase({message.expires, number});
  if ((bytes_[message.category] -= message.bytes) == 0) bytes_.erase(message.category);
  Lane& lane = lanes_[message.lane];
  lane.waiting.erase(order);
  if (--lane.categories[message.category] == 0) lane.categories.erase(message.category);
  if (const auto latest = latest_.find(replaces(message)); latest != latest_.end() && latest->second == number) latest_.erase(latest);
}

void MessageQueue::depart(const Order& order) {
  const std::uint64_t number = order.number;
  leave_line(number);
  Message& message = messages_.at(number);
  message.in_flight = true;
  Lane& lane = lanes_[message.lane];
  ++lane.in_flight;
  Travelling& originator = lane.travelling[message.request.from];
  ++(message.delivery != 0 ? originator.together : originator.alone);
}

void MessageQueue::land(const Message& message) {
  Lane& lane = lanes_[message.lane];
  --lane.in_flight;
  const auto originator = lane.travelling.find(message.request.from);
  --(message.delivery != 0 ? originator->second.together : originator->second.alone);
  if (originator->second.alone + originator->second.together == 0) lane.travelling.erase(originator);
}

bool MessageQueue::come_back(std::uint64_t number) {
  const Message& message = messages_.at(number);
  const std::string replaced = replaces(message);
  if (!replaced.empty() && !latest_.try_emplace(replaced, number).second) return false;
  land(message);
  put_in_line(number);
  return true;
}

Message MessageQueue::take(std::uint64_t number) {
  if (messages_.at(number).in_flight) {
    land(messages_.at(number));
  } else {
    leave_line(number);
  }
  Message message = std::move(messages_.at(number));
  messages_.erase(number);
  const auto lane = lanes_.find(message.lane);
  if (lane->second.waiting.empty() && lane->second.in_flight == 0) lanes_.erase(lane);
  return message;
}

std::vector<Message> MessageQueue::take_expired(base::WallTime now) {
  std::vector<Message> expired;
  while (!by_expiry_.empty() && by_expiry_.begin()->first <= now) expired.push_back(take(by_expiry_.begin()->second));
  return expired;
}

std::vector<Message> MessageQueue::take_all_waiting() {
  std::vector<Message> all;
  while (!by_order_.empty()) all.push_back(take(by_order_.begin()->number));
  return all;
}

base::WallTime MessageQueue::first_expiry() const { return by_expiry_.empty() ? base::WallTime::max() : by_expiry_.begin()->first; }

}  // namespace edgecse::cse::cmdh
