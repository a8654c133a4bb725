// SPDX-License-Identifier: Apache-2.0
//
// How a device speaks to "its" CSE, of which it knows one name only: the name is resolved before each attempt, and a request
// that was not answered for good is repeated under the same identifier, wherever the name leads then.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "net/http_client.hpp"
#include "onem2m/request_handler.hpp"

namespace edgecse::agents {

struct Outcome {
  onem2m::Response response;
  std::string via;         // base URL of the CSE that answered
  int attempts = 0;
  base::WallTime begun;    // first attempt
  base::Duration wait{0};  // from then to the answer
};

struct PatientClientOptions {
  std::string resolver;
  std::chrono::milliseconds resolver_timeout{2'000};
  std::chrono::milliseconds first_pause{20};
  std::chrono::milliseconds longest_pause{1'000};
};

/// Used on the executor's thread only; callbacks come there, and none after destruction.
class PatientClient {
 public:
  using Done = std::function<void(Outcome)>;
  /// Whether an answer ends the request; asked for each.
  using IsFinal = std::function<bool(const Outcome&)>;

  PatientClient(PatientClientOptions options, net::HttpClient& client, onem2m::RequestSender& sender,
                base::Executor& executor, const base::Clock& clock)
      : options_(std::move(options)), client_(client), sender_(sender), executor_(executor), clock_(clock) {}

  void send(onem2m::Request request, IsFinal is_final, Done done);
  /// Goes there until the resolver says something new: the network's steering may be behind.
  void prefer(std::string base_url);

 private:
  struct Exchange;
  void attempt(std::shared_ptr<Exchange> exchange);
  void transmit(std::shared_ptr<Exchange> exchange);
  void pause(std::shared_ptr<Exchange> exchange);
  void resolve(std::function<void()> done);
  void resolved(const net::HttpResult& result);

  PatientClientOptions options_;
  net::HttpClient& client_;
  onem2m::RequestSender& sender_;
  base::Executor& executor_;
  const base::Clock& clock_;
  std::string resolved_, preferred_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace edgecse::agents
