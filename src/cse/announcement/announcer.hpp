// SPDX-License-Identifier: Apache-2.0
//
// Brings other CSEs up to date about the resources here that are announced to them. What is to be done is written in the
// commit that causes it (intents.hpp; deletions and instances in the outbox) and repeated until it is done, so that neither
// a crash nor a peer that is away loses anything. TS-0004 7.3.3.10, 7.3.3.11; release4 16.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cse/announcement/held_answers.hpp"
#include "cse/announcement/intents.hpp"
#include "cse/cse_core.hpp"
#include "cse/outbox.hpp"

namespace edgecse::cse::announcement {

class Announcer final : public ResourceEventListener, public std::enable_shared_from_this<Announcer> {
 public:
  Announcer(CseCore& core, std::shared_ptr<HeldAnswers> held) : core_(core), held_(std::move(held)) {}

  void on_event(Transaction& transaction, const ResourceEvent& event) override;
  void on_import(const Resource& resource) override;
  /// Wants to know what became of its outbox entries. Before the outbox starts.
  void listen();
  /// Goes on with what an earlier life left.
  void start();

 private:
  using Key = std::pair<std::string, std::string>;  // ri of the original, entry of announceTo
  struct Lane {
    bool busy = false, again = false;
    unsigned attempts = 0;
    base::TimerId timer = 0;
    std::vector<Key> waiters;  // announcements that need this one's address
  };

  // In jobs.
  void created(Transaction& transaction, const ResourceEvent& event);
  void updated(Transaction& transaction, const ResourceEvent& event);
  void deleted(Transaction& transaction, const ResourceEvent& event);
  void instance_created(Transaction& transaction, const ResourceEvent& event);
  void instance_deleted(Transaction& transaction, const ResourceEvent& event);
  void set_off(Transaction& transaction, const ResourceEvent& event, const std::string& target);
  [[nodiscard]] bool replace_targets(Transaction& transaction, const ResourceEvent& event, const Json& wanted, Intents& intents);
  void withdraw(Transaction& transaction, const std::string& address, const ResourceEvent* event) const;

  // On the executor.
  void work(const Key& key);
  void announce(const Key& key, const Tree& tree, const Resource& original);
  [[nodiscard]] std::string find_parent(const Key& key, const Tree& tree, const Resource& original);
  void synchronise(const Key& key, const Tree& tree, const Resource& original, const Intent& intent);
  void name_announced_policies(const Tree& tree, const Resource& original, const std::string& target, Json& content) const;
  void adopt(const Key& key, const std::string& address, const std::string& link);
  void announced(const Key& key, const std::string& parent, const std::string& link, const onem2m::Response& response);
  void synchronised(const Key& key, std::int64_t version, const onem2m::Response& response);
  void record(const Key& key, const std::string& address, bool everything_changed);
  void give_up(const Key& key, const onem2m::Response& response);
  void forget_base(const Key& key);
  void failed(const Key& key);
  void finished(const Key& key);
  void ready(const Key& key);
  void instance_announced(const OutboxEntry& entry, const onem2m::Response& response);

  void send(onem2m::Request request, std::function<void(const onem2m::Response&)> done);
  void change(const Key& key, std::function<void(Transaction&, Resource&)> how);
  void touch(const Key& key);
  [[nodiscard]] onem2m::Request make_request(onem2m::Operation operation, const std::string& to) const;

  CseCore& core_;
  const std::shared_ptr<HeldAnswers> held_;
  std::map<Key, Lane> lanes_;  // the executor's only
};

}  // namespace edgecse::cse::announcement
