// SPDX-License-Identifier: Apache-2.0
#include "mec/application.hpp"

#include <fmt/format.h>

#include <atomic>

#include "base/guarded_json.hpp"
#include "base/log.hpp"
#include "telemetry/registry.hpp"

namespace edgecse::mec {
namespace {

constexpr std::string_view kRoom = "mec";
constexpr std::size_t kMaximumCallbackBytes = 64 * 1024;

net::HttpResponse problem(int status, std::string_view title, std::string detail) {
  net::HttpResponse response;
  response.status = status;
  response.headers.add("Content-Type", "application/problem+json");
  response.body = base::print_json({{"title", title}, {"status", status}, {"detail", std::move(detail)}});
  return response;
}

bool is_power_of_two(int value) { return (value & (value - 1)) == 0; }

}  // namespace

struct Application::Implementation : std::enable_shared_from_this<Implementation> {
  Implementation(ApplicationOptions options, net::HttpClient& client, base::Executor& given_executor,
                 base::Clock& given_clock, base::Random& random, telemetry::Registry* given_registry)
      : executor(given_executor),
        clock(given_clock),
        registry(given_registry),
        life_cycle(std::move(options.life_cycle), random),
        api(std::move(options.platforms), std::move(options.oauth2), client, given_executor, given_clock, given_registry) {}

  base::Executor& executor;
  base::Clock& clock;
  telemetry::Registry* registry;
  ApplicationListener listener;
  LifeCycle life_cycle;
  ApiClient api;
  base::TimerId timer = 0;
  std::atomic<bool> closed{false};  // from then on nobody is told anything

  void post(std::function<void(Implementation&)> work) {
    executor.post([self = weak_from_this(), work = std::move(work)] {
      if (auto alive = self.lock(); alive && !alive->closed) work(*alive);
    });
  }

  void step(const Event& event) {
    for (const auto& command : life_cycle.step(event, {clock.monotonic_now(), clock.wall_now()})) {
      std::visit([this](const auto& given) { execute(given); }, command);
    }
    arm();
  }

  void arm() {
    if (timer != 0) executor.cancel(std::exchange(timer, 0));
    const auto wake = life_cycle.next_wake();
    if (wake == base::MonotonicTime::max()) return;
    const auto delay = std::max<base::Duration>(base::Duration{1000}, wake - clock.monotonic_now());
    timer = executor.run_after(delay, [self = weak_from_this()] {
      auto alive = self.lock();
      if (!alive || alive->closed) return;
      alive->timer = 0;
      alive->step(Woken{});
    });
  }

  void execute(const Call& call) {
    api.send(call, [self = weak_from_this()](const Answered& answer) {
      if (auto alive = self.lock(); alive && !alive->closed) alive->step(answer);
    });
  }
  void execute(const MobilityReported& command) {
    if (listener.on_mobility) listener.on_mobility(command.notification);
  }
  void execute(const AdjacencyReported& command) {
    if (listener.on_adjacency) listener.on_adjacency(command.notification);
  }
  void execute(const CellChangeReported& command) {
    if (listener.on_cell_change) listener.on_cell_change(command.notification);
  }
  void execute(const TerminationAsked& command) {
    base::log::info(kRoom, "the platform asks us to terminate",
                    {{"action", std::string{to_text(command.action)}},
                     {"graceful_timeout_s", std::to_string(command.graceful_timeout.count())}});
    if (listener.on_termination) return listener.on_termination(command.action, command.graceful_timeout);
    post([](Implementation& self) { self.step(EvacuationFinished{}); });
  }
  void execute(const RequiredServiceFound& command) {
    if (listener.on_required_service) listener.on_required_service(command.service);
  }
  void execute(const Remark& remark) {
    if (!is_power_of_two(remark.failures)) return;  // a platform that is down for hours fills no log
    base::log::warning(kRoom, "not as wished: " + remark.task,
                       {{"status", std::to_string(remark.status)},
                        {"failures", std::to_string(remark.failures)},
                        {"detail", remark.detail}});
  }
  void execute(const StateChanged& command) {
    base::log::info(kRoom, fmt::format("state {}", to_text(command.state)),
                    {{"app_instance_id", life_cycle.app_instance_id()}});
    show_state(command.state);
    if (listener.on_state) listener.on_state(command.state, life_cycle.app_instance_id());
  }
  void execute(const Ended&) {
    if (listener.on_ended) listener.on_ended();
  }

