// SPDX-License-Identifier: Apache-2.0
#include "cse/exchange.hpp"

#include "cse/internal_aes.hpp"
#include "cse/notify_receiver.hpp"
#include "cse/outbox_sender.hpp"
#include "cse/request/polling_channel.hpp"
#include "cse/registration_at_registrar.hpp"
#include "cse/router.hpp"
#include "cse/service_provider_stem.hpp"
#include "cse/subscription/cross_resource_subscription.hpp"
#include "cse/subscription/cross_resource_windows.hpp"
#include "cse/subscription/request_watch.hpp"
#include "cse/subscription/subscription_notifier.hpp"
#include "cse/subscription/subscription_procedure.hpp"
#include "cse/subscription/target_removal.hpp"

namespace edgecse::cse {
namespace {

class Exchange final : public CsePart {
 public:
  explicit Exchange(CseCore& core)
      : core_(core), polling_channels_(core), router_(core, polling_channels_),
        outbox_({*core.loop, core.environment.clock, core.environment.executor, core.environment.random,
                 core.environment.telemetry},
                [this](const OutboxEntry& entry, onem2m::ResponseCallback done) { router_.deliver(entry, std::move(done)); }),
        windows_(std::make_shared<CrossResourceWindows>(core)), notify_receiver_(core, router_, *windows_), notifier_(core),
        watch_(std::make_shared<SubscriptionWatch>(core, router_, notifier_)), target_removal_(core, router_), stem_keeper_(core) {
    core.forwarder = &router_;
    core.internal_aes = &internal_aes_;
    core.outbox_sender = &outbox_;
    core.notify_handler = &notify_receiver_;
    core.watcher = watch_.get();
    core.listeners.push_back(watch_.get());
    core.virtual_targets.push_back(&target_removal_);
    add_target_policies(core);
    outbox_.on_answer("", [this](const OutboxEntry& entry, const onem2m::Response&) { notifier_.answered(entry); });
    core.listeners.push_back(&notifier_);
    core.procedures.add(onem2m::type::kSubscription, std::make_shared<SubscriptionProcedure>(core, router_));
    core.procedures.add(kCrossResourceSubscription, std::make_shared<CrossResourceProcedure>(core, router_, watch_));
    core.procedures.add(onem2m::type::kAeAnnc, std::make_shared<AeAnncProcedure>(core));
    core.loop->add_observer(router_);
    core.loop->add_observer(outbox_);
    core.loop->add_observer(notifier_);
    core.loop->add_observer(*windows_);
    if (!core.options.registrar) return;
    core.procedures.add(onem2m::type::kAe, std::make_shared<ServiceProviderAeProcedure>(core, router_));
    core.listeners.push_back(&stem_keeper_);
    registration_ = std::make_shared<RegistrationAtRegistrar>(core, [this] {
      outbox_.hurry();
      router_.learn_peers();
    });
    core.loop->add_observer(*registration_);
  }

  void start() override {
    outbox_.set_may_send([this](const std::string& unit) { return core_.gate->serves(unit); });
    core_.gate->on_served([this](const std::string& unit) {
      outbox_.reconsider();
      if (registration_) stem_keeper_.served(unit);
    });
    polling_channels_.on_idle_poll([this](const std::string& entity) { outbox_.hurry(entity); });
    outbox_.start();
    notifier_.start();
    windows_->start();
    if (!registration_) return;
    registration_->start();
    for (const ResourcePtr& child : core_.loop->snapshot()->tree.children(core_.base_id()))
      if (child->type == onem2m::type::kAe) stem_keeper_.served(child->id);
  }

  bool drain() override {
    if (registration_) registration_->stop();
    outbox_.stop();
    return outbox_.quiet();
  }

 private:
  CseCore& core_;
  InternalAes internal_aes_;
  PollingChannels polling_channels_;
  Router router_;
  OutboxSender outbox_;
  std::shared_ptr<CrossResourceWindows> windows_;
  NotifyReceiver notify_receiver_;
  SubscriptionNotifier notifier_;
  std::shared_ptr<SubscriptionWatch> watch_;
  TargetRemoval target_removal_;
  StemKeeper stem_keeper_;
  std::shared_ptr<RegistrationAtRegistrar> registration_;  // nullptr: no registrar
};

}  // namespace

std::unique_ptr<CsePart> make_exchange(CseCore& core) { return std::make_unique<Exchange>(core); }

}  // namespace edgecse::cse
