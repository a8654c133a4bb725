// SPDX-License-Identifier: Apache-2.0
//
// Access control policies that units refer to, but that stay at the CSE they belong to (their home): whoever holds a copy
// reports to the home, the home tells it of every change, and a copy that nothing refers to any more goes.
// docs/handover.md 8.
#pragma once

#include <string>

#include "cse/handover/messages.hpp"
#include "cse/handover/shared.hpp"
#include "cse/outbox.hpp"

namespace edgecse::cse::handover {

class PolicyCopies final : public ResourceEventListener {
 public:
  explicit PolicyCopies(Shared& shared) : shared_(shared) {}

  /// Before the CSE starts: the answers of the homes are heard.
  void listen();
  /// In a job: a copy came here with a unit, or this CSE started with it. Its home learns of it.
  void report(Transaction& transaction, const Resource& copy);
  /// In a job: of every copy here.
  void report_all(Transaction& transaction);
  /// Drops the copies that nothing refers to. On the executor.
  void sweep();

  // Messages; any thread.
  /// At the home: phase HOLDS.
  void held(const Json& attributes, onem2m::Request request, onem2m::ResponseCallback done);
  /// At the holder: phase POLICY.
  void changed(const Json& attributes, onem2m::Request request, onem2m::ResponseCallback done);

  void on_event(Transaction& transaction, const ResourceEvent& event) override;
  /// In a job, after a change of a policy that no request made.
  void tell_holders(Transaction& transaction, const Resource& policy, bool gone);

 private:
  onem2m::Result<> apply(Transaction& transaction, const std::string& home, const Json& attributes);
  void forget_holder(const OutboxEntry& entry);
  void answered(const OutboxEntry& entry, const onem2m::Response& answer);
  void rewrite_identities(Resource& copy, const std::string& home) const;
  [[nodiscard]] std::vector<std::string> unused(const Tree& tree) const;

  Shared& shared_;
};

/// What tells a copy from a policy that belongs here: Resource::internal.
inline constexpr const char* kCopyOf = "copy_of";   // CSE-ID of the home
inline constexpr const char* kHeldBy = "held_by";   // CSE-IDs of those that have a copy

}  // namespace edgecse::cse::handover
