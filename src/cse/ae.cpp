// SPDX-License-Identifier: Apache-2.0
#include "cse/ae.hpp"

#include <algorithm>

#include "cse/management/node_links.hpp"
#include "onem2m/address.hpp"

namespace edgecse::cse {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;

namespace {

// R<authority>.<name>.<name> or N<free>; r<...> is a form of Release 2 and 3. TS-0001 7.1.3, release4 20.
Result<> check_app_id(const std::string& id, const std::optional<std::string>& release) {
  const auto bad = [&](const std::string& why) { return refuse(ResponseStatus::BadRequest, "api '" + id + "' " + why); };
  if (id.size() < 2) return bad("is too short");
  if (id[0] == 'N') return {};
  if (id[0] == 'r' && (release == "2a" || release == "3")) return {};
  if (id[0] != 'R') return bad("must begin with R or N");
  if (std::count(id.begin(), id.end(), '.') < 2) return bad("is registered, so it has the form R<authority>.<domain>.<name>");
  return {};
}

}  // namespace

std::optional<Result<>> AeProcedure::authorise(const Tree&, const onem2m::Request& request, const Resource&) const {
  if (request.operation != onem2m::Operation::Create) return std::nullopt;
  if (request.from.starts_with('/') && local_originator(core_.options, request.from).starts_with('/') &&
      !request.from.starts_with("/S"))
    return refuse(ResponseStatus::OperationNotAllowed, "a CSE cannot register as an AE");
  return Result<>{};
}

Result<> AeProcedure::check_create(const CreateCheck& check) const {
  const std::string stem = local_originator(core_.options, check.request.from);
  if (const ResourcePtr there = check.tree.find(stem); stem.size() > 1 && there)
    return refuse(ResponseStatus::OriginatorHasAlreadyRegistered, stem + " is registered here already");
  if (auto fits = check_node_link(core_, check.tree, check.attributes); !fits) return fits;
  return check_app_id(check.attributes.at("api").get<std::string>(), check.request.release_version);
}

Result<> AeProcedure::check_update(const UpdateCheck& check) const {
  return check_node_link(core_, check.tree, check.attributes);
}

Result<> AeProcedure::before_create(CreateContext& context) {
  Resource& ae = context.resource;
  std::string stem = local_originator(core_.options, context.request.from);
  if (stem.starts_with("/S")) stem.erase(0, 1);
  if (context.prepared.is_object() && context.prepared.contains("stem"))
    stem = context.prepared.at("stem").get<std::string>();
  else if (stem.size() < 2)
    stem = (stem == "S" ? "S" : "C") + ae.id;
  const bool named = ae.attributes.contains("rn");
  ae.id = ae.unit = ae.creator = stem;
  if (!named) ae.name = stem;
  ae.attributes["aei"] = stem;
  return {};
}

}  // namespace edgecse::cse
