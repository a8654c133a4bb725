// SPDX-License-Identifier: Apache-2.0
#include "cse/management/mgmt_obj.hpp"

#include <array>
#include <string_view>

#include "cse/changes.hpp"
#include "cse/representation.hpp"

namespace edgecse::cse {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;

namespace {

// m2m:status of an m2m:actionStatus.
constexpr int kInProcess = 3;

/// Two attributes of which one request may press one only, and what both read as ever after. TS-0001 D.9, D.8, D.10.
struct Buttons {
  int definition;
  std::array<const char*, 2> names;
  bool reads;
};
constexpr std::array kButtons{Buttons{1009, {"rbo", "far"}, false}, Buttons{1008, {"ena", "dis"}, true},
                              Buttons{1010, {"lga", "lgo"}, true}};

/// An attribute that starts an action when it becomes true, and where the action's status is shown. TS-0001 D.2, D.3.
struct Action {
  int definition;
  const char* trigger;
  const char* status;
};
constexpr std::array kActions{Action{1001, "ud", "uds"}, Action{1002, "in", "ins"}, Action{1002, "un", "ins"},
                              Action{1002, "act", "acts"}, Action{1002, "dea", "acts"}};

bool is_true(const Json& attributes, const char* name) {
  const auto found = attributes.find(name);
  return found != attributes.end() && found->is_boolean() && found->get<bool>();
}

Result<> check_buttons(int definition, const Json& requested) {
  for (const Buttons& pair : kButtons)
    if (pair.definition == definition && is_true(requested, pair.names[0]) && is_true(requested, pair.names[1]))
      return refuse(ResponseStatus::BadRequest,
                    std::string(pair.names[0]) + " and " + pair.names[1] + " must not both be true in one request");
  return {};
}

/// m2m:wifiEncryptionType: which members of the credentials belong to it. TS-0022 7.1.9.
Result<> check_wifi_credentials(const Json& credentials) {
  const int encryption = credentials.value("enct", 0);
  const bool wep = encryption == 2, personal = encryption >= 3 && encryption <= 5, enterprise = encryption >= 6;
  const auto wrong = [&](const char* why) {
    return refuse(ResponseStatus::BadRequest, "wcrds with enct " + std::to_string(encryption) + " " + why);
  };
  if (wep != credentials.contains("wepk")) return wrong(wep ? "needs wepk" : "has no wepk");
  if (personal != credentials.contains("wpap")) return wrong(personal ? "needs wpap" : "has no wpap");
  if (enterprise != (credentials.contains("unm") || credentials.contains("pwd")))
    return wrong(enterprise ? "needs unm or pwd" : "has neither unm nor pwd");
  return {};
}

/// Of the object as it would be.
Result<> check_whole(int definition, const Json& attributes) {
  if (definition == 1021 && attributes.contains("mesc") && attributes.contains("meil"))
    return refuse(ResponseStatus::BadRequest, "mesc and meil exclude each other");
  if (definition == 1028)
    if (const auto credentials = attributes.find("wcrds"); credentials != attributes.end())
      return check_wifi_credentials(*credentials);
  return {};
}

void release_buttons(int definition, Json& attributes) {
  for (const Buttons& pair : kButtons)
    if (pair.definition == definition)
      for (const char* name : pair.names) attributes[name] = pair.reads;
  if (definition == 1028)
    for (const char* name : {"scan", "ud", "trdst"}) attributes[name] = false;
}

}  // namespace

Result<> MgmtObjProcedure::check_create(const CreateCheck& check) const {
  const std::string& member = check.request.content.begin().key();
  const onem2m::ResourceTypeRule* rule = rule_of(onem2m::type::kMgmtObj, member);
  const int definition = check.attributes.value("mgd", 0);
  if (rule == nullptr || rule->management_definition != definition)
    return refuse(ResponseStatus::BadRequest, "mgd " + std::to_string(definition) + " is not that of " + member);
  return check_whole(definition, check.attributes);
}

Result<> MgmtObjProcedure::check_update(const UpdateCheck& check) const {
  const auto definition = static_cast<int>(check.target.number("mgd"));
  if (auto fits = check_buttons(definition, check.attributes); !fits) return fits;
  return check_whole(definition, whole_after(check.target, check.attributes));
}

Result<> MgmtObjProcedure::before_create(CreateContext& context) {
  release_buttons(static_cast<int>(context.resource.number("mgd")), context.resource.attributes);
  return {};
}

Result<> MgmtObjProcedure::before_update(UpdateContext& context) {
  const auto definition = static_cast<int>(context.after.number("mgd"));
  for (const Action& action : kActions) {
    if (action.definition != definition || !is_true(context.requested, action.trigger)) continue;
    // Whoever manages the device is subscribed here, does it, and writes status 1 or 2.
    if (!context.requested.contains(action.status))
      context.after.attributes[action.status] = {{"acn", action.trigger}, {"sus", kInProcess}};
  }
  release_buttons(definition, context.after.attributes);
  return {};
}

}  // namespace edgecse::cse
