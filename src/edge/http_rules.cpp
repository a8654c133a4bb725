// SPDX-License-Identifier: Apache-2.0
#include "edge/http_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/guarded_json.hpp"
#include "edge/problem.hpp"

namespace edgecse::edge {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Items of a field, which may come in several lines.
std::vector<std::string_view> items_of(const net::HttpRequest& request, std::string_view name) {
  std::vector<std::string_view> items;
  for (std::string_view line : request.headers.all(name)) {
    while (!line.empty()) {
      const auto end = std::min(line.find(','), line.size());
      if (const auto item = trimmed(line.substr(0, end)); !item.empty()) items.push_back(item);
      line.remove_prefix(std::min(end + 1, line.size()));
    }
  }
  return items;
}

bool equal_words(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

/// Whether the weight of a media range is 0.
bool is_excluded(std::string_view parameters) {
  for (auto at = parameters.find(';'); at != std::string_view::npos; at = parameters.find(';')) {
    parameters.remove_prefix(at + 1);
    const auto parameter = trimmed(parameters.substr(0, parameters.find(';')));
    if (parameter.size() < 3 || !equal_words(parameter.substr(0, 2), "q=")) continue;
    double weight = 1;
    std::from_chars(parameter.data() + 2, parameter.data() + parameter.size(), weight);
    return weight <= 0;
  }
  return false;
}

/// How exactly a media range names the type: 0 not at all, 3 in full.
int fit_of(std::string_view range, std::string_view media_type) {
  if (equal_words(range, media_type)) return 3;
  const auto slash = media_type.find('/');
  if (range.size() == slash + 2 && range.ends_with("/*") && equal_words(range.substr(0, slash), media_type.substr(0, slash))) return 2;
  return range == "*/*" ? 1 : 0;
}

enum class Comparison { Strong, Weak };

bool names_tag(const std::vector<std::string_view>& given, std::string_view tag, Comparison comparison) {
  return std::any_of(given.begin(), given.end(), [&](std::string_view item) {
    if (item == "*") return true;
    if (comparison == Comparison::Weak && item.starts_with("W/")) item.remove_prefix(2);
    return item == tag;
  });
}

}  // namespace

bool accepts(const net::HttpRequest& request, std::string_view media_type) {
  const auto ranges = items_of(request, "Accept");
  int best = 0;
  bool wanted = ranges.empty();
  for (const auto item : ranges) {
    const auto parameters = std::min(item.find(';'), item.size());
    const int fit = fit_of(trimmed(item.substr(0, parameters)), media_type);
    if (fit <= best) continue;
    best = fit;
    wanted = !is_excluded(item.substr(parameters));
  }
  return wanted;
}

std::string entity_tag(const Json& document) {
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a
  for (const char c : base::print_json(document)) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return fmt::format("\"{:016x}\"", hash);
}

std::optional<net::HttpResponse> check_preconditions(const net::HttpRequest& request, const std::string& tag) {
  const auto wanted = items_of(request, "If-Match"), known = items_of(request, "If-None-Match");
  if (!wanted.empty() && !names_tag(wanted, tag, Comparison::Strong))
    return problem(412, "If-Match names another state than the resource has: " + tag);
  if (known.empty() || !names_tag(known, tag, Comparison::Weak)) return std::nullopt;
  if (request.method != "GET") return problem(412, "If-None-Match names the state that the resource has: " + tag);
  net::HttpResponse unchanged;
  unchanged.status = 304;
  unchanged.headers.add("ETag", tag);
  return unchanged;
}

}  // namespace edgecse::edge
