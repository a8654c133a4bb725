// SPDX-License-Identifier: Apache-2.0
#include "sim/reference_cse.hpp"

#include <algorithm>

namespace edgecse::sim {
namespace {

constexpr int kUpdated = 1, kDeleted = 2, kChildCreated = 3, kChildDeleted = 4;

std::string name_of(const std::string& address) { return address.substr(address.rfind('/') + 1); }
std::string parent_of(const std::string& address) { return address.substr(0, address.rfind('/')); }

}  // namespace

int ReferenceCse::apply(const Operation& operation) {
  if (operation.kind == Operation::Kind::AddContainer) return add_container(operation);
  const auto found = containers.find(operation.target);
  if (found == containers.end()) return 4004;
  Container& container = found->second;
  switch (operation.kind) {
    case Operation::Kind::AddInstance:
      return add_instance(container, operation);
    case Operation::Kind::Label:
    case Operation::Kind::Limit:
      if (operation.kind == Operation::Kind::Label) container.label = operation.text;
      if (operation.kind == Operation::Kind::Limit) container.limit = operation.number;
      while (container.limit > 0 && container.instances.size() > static_cast<std::size_t>(container.limit))
        container.instances.pop_front();
      ++container.state_tag;
      tell(operation.target, kUpdated, "cnt " + name_of(operation.target));
      return 2004;
    case Operation::Kind::Remove:
      remove_container(operation.target);
      return 2002;
    case Operation::Kind::RemoveLatest:
    case Operation::Kind::RemoveOldest:
      return remove_instance(container, operation, operation.kind == Operation::Kind::RemoveLatest);
    case Operation::Kind::Subscribe:
      if (has_child(operation.target, operation.name)) return 4105;
      tell(operation.target, kChildCreated, "sub " + operation.name);
      container.subscriptions[operation.name] = {operation.number, ++created_};
      return 2001;
    case Operation::Kind::Unsubscribe:
      if (!container.subscriptions.contains(operation.name)) return 4004;
      tell(operation.target, kChildDeleted, "sub " + operation.name, operation.name);
      container.subscriptions.erase(operation.name);
      return 2002;
    default:
      return 0;
  }
}

int ReferenceCse::add_container(const Operation& operation) {
  const std::string address = operation.target + '/' + operation.name;
  // The AE above all is no container.
  if (containers.contains(operation.target) ? has_child(operation.target, operation.name) : containers.contains(address)) return 4105;
  if (!containers.contains(operation.target) && std::ranges::count(operation.target, '/') > 1) return 4004;
  tell(operation.target, kChildCreated, "cnt " + operation.name);
  containers.try_emplace(address);
  return 2001;
}

int ReferenceCse::add_instance(Container& container, const Operation& operation) {
  container.instances.push_back(operation.text);
  if (container.limit > 0 && container.instances.size() > static_cast<std::size_t>(container.limit)) container.instances.pop_front();
  ++container.state_tag;
  tell(operation.target, kChildCreated, "cin " + operation.text);
  return 2001;
}

int ReferenceCse::remove_instance(Container& container, const Operation& operation, bool newest) {
  if (container.instances.empty()) return 4004;
  const std::string gone = newest ? container.instances.back() : container.instances.front();
  newest ? container.instances.pop_back() : container.instances.pop_front();
  tell(operation.target, kChildDeleted, "cin " + gone);
  return 2002;
}

// Everything that goes is still there when it is told. Of what goes with its parent only its own subscribers hear.
void ReferenceCse::tell_removal(const std::string& address, std::vector<std::string>& going) {
  going.push_back(address);
  tell(address, kDeleted, "cnt " + name_of(address));
  for (const auto& [other, container] : containers)
    if (parent_of(other) == address) tell_removal(other, going);
}

void ReferenceCse::remove_container(const std::string& address) {
  tell(parent_of(address), kChildDeleted, "cnt " + name_of(address));
  std::vector<std::string> going;
  tell_removal(address, going);
  for (const std::string& one : going) containers.erase(one);
}

void ReferenceCse::tell(const std::string& container, int event_type, const std::string& what, const std::string& but) {
  const auto found = containers.find(container);
  if (found == containers.end()) return;
  for (const auto& [name, subscription] : found->second.subscriptions)
    if (subscription.event_type == event_type && name != but)
      owed[container + '/' + name + '@' + std::to_string(subscription.order)].push_back(std::to_string(event_type) + ' ' + what);
}

bool ReferenceCse::has_child(const std::string& container, const std::string& name) const {
  const auto found = containers.find(container);
  return containers.contains(container + '/' + name) || (found != containers.end() && found->second.subscriptions.contains(name));
}

}  // namespace edgecse::sim
