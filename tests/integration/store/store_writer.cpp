// SPDX-License-Identifier: Apache-2.0
//
// Writes numbered batches into a store until it is killed, and says each number once its commit is durable.
// Usage: store_writer FOLDER FIRST
#include <unistd.h>

#include <cstdio>

#include "integration/store/numbered_batch.hpp"
#include "store/open_rocksdb.hpp"

namespace {

void say(const std::string& word) {
  const std::string line = word + "\n";
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::_Exit(1);
}

}  // namespace

int main(int count, char** arguments) {
  using namespace edgecse;
  if (count != 3) return 2;
  say("opening");
  // Small memtables: flushes and compactions happen between the kills too.
  auto store = store::open_rocksdb({.path = arguments[1], .reserve_bytes = 0, .instance_memtable_bytes = 64 << 10});
  if (!store) {
    std::fprintf(stderr, "%s\n", store.error().detail.c_str());
    return 1;
  }
  for (std::uint64_t number = std::stoull(arguments[2]);; ++number) {
    if (const auto committed = (*store)->commit(test::numbered_batch(number)); !committed) {
      std::fprintf(stderr, "%s\n", committed.error().detail.c_str());
      return 1;
    }
    say(std::to_string(number));
  }
}
