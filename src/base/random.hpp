// SPDX-License-Identifier: Apache-2.0
//
// Randomness comes from outside: secrets and identifiers from SystemRandom, simulations from SeededRandom.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace edgecse::base {

/// Thread-safe unless said otherwise.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::byte> bytes) = 0;
  [[nodiscard]] std::uint64_t next();
  /// Uniform in [0, bound); bound must not be 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound);
  /// Lower-case hexadecimal digits, two per byte.
  [[nodiscard]] std::string hex(std::size_t bytes);
};

/// The kernel's generator: fit for secrets.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::byte> bytes) override;
};

/// Repeatable; single-threaded; not for secrets.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::byte> bytes) override;

 private:
  std::uint64_t state_;
};

}  // namespace edgecse::base
