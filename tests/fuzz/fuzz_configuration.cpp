// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a configuration file and as an override: faults come back as values, and what is printed is read again.
#include <cstdlib>

#include "base/configuration.hpp"
#include "base/configuration_text.hpp"
#include "base/quantity.hpp"

namespace {

using namespace edgecse::base;

void check_file(std::string_view text) {
  const auto document = read_yaml(text);
  if (!document) return;
  static_cast<void>(describe(*document));
  static_cast<void>(value_as_yaml(*document));
}

void check_override(std::string_view text) {
  std::string id = "/mn1";
  std::uint64_t reserve = 0;
  std::chrono::seconds guard_time{60};
  std::vector<std::string> peers;
  ConfigurationKeys keys;
  keys.text("cse.id", id, "Who it is.");
  keys.size("store.reserve", reserve, {0, 1LL << 40}, "Free space.");
  keys.duration("mobility.guard_time", guard_time, {1'000, 3'600'000}, "How long.");
  keys.texts("mobility.peers", peers, "Who may come.");
  std::vector<ConfigurationKeys::Record> clients;
  keys.records("clients", clients, {"client_id", "originator"}, "Who is who.");
  const std::string value(text);
  const ConfigurationSources sources{
      .overrides = {"mobility." + value, "store.reserve=" + value, "mobility.guard_time=" + value, "mobility.peers=" + value, "clients=" + value},
      .environment = {"EDGECSE_CSE_ID=" + value}};
  for (const auto& fault : keys.read(sources)) static_cast<void>(fault.text());
  static_cast<void>(keys.given_settings());
  if (id != value) std::abort();
  if (const auto bytes = parse_size(text); bytes && parse_size(format_size(*bytes)) != bytes) std::abort();
  if (const auto length = parse_duration(text); length && parse_duration(format_duration(*length)) != length) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_file(text);
  check_override(text);
  return 0;
}
