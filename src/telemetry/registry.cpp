// SPDX-License-Identifier: Apache-2.0
#include "telemetry/registry.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>
#include <utility>

#include "telemetry/process_metrics.hpp"

namespace edgecse::telemetry {
namespace {

class PrometheusCounter final : public Counter {
 public:
  explicit PrometheusCounter(prometheus::Counter& counter) : counter_(counter) {}
  void add(double amount) override { counter_.Increment(amount); }

 private:
  prometheus::Counter& counter_;
};

class PrometheusGauge final : public Gauge {
 public:
  explicit PrometheusGauge(prometheus::Gauge& gauge) : gauge_(gauge) {}
  void set(double value) override { gauge_.Set(value); }
  void add(double amount) override { gauge_.Increment(amount); }

 private:
  prometheus::Gauge& gauge_;
};

class PrometheusHistogram final : public Histogram {
 public:
  explicit PrometheusHistogram(prometheus::Histogram& histogram) : histogram_(histogram) {}
  void observe(double value) override { histogram_.Observe(value); }

 private:
  prometheus::Histogram& histogram_;
};

const std::vector<double>& default_bounds() {
  static const std::vector<double> bounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                          0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
  return bounds;
}

}  // namespace

struct Registry::Implementation {
  using Key = std::pair<std::string, Labels>;

  prometheus::Registry registry;
  std::mutex mutex;
  // Guarded by mutex; the handles themselves are given out.
  std::map<Key, std::unique_ptr<Counter>> counters;
  std::map<Key, std::unique_ptr<Gauge>> gauges;
  std::map<Key, std::unique_ptr<Histogram>> histograms;
  std::map<std::string, std::vector<double>> bounds;
};

Registry::Registry() : implementation_(std::make_unique<Implementation>()) {}
Registry::~Registry() = default;

Counter& Registry::counter(const std::string& name, const std::string& help, const Labels& labels) {
  const std::lock_guard lock(implementation_->mutex);
  auto& handle = implementation_->counters[{name, labels}];
  if (!handle) {
    auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(implementation_->registry);
    handle = std::make_unique<PrometheusCounter>(family.Add(labels));
  }
  return *handle;
}

Gauge& Registry::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  const std::lock_guard lock(implementation_->mutex);
  auto& handle = implementation_->gauges[{name, labels}];
  if (!handle) {
    auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(implementation_->registry);
    handle = std::make_unique<PrometheusGauge>(family.Add(labels));
  }
  return *handle;
}

Histogram& Registry::histogram(const std::string& name, const std::string& help, const Labels& labels,
                               const std::vector<double>& bounds) {
  const std::lock_guard lock(implementation_->mutex);
  auto& handle = implementation_->histograms[{name, labels}];
  if (!handle) {
    const auto& used =
        implementation_->bounds.try_emplace(name, bounds.empty() ? default_bounds() : bounds).first->second;
    auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(implementation_->registry);
    handle = std::make_unique<PrometheusHistogram>(family.Add(labels, used));
  }
  return *handle;
}

std::string Registry::text() const {
  auto families = implementation_->registry.Collect();
  append_process_metrics(families);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace edgecse::telemetry
