// SPDX-License-Identifier: Apache-2.0
//
// Where each AE is served: `aeLocation` in the container `directory` of the IN-CSE, written by the owners; the highest
// epoch wins. docs/handover.md 6.
#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "cse/handover/messages.hpp"
#include "cse/handover/shared.hpp"

namespace edgecse::cse::handover {

class Directory {
 public:
  static constexpr const char* kContainer = "directory";
  static constexpr const char* kMember = "edg:aeLocation";

  explicit Directory(Shared& shared) : shared_(shared) {}

  // Of every CSE; on the executor.
  void update(const std::string& unit, HandoverPort::Done done);
  /// Who owns the AE with that stem: owner's CSE-ID; empty: nobody, or more than one AE has the stem.
  void find(const std::string& stem, std::function<void(onem2m::Result<std::string>)> done);
  /// AEs that the directory does not know yet, as far as this life knows.
  [[nodiscard]] bool is_behind(const std::string& unit) const;
  /// The commit loop's thread: an AE came, changed or went.
  void entity_changed(const std::string& unit, bool exists);

  // Of the IN-CSE; any thread.
  void handle_update(onem2m::Request request, onem2m::ResponseCallback done);
  void handle_find(const std::string& stem, const onem2m::Request& request, const onem2m::ResponseCallback& done);

 private:
  struct Entry {
    std::string name, ae_id, owner;
    std::uint64_t epoch = 0;
    Json attributes;
  };
  [[nodiscard]] static onem2m::Result<Entry> parse(const onem2m::Request& request);
  onem2m::Result<onem2m::ResponseStatus> write(Transaction& transaction, const Entry& entry);
  void tell_everybody(Transaction& transaction, const Resource& before, const Entry& entry);
  void acknowledged(const std::string& unit, std::uint64_t epoch, HandoverPort::Done done);

  Shared& shared_;
  mutable std::mutex mutex_;
  std::set<std::string> known_;  // guarded by mutex_; units of epoch 0 that the IN-CSE acknowledged
};

}  // namespace edgecse::cse::handover
