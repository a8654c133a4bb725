// SPDX-License-Identifier: Apache-2.0
#include "package/descriptor.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

namespace edgecse::package {
namespace {

constexpr auto* kVersion = "tosca_simple_yaml_1_3";

/// Walks members and says which is missing.
class Properties {
 public:
  Properties(const YAML::Node& node, std::string where) : node_(node), where_(std::move(where)) {}

  std::string text(const char* name) {
    const YAML::Node value = node_[name];
    if (value && value.IsScalar() && !value.Scalar().empty()) return value.Scalar();
    complain(name, "expected a text");
    return {};
  }
  std::vector<std::string> texts(const char* name) {
    std::vector<std::string> list;
    for (const auto& value : sequence(name))
      if (value.IsScalar()) list.push_back(value.Scalar());
    if (list.empty()) complain(name, "expected a list of texts");
    return list;
  }
  std::vector<Descriptor::Dependency> dependencies(const char* name, const char* member) {
    std::vector<Descriptor::Dependency> list;
    for (const auto& value : sequence(name)) {
      if (!value.IsMap() || !value[member] || !value["version"]) {
        complain(name, fmt::format("expected mappings with {} and version", member));
        break;
      }
      list.push_back({value[member].as<std::string>(), value["version"].as<std::string>()});
    }
    return list;
  }
  [[nodiscard]] const std::string& fault() const { return fault_; }

 private:
  [[nodiscard]] YAML::Node sequence(const char* name) const {
    const YAML::Node value = node_[name];
    return value && value.IsSequence() ? value : YAML::Node(YAML::NodeType::Sequence);
  }
  void complain(const char* name, const std::string& rule) {
    if (fault_.empty()) fault_ = fmt::format("{}.{}: {}", where_, name, rule);
  }

  YAML::Node node_;
  std::string where_;
  std::string fault_;
};

std::string type_of(const YAML::Node& node) {
  return node.IsMap() && node["type"] && node["type"].IsScalar() ? node["type"].Scalar() : "";
}

/// The file of a node's first artifact of that type; "": it has none.
std::string artifact_of(const YAML::Node& node, std::string_view type) {
  const YAML::Node artifacts = node["artifacts"];
  if (!artifacts || !artifacts.IsMap()) return {};
  for (const auto& artifact : artifacts)
    if (type_of(artifact.second) == type && artifact.second["file"]) return artifact.second["file"].as<std::string>();
  return {};
}

Result<Descriptor> read_application(const std::string& name, const YAML::Node& node) {
  if (!node["properties"] || !node["properties"].IsMap())
    return refuse(fmt::format("topology_template.node_templates.{}: has no properties", name));
  Properties properties(node["properties"], fmt::format("topology_template.node_templates.{}.properties", name));
  Descriptor made;
  made.id = properties.text("descriptor_id");
  made.name = properties.text("product_name");
  made.provider = properties.text("provider");
  made.software_version = properties.text("software_version");
  made.descriptor_version = properties.text("descriptor_version");
  made.mec_versions = properties.texts("mec_version");
  made.managers = properties.texts("vnfm_info");
  made.services_required = properties.dependencies("app_service_required", "ser_name");
  made.features_required = properties.dependencies("app_feature_required", "feature_name");
  if (!properties.fault().empty()) return refuse(properties.fault());
  return made;
}

Result<Descriptor> read_template(const YAML::Node& document) {
  if (!document.IsMap() || !document["tosca_definitions_version"] ||
      document["tosca_definitions_version"].as<std::string>("") != kVersion)
    return refuse(fmt::format("tosca_definitions_version: expected {}", kVersion));
  const YAML::Node topology = document["topology_template"];
  const YAML::Node nodes = topology && topology.IsMap() ? topology["node_templates"] : YAML::Node();
  if (!nodes || !nodes.IsMap()) return refuse("topology_template.node_templates: expected a mapping");
  Result<Descriptor> found = refuse("topology_template.node_templates: no node of type tosca.nodes.mec.MecApp");
  for (const auto& node : nodes)
    if (type_of(node.second) == "tosca.nodes.mec.MecApp") found = read_application(node.first.as<std::string>(), node.second);
  if (!found) return found;
  for (const auto& node : nodes) {
    const std::string type = type_of(node.second);
    if (type == "tosca.nodes.nfv.Vdu.OsContainer") found->image = artifact_of(node.second, "tosca.artifacts.nfv.SwImage");
    if (type == "tosca.nodes.nfv.Mciop") found->chart = artifact_of(node.second, "tosca.artifacts.nfv.HelmChart");
  }
  if (found->image.empty()) return refuse("topology_template.node_templates: no tosca.nodes.nfv.Vdu.OsContainer with an image");
  return found;
}

}  // namespace

Result<Descriptor> parse_descriptor(const std::string& text) {
  try {
    return read_template(YAML::Load(text));
  } catch (const YAML::Exception& error) {
    return refuse(fmt::format("line {}: {}", error.mark.line + 1, error.msg));
  }
}

}  // namespace edgecse::package
