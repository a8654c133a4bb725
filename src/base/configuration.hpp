// SPDX-License-Identifier: Apache-2.0
//
// Strict configuration: each key is declared once, with its place in the program, default, bounds, unit, sentence and whether
// a change needs a restart. From the declarations come the reader, --print-config, --check and the documentation.
// Order of precedence: --set, environment (PREFIX_CSE_ID for cse.id), file, default. Secrets come from files that *_file keys
// name. Every fault is found in one go.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/yaml_document.hpp"

namespace edgecse::base {

struct ConfigurationFault {
  std::string place;     // etc/edgecse.yaml:12, --set, environment EDGECSE_CSE_ID; empty: a default
  std::string key;       // cse.type; empty: the whole file
  std::string sentence;  // found 7, expected one of IN, MN, ASN
  [[nodiscard]] std::string text() const;
};

struct ConfigurationSources {
  std::string file{};                     // empty: none
  std::vector<std::string> overrides{};   // key=value, as given to --set
  std::vector<std::string> environment{}; // NAME=value; unknown names are not ours and ignored
  std::string environment_prefix = "EDGECSE_";
};

/// The bounds of a number; units are those of the key.
struct Bounds {
  std::int64_t minimum = std::numeric_limits<std::int64_t>::min();
  std::int64_t maximum = std::numeric_limits<std::int64_t>::max();
};

/// The environment of this process, for ConfigurationSources.
[[nodiscard]] std::vector<std::string> process_environment();

/// The declared keys. Each is bound to a variable, whose value at declaration is the default and which must outlive this.
/// Single-threaded.
class ConfigurationKeys {
 public:
  using Check = std::function<bool(std::string_view)>;
  using Record = std::map<std::string, std::string>;

  /// Keys of one section are declared one after the other. expected says what the check wants: "a CSE-ID as /mn1".
  void text(std::string path, std::string& target, std::string sentence, std::string expected = "a text",
            Check check = nullptr);
  void boolean(std::string path, bool& target, std::string sentence);
  void texts(std::string path, std::vector<std::string>& target, std::string sentence,
             std::string expected = "a list of texts", Check check = nullptr);
  /// Absent differs from an empty list.
  void optional_texts(std::string path, std::optional<std::vector<std::string>>& target, std::string sentence,
                      std::string expected = "a list of texts", Check check = nullptr);
  /// A list of mappings, each with exactly these members.
  void records(std::string path, std::vector<Record>& target, std::vector<std::string> members, std::string sentence);
  /// address:port
  void listen_address(std::string path, std::string& target, std::string sentence);
  /// The key names a file; the target gets its content without the line end. Empty: no secret.
  void secret_file(std::string path, std::string& target, std::string sentence);

  template <std::integral Number>
  void integer(std::string path, Number& target, Bounds bounds, std::string unit, std::string sentence) {
    add_integer(std::move(path), static_cast<std::int64_t>(target), bounds, std::move(unit), std::move(sentence),
                [&target](std::int64_t value) { target = static_cast<Number>(value); });
  }
  template <std::unsigned_integral Number>
  void size(std::string path, Number& target, Bounds bounds, std::string sentence) {
    add_size(std::move(path), target, bounds, std::move(sentence),
             [&target](std::uint64_t value) { target = static_cast<Number>(value); });
  }
  /// Bounds in milliseconds.
  template <class Rep, class Period>
  void duration(std::string path, std::chrono::duration<Rep, Period>& target, Bounds bounds, std::string sentence) {
    using Target = std::chrono::duration<Rep, Period>;
    using std::chrono::milliseconds;
    add_duration(std::move(path), std::chrono::duration_cast<milliseconds>(target), bounds,
                 std::chrono::duration_cast<milliseconds>(Target{1}), std::move(sentence),
                 [&target](milliseconds value) { target = std::chrono::duration_cast<Target>(value); });
  }
  template <class Choice>
  void choice(std::string path, Choice& target, std::vector<std::pair<std::string, Choice>> choices, std::string sentence) {
    std::vector<std::string> names;
    std::string initial;
    for (const auto& [name, value] : choices) {
      names.push_back(name);
      if (value == target) initial = name;
    }
    add_choice(std::move(path), std::move(initial), std::move(names), std::move(sentence),
               [&target, choices = std::move(choices)](std::size_t index) { target = choices[index].second; });
  }

  /// The keys declared last may change while the program runs; all others need a restart.
  void needs_no_restart();

  /// Sets the targets. With faults some targets are set and some are not: the program must not go on.
  [[nodiscard]] std::vector<ConfigurationFault> read(const ConfigurationSources& sources);
  /// Whether the file, environment or --set gave the key or, for a section, anything below it.
  [[nodiscard]] bool given(std::string_view path) const;
  /// A fault that only shows when keys are seen together, at the place where the key was given.
  [[nodiscard]] ConfigurationFault fault(std::string path, std::string sentence) const;

  /// Every key with default, bounds, unit and sentence: a YAML file that says what the defaults say.
  [[nodiscard]] std::string documentation() const;
  /// path: value (place) of every key that was given; secrets print as ***.
  [[nodiscard]] std::string given_settings() const;

 private:
  /// Sets the target, or says what was expected instead.
  using Setter = std::function<std::optional<std::string>(const YamlValue&)>;
  struct Key {
    std::string path;
    std::string initial;   // as YAML
    std::string expected;  // for faults and documentation
    std::string unit;
    std::string sentence;
    Setter set;
    bool is_list = false;
    bool secret = false;
    bool restart = true;
  };
  struct Given {
    std::string place;
    std::string value;
  };

  void add(Key key);
  void add_integer(std::string path, std::int64_t initial, Bounds bounds, std::string unit, std::string sentence,
                   std::function<void(std::int64_t)> set);
  void add_size(std::string path, std::uint64_t initial, Bounds bounds, std::string sentence,
                std::function<void(std::uint64_t)> set);
  void add_duration(std::string path, std::chrono::milliseconds initial, Bounds bounds, std::chrono::milliseconds unit,
                    std::string sentence, std::function<void(std::chrono::milliseconds)> set);
  void add_choice(std::string path, std::string initial, std::vector<std::string> names, std::string sentence,
                  std::function<void(std::size_t)> set);

  [[nodiscard]] const Key* find(std::string_view path) const;
  [[nodiscard]] bool is_section(std::string_view path) const;
  [[nodiscard]] std::string unknown_key_sentence(std::string_view path) const;
  void read_file(const std::string& file, std::vector<ConfigurationFault>& faults);
  void read_section(const std::string& file, const std::string& path, const YamlValue& section,
                    std::vector<ConfigurationFault>& faults);
  void read_environment(const ConfigurationSources& sources, std::vector<ConfigurationFault>& faults);
  void read_overrides(const ConfigurationSources& sources, std::vector<ConfigurationFault>& faults);
  void set_from_text(const Key& key, const std::string& text, const std::string& place,
                     std::vector<ConfigurationFault>& faults);
  void set(const Key& key, const YamlValue& value, const std::string& place, std::vector<ConfigurationFault>& faults);

  std::vector<Key> keys_;
  std::map<std::string, Given, std::less<>> given_;
};

}  // namespace edgecse::base
