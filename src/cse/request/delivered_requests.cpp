// SPDX-License-Identifier: Apache-2.0
#include "cse/request/delivered_requests.hpp"

#include <algorithm>

#include "cse/subscription/notification_criteria.hpp"
#include "onem2m/address.hpp"
#include "onem2m/json_codec.hpp"

namespace edgecse::cse {
namespace {

using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseCallback;
using onem2m::ResponseStatus;
using onem2m::Result;

constexpr const char* kResult = "m2m:rsp";

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : std::string{}; }

}  // namespace

void DeliveredRequests::expect(const Resource& request, const std::string& cse) {
  const SnapshotPtr snapshot = core_.loop->snapshot();
  std::lock_guard lock(mutex_);
  if (expected_.size() >= look_at_) forget_gone(snapshot->tree);
  Expected expected{request.text("rid"), onem2m::to_sp_relative_originator(request.text("org"), core_.options.id), cse};
  if (expected_.insert_or_assign(request.id, std::move(expected)).second) by_identifier_.emplace(request.text("rid"), request.id);
}

void DeliveredRequests::forget(const std::string& id) {
  std::lock_guard lock(mutex_);
  const auto expected = expected_.find(id);
  if (expected == expected_.end()) return;
  const auto [begin, end] = by_identifier_.equal_range(expected->second.identifier);
  by_identifier_.erase(std::find_if(begin, end, [&](const auto& one) { return one.second == id; }));
  expected_.erase(expected);
}

/// A <request> whose time is over ends by itself.
void DeliveredRequests::forget_gone(const Tree& tree) {
  std::erase_if(expected_, [&](const auto& one) { return !tree.find(one.first); });
  std::erase_if(by_identifier_, [this](const auto& one) { return !expected_.contains(one.second); });
  look_at_ = std::max<std::size_t>(1'000, 2 * expected_.size());
}

std::string DeliveredRequests::find(const Request& notification) const {
  const Json& result = member_of(notification.content, kResult);
  const std::string from = local_originator(core_.options, notification.from);
  const std::string originator = onem2m::to_sp_relative_originator(text_of(member_of(result, "to")), core_.options.id);
  std::lock_guard lock(mutex_);
  const auto [begin, end] = by_identifier_.equal_range(text_of(member_of(result, "rqi")));
  for (auto one = begin; one != end; ++one) {
    const Expected& expected = expected_.at(one->second);
    if (expected.cse == from && (originator.empty() || originator == expected.originator)) return one->second;
  }
  return {};
}

bool DeliveredRequests::takes(const Request& request, const std::vector<std::string>& segments) const {
  if (request.operation != onem2m::Operation::Notify || segments.size() > 1 || !request.content.is_object()) return false;
  const bool to_base = segments.empty() || segments[0] == "-" || segments[0] == core_.options.name || segments[0] == core_.base_id();
  return to_base && request.content.contains(kResult) && !find(request).empty();
}

void DeliveredRequests::handle(Request request, ResponseCallback done) {
  const std::string id = find(request);
  auto response = onem2m::response_from_json(member_of(request.content, kResult));
  if (!response)
    return done(onem2m::make_error_response(request, response.error().status, std::string(kResult) + ": " + response.error().detail));
  keep_(id, *response, [request, done = std::move(done)](const Result<>& result) {
    done(result ? Response{} : onem2m::make_error_response(request, result.error().status, result.error().detail));
  });
}

}  // namespace edgecse::cse
