// SPDX-License-Identifier: Apache-2.0
//
// Plays stories by seed: build/<preset>/bin/edgecse-sim --seeds N --first-seed K [--step N] [--jobs N] [--verbose]. Exit status 1
// and a line per failing seed; a failing seed tells the same story again.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "base/log.hpp"
#include "sim/move_story.hpp"

namespace {

bool* find_fault(edgecse::cse::handover::TestFaults& faults, const char* name) {
  const std::pair<const char*, bool*> known[] = {{"acknowledge_before_grant", &faults.acknowledge_before_grant},
                                                 {"no_retry_move", &faults.no_retry_move},
                                                 {"outbox_not_moved", &faults.outbox_not_moved},
                                                 {"no_gap_check", &faults.no_gap_check},
                                                 {"ask_no_decision", &faults.ask_no_decision},
                                                 {"import_into_old_copy", &faults.import_into_old_copy},
                                                 {"unfreeze_after_moved", &faults.unfreeze_after_moved},
                                                 {"grant_without_final", &faults.grant_without_final},
                                                 {"no_settling", &faults.no_settling},
                                                 {"no_throttle", &faults.no_throttle}};
  for (const auto& [text, fault] : known)
    if (std::strcmp(text, name) == 0) return fault;
  return nullptr;
}

struct Plan {
  edgecse::cse::handover::TestFaults faults;
  std::uint64_t seeds = 100, first = 1, step = 1;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  bool verbose = false;
};

std::optional<Plan> read_plan(int argc, char** argv) {
  Plan plan;
  for (int i = 1; i < argc; ++i) {
    const std::string_view option = argv[i];
    const char* const value = i + 1 < argc ? argv[i + 1] : nullptr;
    if (option == "--verbose") {
      plan.verbose = true;
      continue;
    }
    if (value == nullptr) return std::nullopt;
    ++i;
    if (option == "--seeds") {
      plan.seeds = std::strtoull(value, nullptr, 10);
    } else if (option == "--step") {
      plan.step = std::strtoull(value, nullptr, 10);
    } else if (option == "--first-seed") {
      plan.first = std::strtoull(value, nullptr, 10);
    } else if (option == "--jobs") {
      plan.jobs = static_cast<unsigned>(std::strtoul(value, nullptr, 10));
    } else if (bool* const fault = option == "--wrong" ? find_fault(plan.faults, value) : nullptr; fault != nullptr) {
      *fault = true;
    } else {
      return std::nullopt;
    }
  }
  return plan;
}

/// Threads share nothing but the next seed and the sums: each story has a world of its own.
class Player {
 public:
  explicit Player(const Plan& plan) : plan_(plan) {}

  bool play() {
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < plan_.jobs; ++i) threads.emplace_back([this] { tell_stories(); });
    for (std::thread& thread : threads) thread.join();
    std::printf("%llu seeds, %llu failed, %llu moves, %llu messages, %llu steps\n", number(plan_.seeds), number(failed_),
                number(moves_), number(messages_), number(steps_));
    return failed_ == 0;
  }

 private:
  static unsigned long long number(std::uint64_t value) { return value; }

  void tell_stories() {
    for (std::uint64_t index = next_++; index < plan_.seeds; index = next_++) {
      const std::uint64_t seed = plan_.first + index * plan_.step;
      const auto result = edgecse::sim::tell_story(seed, plan_.faults, plan_.verbose);
      const std::lock_guard lock(mutex_);
      moves_ += static_cast<std::uint64_t>(result.moves);
      messages_ += static_cast<std::uint64_t>(result.messages);
      steps_ += result.steps;
      failed_ += result.violations.empty() ? 0 : 1;
      for (const auto& violation : result.violations) std::printf("seed %llu: %s\n", number(seed), violation.c_str());
      if (++played_ % kProgress == 0) std::printf("%llu of %llu seeds, %llu failed\n", number(played_), number(plan_.seeds), number(failed_));
      std::fflush(stdout);
    }
  }

  static constexpr std::uint64_t kProgress = 1'000;
  const Plan plan_;
  std::atomic<std::uint64_t> next_{0};
  std::mutex mutex_;  // guards what follows
  std::uint64_t played_ = 0, failed_ = 0, moves_ = 0, messages_ = 0, steps_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const auto plan = read_plan(argc, argv);
  if (!plan || plan->jobs == 0) {
    std::fprintf(stderr, "usage: %s [--seeds N] [--first-seed K] [--step N] [--jobs N] [--wrong NAME] [--verbose]\n", argv[0]);
    return 2;
  }
  // That commits fail is the story of a machine that dies: nobody needs to read it.
  edgecse::base::log::set_level(plan->verbose ? edgecse::base::log::Level::Debug : edgecse::base::log::Level::Off);
  return Player(*plan).play() ? 0 : 1;
}
