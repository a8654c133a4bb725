// SPDX-License-Identifier: Apache-2.0
//
// A system of whole CSEs in one thread and one simulated time. Messages are delayed, lost, doubled, reordered and cut
// off; processes die at any step, also between what is durable and what is said, and start again from their disks.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/simulated_time.hpp"
#include "cse/cse.hpp"
#include "cse/handover/handover.hpp"
#include "cse/handover/shared.hpp"
#include "mobility/mobility.hpp"
#include "store/memory_store.hpp"
#include "telemetry/registry.hpp"

namespace edgecse::sim {

using Json = nlohmann::json;

/// In hundredths of a percent, that is per 10,000.
struct Chances {
  std::uint64_t drop = 0, duplicate = 0, late = 0;
  std::uint64_t crash_before_commit = 0, crash_after_commit = 0;
  // Of messages of a move and their answers.
  std::uint64_t move_late = 0;  // by up to 600 ms
  std::uint64_t move_cut = 0;   // it is lost, and what follows between the two for up to 2 s
  std::uint64_t doom = 0;       // its receiver dies with its next commit, before or after it
};

class World;

/// Runs tasks in the world's time as long as the life it belongs to lasts.
class LifeExecutor final : public base::Executor {
 public:
  LifeExecutor(World& world, std::string owner, base::Duration longest_delay)
      : world_(world), owner_(std::move(owner)), longest_delay_(longest_delay) {}
  void post(base::Task task) override;
  base::TimerId run_after(base::Duration delay, base::Task task) override;
  void cancel(base::TimerId timer) override;

 private:
  World& world_;
  std::string owner_;
  base::Duration longest_delay_;  // of a posted task: the commit loop takes its time
  base::Duration last_{0};        // posted tasks keep their order
};

/// One CSE with its disk.
class Node final : public onem2m::RequestSender, public mobility::MoveListener {
 public:
  Node(World& world, cse::CseOptions options, cse::handover::TestFaults faults);
  ~Node() override;

  void start();
  /// Nothing of this life happens any more; the objects go when no task of theirs is running.
  void die() { alive = false; }
  void bury();

  void handle(onem2m::Request request, onem2m::ResponseCallback done);
  void send(onem2m::NextHop hop, onem2m::Request request, onem2m::ResponseCallback done) override;
  void moved_out(const std::string& unit, const std::string& target) override;
  void moved_in(const std::string& unit, const std::string& source) override;

  World& world;
  const cse::CseOptions options;
  const cse::handover::TestFaults faults;
  std::shared_ptr<store::MemoryDisk> disk = std::make_shared<store::MemoryDisk>();
  bool alive = false;
  enum class Doom { None, BeforeCommit, AfterCommit } doom = Doom::None;
  int life = 0;
  int moves_out = 0, moves_in = 0;
  std::unique_ptr<telemetry::Registry> telemetry;
  std::unique_ptr<store::ResourceStore> store;
  std::unique_ptr<LifeExecutor> executor, commit_executor;
  std::unique_ptr<cse::Cse> cse;
  std::unique_ptr<cse::Handover> handover;
  std::unique_ptr<mobility::Mobility> mobility;

  /// What the disk says about the unit, until the next call; nullptr: no row.
  [[nodiscard]] const cse::handover::UnitRow* row(const std::string& unit);
  [[nodiscard]] bool has_resource(const std::string& id) const;

 private:
  std::map<std::string, std::pair<std::string, cse::handover::UnitRow>> rows_read_;  // by unit, with their text: asked at each commit
};

class World {
 public:
  explicit World(std::uint64_t seed) : random(seed) {}

  Node& add(cse::CseOptions options, cse::handover::TestFaults faults = {});
  [[nodiscard]] Node& node(const std::string& cse_id) { return *nodes_.at(cse_id); }
  [[nodiscard]] std::map<std::string, std::unique_ptr<Node>>& nodes() { return nodes_; }

  /// A sink for requests to a URL: an AE or a notification server.
  using Sink = std::function<std::optional<onem2m::Response>(const onem2m::Request&)>;
  std::map<std::string, Sink> sinks;

  /// A request over the network, from a party by name; done exactly once, with 4008 or 5103 when there is no answer.
  void transmit(const std::string& from, const std::string& to, onem2m::Request request, onem2m::ResponseCallback done);
  /// A message of a move that was sent before, chosen by chance, comes once more, by some way or other; nobody waits for the answer.
  void replay();
  /// What travels between the two is lost.
  std::set<std::pair<std::string, std::string>> cuts;
  void cut(const std::string& a, const std::string& b) { cuts.insert(std::minmax(a, b)); }
  void join(const std::string& a, const std::string& b) { cuts.erase(std::minmax(a, b)); }

  /// Runs one task; then what died is buried. False: nothing left.
  bool step();
  void run_for(base::Duration span);
  bool chance(std::uint64_t per_ten_thousand) {
    return per_ten_thousand != 0 && random.below(10'000) < per_ten_thousand;
  }

  base::SimulatedTime time;
  base::SeededRandom random;
  Chances chances;
  base::Duration answer_within = std::chrono::milliseconds{1'500};
  mobility::MoveLimits limits;  // of every node, but for the guard time
  /// Sees every request that is sent over the network.
  std::function<void(const std::string& from, const std::string& to, const onem2m::Request& request)> watch;
  /// Called after every step in which a disk changed.
  std::function<void()> check;
  std::uint64_t steps = 0;

 private:
  struct Exchange;
  void deliver(const std::shared_ptr<Exchange>& exchange);
  [[nodiscard]] base::Duration travel(bool of_a_move);
  [[nodiscard]] bool is_cut(const std::string& a, const std::string& b) const {
    return cuts.contains(std::minmax(a, b));
  }

  std::map<std::string, std::unique_ptr<Node>> nodes_;
  std::deque<std::shared_ptr<Exchange>> old_;  // messages of moves
  std::uint64_t seen_commits_ = 0;
};

}  // namespace edgecse::sim
