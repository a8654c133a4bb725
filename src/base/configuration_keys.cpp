// SPDX-License-Identifier: Apache-2.0
//
// The kinds of keys: how a value becomes the program's variable.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cassert>
#include <fstream>
#include <sstream>

#include "base/configuration.hpp"
#include "base/configuration_text.hpp"
#include "base/quantity.hpp"

namespace edgecse::base {
namespace {

using std::chrono::milliseconds;
using Kind = YamlValue::Kind;

constexpr std::size_t kMaximumSecretBytes = 64 << 10;

bool is_plain(const YamlValue& value) { return value.kind == Kind::Text && !value.quoted; }

std::string bounded(std::string what, const Bounds& bounds, const std::function<std::string(std::int64_t)>& format) {
  const Bounds none;
  if (bounds.minimum != none.minimum && bounds.maximum != none.maximum)
    return fmt::format("{} from {} to {}", what, format(bounds.minimum), format(bounds.maximum));
  if (bounds.minimum != none.minimum) return fmt::format("{} from {} on", what, format(bounds.minimum));
  if (bounds.maximum != none.maximum) return fmt::format("{} up to {}", what, format(bounds.maximum));
  return what;
}

bool is_within(std::int64_t value, const Bounds& bounds) { return value >= bounds.minimum && value <= bounds.maximum; }

/// The texts of a list, or nothing when it is none or one does not pass.
std::optional<std::vector<std::string>> texts_of(const YamlValue& value, const ConfigurationKeys::Check& check) {
  if (value.kind != Kind::List) return std::nullopt;
  std::vector<std::string> found;
  for (const auto& item : value.items) {
    if (item.kind != Kind::Text || (check && !check(item.text))) return std::nullopt;
    found.push_back(item.text);
  }
  return found;
}

std::optional<ConfigurationKeys::Record> record_of(const YamlValue& value, const std::vector<std::string>& members) {
  if (value.kind != Kind::Mapping || value.members.size() != members.size()) return std::nullopt;
  ConfigurationKeys::Record record;
  for (const auto& [name, member] : value.members) {
    if (std::find(members.begin(), members.end(), name) == members.end() || member.kind != Kind::Text) return std::nullopt;
    record.emplace(name, member.text);
  }
  return record;
}

}  // namespace

void ConfigurationKeys::add(Key key) {
  assert(find(key.path) == nullptr && "a key is declared twice");
  keys_.push_back(std::move(key));
}

void ConfigurationKeys::needs_no_restart() { keys_.back().restart = false; }

void ConfigurationKeys::text(std::string path, std::string& target, std::string sentence, std::string expected,
                             Check check) {
  add({.path = std::move(path), .initial = quote_yaml(target), .expected = expected, .unit = {},
       .sentence = std::move(sentence),
       .set = [&target, expected, check = std::move(check)](const YamlValue& value) -> std::optional<std::string> {
         if (value.kind != Kind::Text || (check && !check(value.text))) return expected;
         target = value.text;
         return std::nullopt;
       }});
}

void ConfigurationKeys::listen_address(std::string path, std::string& target, std::string sentence) {
  text(std::move(path), target, std::move(sentence), "an address and port as 0.0.0.0:8080", is_listen_address);
}

void ConfigurationKeys::boolean(std::string path, bool& target, std::string sentence) {
  add({.path = std::move(path), .initial = target ? "true" : "false", .expected = "true or false", .unit = {},
       .sentence = std::move(sentence), .set = [&target](const YamlValue& value) -> std::optional<std::string> {
         if (!is_plain(value) || (value.text != "true" && value.text != "false")) return "true or false";
         target = value.text == "true";
         return std::nullopt;
       }});
}

void ConfigurationKeys::texts(std::string path, std::vector<std::string>& target, std::string sentence,
                              std::string expected, Check check) {
  add({.path = std::move(path), .initial = list_as_yaml(target), .expected = expected, .unit = {},
       .sentence = std::move(sentence),
       .set = [&target, expected, check = std::move(check)](const YamlValue& value) -> std::optional<std::string> {
         auto found = texts_of(value, check);
         if (!found) return expected;
         target = std::move(*found);
         return std::nullopt;
       },
       .is_list = true});
}

void ConfigurationKeys::optional_texts(std::string path, std::optional<std::vector<std::string>>& target,
                                       std::string sentence, std::string expected, Check check) {
  add({.path = std::move(path), .initial = target ? list_as_yaml(*target) : "", .expected = expected, .unit = {},
       .sentence = std::move(sentence),
       .set = [&target, expected, check = std::move(check)](const YamlValue& value) -> std::optional<std::string> {
         auto found = texts_of(value, check);
         if (!found) return expected;
         target = std::move(found);
         return std::nullopt;
       },
       .is_list = true});
}

void ConfigurationKeys::records(std::string path, std::vector<Record>& target, std::vector<std::string> members,
                                std::string sentence) {
  const std::string expected = fmt::format("a list of mappings with {}", fmt::join(members, ", "));
  add({.path = std::move(path), .initial = "[]", .expected = expected, .unit = {}, .sentence = std::move(sentence),
       .set = [&target, expected, members = std::move(members)](const YamlValue& value) -> std::optional<std::string> {
         if (value.kind != Kind::List) return expected;
         std::vector<Record> found;
         for (const auto& item : value.items) {
           auto record = record_of(item, members);
           if (!record) return expected;
           found.push_back(std::move(*record));
         }
         target = std::move(found);
         return std::nullopt;
       },
       .is_list = true});
}

void ConfigurationKeys::secret_file(std::string path, std::string& target, std::string sentence) {
  add({.path = std::move(path), .initial = "\"\"", .expected = "the path of a readable file of at most 64 KiB", .unit = {},
       .sentence = std::move(sentence), .set = [&target](const YamlValue& value) -> std::optional<std::string> {
         constexpr auto* kExpected = "the path of a readable file of at most 64 KiB";
         if (value.kind != Kind::Text) return kExpected;
         if (value.text.empty()) return std::nullopt;
         std::ifstream file(value.text, std::ios::binary);
         std::string content(kMaximumSecretBytes + 1, '\0');
         file.read(content.data(), static_cast<std::streamsize>(content.size()));
         content.resize(static_cast<std::size_t>(file.gcount()));
         if (file.bad() || content.empty() || content.size() > kMaximumSecretBytes) return kExpected;
         while (content.ends_with('\n') || content.ends_with('\r')) content.pop_back();
         target = std::move(content);
         return std::nullopt;
       },
       .secret = true});
}

void ConfigurationKeys::add_integer(std::string path, std::int64_t initial, Bounds bounds, std::string unit,
                                    std::string sentence, std::function<void(std::int64_t)> set) {
  const std::string expected = bounded("a whole number", bounds, [](std::int64_t value) { return std::to_string(value); });
  add({.path = std::move(path), .initial = std::to_string(initial), .expected = expected, .unit = std::move(unit),
       .sentence = std::move(sentence),
       .set = [expected, bounds, set = std::move(set)](const YamlValue& value) -> std::optional<std::string> {
         const auto number = is_plain(value) ? parse_integer(value.text) : std::nullopt;
         if (!number || !is_within(*number, bounds)) return expected;
         set(*number);
         return std::nullopt;
       }});
}

void ConfigurationKeys::add_size(std::string path, std::uint64_t initial, Bounds bounds, std::string sentence,
                                 std::function<void(std::uint64_t)> set) {
  const std::string expected = bounded("a size as 256MiB", bounds, [](std::int64_t value) {
    return format_size(static_cast<std::uint64_t>(value));
  });
  add({.path = std::move(path), .initial = format_size(initial), .expected = expected, .unit = {},
       .sentence = std::move(sentence),
       .set = [expected, bounds, set = std::move(set)](const YamlValue& value) -> std::optional<std::string> {
         const auto bytes = is_plain(value) ? parse_size(value.text) : std::nullopt;
         if (!bytes || *bytes > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) ||
             !is_within(static_cast<std::int64_t>(*bytes), bounds))
           return expected;
         set(*bytes);
         return std::nullopt;
       }});
}

