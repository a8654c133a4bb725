// SPDX-License-Identifier: Apache-2.0
//
// One writer, many readers. Jobs (checks and changes) are taken in order, applied to the working tree, made durable with one
// sync for all of them, published as a snapshot, then answered: a 2xx is durable. It never waits for a peer. One bad job
// fails alone; a disk error fails its batch and nothing is half-applied.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "cse/row_overlay.hpp"
#include "cse/transaction.hpp"
#include "cse/tree.hpp"
#include "onem2m/result.hpp"
#include "store/resource_store.hpp"

namespace edgecse::cse {

struct Snapshot {
  Tree tree;
  std::uint64_t commit = 0;
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

struct Job {
  /// On the loop's thread; must not block, not throw.
  std::function<onem2m::Result<>(Transaction&)> apply;
  /// On the loop's thread: success means durable and published.
  std::function<void(const onem2m::Result<>&)> done;
};

/// Told of every commit, on the loop's thread, after it is published and before its jobs are answered.
class CommitObserver {
 public:
  virtual ~CommitObserver() = default;
  virtual void committed(const Snapshot& snapshot, std::span<const Change> changes) = 0;
};

class CommitLoop {
 public:
  struct Options {
    std::size_t maximum_rows = 1'000;     // in one batch; the job that passes it is the batch's last
    std::size_t maximum_queue = 50'000;   // jobs waiting; more are refused
  };

  /// Reads the tree. A new store gets its format version and identifier prefix (durable before this returns).
  [[nodiscard]] static onem2m::Result<std::unique_ptr<CommitLoop>> open(store::ResourceStore& store,
                                                                        const base::Clock& clock, base::Random& random,
                                                                        const Options& options);
  [[nodiscard]] static onem2m::Result<std::unique_ptr<CommitLoop>> open(store::ResourceStore& store,
                                                                        const base::Clock& clock, base::Random& random) {
    return open(store, clock, random, Options{});
  }

  /// Thread-safe. A full queue answers the job at once, on this thread, with 5000 INTERNAL_SERVER_ERROR.
  void submit(Job job);
  /// Called, on any thread, when a job arrives at an idle loop. Until it is set who submits runs the loop himself.
  void set_wake(std::function<void()> wake) { wake_ = std::move(wake); }
  /// Before the first run_batch; observers must outlive the loop.
  void add_observer(CommitObserver& observer) { observers_.push_back(&observer); }

  /// Takes what waits, up to one batch; the loop's thread, or the simulation. Returns the number of jobs done.
  std::size_t run_batch();
  [[nodiscard]] bool idle() const;

  /// Thread-safe; never waits for a write.
  [[nodiscard]] SnapshotPtr snapshot() const { return std::atomic_load_explicit(&published_, std::memory_order_acquire); }
  [[nodiscard]] const store::ResourceStore& store() const { return store_; }

 private:
  friend class Transaction;
  CommitLoop(store::ResourceStore& store, const base::Clock& clock, const Options& options);
  onem2m::Result<> load(base::Random& random);
  onem2m::Result<> load_latest_instances();
  onem2m::Result<> initialise(base::Random& random);
  std::vector<Job> take_jobs();
  void apply(Job& job, onem2m::Result<>& result);
  onem2m::Result<> make_durable();
  void publish();

  store::ResourceStore& store_;
  const base::Clock& clock_;
  const Options options_;
  std::function<void()> wake_;
  std::vector<CommitObserver*> observers_;

  mutable std::mutex mutex_;
  std::deque<Job> waiting_;  // guarded by mutex_

  // The loop's thread only.
  RowOverlay rows_;
  Tree working_;
  std::set<std::string, std::less<>> dirty_;   // resources whose rows this batch writes
  std::vector<Change> changes_;
  std::vector<std::function<void()>> after_commit_;
  base::WallTime batch_time_{};
  std::uint64_t commit_ = 0;
  std::uint64_t next_id_ = 1;
  std::uint64_t reserved_ids_ = 0;             // identifiers below may be given out without another row
  std::string id_prefix_;

  std::shared_ptr<const Snapshot> published_;  // std::atomic_load/store
};

}  // namespace edgecse::cse
