// SPDX-License-Identifier: Apache-2.0
//
// Several whole CSEs in one thread and one simulated time, joined by a network in memory: what one sends is encoded,
// travels, and is handled by the CSE whose pointOfAccess was named, or by a sink of the test. Lines can be cut, CSEs crash.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/simulated_time.hpp"
#include "cse/cse.hpp"
#include "cse/cse_core.hpp"
#include "onem2m/json_codec.hpp"
#include "store/memory_store.hpp"
#include "telemetry/registry.hpp"

namespace edgecse::test {

class CseNetwork {
 public:
  using Json = nlohmann::json;

  class Node;
  /// Something that is no CSE of ours: an AE, a notification server. nullopt: it never answers.
  using Sink = std::function<std::optional<onem2m::Response>(const onem2m::Request& request)>;

  /// The pointOfAccess of a CSE with this CSE-ID.
  static std::string address_of(const std::string& cse_id) { return "mem:/" + cse_id; }

  /// Opens and starts a CSE; its pointOfAccess, and that of the registrar, are filled in.
  Node& add(cse::CseOptions options);
  void add_sink(std::string url, Sink sink) { sinks_[std::move(url)] = std::move(sink); }
  /// Nothing travels between the two any more; requests on their way are answered 5103.
  void cut(const std::string& a, const std::string& b) { cuts_.insert(std::minmax(a, b)); }
  void join(const std::string& a, const std::string& b) { cuts_.erase(std::minmax(a, b)); }

  void advance(base::Duration span) { time.advance(span); }
  /// Runs until the condition holds, at most for the span of simulated time.
  bool run_until(const std::function<bool()>& condition, base::Duration span = std::chrono::minutes{2}) {
    const auto end = time.monotonic_now() + span;
    while (!condition() && time.monotonic_now() < end && time.run_one()) {
    }
    return condition();
  }

  base::SimulatedTime time;
  base::SeededRandom random{1};
  base::Duration delay = std::chrono::milliseconds{2};  // one way
  base::Duration timeout = std::chrono::seconds{10};    // without an answer a request is answered 4008

 private:
  using Link = std::pair<std::string, std::string>;
  void send(const std::string& from, const onem2m::NextHop& hop, onem2m::Request request, onem2m::ResponseCallback done);

  std::map<std::string, std::unique_ptr<Node>> nodes_;  // by CSE-ID
  std::map<std::string, Sink> sinks_;                   // by URL
  std::set<Link> cuts_;
};

/// One CSE with its disk.
class CseNetwork::Node final : public onem2m::RequestSender {
 public:
  Node(CseNetwork& network, cse::CseOptions options) : network_(network), options_(std::move(options)) { open(); }

  /// What was not committed is gone; nothing runs until restart().
  void crash() {
    ++life_;
    cse_.reset();
  }
  void restart() {
    crash();
    open();
  }
  [[nodiscard]] bool alive() const { return cse_ != nullptr; }

  /// Asks as a client of this CSE and runs everything until it answered. rsc 0: no answer in two minutes.
  onem2m::Response ask(onem2m::Request request) {
    if (request.request_identifier.empty()) request.request_identifier = "t" + std::to_string(++requests_);
    if (!request.release_version) request.release_version = "3";
    std::optional<onem2m::Response> answer;
    cse_->handle(std::move(request), [&answer](onem2m::Response response) { answer = std::move(response); });
    network_.run_until([&answer] { return answer.has_value(); });
    if (!answer) {
      answer.emplace();
      answer->status = static_cast<onem2m::ResponseStatus>(0);
    }
    if (answer->serialized_content) answer->content = Json::parse(*answer->serialized_content);
    return std::move(*answer);
  }
  onem2m::Response ask(onem2m::Operation operation, const std::string& to, const std::string& from, Json content = {},
                       std::optional<int> type = {}) {
    onem2m::Request request;
    request.operation = operation;
    request.to = to;
    request.from = from;
    request.content = std::move(content);
    request.resource_type = type;
    return ask(std::move(request));
  }
  onem2m::Response create(const std::string& parent, int type, Json content, const std::string& from = "CAdmin") {
    return ask(onem2m::Operation::Create, parent, from, std::move(content), type);
  }
  onem2m::Response retrieve(const std::string& to, const std::string& from = "CAdmin") {
    return ask(onem2m::Operation::Retrieve, to, from);
  }
  onem2m::Response update(const std::string& to, Json content, const std::string& from = "CAdmin") {
    return ask(onem2m::Operation::Update, to, from, std::move(content));
  }
  onem2m::Response remove(const std::string& to, const std::string& from = "CAdmin") {
    return ask(onem2m::Operation::Delete, to, from);
  }

