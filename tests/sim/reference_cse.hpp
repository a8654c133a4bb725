// SPDX-License-Identifier: Apache-2.0
//
// What a CSE should be after a sequence of requests, written down naively: a map of containers, their instances and their
// subscriptions, and the notifications that each subscription is owed. The real one is held against it.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

namespace edgecse::sim {

struct Operation {
  enum class Kind { AddContainer, AddInstance, Label, Limit, Remove, RemoveLatest, RemoveOldest, Subscribe, Unsubscribe };
  Kind kind;
  std::string target;   // address of the container; parent of what is added
  std::string name;     // of what is added or removed below it
  std::string text;     // content, label
  int number = 0;       // mni, 0: none; event type
};

/// Addresses are structured, from the CSEBase's name on. Subscriptions are numbered, so that one of a name that was
/// used before is another one.
class ReferenceCse {
 public:
  struct Subscription {
    int event_type = 0;
    int order = 0;
  };
  struct Container {
    int state_tag = 0;
    int limit = 0;
    std::string label;
    std::deque<std::string> instances;
    std::map<std::string, Subscription> subscriptions;  // by name
    [[nodiscard]] std::size_t bytes() const {
      std::size_t sum = 0;
      for (const std::string& content : instances) sum += content.size();
      return sum;
    }
  };

  /// The response status code.
  int apply(const Operation& operation);

  std::map<std::string, Container> containers;                 // by address
  std::map<std::string, std::vector<std::string>> owed;        // by the subscription's address: what it is told, in order

 private:
  int add_container(const Operation& operation);
  int add_instance(Container& container, const Operation& operation);
  int remove_instance(Container& container, const Operation& operation, bool newest);
  void remove_container(const std::string& address);
  void tell_removal(const std::string& address, std::vector<std::string>& going);
  void tell(const std::string& container, int event_type, const std::string& what, const std::string& but = {});
  [[nodiscard]] bool has_child(const std::string& container, const std::string& name) const;

  int created_ = 0;
};

}  // namespace edgecse::sim
