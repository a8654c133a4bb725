// SPDX-License-Identifier: Apache-2.0
#include "agents/device.hpp"

#include <fmt/format.h>

#include "base/guarded_json.hpp"
#include "base/log.hpp"
#include "onem2m/json_codec.hpp"

namespace edgecse::agents {
namespace {

using base::text_of;
using onem2m::Json;
using onem2m::Operation;
using onem2m::ResponseStatus;

constexpr std::string_view kRoom = "device";
constexpr int kEverything = 63;        // every access operation
constexpr int kReadAndCommand = 1 + 2 + 16 + 32;
constexpr int kReRegistration = 5;     // triggerPurpose

std::int64_t microseconds(base::WallTime time) { return time.time_since_epoch().count(); }

/// 2xx, or a refusal that says that it exists already.
bool stands(const Outcome& outcome) {
  return onem2m::is_success(outcome.response.status) || outcome.response.status == ResponseStatus::Conflict ||
         outcome.response.status == ResponseStatus::OriginatorHasAlreadyRegistered ||
         outcome.response.status == ResponseStatus::AlreadyExists;
}

bool succeeded(const Outcome& outcome) { return onem2m::is_success(outcome.response.status); }

Json attributes_of(const onem2m::Response& response) {
  Json content = response.content;
  if (response.serialized_content) content = onem2m::parse_json(*response.serialized_content).value_or(Json{});
  return content.is_object() && !content.empty() ? content.begin().value() : Json::object();
}

/// con, which may be an object or its text.
Json content_of_instance(const Json& instance) {
  if (!instance.is_object() || !instance.contains("con")) return {};
  if (!instance["con"].is_string()) return instance["con"];
  return base::parse_guarded_json(instance["con"].get_ref<const std::string&>()).value_or(Json{});
}

}  // namespace

Device::Device(DeviceOptions options, Environment environment, std::vector<Measurement> measurements, Ledger ledger,
               std::string point_of_access)
    : options_(std::move(options)),
      env_(environment),
      measurements_(std::move(measurements)),
      ledger_(std::move(ledger)),
      point_of_access_(std::move(point_of_access)),
      mca_({.resolver = options_.resolver}, env_.client, env_.sender, env_.executor, env_.clock),
      base_(options_.cse_name + "/" + options_.name),
      life_(fmt::format("{:x}", microseconds(env_.clock.wall_now()))) {}

void Device::start() {
  env_.executor.post([this, alive = std::weak_ptr<bool>(alive_)] {
    if (alive.expired()) return;
    register_ae([this] {
      make_policy([this] {
        set_policy([this] {
          make_containers([this] {
            make_inbox([this] {
              read_newest([this] {
                base::log::info(kRoom, "publishes", {{"name", options_.name}, {"from", std::to_string(next_number_)}});
                due_ = env_.clock.monotonic_now();
                publish();
              });
            });
          });
        });
      });
    });
  });
}

void Device::stop(std::function<void()> done) {
  env_.executor.post([this, alive = std::weak_ptr<bool>(alive_), done = std::move(done)] {
    if (alive.expired()) return;
    stopping_ = true;
    if (!publishing_) return done();
    stopped_ = done;
  });
}

onem2m::Request Device::make_request(Operation operation, const std::string& to) {
  onem2m::Request request;
  request.operation = operation;
  request.to = to;
  request.from = originator();
  request.release_version = "3";
  request.request_identifier = fmt::format("{}-{}-{}", options_.name, life_, next_request_++);
  return request;
}

Json Device::ae_representation() const {
  std::vector<std::string> labels{"Credential-ID:" + options_.name};
  if (!options_.ue.empty()) labels.push_back("mec:ue=UE_IPv4_ADDRESS:" + options_.ue);
  if (!options_.mec_reader.empty()) labels.push_back("mec:publish");
  return {{"m2m:ae",
           {{"rn", options_.name}, {"api", "Norg.edgecse.meter"}, {"rr", true}, {"poa", {point_of_access_}},
            {"srv", {"2a", "3"}}, {"lbl", labels}, {"tren", options_.follow_triggers}}}};
}

void Device::register_ae(const Next& next) {
  auto request = make_request(Operation::Create, options_.cse_name);
  request.resource_type = onem2m::type::kAe;
  request.content = ae_representation();
  mca_.send(std::move(request), stands, [this, next](const Outcome& made) {
    if (succeeded(made)) {
      write("registered", {{"aei", text_of(attributes_of(made.response), "aei")}, {"via", made.via}});
      return next();
    }
    // It stands since an earlier life; the address where we listen may be another one now.
    auto update = make_request(Operation::Update, base_);
    update.content = {{"m2m:ae", {{"poa", {point_of_access_}}}}};
    mca_.send(std::move(update), succeeded, [this, next](const Outcome& updated) {
      mca_.send(make_request(Operation::Retrieve, base_), succeeded, [this, next, via = updated.via](const Outcome& read) {
        write("registered", {{"aei", text_of(attributes_of(read.response), "aei")}, {"via", via}});
        next();
      });
    });
  });
}

void Device::make(const std::string& parent, int type, Json representation, std::function<void(Json)> next) {
  const std::string address = parent + "/" + text_of(representation.begin().value(), "rn");
  auto request = make_request(Operation::Create, parent);
  request.resource_type = type;
  request.content = std::move(representation);
  mca_.send(std::move(request), [address](const Outcome& outcome) {
    if (!stands(outcome)) {
      base::log::warning(kRoom, "cannot be made", {{"address", address}, {"rsc", std::to_string(onem2m::to_number(outcome.response.status))},
                                                   {"detail", onem2m::to_json_text(outcome.response.content)}});
    }
    return stands(outcome);
  }, [this, address, next = std::move(next)](const Outcome& made) {
    if (succeeded(made)) return next(attributes_of(made.response));
    mca_.send(make_request(Operation::Retrieve, address), succeeded,
              [next](const Outcome& read) { next(attributes_of(read.response)); });
  });
}

void Device::make_policy(const Next& next) {
  std::vector<std::string> others = options_.readers;
  if (!options_.mec_reader.empty()) others.push_back(options_.mec_reader);
  Json rules = {{{"acor", {originator()}}, {"acop", kEverything}}};
  if (!others.empty()) rules.push_back({{"acor", others}, {"acop", kReadAndCommand}});
  const Json policy = {{"m2m:acp",
                        {{"rn", "acp"}, {"pv", {{"acr", rules}}},
                         {"pvs", {{"acr", {{{"acor", {originator()}}, {"acop", kEverything}}}}}}}}};
  make(base_, onem2m::type::kAccessControlPolicy, policy, [this, next](const Json& made) {
    policy_id_ = text_of(made, "ri");
    next();
  });
}

void Device::set_policy(const Next& next) {
  auto request = make_request(Operation::Update, base_);
  request.content = {{"m2m:ae", {{"acpi", {policy_id_}}}}};
  mca_.send(std::move(request), succeeded, [next](const Outcome&) { next(); });
}

void Device::make_containers(const Next& next) {
  const auto container = [this](const char* name) -> Json { return {{"m2m:cnt", {{"rn", name}, {"acpi", {policy_id_}}}}}; };
  make(base_, onem2m::type::kContainer, container("data"), [this, container, next](const Json&) {
    make(base_, onem2m::type::kContainer, container("commands"), [next](const Json&) { next(); });
  });
}

void Device::make_inbox(const Next& next) {
  const Json inbox = {{"m2m:sub", {{"rn", "inbox"}, {"nu", {originator()}}, {"nct", 1}, {"enc", {{"net", {3}}}}}}};
  make(base_ + "/commands", onem2m::type::kSubscription, inbox, [next](const Json&) { next(); });
}

void Device::read_newest(const Next& next) {
  const auto answered = [](const Outcome& outcome) {
    return succeeded(outcome) || outcome.response.status == ResponseStatus::NotFound;
  };
  mca_.send(make_request(Operation::Retrieve, base_ + "/data/la"), answered, [this, next](const Outcome& outcome) {
    std::uint64_t newest = ledger_.last_sent();
    const Json content = content_of_instance(attributes_of(outcome.response));
    if (content.is_object()) newest = std::max(newest, content.value("n", std::uint64_t{0}));
    next_number_ = newest + 1;
    next();
  });
}

Json Device::measurement(std::uint64_t number) const {
  const auto& row = measurements_[(options_.first_row + number - 1) % measurements_.size()];
  return {{"n", number}, {"flow", row.value}, {"time", row.time}};
}

void Device::publish() {
  if (stopping_) return;
  publishing_ = true;
  auto request = make_request(Operation::Create, base_ + "/data");
  // The number, not the life, names the request: what was sent before a crash is repeated as the same request.
  request.request_identifier = fmt::format("{}-n-{}", options_.name, next_number_);
  request.resource_type = onem2m::type::kContentInstance;
  request.content = {{"m2m:cin", {{"con", base::print_json(measurement(next_number_))}, {"cnf", "application/json:0"}}}};
  const auto is_final = [this, number = next_number_](const Outcome& outcome) {
    if (succeeded(outcome)) return true;
    write("refused", {{"n", number}, {"rsc", onem2m::to_number(outcome.response.status)}, {"via", outcome.via}});
    return false;
  };
  mca_.send(std::move(request), is_final, [this](const Outcome& outcome) { published(outcome); });
}

void Device::published(const Outcome& outcome) {
  ledger_.write({{"what", "sent"},
                 {"n", next_number_},
                 {"at_us", microseconds(outcome.begun)},
                 {"wait_us", outcome.wait.count()},
                 {"attempts", outcome.attempts},
                 {"via", outcome.via},
                 {"rsc", onem2m::to_number(outcome.response.status)},
                 {"ri", text_of(attributes_of(outcome.response), "ri")}});
  ++next_number_;
  publishing_ = false;
  if (stopping_) {
    if (stopped_) stopped_();
    return;
  }
  const auto now = env_.clock.monotonic_now();
  due_ = std::max(due_ + options_.interval, now);  // what was late is not made up for
  env_.executor.run_after(due_ - now, [this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) publish();
  });
}

