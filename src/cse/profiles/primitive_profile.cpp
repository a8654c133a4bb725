// SPDX-License-Identifier: Apache-2.0
#include "cse/profiles/primitive_profile.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/shown_text.hpp"
#include "cse/changes.hpp"
#include "onem2m/resource_types.hpp"

namespace edgecse::cse {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;

namespace {

// Who asks for what and how it is answered is not a profile's business.
constexpr std::array<std::string_view, 9> kUntouchable{"op", "fr", "rqi", "rvi", "rsc", "ot", "gid", "tkns", "ati"};
// Parameters of primitives with simple values. TS-0004 8.2.2.
constexpr std::array<std::string_view, 16> kParameters{"to", "ty", "rt", "rp", "rcn", "rqet", "rset", "oet",
                                                       "ec", "da", "drt", "sqi", "vsi", "cnst", "cnot", "ma"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

tl::unexpected<onem2m::Error> bad(const char* attribute, const std::string& name, const char* why) {
  return refuse(ResponseStatus::BadRequest, std::string(attribute) + ": " + base::shown(name) + " " + why);
}

bool is_simple(const Json& value) {
  return value.is_array() ? std::all_of(value.begin(), value.end(), [](const Json& item) { return item.is_primitive(); })
                          : value.is_primitive();
}

bool fits_type(const onem2m::ResourceTypeRule& type, const std::string& name, const Json& value) {
  const onem2m::AttributeRule* rule = type.find(name);
  return rule != nullptr && onem2m::check_value(*rule, value).has_value();
}

Result<> check_addition(const Json& addition, const Json& resource_types) {
  const std::string name = addition.at("nm");
  const Json& value = addition.at("val");
  if (is_one_of(kUntouchable, name)) return bad("adds", name, "must not be changed by a profile");
  const bool is_attribute = onem2m::is_attribute_of_any_type(name);
  if (!is_attribute && !is_one_of(kParameters, name)) return bad("adds", name, "is neither an attribute nor a parameter");
  if (!is_simple(value)) return bad("adds", name, "has a complex value");
  if (!is_attribute) return {};
  if (resource_types.empty()) {
    const auto types = onem2m::all_resource_types();
    const bool fits = std::any_of(types.begin(), types.end(), [&](const auto& type) { return fits_type(type, name, value); });
    return fits || is_one_of(kParameters, name) ? Result<>{} : Result<>{bad("adds", name, "has a value that does not fit")};
  }
  for (const Json& number : resource_types) {
    const onem2m::ResourceTypeRule* type = onem2m::find_resource_type(number.get<int>());
    if (type == nullptr || !fits_type(*type, name, value))
      return bad("adds", name, "is not an attribute of every type in rtys, or its value does not fit");
  }
  return {};
}

Result<> check_profile(const Json& attributes) {
  const Json additions = attributes.value("adds", Json::array());
  const Json deletions = attributes.value("dels", Json::array());
  for (const Json& name : deletions)
    if (is_one_of(kUntouchable, name.get_ref<const std::string&>()))
      return bad("dels", name.get<std::string>(), "must not be changed by a profile");
  for (const Json& addition : additions) {
    const std::string name = addition.at("nm");
    if (std::find(deletions.begin(), deletions.end(), Json(name)) != deletions.end())
      return bad("adds", name, "is in dels, too");
    if (auto fits = check_addition(addition, attributes.value("rtys", Json::array())); !fits) return fits;
  }
  return {};
}

}  // namespace

Result<> PrimitiveProfileProcedure::check_create(const CreateCheck& check) const { return check_profile(check.attributes); }

Result<> PrimitiveProfileProcedure::check_update(const UpdateCheck& check) const {
  return check_profile(whole_after(check.target, check.attributes));
}

}  // namespace edgecse::cse
