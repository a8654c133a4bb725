// SPDX-License-Identifier: Apache-2.0
#include "edge/edge_service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/log.hpp"
#include "edge/ams_adaptor.hpp"
#include "edge/data_api.hpp"
#include "edge/data_subscriptions.hpp"
#include "edge/data_view.hpp"
#include "edge/device_cells.hpp"
#include "edge/host_directory.hpp"
#include "onem2m/enumerations.hpp"

namespace edgecse::edge {
namespace {

constexpr std::string_view kRoom = "edge";
constexpr std::string_view kAeName = "onem2m-data";
constexpr std::string_view kTrackerSubscription = "edge-devices";
constexpr std::chrono::seconds kRetryRegistration{1};
constexpr std::chrono::seconds kFreshClasses{2};

/// Unique in the system, since C-type stems of different CSEs could meet.
std::string stem_of(const PublisherOptions& options) { return fmt::format("C{}-{}", kAeName, options.cse_id.substr(1)); }

std::string data_root(const EdgeOptions& options) {
  const auto& urls = options.publisher.advertise;
  return (urls.empty() ? std::string{} : urls.front()) + std::string{kDataPath};
}

DataSubscriptionOptions subscription_options(const EdgeOptions& options) {
  DataSubscriptionOptions made;
  made.cse_id = options.publisher.cse_id;
  made.root = data_root(options);
  made.own_address = fmt::format("{}/{}", options.publisher.cse_name, kAeName);
  made.own_target = options.publisher.cse_id + "/" + stem_of(options.publisher);
  made.originator = options.access.originator;
  return made;
}

mec::ApplicationOptions with_cells(const EdgeOptions& options) {
  mec::ApplicationOptions made = options.mec;
  made.life_cycle.cell_changes = options.cells;
  return made;
}

bool is_below(std::string_view path, std::string_view prefix) {
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

class ApplicationRegistrar final : public DeviceRegistrar {
 public:
  explicit ApplicationRegistrar(mec::Application& application) : application_(application) {}
  void track(mec::DeviceInformation device) override { application_.track(std::move(device)); }
  void untrack(mec::AssociateId associate_id) override { application_.untrack(std::move(associate_id)); }

 private:
  mec::Application& application_;
};

/// Tells subscribers what the network plans, before whoever moves units hears of it.
class ToldTrigger final : public MoveTrigger {
 public:
  ToldTrigger(DataSubscriptions& subscriptions, MoveTrigger& next) : subscriptions_(subscriptions), next_(next) {}
  void trigger(const std::string& ae_id, const std::string& target_cse_id, MoveReason reason) override {
    if (!target_cse_id.empty()) subscriptions_.move_prepared(ae_id, target_cse_id);
    next_.trigger(ae_id, target_cse_id, reason);
  }
  void network_completed(const std::string& ae_id) override { next_.network_completed(ae_id); }
  void network_failed(const std::string& ae_id) override {
    subscriptions_.move_failed(ae_id);
    next_.network_failed(ae_id);
  }

 private:
  DataSubscriptions& subscriptions_;
  MoveTrigger& next_;
};

}  // namespace

struct EdgeService::Implementation : std::enable_shared_from_this<Implementation> {
  Implementation(EdgeOptions given, EdgeEnvironment environment)
      : options(std::move(given)),
        env(std::move(environment)),
        system(env.cse, env.executor, env.random, options.publisher.cse_id),
        own(env.cse, env.executor, env.random, stem_of(options.publisher)),
        application(with_cells(options), env.http_client, env.executor, env.clock, env.random, &env.telemetry),
        registrar(application),
        hosts(application.api()),
        tracker(system, env.executor, options.publisher.cse_name, stem_of(options.publisher), env.owner_of),
        views({env.cse, env.executor, env.clock, env.random},
              {options.publisher.cse_name, stem_of(options.publisher), options.publish, env.owner_of}),
        visible(*views.of(options.access.originator)),
        access(options.access, env.http_client, env.executor, env.clock),
        metrics(env.telemetry),
        subscriptions(subscription_options(options),
                      {own, views, &hosts, env.http_client, env.executor, env.clock, env.random, metrics}),
        trigger(subscriptions, env.trigger),
        ams({.own_cse_id = options.publisher.cse_id}, registrar, tracker, hosts, trigger, env.clock),
        streams({.own_target = options.publisher.cse_id + "/" + stem_of(options.publisher)}, env.executor, env.clock, &hosts, env.owner_of,
                metrics),
        cells(tracker, [this](const std::string& address, auto done) { ask_for_cells(address, std::move(done)); }, env.clock),
        api({options.publisher.cse_id, data_root(options), options.host, options.proxy_moved}, subscriptions, streams, env.clock,
            &hosts, options.cells ? &cells : nullptr) {}

