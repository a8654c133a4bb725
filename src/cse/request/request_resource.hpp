// SPDX-License-Identifier: Apache-2.0
//
// <request>: what is known of a non-blocking request. Made and changed by the CSE alone. TS-0001 9.6.12, TS-0004 7.4.12.
#pragma once

#include <optional>
#include <string>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// m2m:requestStatus.
enum class RequestStatus : int { Completed = 1, Failed = 2, Pending = 3, Forwarded = 4, PartiallyCompleted = 5 };

/// COMPLETED or FAILED.
[[nodiscard]] bool is_final(const Resource& resource);

class RequestProcedure final : public TypeProcedure {
 public:
  explicit RequestProcedure(const CseCore& core) : core_(core) {}

  /// 5220 while the request is not finished.
  [[nodiscard]] onem2m::Result<> check_delete(const Tree& tree, const onem2m::Request& request,
                                              const Resource& resource) const override;
  /// One whose time is up before it is done has failed, or has what is known by then as its result: who waits is told.
  /// TS-0004 annex H.
  onem2m::Result<> before_delete(DeleteContext& context) override;

 private:
  const CseCore& core_;
};

/// PENDING, below the CSEBase; not in the tree yet. The request's times are absolute.
[[nodiscard]] Resource make_request_resource(const CseCore& core, Transaction& transaction, const onem2m::Request& request);

/// The request that it was made for; nothing when it is damaged. Who sent it is not known any more.
[[nodiscard]] std::optional<onem2m::Request> request_of(const Resource& resource);

/// With the response as its operationResult, COMPLETED or FAILED.
void set_operation_result(const CseCore& core, base::WallTime now, const onem2m::Response& response, Resource& resource);

/// Sends the operationResult of an asynchronous request by the outbox: to the notification targets; to the Originator when
/// none are given, to nobody when the list is empty. Nothing for others. TS-0004 7.3.2.4.
void tell_result(const CseCore& core, Transaction& transaction, const Resource& resource);

/// The operationResult as the notification m2m:rsp tells it.
[[nodiscard]] Json result_notification(const Resource& resource);

}  // namespace edgecse::cse
