// SPDX-License-Identifier: Apache-2.0
#include "cse/announcement/announcement.hpp"

#include "cse/announcement/announced_procedure.hpp"
#include "cse/announcement/announcer.hpp"
#include "onem2m/resource_types.hpp"

namespace edgecse::cse {
namespace {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;
namespace type = onem2m::type;

class AnnouncementPart final : public CsePart {
 public:
  explicit AnnouncementPart(CseCore& core)
      : held_(std::make_shared<announcement::HeldAnswers>(core)),
        announcer_(std::make_shared<announcement::Announcer>(core, held_)) {
    const auto procedure = std::make_shared<AnnouncedProcedure>(core);
    for (const onem2m::ResourceTypeRule& rule : onem2m::all_resource_types())
      if (rule.number > type::kAnnounced && rule.number != type::kAeAnnc) core.procedures.add(rule.number, procedure);
    core.listeners.push_back(announcer_.get());
    core.answer_holder = held_.get();
    announcer_->listen();
  }

  void start() override { announcer_->start(); }

 private:
  std::shared_ptr<announcement::HeldAnswers> held_;
  std::shared_ptr<announcement::Announcer> announcer_;
};

}  // namespace

std::unique_ptr<CsePart> make_announcement(CseCore& core) { return std::make_unique<AnnouncementPart>(core); }

Result<> check_instance_announcement(const CseOptions& options, const Resource& parent, const Json& instance) {
  const auto targets = instance.find("at");
  if (targets == instance.end() || !targets->is_array()) return {};
  const announcement::Intents intents = announcement::read_intents(parent);
  for (const Json& target : *targets) {
    const std::string host = host_of_link(options, target.get<std::string>());
    bool there = false;
    for (const auto& [key, intent] : intents) there |= !intent.address.empty() && host_of_link(options, intent.address) == host;
    if (!there)
      return refuse(ResponseStatus::OperationNotAllowed, "'" + parent.name + "' is not announced to " + target.get<std::string>());
  }
  return {};
}

bool may_synchronise(const CseOptions& options, const onem2m::Request& request, const Resource& original) {
  constexpr int kBidirectional = 2;
  if (request.operation != onem2m::Operation::Update || original.number("ast") != kBidirectional) return false;
  const std::string from = local_originator(options, request.from);
  for (const auto& [key, intent] : announcement::read_intents(original))
    if (!intent.address.empty() && host_of_link(options, intent.address) == from) return true;
  return false;
}

}  // namespace edgecse::cse
