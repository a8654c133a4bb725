// SPDX-License-Identifier: Apache-2.0
//
// Keeps a number of HTTP requests in flight over some connections and counts the answers. One thread, raw epoll: it
// must cost less than what it measures.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace edgecse::bench {

struct LoadPlan {
  std::string host = "127.0.0.1";  // numeric
  std::uint16_t port = 0;
  std::string method = "GET";
  std::string target = "/";
  std::vector<std::string> fields;  // "Name: value"
  std::string body;                 // here and in target and fields "{n}" becomes a running number of nine digits
  unsigned connections = 8;
  unsigned in_flight = 8;  // over all connections; those that share a connection are pipelined
  int expected_status = 200;
  std::chrono::milliseconds warm_up{500};
  std::chrono::milliseconds duration{3'000};
};

struct LoadResult {
  std::uint64_t answers = 0;  // with the expected status, within the duration
  std::uint64_t others = 0;   // with another status
  std::uint64_t asked = 0;    // requests sent, those of the warm-up too: what the server worked for
  double seconds = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  double maximum_ms = 0;
  [[nodiscard]] double per_second() const { return static_cast<double>(answers) / seconds; }
};

/// The error is a sentence: not connected, closed by the server, an answer that cannot be read.
[[nodiscard]] base::Result<LoadResult, std::string> run_load(const LoadPlan& plan);

}  // namespace edgecse::bench
