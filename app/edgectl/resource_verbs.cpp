// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <fstream>
#include <iostream>
#include <sstream>

#include "onem2m/json_codec.hpp"
#include "onem2m/resource_types.hpp"
#include "verbs.hpp"

namespace edgecse::edgectl {
namespace {

std::string type_name(int type) {
  const auto* rule = onem2m::find_resource_type(type);
  return rule != nullptr ? std::string(rule->name) : "type " + std::to_string(type);
}

const onem2m::ResourceTypeRule* find_type(const std::string& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size()) return onem2m::find_resource_type(number);
  return onem2m::find_resource_type_by_member("m2m:" + text);
}

/// Nothing, with a sentence on standard error, when the words do not make attributes.
std::optional<Json> attributes_of(const Representation& representation) {
  Json attributes = Json::object();
  std::string text = representation.json;
  if (text.starts_with('@')) {
    std::ifstream file(text.substr(1));
    if (!file) {
      std::cerr << "cannot read the file " << text.substr(1) << '\n';
      return std::nullopt;
    }
    std::stringstream content;
    content << file.rdbuf();
    text = content.str();
  }
  if (!text.empty()) {
    auto parsed = onem2m::parse_json(text);
    if (!parsed || !parsed->is_object()) {
      std::cerr << "--json: " << (parsed ? "not an object" : parsed.error().detail) << '\n';
      return std::nullopt;
    }
    attributes = std::move(*parsed);
  }
  for (const std::string& assignment : representation.assignments) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0) {
      std::cerr << "expected ATTRIBUTE=VALUE, found " << assignment << '\n';
      return std::nullopt;
    }
    const std::string value = assignment.substr(equals + 1);
    auto parsed = onem2m::parse_json(value);
    attributes[assignment.substr(0, equals)] = parsed ? std::move(*parsed) : Json(value);
  }
  return attributes;
}

void print(const Answer& answer) {
  if (!answer.content.is_null()) std::cout << answer.content.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace

int refused(const Answer& answer) {
  if (answer.status != 0)
    std::cerr << answer.status << ' ' << onem2m::name_of(static_cast<onem2m::ResponseStatus>(answer.status)) << ": ";
  std::cerr << answer.text << '\n';
  return 1;
}

int show_tree(McaClient& client, const std::string& address, unsigned depth) {
  McaClient::Query query{{"rcn", "6"}};
  if (depth != 0) query.emplace_back("lvl", std::to_string(depth));
  const Answer answer = client.retrieve(address, query);
  if (!answer.succeeded()) return refused(answer);
  std::vector<std::pair<std::string, std::string>> lines;  // address, type
  const Json list = answer.content.value("m2m:rrl", Json::object()).value("rrf", Json::array());
  for (const Json& reference : list) lines.emplace_back(reference.value("val", ""), type_name(reference.value("typ", 0)));
  // A slash sorts before everything that a name may hold, so that children follow their parent.
  std::sort(lines.begin(), lines.end(), [](auto a, auto b) {
    std::replace(a.first.begin(), a.first.end(), '/', '\1');
    std::replace(b.first.begin(), b.first.end(), '/', '\1');
    return a < b;
  });
  std::cout << address << '\n';
  const auto slashes = [](const std::string& text) { return std::count(text.begin(), text.end(), '/'); };
  std::ptrdiff_t top = lines.empty() ? 0 : slashes(lines.front().first);
  for (const auto& line : lines) top = std::min(top, slashes(line.first));
  for (const auto& [where, type] : lines) {
    const std::string indent(static_cast<std::size_t>(2 * (slashes(where) - top + 1)), ' ');
    std::cout << indent << where.substr(where.rfind('/') + 1) << "  (" << type << ")\n";
  }
  return 0;
}

int get(McaClient& client, const std::string& address, const std::string& attributes, std::optional<int> result_content) {
  McaClient::Query query;
  if (result_content) query.emplace_back("rcn", std::to_string(*result_content));
  std::stringstream names(attributes);
  for (std::string name; std::getline(names, name, ',');) query.emplace_back("atrl", name);
  const Answer answer = client.retrieve(address, query);
  if (!answer.succeeded()) return refused(answer);
  print(answer);
  return 0;
}

int create(McaClient& client, const std::string& parent, const std::string& type, const Representation& representation) {
  const auto* rule = find_type(type);
  if (rule == nullptr) {
    std::cerr << "no resource type has the number or short name " << type << '\n';
    return 2;
  }
  const auto attributes = attributes_of(representation);
  if (!attributes) return 2;
  const Answer answer = client.create(parent, rule->number, Json{{std::string(rule->member_name), *attributes}});
  if (!answer.succeeded()) return refused(answer);
  print(answer);
  return 0;
}

int update(McaClient& client, const std::string& address, const Representation& representation) {
  const auto attributes = attributes_of(representation);
  if (!attributes) return 2;
  // The name around the attributes is the target's own.
  const Answer now = client.retrieve(address);
  if (!now.succeeded()) return refused(now);
  if (!now.content.is_object() || now.content.size() != 1) return refused({0, nullptr, address + " has no representation"});
  const Answer answer = client.update(address, Json{{now.content.begin().key(), *attributes}});
  if (!answer.succeeded()) return refused(answer);
  print(answer);
  return 0;
}

int remove(McaClient& client, const std::string& address) {
  const Answer answer = client.remove(address);
  return answer.succeeded() ? 0 : refused(answer);
}

}  // namespace edgecse::edgectl
