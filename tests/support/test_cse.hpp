// SPDX-License-Identifier: Apache-2.0
//
// A whole CSE in one thread: memory store, simulated time, a network of one's own. Requests are asked and answered in one
// call; what the CSE sends is kept for the test to look at and answer.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/random.hpp"
#include "base/simulated_time.hpp"
#include "cse/cse.hpp"
#include "cse/cse_core.hpp"
#include "store/memory_store.hpp"
#include "telemetry/registry.hpp"

namespace edgecse::test {

using Json = nlohmann::json;

/// Keeps what is sent. By default every request is answered at once (posted): NOTIFY with 2000, others with 5103.
class FakeSender final : public onem2m::RequestSender {
 public:
  struct Sent {
    onem2m::NextHop next_hop;
    onem2m::Request request;
  };
  /// nullopt: never answered.
  using Answer = std::function<std::optional<onem2m::Response>(const onem2m::NextHop&, const onem2m::Request&)>;

  explicit FakeSender(base::Executor& executor) : executor_(executor) {}
  void send(onem2m::NextHop next_hop, onem2m::Request request, onem2m::ResponseCallback done) override {
    sent.push_back({next_hop, request});
    executor_.post([this, hop = std::move(next_hop), request = std::move(request), done = std::move(done)] {
      if (auto response = answer(hop, request)) done(std::move(*response));
    });
  }

  std::deque<Sent> sent;
  Answer answer = [](const onem2m::NextHop&, const onem2m::Request& request) -> std::optional<onem2m::Response> {
    if (request.operation != onem2m::Operation::Notify)
      return onem2m::make_error_response(request, onem2m::ResponseStatus::TargetNotReachable, "nobody is there");
    onem2m::Response response;
    response.request_identifier = request.request_identifier;
    return response;
  };

 private:
  base::Executor& executor_;
};

class TestCse {
 public:
  explicit TestCse(cse::CseOptions options = {}) : options_(std::move(options)) { open(); }

  /// A crash: what was not committed is gone; the same disk is opened again.
  void restart() {
    cse_.reset();
    open();
  }

  onem2m::Response ask(onem2m::Request request) {
    if (request.request_identifier.empty()) request.request_identifier = "t" + std::to_string(++requests_);
    if (!request.release_version) request.release_version = "3";
    return ask_as_is(std::move(request));
  }
  /// Runs the CSE until it answered, at most a minute of its time. A response with rsc 0: it did not.
  onem2m::Response ask_as_is(onem2m::Request request) {
    std::optional<onem2m::Response> answer;
    cse_->handle(std::move(request), [&answer](onem2m::Response response) { answer = std::move(response); });
    const auto end = time.monotonic_now() + std::chrono::minutes{1};
    while (!answer && time.monotonic_now() < end && time.run_one()) {
    }
    if (!answer) {
      answer.emplace();
      answer->status = static_cast<onem2m::ResponseStatus>(0);
    }
    if (answer->serialized_content) answer->content = Json::parse(*answer->serialized_content);
    return std::move(*answer);
  }

  onem2m::Request request(onem2m::Operation operation, std::string to, std::string from = "CAdmin") const {
    onem2m::Request made;
    made.operation = operation;
    made.to = std::move(to);
    made.from = std::move(from);
    return made;
  }
  onem2m::Response create(const std::string& parent, int type, Json content, const std::string& from = "CAdmin") {
    auto made = request(onem2m::Operation::Create, parent, from);
    made.resource_type = type;
    made.content = std::move(content);
    return ask(std::move(made));
  }
  onem2m::Response retrieve(const std::string& to, const std::string& from = "CAdmin", std::optional<int> rcn = {}) {
    auto made = request(onem2m::Operation::Retrieve, to, from);
    made.result_content = rcn;
    return ask(std::move(made));
  }
  onem2m::Response update(const std::string& to, Json content, const std::string& from = "CAdmin") {
    auto made = request(onem2m::Operation::Update, to, from);
    made.content = std::move(content);
    return ask(std::move(made));
  }
  onem2m::Response remove(const std::string& to, const std::string& from = "CAdmin") {
    return ask(request(onem2m::Operation::Delete, to, from));
  }
  onem2m::Response notify(const std::string& to, Json content, const std::string& from = "CAdmin") {
    auto made = request(onem2m::Operation::Notify, to, from);
    made.content = std::move(content);
    return ask(std::move(made));
  }

  /// Usual things, by the shortest words. They return the structured address.
  std::string add_ae(const std::string& stem, Json more = Json::object()) {
    Json ae{{"rn", stem}, {"api", "Ntest"}, {"rr", true}, {"srv", {"3"}}};
    ae.update(more);
    create(options_.name, 2, {{"m2m:ae", ae}}, stem);
    return options_.name + "/" + stem;
  }
  std::string add_container(const std::string& parent, const std::string& name, const std::string& from,
                            Json more = Json::object()) {
    Json container{{"rn", name}};
    container.update(more);
    create(parent, 3, {{"m2m:cnt", container}}, from);
    return parent + "/" + name;
  }
  onem2m::Response add_instance(const std::string& container, Json content, const std::string& from,
                                Json more = Json::object()) {
    Json instance{{"con", std::move(content)}};
    instance.update(more);
    return create(container, 4, {{"m2m:cin", instance}}, from);
  }

  [[nodiscard]] cse::Cse& cse() { return *cse_; }
  [[nodiscard]] const cse::Tree tree() { return cse_->loop().snapshot()->tree; }
  [[nodiscard]] const cse::CseOptions& options() const { return options_; }
  [[nodiscard]] store::MemoryStore& store() { return *store_; }

  base::SimulatedTime time;
  base::SeededRandom random{1};
  telemetry::Registry telemetry;
  FakeSender sender{time};
  std::shared_ptr<store::MemoryDisk> disk = std::make_shared<store::MemoryDisk>();

 private:
  void open() {
    store_ = std::make_unique<store::MemoryStore>(disk);
    auto opened = cse::Cse::open(options_, {*store_, time, random, time, time, sender, telemetry});
    if (!opened) throw std::runtime_error(opened.error().detail);
    cse_ = std::move(*opened);
    cse_->start();
  }

  cse::CseOptions options_;
  std::unique_ptr<store::MemoryStore> store_;
  std::unique_ptr<cse::Cse> cse_;
  std::uint64_t requests_ = 0;
};

/// For expectations: the number of a response's status.
[[nodiscard]] inline int rsc(const onem2m::Response& response) { return onem2m::to_number(response.status); }

}  // namespace edgecse::test
