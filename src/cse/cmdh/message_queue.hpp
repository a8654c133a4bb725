// SPDX-License-Identifier: Apache-2.0
//
// Messages that wait to be forwarded, by where they go next and in which order: the higher storagePriority first, what is
// best effort last, the older first. Room is made the other way round. TS-0004 annex H. No I/O, no clock, not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "onem2m/request_handler.hpp"
#include "onem2m/result.hpp"

namespace edgecse::cse::cmdh {

struct Message {
  onem2m::Request request;
  onem2m::ResponseCallback done;
  std::function<void(bool forwarded)> tell;  // of every attempt and its failure; may be empty
  /// It goes to this CSE in a <delivery>, and: it is there, `done` is not called. Empty: nobody takes its result that way.
  std::function<void(const std::string& cse, bool arrived)> in_delivery;
  std::string lane;                          // CSE that it goes to
  int category = 0;                          // m2m:eventCat
  int priority = 0;
  std::int64_t bytes = 0;
  base::WallTime expires{};
  bool durable = false;                      // somebody else keeps it through a restart
  bool in_flight = false;
  bool alone = false;                        // a <delivery> with it was refused
  std::uint64_t delivery = 0;                // that it goes with, also while it waits to be repeated; 0: none
};

class MessageQueue {
 public:
  struct Order {
    int priority;
    bool best_effort;
    std::uint64_t number;
    [[nodiscard]] friend bool operator<(const Order& a, const Order& b) {
      if (a.priority != b.priority) return a.priority > b.priority;
      if (a.best_effort != b.best_effort) return b.best_effort;
      return a.number < b.number;
    }
  };
  struct Travelling {
    std::size_t alone = 0, together = 0;  // messages in flight, by themselves and in deliveries
  };
  struct Lane {
    std::set<Order> waiting;
    std::map<int, std::size_t> categories;  // of what waits
    std::size_t in_flight = 0;              // messages
    std::size_t exchanges = 0;              // under way; the sender counts them
    std::map<std::string, Travelling> travelling;  // by Originator
    unsigned failures = 0;                  // in a row
    base::WallTime not_before{};
  };

  /// The message waits from now on. What must go for it is given back: one that it replaces (ec latest), and as many of lower
  /// priority as the limit of bytes asks for. Fails, and nothing changes, when that is not enough.
  [[nodiscard]] onem2m::Result<std::vector<Message>> add(Message message, std::int64_t limit);

  [[nodiscard]] std::map<std::string, Lane>& lanes() { return lanes_; }
  /// Of the same lane's waiting or in flight.
  [[nodiscard]] Message& at(std::uint64_t number) { return messages_.at(number); }
  [[nodiscard]] Order order(std::uint64_t number) const { return order_of(messages_.at(number), number); }
  [[nodiscard]] bool contains(std::uint64_t number) const { return messages_.contains(number); }
  /// What a message's delivery is stays as it is until it comes back or is taken.
  void depart(const Order& order);
  /// Back to its place; false: a newer one has taken it meanwhile, so it stays in flight until it is taken.
  [[nodiscard]] bool come_back(std::uint64_t number);
  /// In flight or waiting, gone from now on.
  Message take(std::uint64_t number);
  /// What waits and whose time is over.
  [[nodiscard]] std::vector<Message> take_expired(base::WallTime now);
  [[nodiscard]] std::vector<Message> take_all_waiting();

  /// Of what waits, not of what is in flight.
  [[nodiscard]] const std::map<int, std::int64_t>& bytes_by_category() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return messages_.size(); }
  /// The maximum when nothing waits.
  [[nodiscard]] base::WallTime first_expiry() const;

 private:
  static Order order_of(const Message& message, std::uint64_t number);
  static std::string replaces(const Message& message);
  [[nodiscard]] std::int64_t used() const;
  void put_in_line(std::uint64_t number);
  void leave_line(std::uint64_t number);
  void land(const Message& message);

  std::map<std::uint64_t, Message> messages_;
  std::map<std::string, Lane> lanes_;
  std::set<Order> by_order_;                                        // what waits, in all lanes
  std::set<std::pair<base::WallTime, std::uint64_t>> by_expiry_;    // what waits
  std::map<std::string, std::uint64_t> latest_;                     // what a newer one replaces
  std::map<int, std::int64_t> bytes_;                               // of what waits, by category
  std::uint64_t next_ = 1;
};

}  // namespace edgecse::cse::cmdh
