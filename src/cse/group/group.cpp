// SPDX-License-Identifier: Apache-2.0
#include "cse/group/group.hpp"

#include "cse/group/fan_out.hpp"
#include "cse/group/group_procedure.hpp"
#include "cse/group/member_keeper.hpp"
#include "cse/group/notification_forwarder.hpp"

namespace edgecse::cse {
namespace {

class GroupPart final : public CsePart {
 public:
  GroupPart(CseCore& core, std::shared_ptr<const PartialResults> partial_results)
      : fan_out_(core, std::move(partial_results)), forwarder_(std::make_shared<group::NotificationForwarder>(core)),
        keeper_(std::make_shared<group::MemberKeeper>(core)) {
    core.procedures.add(onem2m::type::kGroup, std::make_shared<group::GroupProcedure>(core));
    core.virtual_targets.push_back(&fan_out_);
    core.virtual_targets.push_back(forwarder_.get());
    core.listeners.push_back(keeper_.get());
  }

  void start() override {
    forwarder_->start();
    keeper_->start();
  }

 private:
  group::FanOut fan_out_;
  std::shared_ptr<group::NotificationForwarder> forwarder_;
  std::shared_ptr<group::MemberKeeper> keeper_;
};

}  // namespace

std::unique_ptr<CsePart> make_group(CseCore& core, std::shared_ptr<const PartialResults> partial_results) {
  return std::make_unique<GroupPart>(core, std::move(partial_results));
}

}  // namespace edgecse::cse
