// SPDX-License-Identifier: Apache-2.0
#include "cse/access/consultation.hpp"

#include <algorithm>

#include "cse/access/access_policies.hpp"
#include "cse/target.hpp"
#include "onem2m/address.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse {

using onem2m::Operation;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseCallback;
using onem2m::ResponseStatus;

namespace {

constexpr int kConsultation = 34;                            // dynamicAuthorizationConsultation
constexpr int kDasRequest = 1, kDasResponse = 2;             // m2m:securityInfoType
constexpr std::size_t kMostPointsOfAccess = 8, kMostTokens = SignedTokens::kMostOfOneRequest;
constexpr base::Duration kLifetime = std::chrono::minutes{1};  // of a grant that names none

const Json* member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

// Of an m2m:dynAuthDasResponse: privileges, tokens, or both. Nothing: it grants nothing, or is damaged.
std::optional<AccessGrant> read_grant(const Json& response, base::WallTime now, base::WallTime at_most_until) {
  AccessGrant grant{{}, {}, at_most_until};
  if (const Json* const policy = member(response, "dai"); policy != nullptr) {
    const Json* const privileges = member(*policy, "gp");
    if (privileges != nullptr && !privileges->is_object()) return std::nullopt;
    if (privileges != nullptr) grant.privileges = *privileges;
    if (const Json* const lifetime = member(*policy, "pl"); lifetime != nullptr) {
      const auto given = onem2m::parse_absolute_or_relative(lifetime->is_string() ? lifetime->get<std::string>() : lifetime->dump(), now);
      if (!given) return std::nullopt;
      grant.until = std::min(grant.until, *given);
    }
  }
  if (const Json* const tokens = member(response, "tkns"); tokens != nullptr) {
    if (!tokens->is_array()) return std::nullopt;
    for (const Json& token : *tokens)
      if (token.is_string() && grant.tokens.size() < kMostTokens) grant.tokens.push_back(token.get<std::string>());
  }
  if (grant.privileges.is_null() && grant.tokens.empty()) return std::nullopt;
  return grant;
}

}  // namespace

struct Consultation::Inquiry {
  Request request;        // that was refused
  Response refusal;
  ResponseCallback done;
  ResourcePtr target;
  Authority authority;
  std::size_t next = 0;   // point of access
};

void Consultation::handle(Request request, ResponseCallback done) {
  if (!core_.options.access.dynamic_authorization || request.peer.internal) return pipeline_.handle(std::move(request), std::move(done));
  auto kept = std::make_shared<const Request>(request);
  pipeline_.handle(std::move(request), [this, kept, done = std::move(done), alive = std::weak_ptr(alive_)](Response response) mutable {
    if (response.status != ResponseStatus::OriginatorHasNoPrivilege || alive.expired()) return done(std::move(response));
    consult(*kept, std::move(response), std::move(done));
  });
}

void Consultation::consult(const Request& request, Response refusal, ResponseCallback done) {
  const SnapshotPtr snapshot = core_.loop->snapshot();
  const auto address = onem2m::parse_address(request.to);
  const auto target = address && is_hosted(core_.options, *address) ? resolve(core_, snapshot->tree, *address) : std::nullopt;
  if (!target) return done(std::move(refusal));
  auto authority = authority_of(snapshot->tree, *target->resource, core_.environment.clock.wall_now());
  if (!authority) return done(std::move(refusal));
  ask_next(std::make_shared<Inquiry>(
      Inquiry{request, std::move(refusal), std::move(done), target->resource, std::move(*authority)}));
}

