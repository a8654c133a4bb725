// SPDX-License-Identifier: Apache-2.0
#include "cse/access/originator.hpp"

#include <algorithm>
#include <span>

#include "cse/access/access_policies.hpp"
#include "onem2m/address.hpp"

namespace edgecse::cse {
namespace {

constexpr int kRole = 31, kToken = 32;

bool is_one_of(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// Those of a request that are looked at.
std::span<const std::string> first_of(const std::vector<std::string>& tokens) {
  return std::span(tokens).first(std::min(tokens.size(), SignedTokens::kMostOfOneRequest));
}

bool is_stored(const CseCore& core, const Tree& tree, const std::string& token) {
  bool stored = false;
  tree.for_each_child(core.base_id(), [&](const ResourcePtr& child) {
    stored = stored || (child->type == kToken && child->text("tkob") == token);
  });
  return stored;
}

// Of a <role> or <token>: whom it was given to, and when it counts.
bool holds_now(const AccessQuestion& question, const std::vector<std::string>& forms, const Resource& given) {
  if (!is_one_of(forms, given.text("tkhd"))) return false;
  const std::int64_t now = question.now.time_since_epoch().count();
  if (given.has("tknb") && to_microseconds(given.text("tknb")) > now) return false;
  return !given.has("tkna") || to_microseconds(given.text("tkna")) > now;
}

// Permissions of the tokens that concern the target: those that name it, and those that name nothing.
template <class Visit>
class PermissionReader {
 public:
  PermissionReader(const CseCore& core, const AccessQuestion& question, const TokenHolder& holder, const Resource& target, Visit visit)
      : core_(core), question_(question), holder_(holder), target_(target), visit_(std::move(visit)) {}

  void read_all() {
    const onem2m::Request& request = question_.request;
    if (request.tokens.empty() && request.token_ids.empty() && request.local_token_ids.empty() && holder_.given_tokens.empty()) return;
    question_.tree.for_each_child(core_.base_id(), [&](const ResourcePtr& token) {
      if (token->type != kToken || !is_shown(*token) || !holds_now(question_, holder_.forms, *token)) return;
      if (const auto permissions = token->attributes.find("tkps"); permissions != token->attributes.end()) read(*permissions);
    });
    if (!core_.access_policies->signed_tokens().trusts_keys()) return;
    read_signed(request.tokens);
    read_signed(holder_.given_tokens);
  }

 private:
  [[nodiscard]] bool is_shown(const Resource& token) const {
    const std::string id = token.text("tkid"), object = token.text("tkob");
    const onem2m::Request& request = question_.request;
    return is_one_of(request.token_ids, id) || is_one_of(request.local_token_ids, id) || is_one_of(request.tokens, object) ||
           is_one_of(holder_.given_tokens, object);
  }
  void read_signed(const std::vector<std::string>& tokens) {
    for (const std::string& token : first_of(tokens))
      if (const auto claims = core_.access_policies->signed_tokens().judge(token, core_.options, holder_.forms, question_.now))
        read((*claims)->permissions);
  }
  void read(const Json& permissions) {
    const auto list = permissions.find("pm");
    if (list == permissions.end()) return;
    for (const Json& permission : *list) {
      const auto resources = permission.find("ris");
      const bool concerns = resources == permission.end() || std::ranges::any_of(*resources, [&](const Json& id) {
        const ResourcePtr named = id.is_string() ? find_resource(core_, question_.tree, id.get_ref<const std::string&>()) : nullptr;
        return named && named->id == target_.id;
      });
      if (concerns) visit_(permission);
    }
  }

  const CseCore& core_;
  const AccessQuestion& question_;
  const TokenHolder& holder_;
  const Resource& target_;
  Visit visit_;
};

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

std::vector<std::string> valid_roles(const CseCore& core, const AccessQuestion& question, const TokenHolder& holder,
                                     const Resource& target) {
  const std::vector<std::string>& asked = question.request.role_ids;
  std::vector<std::string> roles;
  if (!asked.empty()) {
    question.tree.for_each_child(core.base_id(), [&](const ResourcePtr& role) {
      if (role->type == kRole && is_one_of(asked, role->text("rlid")) && holds_now(question, holder.forms, *role))
        roles.push_back(role->text("rlid"));
    });
  }
  PermissionReader(core, question, holder, target, [&](const Json& permission) {
    const auto given = permission.find("rids");
    if (given == permission.end() || !given->is_array()) return;
    for (const Json& role : *given)
      if (role.is_string()) roles.push_back(role.get<std::string>());
  }).read_all();
  return roles;
}

std::vector<Json> token_privileges(const CseCore& core, const AccessQuestion& question, const TokenHolder& holder,
                                   const Resource& target) {
  std::vector<Json> sets;
  PermissionReader(core, question, holder, target, [&](const Json& permission) {
    if (permission.contains("pv")) sets.push_back(permission["pv"]);
  }).read_all();
  return sets;
}

std::string token_faults(const CseCore& core, const Tree& tree, base::WallTime now, const onem2m::Request& request) {
  const SignedTokens& signed_tokens = core.access_policies->signed_tokens();
  if (request.tokens.empty() || !signed_tokens.trusts_keys()) return {};
  const auto forms = forms_of_originator(core.options, request.from);
  std::string faults;
  std::size_t number = 0;
  for (const std::string& token : first_of(request.tokens)) {
    ++number;
    if (is_stored(core, tree, token)) continue;
    if (const auto judged = signed_tokens.judge(token, core.options, forms, now); !judged)
      faults += "; token " + std::to_string(number) + " counts for nothing: " + judged.error();
  }
  if (number < request.tokens.size()) faults += "; further tokens are not looked at";
  return faults;
}

}  // namespace edgecse::cse
