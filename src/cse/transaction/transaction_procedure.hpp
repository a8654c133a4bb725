// SPDX-License-Identifier: Apache-2.0
//
// <transaction>: one request of a transaction, kept below the resource that it is for. LOCK keeps others away, EXECUTE
// makes sure that the request can be done, COMMIT does it, ABORT lets go. TS-0001 9.6.48, 10.2.18 (R3).
#pragma once

#include "cse/cse_core.hpp"

namespace edgecse::cse::transactions {

enum class State : int { Initial = 1, Locked = 2, Executed = 3, Committed = 4, Error = 5, Aborted = 6 };
enum class Control : int { Initial = 1, Lock = 2, Execute = 3, Commit = 4, Abort = 5 };

/// 4123 when that control does not follow on the state.
[[nodiscard]] onem2m::Result<> check_control(State state, Control control);

class TransactionProcedure final : public TypeProcedure {
 public:
  explicit TransactionProcedure(CseCore& core) : core_(core) {}
  /// The request must be for the parent, and its Originator who asks.
  [[nodiscard]] onem2m::Result<> check_create(const CreateCheck& check) const override;
  [[nodiscard]] onem2m::Result<> check_update(const UpdateCheck& check) const override;
  /// 5222 between LOCK and the end.
  [[nodiscard]] onem2m::Result<> check_delete(const Tree&, const onem2m::Request&,
                                              const Resource& resource) const override;
  onem2m::Result<> before_create(CreateContext& context) override;
  onem2m::Result<> after_create(CreateContext& context) override;
  onem2m::Result<> after_update(UpdateContext& context) override;
  onem2m::Result<> before_delete(DeleteContext& context) override;

  /// What a control does, in a job; the resource is put. Fails when the request cannot be committed.
  onem2m::Result<> apply(Transaction& transaction, const std::string& id, Control control);

 private:
  void execute(Transaction& transaction, Resource& resource) const;
  onem2m::Result<> commit(Transaction& transaction, Resource& resource);

  CseCore& core_;
};

}  // namespace edgecse::cse::transactions
