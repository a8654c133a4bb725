// SPDX-License-Identifier: Apache-2.0
//
// Reading: file, environment and --set in that order, every fault with its place.
#include "base/configuration.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <fstream>

#include "base/configuration_text.hpp"

namespace edgecse::base {
namespace {

using Kind = YamlValue::Kind;

std::string environment_name(const std::string& prefix, std::string_view path) {
  std::string name = prefix;
  for (const char c : path) name += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

/// The names of a path: cse.type is cse, type.
std::vector<std::string> names_of(std::string_view path) {
  std::vector<std::string> names;
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find('.', start), path.size());
    names.emplace_back(path.substr(start, end - start));
    start = end + 1;
  }
  return names;
}

/// As describe, but a list in full when it is short: the wrong item is somewhere in it.
std::string describe_for_key(const YamlValue& value) {
  constexpr std::size_t kShown = 80;
  const std::string list = value.kind == Kind::List ? value_as_yaml(value) : std::string{};
  return list.empty() || list.size() > kShown ? describe(value) : "the list " + list;
}

/// The sentence as comment lines of at most 120 columns.
void append_comment(std::string& out, const std::string& indent, std::string_view sentence) {
  constexpr std::size_t kColumns = 120;
  std::string line = indent + "#";
  std::size_t start = 0;
  while (start < sentence.size()) {
    const std::size_t end = std::min(sentence.find(' ', start), sentence.size());
    if (line.size() + 1 + end - start > kColumns) {
      out += line + "\n";
      line = indent + "#";
    }
    line.append(" ").append(sentence.substr(start, end - start));
    start = end + 1;
  }
  out += line + "\n";
}

}  // namespace

std::string ConfigurationFault::text() const {
  std::string out = place;
  if (!key.empty()) out += (out.empty() ? "" : ": ") + key;
  return out + (out.empty() ? "" : ": ") + sentence;
}

std::vector<std::string> process_environment() {
  std::vector<std::string> entries;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) entries.emplace_back(*entry);
  return entries;
}

const ConfigurationKeys::Key* ConfigurationKeys::find(std::string_view path) const {
  const auto found = std::find_if(keys_.begin(), keys_.end(), [&](const Key& key) { return key.path == path; });
  return found == keys_.end() ? nullptr : &*found;
}

bool ConfigurationKeys::is_section(std::string_view path) const {
  return std::any_of(keys_.begin(), keys_.end(), [&](const Key& key) {
    return key.path.size() > path.size() && key.path.starts_with(path) && key.path[path.size()] == '.';
  });
}

std::string ConfigurationKeys::unknown_key_sentence(std::string_view path) const {
  constexpr std::size_t kAlike = 2;
  constexpr std::size_t kLongestCompared = 100;
  const Key* nearest = nullptr;
  std::size_t distance = kAlike + 1;
  if (path.size() <= kLongestCompared) {
    for (const Key& key : keys_) {
      const std::size_t here = edit_distance(path, key.path);
      if (here < distance) {
        distance = here;
        nearest = &key;
      }
    }
  }
  return nearest == nullptr ? "there is no such key" : fmt::format("there is no such key; did you mean {}?", nearest->path);
}

std::vector<ConfigurationFault> ConfigurationKeys::read(const ConfigurationSources& sources) {
  std::vector<ConfigurationFault> faults;
  given_.clear();
  if (!sources.file.empty()) read_file(sources.file, faults);
  read_environment(sources, faults);
  read_overrides(sources, faults);
  return faults;
}

