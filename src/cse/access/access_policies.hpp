// SPDX-License-Identifier: Apache-2.0
//
// Access control policies made ready to be asked: a policy of a thousand rules is read once, and then only the rules that
// name the originator are looked at. TS-0001 9.6.2, TS-0004 7.3.3.15.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "cse/access/signed_tokens.hpp"
#include "cse/resource.hpp"

namespace edgecse::cse {

/// The rules of one m2m:setOfAcrs by whom they name. Borrows the JSON. Immutable, thread-safe.
class RuleIndex {
 public:
  explicit RuleIndex(const Json& privileges);

  /// Visits rules that may name one of the names until visit(rule) says false: exact ones, wildcards, `all`. A rule may come
  /// twice.
  template <class Visit>
  void for_each_naming(const std::vector<std::string>& names, Visit&& visit) const {
    for (const std::string& name : names) {
      const auto found = by_name_.find(name);
      if (found == by_name_.end()) continue;
      for (const Json* rule : found->second)
        if (!visit(*rule)) return;
    }
    for (const Json* rule : of_all_)
      if (!visit(*rule)) return;
    for (const auto& [pattern, rule] : patterns_)
      if (matches_any(pattern, names) && !visit(*rule)) return;
  }
  /// Identifiers that may be those of groups, with their rules.
  [[nodiscard]] const std::vector<std::pair<std::string_view, const Json*>>& possible_groups() const { return groups_; }
  /// Whether every rule decides the same for all resources of a type.
  [[nodiscard]] bool depends_on_type_only() const { return depends_on_type_only_; }
  [[nodiscard]] bool limits_attributes() const { return limits_attributes_; }

 private:
  static bool matches_any(std::string_view pattern, const std::vector<std::string>& names);
  void add(std::string_view originator, const Json& rule);

  std::unordered_map<std::string_view, std::vector<const Json*>> by_name_;
  std::vector<const Json*> of_all_;
  std::vector<std::pair<std::string_view, const Json*>> patterns_;
  std::vector<std::pair<std::string_view, const Json*>> groups_;
  bool depends_on_type_only_ = true;
  bool limits_attributes_ = false;
};

/// One version of an <accessControlPolicy>.
struct AccessPolicy {
  explicit AccessPolicy(ResourcePtr of);
  ResourcePtr resource;
  RuleIndex privileges, self_privileges;
};
using AccessPolicyPtr = std::shared_ptr<const AccessPolicy>;

/// What an authorisation system gave to one originator for one resource: rules, and tokens that count as if it had sent them.
struct AccessGrant {
  Json privileges;  // m2m:setOfAcrs; null: none
  std::vector<std::string> tokens;
  base::WallTime until;
};
using AccessGrantPtr = std::shared_ptr<const AccessGrant>;

/// Keeps policies ready, and what an authorisation system granted for a while. Thread-safe.
class AccessPolicies {
 public:
  [[nodiscard]] AccessPolicyPtr get(const ResourcePtr& policy);

  /// Not kept over a restart: it is asked again.
  void grant(const std::string& originator, const std::string& resource, AccessGrant grant);
  /// nullptr: nothing was granted, or it is over.
  [[nodiscard]] AccessGrantPtr granted(const std::string& originator, const std::string& resource, base::WallTime now) const;

  [[nodiscard]] SignedTokens& signed_tokens() { return signed_tokens_; }

 private:
  static constexpr std::size_t kMost = 1024, kMostGrants = 100'000;
  mutable std::mutex mutex_;
  std::map<std::string, AccessPolicyPtr, std::less<>> ready_;               // by ri; guarded by mutex_
  std::map<std::pair<std::string, std::string>, AccessGrantPtr> grants_;    // by originator and ri; guarded by mutex_
  SignedTokens signed_tokens_;
};

}  // namespace edgecse::cse