  void send(onem2m::NextHop hop, onem2m::Request request, onem2m::ResponseCallback done) override {
    sent.push_back(request);
    // An answer that comes back to a process that died in between finds nobody.
    network_.send(options_.id, hop, std::move(request), [this, life = life_, done = std::move(done)](onem2m::Response response) {
      if (life == life_ && alive()) done(std::move(response));
    });
  }

  [[nodiscard]] cse::Cse& cse() { return *cse_; }
  [[nodiscard]] cse::Tree tree() { return cse_->loop().snapshot()->tree; }
  [[nodiscard]] const cse::CseOptions& options() const { return options_; }

  std::deque<onem2m::Request> sent;  // everything, in order
  std::shared_ptr<store::MemoryDisk> disk = std::make_shared<store::MemoryDisk>();
  std::unique_ptr<telemetry::Registry> telemetry;

 private:
  friend class CseNetwork;
  void open() {
    telemetry = std::make_unique<telemetry::Registry>();
    store_ = std::make_unique<store::MemoryStore>(disk);
    auto opened = cse::Cse::open(options_, {*store_, network_.time, network_.random, network_.time, network_.time, *this, *telemetry});
    if (!opened) throw std::runtime_error(opened.error().detail);
    cse_ = std::move(*opened);
    cse_->start();
  }

  CseNetwork& network_;
  cse::CseOptions options_;
  std::unique_ptr<store::MemoryStore> store_;
  std::unique_ptr<cse::Cse> cse_;
  std::uint64_t life_ = 0;
  std::uint64_t requests_ = 0;
};

inline CseNetwork::Node& CseNetwork::add(cse::CseOptions options) {
  options.points_of_access = {address_of(options.id)};
  if (options.registrar) options.registrar->points_of_access = {address_of(options.registrar->id)};
  auto& node = nodes_[options.id];
  node = std::make_unique<Node>(*this, options);
  return *node;
}

inline void CseNetwork::send(const std::string& from, const onem2m::NextHop& hop, onem2m::Request request,
                             onem2m::ResponseCallback done) {
  std::string text = onem2m::to_json_text(onem2m::to_json(request));  // what does not survive the wire is lost here too
  // Answered once: by the other side, or by the clock when it is silent.
  const auto once = [answered = std::make_shared<bool>(false), done = std::move(done)](const onem2m::Response& response) {
    if (!std::exchange(*answered, true)) done(response);
  };
  time.run_after(timeout, [once, request] {
    once(onem2m::make_error_response(request, onem2m::ResponseStatus::RequestTimeout, "no answer"));
  });
  const auto back = [this, once](onem2m::Response response) {
    time.run_after(delay, [once, response = std::move(response)] { once(response); });
  };
  const auto unreachable = [request, back] {
    back(onem2m::make_error_response(request, onem2m::ResponseStatus::TargetNotReachable, "nobody listens there"));
  };
  time.run_after(delay, [this, from, hop, text = std::move(text), back, unreachable] {
    auto arrived = onem2m::request_from_json(*onem2m::parse_json(text));
    if (!arrived) throw std::runtime_error("a request did not survive the wire: " + arrived.error().detail);
    for (const std::string& url : hop.points_of_access) {
      if (const auto sink = sinks_.find(url); sink != sinks_.end()) {
        if (auto response = sink->second(*arrived)) back(std::move(*response));
        return;
      }
      const std::string id = url.starts_with("mem:/") ? url.substr(5) : std::string{};
      const auto node = nodes_.find(id);
      if (node == nodes_.end() || !node->second->alive() || cuts_.contains(std::minmax(from, id))) continue;
      arrived->peer.address = "127.0.0.1";
      node->second->cse().handle(std::move(*arrived), [this, from, id, back, unreachable](onem2m::Response response) {
        if (response.serialized_content) response.content = Json::parse(*response.serialized_content);
        response.serialized_content = nullptr;
        if (cuts_.contains(std::minmax(from, id))) return unreachable();
        back(std::move(response));
      });
      return;
    }
    unreachable();
  });
}

}  // namespace edgecse::test
