// SPDX-License-Identifier: Apache-2.0
#include "management/life_cycle_management.hpp"

#include <csignal>

namespace edgecse::sandbox {

using nlohmann::json;

namespace {

constexpr std::chrono::milliseconds kLookPeriod{100};
constexpr std::chrono::seconds kStartPatience{45};
constexpr std::chrono::seconds kEndPatience{15};  // after the grace, before it is killed

json links_of(const std::string& self) { return {{"self", {{"href", self}}}}; }

}  // namespace

Reply LifeCycleManagement::handle(const Request& request) {
  if (request.is("POST", {"app_instances"})) return create(request);
  if (request.is("GET", {"app_instances"})) {
    json list = json::array();
    for (const auto& [id, instance] : instances_) list.push_back(instance.info);
    return json_response(200, list);
  }
  if (request.is("GET", {"app_lcm_op_occs"})) {
    json list = json::array();
    for (const auto& [id, operation] : operations_) list.push_back(operation.info);
    return json_response(200, list);
  }
  if (request.is("GET", {"app_lcm_op_occs", "*"})) {
    const auto found = operations_.find(request.path[1]);
    if (found == operations_.end()) return refuse(404, fmt::format("no operation {} exists", request.path[1]));
    return json_response(200, found->second.info);
  }
  if (request.path.size() < 2 || request.path[0] != "app_instances") return nothing_here(request, false);
  const auto found = instances_.find(request.path[1]);
  if (found == instances_.end()) return refuse(404, fmt::format("no application instance {} exists", request.path[1]));
  return of_instance(request, found->second);
}

Reply LifeCycleManagement::create(const Request& request) {
  const auto body = body_of(request, object({required("appDId", text()), optional("appInstanceName", text()),
                                             optional("appInstanceDescription", text())}));
  if (!body) return tl::unexpected{body.error()};
  const auto usable = packages_.usable(body->at("appDId"));
  if (!usable) return tl::unexpected{usable.error()};
  const json& package = (*usable)->info;
  const std::string id = make_uuid(random_);
  Instance made;
  made.info = {{"id", id},
               {"appInstanceName", body->value("appInstanceName", "")},
               {"appInstanceDescription", body->value("appInstanceDescription", "")},
               {"appDId", package.at("appDId")},
               {"appProvider", package.at("appProvider")},
               {"appName", package.at("appName")},
               {"appSoftVersion", package.at("appSoftwareVersion")},
               {"appDVersion", package.at("appDVersion")},
               {"appPkgId", package.at("id")},
               {"instantiationState", "NOT_INSTANTIATED"},
               {"_links", links_of(fmt::format("{}/app_instances/{}", base_, id))}};
  packages_.use(package.at("appDId"), id);
  const auto& kept = instances_.emplace(id, std::move(made)).first->second;
  return json_response(201, kept.info, kept.info.at("_links").at("self").at("href"));
}

Reply LifeCycleManagement::of_instance(const Request& request, Instance& instance) {
  if (request.path.size() == 2 && request.method == "GET") return json_response(200, instance.info);
  if (request.path.size() == 2 && request.method == "DELETE") return remove(instance);
  const bool task = request.path.size() == 3;
  if (task && request.method == "POST" && !instance.operation.empty())
    return refuse(409, fmt::format("operation {} is still going on", instance.operation));
  if (task && request.is("POST", {"app_instances", "*", "instantiate"})) return instantiate(request, instance);
  if (task && request.is("POST", {"app_instances", "*", "terminate"})) return terminate(request, instance);
  if (task && request.is("POST", {"app_instances", "*", "operate"}))
    return refuse(501, "operate: starting and stopping without terminating is not offered");
  return nothing_here(request, request.path.size() == 2);
}

Reply LifeCycleManagement::instantiate(const Request& request, Instance& instance) {
  const auto container = object({required("osContainerDescId", text()), optional("bootData", text())});
  const auto body = body_of(request, object({required("selectedMECHostInfo", list_of(object({required("hostId", anything()),
                                                                                             optional("hostName", text())}), 1)),
                                             optional("osContainerDescriptor", list_of(container))}));
  if (!body) return tl::unexpected{body.error()};
  if (instance.info.at("instantiationState") != "NOT_INSTANTIATED") return refuse(409, "the instance is instantiated already");
  const auto usable = packages_.usable(instance.info.at("appDId"));
  if (!usable) return tl::unexpected{usable.error()};
  MecSystem* system = system_();
  if (system == nullptr) return refuse(503, "no scenario is loaded");
  const std::string id = instance.info.at("id");
  const std::string host = body->at("selectedMECHostInfo").at(0).value("hostName", "");
  auto made = system->create_application(host, instance.info.at("appName"), instance.info.at("appDId"), id);
  if (!made) return refuse(made.error().status, "selectedMECHostInfo: " + made.error().detail);
  InstanceRunner::Order order{.id = id,
                              .image = (*usable)->package.descriptor.image,
                              .configuration = "{}\n",
                              .environment = {{"EDGECSE_MEC_ENABLED", "true"},
                                              {"EDGECSE_MEC_APP_INSTANCE_ID", id},
                                              {"EDGECSE_MEC_PLATFORM_API_ROOT", fmt::format("{}/{}", api_root_, host)}}};
  if (body->contains("osContainerDescriptor") && !body->at("osContainerDescriptor").empty())
    order.configuration = body->at("osContainerDescriptor").at(0).value("bootData", order.configuration);
  if (auto started = runner_.start(order); !started) {
    system->remove_application(id);
    return tl::unexpected{started.error()};
  }
  instance.host = host;
  return begin(instance, "INSTANTIATE", kStartPatience);
}

Reply LifeCycleManagement::terminate(const Request& request, Instance& instance) {
  const auto body = body_of(request, object({required("terminationType", one_of({"FORCEFUL", "GRACEFUL"})),
                                             optional("gracefulTerminationTimeout", integer(1, 3'600))}));
  if (!body) return tl::unexpected{body.error()};
  if (instance.info.at("instantiationState") != "INSTANTIATED") return refuse(409, "the instance is not instantiated");
  const std::string id = instance.info.at("id");
  if (body->at("terminationType") == "FORCEFUL") {
    runner_.signal(id, SIGKILL);
    return begin(instance, "TERMINATE", kEndPatience);
  }
  const std::chrono::seconds grace{body->value("gracefulTerminationTimeout", 30)};
  MecSystem* system = system_();
  if (system == nullptr || !system->terminate(instance.host, id, "TERMINATING", grace)) runner_.signal(id, SIGTERM);
  return begin(instance, "TERMINATE", grace + kEndPatience);
}

Reply LifeCycleManagement::remove(const Instance& instance) {
  if (!instance.operation.empty()) return refuse(409, fmt::format("operation {} is still going on", instance.operation));
  if (instance.info.at("instantiationState") != "NOT_INSTANTIATED") return refuse(409, "terminate the instance first");
  const std::string id = instance.info.at("id");
  packages_.release(instance.info.at("appDId"), id);
  instances_.erase(id);
  return no_content();
}

Response LifeCycleManagement::begin(Instance& instance, const char* kind, std::chrono::seconds patience) {
  const std::string id = make_uuid(random_);
  const std::string self = fmt::format("{}/app_lcm_op_occs/{}", base_, id);
  json links = links_of(self);
  links["appInstance"] = instance.info.at("_links").at("self");
  operations_[id] = {.info = {{"id", id},
                              {"operationState", "PROCESSING"},
                              {"stateEnteredTime", time_stamp(clock_)},
                              {"startTime", time_stamp(clock_)},
                              {"lcmOperation", kind},
                              {"appInstanceId", instance.info.at("id")},
                              {"_links", std::move(links)}},
                     .deadline = clock_.monotonic_now() + patience};
  instance.operation = id;
  look_later(id);
  return Response{202, {{"Location", self}}, {}};
}

void LifeCycleManagement::look_later(const std::string& operation) {
  executor_.run_after(kLookPeriod, [this, operation, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) look(operation);
  });
}

void LifeCycleManagement::look(const std::string& id) {
  Operation& operation = operations_.at(id);
  Instance& instance = instances_.at(operation.info.at("appInstanceId"));
  if (operation.info.at("lcmOperation") == "INSTANTIATE")
    look_at_start(instance, operation);
  else
    look_at_end(instance, operation);
  if (!instance.operation.empty()) look_later(id);
}

void LifeCycleManagement::look_at_start(Instance& instance, Operation& operation) {
  const std::string id = instance.info.at("id");
  MecSystem* system = system_();
  const Application* application = system == nullptr ? nullptr : system->applications().find(id);
  if (const auto status = runner_.ended(id)) {
    finish(instance, operation, fmt::format("the program ended with status {}: {}", *status, runner_.last_words(id)));
  } else if (application != nullptr && application->ready) {
    finish(instance, operation, "");
  } else if (late(operation)) {
    runner_.signal(id, SIGKILL);
    finish(instance, operation, fmt::format("the instance did not confirm that it is ready within {} s", kStartPatience.count()));
  }
}

void LifeCycleManagement::look_at_end(Instance& instance, Operation& operation) {
  const std::string id = instance.info.at("id");
  MecSystem* system = system_();
  const Application* application = system == nullptr ? nullptr : system->applications().find(id);
  // It has confirmed, or its grace is over.
  if (application == nullptr || !application->ready || application->terminating.empty()) runner_.signal(id, SIGTERM);
  if (runner_.ended(id)) return finish(instance, operation, "");
  if (late(operation) && !std::exchange(operation.killed, true)) runner_.signal(id, SIGKILL);
}

void LifeCycleManagement::finish(Instance& instance, Operation& operation, const std::string& fault) {
  const bool starts = operation.info.at("lcmOperation") == "INSTANTIATE";
  operation.info["operationState"] = fault.empty() ? "COMPLETED" : "FAILED";
  operation.info["stateEnteredTime"] = time_stamp(clock_);
  if (!fault.empty()) operation.info["error"] = {{"status", 500}, {"detail", fault}};
  instance.operation.clear();
  const bool runs = starts && fault.empty();
  instance.info["instantiationState"] = runs ? "INSTANTIATED" : "NOT_INSTANTIATED";
  if (runs)
    instance.info["instantiatedAppState"] = {{"operationalState", "STARTED"}};
  else
    instance.info.erase("instantiatedAppState");
  if (MecSystem* system = system_(); system != nullptr && !runs) system->remove_application(instance.info.at("id"));
}

}  // namespace edgecse::sandbox
