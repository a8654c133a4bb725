// SPDX-License-Identifier: Apache-2.0
#include "cse/access/originator.hpp"

#include <algorithm>

#include "onem2m/address.hpp"

namespace edgecse::cse {
namespace {

constexpr int kRole = 31, kToken = 32;

bool is_one_of(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// Of a <role> or <token>: whom it was given to, and when it counts.
bool holds_now(const AccessQuestion& question, const std::vector<std::string>& forms, const Resource& given) {
  if (!is_one_of(forms, given.text("tkhd"))) return false;
  const std::int64_t now = question.now.time_since_epoch().count();
  if (given.has("tknb") && to_microseconds(given.text("tknb")) > now) return false;
  return !given.has("tkna") || to_microseconds(given.text("tkna")) > now;
}

bool is_named_by(const onem2m::Request& request, const Resource& token) {
  const std::string id = token.text("tkid");
  return is_one_of(request.token_ids, id) || is_one_of(request.local_token_ids, id) ||
         is_one_of(request.tokens, token.text("tkob"));
}

// Permissions of the request's tokens that concern the target: those that name it, and those that name nothing.
template <class Visit>
void for_each_permission(const CseCore& core, const AccessQuestion& question, const std::vector<std::string>& forms,
                         const Resource& target, Visit&& visit) {
  const onem2m::Request& request = question.request;
  if (request.tokens.empty() && request.token_ids.empty() && request.local_token_ids.empty()) return;
  question.tree.for_each_child(core.base_id(), [&](const ResourcePtr& token) {
    if (token->type != kToken || !is_named_by(request, *token) || !holds_now(question, forms, *token)) return;
    const auto permissions = token->attributes.find("tkps");
    if (permissions == token->attributes.end() || !permissions->contains("pm")) return;
    for (const Json& permission : permissions->at("pm")) {
      const auto resources = permission.find("ris");
      const bool concerns = resources == permission.end() || std::ranges::any_of(*resources, [&](const Json& id) {
        const ResourcePtr named = id.is_string() ? find_resource(core, question.tree, id.get_ref<const std::string&>()) : nullptr;
        return named && named->id == target.id;
      });
      if (concerns) visit(permission);
    }
  });
}

}  // namespace

std::vector<std::string> forms_of_originator(const CseOptions& options, std::string_view from) {
  std::string local = local_originator(options, from);
  std::vector<std::string> forms{local};
  if (local.empty() || local.starts_with("//")) return forms;
  if (local[0] != '/') {
    forms.push_back(onem2m::to_sp_relative_originator(local, options.id));
  } else if (local.starts_with("/S") && local.find('/', 1) == std::string::npos) {  // S-type AE-ID, SP-relative
    forms.push_back(local.substr(1));
  }
  forms.push_back(options.service_provider + (forms.size() > 1 && forms[1][0] == '/' ? forms[1] : local));
  return forms;
}

std::vector<std::string> valid_roles(const CseCore& core, const AccessQuestion& question,
                                     const std::vector<std::string>& forms, const Resource& target) {
  const std::vector<std::string>& asked = question.request.role_ids;
  std::vector<std::string> roles;
  if (!asked.empty()) {
    question.tree.for_each_child(core.base_id(), [&](const ResourcePtr& role) {
      if (role->type == kRole && is_one_of(asked, role->text("rlid")) && holds_now(question, forms, *role))
        roles.push_back(role->text("rlid"));
    });
  }
  for_each_permission(core, question, forms, target, [&](const Json& permission) {
    const auto given = permission.find("rids");
    if (given == permission.end() || !given->is_array()) return;
    for (const Json& role : *given)
      if (role.is_string()) roles.push_back(role.get<std::string>());
  });
  return roles;
}

std::vector<Json> token_privileges(const CseCore& core, const AccessQuestion& question, const std::vector<std::string>& forms,
                                   const Resource& target) {
  std::vector<Json> sets;
  for_each_permission(core, question, forms, target, [&](const Json& permission) {
    if (permission.contains("pv")) sets.push_back(permission["pv"]);
  });
  return sets;
}

}  // namespace edgecse::cse
