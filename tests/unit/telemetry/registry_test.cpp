// SPDX-License-Identifier: Apache-2.0
#include "telemetry/registry.hpp"

#include <gmock/gmock.h>

namespace edgecse::telemetry {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

TEST(Registry, ShowsCountersGaugesAndHistogramsWithTheirLabels) {
  Registry registry;
  registry.counter("edgecse_requests_total", "Requests.", {{"operation", "create"}}).add(3);
  registry.gauge("edgecse_registrar_up", "Registrar.").set(1);
  registry.histogram("edgecse_commit_batch_size", "Batch.", {}, {1, 10}).observe(7);
  const auto text = registry.text();
  EXPECT_THAT(text, HasSubstr("# TYPE edgecse_requests_total counter"));
  EXPECT_THAT(text, HasSubstr("edgecse_requests_total{operation=\"create\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("edgecse_registrar_up 1\n"));
  EXPECT_THAT(text, HasSubstr("edgecse_commit_batch_size_bucket{le=\"10\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("edgecse_commit_batch_size_bucket{le=\"1\"} 0\n"));
}

TEST(Registry, GivesTheSameHandleForTheSameNameAndLabels) {
  Registry registry;
  auto& first = registry.counter("edgecse_moves_total", "Moves.", {{"result", "completed"}});
  auto& again = registry.counter("edgecse_moves_total", "Moves.", {{"result", "completed"}});
  auto& other = registry.counter("edgecse_moves_total", "Moves.", {{"result", "aborted"}});
  EXPECT_EQ(&first, &again);
  EXPECT_NE(&first, &other);
}

TEST(Registry, KeepsTheBoundsOfTheFirstCall) {
  Registry registry;
  registry.histogram("edgecse_wait_seconds", "Wait.", {{"phase", "a"}}, {0.5}).observe(1);
  registry.histogram("edgecse_wait_seconds", "Wait.", {{"phase", "b"}}, {0.7}).observe(1);
  EXPECT_THAT(registry.text(), HasSubstr("edgecse_wait_seconds_bucket{phase=\"b\",le=\"0.5\"} 0\n"));
}

TEST(Registry, ShowsTheProcess) {
  const auto text = Registry().text();
  for (const char* name : {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_virtual_memory_bytes",
                           "process_open_fds", "process_max_fds", "process_start_time_seconds"}) {
    EXPECT_THAT(text, HasSubstr("\n" + std::string(name) + " ")) << name;
  }
}

}  // namespace
}  // namespace edgecse::telemetry
