// SPDX-License-Identifier: Apache-2.0
#include "cse/location/network_positions.hpp"

#include <map>

#include "cse/location/location_policy.hpp"
#include "cse/subscription/notification_criteria.hpp"
#include "cse/subscription/notification_policies.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse {
namespace {

namespace type = onem2m::type;

constexpr int kNetworkBased = 1;  // m2m:locationSource
constexpr std::string_view kUserEquipment = "mec:ue=";
constexpr base::Duration kShortestPeriod = std::chrono::seconds{1};

LocationPolicyProcedure& procedure_of(CseCore& core) {
  return static_cast<LocationPolicyProcedure&>(core.procedures.find(LocationPolicyProcedure::kType));
}

/// `UE_IPv4_ADDRESS:10.0.0.1` and `acr:10.0.0.1` are 10.0.0.1 to the network; an IPv6 address has no type before it.
std::string without_type(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return text;
  const bool named = text.compare(0, colon, "acr") == 0 || text.find('_') < colon;
  return named ? text.substr(colon + 1) : text;
}

std::string label_of(const Resource& ae) {
  for (const std::string& label : strings_of(ae.attributes, "lbl"))
    if (label.starts_with(kUserEquipment)) return without_type(label.substr(kUserEquipment.size()));
  return {};
}

/// The first of locationUpdatePeriod; nullopt: the position is asked for once.
std::optional<base::Duration> period_of(const Resource& policy) {
  if (policy.number("los") != kNetworkBased) return std::nullopt;
  const std::vector<std::string> periods = strings_of(policy.attributes, "lou");
  const auto period = periods.empty() ? std::nullopt : read_duration(periods.front());
  return period ? std::optional(std::max(*period, kShortestPeriod)) : std::nullopt;
}

class NetworkPositions final : public CsePart, public CommitObserver {
 public:
  explicit NetworkPositions(CseCore& core) : core_(core) { core.loop->add_observer(*this); }

  void start() override {
    std::vector<std::string> policies;
    core_.loop->snapshot()->tree.for_each([&](const ResourcePtr& resource) {
      if (resource->type == LocationPolicyProcedure::kType) policies.push_back(resource->id);
    });
    follow(std::move(policies));
  }
  void committed(const Snapshot&, std::span<const Change> changes) override {
    std::vector<std::string> policies;
    for (const Change& change : changes)
      if (change.table == store::Table::Tree && change.type == LocationPolicyProcedure::kType) policies.push_back(change.key);
    if (!policies.empty()) follow(std::move(policies));
  }

 private:
  struct Timer {
    base::TimerId id = 0;
    base::Duration period{};
  };

  void post(std::function<void()> task) {
    core_.environment.executor.post([alive = std::weak_ptr(alive_), task = std::move(task)] {
      if (!alive.expired()) task();
    });
  }

  void follow(std::vector<std::string> policies) {
    post([this, policies = std::move(policies)] {
      for (const std::string& id : policies) arm(id);
    });
  }

  /// A period that stays goes on; what the CSE itself writes into the policy is no reason to begin anew.
  void arm(const std::string& id) {
    const ResourcePtr policy = core_.loop->snapshot()->tree.find(id);
    const auto period = policy ? period_of(*policy) : std::nullopt;
    const auto known = timers_.find(id);
    if (known != timers_.end() && period == known->second.period) return;
    if (known != timers_.end()) {
      core_.environment.executor.cancel(known->second.id);
      timers_.erase(known);
    }
    if (period) set(id, *period);
  }

  void set(const std::string& id, base::Duration period) {
    timers_[id] = {core_.environment.executor.run_after(period, [this, alive = std::weak_ptr(alive_), id] {
                     if (!alive.expired()) ask(id);
                   }), period};
  }

  /// A unit that is not served here is asked for by its owner.
  void ask(const std::string& id) {
    timers_.erase(id);
    const SnapshotPtr snapshot = core_.loop->snapshot();
    const ResourcePtr policy = snapshot->tree.find(id);
    const auto period = policy ? period_of(*policy) : std::nullopt;
    if (!period) return;
    set(id, *period);
    const auto source = procedure_of(core_).source();
    if (!policy->unit.empty() && !core_.gate->serves(policy->unit)) return;
    if (!source) return keep(id, std::nullopt, "no location service is connected");
    const std::string address = network_address_of(core_, snapshot->tree, policy->parent, policy->text("lot"));
    if (address.empty()) return keep(id, std::nullopt, "no target");
    source->find(address, [this, alive = std::weak_ptr(alive_), id](const onem2m::Result<std::optional<NetworkPosition>>& found) {
      if (alive.expired()) return;
      if (!found) return keep(id, std::nullopt, found.error().detail);
      keep(id, *found, *found ? "" : "the network does not know where the target is");
    });
  }

  void keep(const std::string& id, const std::optional<NetworkPosition>& position, const std::string& failure) {
    core_.loop->submit({[this, id, position, failure](Transaction& transaction) -> onem2m::Result<> {
                          note_position(core_, transaction, id, position, failure);
                          return {};
                        },
                        nullptr});
  }

  CseCore& core_;
  std::map<std::string, Timer> timers_;  // by ri of the policy; the executor's only
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace

void use_position_source(CseCore& core, std::shared_ptr<PositionSource> source) { procedure_of(core).use(std::move(source)); }

std::string network_address_of(const CseCore& core, const Tree& tree, const std::string& parent, const std::string& target) {
  if (!target.empty()) {
    const ResourcePtr ae = find_resource(core, tree, target);
    if (ae && ae->type == type::kAe) return label_of(*ae);
    return ae ? std::string{} : without_type(target);
  }
  for (ResourcePtr above = tree.find(parent); above; above = tree.find(above->parent))
    if (above->type == type::kAe) return label_of(*above);
  return {};
}

void note_position(CseCore& core, Transaction& transaction, const std::string& id,
                   const std::optional<NetworkPosition>& position, const std::string& failure) {
  const ResourcePtr policy = transaction.tree().find(id);
  if (!policy || (!policy->unit.empty() && !core.gate->serves(transaction, policy->unit))) return;
  if (policy->text("lost") != failure) {
    Resource changed = *policy;
    changed.attributes["lost"] = failure;
    changed.attributes["lt"] = onem2m::format_timestamp(transaction.now());
    transaction.put(std::move(changed));
  }
  const ResourcePtr container = transaction.tree().find(policy->text("loi"));
  if (!position || !container) return;
  const Json point{{"type", "Point"}, {"coordinates", {position->longitude, position->latitude}}};
  write_location(core, transaction, container, point.dump());
}

std::unique_ptr<CsePart> make_network_positions(CseCore& core) { return std::make_unique<NetworkPositions>(core); }

}  // namespace edgecse::cse
