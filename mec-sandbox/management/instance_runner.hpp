// SPDX-License-Identifier: Apache-2.0
//
// Runs application instances: as containers of their image with podman, or, where no container runs, as processes of one
// program. What still runs when the runner goes is killed.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/exchange.hpp"

namespace edgecse::sandbox {

class InstanceRunner {
 public:
  struct Options {
    std::string program;  // run as a process; "": as a container
    std::string folder;   // configuration, data and log of each instance, below its id
  };
  struct Order {
    std::string id;
    std::string image;
    std::string configuration;                       // content of its file
    std::map<std::string, std::string> environment;  // what the platform tells it
  };

  explicit InstanceRunner(Options options) : options_(std::move(options)) {}
  ~InstanceRunner();
  InstanceRunner(const InstanceRunner&) = delete;
  InstanceRunner& operator=(const InstanceRunner&) = delete;

  /// 500 with the reason when it cannot be started.
  [[nodiscard]] Result<> start(const Order& order);
  /// How it ended; nullopt: it runs.
  [[nodiscard]] std::optional<int> ended(const std::string& id);
  void signal(const std::string& id, int number) const;
  /// The end of what it wrote, for a person.
  [[nodiscard]] std::string last_words(const std::string& id) const;

 private:
  [[nodiscard]] std::vector<std::string> command(const Order& order, const std::string& home) const;

  Options options_;
  std::map<std::string, pid_t> running_;
};

}  // namespace edgecse::sandbox
