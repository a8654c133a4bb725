// SPDX-License-Identifier: Apache-2.0
//
// <pollingChannel>: requests to an entity that cannot be reached wait here until it asks for them at the virtual child pcu
// with a long poll, and it brings the responses by NOTIFY to pcu. What must not be lost waits in the outbox as well: an entry
// whose time here is over is sent again. TS-0001 9.6.21, TS-0004 7.4.21, 7.4.22.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// The channel of an <AE> or <remoteCSE>; nullptr: it has none.
[[nodiscard]] ResourcePtr polling_channel_of(const Tree& tree, std::string_view entity);

/// Thread-safe. Registers itself as the target of pcu and the procedure of <pollingChannel>.
class PollingChannels final : public SubtreeHandler {
 public:
  explicit PollingChannels(CseCore& core);
  ~PollingChannels() override;

  /// The request waits for the entity; answered with its response, with 4008 at rqet or, without one, after the usual life of
  /// a request, with 5103 when the channel goes.
  void send(const Resource& channel, onem2m::Request request, onem2m::ResponseCallback done);
  /// Called, on any thread, when an entity asks and nothing waits: resourceID of the entity. Before requests come.
  void on_idle_poll(std::function<void(const std::string& entity)> listener) { on_idle_poll_ = std::move(listener); }

  [[nodiscard]] bool takes(const onem2m::Request& request, const std::vector<std::string>& segments) const override;
  void handle(onem2m::Request request, onem2m::ResponseCallback done) override;

  /// The channel is gone: who waits is told.
  void forget(const std::string& channel);

 private:
  struct Waiting;  // a request, a poll
  using WaitingPtr = std::shared_ptr<Waiting>;
  struct Channel {
    std::deque<WaitingPtr> requests;             // to be fetched
    std::multimap<std::string, WaitingPtr> out;  // fetched, by rqi: the response is to come
    std::deque<WaitingPtr> polls;
  };
  using Tasks = std::vector<std::function<void()>>;  // to be run without the lock

  void serve(const Resource& channel, onem2m::Request request, onem2m::ResponseCallback done);
  void poll(const Resource& channel, onem2m::Request request, onem2m::ResponseCallback done);
  void take_response(const Resource& channel, const onem2m::Request& request, const onem2m::ResponseCallback& done);
  void expire(const std::string& channel, const WaitingPtr& waiting);
  [[nodiscard]] WaitingPtr make_waiting(const std::string& channel, onem2m::Request request, onem2m::ResponseCallback done);
  void hand_over(Channel& channel, bool aggregated, Tasks& tasks);

  CseCore& core_;
  std::function<void(const std::string&)> on_idle_poll_;
  std::mutex mutex_;
  std::map<std::string, Channel> channels_;  // by ri; guarded by mutex_
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace edgecse::cse
