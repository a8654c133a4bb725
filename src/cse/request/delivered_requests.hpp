// SPDX-License-Identifier: Apache-2.0
//
// Requests of this CSE that left in a <delivery>: the CSE that has them tells their results by NOTIFY (m2m:rsp) to this CSE's
// CSEBase. TS-0001 8.2.2, 10.2.4.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// Thread-safe.
class DeliveredRequests final : public SubtreeHandler {
 public:
  using Kept = std::function<void(const onem2m::Result<>& result)>;
  /// Keeps the result of the <request>, and tells when it is kept.
  using Keep = std::function<void(const std::string& id, const onem2m::Response& response, Kept kept)>;

  DeliveredRequests(const CseCore& core, Keep keep) : core_(core), keep_(std::move(keep)) {}

  /// From now on the CSE may tell the result of this <request>.
  void expect(const Resource& request, const std::string& cse);
  void forget(const std::string& id);

  /// A result that is expected, from the CSE that has the request. Others are no concern of this one.
  [[nodiscard]] bool takes(const onem2m::Request& request, const std::vector<std::string>& segments) const override;
  void handle(onem2m::Request request, onem2m::ResponseCallback done) override;

 private:
  struct Expected {
    std::string identifier, originator, cse;
  };
  /// ri of the <request>; empty: nobody expects it.
  [[nodiscard]] std::string find(const onem2m::Request& notification) const;
  void forget_gone(const Tree& tree);

  const CseCore& core_;
  const Keep keep_;
  mutable std::mutex mutex_;  // guards what follows
  std::map<std::string, Expected> expected_;          // by ri of the <request>
  std::multimap<std::string, std::string> by_identifier_;  // rqi -> ri
  std::size_t look_at_ = 1'000;                       // size at which those that ended by their time are looked for
};

}  // namespace edgecse::cse
