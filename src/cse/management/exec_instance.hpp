// SPDX-License-Identifier: Apache-2.0
//
// <execInstance>: one execution of a <mgmtCmd> by one node. The node reports its progress by UPDATE of execStatus and
// execResult; whoever may UPDATE can ask for its end (execDisable) until it has ended. TS-0001 9.6.17, TS-0004 7.4.17.
#pragma once

#include "cse/cse_core.hpp"

namespace edgecse::cse {

namespace exec_status {  // m2m:execStatusType
inline constexpr int kInitiated = 1, kPending = 2, kFinished = 3, kCancelling = 4, kCancelled = 5, kNonCancellable = 6;
}
namespace exec_result {  // m2m:execResultType
inline constexpr int kSuccess = 0, kNotFinished = 31;
}

/// Keeps which <node> execTarget (an address or an M2M-Node-ID) names, as far as it is here. For a new instance.
void remember_node(const CseCore& core, const Tree& tree, Resource& instance);

/// 6029: the node said that the execution cannot be cancelled.
[[nodiscard]] onem2m::Result<> check_end_of(const Resource& instance);

class ExecInstanceProcedure final : public TypeProcedure {
 public:
  static constexpr int kType = 8;

  explicit ExecInstanceProcedure(const CseCore& core) : core_(core) {}
  /// What executes may read the instance and report, whatever policies say.
  [[nodiscard]] std::optional<onem2m::Result<>> authorise(const Tree& tree, const onem2m::Request& request,
                                                          const Resource& instance) const override;
  /// 6028: it has ended already; 6029: it cannot be cancelled; 4000: a report of somebody else, or of what no node reports.
  [[nodiscard]] onem2m::Result<> check_update(const UpdateCheck& check) const override;
  [[nodiscard]] onem2m::Result<> check_delete(const Tree& tree, const onem2m::Request& request,
                                              const Resource& instance) const override;
  onem2m::Result<> before_update(UpdateContext& context) override;

 private:
  const CseCore& core_;
};

}  // namespace edgecse::cse
