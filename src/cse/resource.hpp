// SPDX-License-Identifier: Apache-2.0
//
// A resource as the CSE holds it: what its representation shows, and what only the host knows.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace edgecse::cse {

using Json = nlohmann::json;

/// The newest instance of a container, or any instance read from the store. Immutable once shared.
struct Instance {
  std::string container;                    // ri of the parent
  std::uint64_t sequence = 0;               // order of creation within the parent, from 1
  int type = 4;                             // contentInstance, timeSeriesInstance, flexContainerInstance
  std::string name;                         // rn
  std::uint64_t content_size = 0;           // cs
  std::int64_t expires = 0;                 // et, microseconds since 1970; 0: with the parent
  std::string creator;                      // Originator of the CREATE
  std::string representation;               // JSON text {"m2m:cin":{...}}, every attribute
  [[nodiscard]] Json attributes() const;    // parsed, without the member around them
};
using InstancePtr = std::shared_ptr<const Instance>;

/// ri of an instance: it needs no index and is kept when the container moves to another CSE.
[[nodiscard]] std::string instance_id(std::string_view container, std::uint64_t sequence);
/// Splits `<container>-<sequence>`; 0 when the text has not that form.
[[nodiscard]] std::pair<std::string_view, std::uint64_t> split_instance_id(std::string_view id);

struct Resource {
  std::string id;                           // ri
  std::string parent;                       // pi; empty for CSEBase
  std::string name;                         // rn
  int type = 0;                             // ty
  std::string member_name;                  // m2m:cnt; flexContainers and mgmtObjs have their own
  Json attributes = Json::object();         // every attribute shown, short names, ri pi rn ty ct lt et ... included
  std::string creator;                      // Originator of the CREATE: has access when no acpi is set. TS-0004 7.3.3.15
  std::string unit;                         // ri of the AE this moves with; empty: stays with the CSE
  std::uint64_t created = 0;                // order of creation at this CSE, for listings
  std::uint64_t first_sequence = 1;         // no live instance is below; children may be missing in between
  std::uint64_t next_sequence = 1;          // of the next instance
  std::uint64_t next_notification = 1;      // subscription: sequence in the rqi of the next notification
  Json internal = Json::object();           // what a type's own procedures keep (kept small, moves with the resource)
  InstancePtr latest;                       // newest live instance; nullptr: none

  /// Attribute as text or number; the fallback when it is absent or of another kind.
  [[nodiscard]] std::string text(const char* short_name, std::string fallback = {}) const;
  [[nodiscard]] std::int64_t number(const char* short_name, std::int64_t fallback = 0) const;
  [[nodiscard]] bool has(const char* short_name) const { return attributes.contains(short_name); }
};
using ResourcePtr = std::shared_ptr<const Resource>;

}  // namespace edgecse::cse
