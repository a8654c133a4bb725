// SPDX-License-Identifier: Apache-2.0
#include "cse/automation/criteria.hpp"

#include <algorithm>
#include <array>

#include "cse/procedures.hpp"
#include "onem2m/resource_types.hpp"

namespace edgecse::cse::automation {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;
namespace type = onem2m::type;

namespace {

enum class Operator : int { Equal = 1, NotEqual = 2, Greater = 3, Less = 4, GreaterOrEqual = 5, LessOrEqual = 6 };

const onem2m::ResourceTypeRule* rule_of_subject(const Target& subject) {
  const Resource& resource = *subject.resource;
  if (!subject.is_instance() || resource.type == type::kFlexContainer)
    return rule_of(resource.type, resource.member_name);
  return onem2m::find_resource_type(resource.type == type::kContainer ? type::kContentInstance
                                                                      : type::kTimeSeriesInstance);
}

// Text that is ordered: of types whose lexical order means something.
bool is_ordered_text(std::string_view data_type) {
  static constexpr std::array kTypes{"xs:string",           "xs:anyType",  "xs:anySimpleType", "m2m:timestamp",
                                     "m2m:absRelTimestamp", "xs:duration", "xs:date",          "xs:time",
                                     "xs:dateTime",         "xs:token"};
  return std::find(kTypes.begin(), kTypes.end(), data_type) != kTypes.end();
}

bool may_be_ordered(const onem2m::AttributeRule& attribute, const Json& threshold) {
  if (attribute.is_list) return false;
  return threshold.is_number() || (threshold.is_string() && is_ordered_text(attribute.data_type));
}

std::optional<Json> attributes_of(const Transaction& transaction, const Target& subject) {
  if (!subject.is_instance()) return Json(subject.resource->attributes);
  const JobInstances instances(transaction);
  const auto found = find_instance(subject, instances, transaction.now());
  if (!found) return std::nullopt;
  return (*found)->attributes();
}

bool compare(Operator how, const Json& value, const Json& threshold) {
  if (how == Operator::Equal) return value == threshold;
  if (how == Operator::NotEqual) return value != threshold;
  const bool comparable = (value.is_number() && threshold.is_number()) || (value.is_string() && threshold.is_string());
  if (!comparable) return false;
  switch (how) {
    case Operator::Greater:
      return value > threshold;
    case Operator::Less:
      return value < threshold;
    case Operator::GreaterOrEqual:
      return value >= threshold;
    default:
      return value <= threshold;
  }
}

}  // namespace

std::optional<Target> find_subject(const CseCore& core, const Tree& tree, std::string_view id) {
  const auto address = onem2m::parse_address(id);
  if (!address || !is_hosted(core.options, *address)) return std::nullopt;
  auto target = resolve(core, tree, *address);
  if (!target || target->kind == Target::Kind::Resource || target->kind == Target::Kind::Latest ||
      target->kind == Target::Kind::Oldest)
    return target;
  return std::nullopt;
}

Result<Target> accessible(const Asker& asker, const std::string& id, onem2m::AccessOperation operation,
                          std::optional<int> child_type) {
  auto target = find_subject(asker.core, asker.tree, id);
  if (!target) return refuse(ResponseStatus::NotFound, "'" + id + "' is not here");
  const AccessQuestion question{asker.tree, asker.now, asker.request, operation, child_type.value_or(0)};
  if (!may_access(asker.core, question, *target->resource))
    return refuse(ResponseStatus::OriginatorHasNoPrivilege, asker.request.from + " may not do this with '" + id + "'");
  return std::move(*target);
}

Result<> check_criteria(const Json& criteria, const Target& subject) {
  const std::string& name = criteria.at("sbjt").get_ref<const std::string&>();
  const Json& threshold = criteria.at("thld");
  const onem2m::ResourceTypeRule* rule = rule_of_subject(subject);
  const onem2m::AttributeRule* attribute = rule == nullptr ? nullptr : rule->find(name);
  if (attribute == nullptr)
    return refuse(ResponseStatus::BadRequest,
                  "evc: '" + subject.resource->name + "' has no attribute '" + name + "' (sbjt)");
  if (auto fits = onem2m::check_value(*attribute, threshold); !fits)
    return refuse(ResponseStatus::BadRequest, "evc: thld is no value of '" + name + "': " + fits.error().detail);
  const auto how = static_cast<Operator>(criteria.at("optr").get<int>());
  if (how != Operator::Equal && how != Operator::NotEqual && !may_be_ordered(*attribute, threshold))
    return refuse(ResponseStatus::BadRequest, "evc: the values of '" + name + "' have no order, optr must be 1 or 2");
  return {};
}

bool holds(const Transaction& transaction, const Json& criteria, const Target& subject) {
  const auto attributes = attributes_of(transaction, subject);
  if (!attributes) return false;
  const auto value = attributes->find(criteria.at("sbjt").get_ref<const std::string&>());
  if (value == attributes->end()) return false;
  return compare(static_cast<Operator>(criteria.at("optr").get<int>()), *value, criteria.at("thld"));
}

tl::unexpected<onem2m::Error> as(ResponseStatus status, const std::string& what, const onem2m::Error& cause) {
  return refuse(status, what + ": " + cause.detail);
}

}  // namespace edgecse::cse::automation
