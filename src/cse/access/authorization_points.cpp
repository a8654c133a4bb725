// SPDX-License-Identifier: Apache-2.0
#include "cse/access/authorization_points.hpp"

#include "cse/access_control_policy.hpp"
#include "cse/target.hpp"
#include "onem2m/resource_types.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse {
namespace {

constexpr int kAuthorizationDecision = 35, kAuthorizationPolicy = 36;
constexpr int kPermit = 1, kDeny = 2;                                  // m2m:authorizationDecision
constexpr int kOk = 1, kNotApplicable = 2, kMissingAttribute = 3;      // m2m:authorizationStatus
constexpr int kPermitOverrides = 1;                                    // m2m:acpCombiningAlgorithm

/// Of an instance or virtual child: its parent, whose policies count.
ResourcePtr judged_resource(const CseCore& core, const Tree& tree, const std::string& to) {
  const auto address = onem2m::parse_address(to);
  const auto target = address && is_hosted(core.options, *address) ? resolve(core, tree, *address) : std::nullopt;
  return target ? target->resource : nullptr;
}

std::vector<std::string> texts(const Json& attributes, const char* name) {
  const auto found = attributes.find(name);
  return found == attributes.end() ? std::vector<std::string>{} : found->get<std::vector<std::string>>();
}

/// The request that is judged, as its sender's CSE describes it.
onem2m::Request described_request(const Json& attributes) {
  onem2m::Request request;
  request.operation = static_cast<onem2m::Operation>(attributes["op"].get<int>());
  request.to = attributes["to"].get<std::string>();
  request.from = attributes["fr"].get<std::string>();
  if (const auto type = attributes.find("rrt"); type != attributes.end()) request.resource_type = type->get<int>();
  request.role_ids = texts(attributes, "rids");
  request.token_ids = texts(attributes, "tids");
  request.tokens = texts(attributes, "tkns");
  if (const auto address = attributes.find("oip"); address != attributes.end() && address->is_object() && !address->empty())
    request.peer.address = address->begin()->get<std::string>();
  return request;
}

class DecisionPoint final : public TypeProcedure {
 public:
  explicit DecisionPoint(const CseCore& core) : core_(core) {}

  void complete(const Tree& tree, const Resource&, base::WallTime now, Json& attributes) const override {
    if (!attributes.contains("to") && !attributes.contains("fr") && !attributes.contains("op")) return;  // nothing was asked
    if (!attributes.contains("to") || !attributes.contains("fr") || !attributes.contains("op")) {
      attributes["sus"] = kMissingAttribute;
      return;
    }
    const onem2m::Request request = described_request(attributes);
    const ResourcePtr target = judged_resource(core_, tree, request.to);
    attributes["sus"] = target ? kOk : kNotApplicable;
    if (!target) return;
    if (const auto time = attributes.find("rtm"); time != attributes.end())
      now = onem2m::parse_timestamp(time->get_ref<const std::string&>()).value_or(now);
    const AccessQuestion question{tree, now, request, operation_in(attributes), request.resource_type.value_or(0)};
    attributes["dec"] = may_access(core_, question, *target) ? kPermit : kDeny;
  }

 private:
  [[nodiscard]] static onem2m::AccessOperation operation_in(const Json& attributes) {
    const auto filter = attributes.find("fu");
    const bool discovers = filter != attributes.end() && filter->is_object() && filter->value("fu", 0) == 1;
    return discovers ? onem2m::AccessOperation::Discovery : static_cast<onem2m::AccessOperation>(1 << (attributes["op"].get<int>() - 1));
  }
  const CseCore& core_;
};

class PolicyPoint final : public TypeProcedure {
 public:
  explicit PolicyPoint(const CseCore& core) : core_(core) {}

  void complete(const Tree& tree, const Resource&, base::WallTime, Json& attributes) const override {
    if (!attributes.contains("to")) return;
    const ResourcePtr target = judged_resource(core_, tree, attributes["to"].get<std::string>());
    Json privileges = target ? privileges_of(tree, *target) : Json::array();
    attributes["sus"] = privileges.empty() ? kNotApplicable : kOk;
    if (privileges.empty()) return;
    attributes["ps"] = {{"pv", std::move(privileges)}};
    attributes["ca"] = kPermitOverrides;
  }

 private:
  /// m2m:setOfAcrs of every policy that applies: its own, or those of what it is part of when its type has none.
  [[nodiscard]] Json privileges_of(const Tree& tree, const Resource& target) const {
    const onem2m::ResourceTypeRule* rule = onem2m::find_resource_type(target.type);
    const ResourcePtr parent = tree.find(target.parent);
    if ((rule == nullptr || rule->find("acpi") == nullptr) && parent) return privileges_of(tree, *parent);
    Json sets = Json::array();
    const auto policies = target.attributes.find("acpi");
    if (policies == target.attributes.end()) return sets;
    for (const Json& id : *policies) {
      const ResourcePtr policy = id.is_string() ? find_resource(core_, tree, id.get_ref<const std::string&>()) : nullptr;
      if (policy && is_access_control_policy(*policy) && policy->has("pv")) sets.push_back(policy->attributes["pv"]);
    }
    return sets;
  }
  const CseCore& core_;
};

}  // namespace

void add_authorization_points(CseCore& core) {
  core.procedures.add(kAuthorizationDecision, std::make_shared<DecisionPoint>(core));
  core.procedures.add(kAuthorizationPolicy, std::make_shared<PolicyPoint>(core));
}

}  // namespace edgecse::cse
