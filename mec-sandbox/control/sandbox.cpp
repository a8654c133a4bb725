// SPDX-License-Identifier: Apache-2.0
#include "control/sandbox.hpp"

#include <charconv>

namespace edgecse::sandbox {

using nlohmann::json;

struct Sandbox::Stage {
  Stage(Sandbox& sandbox, Scenario scenario)
      : executor(sandbox.executor_),
        outside{sandbox.clock_,
                executor,
                sandbox.random_,
                sandbox.client_,
                sandbox.events_,
                sandbox.options_.api_root,
                sandbox.options_.enumerations,
                sandbox.options_.quirks,
                sandbox.options_.edition,
                sandbox.options_.capif_only,
                sandbox.options_.tokens.wanted() ? sandbox.options_.api_root + "/oauth2/token" : ""},
        system(std::make_unique<MecSystem>(outside, std::move(scenario))) {}
  TiedExecutor executor;
  Surroundings outside;
  std::unique_ptr<MecSystem> system;
};

namespace {

Request take_apart(const net::HttpRequest& request) {
  Request result{request.method, {}, request.query, request.headers, request.body};
  std::string_view rest = request.path;
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const auto segment = rest.substr(0, rest.find('/'));
    result.path.push_back(net::percent_decode(segment).value_or(std::string{segment}));
    rest.remove_prefix(segment.size());
  }
  return result;
}

std::uint64_t number_in(const Request& request, std::string_view query, std::uint64_t otherwise) {
  const auto values = request.values(query);
  std::uint64_t number = otherwise;
  if (!values.empty()) std::from_chars(values[0].data(), values[0].data() + values[0].size(), number);
  return number;
}

json describe(const Terminal& terminal, const std::string& steered_to) {
  return {{"ue", terminal.plan.address},
          {"kind", terminal.plan.kind},
          {"longitude", terminal.position.longitude},
          {"latitude", terminal.position.latitude},
          {"access_point", terminal.access_point ? terminal.access_point->name : ""},
          {"zone", terminal.zone()},
          {"host", terminal.host},
          {"steered_to", steered_to},
          {"held", terminal.held},
          {"moves", terminal.plan.path.size() > 1}};
}

}  // namespace

Sandbox::Sandbox(Options options, base::Clock& clock, base::Executor& executor, base::Random& random,
                 net::HttpClient& client)
    : options_(std::move(options)),
      clock_(clock),
      executor_(executor),
      random_(random),
      client_(client),
      events_(clock),
      gatekeeper_(options_.tokens, clock, random),
      orchestrator_(options_.management, options_.api_root, executor, clock, random, events_,
                    [this] { return stage_ ? stage_->system.get() : nullptr; }),
      speed_(options_.speed) {}

Sandbox::~Sandbox() = default;

Result<> Sandbox::load(const std::string& name) {
  const bool plain =
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos && !name.empty();
  if (!plain) return refuse(400, "scenario: expected a name of lower-case letters, digits and hyphens");
  auto scenario = read_scenario(options_.scenarios + "/" + name + ".yaml");
  if (!scenario) return refuse(404, scenario.error());
  pause();
  if (stage_) {
    stage_->executor.close();
    stage_->system.reset();
    retired_.push_back(std::move(stage_));
  }
  stage_ = std::make_unique<Stage>(*this, std::move(*scenario));
  events_.set_scenario_seconds(0);
  events_.tell("scenario_loaded", {{"scenario", name},
                                   {"ues", stage_->system->terminals().all().size()},
                                   {"hosts", stage_->system->scenario().hosts.size()}});
  stage_->system->step();
  return {};
}

void Sandbox::start() {
  if (running_ || !stage_) return;
  running_ = true;
  next_tick_ = clock_.monotonic_now();
  events_.tell("started", {{"speed", speed_}});
  schedule_tick();
}

void Sandbox::pause() {
  if (!running_) return;
  running_ = false;
  executor_.cancel(tick_timer_);
  events_.tell("paused", json::object());
}

void Sandbox::schedule_tick() {
  next_tick_ += base::Duration{static_cast<std::int64_t>(1'000'000 / speed_)};
  const auto now = clock_.monotonic_now();
  if (next_tick_ < now) next_tick_ = now;  // a machine that cannot keep up plays slower, it does not jump
  tick_timer_ = executor_.run_after(next_tick_ - now, [this] { tick(); });
}

void Sandbox::tick() {
  if (!running_) return;
  stage_->system->step();
  schedule_tick();
}

void Sandbox::handle(const net::HttpRequest& http, Answer answer) {
  const auto request = take_apart(http);
  if (request.is("GET", {"sandbox", "v1", "events"})) return stream_events(request, std::move(answer));
  if (request.at({"oauth2", "token"}) && gatekeeper_.wants_tokens()) return answer(gatekeeper_.issue(request));
  auto reply = [&]() -> Reply {
    if (!request.path.empty() && request.path[0] == "sandbox") return control(request);
    if (!request.path.empty() && request.path[0] == "meo") return orchestrator_.handle(request);
    if (!stage_) return refuse(503, "no scenario is loaded");
    if (auto refused = gatekeeper_.refuse(request)) return std::move(*refused);
    return stage_->system->handle(request);
  }();
  answer(reply ? std::move(*reply) : problem_response(reply.error()));
}