void ConfigurationKeys::read_file(const std::string& file, std::vector<ConfigurationFault>& faults) {
  std::ifstream stream(file, std::ios::binary);
  std::string text(kMaximumYamlBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (!stream.is_open() || stream.bad() || (text.empty() && !stream.eof())) {
    faults.push_back({file, {}, "the file cannot be read"});
    return;
  }
  const auto document = read_yaml(text);
  if (!document) {
    const auto& [line, sentence] = document.error();
    faults.push_back({line > 0 ? fmt::format("{}:{}", file, line) : file, {}, sentence});
    return;
  }
  if (document->kind == Kind::Nothing) return;
  if (document->kind != Kind::Mapping) {
    faults.push_back({fmt::format("{}:{}", file, document->line), {},
                      fmt::format("found {}, expected sections with keys", describe(*document))});
    return;
  }
  read_section(file, {}, *document, faults);
}

void ConfigurationKeys::read_section(const std::string& file, const std::string& path, const YamlValue& section,
                                     std::vector<ConfigurationFault>& faults) {
  for (const auto& [name, value] : section.members) {
    const std::string below = path.empty() ? name : fmt::format("{}.{}", path, name);
    const std::string place = fmt::format("{}:{}", file, value.line);
    if (const Key* key = find(below)) {
      set(*key, value, place, faults);
    } else if (!is_section(below)) {
      faults.push_back({place, below, unknown_key_sentence(below)});
    } else if (value.kind == Kind::Mapping) {
      read_section(file, below, value, faults);
    } else if (value.kind != Kind::Nothing) {
      faults.push_back({place, below, fmt::format("found {}, expected a section with keys", describe(value))});
    }
  }
}

void ConfigurationKeys::read_environment(const ConfigurationSources& sources, std::vector<ConfigurationFault>& faults) {
  for (const Key& key : keys_) {
    const std::string name = environment_name(sources.environment_prefix, key.path);
    for (const auto& entry : sources.environment)
      if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=')
        set_from_text(key, entry.substr(name.size() + 1), "environment " + name, faults);
  }
}

void ConfigurationKeys::read_overrides(const ConfigurationSources& sources, std::vector<ConfigurationFault>& faults) {
  for (const auto& entry : sources.overrides) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos || equals == 0) {
      faults.push_back({"--set", {}, fmt::format("found {}, expected key=value", entry)});
      continue;
    }
    const std::string path = entry.substr(0, equals);
    if (const Key* key = find(path)) set_from_text(*key, entry.substr(equals + 1), "--set", faults);
    else faults.push_back({"--set", path, unknown_key_sentence(path)});
  }
}

void ConfigurationKeys::set_from_text(const Key& key, const std::string& text, const std::string& place,
                                      std::vector<ConfigurationFault>& faults) {
  if (key.is_list && text.starts_with('[')) {
    const auto value = read_yaml(text);
    if (value) set(key, *value, place, faults);
    else faults.push_back({place, key.path, fmt::format("{}, expected {}", value.error().sentence, key.expected)});
    return;
  }
  YamlValue value{.kind = Kind::Text, .text = text};
  if (key.is_list) {
    // Without brackets: one item, or nothing.
    YamlValue list{.kind = Kind::List};
    if (!text.empty()) list.items.push_back(std::move(value));
    value = std::move(list);
  }
  set(key, value, place, faults);
}

void ConfigurationKeys::set(const Key& key, const YamlValue& value, const std::string& place,
                            std::vector<ConfigurationFault>& faults) {
  given_.insert_or_assign(key.path, Given{place, value_as_yaml(value)});
  if (const auto expected = key.set(value))
    faults.push_back({place, key.path, fmt::format("found {}, expected {}", describe_for_key(value), *expected)});
}

bool ConfigurationKeys::given(std::string_view path) const {
  return std::any_of(given_.begin(), given_.end(), [&](const auto& entry) {
    return entry.first == path || (entry.first.starts_with(path) && entry.first[path.size()] == '.');
  });
}

ConfigurationFault ConfigurationKeys::fault(std::string path, std::string sentence) const {
  const auto found = given_.find(path);
  std::string place = found == given_.end() ? "" : found->second.place;
  return {std::move(place), std::move(path), std::move(sentence)};
}

std::string ConfigurationKeys::documentation() const {
  std::string out;
  std::vector<std::string> open;  // the sections around the last key
  for (const Key& key : keys_) {
    std::vector<std::string> names = names_of(key.path);
    const std::string name = std::move(names.back());
    names.pop_back();
    std::size_t common = 0;
    while (common < std::min(open.size(), names.size()) && open[common] == names[common]) ++common;
    for (std::size_t depth = common; depth < names.size(); ++depth)
      out += fmt::format("{:{}}{}:\n", "", depth * 2, names[depth]);
    open = std::move(names);
    const std::string indent(open.size() * 2, ' ');
    append_comment(out, indent, key.sentence);
    append_comment(out, indent, fmt::format("Value: {}{}{}.", key.expected, key.unit.empty() ? "" : ", in " + key.unit,
                                            key.restart ? "" : "; read again while running"));
    // Without a default the key stays a comment: giving nothing is not giving it.
    out += fmt::format("{}{}{}: {}\n", indent, key.initial.empty() ? "# " : "", name,
                       key.initial.empty() ? "" : key.initial);
  }
  return out;
}

std::string ConfigurationKeys::given_settings() const {
  std::string out;
  for (const Key& key : keys_)
    if (const auto found = given_.find(key.path); found != given_.end())
      out += fmt::format("{}: {} ({})\n", key.path, key.secret ? "***" : found->second.value, found->second.place);
  return out;
}

}  // namespace edgecse::base