  EdgeOptions options;
  EdgeEnvironment env;
  Requester system;         // the CSE itself: which AE is reached through which device is its own business, told to nobody
  Requester own;            // this service's AE: what it keeps
  mec::Application application;
  ApplicationRegistrar registrar;
  HostDirectory hosts;
  DeviceTracker tracker;    // every AE
  DataViews views;          // what leaves through the data API, by originator
  DataView& visible;        // of whoever need not say who he is: what the registry offers
  DataAccess access;
  DataMetrics metrics;
  DataSubscriptions subscriptions;
  ToldTrigger trigger;
  AmsAdaptor ams;
  DataStreams streams;
  DeviceCells cells;
  DataApi api;
  std::set<std::string> classes;  // names of data that were offered in this life
  std::function<void()> on_ended, on_terminated;
  bool terminating = false;

  void post(std::function<void(Implementation&)> work) {
    env.executor.post([self = weak_from_this(), work = std::move(work)] {
      if (auto alive = self.lock()) work(*alive);
    });
  }

  void start() {
    env.internal_aes.add(stem_of(options.publisher), [self = weak_from_this()](const onem2m::Request& request,
                                                                                onem2m::ResponseCallback done) {
      if (auto alive = self.lock()) {
        return alive->post([request, done](Implementation& service) { service.notified(request, done); });
      }
      onem2m::Response gone;
      gone.status = onem2m::ResponseStatus::TargetNotReachable;
      gone.request_identifier = request.request_identifier;
      done(std::move(gone));
    });
    if (!options.access.wants_tokens())
      base::log::warning(kRoom, "the MEC service asks for no token: whoever reaches it may read and subscribe, in the name given",
                         {{"originator", options.access.originator}});
    mec::ApplicationListener listener;
    listener.on_mobility = [this](const auto& notification) { ams.on_mobility(notification); };
    listener.on_cell_change = [this](const auto& notification) { cells.on_cell_change(notification); };
    listener.on_state = [this](mec::LifeCycleState, const std::string& app_instance_id) { offer(app_instance_id); };
    listener.on_termination = [this](mec::OperationAction, std::chrono::seconds) { evacuate(); };
    listener.on_ended = [this] { ended(); };
    application.start(std::move(listener));
    offer(options.mec.life_cycle.app_instance_id);
    register_ae();
  }

  void offer(const std::string& app_instance_id) {
    application.offer(make_cse_service(options.publisher, app_instance_id));
    application.offer(make_data_service(options.publisher, app_instance_id));
    offer_classes();
  }

  /// One entry per name of data, inactive while there is none, so that whoever waits for it is told when it comes.
  void offer_classes() {
    const auto present = visible.catalog.services();
    for (const auto& name : present)
      if (classes.contains(name) || classes.size() < options.maximum_classes) classes.insert(name);
    for (const auto& name : classes)
      application.offer(make_class_service(options.publisher, application.app_instance_id(), name, present.contains(name)));
  }

  void register_ae() {
    const Json ae = {{"m2m:ae", {{"rn", kAeName}, {"api", "Norg.edgecse.onem2m-data"}, {"rr", true}, {"srv", {"2a", "3"}}}}};
    own.create(options.publisher.cse_name, onem2m::type::kAe, ae, {},
                     [this](const onem2m::Result<Json>& made) {
                       const bool stands = made || made.error().status == onem2m::ResponseStatus::Conflict ||
                                           made.error().status == onem2m::ResponseStatus::OriginatorHasAlreadyRegistered;
                       if (stands) return begin();
                       base::log::warning(kRoom, "the service's AE cannot be registered", {{"detail", made.error().detail}});
                       env.executor.run_after(kRetryRegistration, [self = weak_from_this()] {
                         if (auto alive = self.lock()) alive->register_ae();
                       });
                     });
  }

