// SPDX-License-Identifier: Apache-2.0
//
// edgecse: runs a CSE. Exit status: 0 clean stop, 2 bad configuration, 1 otherwise.
#include <csignal>

#include <CLI/CLI.hpp>
#include <iostream>

#include "base/log.hpp"
#include "base/stop_signals.hpp"
#include "build_info.hpp"
#include "configuration.hpp"
#include "process.hpp"

namespace {

using namespace edgecse;

struct CommandLine {
  std::string file;
  std::vector<std::string> overrides;
  bool check = false;
  bool print = false;
  bool version = false;
};

/// The exit status when the program is to end at once.
std::optional<int> read_command_line(int count, char** arguments, CommandLine& line) {
  CLI::App app{"EdgeCSE: a oneM2M CSE at the mobile edge"};
  app.add_option("--config", line.file, "configuration file; without it the defaults hold");
  app.add_option("--set", line.overrides, "KEY=VALUE, wins over environment and file")->allow_extra_args(false);
  app.add_flag("--check", line.check, "validate the configuration and say what it would do");
  app.add_flag("--print-config", line.print, "every key with default, bounds, unit and meaning");
  app.add_flag("--version", line.version, "version, commit and libraries");
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& fault) {
    return app.exit(fault) == 0 ? 0 : 2;
  }
  return std::nullopt;
}

int run(const app::Configuration& configuration) {
  base::log::set_level(configuration.log_level);
  const sigset_t signals = base::block_stop_signals();
  auto process = app::Process::start(configuration);
  if (!process) {
    base::log::error("app", "cannot start", {{"reason", process.error()}});
    return 1;
  }
  int received = 0;
  ::sigwait(&signals, &received);
  // A second signal ends the process at once: the store needs no farewell.
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  return (*process)->drain() ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  CommandLine line;
  if (const auto status = read_command_line(count, arguments, line)) return *status;
  if (line.version) {
    std::cout << app::version_text();
    return 0;
  }
  app::Configuration configuration;
  base::ConfigurationKeys keys;
  app::declare_keys(keys, configuration);
  if (line.print) {
    std::cout << keys.documentation();
    return 0;
  }
  const auto faults = app::load(keys, configuration,
                                {.file = line.file, .overrides = line.overrides, .environment = base::process_environment()});
  for (const auto& fault : faults) std::cerr << fault.text() << '\n';
  if (!faults.empty()) return 2;
  if (line.check) {
    std::cout << keys.given_settings() << app::describe(configuration);
    return 0;
  }
  return run(configuration);
}
