// SPDX-License-Identifier: Apache-2.0
#include "cse/trigger/recipient.hpp"

#include "onem2m/address.hpp"

namespace edgecse::cse::trigger {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;
namespace type = onem2m::type;

namespace {

std::string text_of(const Json& attributes, const char* name) {
  const auto found = attributes.find(name);
  if (found == attributes.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

Purpose purpose_of(const Json& attributes) { return static_cast<Purpose>(attributes.value("tpe", 1)); }

bool is_named(const CseCore& core, const Resource& entity, const std::string& external, const std::string& recipient) {
  if (!external.empty() && entity.text("mei") == external) return true;
  if (recipient.empty()) return false;
  if (text_of(entity.attributes, "tri") == recipient) return true;
  return entity.type == type::kAe ? entity.id == local_originator(core.options, recipient)
                                  : entity.text("csi") == recipient;
}

// Where somebody registers who is sent to that CSEBase: a CSE that is registered here, or this one.
Json points_of_access(const CseCore& core, const Tree& tree, const std::string& base) {
  const auto address = onem2m::parse_address(base);
  if (!address) return Json::array();
  if (address->cse_id.empty() || address->cse_id == core.options.id) return core.options.points_of_access;
  for (const ResourcePtr& child : tree.children(core.base_id()))
    if (child->type == type::kRemoteCse && child->text("csi") == address->cse_id && child->has("poa"))
      return child->attributes["poa"];
  return Json::array();
}

Result<> check_crud(const Json& attributes) {
  for (const char* name : {"tiae", "tia", "tio", "tirt"})
    if (text_of(attributes, name).empty())
      return refuse(ResponseStatus::BadRequest, std::string("a trigger to execute an operation needs ") + name);
  return {};
}

}  // namespace

ResourcePtr find_recipient(const CseCore& core, const Tree& tree, const Json& attributes) {
  const std::string external = text_of(attributes, "mei"), recipient = text_of(attributes, "tri");
  for (const ResourcePtr& child : tree.children(core.base_id())) {
    if (child->type != type::kAe && child->type != type::kRemoteCse) continue;
    if (child->number("regs", 1) != 2 && is_named(core, *child, external, recipient)) return child;
  }
  return nullptr;
}

Result<> check_trigger(const CseCore& core, const Tree& tree, const Json& attributes) {
  const ResourcePtr recipient = find_recipient(core, tree, attributes);
  const Purpose purpose = purpose_of(attributes);
  const bool first_contact = purpose == Purpose::RegistrationRequest || purpose == Purpose::EnrolmentRequest;
  if (purpose == Purpose::ReRegistration && !core.options.mobility.extensions)
    return refuse(ResponseStatus::InvalidTriggerPurpose, "tpe 5 is no purpose of Release 3 (mobility.extensions)");
  if (recipient && !recipient->attributes.value("tren", false))
    return refuse(ResponseStatus::TriggeringDisabledForRecipient,
                  "'" + recipient->name + "' is not to be triggered (tren)");
  if (first_contact && recipient)
    return refuse(ResponseStatus::InvalidTriggerPurpose, "'" + recipient->name + "' is registered already");
  if (!first_contact && !recipient)
    return refuse(
        ResponseStatus::InvalidTriggerPurpose,
        "nobody is registered here with mei " + text_of(attributes, "mei") + " or as " + text_of(attributes, "tri"));
  return purpose == Purpose::ExecuteCrud ? check_crud(attributes) : Result<>{};
}

Json make_payload(const CseCore& core, const Tree& tree, const Json& attributes) {
  const Purpose purpose = purpose_of(attributes);
  Json payload{{"tpe", static_cast<int>(purpose)}};
  for (const char* name : {"tia", "tio", "tirt", "tiae"})
    if (const auto value = attributes.find(name); value != attributes.end()) payload[name] = *value;
  if (purpose == Purpose::ReRegistration && payload.contains("tia"))
    payload["poa"] = points_of_access(core, tree, payload["tia"].get<std::string>());
  return payload;
}

std::optional<std::string> recipient_url(const Json& attributes) {
  std::string text = text_of(attributes, "tri");
  if (text.find("://") == std::string::npos) return std::nullopt;
  return text;
}

}  // namespace edgecse::cse::trigger
