// SPDX-License-Identifier: Apache-2.0
//
// What a CSE knows about the ownership of a unit, beyond its life: one row per unit in Table::Meta, changed in the same
// commit as what it means. A unit without a row that is in the tree is owned here with epoch 0. docs/handover.md 3.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "onem2m/result.hpp"

namespace edgecse::cse::handover {

/// One attempt to move a unit; never used again. Text form `<unit>-<epoch>-<attempt>`, a resource name.
struct ContextId {
  std::string unit;
  std::uint64_t epoch = 0;    // at the source, when the attempt starts
  std::uint64_t attempt = 0;  // from 1, per unit and epoch
  [[nodiscard]] std::string text() const;
  /// Whether this attempt was opened after the other one of the same unit.
  [[nodiscard]] bool newer_than(const ContextId& other) const;
  friend bool operator==(const ContextId&, const ContextId&) = default;
  friend auto operator<=>(const ContextId&, const ContextId&) = default;
};
[[nodiscard]] std::optional<ContextId> parse_context_id(std::string_view text);

enum class Role : std::uint8_t {
  None,   // never owned here, or only arriving
  Owner,  // acknowledges writes
  Moved,  // forwards to the owner
  Ended,  // the AE was deleted here, at the owner
};

struct UnitRow {
  Role role = Role::Owner;
  std::uint64_t epoch = 0;
  std::uint64_t attempt = 0;         // last one used in this epoch
  std::string name;                  // rn of the AE
  std::vector<std::string> aliases;  // SP-relative ids at former registrars, /mn1/CAE

  struct Source {
    std::uint64_t attempt = 0;
    std::string target;  // CSE-ID
  };
  std::optional<Source> source;  // open context; closed by a restart

  // Moved
  std::string owner;  // CSE-ID, as far as this CSE knows
  std::optional<ContextId> moved_by;
  bool grant_pending = false;  // GRANT is not acknowledged yet
  bool released = false;       // RELEASED came: the copy may be dropped after guard time
  bool dropped = false;

  struct Target {
    ContextId context;
    std::string source;           // CSE-ID
    std::uint64_t watermark = 0;  // number of the last BATCH that is durable
    bool final = false;           // FINAL is durable
    bool pulling = false;         // the unit is pulled as a whole; BATCH and FINAL are refused
  };
  std::optional<Target> target;

  struct Release {
    ContextId context;
    std::string source;
  };
  std::vector<Release> release_pending;  // RELEASED is not acknowledged yet
  bool directory_pending = false;        // the IN-CSE has not acknowledged this epoch yet
};

[[nodiscard]] std::string encode(const UnitRow& row);
/// Fails with INTERNAL_SERVER_ERROR when the row is damaged.
[[nodiscard]] onem2m::Result<UnitRow> decode_unit_row(std::string_view text);

/// Keys in Table::Meta.
namespace key {
inline constexpr std::string_view kUnits = "unit/", kUnitsEnd = "unit0";
[[nodiscard]] std::string unit(std::string_view unit);
/// Resource identifiers of a unit that moved away: JSON list.
[[nodiscard]] std::string forward(std::string_view unit);
inline constexpr std::string_view kForward = "forward/", kForwardEnd = "forward0";
/// Rows of an arriving unit that are no part of the tree yet: resources by ri, outbox rows by hex of their key.
[[nodiscard]] std::string staged_resources(std::string_view unit);
[[nodiscard]] std::string staged_outbox(std::string_view unit);
/// The key after the last one that starts with the prefix, which ends in '/'.
[[nodiscard]] std::string end_of(std::string_view prefix);
}  // namespace key

}  // namespace edgecse::cse::handover
