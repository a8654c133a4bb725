// SPDX-License-Identifier: Apache-2.0
//
// Plays stories by seed: build/<preset>/bin/edgecse-sim --seeds N --first-seed K [--step N] [--verbose]. Exit status 1 and a line
// per failing seed; a failing seed tells the same story again.
#include <cstdio>
#include <cstdlib>
#include <cstring>

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

}  // namespace

int main(int argc, char** argv) {
  edgecse::cse::handover::TestFaults faults;
  std::uint64_t seeds = 100, first = 1, step = 1;
  bool verbose = false;
  for (int i = 1; i < argc; ++i) {
    const bool more = i + 1 < argc;
    if (std::strcmp(argv[i], "--seeds") == 0 && more) {
      seeds = std::strtoull(argv[++i], nullptr, 10);
    } else if (std::strcmp(argv[i], "--step") == 0 && more) {
      step = std::strtoull(argv[++i], nullptr, 10);
    } else if (std::strcmp(argv[i], "--first-seed") == 0 && more) {
      first = std::strtoull(argv[++i], nullptr, 10);
    } else if (bool* fault = nullptr;
               std::strcmp(argv[i], "--wrong") == 0 && more && (fault = find_fault(faults, argv[i + 1])) != nullptr) {
      *fault = true;
      ++i;
    } else if (std::strcmp(argv[i], "--verbose") == 0) {
      verbose = true;
    } else {
      std::fprintf(stderr, "usage: %s [--seeds N] [--first-seed K] [--step N] [--wrong NAME] [--verbose]\n", argv[0]);
      return 2;
    }
  }
  edgecse::base::log::set_level(verbose ? edgecse::base::log::Level::Debug : edgecse::base::log::Level::Error);
  std::uint64_t failed = 0, moves = 0, messages = 0, steps = 0;
  for (std::uint64_t played = 0, seed = first; played < seeds; ++played, seed += step) {
    const auto result = edgecse::sim::tell_story(seed, faults, verbose);
    moves += static_cast<std::uint64_t>(result.moves);
    messages += static_cast<std::uint64_t>(result.messages);
    steps += result.steps;
    if (result.violations.empty()) continue;
    ++failed;
    for (const auto& violation : result.violations)
      std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), violation.c_str());
    std::fflush(stdout);
  }
  std::printf("%llu seeds, %llu failed, %llu moves, %llu messages, %llu steps\n",
              static_cast<unsigned long long>(seeds), static_cast<unsigned long long>(failed),
              static_cast<unsigned long long>(moves), static_cast<unsigned long long>(messages),
              static_cast<unsigned long long>(steps));
  return failed == 0 ? 0 : 1;
}
