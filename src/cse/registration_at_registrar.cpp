// SPDX-License-Identifier: Apache-2.0
#include "cse/registration_at_registrar.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse {

namespace type = onem2m::type;

RegistrationAtRegistrar::RegistrationAtRegistrar(CseCore& core, std::function<void()> on_up)
    : core_(core),
      on_up_(std::move(on_up)),
      up_gauge_(core.environment.telemetry.gauge("edgecse_registrar_up", "Whether the registrar knows this CSE")),
      link_(core_.options) {
  core_.registrar_up = false;
  up_gauge_.set(0);
}

void RegistrationAtRegistrar::post(std::function<void(RegistrationAtRegistrar&)> task) {
  core_.environment.executor.post([weak = weak_from_this(), task = std::move(task)] {
    if (const auto self = weak.lock(); self && !self->stopped_) task(*self);
  });
}

void RegistrationAtRegistrar::start() {
  post([](RegistrationAtRegistrar& self) {
    static_cast<void>(self.link_.set_descendants(self.descendants(self.core_.loop->snapshot()->tree)));
    self.run(self.link_.proceed(self.core_.environment.clock.wall_now()));
  });
}

void RegistrationAtRegistrar::stop() {
  post([](RegistrationAtRegistrar& self) {
    self.stopped_ = true;
    if (self.timer_ != 0) self.core_.environment.executor.cancel(self.timer_);
  });
}

void RegistrationAtRegistrar::run(RegistrarCommand command) {
  if (!command.request) {
    timer_ = core_.environment.executor.run_after(command.delay, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self || self->stopped_) return;
      self->timer_ = 0;
      self->run(self->link_.proceed(self->core_.environment.clock.wall_now()));
    });
    return;
  }
  command.request->request_identifier = "reg-" + core_.environment.random.hex(8);
  core_.environment.sender.send(
      {core_.options.registrar->points_of_access, false}, std::move(*command.request),
      [weak = weak_from_this()](onem2m::Response response) {
        const auto self = weak.lock();
        if (!self) return;
        self->post([response = std::move(response)](RegistrationAtRegistrar& here) {
          const double jitter = static_cast<double>(here.core_.environment.random.below(1'000)) / 1'000;
          RegistrarCommand next = here.link_.answered(response, here.core_.environment.clock.wall_now(), jitter);
          here.follow_up();
          here.run(std::move(next));
        });
      });
}

void RegistrationAtRegistrar::follow_up() {
  const bool up = link_.up();
  if (core_.registrar_up.exchange(up) != up) {
    up_gauge_.set(up ? 1 : 0);
    base::log::info("cse", up ? "registered at the registrar" : "the registrar is not reached or does not know this CSE",
                    {{"registrar", core_.options.registrar->id}});
    if (up) on_up_();
  }
  if (const auto registrar_base = link_.take_registrar_base()) {
    mirror(*registrar_base);
    learn_in_cse(*registrar_base);
  }
}

/// IN-CSE-ID of the own CSEBase: what the registrar knows, or the registrar itself. release4 20.
void RegistrationAtRegistrar::learn_in_cse(const Json& registrar_base) {
  constexpr int kInCse = 1;
  if (!registrar_base.is_object()) return;
  const bool is_in = registrar_base.value("cst", 0) == kInCse;
  const std::string known = registrar_base.value("ici", is_in ? core_.options.registrar->id : std::string{});
  const ResourcePtr base = core_.loop->snapshot()->tree.find(core_.base_id());
  if (known.empty() || !base || base->text("ici") == known) return;
  core_.loop->submit({[id = core_.base_id(), known](Transaction& transaction) -> onem2m::Result<> {
                        Resource changed = *transaction.tree().find(id);
                        changed.attributes["ici"] = known;
                        changed.attributes["lt"] = onem2m::format_timestamp(transaction.now());
                        transaction.put(std::move(changed));
                        return {};
                      },
                      nullptr});
}

/// The registree's own <remoteCSE> of its registrar. TS-0001 10.2.2.7.
void RegistrationAtRegistrar::mirror(const Json& registrar_base) {
  const RegistrarOptions& registrar = *core_.options.registrar;
  Json attributes{{"csi", registrar.id},
                  {"cb", registrar.id + '/' + registrar.name},
                  {"poa", registrar.points_of_access},
                  {"rr", true},
                  {"srv", {"3"}}};
  if (registrar_base.is_object())
    for (const char* name : {"srv", "cst", "spi", "ici"})
      if (const auto found = registrar_base.find(name); found != registrar_base.end()) attributes[name] = *found;
  onem2m::Request request;
  request.from = core_.options.id;
  request.request_identifier = "mirror-" + core_.environment.random.hex(8);
  request.release_version = "3";
  request.peer.internal = true;
  const ResourcePtr present = core_.loop->snapshot()->tree.find(std::string_view(registrar.id).substr(1));
  if (present && present->type == type::kRemoteCse) {
    request.operation = onem2m::Operation::Update;
    request.to = present->id;
    for (const char* fixed : {"csi", "cb", "cst"}) attributes.erase(fixed);
  } else {
    request.operation = onem2m::Operation::Create;
    request.to = core_.base_id();
    request.resource_type = type::kRemoteCse;
    attributes["rn"] = registrar.id.substr(1);
  }
  request.content = {{"m2m:csr", std::move(attributes)}};
  core_.pipeline->handle(std::move(request), [](const onem2m::Response& response) {
    if (onem2m::is_success(response.status)) return;
    base::log::warning("cse", "the mirror of the registrar cannot be kept", {{"rsc", std::to_string(to_number(response.status))}});
  });
}

std::vector<std::string> RegistrationAtRegistrar::descendants(const Tree& tree) const {
  std::vector<std::string> list;
  for (const ResourcePtr& child : tree.children(core_.base_id())) {
    if (child->type != type::kRemoteCse || child->text("csi") == core_.options.registrar->id) continue;
    list.push_back(child->text("csi"));
    const auto below = child->attributes.find("dcse");
    if (below == child->attributes.end() || !below->is_array()) continue;
    for (const Json& entry : *below)
      if (entry.is_string()) list.push_back(entry);
  }
  return list;
}

void RegistrationAtRegistrar::committed(const Snapshot& snapshot, std::span<const Change> changes) {
  if (std::ranges::none_of(changes, [](const Change& change) { return change.type == type::kRemoteCse; })) return;
  post([list = descendants(snapshot.tree)](RegistrationAtRegistrar& self) {
    if (!self.link_.set_descendants(list)) return;
    if (self.timer_ != 0) self.core_.environment.executor.cancel(self.timer_);
    self.timer_ = 0;
    self.run(self.link_.proceed(self.core_.environment.clock.wall_now()));
  });
}

}  // namespace edgecse::cse
