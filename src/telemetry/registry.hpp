// SPDX-License-Identifier: Apache-2.0
//
// The process's Prometheus metrics, and the text that /metrics answers. Names and labels: docs/metrics.md; labels come
// from closed sets, never resource ids or originators.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace edgecse::telemetry {

using Labels = std::map<std::string, std::string>;

/// Handles stay valid as long as the Registry; increments are thread-safe and cheap. Keep the handle: looking it up is
/// not.
class Counter {
 public:
  virtual ~Counter() = default;
  virtual void add(double amount = 1) = 0;
};
class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void set(double value) = 0;
  virtual void add(double amount) = 0;
};
class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void observe(double value) = 0;
};

/// Asking twice for the same name and labels gives the same handle. Thread-safe.
class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  /// Bucket bounds are those of the first call for the name; empty: 0.1 ms to 10 s.
  Histogram& histogram(const std::string& name, const std::string& help, const Labels& labels = {},
                       const std::vector<double>& bounds = {});
  /// Prometheus text format 0.0.4, with the standard process_* metrics.
  [[nodiscard]] std::string text() const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace edgecse::telemetry
