// SPDX-License-Identifier: Apache-2.0
#include "cse/ae.hpp"

#include <algorithm>
#include <array>

#include "cse/access/service_subscription.hpp"
#include "cse/access_conditions.hpp"
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

// m2m:serializations, and the media types of TS-0009 that go with them.
Result<> check_serializations(const Json& attributes) {
  static constexpr std::array<std::string_view, 3> kForms{"json", "cbor", "xml"};
  const auto list = attributes.find("csz");
  if (list == attributes.end() || !list->is_array()) return {};
  for (const Json& entry : *list) {
    const std::string text = entry.is_string() ? entry.get<std::string>() : entry.dump();
    const std::size_t sign = text.find_last_of("/+");
    const std::string_view start = std::string_view(text).substr(0, sign == std::string::npos ? 0 : sign + 1);
    const bool known_start = start == "application/" || (start.starts_with("application/vnd.onem2m-") && start.ends_with('+'));
    const bool known_form = std::ranges::find(kForms, std::string_view(text).substr(start.size())) != kForms.end();
    if (!known_start || !known_form) return refuse(ResponseStatus::BadRequest, "csz '" + text + "' is no serialization of oneM2M");
  }
  return {};
}

// The stem that From names, or the letter of the kind that is wanted.
std::string wanted_stem(const CseOptions& options, const onem2m::Request& request) {
  std::string stem = local_originator(options, request.from);
  if (stem.starts_with("/S")) stem.erase(0, 1);
  return stem.empty() ? "C" : stem;
}

}  // namespace

std::optional<Result<>> AeProcedure::authorise(const Tree&, const onem2m::Request& request, const Resource&) const {
  if (request.operation != onem2m::Operation::Create) return std::nullopt;
  if (request.from.starts_with('/') && local_originator(core_.options, request.from).starts_with('/') &&
      !request.from.starts_with("/S"))
    return refuse(ResponseStatus::OperationNotAllowed, "a CSE cannot register as an AE");
  const auto& allowed = core_.options.access.allowed_aes;
  const std::string stem = wanted_stem(core_.options, request);
  const bool listed = std::ranges::any_of(allowed, [&](const std::string& pattern) { return matches_wildcard(pattern, stem); });
  if (!listed) return refuse(ResponseStatus::AppRuleValidationFailed, stem + " may not register here (cse.allowed_aes)");
  return Result<>{};
}

Result<> AeProcedure::check_create(const CreateCheck& check) const {
  const std::string stem = wanted_stem(core_.options, check.request);
  if (const ResourcePtr there = check.tree.find(stem); stem.size() > 1 && there)
    return refuse(ResponseStatus::OriginatorHasAlreadyRegistered, stem + " is registered here already");
  const std::string app_id = check.attributes.at("api").get<std::string>();
  if (auto fits = check_app_id(app_id, check.request.release_version); !fits) return fits;
  if (auto fits = check_serializations(check.attributes); !fits) return fits;
  if (auto fits = check_node_link(core_, check.tree, check.attributes); !fits) return fits;
  // A CSE with a registrar asks there, before the job.
  if (!core_.options.access.service_subscriptions || core_.options.registrar) return {};
  return check_service_subscription(core_, check.tree, app_id, wanted_stem(core_.options, check.request));
}

Result<> AeProcedure::check_update(const UpdateCheck& check) const {
  if (auto fits = check_serializations(check.attributes); !fits) return fits;
  return check_node_link(core_, check.tree, check.attributes);
}

Result<> AeProcedure::before_create(CreateContext& context) {
  Resource& ae = context.resource;
  std::string stem = wanted_stem(core_.options, context.request);
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
