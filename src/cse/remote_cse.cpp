// SPDX-License-Identifier: Apache-2.0
#include "cse/remote_cse.hpp"

#include "cse/registrees.hpp"
#include "onem2m/address.hpp"

namespace edgecse::cse {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;

namespace {

// The CSE itself makes the mirror of its registrar; then csi comes with the request.
std::string cse_id_of(const CseCore& core, const onem2m::Request& request, const Json& attributes) {
  if (request.peer.internal && request.from == core.options.id) return attributes.value("csi", std::string{});
  return local_originator(core.options, request.from);
}

// What no CSE would send is a bad request, whoever sent it.
Result<> check_mandatory(const Json& content) {
  if (!content.is_object() || content.empty()) return {};  // told apart later
  const Json& attributes = content.front();
  for (const char* name : {"cb", "rr", "srv"})
    if (attributes.is_object() && !attributes.contains(name))
      return refuse(ResponseStatus::BadRequest, "the attribute " + std::string(name) + " is missing in <remoteCSE>");
  return {};
}

}  // namespace

std::optional<Result<>> RemoteCseProcedure::authorise(const Tree& tree, const onem2m::Request& request,
                                                      const Resource&) const {
  // CSEs of one system find each other by what they registered.
  if (request.operation == onem2m::Operation::Retrieve && is_known_cse(core_, tree, request.from)) return Result<>{};
  if (request.operation != onem2m::Operation::Create) return std::nullopt;
  if (request.peer.internal && request.from == core_.options.id) return Result<>{};
  const std::string from = local_originator(core_.options, request.from);
  const bool foreign = is_foreign_cse_id(core_.options, from);
  if (!onem2m::is_cse_id(from) && !foreign) {
    if (auto complete = check_mandatory(request.content); !complete) return complete;
    return refuse(ResponseStatus::OperationNotAllowed, "only a CSE registers as a remoteCSE");
  }
  if (foreign && core_.options.type != CseType::In)
    return refuse(ResponseStatus::OperationNotAllowed, "a CSE of another service provider registers at an IN-CSE (Mcc')");
  if (core_.options.type == CseType::Asn)
    return refuse(ResponseStatus::OperationNotAllowed, "an ASN-CSE registers no CSE");
  if (!may_register(core_.options, from))
    return refuse(ResponseStatus::SecurityAssociationRequired, from + " may not register here (allowed_registrees)");
  return Result<>{};
}

Result<> RemoteCseProcedure::check_create(const CreateCheck& check) const {
  const std::string id = cse_id_of(core_, check.request, check.attributes);
  if (!onem2m::is_cse_id(id) && !is_foreign_cse_id(core_.options, id)) return refuse(ResponseStatus::BadRequest, "csi '" + id + "' is no CSE-ID");
  if (id == core_.options.id) return refuse(ResponseStatus::BadRequest, "csi '" + id + "' is this CSE itself");
  if (const auto given = check.attributes.find("csi"); given != check.attributes.end() && *given != id)
    return refuse(ResponseStatus::BadRequest, "csi is not the CSE-ID in From");
  if (find_remote_cse(core_, check.tree, id))
    return refuse(ResponseStatus::OriginatorHasAlreadyRegistered, id + " is registered here already");
  const std::string base = check.attributes.at("cb").get<std::string>();
  if (!base.starts_with('/')) return refuse(ResponseStatus::BadRequest, "cb must begin with '/'");
  return {};
}

Result<> RemoteCseProcedure::before_create(CreateContext& context) {
  Resource& remote = context.resource;
  const std::string id = cse_id_of(core_, context.request, remote.attributes);
  const bool named = remote.attributes.contains("rn");
  remote.id = remote_cse_resource_id(id);
  remote.creator = id;
  if (!named) remote.name = remote.id;
  remote.attributes["csi"] = id;
  return {};
}

}  // namespace edgecse::cse