// daci of the target, else of the nearest resource above it that has one. TS-0001 9.6.1.3.1.
std::optional<Consultation::Authority> Consultation::authority_of(const Tree& tree, const Resource& target,
                                                                  base::WallTime now) const {
  const Json* list = member(target.attributes, "daci");
  for (ResourcePtr above = tree.find(target.parent); list == nullptr && above; above = tree.find(above->parent))
    list = member(above->attributes, "daci");
  if (list == nullptr || !list->is_array()) return std::nullopt;
  for (const Json& id : *list) {
    const ResourcePtr found = id.is_string() ? find_resource(core_, tree, id.get_ref<const std::string&>()) : nullptr;
    if (!found || found->type != kConsultation || !found->attributes.value("dae", false)) continue;
    Authority authority{{}, kLifetime};
    for (const Json& url : found->attributes.value("dap", Json::array()))
      if (url.is_string() && authority.points_of_access.size() < kMostPointsOfAccess)
        authority.points_of_access.push_back(url.get<std::string>());
    if (const auto until = onem2m::parse_absolute_or_relative(found->text("dal"), now); until && *until > now)
      authority.lifetime = *until - now;
    if (!authority.points_of_access.empty()) return authority;
  }
  return std::nullopt;
}

Request Consultation::make_question(const Inquiry& inquiry) const {
  const base::WallTime now = core_.environment.clock.wall_now();
  const Request& asked = inquiry.request;
  Json question{{"or", onem2m::to_sp_relative_originator(local_originator(core_.options, asked.from), core_.options.id)},
                {"op", static_cast<int>(asked.operation)},
                {"trid", core_.options.id + '/' + inquiry.target->id},
                {"trt", inquiry.target->type},
                {"rts", onem2m::format_timestamp(now)},
                {"ppl", onem2m::format_timestamp(now + inquiry.authority.lifetime)}};
  if (!asked.peer.address.empty())
    question["oip"] = {{asked.peer.address.find(':') == std::string::npos ? "ip4" : "ip6", asked.peer.address}};
  if (!asked.role_ids.empty()) question["orid"] = asked.role_ids;
  if (!asked.token_ids.empty()) question["tids"] = asked.token_ids;
  Request notice;
  notice.operation = Operation::Notify;
  notice.from = core_.options.id;
  notice.request_identifier = "seci-" + core_.environment.random.hex(8);
  notice.release_version = "3";
  notice.request_expiration = asked.request_expiration;
  notice.content = {{"m2m:seci", {{"sit", kDasRequest}, {"dreq", std::move(question)}}}};
  return notice;
}

void Consultation::ask_next(const std::shared_ptr<Inquiry>& inquiry) {
  if (inquiry->next == inquiry->authority.points_of_access.size()) return inquiry->done(std::move(inquiry->refusal));
  const std::string& where = inquiry->authority.points_of_access[inquiry->next++];
  Request question = make_question(*inquiry);
  question.to = where;
  const auto answered = [this, inquiry, alive = std::weak_ptr(alive_)](const Response& response) {
    if (alive.expired()) return inquiry->done(std::move(inquiry->refusal));
    if (!onem2m::is_success(response.status)) return ask_next(inquiry);
    if (!take_answer(*inquiry, response.content)) return inquiry->done(std::move(inquiry->refusal));
    pipeline_.handle(inquiry->request, inquiry->done);
  };
  if (where.find("://") != std::string::npos) return core_.environment.sender.send({{where}, true}, std::move(question), answered);
  question.peer.internal = true;
  pipeline_.handle(std::move(question), answered);
}

bool Consultation::take_answer(const Inquiry& inquiry, const Json& content) {
  const Json* const information = member(content, "m2m:seci");
  const Json* const kind = information == nullptr ? nullptr : member(*information, "sit");
  const Json* const response = information == nullptr ? nullptr : member(*information, "dres");
  if (kind == nullptr || *kind != kDasResponse || response == nullptr) return false;
  const base::WallTime now = core_.environment.clock.wall_now();
  auto grant = read_grant(*response, now, now + inquiry.authority.lifetime);
  if (!grant) return false;
  core_.access_policies->grant(local_originator(core_.options, inquiry.request.from), inquiry.target->id, std::move(*grant));
  return true;
}

}  // namespace edgecse::cse
