// SPDX-License-Identifier: Apache-2.0
#include "cse/handover/unit_row.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

namespace edgecse::cse::handover {
namespace {

using Json = nlohmann::json;

std::optional<std::uint64_t> take_number(std::string_view& text) {
  const std::size_t dash = text.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + dash + 1, end, number);
  if (error != std::errc{} || stop != end || dash + 1 == text.size()) return std::nullopt;
  text = text.substr(0, dash);
  return number;
}

ContextId context(const Json& text) {
  auto parsed = parse_context_id(text.get_ref<const std::string&>());
  return parsed ? *parsed : ContextId{};
}

}  // namespace

std::string ContextId::text() const { return unit + '-' + std::to_string(epoch) + '-' + std::to_string(attempt); }

bool ContextId::newer_than(const ContextId& other) const {
  return epoch != other.epoch ? epoch > other.epoch : attempt > other.attempt;
}

std::optional<ContextId> parse_context_id(std::string_view text) {
  const auto attempt = take_number(text);
  const auto epoch = attempt ? take_number(text) : std::nullopt;
  if (!epoch || text.empty() || text.size() > 256) return std::nullopt;
  return ContextId{std::string(text), *epoch, *attempt};
}

std::string encode(const UnitRow& row) {
  Json json{{"role", static_cast<int>(row.role)}, {"epoch", row.epoch}, {"attempt", row.attempt}, {"name", row.name}};
  if (!row.aliases.empty()) json["aliases"] = row.aliases;
  if (row.source) json["source"] = {{"attempt", row.source->attempt}, {"target", row.source->target}};
  if (!row.owner.empty()) json["owner"] = row.owner;
  if (row.moved_by) json["by"] = row.moved_by->text();
  if (row.grant_pending) json["grant"] = true;
  if (row.released) json["released"] = true;
  if (row.dropped) json["dropped"] = true;
  if (row.target)
    json["target"] = {{"context", row.target->context.text()},
                      {"source", row.target->source},
                      {"w", row.target->watermark},
                      {"final", row.target->final},
                      {"pulling", row.target->pulling}};
  for (const auto& release : row.release_pending) json["release"].push_back({release.context.text(), release.source});
  if (row.directory_pending) json["directory"] = true;
  return json.dump();
}

onem2m::Result<UnitRow> decode_unit_row(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    UnitRow row;
    row.role = static_cast<Role>(json.at("role").get<int>());
    row.epoch = json.at("epoch");
    row.attempt = json.at("attempt");
    row.name = json.at("name");
    if (json.contains("aliases")) row.aliases = json["aliases"].get<std::vector<std::string>>();
    if (json.contains("source"))
      row.source = UnitRow::Source{json["source"].at("attempt"), json["source"].at("target")};
    row.owner = json.value("owner", "");
    if (json.contains("by")) row.moved_by = context(json["by"]);
    row.grant_pending = json.value("grant", false);
    row.released = json.value("released", false);
    row.dropped = json.value("dropped", false);
    if (json.contains("target")) {
      const Json& target = json["target"];
      row.target = UnitRow::Target{context(target.at("context")), target.at("source"), target.at("w"),
                                   target.at("final"), target.at("pulling")};
    }
    if (json.contains("release"))
      for (const Json& release : json["release"])
        row.release_pending.push_back({context(release.at(0)), release.at(1)});
    row.directory_pending = json.value("directory", false);
    return row;
  } catch (const Json::exception&) {
    return onem2m::refuse(onem2m::ResponseStatus::InternalServerError, "the row of a unit in the store is damaged");
  }
}

namespace key {

std::string unit(std::string_view unit) { return std::string(kUnits).append(unit); }
std::string forward(std::string_view unit) { return std::string(kForward).append(unit); }
std::string staged_resources(std::string_view unit) { return "stage/" + std::string(unit) + "/t/"; }
std::string staged_outbox(std::string_view unit) { return "stage/" + std::string(unit) + "/o/"; }

std::string end_of(std::string_view prefix) {
  std::string end(prefix);
  end.back() = '0';  // follows '/'
  return end;
}

}  // namespace key
}  // namespace edgecse::cse::handover