  void show_state(LifeCycleState current) {
    if (registry == nullptr) return;
    for (const auto state : all_life_cycle_states()) {
      registry->gauge("edgecse_mec_state", "1 for the present state of the MEC application", {{"state", std::string{to_text(state)}}})
          .set(state == current ? 1 : 0);
    }
  }

  void count_refused_callback(const std::string& reason) {
    if (registry == nullptr) return;
    registry->counter("edgecse_mec_callbacks_refused_total", "Callbacks that fit no subscription", {{"reason", reason}}).add();
  }

  net::HttpResponse receive(std::string_view kind, std::string_view secret, const std::string& text) {
    const auto let_in = life_cycle.find_callback(kind, secret);
    if (!let_in) {
      count_refused_callback("secret");
      return problem(404, "Not Found", "no subscription calls back here");
    }
    auto body = base::parse_guarded_json(text);
    if (!body || notification_type(*body).empty()) {
      count_refused_callback("body");
      return problem(400, "Bad Request", body ? "the body is no notification that is known here" : body.error());
    }
    step(Notified{*let_in, std::move(*body)});
    net::HttpResponse response;
    response.status = 204;
    return response;
  }
};

Application::Application(ApplicationOptions options, net::HttpClient& client, base::Executor& executor, base::Clock& clock,
                         base::Random& random, telemetry::Registry* registry)
    : implementation_(
          std::make_shared<Implementation>(std::move(options), client, executor, clock, random, registry)) {}

Application::~Application() {
  implementation_->closed = true;
  // Its parts live on the executor's thread and go there, after whatever just runs.
  implementation_->executor.post([last = std::move(implementation_)]() mutable { last.reset(); });
}

void Application::start(ApplicationListener listener) {
  implementation_->post([listener = std::move(listener)](Implementation& self) {
    self.listener = listener;
    self.show_state(LifeCycleState::Starting);
    self.step(Started{});
  });
}

void Application::stop() {
  implementation_->post([](Implementation& self) { self.step(StopWanted{}); });
}
void Application::evacuation_finished() {
  implementation_->post([](Implementation& self) { self.step(EvacuationFinished{}); });
}
void Application::track(DeviceInformation device) {
  implementation_->post([device = std::move(device)](Implementation& self) { self.step(DeviceTracked{device}); });
}
void Application::untrack(AssociateId associate_id) {
  implementation_->post([id = std::move(associate_id)](Implementation& self) { self.step(DeviceUntracked{id}); });
}
void Application::offer(ServiceInfo service) {
  implementation_->post([service = std::move(service)](Implementation& self) { self.step(ServiceOffered{service}); });
}
void Application::withdraw(std::string service_name) {
  implementation_->post([name = std::move(service_name)](Implementation& self) { self.step(ServiceWithdrawn{name}); });
}

void Application::handle_callback(const net::HttpRequest& request, std::string_view path_below,
                                  std::function<void(net::HttpResponse)> done) {
  if (request.method != "POST") return done(problem(405, "Method Not Allowed", "callbacks are POSTed"));
  if (request.body.size() > kMaximumCallbackBytes) {
    return done(problem(413, "Content Too Large", fmt::format("a callback has at most {} bytes", kMaximumCallbackBytes)));
  }
  if (path_below.starts_with('/')) path_below.remove_prefix(1);
  const auto slash = path_below.find('/');
  if (slash == std::string_view::npos || path_below.find('/', slash + 1) != std::string_view::npos) {
    return done(problem(404, "Not Found", "no subscription calls back here"));
  }
  implementation_->post([kind = std::string{path_below.substr(0, slash)}, secret = std::string{path_below.substr(slash + 1)},
                         body = request.body, done = std::move(done)](Implementation& self) {
    done(self.receive(kind, secret, body));
  });
}

ApiClient& Application::api() { return implementation_->api; }
const std::string& Application::app_instance_id() const { return implementation_->life_cycle.app_instance_id(); }

}  // namespace edgecse::mec
