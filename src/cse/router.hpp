// SPDX-License-Identifier: Apache-2.0
//
// The next hop of a primitive that is not for this CSE: an AE here, a CSE registered here or below one, a peer of the
// handover, else the registrar. TS-0004 7.3.2.6, 7.3.2.8.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "cse/cse_core.hpp"
#include "cse/outbox.hpp"
#include "cse/peer_addresses.hpp"
#include "onem2m/address.hpp"

namespace edgecse::cse {

class PollingChannels;  // cse/request/polling_channel.hpp

/// Thread-safe. Must be an observer of the commit loop, so that it follows registrations.
class Router final : public RequestForwarder, public CommitObserver {
 public:
  Router(CseCore& core, PollingChannels& polling_channels);

  /// 4004 when no way leads to the target, 4008 past rqet or without an answer, 5103 when the next hop is not reached.
  void forward(onem2m::Request request, onem2m::ResponseCallback done) override;
  /// An entry of the outbox: to a URL as it is, else like forward, targets here included.
  void deliver(const OutboxEntry& entry, onem2m::ResponseCallback done);
  /// A NOTIFY to an AE registered here: a call when it lives in this process, else its pointOfAccess in their order, its
  /// polling channel when it is not requestReachable.
  void deliver_to_ae(onem2m::Request request, const Resource& ae, onem2m::ResponseCallback done);
  /// To the registrar as it is configured; 5103 when there is none.
  void send_to_registrar(onem2m::Request request, onem2m::ResponseCallback done);

  /// Asks where the peers of the handover are, again and again until all are known. On the executor.
  void learn_peers();

  void committed(const Snapshot& snapshot, std::span<const Change> changes) override;

 private:
  using Routes = std::map<std::string, std::string, std::less<>>;  // CSE-ID -> ri of the <remoteCSE> that leads there
  [[nodiscard]] std::shared_ptr<const Routes> routes();
  void rebuild_routes(const Tree& tree);
  void serve_here(onem2m::Request request, onem2m::ResponseCallback done);
  void forward_to_cse(onem2m::Request request, const std::string& cse_id, onem2m::ResponseCallback done);
  void forward_to_service_provider(onem2m::Request request, const onem2m::Address& address, onem2m::ResponseCallback done);
  void forward_to_stem(onem2m::Request request, const onem2m::Address& address, onem2m::ResponseCallback done);
  void forward_to_peer(onem2m::Request request, const std::string& cse_id, onem2m::ResponseCallback done);
  void forward_up(onem2m::Request request, onem2m::ResponseCallback done, bool no_circle = false);
  void send_to_cse(onem2m::Request request, const Resource& remote_cse, onem2m::ResponseCallback done);
  [[nodiscard]] bool comes_from_above(const std::string& from);
  void recall_peers();
  void learn_again();

  /// Where requests for the entity wait when it cannot be reached; nullptr: it can, or it has no channel. TS-0004 7.3.3.9.
  [[nodiscard]] ResourcePtr channel_instead(const Resource& entity) const;

  CseCore& core_;
  PollingChannels& polling_channels_;
  std::shared_ptr<PeerAddresses> peers_;
  base::Duration learn_after_{0};  // the executor's only; 0: not learning
  std::mutex mutex_;
  std::shared_ptr<const Routes> routes_;  // guarded by mutex_; nullptr: not built yet
  std::shared_ptr<char> alive_ = std::make_shared<char>();  // answers that come after the CSE is gone find out by it
};

}  // namespace edgecse::cse