  void begin() {
    using Event = onem2m::NotificationEventType;
    const Json watch = {{"m2m:sub",
                         {{"rn", kTrackerSubscription},
                          {"nu", {options.publisher.cse_id + "/" + stem_of(options.publisher)}},
                          {"enc", {{"net", {static_cast<int>(Event::CreateOfDirectChild), static_cast<int>(Event::DeleteOfDirectChild)}}}},
                          {"nct", 3}}}};
    system.create(options.publisher.cse_name, onem2m::type::kSubscription, watch, {}, [](const onem2m::Result<Json>& made) {
      if (made || made.error().status == onem2m::ResponseStatus::Conflict) return;
      base::log::info(kRoom, "the CSEBase cannot be subscribed to: AEs are read periodically only", {{"detail", made.error().detail}});
    });
    subscriptions.start();
    tracker.start(options.tracking_interval, [this] {
      ams.devices_read();
      if (options.cells) cells.devices_read();
      if (terminating && !serves_any()) application.evacuation_finished();
    });
    visible.devices.start(options.tracking_interval, [this] {
      streams.owners_changed();
      subscriptions.devices_read();
      visible.catalog.renew(kFreshClasses, [this] { offer_classes(); });
    });
  }

  void notified(const onem2m::Request& request, const onem2m::ResponseCallback& done) {
    const Json notification = request.content.is_object() ? request.content.value("m2m:sgn", Json{}) : Json{};
    const std::string reference = text_of(notification, "sur");
    const bool verification = notification.is_object() && notification.contains("vrq");
    // Of data subscriptions come instances; anything else is about AEs that come and go.
    const bool has_event = notification.is_object() && notification.contains("nev") && notification["nev"].is_object();
    const Json event = has_event ? notification["nev"].value("rep", Json{}) : Json{};
    const bool about_data = event.is_object() && event.contains("m2m:cin");
    if (!verification && streams.is_feed(reference)) return streams.on_notify(request, done);
    if (!verification && (about_data || reference.find("/mec-") != std::string::npos)) {
      return subscriptions.on_notify(request, done);
    }
    if (!verification) refresh();
    onem2m::Response good;
    good.request_identifier = request.request_identifier;
    good.release_version = request.release_version;
    done(std::move(good));
  }

  void refresh() {
    tracker.refresh();
    visible.devices.refresh();
  }

  /// What cannot be told now is told by the device's next cell change.
  void ask_for_cells(const std::string& address, std::function<void(const std::vector<mec::CellUser>&)> done) {
    application.api().find_cells(address, [done = std::move(done)](const mec::Result<std::vector<mec::CellUser>>& users) {
      if (users) done(*users);
    });
  }

  void evacuate() {
    terminating = true;
    tracker.refresh([this] {
      for (const auto& [stem, ae] : tracker.devices()) {
        if (ae.moved_to.empty()) env.trigger.trigger(stem, {}, MoveReason::Evacuation);
      }
    });
  }

  [[nodiscard]] bool serves_any() const {
    return std::any_of(tracker.devices().begin(), tracker.devices().end(),
                       [](const auto& entry) { return entry.second.moved_to.empty(); });
  }

  void ended() {
    if (auto callback = std::exchange(on_ended, nullptr)) return callback();
    if (terminating && on_terminated) on_terminated();
  }

  void handle(net::HttpRequest request, const Respond& respond, const OpenStream& open_stream) {
    const std::string path = request.path, data_path = options.root + std::string{kDataPath};
    if (!is_below(path, data_path))
      return application.handle_callback(request, std::string_view{path}.substr(options.callback_path.size()), respond);
    serve_data(std::move(request), path.substr(data_path.size()), respond, open_stream);
  }

