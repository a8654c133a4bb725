// SPDX-License-Identifier: Apache-2.0
//
// The parts of a running CSE and how they are joined. Order of members is order of construction; the end goes the other way
// round after the threads have stopped.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "admin_server.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/thread_executor.hpp"
#include "binding/http/http_binding.hpp"
#include "binding/http/http_request_sender.hpp"
#include "commit_executor.hpp"
#include "configuration.hpp"
#include "cse/cse.hpp"
#include "edge/edge_service.hpp"
#include "entrance.hpp"
#include "moves.hpp"
#include "net/http_client.hpp"
#include "net/http_server.hpp"
#include "net/rate_limits.hpp"
#include "store/resource_store.hpp"
#include "telemetry/registry.hpp"
#include "tls_watch.hpp"
#include "token_watch.hpp"
#include "upper_tester.hpp"

namespace edgecse::app {

class Process {
 public:
  /// Ready when it returns. Fails with the sentence why not.
  [[nodiscard]] static base::Result<std::unique_ptr<Process>, std::string> start(const Configuration& configuration);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Not ready, no new connections, requests in flight answered, what is committed on disk. True when all of it was done
  /// within the configured time.
  bool drain();

 private:
  explicit Process(const Configuration& configuration) : configuration_(configuration) {}
  base::Result<void, std::string> open_store();
  base::Result<void, std::string> open_network();
  /// Makes a backup; its folder, or why there is none.
  base::Result<std::string, std::string> back_up();
  /// What keeps the store's gauges up to date.
  std::function<void()> store_metrics();
  base::Result<void, std::string> add_flex_containers();
  base::Result<void, std::string> open_cse();
  base::Result<void, std::string> open_moves();
  void open_edge();
  void add_routes();
  void add_limits();
  /// Waits until it has run.
  void run_on_executor(const base::Task& task);
  void leave_platform(std::chrono::milliseconds limit);
  [[nodiscard]] std::vector<std::string> advertised() const;

  Configuration configuration_;
  base::SystemClock clock_;
  base::SystemRandom random_;
  net::RateLimits limits_{configuration_.http.limits, clock_};
  telemetry::Registry registry_;
  std::unique_ptr<store::ResourceStore> store_;
  base::ThreadExecutor executor_{"edgecse"};
  CommitExecutor commit_executor_;
  std::unique_ptr<net::HttpClient> client_;
  std::unique_ptr<binding::HttpRequestSender> sender_;
  std::unique_ptr<cse::Cse> cse_;
  std::unique_ptr<binding::HttpBinding> binding_;
  std::unique_ptr<UpperTester> upper_tester_;  // none: not asked for
  std::unique_ptr<Moves> moves_;
  std::unique_ptr<edge::EdgeService> edge_;  // none: no MEC application
  Entrance entrance_;
  std::unique_ptr<net::HttpServer> server_;
  std::unique_ptr<TlsWatch> tls_watch_;
  std::unique_ptr<TokenWatch> token_watch_;  // none: no keys are configured
  std::unique_ptr<AdminServer> admin_;
};

}  // namespace edgecse::app