Reply Sandbox::control(const Request& request) {
  if (request.path.size() < 3 || request.path[1] != "v1") return nothing_here(request, false);
  if (request.path[2] == "scenario") return control_scenario(request);
  if (!stage_) return refuse(503, "no scenario is loaded");
  if (request.is("GET", {"sandbox", "v1", "state"})) return json_response(200, state());
  if (request.is("GET", {"sandbox", "v1", "dns"})) return resolve(request);
  if (request.path[2] == "terminals") return control_terminals(request);
  if (request.path[2] == "hosts") return control_hosts(request);
  if (request.path[2] == "faults") return control_faults(request);
  if (request.path[2] == "tokens") return control_tokens(request);
  return nothing_here(request, request.at({"sandbox", "v1", "state"}) || request.at({"sandbox", "v1", "dns"}));
}

Reply Sandbox::control_scenario(const Request& request) {
  if (request.is("PUT", {"sandbox", "v1", "scenario"})) {
    const auto body = body_of(request, object({required("name", text())}));
    if (!body) return tl::unexpected{body.error()};
    if (auto loaded = load(body->at("name")); !loaded) return tl::unexpected{loaded.error()};
    return json_response(200, state());
  }
  if (!stage_) return refuse(503, "no scenario is loaded");
  if (request.is("POST", {"sandbox", "v1", "scenario", "start"})) {
    start();
    return no_content();
  }
  if (request.is("POST", {"sandbox", "v1", "scenario", "pause"})) {
    pause();
    return no_content();
  }
  if (request.is("POST", {"sandbox", "v1", "scenario", "step"})) {
    for (auto left = std::min<std::uint64_t>(number_in(request, "seconds", 1), 3'600); left > 0; --left)
      stage_->system->step();
    return no_content();
  }
  if (!request.is("PUT", {"sandbox", "v1", "scenario", "speed"})) return nothing_here(request, false);
  const auto body = body_of(request, object({required("speed", anything())}));
  if (!body) return tl::unexpected{body.error()};
  if (!body->at("speed").is_number() || body->at("speed") <= 0 || body->at("speed") > 1'000)
    return refuse(400, "speed: expected a number above 0, at most 1000");
  speed_ = body->at("speed");
  events_.tell("speed", {{"speed", speed_}});
  return no_content();
}

Reply Sandbox::control_terminals(const Request& request) {
  if (!request.at({"sandbox", "v1", "terminals", "*", "place"})) return nothing_here(request, false);
  if (request.method == "DELETE") {
    if (auto done = stage_->system->release(request.path[3]); !done) return tl::unexpected{done.error()};
    return no_content();
  }
  if (request.method != "PUT") return nothing_here(request, true);
  const auto body = body_of(
      request,
      with_exactly_one({"zone", "access_point"}, object({optional("zone", text()), optional("access_point", text())})));
  if (!body) return tl::unexpected{body.error()};
  const auto where = body->value("zone", body->value("access_point", ""));
  if (auto done = stage_->system->place(request.path[3], where); !done) return tl::unexpected{done.error()};
  return json_response(200, describe(*stage_->system->terminals().find(request.path[3]),
                                     stage_->system->steering().host_of(request.path[3])));
}

Reply Sandbox::control_hosts(const Request& request) {
  if (request.is("POST", {"sandbox", "v1", "hosts", "*", "applications"})) {
    const auto body =
        body_of(request, object({required("name", text()), optional("app_d_id", text()), optional("id", text())}));
    if (!body) return tl::unexpected{body.error()};
    const auto made = stage_->system->create_application(request.path[3], body->at("name"), body->value("app_d_id", ""),
                                                         body->value("id", ""));
    if (!made) return tl::unexpected{made.error()};
    return json_response(201, {{"app_instance_id", made->id}, {"name", made->name}, {"host", made->host}});
  }
  if (request.is("POST", {"sandbox", "v1", "hosts", "*", "applications", "*", "terminate"})) {
    const auto body = body_of(request, object({required("operation_action", one_of({"STOPPING", "TERMINATING"})),
                                               required("grace_s", integer(1, 3'600))}));
    if (!body) return tl::unexpected{body.error()};
    const std::chrono::seconds grace{body->at("grace_s").get<std::int64_t>()};
    if (auto done = stage_->system->terminate(request.path[3], request.path[5], body->at("operation_action"), grace);
        !done)
      return tl::unexpected{done.error()};
    return no_content();
  }
  if (!request.is("POST", {"sandbox", "v1", "hosts", "*", "restart"})) return nothing_here(request, false);
  const auto body = body_of(request, object({optional("outage_ms", integer(0, 3'600'000))}));
  if (!body) return tl::unexpected{body.error()};
  if (auto done = stage_->system->restart(request.path[3], std::chrono::milliseconds{body->value("outage_ms", 0)});
      !done)
    return tl::unexpected{done.error()};
  return no_content();
}

Reply Sandbox::control_faults(const Request& request) {
  if (!request.at({"sandbox", "v1", "faults"})) return nothing_here(request, false);
  auto& notifier = stage_->system->notifier();
  if (request.method == "DELETE") {
    notifier.clear_faults();
    gatekeeper_.clear_refusals();
    return no_content();
  }
  if (request.method != "POST") return nothing_here(request, true);
  const auto body =
      body_of(request, object({required("action", one_of({"drop", "delay", "refuse"})), optional("host", text()),
                               optional("notification_type", text()), optional("delay_ms", integer(0, 600'000)),
                               optional("api", text()), optional("status", integer(400, 599)),
                               optional("retry_after_s", integer(0, 86'400)),
                               required("count", integer(1, 1'000'000))}));
  if (!body) return tl::unexpected{body.error()};
  if (body->at("action") == "refuse") {
    gatekeeper_.add_refusal({body->value("host", ""), body->value("api", ""), body->value("status", 503),
                             std::chrono::seconds{body->value("retry_after_s", 1)}, body->at("count")});
    return no_content();
  }
  notifier.add_fault({body->value("host", ""), body->value("notification_type", ""), body->at("action") == "drop",
                      std::chrono::milliseconds{body->value("delay_ms", 0)}, body->at("count")});
  return no_content();
}

Reply Sandbox::control_tokens(const Request& request) {
  if (!request.at({"sandbox", "v1", "tokens"})) return nothing_here(request, false);
  if (request.method == "GET") return json_response(200, {{"issued", gatekeeper_.issued()}});
  if (request.method != "DELETE") return nothing_here(request, true);
  gatekeeper_.revoke_tokens();
  return no_content();
}

Reply Sandbox::resolve(const Request& request) const {
  const auto ue = request.values("ue");
  if (ue.size() != 1) return refuse(400, "ue: expected one terminal's address");
  if (!stage_->system->terminals().find(ue[0])) return refuse(404, fmt::format("no terminal {} exists", ue[0]));
  const auto& steering = stage_->system->steering();
  const auto end_point = steering.resolve(ue[0]);
  const auto reached = end_point ? comm_interface_of(*end_point) : json();
  if (reached.is_null()) return refuse(404, fmt::format("no host offers {} yet", Steering::kService));
  const auto& first = reached.at("ipAddresses").at(0);
  json result{{"ue", ue[0]},
              {"host", steering.host_of(ue[0])},
              {"address", first.at("host")},
              {"port", first.at("port")},
              {"ttl_s", 0}};
  if (end_point->contains("uris")) result["uri"] = end_point->at("uris").at(0);
  return json_response(200, result);
}

json Sandbox::state() const {
  const auto& system = *stage_->system;
  auto ues = json::array();
  for (const auto& terminal : system.terminals().all())
    ues.push_back(describe(terminal, system.steering().host_of(terminal.plan.address)));
  auto hosts = json::array();
  for (const auto& host : system.scenario().hosts)
    hosts.push_back({{"name", host.name},
                     {"id", host.id},
                     {"zones", host.zones},
                     {"edition", to_text(host.edition)},
                     {"api_root", options_.api_root + "/" + host.name}});
  auto applications = json::array();
  for (const auto& [id, application] : stage_->system->applications().all())
    applications.push_back({{"app_instance_id", id},
                            {"name", application.name},
                            {"host", application.host},
                            {"ready", application.ready}});
  return {{"scenario", system.scenario().name},
          {"running", running_},
          {"speed", speed_},
          {"scenario_s", system.terminals().seconds()},
          {"ues", std::move(ues)},
          {"hosts", std::move(hosts)},
          {"quirks", options_.quirks == Quirks::None ? "none" : "advantedge"},
          {"applications", std::move(applications)},
          {"last_event", events_.last()}};
}

void Sandbox::stream_events(const Request& request, Answer answer) {
  constexpr std::size_t kBatch = 1'000;
  const auto after = number_in(request, "after", 0);
  const auto wait = std::chrono::seconds{std::min<std::uint64_t>(number_in(request, "wait", 0), 30)};
  const auto send = [this, after](const Answer& to) {
    auto list = events_.after(after, kBatch);
    const auto next = list.empty() ? after : list.back().at("n").get<std::uint64_t>();
    to(json_response(200, {{"events", std::move(list)}, {"next", next}}));
  };
  if (events_.last() > after || wait.count() == 0) return send(answer);
  // Whichever comes first, an event or the end of the wait, answers; the other finds it done.
  auto done = std::make_shared<bool>(false);
  const auto once = [done, send, answer = std::move(answer)] {
    if (!std::exchange(*done, true)) send(answer);
  };
  const auto waiter = events_.wake_at_next([this, once] { executor_.post(once); });
  executor_.run_after(wait, [this, waiter, once] {
    events_.forget(waiter);
    once();
  });
}

}  // namespace edgecse::sandbox
