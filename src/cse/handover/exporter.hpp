// SPDX-License-Identifier: Apache-2.0
//
// Writes a unit as numbered batches: what it is first (resources, newest instances, retry table, outbox), then what
// changed. A batch is a JSON list of rows; docs/handover.md "Batches" has the form.
#pragma once

#include <deque>
#include <set>
#include <string>

#include "cse/commit_loop.hpp"
#include "cse/handover/journal.hpp"

namespace edgecse::cse::handover {

struct Batch {
  std::uint64_t number = 0;
  std::string rows;  // JSON text of the list
  std::uint64_t instances = 0;
};

/// Switched on only by the simulation, to show that its checks can fail.
struct ExportFaults {
  bool no_retries = false, no_outbox = false;
};

/// One thread at a time. The journal follows the unit before it is made, or the unit does not change any more.
class Exporter {
 public:
  Exporter(const CommitLoop& loop, Journal& journal, std::string unit, base::Duration retry_life,
           ExportFaults faults = {});

  /// The next batch, up to about the limit in bytes; an empty list of rows when there is nothing at present.
  [[nodiscard]] onem2m::Result<Batch> next(std::size_t limit, base::WallTime now);
  /// Bytes that next() would still return, as good as known: the exact size when it is below the limit.
  [[nodiscard]] onem2m::Result<std::uint64_t> rest(std::size_t limit, base::WallTime now);
  [[nodiscard]] bool exhausted() const { return waiting_.empty() && ready_.empty() && journal_.empty(unit_); }

 private:
  void plan();
  void plan_policies(const Tree& tree, const Resource& resource);
  [[nodiscard]] onem2m::Result<> fill(std::size_t limit, base::WallTime now);
  [[nodiscard]] onem2m::Result<> write(const Item& item, std::size_t limit, base::WallTime now);
  [[nodiscard]] onem2m::Result<> write_instances(const Item& item, std::size_t limit);
  [[nodiscard]] onem2m::Result<> write_rows(const Item& item, std::size_t limit, base::WallTime now);
  void write_resource(const std::string& id);
  void write_retry(const store::Row& row, base::WallTime now);
  void write_name(const std::string& key, const std::optional<std::string>& row);
  void add(Json row, bool instance = false);

  const CommitLoop& loop_;
  Journal& journal_;
  const std::string unit_;
  const base::Duration retry_life_;
  const ExportFaults faults_;
  std::uint64_t number_ = 0;
  std::deque<Item> waiting_;
  std::set<std::string> policies_;
  struct Ready {
    std::string text;
    bool instance;
  };
  std::deque<Ready> ready_;  // rows that are read but not sent
  std::size_t ready_bytes_ = 0;
};

}  // namespace edgecse::cse::handover