void Device::handle(onem2m::Request request, onem2m::ResponseCallback done) {
  env_.executor.post([this, alive = std::weak_ptr<bool>(alive_), request = std::move(request), done = std::move(done)] {
    onem2m::Response response;
    response.request_identifier = request.request_identifier;
    response.release_version = request.release_version;
    if (alive.expired()) response.status = ResponseStatus::TargetNotReachable;
    else if (request.operation != Operation::Notify) response.status = ResponseStatus::OperationNotAllowed;
    else receive(request);
    done(std::move(response));
  });
}

void Device::receive(const onem2m::Request& request) {
  const Json* notification = &request.content;
  for (const char* name : {"m2m:sgn", "nev", "rep"}) {
    if (!notification->is_object() || !notification->contains(name)) return;
    notification = &(*notification)[name];
  }
  if (!notification->is_object()) return;
  if (notification->contains("m2m:cin")) receive_command(request, (*notification)["m2m:cin"]);
  if (notification->contains("m2m:tgp")) receive_trigger((*notification)["m2m:tgp"]);
}

void Device::receive_command(const onem2m::Request& request, const Json& instance) {
  const Json content = content_of_instance(instance);
  if (!content.is_object() || !content.contains("n") || !content["n"].is_number_unsigned()) return;
  write("command", {{"n", content["n"]}, {"rqi", request.request_identifier}});
}

void Device::receive_trigger(const Json& trigger) {
  if (!trigger.is_object() || trigger.value("tpe", 0) != kReRegistration) return;
  const auto points = trigger.find("poa");
  std::string target;
  if (points != trigger.end() && points->is_string()) target = points->get<std::string>();
  if (points != trigger.end() && points->is_array() && !points->empty() && points->front().is_string()) target = points->front();
  write("triggered", {{"via", target}});
  if (!options_.follow_triggers) return;
  if (!target.empty()) mca_.prefer(target);
  register_once_more();
}

void Device::register_once_more() {
  register_ae([] {});
}

void Device::write(const char* what, Json members) {
  members["what"] = what;
  members["at_us"] = microseconds(env_.clock.wall_now());
  ledger_.write(members);
}

}  // namespace edgecse::agents
