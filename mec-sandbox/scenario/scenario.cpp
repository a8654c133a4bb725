// SPDX-License-Identifier: Apache-2.0
#include "scenario/scenario.hpp"

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <set>

namespace edgecse::sandbox {
namespace {

/// Carries a sentence out of the reading functions; never leaves this file.
struct Fault {
  std::string sentence;
};

class Reader {
 public:
  explicit Reader(std::string file) : file_(std::move(file)) {
    try {
      root_ = YAML::LoadFile(file_);
    } catch (const YAML::BadFile&) {
      throw Fault{file_ + ": cannot be read"};
    } catch (const YAML::Exception& e) {
      throw Fault{fmt::format("{}:{}: {}", file_, e.mark.line + 1, e.msg)};
    }
  }

  [[nodiscard]] const YAML::Node& root() const { return root_; }

  [[noreturn]] void refuse(const YAML::Node& at, const std::string& sentence) const {
    throw Fault{fmt::format("{}:{}: {}", file_, at.Mark().line + 1, sentence)};
  }

  void allow_keys(const YAML::Node& map, const std::set<std::string>& known) const {
    if (!map.IsMap()) refuse(map, "expected a map of keys to values");
    for (const auto& entry : map) {
      if (const auto key = entry.first.Scalar(); !known.contains(key))
        refuse(entry.first, fmt::format("unknown key {}, expected one of {}", key, fmt::join(known, ", ")));
    }
  }

  [[nodiscard]] YAML::Node need(const YAML::Node& map, const char* key) const {
    const YAML::Node value = map[key];
    if (!value) refuse(map, fmt::format("the key {} is missing", key));
    return value;
  }

  [[nodiscard]] std::string text(const YAML::Node& map, const char* key) const {
    const auto value = need(map, key);
    if (!value.IsScalar() || value.Scalar().empty()) refuse(value, fmt::format("{}: expected a text", key));
    return value.Scalar();
  }

  [[nodiscard]] double number(const YAML::Node& value, const char* what, double low, double high) const {
    double result = 0;
    if (!value.IsScalar() || !YAML::convert<double>::decode(value, result) || !(result >= low && result <= high))
      refuse(value, fmt::format("{}: expected a number from {} to {}", what, low, high));
    return result;
  }

  [[nodiscard]] YAML::Node list(const YAML::Node& map, const char* key) const {
    const auto value = need(map, key);
    if (!value.IsSequence() || value.size() == 0)
      refuse(value, fmt::format("{}: expected a list that is not empty", key));
    return value;
  }

  [[nodiscard]] std::vector<std::string> texts(const YAML::Node& map, const char* key) const {
    std::vector<std::string> result;
    for (const auto& item : list(map, key)) {
      if (!item.IsScalar()) refuse(item, fmt::format("{}: expected texts", key));
      result.push_back(item.Scalar());
    }
    return result;
  }

  [[nodiscard]] Position position(const YAML::Node& pair) const {
    if (!pair.IsSequence() || pair.size() != 2) refuse(pair, "expected [longitude, latitude]");
    return {number(pair[0], "longitude", -180, 180), number(pair[1], "latitude", -90, 90)};
  }

 private:
  std::string file_;
  YAML::Node root_;
};

std::vector<AccessPoint> read_network(const std::string& file) {
  const Reader in(file);
  in.allow_keys(in.root(), {"network", "zones"});
  std::vector<AccessPoint> result;
  for (const auto& zone : in.list(in.root(), "zones")) {
    in.allow_keys(zone, {"name", "access_points"});
    for (const auto& point : in.list(zone, "access_points")) {
      in.allow_keys(point, {"name", "type", "lat", "lon", "radius_m"});
      const Position where{in.number(in.need(point, "lon"), "lon", -180, 180),
                           in.number(in.need(point, "lat"), "lat", -90, 90)};
      result.push_back({in.text(point, "name"), in.text(point, "type"), where,
                        in.number(in.need(point, "radius_m"), "radius_m", 1, 100'000), in.text(zone, "name")});
    }
  }
  return result;
}

HostPlan read_host(const Reader& in, const YAML::Node& node) {
  in.allow_keys(node, {"name", "id", "edition", "zones"});
  const auto edition = edition_of(in.text(node, "edition"));
  if (!edition) in.refuse(node["edition"], "edition: expected 2.1.1, 2.2.1 or 3.1.1, found " + in.text(node, "edition"));
  return {in.text(node, "name"), in.text(node, "id"), edition.value_or(Edition::V3_1_1), in.texts(node, "zones")};
}

TerminalPlan read_terminal(const Reader& in, const YAML::Node& node) {
  in.allow_keys(node, {"address", "kind", "radios", "start", "path", "speed_mps", "at_end"});
  TerminalPlan plan;
  plan.address = in.text(node, "address");
  plan.kind = in.text(node, "kind");
  plan.radios = in.texts(node, "radios");
  if (!node["path"]) {
    plan.path.push_back(in.position(in.need(node, "start")));
    return plan;
  }
  for (const auto& point : in.list(node, "path")) plan.path.push_back(in.position(point));
  plan.speed_mps = in.number(in.need(node, "speed_mps"), "speed_mps", 0, 1'000);
  const auto end = in.text(node, "at_end");
  if (end != "reverse" && end != "loop") in.refuse(node["at_end"], "at_end: expected reverse or loop, found " + end);
  plan.at_end = end == "loop" ? PathEnd::Loop : PathEnd::Reverse;
  return plan;
}

Scenario read(const std::string& file) {
  const Reader in(file);
  in.allow_keys(in.root(), {"scenario", "network", "hosts", "terminals"});
  Scenario result;
  result.name = in.text(in.root(), "scenario");
  result.access_points =
      read_network((std::filesystem::path(file).parent_path() / in.text(in.root(), "network")).string());
  std::set<std::string> zones, names, covered;
  for (const auto& point : result.access_points) zones.insert(point.zone);
  for (const auto& node : in.list(in.root(), "hosts")) {
    auto host = read_host(in, node);
    if (!names.insert(host.name).second) in.refuse(node, fmt::format("the host {} occurs twice", host.name));
    for (const auto& zone : host.zones) {
      if (!zones.contains(zone)) in.refuse(node, fmt::format("the network has no zone {}", zone));
      if (!covered.insert(zone).second) in.refuse(node, fmt::format("two hosts serve the zone {}", zone));
    }
    result.hosts.push_back(std::move(host));
  }
  for (const auto& node : in.list(in.root(), "terminals")) {
    auto terminal = read_terminal(in, node);
    if (!names.insert(terminal.address).second)
      in.refuse(node, fmt::format("the terminal {} occurs twice", terminal.address));
    result.terminals.push_back(std::move(terminal));
  }
  return result;
}

}  // namespace

const char* to_text(Edition edition) {
  switch (edition) {
    case Edition::V2_1_1: return "2.1.1";
    case Edition::V2_2_1: return "2.2.1";
    case Edition::V3_1_1: break;
  }
  return "3.1.1";
}

std::optional<Edition> edition_of(std::string_view text) {
  for (const auto edition : {Edition::V2_1_1, Edition::V2_2_1, Edition::V3_1_1})
    if (text == to_text(edition)) return edition;
  return std::nullopt;
}

base::Result<Scenario, std::string> read_scenario(const std::string& file) {
  try {
    return read(file);
  } catch (const Fault& fault) {
    return tl::unexpected{fault.sentence};
  } catch (const YAML::Exception& e) {
    return tl::unexpected{fmt::format("{}:{}: {}", file, e.mark.line + 1, e.msg)};
  }
}

}  // namespace edgecse::sandbox
