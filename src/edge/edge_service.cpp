// SPDX-License-Identifier: Apache-2.0
#include "edge/edge_service.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.hpp"
#include "edge/ams_adaptor.hpp"
#include "edge/data_api.hpp"
#include "edge/data_subscriptions.hpp"
#include "edge/host_directory.hpp"
#include "onem2m/enumerations.hpp"

namespace edgecse::edge {
namespace {

constexpr std::string_view kRoom = "edge";
constexpr std::string_view kAeName = "onem2m-data";
constexpr std::string_view kTrackerSubscription = "edge-devices";
constexpr std::chrono::seconds kRetryRegistration{1};

/// Unique in the system, since C-type stems of different CSEs could meet.
std::string stem_of(const PublisherOptions& options) { return fmt::format("C{}-{}", kAeName, options.cse_id.substr(1)); }

DataSubscriptionOptions subscription_options(const EdgeOptions& options, const std::string& root) {
  DataSubscriptionOptions made;
  made.root = root;
  made.own_address = fmt::format("{}/{}", options.publisher.cse_name, kAeName);
  made.own_stem = stem_of(options.publisher);
  made.own_target = options.publisher.cse_id + "/" + made.own_stem;
  return made;
}

std::string data_root(const EdgeOptions& options) {
  const auto& urls = options.publisher.advertise;
  return (urls.empty() ? std::string{} : urls.front()) + std::string{kDataPath};
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

}  // namespace

struct EdgeService::Implementation : std::enable_shared_from_this<Implementation> {
  Implementation(EdgeOptions given, EdgeEnvironment environment)
      : options(std::move(given)),
        env(std::move(environment)),
        system(env.cse, env.executor, env.random, options.publisher.cse_id),
        requester(env.cse, env.executor, env.random, options.originator),
        application(options.mec, env.http_client, env.executor, env.clock, env.random, &env.telemetry),
        registrar(application),
        hosts(application.api()),
        tracker(system, env.executor, options.publisher.cse_name, stem_of(options.publisher), env.owner_of),
        visible(requester, env.executor, options.publisher.cse_name, stem_of(options.publisher), env.owner_of),
        ams({.own_cse_id = options.publisher.cse_id}, registrar, tracker, hosts, env.trigger, env.clock),
        catalog(requester, visible, env.clock, options.publisher.cse_name, options.publish),
        subscriptions(subscription_options(options, data_root(options)), requester, catalog, env.http_client, env.executor,
                      env.clock, env.random),
        api({options.publisher.cse_id, data_root(options), options.proxy_moved}, requester, catalog, subscriptions, &hosts) {}

  EdgeOptions options;
  EdgeEnvironment env;
  Requester system;         // the CSE itself: which AE is reached through which device is its own business, told to nobody
  Requester requester;      // the configured originator: everything that leaves through the data API
  mec::Application application;
  ApplicationRegistrar registrar;
  HostDirectory hosts;
  DeviceTracker tracker;    // every AE
  DeviceTracker visible;    // those that the originator may see
  AmsAdaptor ams;
  DataCatalog catalog;
  DataSubscriptions subscriptions;
  DataApi api;
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
    mec::ApplicationListener listener;
    listener.on_mobility = [this](const auto& notification) { ams.on_mobility(notification); };
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
  }

  void register_ae() {
    const Json ae = {{"m2m:ae", {{"rn", kAeName}, {"api", "Norg.edgecse.onem2m-data"}, {"rr", true}, {"srv", {"2a", "3"}}}}};
    requester.create(options.publisher.cse_name, onem2m::type::kAe, ae, stem_of(options.publisher),
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
      if (terminating && !serves_any()) application.evacuation_finished();
    });
    visible.start(options.tracking_interval, [this] { subscriptions.devices_read(); });
  }

  void notified(const onem2m::Request& request, const onem2m::ResponseCallback& done) {
    const Json notification = request.content.is_object() ? request.content.value("m2m:sgn", Json{}) : Json{};
    const std::string reference = text_of(notification, "sur");
    const bool verification = notification.is_object() && notification.contains("vrq");
    // Of data subscriptions come instances; anything else is about AEs that come and go.
    const bool has_event = notification.is_object() && notification.contains("nev") && notification["nev"].is_object();
    const Json event = has_event ? notification["nev"].value("rep", Json{}) : Json{};
    const bool about_data = event.is_object() && event.contains("m2m:cin");
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
    visible.refresh();
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

  void handle(const net::HttpRequest& request, const Respond& respond) {
    const std::string& path = request.path;
    const std::string data_path = options.root + std::string{kDataPath};
    if (is_below(path, data_path)) return api.handle(request, std::string_view{path}.substr(data_path.size()), respond);
    application.handle_callback(request, std::string_view{path}.substr(options.callback_path.size()), respond);
  }
};

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

void EdgeService::handle(net::HttpRequest request, Respond respond) {
  implementation_->post([request = std::move(request), respond = std::move(respond)](Implementation& self) {
    self.handle(request, respond);
  });
}

void EdgeService::owner_changed() {
  implementation_->post([](Implementation& self) { self.refresh(); });
}

void EdgeService::evacuation_finished() {
  implementation_->post([](Implementation& self) { self.application.evacuation_finished(); });
}

}  // namespace edgecse::edge
