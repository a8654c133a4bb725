// SPDX-License-Identifier: Apache-2.0
//
// The triples of descriptors (dcrp, dsp), read once and kept as long as they are used: a CREATE or UPDATE reads its descriptor
// on the calling thread and finds it again in its job; queries find what they asked before.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "cse/resource.hpp"
#include "onem2m/result.hpp"
#include "semantics/query.hpp"
#include "semantics/rdf_reader.hpp"

namespace edgecse::cse {

struct DescriptorGraph {
  explicit DescriptorGraph(semantics::Graph of) : graph(std::move(of)), index(graph) {}
  semantics::Graph graph;
  semantics::Index index;
};
using DescriptorGraphPtr = std::shared_ptr<const DescriptorGraph>;

/// m2m:semanticFormat. Nothing: another number than 4, 5 and 7.
[[nodiscard]] std::optional<semantics::Format> descriptor_format(const Json& attributes);

/// Thread-safe.
class DescriptorGraphs {
 public:
  static constexpr std::size_t kMostBytes = 8U << 20U;  // of descriptors that are kept
  static constexpr std::size_t kMostTriples = 200'000;

  /// Of attributes that hold dcrp and dsp. Fails with 4000 and names the attribute and the rule.
  onem2m::Result<DescriptorGraphPtr> read(const Json& attributes);
  [[nodiscard]] bool knows(const Json& attributes) const;

 private:
  struct Kept {
    DescriptorGraphPtr graph;
    std::list<const std::string*>::iterator use;
  };
  void keep(std::string key, const DescriptorGraphPtr& graph);

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Kept> kept_;  // by dcrp and dsp
  std::list<const std::string*> uses_;          // keys of kept_, the latest first
  std::size_t bytes_ = 0, triples_ = 0;
};

}  // namespace edgecse::cse
