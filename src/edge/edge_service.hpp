// SPDX-License-Identifier: Apache-2.0
//
// Where MEC and oneM2M meet, in one object: life cycle at the platform, registry entries, AMS adaptor, data API with its own
// AE. Give it the CSE as RequestHandler and what the outside is made of; route the HTTP requests that it takes to it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "base/random.hpp"
#include "cse/internal_aes.hpp"
#include "cse/location/network_positions.hpp"
#include "edge/data_access.hpp"
#include "edge/data_streams.hpp"
#include "edge/device_tracker.hpp"
#include "edge/move_trigger.hpp"
#include "edge/problem.hpp"
#include "edge/publisher.hpp"
#include "mec/application.hpp"
#include "net/http_client.hpp"
#include "net/rate_limits.hpp"
#include "onem2m/request_handler.hpp"
#include "telemetry/registry.hpp"

namespace edgecse::edge {

struct EdgeOptions {
  PublisherOptions publisher;       // identity of the CSE, what is advertised
  mec::ApplicationOptions mec;
  /// In whose names the data API asks the CSE; clients see what the access rules give their originator. What the registry
  /// offers is what access.originator sees.
  DataAccessOptions access;
  std::string host;                 // name of the MEC host, as devices tell it; empty: not told
  std::size_t maximum_classes = 32; // registry entries for data with a name of its own
  Publish publish = Publish::Labelled;
  bool cells = false;               // tell devices' radio cells, as MEC 012 reports them
  bool proxy_moved = false;         // answer for devices that moved instead of 307
  std::string callback_path = "/mec";  // path of mec.callback as this process sees it
  std::string root;                 // http.root without a slash at the end: stands before the data API's path
  std::chrono::milliseconds tracking_interval{5'000};
};

/// All of it outlives the EdgeService; the executor has its own thread, or is the CSE's.
struct EdgeEnvironment {
  onem2m::RequestHandler& cse;
  cse::InternalAes& internal_aes;
  net::HttpClient& http_client;
  base::Executor& executor;
  base::Clock& clock;
  base::Random& random;
  telemetry::Registry& telemetry;
  MoveTrigger& trigger;
  OwnerOf owner_of;                 // called on the executor
  net::RateLimits* limits = nullptr;  // of the data API's clients, shared with whoever else charges originators; nullptr: none
};

/// Thread-safe. Its parts end on the executor: after destroying it let the executor run one more task before stopping it.
class EdgeService {
 public:
  EdgeService(EdgeOptions options, EdgeEnvironment environment);
  ~EdgeService();
  EdgeService(const EdgeService&) = delete;
  EdgeService& operator=(const EdgeService&) = delete;

  /// Registers the service AE, enters the platform. The CSE takes requests by now.
  void start();
  /// Takes leave of the platform; ended follows within some seconds, on the executor.
  void stop(std::function<void()> ended);
  /// The platform asked this instance to end and nothing is left to do: ended is called once the leave is taken.
  void on_terminated(std::function<void()> ended);

  /// Whether a request, by its path, is for this service: MEC callbacks or the data API.
  [[nodiscard]] bool takes(std::string_view path) const;
  /// open_stream: for answers that go on; without it streams are refused.
  void handle(net::HttpRequest request, Respond respond, OpenStream open_stream = {});

  /// Where the platform's location service (MEC 013) sees devices; outlives this object, then nothing can be asked.
  [[nodiscard]] std::shared_ptr<cse::PositionSource> positions() const;

  /// The owner of a unit has changed (it left, or it arrived): tells the platforms soon.
  void owner_changed();
  /// The evacuation that MoveTrigger was asked for is over, although not every unit has left.
  void evacuation_finished();

  struct Implementation;

 private:
  std::shared_ptr<Implementation> implementation_;
};

}  // namespace edgecse::edge
