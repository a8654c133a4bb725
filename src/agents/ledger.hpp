// SPDX-License-Identifier: Apache-2.0
//
// What a device knows for sure: a JSON object a line, written when it happened. Read by who checks that nothing was lost.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/result.hpp"

namespace edgecse::agents {

/// Single-threaded. Lines are whole: each is one write to the file.
class Ledger {
 public:
  /// Appends to what an earlier life wrote; "-": standard output, which knows no earlier life. Fails with a sentence.
  [[nodiscard]] static base::Result<Ledger, std::string> open(const std::string& file);

  void write(const nlohmann::json& line);
  /// The greatest n of a "sent" line of earlier lives; 0: none.
  [[nodiscard]] std::uint64_t last_sent() const { return last_sent_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  Ledger(std::FILE* file, std::uint64_t last_sent) : file_(file), last_sent_(last_sent) {}

  std::unique_ptr<std::FILE, Close> file_;
  std::uint64_t last_sent_;
};

}  // namespace edgecse::agents
