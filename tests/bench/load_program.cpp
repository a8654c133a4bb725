// SPDX-License-Identifier: Apache-2.0
// bench_load: drives one HTTP server and prints what it did as one JSON object.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "bench/load_generator.hpp"

int main(int argc, char** argv) {
  edgecse::bench::LoadPlan plan;
  int seconds = 3;
  CLI::App app{
      "Keeps HTTP requests in flight and counts the answers. {n} in target, header and body is a running number."};
  app.add_option("--host", plan.host, "numeric address");
  app.add_option("--port", plan.port)->required();
  app.add_option("--method", plan.method);
  app.add_option("--target", plan.target);
  app.add_option("--header", plan.fields, "\"Name: value\"; may be repeated")->take_all();
  app.add_option("--body", plan.body);
  app.add_option("--connections", plan.connections)->check(CLI::PositiveNumber);
  app.add_option("--in-flight", plan.in_flight, "over all connections; more than connections are pipelined")
      ->check(CLI::PositiveNumber);
  app.add_option("--expect", plan.expected_status, "the status that counts");
  app.add_option("--seconds", seconds, "after half a second of warming up")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  plan.duration = std::chrono::seconds(seconds);
  const auto result = edgecse::bench::run_load(plan);
  if (!result) {
    std::fprintf(stderr, "bench_load: %s\n", result.error().c_str());
    return 1;
  }
  const nlohmann::json report{{"requests", result->answers}, {"other_status", result->others}, {"asked", result->asked},
                              {"seconds", result->seconds},  {"requests_per_second", result->per_second()},
                              {"p50_ms", result->p50_ms},    {"p99_ms", result->p99_ms},
                              {"max_ms", result->maximum_ms}};
  std::puts(report.dump().c_str());
  return result->answers > 0 && result->others == 0 ? 0 : 1;
}
