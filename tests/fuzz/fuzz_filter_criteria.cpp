// SPDX-License-Identifier: Apache-2.0
//
// Filter criteria from one JSON object, applied to a resource from another: [criteria, attributes].
#include <cstdint>
#include <cstdlib>

#include "onem2m/filter_criteria_json.hpp"
#include "onem2m/json_codec.hpp"

using namespace edgecse::onem2m;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = parse_json({reinterpret_cast<const char*>(data), size});
  if (!input || !input->is_array() || input->size() != 2) return 0;
  const auto criteria = filter_criteria_from_json((*input)[0]);
  if (!criteria) return 0;
  const Json again = filter_criteria_to_json(*criteria);
  const auto same = filter_criteria_from_json(again);
  if (!same || filter_criteria_to_json(*same) != again) std::abort();
  const Json& attributes = (*input)[1];
  if (!attributes.is_object()) return 0;
  const bool holds = matches(*criteria, FilterSubject{attributes, 3, &attributes, 2, {&attributes}});
  if (!criteria->has_conditions() && !holds) std::abort();
  return 0;
}
