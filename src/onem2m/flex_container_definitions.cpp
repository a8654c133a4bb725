// SPDX-License-Identifier: Apache-2.0
#include "onem2m/flex_container_definitions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "onem2m/enumerations.hpp"
#include "onem2m/lexical.hpp"
#include "onem2m/tables/rows.hpp"

namespace edgecse::onem2m {
namespace {

constexpr std::size_t kMostSpecialisations = 1'000, kMostAttributes = 200;
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kTypes{{
    {"string", "xs:string"}, {"timestamp", "m2m:timestamp"}, {"float", "xs:float"}, {"integer", "xs:integer"},
    {"boolean", "xs:boolean"}, {"enumeration", "xs:nonNegativeInteger"}, {"list", "edg:list"}, {"object", "edg:structure"},
    {"anyURI", "xs:anyURI"}, {"dateTime", "xs:dateTime"}, {"time", "xs:time"}, {"date", "xs:date"}}};

struct Attribute {
  std::string name, short_name;
  std::uint16_t data_type_row = 0;
  Presence create = Presence::Optional, update = Presence::Optional;
  bool mandatory = false;
};
struct Specialisation {
  std::string member, name, definition;
  std::vector<Attribute> attributes;
};

/// A rule with what it points to; neither moves once it is there.
struct Rule {
  std::string member, name, definition;
  std::vector<AttributeRule> custom;
  ResourceTypeRule rule{};
};
struct Added {
  std::deque<Specialisation> sources;  // own the texts
  std::deque<Rule> rules;
  std::map<std::string_view, const ResourceTypeRule*> by_member, by_definition;
  std::set<std::string_view> attribute_names;
  bool accepts_incomplete = false;
};

Added& added() {
  static Added everything;
  return everything;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = text.find_first_not_of(" \t\r"); at != std::string_view::npos; at = text.find_first_not_of(" \t\r", at)) {
    const std::size_t end = std::min(text.find_first_of(" \t\r", at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

std::optional<Presence> to_presence(std::string_view text) {
  if (text == "M") return Presence::Mandatory;
  if (text == "O") return Presence::Optional;
  if (text == "NP") return Presence::NotPermitted;
  return std::nullopt;
}

/// Why it is wrong; empty: it is fine.
std::string read_attribute(std::string_view item, Specialisation& owner) {
  const auto words = words_of(item);
  if (words.size() < 3 || words.size() > 4) return "an attribute has the form SHORT[!] NAME TYPE [CREATE/UPDATE]";
  Attribute made;
  made.mandatory = words[0].ends_with('!');
  made.short_name = words[0].substr(0, words[0].size() - (made.mandatory ? 1 : 0));
  made.name = words[1];
  if (!is_ncname(made.short_name) || !is_ncname(made.name)) return fmt::format("'{}' is no attribute name", made.short_name);
  const auto known = std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& one) { return one.first == words[2]; });
  if (known == kTypes.end()) return fmt::format("'{}' is no type of an attribute", words[2]);
  const auto types = tables::data_types();
  const auto row = std::find_if(types.begin(), types.end(), [&](const auto& one) { return one.name == known->second; });
  made.data_type_row = static_cast<std::uint16_t>(row - types.begin());
  if (made.mandatory) made.create = Presence::Mandatory;
  if (words.size() == 4) {
    const std::size_t slash = words[3].find('/');
    const auto create = to_presence(words[3].substr(0, slash));
    const auto update = slash == std::string_view::npos ? std::nullopt : to_presence(words[3].substr(slash + 1));
    if (!create || !update || *update == Presence::Mandatory) return fmt::format("'{}' is no presence as M/O", words[3]);
    made.create = *create;
    made.update = *update;
  }
  if (find_resource_type(type::kFlexContainer)->find(made.short_name) != nullptr)
    return fmt::format("{} is an attribute of every flexContainer", made.short_name);
  for (const Attribute& other : owner.attributes)
    if (other.short_name == made.short_name) return fmt::format("{} occurs twice", made.short_name);
  if (owner.attributes.size() >= kMostAttributes) return fmt::format("there are more than {} attributes", kMostAttributes);
  owner.attributes.push_back(std::move(made));
  return {};
}

struct Reader {
  std::string prefix, package;
  std::deque<Specialisation> found;

  std::string read_head(std::string_view line) {
    const auto words = words_of(line);
    if (words[0] == "section") {
      if (words.size() != 3 || !is_ncname(words[1])) return "a section has the form section PREFIX DEFINITION";
      prefix = words[1];
      package = words[2] == "-" ? std::string_view{} : words[2];
      return {};
    }
    if (prefix.empty()) return "a section must come first";
    if (words.size() != 2 || !is_ncname(words[0]) || !is_ncname(words[1])) return "a specialisation has the form SHORT NAME";
    if (found.size() >= kMostSpecialisations) return fmt::format("there are more than {} specialisations", kMostSpecialisations);
    Specialisation made{fmt::format("{}:{}", prefix, words[0]), std::string(words[1]), {}, {}};
    if (!package.empty()) made.definition = fmt::format("{}.{}", package, words[1]);
    const bool is_known = find_resource_type_by_member(made.member) != nullptr ||
                          find_flex_container_specialisation(made.definition) != nullptr ||
                          std::any_of(found.begin(), found.end(), [&](const auto& one) { return one.member == made.member; });
    if (is_known) return fmt::format("{} is defined already", made.member);
    found.push_back(std::move(made));
    return {};
  }

  std::string read_line(std::string_view line) {
    if (const std::size_t comment = line.find('#'); comment != std::string_view::npos) line = line.substr(0, comment);
    if (words_of(line).empty()) return {};
    if (!line.starts_with(' ')) return read_head(line);
    if (found.empty()) return "an attribute belongs to a specialisation";
    while (!line.empty()) {
      const std::size_t end = std::min(line.find(';'), line.size());
      if (!words_of(line.substr(0, end)).empty()) {
        if (std::string why = read_attribute(line.substr(0, end), found.back()); !why.empty()) return why;
      }
      line.remove_prefix(std::min(end + 1, line.size()));
    }
    return {};
  }
};

enum class Form { Original, Announced, Instance };

/// The three forms differ in who may write; see generate.py, which makes the same of the tables.
AttributeRule to_rule(const Attribute& one, Form form) {
  const tables::DataType& data_type = tables::data_types()[one.data_type_row];
  AttributeRule rule{one.name, one.short_name, data_type.name, false, one.mandatory, one.create, one.update,
                     one.update == Presence::NotPermitted ? Access::WriteOnce : Access::ReadWrite, Announced::Optional,
                     one.data_type_row, {}};
  if (form == Form::Announced) {
    rule.create = rule.update = Presence::Optional;
    rule.access = Access::ReadWrite;
    rule.mandatory = false;
  } else if (form == Form::Instance) {
    rule.create = rule.update = Presence::NotPermitted;
    rule.access = Access::ReadOnly;
  }
  return rule;
}

void add_form(const Specialisation& one, int number, std::string_view suffix, Form form) {
  Added& all = added();
  Rule& made = all.rules.emplace_back();
  made.member = one.member + std::string(suffix);
  made.name = one.name + std::string(suffix);
  if (!one.definition.empty()) made.definition = one.definition + std::string(suffix);
  for (const Attribute& attribute : one.attributes) made.custom.push_back(to_rule(attribute, form));
  std::sort(made.custom.begin(), made.custom.end(),
            [](const AttributeRule& left, const AttributeRule& right) { return left.short_name < right.short_name; });
  made.rule = *find_resource_type(number);
  made.rule.name = made.name;
  made.rule.member_name = made.member;
  made.rule.custom_attributes = made.custom;
  made.rule.container_definition = made.definition;
  all.by_member[made.member] = &made.rule;
  if (!made.definition.empty()) all.by_definition[made.definition] = &made.rule;
}

}  // namespace

Result<std::size_t> add_flex_containers(std::string_view text) {
  Reader reader;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (const std::string why = reader.read_line(text.substr(0, end)); !why.empty())
      return refuse(ResponseStatus::BadRequest, fmt::format("line {}: {}", number, why));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  const std::size_t count = reader.found.size();
  for (Specialisation& one : reader.found) {
    const Specialisation& kept = added().sources.emplace_back(std::move(one));
    for (const Attribute& attribute : kept.attributes) added().attribute_names.insert(attribute.short_name);
    add_form(kept, type::kFlexContainer, "", Form::Original);
    add_form(kept, type::kFlexContainer + type::kAnnounced, "Annc", Form::Announced);
    add_form(kept, type::kFlexContainerInstance, "Inst", Form::Instance);
  }
  return count;
}

void accept_incomplete_flex_containers(bool accept) { added().accepts_incomplete = accept; }

bool are_incomplete_flex_containers_accepted() { return added().accepts_incomplete; }

const ResourceTypeRule* find_added_by_member(std::string_view member_name) {
  const auto found = added().by_member.find(member_name);
  return found == added().by_member.end() ? nullptr : found->second;
}

const ResourceTypeRule* find_added_by_definition(std::string_view container_definition) {
  const auto found = added().by_definition.find(container_definition);
  return found == added().by_definition.end() ? nullptr : found->second;
}

bool is_added_attribute(std::string_view short_name) { return added().attribute_names.contains(short_name); }

}  // namespace edgecse::onem2m
