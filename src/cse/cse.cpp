// SPDX-License-Identifier: Apache-2.0
#include "cse/cse.hpp"

#include "base/log.hpp"
#include "cse/access/access_policies.hpp"
#include "cse/access/authorization_points.hpp"
#include "cse/access/consultation.hpp"
#include "cse/access_control_policy.hpp"
#include "cse/ae.hpp"
#include "cse/announcement/announcement.hpp"
#include "cse/automation/automation.hpp"
#include "cse/cmdh/communication_management.hpp"
#include "cse/commit_metrics.hpp"
#include "cse/contact_list/contact_list.hpp"
#include "cse/contact_list/reference_reports.hpp"
#include "cse/container.hpp"
#include "cse/cse_base.hpp"
#include "cse/cse_core.hpp"
#include "cse/discovery/ipe_discovery.hpp"
#include "cse/exchange.hpp"
#include "cse/expiration.hpp"
#include "cse/flex_container.hpp"
#include "cse/group/group.hpp"
#include "cse/limits/resource_limit.hpp"
#include "cse/location/location_policy.hpp"
#include "cse/management/management.hpp"
#include "cse/management/node_links.hpp"
#include "cse/open_gate.hpp"
#include "cse/pipeline.hpp"
#include "cse/plain_types.hpp"
#include "cse/profiles/primitive_profile.hpp"
#include "cse/remote_cse.hpp"
#include "cse/schedule/schedule.hpp"
#include "cse/semantics/semantic_descriptor.hpp"
#include "cse/statistics/statistics.hpp"
#include "cse/request/non_blocking.hpp"
#include "cse/target.hpp"
#include "cse/time_series/monitor.hpp"
#include "cse/time_series/time_series.hpp"
#include "cse/time_sync/time_sync_beacon.hpp"
#include "cse/transaction/coordinator.hpp"
#include "cse/trigger/trigger_request.hpp"

namespace edgecse::cse {

using onem2m::Result;
namespace type = onem2m::type;

namespace {

void add_procedures(CseCore& core) {
  TypeProcedures& procedures = core.procedures;
  add_plain_types(core);
  procedures.add(type::kCseBase, std::make_shared<CseBaseProcedure>());
  procedures.add(type::kAccessControlPolicy, std::make_shared<AccessControlPolicyProcedure>());
  procedures.add(type::kAe, std::make_shared<AeProcedure>(core));
  procedures.add(type::kContainer, std::make_shared<ContainerProcedure>(core));
  procedures.add(type::kRemoteCse, std::make_shared<RemoteCseProcedure>(core));
  procedures.add(type::kFlexContainer, std::make_shared<FlexContainerProcedure>(core));
  procedures.add(type::kTimeSeries, std::make_shared<TimeSeriesProcedure>(core));
  procedures.add(LocationPolicyProcedure::kType, std::make_shared<LocationPolicyProcedure>(core));
  procedures.add(type::kSchedule, std::make_shared<ScheduleProcedure>());
  procedures.add(SemanticDescriptorProcedure::kType, std::make_shared<SemanticDescriptorProcedure>());
  procedures.add(TimeSyncBeaconProcedure::kType, std::make_shared<TimeSyncBeaconProcedure>());
  procedures.add(PrimitiveProfileProcedure::kType, std::make_shared<PrimitiveProfileProcedure>());
  add_management(core);
  add_authorization_points(core);
}

// Exchange, expiration: each registers what it offers in the core. A later one may replace an earlier one's procedure.
std::vector<std::unique_ptr<CsePart>> make_parts(CseCore& core, CommunicationManagement& management) {
  std::vector<std::unique_ptr<CsePart>> parts;
  const auto partial_results = std::make_shared<PartialResults>();
  parts.push_back(make_exchange(core));
  parts.push_back(make_expiration(core));
  parts.push_back(make_group(core, partial_results));
  parts.push_back(make_time_series_monitor(core));
  parts.push_back(make_automation(core));
  parts.push_back(make_transactions(core));
  if (core.options.type == CseType::In) {
    parts.push_back(make_trigger_requests(core));
    parts.push_back(make_statistics(core));
  }
  parts.push_back(make_node_links(core));
  parts.push_back(make_geofence(core));
  parts.push_back(make_network_positions(core));
  parts.push_back(make_announcement(core));
  parts.push_back(make_non_blocking(core, management, partial_results));
  if (auto limit = make_resource_limit(core)) parts.push_back(std::move(limit));
  if (auto contacts = make_contact_list(core)) parts.push_back(std::move(contacts));
  if (auto reports = make_reference_reports(core)) parts.push_back(std::move(reports));
  return parts;
}

class LiveCse final : public Cse {
 public:
  LiveCse(const CseOptions& options, const CseEnvironment& environment, std::unique_ptr<CommitLoop> loop)
      : core_{options, environment, std::move(loop)}, pipeline_(core_), metrics_(environment.telemetry, *core_.loop) {
    core_.pipeline = &pipeline_;
    core_.gate = &open_gate_;
    core_.access_policies = std::make_shared<AccessPolicies>();
    add_procedures(core_);
    auto management = make_communication_management(core_);
    pipeline_.forward_by(*management);
    parts_ = make_parts(core_, *management);
    parts_.insert(parts_.begin(), std::move(management));  // non-blocking requests of an earlier life need it at their start
    auto clocks = make_time_sync(core_);
    pipeline_.compare_clocks_by(*clocks);
    parts_.push_back(std::move(clocks));
  }

