// SPDX-License-Identifier: Apache-2.0
//
// Sends request primitives over HTTP: to the points of access of an entity, in order, or to the URL of a notification target.
// TS-0009.
#pragma once

#include <chrono>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "net/http_client.hpp"
#include "onem2m/request_handler.hpp"

namespace edgecse::binding {

struct HttpRequestSenderOptions {
  std::chrono::milliseconds default_timeout{10'000};  // for a request without requestExpirationTimestamp
  std::chrono::milliseconds maximum_timeout{600'000};
};

/// Answers come on the client's thread, or on the executor when there was nothing to send to. A point of access that cannot be
/// reached is passed over for the next; one that was reached and did not answer in time is not (the request may have been
/// carried out).
class HttpRequestSender final : public onem2m::RequestSender {
 public:
  /// client, executor and clock must outlive the last answer.
  HttpRequestSender(net::HttpClient& client, base::Executor& executor, const base::Clock& clock,
                    HttpRequestSenderOptions options = {});

  void send(onem2m::NextHop next_hop, onem2m::Request request, onem2m::ResponseCallback done) override;

 private:
  net::HttpClient& client_;
  base::Executor& executor_;
  const base::Clock& clock_;
  const HttpRequestSenderOptions options_;
};

}  // namespace edgecse::binding
