// SPDX-License-Identifier: Apache-2.0
//
// Health and metrics on a listener of their own: GET /livez, /readyz, /metrics.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/executor.hpp"
#include "net/http_server.hpp"
#include "telemetry/registry.hpp"

namespace edgecse::app {

/// Thread-safe.
class AdminServer {
 public:
  struct Surroundings {
    telemetry::Registry& registry;
    std::vector<base::Executor*> executors;    // alive means: each of them still gets its turn
    /// Makes a backup of the store and returns its folder, or says why not; on the admin server's thread.
    std::function<base::Result<std::string, std::string>()> back_up;
    std::function<void()> before_metrics = [] {};  // brings up to date what is only looked at when asked for; any thread
  };

  [[nodiscard]] static base::Result<std::unique_ptr<AdminServer>, net::Error> start(const std::string& listen,
                                                                                    Surroundings surroundings);

  /// reason: why not, for people who look at /readyz; empty: ready.
  void set_not_ready(std::string reason);
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

 private:
  explicit AdminServer(Surroundings surroundings)
      : surroundings_(std::make_shared<const Surroundings>(std::move(surroundings))) {}
  void handle(const net::HttpRequest& request, const net::Responder& responder);

  std::shared_ptr<const Surroundings> surroundings_;  // shared with what waits in the executors
  std::mutex mutex_;
  std::string not_ready_ = "starting";  // guarded by mutex_
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace edgecse::app