  /// The loop is run here, on the opener's thread, before anything can wake it on its own.
  Result<> bring_up() {
    auto up = bring_up_cse_base(core_);
    core_.loop->set_wake([this] { wake(); });
    return up;
  }

  void start() override {
    for (const auto& part : parts_) part->start();
  }
  bool drain() override {
    bool quiet = core_.loop->idle();
    for (const auto& part : parts_) quiet = part->drain() && quiet;
    return quiet;
  }
  [[nodiscard]] bool registrar_up() const override { return core_.registrar_up; }
  void handle(onem2m::Request request, onem2m::ResponseCallback done) override {
    ipe_discovery_.handle(std::move(request), std::move(done));
  }
  [[nodiscard]] CommitLoop& loop() override { return *core_.loop; }
  [[nodiscard]] const CseOptions& options() const override { return core_.options; }
  void set_serving_gate(ServingGate& gate) override { core_.gate = &gate; }
  void set_subtree_handler(SubtreeHandler& handler) override { core_.subtree = &handler; }
  [[nodiscard]] RequestForwarder& forwarder() override { return *core_.forwarder; }
  [[nodiscard]] CseCore& core() override { return core_; }

 private:
  void wake() {
    core_.environment.commit_executor.post([this, alive = std::weak_ptr(alive_)] {
      if (alive.expired()) return;
      const base::MonotonicTime begin = core_.environment.clock.monotonic_now();
      if (const std::size_t jobs = core_.loop->run_batch(); jobs != 0)
        metrics_.batch(jobs, core_.environment.clock.monotonic_now() - begin);
      if (!core_.loop->idle()) wake();
    });
  }

  OpenGate open_gate_;
  CseCore core_;
  Pipeline pipeline_;
  Consultation consultation_{core_, pipeline_};
  IpeDiscovery ipe_discovery_{core_, consultation_};
  CommitMetrics metrics_;
  std::vector<std::unique_ptr<CsePart>> parts_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace

Result<std::unique_ptr<Cse>> Cse::open(const CseOptions& options, const CseEnvironment& environment) {
  auto loop = CommitLoop::open(environment.store, environment.clock, environment.random);
  if (!loop) return tl::unexpected(loop.error());
  auto cse = std::make_unique<LiveCse>(options, environment, std::move(*loop));
  if (auto up = cse->bring_up(); !up) return tl::unexpected(up.error());
  return cse;
}

ResourcePtr find_resource(const CseCore& core, const Tree& tree, std::string_view address) {
  // Mostly a plain resourceID.
  if (address.find_first_of("/#") == std::string_view::npos) {
    if (ResourcePtr found = tree.find(address)) return found;
  }
  const auto parsed = onem2m::parse_address(address);
  if (!parsed || !is_hosted(core.options, *parsed)) return nullptr;
  const auto target = resolve(core, tree, *parsed);
  return target && target->kind == Target::Kind::Resource ? target->resource : nullptr;
}

}  // namespace edgecse::cse
