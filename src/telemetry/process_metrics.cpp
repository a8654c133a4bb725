// SPDX-License-Identifier: Apache-2.0
#include "telemetry/process_metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace edgecse::telemetry {
namespace {

using prometheus::MetricType;

void append(std::vector<prometheus::MetricFamily>& families, std::string name, std::string help, MetricType type,
            double value) {
  prometheus::ClientMetric metric;
  if (type == MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  families.push_back({std::move(name), std::move(help), type, {std::move(metric)}});
}

double boot_time_seconds() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("btime ")) return std::stod(line.substr(6));
  }
  return 0;
}

// proc(5): the fields after the command's closing bracket start with number 3, the state.
void append_from_stat(std::vector<prometheus::MetricFamily>& families) {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  const auto bracket = text.rfind(')');
  if (bracket == std::string::npos) return;
  std::istringstream fields(text.substr(bracket + 1));
  std::vector<std::string> values{std::istream_iterator<std::string>(fields), {}};
  if (values.size() < 22) return;
  const auto field = [&](std::size_t number) { return std::stod(values[number - 3]); };
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  append(families, "process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", MetricType::Counter,
         (field(14) + field(15)) / ticks);
  append(families, "process_threads", "Number of threads.", MetricType::Gauge, field(20));
  append(families, "process_start_time_seconds", "Start time of the process since unix epoch in seconds.",
         MetricType::Gauge, boot_time_seconds() + field(22) / ticks);
  append(families, "process_virtual_memory_bytes", "Virtual memory size in bytes.", MetricType::Gauge, field(23));
  append(families, "process_resident_memory_bytes", "Resident memory size in bytes.", MetricType::Gauge,
         field(24) * static_cast<double>(sysconf(_SC_PAGESIZE)));
}

void append_descriptors(std::vector<prometheus::MetricFamily>& families) {
  std::error_code error;
  std::size_t open = 0;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end; !error && entry != end;
       entry.increment(error)) {
    ++open;
  }
  if (!error && open > 0) {
    // Without the one that reads the directory.
    append(families, "process_open_fds", "Number of open file descriptors.", MetricType::Gauge,
           static_cast<double>(open - 1));
  }
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    append(families, "process_max_fds", "Maximum number of open file descriptors.", MetricType::Gauge,
           static_cast<double>(limit.rlim_cur));
  }
}

}  // namespace

void append_process_metrics(std::vector<prometheus::MetricFamily>& families) {
  append_from_stat(families);
  append_descriptors(families);
}

}  // namespace edgecse::telemetry
