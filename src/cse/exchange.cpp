// SPDX-License-Identifier: Apache-2.0
#include "cse/exchange.hpp"

#include "cse/internal_aes.hpp"
#include "cse/outbox_sender.hpp"
#include "cse/router.hpp"

namespace edgecse::cse {
namespace {

class Exchange final : public CsePart {
 public:
  explicit Exchange(CseCore& core)
      : core_(core), router_(core),
        outbox_({*core.loop, core.environment.clock, core.environment.executor, core.environment.random,
                 core.environment.telemetry},
                [this](const OutboxEntry& entry, onem2m::ResponseCallback done) { router_.deliver(entry, std::move(done)); }) {
    core.forwarder = &router_;
    core.internal_aes = &internal_aes_;
    core.outbox_sender = &outbox_;
    core.loop->add_observer(router_);
    core.loop->add_observer(outbox_);
  }

  void start() override {
    outbox_.set_may_send([this](const std::string& unit) { return core_.gate->serves(unit); });
    core_.gate->on_served([this](const std::string&) { outbox_.reconsider(); });
    outbox_.start();
  }

  bool drain() override {
    outbox_.stop();
    return true;
  }

 private:
  CseCore& core_;
  InternalAes internal_aes_;
  Router router_;
  OutboxSender outbox_;
};

}  // namespace

std::unique_ptr<CsePart> make_exchange(CseCore& core) { return std::make_unique<Exchange>(core); }

}  // namespace edgecse::cse