  void serve_data(net::HttpRequest request, const std::string& below, const Respond& answer, const OpenStream& open) {
    const std::string_view operation = operation_of(request, below);
    const Respond respond = [this, operation, answer, alive = weak_from_this()](net::HttpResponse response) {
      if (!alive.expired()) metrics.answered(operation, response.status);
      answer(std::move(response));
    };
    OpenStream open_stream;
    if (open)
      open_stream = [this, operation, open](net::HttpResponse head) {
        metrics.answered(operation, head.status);
        return open(std::move(head));
      };
    if (below == "/openapi.yaml") return api.handle({std::move(request), &visible, false, respond, {}}, below);
    access.admit(request, [this, request, respond, open_stream, below](base::Result<DataCaller, net::HttpResponse> caller) {
      if (!caller) return respond(std::move(caller.error()));
      if (auto refusal = refuse_excess(request, *caller)) return respond(std::move(*refusal));
      DataView* view = views.of(caller->originator);
      if (view == nullptr) return respond(problem(503, "too many clients at the moment"));
      api.handle({request, view, caller->may_write, respond, open_stream}, below);
    });
  }

  /// Clients that show who they are share what their originator has; those that do not are told apart by their address.
  std::optional<net::HttpResponse> refuse_excess(const net::HttpRequest& request, const DataCaller& caller) {
    if (env.limits == nullptr || !env.limits->any()) return std::nullopt;
    const auto excess = env.limits->charge(caller.may_write ? caller.originator : "address " + request.peer.address, request.body.size());
    if (!excess) return std::nullopt;
    metrics.refused_for_limits();
    auto response = problem(429, fmt::format("a client may make {} in a second (http.limits)", excess->limit));
    response.headers.set("Retry-After", std::to_string(excess->retry_after.count()));
    return response;
  }
};

namespace {

class PlatformPositions final : public cse::PositionSource {
 public:
  PlatformPositions(std::weak_ptr<EdgeService::Implementation> service, base::Executor& executor)
      : service_(std::move(service)), executor_(executor) {}

  void find(const std::string& address, Done done) override {
    executor_.post([service = service_, address, done = std::move(done)] {
      const auto alive = service.lock();
      if (!alive) return done(onem2m::refuse(onem2m::ResponseStatus::TargetNotReachable, "the MEC platform was left"));
      alive->application.api().find_users(address, [done](const mec::Result<std::vector<mec::UserInfo>>& users) {
        if (!users) return done(onem2m::refuse(onem2m::ResponseStatus::TargetNotReachable, users.error().detail));
        std::optional<cse::NetworkPosition> position;
        if (!users->empty() && users->front().position)
          position = {users->front().position->longitude, users->front().position->latitude};
        done(position);
      });
    });
  }

 private:
  const std::weak_ptr<EdgeService::Implementation> service_;
  base::Executor& executor_;
};

}  // namespace

std::shared_ptr<cse::PositionSource> EdgeService::positions() const {
  return std::make_shared<PlatformPositions>(implementation_, implementation_->env.executor);
}

EdgeService::EdgeService(EdgeOptions options, EdgeEnvironment environment)
    : implementation_(std::make_shared<Implementation>(std::move(options), std::move(environment))) {}

EdgeService::~EdgeService() {
  implementation_->env.internal_aes.remove(stem_of(implementation_->options.publisher));
  // Destroyed on the executor's thread, where its parts live, after whatever just runs.
  implementation_->env.executor.post([last = std::move(implementation_)]() mutable { last.reset(); });
}

void EdgeService::start() {
  implementation_->post([](Implementation& self) { self.start(); });
}

void EdgeService::stop(std::function<void()> ended) {
  implementation_->post([ended = std::move(ended)](Implementation& self) {
    self.on_ended = ended;
    self.streams.end_all();
    self.application.stop();
  });
}

void EdgeService::on_terminated(std::function<void()> ended) {
  implementation_->post([ended = std::move(ended)](Implementation& self) { self.on_terminated = ended; });
}

bool EdgeService::takes(std::string_view path) const {
  const EdgeOptions& options = implementation_->options;
  return is_below(path, options.root + std::string{kDataPath}) || is_below(path, options.callback_path);
}

void EdgeService::handle(net::HttpRequest request, Respond respond, OpenStream open_stream) {
  implementation_->post([request = std::move(request), respond = std::move(respond), open_stream = std::move(open_stream)](Implementation& self) {
    self.handle(request, respond, open_stream);
  });
}

void EdgeService::owner_changed() {
  implementation_->post([](Implementation& self) {
    self.streams.owners_changed();
    self.refresh();
  });
}

void EdgeService::evacuation_finished() {
  implementation_->post([](Implementation& self) { self.application.evacuation_finished(); });
}

}  // namespace edgecse::edge
