// SPDX-License-Identifier: Apache-2.0
#include "mec/platform_check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "mec/decode.hpp"
#include "mec/encode.hpp"

namespace edgecse::mec {
namespace {

constexpr const char* kService = "edgecse-check";
constexpr std::chrono::seconds kCallbackPatience{5};
constexpr std::chrono::seconds kExpiry{600};
/// Of the block for documentation (RFC 5737): no platform has such a user.
const AssociateId kNobody{"UE_IPv4_ADDRESS", "192.0.2.1"};

ServiceInfo trial_service(const std::string& endpoint) {
  ServiceInfo service;
  service.name = kService;
  service.category = {"/edgecse-check", "edgecse-check", "edgecse-check", "1"};
  service.version = "1.0";
  service.transport.id = kService;
  service.transport.name = "REST";
  service.transport.uris = {endpoint};
  service.liveness_interval_s = 10;
  return service;
}

}  // namespace

PlatformCheck::PlatformCheck(PlatformCheckOptions options, Ask ask, Told told, std::string told_why)
    : options_(std::move(options)), ask_(std::move(ask)), told_(std::move(told)), told_why_(std::move(told_why)) {}

bool PlatformCheck::run(const std::function<void(const CheckStep&)>& report) {
  report_ = report;
  if (reach() && refuse_capif() && find_instance() && confirm_ready()) {
    subscribe_to_termination();
    list_services();
    offer_service();
    read_optional("mec011 transports", Api::ServiceManagement, "/transports");
    read_optional("mec011 timing", Api::AppSupport, "/timing/timing_caps");
    read_optional("mec011 DNS rules", Api::AppSupport, app_path("/dns_rules"));
    read_optional("mec011 traffic rules", Api::AppSupport, app_path("/traffic_rules"));
    if (options_.mobility) {
      for (std::size_t number = 0; number < options_.platforms.size(); ++number) register_mobility(number);
      subscribe_to_moves();
      read_optional("mec021 neighbours", Api::Ams, "/queries/adjacent_app_instances");
    } else {
      tell("mec021", CheckOutcome::Skipped, "mobility.enabled is false: the mobility service is not needed");
    }
    read_optional("mec013 users", Api::Location, "/queries/users");
    read_optional("mec013 zones", Api::Location, "/queries/zones");
    read_optional("mec033 IoT platforms", Api::Iot, "/registered_iot_platforms");
    read_optional("mec012 radio bearers", Api::Rni, "/queries/rab_info?app_ins_id=" + options_.app_instance_id);
  }
  clean_up();
  return !failed_;
}

bool PlatformCheck::reach() {
  const auto answer = ask(Api::AppSupport, "GET", "/timing/current_time");
  if (answer.status == 0 || answer.status == 401 || answer.status / 100 == 5) {
    // A platform without timing may answer 501; everything else of the fives is trouble.
    if (answer.status != 501) return fail("mec011 reachable", last_, answer), false;
  }
  has_app_support_ = answer.status != 404;
  tell("mec011 reachable", CheckOutcome::Works, fmt::format("{} answers", options_.platforms[0].app_support));
  return true;
}

bool PlatformCheck::refuse_capif() {
  if (ask(Api::ServiceManagement, "GET", "/services").status != 404) return true;
  // MEC 011 from 3.2.1 on has a second form of service management, on CAPIF's paths beside the API root.
  const auto capif = ask(Api::Capif, "GET", "/allServiceAPIs");
  if (lacks(capif) || capif.status == 0) {
    if (has_app_support_) return true;  // the next steps say what is wrong
    failed_ = true;
    tell("mec011 profile", CheckOutcome::Failed,
         fmt::format("nothing of MEC 011 is below {}: compare mec.platform.api_root with the platform's address, most name the "
                     "MEC host in its path", options_.api_root));
    return false;
  }
  failed_ = true;
  tell("mec011 profile", CheckOutcome::Failed,
       "the platform offers service management in the CAPIF profile of MEC 011 only, which EdgeCSE does not speak: "
       "switch its mec_service_mgmt API on, or set mec.platform.apis.service_mgmt to where it is");
  return false;
}

bool PlatformCheck::find_instance() {
  const bool given = !options_.app_instance_id.empty();
  const auto answer = ask(Api::AppSupport, "POST", "/registrations",
                          given ? Json::object() : encode_app_info(options_.app_name, options_.app_endpoint));
  registers_ = !lacks(answer);
  if (succeeded(answer)) {
    const auto id = created_id(answer.location, answer.body, "appInstanceId");
    remember(Api::AppSupport, "/registrations/" + id);
    if (!given) options_.app_instance_id = id;
  }
  tell("mec011 edition", CheckOutcome::Works,
       registers_ ? "3.x: the platform registers applications" : "2.x: the platform does not register applications");
  if (!options_.app_instance_id.empty()) {
    tell("application instance", CheckOutcome::Works,
         fmt::format("{} ({})", options_.app_instance_id, given ? "mec.app_instance_id" : "registered for this check"));
    return true;
  }
  fail("application instance", last_, answer,
       registers_ ? "the platform's answer says what it wants to know of an application"
                  : "create an application instance at the platform (its page or its management) and put the "
                    "identifier into mec.app_instance_id");
  return false;
}

bool PlatformCheck::confirm_ready() {
  const auto answer = ask(Api::AppSupport, "POST", app_path("/confirm_ready"), encode_ready());
  if (succeeded(answer) || answer.status == 409) {
    tell("confirm ready", CheckOutcome::Works, "the platform takes the instance as ready");
    return true;
  }
  fail("confirm ready", last_, answer,
       answer.status == 404 ? "mec.app_instance_id names no instance of this platform: create one there, or compare "
                              "the part of mec.platform.api_root that names the MEC host"
                            : "");
  return false;
}

void PlatformCheck::subscribe_to_termination() {
  const auto path = app_path("/subscriptions");
  const auto answer =
      ask(Api::AppSupport, "POST", path, encode_termination_subscription(options_.app_instance_id, options_.callback));
  if (!succeeded(answer)) return fail("termination subscription", last_, answer);
  remember(Api::AppSupport, path + "/" + created_id(answer.location, answer.body, "subscriptionId"));
  tell("termination subscription", CheckOutcome::Works, "the platform will say when the instance has to end");
}

void PlatformCheck::list_services() {
  const auto answer = ask(Api::ServiceManagement, "GET", "/services");
  const auto services = decode_services(answer.body);
  if (!succeeded(answer) || !services) return fail("services", last_, answer);
  std::vector<std::string> names;
  for (const auto& service : *services) names.push_back(service.name);
  tell("services", CheckOutcome::Works, fmt::format("{} offered{}{}", names.size(), names.empty() ? "" : ": ", fmt::join(names, ", ")));
  for (const auto& wanted : options_.required_services) {
    if (std::find(names.begin(), names.end(), wanted) != names.end()) {
      tell("required service " + wanted, CheckOutcome::Works, "offered");
      continue;
    }
    failed_ = true;
    tell("required service " + wanted, CheckOutcome::Failed,
         "nobody offers it: start its application at the platform, or take it out of mec.required_services");
  }
}

void PlatformCheck::offer_service() {
  const auto subscriptions = app_path("/subscriptions"), services = app_path("/services");
  const std::vector<std::string> names{kService};
  const auto subscribed = ask(Api::ServiceManagement, "POST", subscriptions,
                              encode_availability_subscription(names, options_.callback));
  if (succeeded(subscribed))
    remember(Api::ServiceManagement,
             subscriptions + "/" + created_id(subscribed.location, subscribed.body, "subscriptionId"));
  else
    fail("availability subscription", last_, subscribed);
  Json trial = encode_service(trial_service(options_.app_endpoint));
  auto made = ask(Api::ServiceManagement, "POST", services, trial);
  if (made.status == 400) {  // a strict platform of MEC 011 2.1.1, which has no heartbeats
    trial.erase("livenessInterval");
    made = ask(Api::ServiceManagement, "POST", services, trial);
  }
  if (!succeeded(made)) return fail("service registration", last_, made);
  const auto id = created_id(made.location, made.body, "serInstanceId");
  remember(Api::ServiceManagement, services + "/" + id);
  const auto listed = ask(Api::ServiceManagement, "GET", services + "/" + id);
  if (!succeeded(listed)) return fail("service registration", last_, listed);
  tell("service registration", CheckOutcome::Works, fmt::format("made as {}, read back", id));
  beat(made);
  if (succeeded(subscribed)) wait_for_callback();
}

void PlatformCheck::beat(const Answered& made) {
  const auto service = decode_service(made.body);
  if (!service || service->liveness_href.empty()) {
    return tell("service liveness", CheckOutcome::NotOffered,
                "the platform gives no link for heartbeats (MEC 011 2.1.1, AdvantEDGE): services stay until they are withdrawn");
  }
  last_ = {0, Api::ServiceManagement, 0, "PATCH", service->liveness_href, true, encode_liveness_update()};
  const auto answer = ask_(last_);
  if (!succeeded(answer)) return fail("service liveness", last_, answer);
  tell("service liveness", CheckOutcome::Works, fmt::format("a heartbeat every {} s", service->liveness_interval_s));
}

void PlatformCheck::wait_for_callback() {
  if (!told_) return tell("callback", CheckOutcome::Skipped, told_why_);
  if (told_(kCallbackPatience)) {
    return tell("callback", CheckOutcome::Works, "the platform's notification came to " + options_.callback);
  }
  failed_ = true;
  tell("callback", CheckOutcome::Failed,
       fmt::format("no notification came to {} within {} s: the platform must reach this address; set http.advertise or "
                   "mec.callback to one that it reaches, and open the way in firewalls",
                   options_.callback, kCallbackPatience.count()));
}

void PlatformCheck::read_optional(const std::string& name, Api api, const std::string& path) {
  const auto answer = ask(api, "GET", path);
  if (succeeded(answer)) return tell(name, CheckOutcome::Works, "answers");
  if (answer.status == 0 || answer.status == 401) return fail(name, last_, answer);
  tell(name, CheckOutcome::NotOffered,
       fmt::format("{} answers {}: not needed, what it gives is not used", url_of(last_), answer.status));
}

void PlatformCheck::register_mobility(std::size_t platform) {
  const auto name = platform == 0 ? std::string{"mec021 registration"} : fmt::format("mec021 registration at peer {}", platform);
  const DeviceInformation device{kNobody, MobilityServiceLevel::NotAllowed, ContextTransferState::NotTransferred};
  const MobilityRegistration wanted{{}, options_.app_instance_id, {device}, static_cast<std::uint64_t>(kExpiry.count())};
  Answered answer;
  for (const auto style : {EnumerationStyle::Strings, EnumerationStyle::Integers}) {
    if (platform == 0) style_ = style;
    answer = ask(Api::Ams, "POST", "/app_mobility_services", encode_mobility_registration(wanted, style), platform);
    if (answer.status != 400 && answer.status != 422) break;
  }
  if (!succeeded(answer)) {
    return fail(name, last_, answer,
                lacks(answer) ? "the platform offers no application mobility here: set mec.platform.apis.ams, or "
                                "mobility.enabled to false"
                              : "");
  }
  const auto id = created_id(answer.location, answer.body, "appMobilityServiceId");
  if (id.empty()) return fail(name, last_, answer, "the answer names no appMobilityServiceId");
  remember(Api::Ams, "/app_mobility_services/" + id, platform);
  tell(name, CheckOutcome::Works,
       fmt::format("made as {}{}", id, platform == 0 && style_ == EnumerationStyle::Integers ? "; enumerations are numbers" : ""));
}

void PlatformCheck::subscribe_to_moves() {
  const auto subscribe = [this](const std::string& name, Json body) {
    const auto answer = ask(Api::Ams, "POST", "/subscriptions", std::move(body));
    if (!succeeded(answer)) return fail(name, last_, answer);
    remember(Api::Ams, "/subscriptions/" + created_id(answer.location, answer.body, "subscriptionId"));
    tell(name, CheckOutcome::Works, "made");
  };
  subscribe("mec021 subscription to moves", encode_mobility_subscription(options_.app_instance_id, options_.callback, 0, style_));
  subscribe("mec021 subscription to neighbours", encode_adjacency_subscription(options_.app_instance_id, options_.callback, 0));
}

void PlatformCheck::clean_up() {
  std::vector<std::string> left;
  for (auto call = to_remove_.rbegin(); call != to_remove_.rend(); ++call) {
    const auto answer = ask_(*call);
    if (!succeeded(answer) && answer.status != 404) left.push_back(url_of(*call));
  }
  if (to_remove_.empty()) return;
  if (left.empty()) return tell("clean-up", CheckOutcome::Works, fmt::format("{} things made, all removed", to_remove_.size()));
  failed_ = true;
  tell("clean-up", CheckOutcome::Failed, fmt::format("the platform did not let these go, delete them: {}", fmt::join(left, " ")));
}

void PlatformCheck::tell(std::string name, CheckOutcome outcome, std::string sentence) {
  report_({std::move(name), outcome, std::move(sentence)});
}

void PlatformCheck::fail(const std::string& name, const Call& call, const Answered& answer, const std::string& hint) {
  failed_ = true;
  const auto url = url_of(call);
  std::string advice = hint;
  if (answer.status == 0) {
    advice = fmt::format("{}; compare mec.platform (and mec.peers) with the platform's address and try it from this machine with curl",
                         answer.detail);
  } else if (answer.status == 401) {
    advice = options_.with_token ? "the token of mec.oauth2 is not accepted: compare client_id, secret and token_endpoint"
                                 : "the platform wants a token: set mec.oauth2, or sign in where it has sessions";
  } else if (advice.empty()) {
    advice = answer.status / 100 == 5 ? "the platform failed; its log says why" : "the platform refuses it; its words say why";
  }
  const auto words = answer.status == 0 ? std::string{"no answer"} : fmt::format("{} {}", answer.status, problem_text(answer.body));
  tell(name, CheckOutcome::Failed, fmt::format("{} {}: {}. To do: {}", call.method, url, words, advice));
}

Answered PlatformCheck::ask(Api api, const std::string& method, const std::string& path, Json body, std::size_t platform) {
  last_ = {0, api, platform, method, path, false, std::move(body)};
  return ask_(last_);
}

void PlatformCheck::remember(Api api, const std::string& path, std::size_t platform) {
  to_remove_.push_back({0, api, platform, "DELETE", path, false, {}});
}

std::string PlatformCheck::app_path(const std::string& rest) const {
  return fmt::format("/applications/{}{}", options_.app_instance_id, rest);
}

std::string PlatformCheck::url_of(const Call& call) const {
  return call.is_link ? call.path : options_.platforms.at(call.platform).base_of(call.api) + call.path;
}

}  // namespace edgecse::mec
