// SPDX-License-Identifier: Apache-2.0
#include "cse/discovery/ipe_discovery.hpp"

#include "cse/target.hpp"
#include "onem2m/address.hpp"
#include "onem2m/filter_criteria_json.hpp"

namespace edgecse::cse {

using onem2m::Operation;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseCallback;

namespace {

constexpr int kDiscovery = 1, kIpeDiscovery = 3;  // m2m:filterUsage

bool is_empty(const Json& content) {
  const Json list = content.is_object() ? content.value("m2m:uril", content.value("/m2m:rrl/rrf"_json_pointer, Json::array())) : Json::array();
  return list.empty();
}

}  // namespace

void IpeDiscovery::handle(Request request, ResponseCallback done) {
  const bool asks = request.operation == Operation::Retrieve && request.filter_criteria.filter_usage == kIpeDiscovery;
  const auto address = asks ? onem2m::parse_address(request.to).value_or(onem2m::Address{"", "/", {}, ""}) : onem2m::Address{};
  if (!asks || !is_hosted(core_.options, address)) return next_.handle(std::move(request), std::move(done));
  request.filter_criteria.filter_usage = kDiscovery;
  next_.handle(request, [this, request, done = std::move(done), alive = std::weak_ptr(alive_)](Response response) mutable {
    if (!onem2m::is_success(response.status) || !is_empty(response.content) || alive.expired()) return done(std::move(response));
    ask_proxy(std::move(request), std::move(response), std::move(done));
  });
}

void IpeDiscovery::ask_proxy(Request request, Response nothing, ResponseCallback done) {
  const ResourcePtr target = find_resource(core_, core_.loop->snapshot()->tree, request.to);
  if (!target || target->type != onem2m::type::kAe) return done(std::move(nothing));
  auto criteria = request.filter_criteria;
  criteria.filter_usage = kIpeDiscovery;
  Request notice;
  notice.operation = Operation::Notify;
  notice.to = target->id;
  notice.from = core_.options.id;
  notice.peer.internal = true;
  notice.request_identifier = "idr-" + core_.environment.random.hex(8);
  notice.release_version = "3";
  notice.request_expiration = request.request_expiration;
  notice.content = {{"m2m:sgn",
                     {{"idr",
                       {{"or", onem2m::to_sp_relative_originator(local_originator(core_.options, request.from), core_.options.id)},
                        {"fc", onem2m::filter_criteria_to_json(criteria)}}}}}};
  next_.handle(std::move(notice), [this, request = std::move(request), done = std::move(done), name = target->name,
                                   alive = std::weak_ptr(alive_)](const Response& response) mutable {
    if (alive.expired() || !onem2m::is_success(response.status))
      return done(onem2m::make_error_response(request, onem2m::ResponseStatus::DiscoveryDeniedByIpe,
                                              "the interworking proxy '" + name + "' does not discover this"));
    next_.handle(std::move(request), std::move(done));
  });
}

}  // namespace edgecse::cse
