// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as JSON: what is accepted can be written and read again and means the same; as a primitive and as the content of a
// CREATE it is judged without harm.
#include <cstdint>
#include <cstdlib>

#include "onem2m/json_codec.hpp"
#include "onem2m/json_plain.hpp"
#include "onem2m/resource_types.hpp"

using namespace edgecse::onem2m;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void judge_content(const Json& content) {
  if (!content.is_object() || content.empty()) return;
  const ResourceTypeRule* type = find_resource_type_by_member(content.begin().key());
  if (type == nullptr) return;
  (void)check_create(*type, content.begin().value());
  (void)check_update(*type, content.begin().value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto plain = parse_plain_json(bytes, {})) require(*plain == Json::parse(bytes));
  const auto value = parse_json(bytes);
  if (!value) {
    require(value.error().status == ResponseStatus::BadRequest && !value.error().detail.empty());
    return 0;
  }
  const std::string text = to_json_text(*value);
  const auto again = parse_json(text);
  require(again && to_json_text(*again) == text);
  if (const auto request = request_from_json(*value)) {
    const Json primitive = to_json(*request);
    const auto same = request_from_json(primitive);
    require(same && to_json(*same) == primitive);
  }
  if (const auto response = response_from_json(*value)) (void)to_json(*response);
  judge_content(*value);
  return 0;
}
