// SPDX-License-Identifier: Apache-2.0
#include "cse/registrar_link.hpp"

#include <algorithm>

#include "onem2m/timestamp.hpp"

namespace edgecse::cse {
namespace {

using onem2m::Operation;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseStatus;

bool already_there(ResponseStatus status) {
  return status == ResponseStatus::OriginatorHasAlreadyRegistered || status == ResponseStatus::Conflict;
}

/// Nobody answered, or the answerer is in trouble: says nothing about the registration.
bool says_nothing(ResponseStatus status) {
  return status == ResponseStatus::RequestTimeout || onem2m::to_number(status) / 1000 == 5;
}

const onem2m::Json* find_member(const Response& response, const char* name) {
  if (!onem2m::is_success(response.status) || !response.content.is_object()) return nullptr;
  const auto found = response.content.find(name);
  return found != response.content.end() && found->is_object() ? &*found : nullptr;
}

}  // namespace

Request RegistrarLink::make_request(Operation operation, std::string to) {
  Request request;
  request.operation = operation;
  request.to = std::move(to);
  request.from = options_.id;
  request.release_version = "3";
  under_way_ = true;
  telling_ = descendants_;
  return request;
}

onem2m::Json RegistrarLink::registration(base::WallTime now) const {
  Json attributes{{"poa", options_.points_of_access},
                  {"rr", true},
                  {"srv", {"2a", "3", "4", "5"}},
                  {"et", onem2m::format_timestamp(now + timing_.life)}};
  if (!descendants_.empty()) attributes["dcse"] = descendants_;
  return attributes;
}

RegistrarCommand RegistrarLink::create(base::WallTime now) {
  state_ = State::Register;
  Request request = make_request(Operation::Create, options_.registrar->id + '/' + options_.registrar->name);
  request.resource_type = onem2m::type::kRemoteCse;
  Json attributes = registration(now);
  attributes["rn"] = options_.id.substr(1);
  attributes["csi"] = options_.id;
  attributes["cb"] = options_.id + '/' + options_.name;
  attributes["cst"] = static_cast<int>(options_.type);
  request.content = {{"m2m:csr", std::move(attributes)}};
  registration_ = options_.registrar->id + options_.id;
  return {std::move(request), {}};
}

RegistrarCommand RegistrarLink::update(base::WallTime now, bool whole) {
  state_ = whole ? State::Adopt : State::Refresh;
  Request request = make_request(Operation::Update, registration_);
  Json attributes = whole ? registration(now) : Json{{"et", onem2m::format_timestamp(now + timing_.life)}};
  if (whole && descendants_.empty()) attributes["dcse"] = nullptr;
  if (!whole && descendants_ != told_) attributes["dcse"] = descendants_.empty() ? Json{} : Json(descendants_);
  request.content = {{"m2m:csr", std::move(attributes)}};
  return {std::move(request), {}};
}

RegistrarCommand RegistrarLink::read_registrar() {
  state_ = State::ReadRegistrar;
  return {make_request(Operation::Retrieve, options_.registrar->id + '/' + options_.registrar->name), {}};
}

RegistrarCommand RegistrarLink::registered(base::WallTime now) {
  state_ = State::Refresh;
  if (descendants_ != told_) return update(now, false);
  return {std::nullopt, timing_.refresh};
}

RegistrarCommand RegistrarLink::back_off(State next, double jitter) {
  state_ = next;
  base::Duration delay = timing_.first_back_off;
  const base::Duration longest = timing_.maximum_back_off;
  for (unsigned i = 0; i < failures_ && delay < longest; ++i) delay *= 2;
  ++failures_;
  delay = std::min(delay, longest);
  delay -= base::Duration{static_cast<std::int64_t>(jitter * static_cast<double>(delay.count()) / 2)};
  return {std::nullopt, delay};
}

bool RegistrarLink::set_descendants(std::vector<std::string> cse_ids) {
  std::ranges::sort(cse_ids);
  descendants_ = std::move(cse_ids);
  return descendants_ != told_ && state_ == State::Refresh && !under_way_;
}

RegistrarCommand RegistrarLink::proceed(base::WallTime now) {
  switch (state_) {
    case State::Register:
      return create(now);
    case State::Adopt:
      return update(now, true);
    case State::ReadRegistrar:
      return read_registrar();
    case State::Refresh:
      return update(now, false);
  }
  return create(now);
}

RegistrarCommand RegistrarLink::answered(const Response& response, base::WallTime now, double jitter) {
  under_way_ = false;
  const bool success = onem2m::is_success(response.status);
  if (state_ == State::ReadRegistrar) {  // no failure of the registration, whatever the answer is
    const Json* base = find_member(response, "m2m:cb");
    registrar_base_ = base != nullptr ? *base : Json{};
    return registered(now);
  }
  if (success) {
    const bool anew = state_ != State::Refresh;
    if (const Json* made = find_member(response, "m2m:csr"); state_ == State::Register && made != nullptr)
      if (const auto id = made->find("ri"); id != made->end() && id->is_string())
        registration_ = options_.registrar->id + '/' + id->get<std::string>();
    told_ = telling_;
    failures_ = 0;
    up_ = true;
    return anew ? read_registrar() : registered(now);
  }
  up_ = false;
  if (says_nothing(response.status)) return back_off(state_, jitter);
  if (state_ == State::Register && already_there(response.status)) return update(now, true);
  if (state_ == State::Refresh) return create(now);  // the registrar does not know this CSE any more
  return back_off(State::Register, jitter);
}

}  // namespace edgecse::cse
