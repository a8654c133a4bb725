// SPDX-License-Identifier: Apache-2.0
//
// The process's one object: the MEC system of the loaded scenario, the clock that moves it, and the control API below
// /sandbox/v1 (README.md). Only its executor touches it.
#pragma once

#include <memory>

#include "control/tied_executor.hpp"
#include "management/orchestrator.hpp"
#include "net/http_server.hpp"
#include "platform/gatekeeper.hpp"
#include "platform/mec_system.hpp"

namespace edgecse::sandbox {

class Sandbox {
 public:
  struct Options {
    std::string scenarios;  // folder of the scenario files
    std::string api_root;   // http://address:port under which the process is reached
    double speed = 1;       // scenario seconds per second
    EnumerationStyle enumerations = EnumerationStyle::Strings;
    Orchestrator::Options management = {};
    Quirks quirks = Quirks::None;
    std::optional<Edition> edition = {};  // of every host; nothing: as the scenario says
    bool capif_only = false;
    TokenRules tokens = {};
  };
  using Answer = std::function<void(net::HttpResponse)>;

  Sandbox(Options options, base::Clock& clock, base::Executor& executor, base::Random& random, net::HttpClient& client);
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  /// Puts the scenario in place of the one before: paused, at its first second, with empty platforms.
  [[nodiscard]] Result<> load(const std::string& scenario);
  void start();
  void pause();
  /// Answers once, perhaps later (event stream).
  void handle(const net::HttpRequest& request, Answer answer);

 private:
  struct Stage;  // one loaded scenario
  [[nodiscard]] Reply control(const Request& request);
  [[nodiscard]] Reply control_scenario(const Request& request);
  [[nodiscard]] Reply control_terminals(const Request& request);
  [[nodiscard]] Reply control_hosts(const Request& request);
  [[nodiscard]] Reply control_faults(const Request& request);
  [[nodiscard]] Reply control_tokens(const Request& request);
  [[nodiscard]] Reply resolve(const Request& request) const;
  [[nodiscard]] nlohmann::json state() const;
  void stream_events(const Request& request, Answer answer);
  void tick();
  void schedule_tick();

  Options options_;
  base::Clock& clock_;
  base::Executor& executor_;
  base::Random& random_;
  net::HttpClient& client_;
  EventLog events_;
  Gatekeeper gatekeeper_;
  std::unique_ptr<Stage> stage_;
  Orchestrator orchestrator_;
  std::vector<std::unique_ptr<Stage>> retired_;  // without their systems: only what late answers may still post to
  double speed_;
  bool running_ = false;
  base::TimerId tick_timer_ = 0;
  base::MonotonicTime next_tick_{};
};

}  // namespace edgecse::sandbox
