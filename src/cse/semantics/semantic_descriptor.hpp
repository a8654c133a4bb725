// SPDX-License-Identifier: Apache-2.0
//
// <semanticDescriptor>: its descriptor must be what dcrp says it is; a SPARQL update (soe) changes it and is not kept. TS-0001
// 9.6.30, TS-0004 7.4.34, release4 13.
#pragma once

#include <array>
#include <mutex>

#include "cse/cse_core.hpp"
#include "cse/semantics/descriptor_graphs.hpp"

namespace edgecse::cse {

class SemanticDescriptorProcedure final : public TypeProcedure {
 public:
  static constexpr int kType = 24;

  /// The checks read descriptors and run updates: first on the calling thread, and their job finds it done.
  [[nodiscard]] bool prepares(const onem2m::Request&) const override { return true; }
  [[nodiscard]] onem2m::Result<> check_create(const CreateCheck& check) const override;
  [[nodiscard]] onem2m::Result<> check_update(const UpdateCheck& check) const override;
  onem2m::Result<> before_create(CreateContext& context) override;
  onem2m::Result<> before_update(UpdateContext& context) override;

  [[nodiscard]] DescriptorGraphs& graphs() const { return graphs_; }

 private:
  struct Executed {
    std::string key;          // of the descriptor before, the update and the format after
    std::string descriptor;   // dsp after it
  };
  onem2m::Result<std::string> execute(const Json& before, const std::string& operation, int format_after) const;

  mutable DescriptorGraphs graphs_;
  mutable std::mutex mutex_;
  mutable std::array<Executed, 8> executed_;  // the last ones
  mutable std::size_t next_ = 0;
};

/// Those of this CSE's descriptors.
[[nodiscard]] DescriptorGraphs& descriptor_graphs(const CseCore& core);

}  // namespace edgecse::cse
