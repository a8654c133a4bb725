// SPDX-License-Identifier: Apache-2.0
//
// Answers to changes of a unit, so that a request that is repeated, here or at the next owner, is applied once and gets
// the same answer: (originator, request identifier) -> digest of the request, answer. Written in the change's own
// commit, kept for guard time, moved with the unit. docs/handover.md 5.
#pragma once

#include <optional>
#include <string>
#include <unordered_set>

#include "cse/transaction.hpp"
#include "onem2m/primitive.hpp"

namespace edgecse::cse::handover {

/// The commit loop's thread.
class RetryTable {
 public:
  explicit RetryTable(base::Duration life) : life_(life) {}

  /// The answer that this very request got before. An originator that uses an identifier again for another request is
  /// noted; from then on nothing of its is taken for a repetition.
  std::optional<onem2m::Response> find(const Transaction& transaction, const std::string& unit,
                                       const onem2m::Request& request);
  void remember(Transaction& transaction, const std::string& unit, const onem2m::Request& request,
                const onem2m::Response& response);
  /// Removes what is older than the life, looking at no more than limit rows; true when the whole table was seen.
  [[nodiscard]] onem2m::Result<bool> sweep(Transaction& transaction, std::size_t limit);

  static constexpr std::string_view kPrefix = "retry/", kEnd = "retry0";
  [[nodiscard]] static std::string prefix(std::string_view unit) { return "retry/" + std::string(unit) + '/'; }
  /// Row with its time replaced by the remaining life in microseconds, and back: clocks of two hosts are not compared.
  [[nodiscard]] static std::optional<std::string> to_remaining(std::string_view row, base::WallTime now,
                                                               base::Duration life);
  [[nodiscard]] static std::optional<std::string> from_remaining(std::string_view row, base::WallTime now,
                                                                 base::Duration life);

 private:
  base::Duration life_;
  std::unordered_set<std::string> reusers_;  // originators; bounded
  std::string sweep_at_{kPrefix};
};

}  // namespace edgecse::cse::handover
