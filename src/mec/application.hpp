// SPDX-License-Identifier: Apache-2.0
//
// A MEC application as the process runs it: the life cycle's commands executed over HTTP, its wake-ups by timer, the callbacks
// of the platform let in by their secrets.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "base/random.hpp"
#include "mec/api_client.hpp"
#include "mec/life_cycle.hpp"
#include "net/http_message.hpp"

namespace edgecse::mec {

struct ApplicationOptions {
  LifeCycleOptions life_cycle;
  std::vector<PlatformAddress> platforms;  // the own one, then those whose AMS must know us
  OAuth2Options oauth2;
};

/// Called on the executor's thread; what is not set is not told.
struct ApplicationListener {
  std::function<void(const MobilityProcedureNotification&)> on_mobility;
  std::function<void(const AdjacentAppInfoNotification&)> on_adjacency;
  std::function<void(const CellChangeNotification&)> on_cell_change;
  /// When the evacuation is over, call evacuation_finished().
  std::function<void(OperationAction, std::chrono::seconds graceful_timeout)> on_termination;
  std::function<void(const ServiceInfo&)> on_required_service;
  std::function<void(LifeCycleState, const std::string& app_instance_id)> on_state;
  std::function<void()> on_ended;
};

/// Thread-safe: everything runs on the executor. HttpClient, Executor, Clock, Random and Registry outlive it. Destroyed on the
/// executor's thread, or when that has stopped, no listener is called any more.
class Application {
 public:
  Application(ApplicationOptions options, net::HttpClient& client, base::Executor& executor, base::Clock& clock,
              base::Random& random, telemetry::Registry* registry = nullptr);
  ~Application();
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  void start(ApplicationListener listener);
  /// Takes leave of the platform; on_ended follows within some seconds, whatever the platform does.
  void stop();
  void evacuation_finished();

  void track(DeviceInformation device);
  void untrack(AssociateId associate_id);
  void offer(ServiceInfo service);
  void withdraw(std::string service_name);

  /// One request below the callback base; path_below is "/<kind>/<secret>". Answers 204, 400, 404, 405 or 413.
  void handle_callback(const net::HttpRequest& request, std::string_view path_below,
                       std::function<void(net::HttpResponse)> done);

  /// To be used on the executor's thread only.
  [[nodiscard]] ApiClient& api();
  /// Empty before a registration is answered; executor's thread only.
  [[nodiscard]] const std::string& app_instance_id() const;

 private:
  struct Implementation;
  std::shared_ptr<Implementation> implementation_;
};

}  // namespace edgecse::mec
