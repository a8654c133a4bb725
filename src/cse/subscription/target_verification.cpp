// SPDX-License-Identifier: Apache-2.0
#include "cse/subscription/target_verification.hpp"

#include <algorithm>
#include <mutex>

#include "cse/internal_aes.hpp"
#include "cse/outbox.hpp"
#include "cse/subscription/notification_criteria.hpp"
#include "cse/subscription/request_watch.hpp"

namespace edgecse::cse {
namespace {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;

/// Waits for the answers of all targets; the first that is no agreement decides.
struct Verification {
  std::mutex mutex;
  std::size_t outstanding = 0;  // guarded by mutex
  PreparedCallback done;        // guarded by mutex; empty once called

  void answered(const std::string& target, const onem2m::Response& answer) {
    PreparedCallback call;
    Result<Json> result = Json{};
    {
      std::lock_guard lock(mutex);
      --outstanding;
      if (!onem2m::is_success(answer.status)) {
        const bool told = answer.status == ResponseStatus::SubscriptionCreatorHasNoPrivilege ||
                          answer.status == ResponseStatus::SubscriptionHostHasNoPrivilege;
        result = refuse(told ? answer.status : ResponseStatus::SubscriptionVerificationInitiationFailed,
                        "the notification target " + target + " does not agree to be notified: it answered " +
                            std::to_string(onem2m::to_number(answer.status)));
      }
      if (done && (!result || outstanding == 0)) call = std::exchange(done, nullptr);
    }
    if (call) call(std::move(result));
  }
};

}  // namespace

std::vector<std::string> targets_to_verify(const CseCore& core, const Preparation& preparation) {
  std::vector<std::string> known;
  if (preparation.request.operation == onem2m::Operation::Update) known = strings_of(preparation.target->attributes, "nu");
  std::vector<std::string> targets;
  for (const std::string& uri : strings_of(preparation.attributes, "nu")) {
    if ((read_notification_target(uri).is_url && !core.options.verify_urls) || std::ranges::find(known, uri) != known.end()) continue;
    if (names_originator(core, preparation.snapshot->tree, uri, preparation.request.from)) continue;
    if (core.internal_aes->find(local_originator(core.options, uri))) continue;
    if (std::ranges::find(targets, uri) == targets.end()) targets.push_back(uri);
  }
  return targets;
}

void verify_targets(CseCore& core, Router& router, const std::vector<std::string>& targets, const std::string& reference,
                    const std::string& originator, PreparedCallback done) {
  if (targets.empty()) return done(Json{});
  auto verification = std::make_shared<Verification>();
  verification->outstanding = targets.size();
  verification->done = std::move(done);
  for (const std::string& target : targets) {
    OutboxEntry entry;  // not kept: sent as one
    const NotificationTarget read = read_notification_target(target);
    entry.target = read.address;
    entry.plain_url = read.is_url;
    entry.request.operation = onem2m::Operation::Notify;
    entry.request.to = read.address;
    entry.request.from = core.options.id;
    entry.request.request_identifier = "vrq-" + core.environment.random.hex(8);
    entry.request.release_version = "3";
    entry.request.content = {{"m2m:sgn", {{"vrq", true}, {"sur", reference}, {"cr", originator}}}};
    router.deliver(entry, [verification, target](const onem2m::Response& answer) { verification->answered(target, answer); });
  }
}

}  // namespace edgecse::cse
