// SPDX-License-Identifier: Apache-2.0
#include "agents/patient_client.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/guarded_json.hpp"

namespace edgecse::agents {

struct PatientClient::Exchange {
  onem2m::Request request;
  IsFinal is_final;
  Done done;
  Outcome outcome;
  base::MonotonicTime begun;
};

void PatientClient::send(onem2m::Request request, IsFinal is_final, Done done) {
  auto exchange = std::make_shared<Exchange>();
  exchange->request = std::move(request);
  exchange->is_final = std::move(is_final);
  exchange->done = std::move(done);
  exchange->outcome.begun = clock_.wall_now();
  exchange->begun = clock_.monotonic_now();
  attempt(std::move(exchange));
}

void PatientClient::prefer(std::string base_url) { preferred_ = std::move(base_url); }

void PatientClient::attempt(std::shared_ptr<Exchange> exchange) {
  resolve([this, exchange] { transmit(exchange); });
}

void PatientClient::transmit(std::shared_ptr<Exchange> exchange) {
  const std::string base = preferred_.empty() ? resolved_ : preferred_;
  if (base.empty()) return pause(std::move(exchange));  // the name leads nowhere yet
  ++exchange->outcome.attempts;
  exchange->outcome.via = base;
  sender_.send({{base}, false}, exchange->request, [this, exchange, &executor = executor_,
                                                    alive = std::weak_ptr<bool>(alive_)](onem2m::Response response) {
    executor.post([this, exchange, alive, response = std::move(response)]() mutable {
      if (alive.expired()) return;
      exchange->outcome.response = std::move(response);
      exchange->outcome.wait = clock_.monotonic_now() - exchange->begun;
      if (exchange->is_final(exchange->outcome)) return exchange->done(std::move(exchange->outcome));
      pause(exchange);
    });
  });
}

void PatientClient::pause(std::shared_ptr<Exchange> exchange) {
  if (exchange->outcome.attempts > 1) preferred_.clear();  // what was preferred does not answer
  const int doublings = std::min(exchange->outcome.attempts, 10);
  const auto span = std::min<base::Duration>(options_.longest_pause, options_.first_pause * (1 << doublings));
  executor_.run_after(span, [this, exchange, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) attempt(exchange);
  });
}

void PatientClient::resolve(std::function<void()> done) {
  net::HttpCall call;
  call.url = options_.resolver;
  call.timeout = options_.resolver_timeout;
  client_.send(std::move(call), [this, &executor = executor_, alive = std::weak_ptr<bool>(alive_),
                                 done = std::move(done)](net::HttpResult result) {
    executor.post([this, alive, done, result = std::move(result)] {
      if (alive.expired()) return;
      resolved(result);
      done();
    });
  });
}

void PatientClient::resolved(const net::HttpResult& result) {
  // A resolver that is down, or has no answer, does not unsay what it said.
  if (!result || result->status != 200) return;
  const auto answer = base::parse_guarded_json(result->body);
  if (!answer || !answer->is_object() || !answer->contains("uri") || !(*answer)["uri"].is_string()) return;
  const auto uri = (*answer)["uri"].get<std::string>();
  if (uri == resolved_) return;
  resolved_ = uri;
  preferred_.clear();
}

}  // namespace edgecse::agents
