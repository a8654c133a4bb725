// SPDX-License-Identifier: Apache-2.0
#include "platform/mec_system.hpp"

#include "platform/location.hpp"

namespace edgecse::sandbox {
namespace {

Scenario as_played(Scenario scenario, const Surroundings& outside) {
  for (auto& host : scenario.hosts) {
    if (outside.edition) host.edition = *outside.edition;
    if (outside.quirks == Quirks::AdvantEdge) host.edition = Edition::V2_2_1;
  }
  return scenario;
}

}  // namespace

MecSystem::MecSystem(Surroundings& outside, Scenario scenario)
    : outside_(outside),
      scenario_(as_played(std::move(scenario), outside)),
      terminals_(scenario_),
      notifier_(outside),
      services_(outside, notifier_, [this](const Service& service) { service_changed(service); }),
      steering_(outside) {
  for (const auto& plan : scenario_.hosts) {
    auto& made = hosts_[plan.name];
    made.plan = &plan;
    made.app_support =
        std::make_unique<AppSupport>(plan, outside_, applications_, notifier_,
                                     [this](const std::string& id) { remove_application(std::string{id}); });
    made.service_management = std::make_unique<ServiceManagement>(plan, outside_, applications_, services_, notifier_);
    MobilityService::Ties ties;
    ties.serving_host = [this](const std::string& address) {
      const auto* terminal = terminals_.find(address);
      return terminal ? terminal->host : "";
    };
    ties.changed = [this](const std::string& address) { steer(address); };
    ties.host_information = [this](const std::string& name) { return host_information(name); };
    made.mobility_service =
        std::make_unique<MobilityService>(plan, outside_, applications_, notifier_, std::move(ties));
    made.location_subscriptions =
        std::make_unique<LocationSubscriptions>(plan, scenario_, terminals_, outside_, notifier_);
    made.radio_network = std::make_unique<RadioNetwork>(plan, scenario_, terminals_, outside_, applications_, notifier_);
    made.iot_service = std::make_unique<IotService>(plan, outside_);
  }
}

Reply MecSystem::handle(const Request& request) {
  auto* found = request.path.empty() ? nullptr : host(request.path[0]);
  if (!found) return refuse(404, "no MEC host has this path");
  if (found->down) return refuse(503, fmt::format("the platform of {} is restarting", found->plan->name));
  if (request.path.size() < 3) return nothing_here(request, false);
  const auto api = request.path[1] + "/" + request.path[2];
  Request below = request;
  below.path.erase(below.path.begin(), below.path.begin() + 3);
  if (outside_.quirks == Quirks::None) return serve(*found, api, below);
  const auto& watchers = services_.subscriptions();
  const bool category_watched = std::any_of(watchers.begin(), watchers.end(), [](const auto& entry) {
    return entry.second.body.value("filteringCriteria", nlohmann::json::object()).contains("serCategories");
  });
  return advantedge::answer(
      api, std::move(below), [&](const Request& standard) { return serve(*found, api, standard); }, category_watched);
}

Reply MecSystem::serve(Host& host, const std::string& api, const Request& request) {
  if (api == "mec_app_support/v1") return host.app_support->handle(request);
  if (api == "mec_service_mgmt/v1" && !outside_.capif_only) return host.service_management->handle(request);
  if (api == "amsi/v1") return host.mobility_service->handle(request);
  if (api == "iots/v1" && outside_.quirks == Quirks::None) return host.iot_service->handle(request);
  if (api == "rni/v2") return host.radio_network->handle(request);
  if (api == "location/v2" && !request.path.empty() && request.path[0] == "subscriptions")
    return host.location_subscriptions->handle(request);
  if (api == "location/v2") return handle_location(request, *host.plan, scenario_, terminals_, outside_);
  if (api == "service-apis/v1" && outside_.capif_only && request.is("GET", {"allServiceAPIs"}))
    return json_response(200, {{"serviceAPIDescriptions", nlohmann::json::array()}});
  return refuse(404, fmt::format("{} offers no API {}", host.plan->name, api));
}

void MecSystem::step() {
  outside_.events.set_scenario_seconds(terminals_.seconds());
  for (const auto& movement : terminals_.step()) moved(movement);
  for (auto& [name, each] : hosts_) {
    each.location_subscriptions->positions_changed();
    each.radio_network->report_measurements();
  }
}

Result<> MecSystem::place(const std::string& terminal, const std::string& access_point_or_zone) {
  const auto movement = terminals_.place(terminal, access_point_or_zone);
  if (!movement)
    return refuse(404, fmt::format("no terminal {}, or no access point or zone {}", terminal, access_point_or_zone));
  moved(*movement);
  for (auto& [name, each] : hosts_) each.location_subscriptions->positions_changed();
  return {};
}

Result<> MecSystem::release(const std::string& terminal) {
  if (!terminals_.release(terminal)) return refuse(404, fmt::format("no terminal {} exists", terminal));
  return {};
}

Result<Application> MecSystem::create_application(const std::string& host_name, const std::string& name,
                                                  const std::string& app_d_id, const std::string& id) {
  auto* found = host(host_name);
  if (!found) return refuse(404, fmt::format("no MEC host {} exists", host_name));
  if (!id.empty() && applications_.find(id)) return refuse(409, fmt::format("an application instance {} exists", id));
  Application application;
  application.id = id.empty() ? make_uuid(outside_.random) : id;
  application.name = name;
  application.app_d_id = app_d_id.empty() ? name : app_d_id;
  application.host = host_name;
  application.managed = true;
  offer_rules(*found->plan, application);
  outside_.events.tell("app_created", {{"host", host_name}, {"name", name}, {"app_instance_id", application.id}});
  return applications_.add(std::move(application));
}

Result<> MecSystem::terminate(const std::string& host_name, const std::string& application,
                              const std::string& operation_action, std::chrono::seconds grace) {
  auto* found = host(host_name);
  if (!found) return refuse(404, fmt::format("no MEC host {} exists", host_name));
  auto known = applications_.known_at(host_name, application);
  if (!known) return tl::unexpected{known.error()};
  found->app_support->terminate(**known, operation_action,
                                outside_.quirks == Quirks::AdvantEdge ? advantedge::kGrace : grace);
  return {};
}

void MecSystem::remove_application(const std::string& id) {
  const auto* application = applications_.find(id);
  if (!application) return;
  outside_.executor.cancel(application->termination_timer);
  const auto name = application->name, host_name = application->host;
  services_.erase_of_application(id);
  for (auto& [key, each] : hosts_) {
    each.app_support->forget_application(id);
    each.mobility_service->forget_application(id);
  }
  applications_.erase(id);
  outside_.events.tell("app_gone", {{"host", host_name}, {"name", name}, {"app_instance_id", id}});
}

Result<> MecSystem::restart(const std::string& host_name, std::chrono::milliseconds outage) {
  auto* found = host(host_name);
  if (!found) return refuse(404, fmt::format("no MEC host {} exists", host_name));
  notifier_.forget_host(host_name);
  services_.forget_host(host_name);
  found->app_support->forget_all();
  found->mobility_service->forget_all();
  found->location_subscriptions->forget_all();
  found->radio_network->forget_all();
  found->iot_service->forget_all();
  std::vector<std::string> forgotten;
  for (auto& [id, application] : applications_.all()) {
    if (application.host != host_name) continue;
    outside_.executor.cancel(application.termination_timer);
    application.terminating.clear();
    application.ready = false;
    if (!application.managed) forgotten.push_back(id);
  }
  for (const auto& id : forgotten) {
    for (auto& [key, each] : hosts_) each.mobility_service->forget_application(id);
    applications_.erase(id);
  }
  outside_.events.tell("platform_restarted", {{"host", host_name}, {"outage_ms", outage.count()}});
  if (outage.count() == 0) return {};
  found->down = true;
  outside_.executor.run_after(outage, [this, host_name] {
    host(host_name)->down = false;
    outside_.events.tell("platform_back", {{"host", host_name}});
  });
  return {};
}

MecSystem::Host* MecSystem::host(const std::string& name) {
  const auto found = hosts_.find(name);
  return found == hosts_.end() ? nullptr : &found->second;
}

void MecSystem::moved(const Movement& movement) {
  const auto& terminal = *movement.terminal;
  const nlohmann::json now{{"ue", terminal.plan.address},
                           {"access_point", terminal.access_point ? terminal.access_point->name : ""},
                           {"zone", terminal.zone()},
                           {"host", terminal.host}};
  if (movement.changed_access_point()) {
    auto fields = now;
    fields["from"] = movement.access_point_before;
    outside_.events.tell("ue_access_point", std::move(fields));
  }
  if (movement.changed_zone()) {
    auto fields = now;
    fields["from"] = movement.zone_before;
    outside_.events.tell("ue_zone", std::move(fields));
  }
  for (auto& [name, each] : hosts_) {
    each.location_subscriptions->moved(movement);
    each.radio_network->moved(movement);
  }
  if (!movement.changed_host()) return;
  auto fields = now;
  fields["from"] = movement.host_before;
  outside_.events.tell("ue_host", std::move(fields));
  for (auto& [name, each] : hosts_) each.mobility_service->terminal_moved(terminal.plan.address);
  steer(terminal.plan.address);
}

void MecSystem::steer(const std::string& address) {
  const auto* terminal = terminals_.find(address);
  if (!terminal || terminal->host.empty()) return;
  auto* current = host(steering_.host_of(address));
  steering_.settle(address, terminal->host, current && current->mobility_service->keeps(address));
}

void MecSystem::service_changed(const Service& changed) {
  if (changed.info.at("serName") != Steering::kService) return;
  nlohmann::json end_point;
  for (const auto& [id, service] : services_.all())
    if (service.host == changed.host && service.info.at("serName") == Steering::kService &&
        service.info.at("state") == "ACTIVE")
      end_point = service.info.at("transportInfo").at("endpoint");
  steering_.set_endpoint(changed.host, end_point);
  for (const auto& terminal : terminals_.all()) steer(terminal.plan.address);
}

nlohmann::json MecSystem::host_information(const std::string& name) const {
  for (const auto& plan : scenario_.hosts)
    if (plan.name == name) return {{"hostName", plan.name}, {"hostId", {{"id", plan.id}}}};
  return {};
}

}  // namespace edgecse::sandbox
