// SPDX-License-Identifier: Apache-2.0
//
// The handover of a CSE: serving gate, the subtree `mobility` (and `directory` at the IN-CSE), and the port by which
// room mobility makes moves. docs/handover.md.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "cse/cse.hpp"
#include "cse/handover/unit_row.hpp"
#include "cse/handover_port.hpp"

namespace edgecse::cse {

namespace handover {
struct TestFaults;
}

/// Must be destroyed before the Cse, when nothing runs any more.
class Handover : public HandoverPort {
 public:
  /// Plugs into the CSE before start(): gate, subtree handler, commit observer. Reads the store; fails when it is
  /// damaged. Its containers are made by its first job. faults: tests only.
  [[nodiscard]] static onem2m::Result<std::unique_ptr<Handover>> attach(Cse& cse);
  [[nodiscard]] static onem2m::Result<std::unique_ptr<Handover>> attach(Cse& cse, const handover::TestFaults& faults);

  virtual void set_events(HandoverEvents& events) = 0;
  /// What is unfinished from an earlier life: every unit that ever moved. Any thread.
  [[nodiscard]] virtual std::map<std::string, handover::UnitRow> units() const = 0;
  /// CSE-ID of the CSE that owns the unit, as far as this one knows; empty: this CSE. Any thread.
  [[nodiscard]] virtual std::string owner_of(const std::string& unit) const = 0;
  /// Units in the tree that the directory may not know. Any thread.
  [[nodiscard]] virtual std::vector<std::string> directory_behind() const = 0;
  /// Parked requests at present. Any thread.
  [[nodiscard]] virtual std::size_t parked() const = 0;
  /// Removes expired rows of the retry table; call about every tenth of guard time. On the executor.
  virtual void sweep() = 0;
  [[nodiscard]] virtual Cse& cse() = 0;
};

}  // namespace edgecse::cse