void ConfigurationKeys::add_duration(std::string path, milliseconds initial, Bounds bounds, milliseconds unit,
                                     std::string sentence, std::function<void(milliseconds)> set) {
  std::string expected = bounded("a duration as PT60S", bounds, [](std::int64_t value) {
    return format_duration(milliseconds{value});
  });
  if (unit > milliseconds{1}) expected += ", whole seconds";
  add({.path = std::move(path), .initial = format_duration(initial), .expected = expected, .unit = {},
       .sentence = std::move(sentence),
       .set = [expected, bounds, unit, set = std::move(set)](const YamlValue& value) -> std::optional<std::string> {
         const auto duration = is_plain(value) ? parse_duration(value.text) : std::nullopt;
         if (!duration || !is_within(duration->count(), bounds) || (unit.count() > 1 && duration->count() % unit.count() != 0))
           return expected;
         set(*duration);
         return std::nullopt;
       }});
}

void ConfigurationKeys::add_choice(std::string path, std::string initial, std::vector<std::string> names,
                                   std::string sentence, std::function<void(std::size_t)> set) {
  const std::string expected = fmt::format("one of {}", fmt::join(names, ", "));
  add({.path = std::move(path), .initial = std::move(initial), .expected = expected, .unit = {},
       .sentence = std::move(sentence),
       .set = [expected, names = std::move(names), set = std::move(set)](const YamlValue& value) -> std::optional<std::string> {
         const auto found = std::find(names.begin(), names.end(), value.text);
         if (value.kind != Kind::Text || found == names.end()) return expected;
         set(static_cast<std::size_t>(found - names.begin()));
         return std::nullopt;
       }});
}

}  // namespace edgecse::base
