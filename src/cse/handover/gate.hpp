// SPDX-License-Identifier: Apache-2.0
//
// The serving table as the pipeline asks it: serve, park, forward, or repeat an answer. docs/handover.md 3, 5, 7.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "cse/handover/shared.hpp"

namespace edgecse::cse::handover {

class Gate final : public ServingGate {
 public:
  enum class Fetched {
    Coming,    // the owner was asked to move it here; what is parked is handled when it is here, or at its deadline
    NotFound,  // nobody owns it
    Unknown,   // who could tell does not answer
    Refused,   // the owner knows it with another credential
  };
  /// Brings a unit here because its AE registers here, or because its traffic came first. owner: CSE-ID, empty: ask the
  /// directory; credential: what the device showed. Called on the executor.
  using Fetch = std::function<void(const std::string& unit, const std::string& owner, const std::string& credential,
                                   std::function<void(Fetched)> done)>;

  explicit Gate(Shared& shared) : shared_(shared) {}
  void set_fetch(Fetch fetch) { fetch_ = std::move(fetch); }

  Verdict judge_write(Transaction& transaction, const std::string& unit, const onem2m::Request& request) override;
  Verdict judge_read(const Snapshot& snapshot, const std::string& unit, const onem2m::Request& request) override;
  Verdict judge_unknown(const Snapshot& snapshot, const onem2m::Request& request) override;
  Verdict judge_registration(const Snapshot& snapshot, const std::string& stem,
                             const onem2m::Request& request) override;
  void remember(Transaction& transaction, const std::string& unit, const onem2m::Request& request,
                const onem2m::Response& response) override;
  void park(const std::string& unit, onem2m::Request request, onem2m::ResponseCallback done) override;
  void forward(const Verdict& verdict, onem2m::Request request, onem2m::ResponseCallback done) override;
  std::optional<std::string> address_here(const Snapshot& snapshot, const onem2m::Request& request) override;
  bool serves(Transaction& transaction, const std::string& unit) override;
  bool serves(const std::string& unit) override { return shared_.table.serves(unit); }
  void on_served(std::function<void(const std::string& unit)> listener) override {
    shared_.served = std::move(listener);
  }

  /// What is parked goes to the owner, one after the other per originator. On the executor.
  void forward_parked(const std::string& unit);

 private:
  [[nodiscard]] Verdict judge_row(const std::string& unit, const UnitRow& row, const onem2m::Request& request) const;
  [[nodiscard]] bool may_fetch(const std::string& unit) const;
  void fetch(const std::string& unit, const std::string& owner, const std::string& credential);
  void settle_parked(const std::string& unit);
  void forward_next(const std::string& unit, const std::shared_ptr<std::deque<ParkedRequest>>& line);
  [[nodiscard]] base::MonotonicTime deadline_of(const onem2m::Request& request) const;

  Shared& shared_;
  Fetch fetch_;
  std::set<std::string> fetching_;  // the executor's only
  mutable std::mutex mutex_;
  std::map<std::string, base::MonotonicTime> not_elsewhere_;  // guarded by mutex_; until when not to look again
};

}  // namespace edgecse::cse::handover
