// SPDX-License-Identifier: Apache-2.0
#include "edge/data_query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "edge/problem.hpp"

namespace edgecse::edge {
namespace {

constexpr std::uint64_t kDefaultLimit = 100;
constexpr std::uint64_t kMaximumLimit = 1'000;

}  // namespace

std::optional<std::uint64_t> to_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

DataQuery::DataQuery(const net::HttpRequest& request, std::initializer_list<std::string_view> known) : given_(request.query) {
  for (const auto& [name, value] : given_) {
    if (std::find(known.begin(), known.end(), name) == known.end()) fault_ = fmt::format("unknown query parameter {}", name);
  }
}

std::vector<std::string> DataQuery::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : given_) {
    if (key == name) values.push_back(value);
  }
  return values;
}

std::optional<std::string> DataQuery::one(std::string_view name) const {
  auto values = all(name);
  if (values.empty()) return std::nullopt;
  return values.front();
}

std::vector<std::string> DataQuery::wanted_labels() const {
  auto labels = all("label");
  for (const auto& service : all("service")) labels.push_back("mec:service=" + service);
  return labels;
}

std::uint64_t DataQuery::number(std::string_view name, std::uint64_t otherwise, std::uint64_t lowest) {
  const auto text = one(name);
  if (!text) return otherwise;
  const auto value = to_number(*text);
  if (value && *value >= lowest) return *value;
  fault_ = fmt::format("{} must be a whole number of at least {}, not '{}'", name, lowest, *text);
  return otherwise;
}

std::uint64_t DataQuery::limit() {
  const auto asked = number("limit", kDefaultLimit, 1);
  if (asked > kMaximumLimit) fault_ = fmt::format("limit must be at most {}, not {}", kMaximumLimit, asked);
  return asked;
}

net::HttpResponse page_of(const Json& list, std::uint64_t offset, std::uint64_t limit, const std::string& next_url) {
  Json page = Json::array();
  for (std::size_t i = offset; i < list.size() && page.size() < limit; ++i) page.push_back(list[i]);
  auto response = json_response(200, page);
  if (offset + limit < list.size()) response.headers.add("Link", fmt::format("<{}>; rel=\"next\"", next_url));
  return response;
}

std::string url_with(const std::string& root, std::string_view path, const std::vector<std::pair<std::string, std::string>>& query,
                     const std::string& changed, const std::string& value) {
  std::string url = root + std::string{path} + '?';
  for (const auto& [name, given] : query) {
    if (name != changed) url += net::percent_encode(name) + '=' + net::percent_encode(given) + '&';
  }
  return url + changed + '=' + value;
}

}  // namespace edgecse::edge
