// SPDX-License-Identifier: Apache-2.0
#include "cse/resource.hpp"

#include <charconv>

namespace edgecse::cse {

Json Instance::attributes() const {
  Json whole = Json::parse(representation);
  return std::move(whole.begin().value());
}

std::string instance_id(std::string_view container, std::uint64_t sequence) {
  return std::string(container) + '-' + std::to_string(sequence);
}

std::pair<std::string_view, std::uint64_t> split_instance_id(std::string_view id) {
  const std::size_t dash = id.rfind('-');
  if (dash == std::string_view::npos || dash == 0 || dash + 1 == id.size() || id[dash + 1] == '0') return {{}, 0};
  std::uint64_t sequence = 0;
  const char* end = id.data() + id.size();
  const auto [stop, error] = std::from_chars(id.data() + dash + 1, end, sequence);
  if (error != std::errc{} || stop != end) return {{}, 0};
  return {id.substr(0, dash), sequence};
}

std::string Resource::text(const char* short_name, std::string fallback) const {
  const auto found = attributes.find(short_name);
  return found != attributes.end() && found->is_string() ? found->get<std::string>() : std::move(fallback);
}

std::int64_t Resource::number(const char* short_name, std::int64_t fallback) const {
  const auto found = attributes.find(short_name);
  return found != attributes.end() && found->is_number_integer() ? found->get<std::int64_t>() : fallback;
}

}  // namespace edgecse::cse
