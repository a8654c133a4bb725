// SPDX-License-Identifier: Apache-2.0
#include "base/yaml_document.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <sstream>

namespace edgecse::base {
namespace {

/// Leaves yaml-cpp's parser; caught in read_yaml.
struct Refusal {
  YamlFault fault;
};

[[noreturn]] void refuse(const YAML::Mark& mark, std::string sentence) {
  throw Refusal{{mark.line + 1, std::move(sentence)}};
}

/// Takes yaml-cpp's events instead of its tree: the tree would follow aliases and keep the last of two equal names.
class Builder final : public YAML::EventHandler {
 public:
  [[nodiscard]] YamlValue take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    refuse(mark, "aliases (*name) are not allowed here");
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { place(mark, {}); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                const std::string& value) override {
    // yaml-cpp tags a scalar in quotes with "!", a plain one with "?".
    place(mark, {.kind = YamlValue::Kind::Text, .text = value, .quoted = tag != "?"});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, YamlValue::Kind::List);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, YamlValue::Kind::Mapping);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Level {
    YamlValue value;
    bool has_name = false;  // of a mapping: its last member waits for its value
  };

  void open(const YAML::Mark& mark, YamlValue::Kind kind) {
    if (levels_.size() >= kMaximumYamlDepth) refuse(mark, fmt::format("nested deeper than {} levels", kMaximumYamlDepth));
    if (!levels_.empty() && levels_.back().value.kind == YamlValue::Kind::Mapping && !levels_.back().has_name)
      // What yaml-cpp also makes of a bracket that is never closed.
      refuse(mark, "a list or mapping stands where a name must be, or a bracket is left open");
    levels_.push_back({});
    levels_.back().value.kind = kind;
    levels_.back().value.line = mark.line + 1;
  }

  void close() {
    YamlValue done = std::move(levels_.back().value);
    levels_.pop_back();
    const int line = done.line;
    YAML::Mark mark;
    mark.line = line - 1;
    place(mark, std::move(done));
  }

  void place(const YAML::Mark& mark, YamlValue value) {
    if (++values_ > kMaximumYamlValues) refuse(mark, fmt::format("more than {} values", kMaximumYamlValues));
    value.line = mark.line + 1;
    if (levels_.empty()) {
      root_ = std::move(value);
      return;
    }
    Level& level = levels_.back();
    if (level.value.kind == YamlValue::Kind::List) {
      level.value.items.push_back(std::move(value));
    } else if (!level.has_name) {
      name(mark, level, value);
    } else {
      value.line = level.value.members.back().second.line;
      level.value.members.back().second = std::move(value);
      level.has_name = false;
    }
  }

  static void name(const YAML::Mark& mark, Level& level, YamlValue& value) {
    if (value.kind != YamlValue::Kind::Text) refuse(mark, "a name must be a text");
    for (const auto& [known, member] : level.value.members)
      if (known == value.text)
        refuse(mark, fmt::format("{} is given twice, first in line {}", value.text, member.line));
    YamlValue waiting;
    waiting.line = mark.line + 1;
    level.value.members.emplace_back(std::move(value.text), std::move(waiting));
    level.has_name = true;
  }

  YamlValue root_;
  std::vector<Level> levels_;
  std::size_t values_ = 0;
};

}  // namespace

Result<YamlValue, YamlFault> read_yaml(std::string_view text) {
  if (text.size() > kMaximumYamlBytes)
    return tl::unexpected(YamlFault{0, fmt::format("longer than {} bytes", kMaximumYamlBytes)});
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Builder builder;
    parser.HandleNextDocument(builder);
    Builder second;
    if (parser.HandleNextDocument(second)) return tl::unexpected(YamlFault{0, "more than one document"});
    return builder.take();
  } catch (const Refusal& refusal) {
    return tl::unexpected(refusal.fault);
  } catch (const YAML::Exception& fault) {
    return tl::unexpected(YamlFault{fault.mark.is_null() ? 0 : fault.mark.line + 1, "not YAML: " + fault.msg});
  }
}

std::string describe(const YamlValue& value) {
  constexpr std::size_t kShown = 80;
  switch (value.kind) {
    case YamlValue::Kind::Nothing: return "nothing";
    case YamlValue::Kind::List: return "a list";
    case YamlValue::Kind::Mapping: return "a mapping";
    case YamlValue::Kind::Text: break;
  }
  std::string shown = value.text.size() > kShown ? value.text.substr(0, kShown) + "..." : value.text;
  return value.quoted || shown.empty() ? fmt::format("the text \"{}\"", shown) : shown;
}

}  // namespace edgecse::base
