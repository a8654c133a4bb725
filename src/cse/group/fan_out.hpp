// SPDX-License-Identifier: Apache-2.0
//
// <fanOutPoint>: a request to `group/fopt` goes to every member, one to `group/fopt/x` to `x` below every member; the
// answers come back as one. TS-0001 9.6.14, TS-0004 7.4.14; release4 15.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cse/cse_core.hpp"
#include "cse/group/group_request_memory.hpp"
#include "cse/request/partial_results.hpp"

namespace edgecse::cse::group {

/// Thread-safe. Members here are asked through the whole pipeline on the calling thread, so that changes of many members
/// meet in one commit; members elsewhere side by side.
class FanOut final : public SubtreeHandler {
 public:
  FanOut(CseCore& core, std::shared_ptr<const PartialResults> partial_results)
      : core_(core), partial_results_(std::move(partial_results)), requests_(core) {}

  /// Requests to or through a fanOutPoint here, and those that a group sent here before (4104).
  [[nodiscard]] bool takes(const onem2m::Request& request, const std::vector<std::string>& segments) const override;
  void handle(onem2m::Request request, onem2m::ResponseCallback done) override;

 private:
  CseCore& core_;
  const std::shared_ptr<const PartialResults> partial_results_;
  mutable GroupRequestMemory requests_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace edgecse::cse::group
