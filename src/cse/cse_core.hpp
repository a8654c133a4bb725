// SPDX-License-Identifier: Apache-2.0
//
// What the procedures of one CSE share, and where its parts plug in: exchange (outbox, notifications, router) and handover
// are parts beside the pipeline. Inside this room only, and for who builds a part.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cse/commit_loop.hpp"
#include "cse/cse.hpp"
#include "cse/hooks.hpp"
#include "cse/options.hpp"
#include "cse/type_procedure.hpp"

namespace edgecse::cse {

/// NOTIFY to <AE>, <CSEBase>, <remoteCSE> or a subscription-like target of this CSE: existence, serving state and access are
/// checked; content and delivery are the handler's. TS-0004 7.3.3.9, 7.5.1.2.
class NotifyHandler {
 public:
  virtual ~NotifyHandler() = default;
  /// Any thread.
  virtual void handle_notify(onem2m::Request request, ResourcePtr target, onem2m::ResponseCallback done) = 0;
};

/// A concern beside the pipeline. Its factory takes the core, registers what it offers there (listeners, type procedures,
/// forwarder, notify handler) and is called in make_parts() of cse.cpp.
class CsePart {
 public:
  virtual ~CsePart() = default;
  virtual void start() {}
  /// No new work; true when nothing waits any more.
  virtual bool drain() { return true; }
};

class AccessMemory;   // cse/access/access_memory.hpp
class AccessPolicies; // cse/access/access_policies.hpp
class OutboxSender;   // cse/outbox_sender.hpp
class InternalAes;    // cse/internal_aes.hpp
class ResourceLimit;  // cse/limits/resource_limit.hpp

struct CseCore {
  CseOptions options;
  CseEnvironment environment;
  std::unique_ptr<CommitLoop> loop;
  /// The whole pipeline: for a part's own requests (peer.internal = true, From = own CSE-ID: full access).
  onem2m::RequestHandler* pipeline = nullptr;

  // Set by parts while the CSE is built; read only after start().
  TypeProcedures procedures{};
  std::vector<ResourceEventListener*> listeners{};
  RequestForwarder* forwarder = nullptr;      // never null once built
  NotifyHandler* notify_handler = nullptr;    // nullptr: NOTIFY is answered 5001
  ServingGate* gate = nullptr;                // never null once built: the default serves everything
  SubtreeHandler* subtree = nullptr;
  RequestWatcher* watcher = nullptr;          // nullptr: nobody watches requests
  std::vector<SubtreeHandler*> virtual_targets{};  // fopt and others whose requests are procedures of their own
  AnswerHolder* answer_holder = nullptr;      // nullptr: a change is answered as soon as it is durable
  NonBlockingHandler* non_blocking = nullptr; // nullptr: rt 1 and 2 are refused
  OutboxSender* outbox_sender = nullptr;      // of the exchange part: may_send, settle, answers
  InternalAes* internal_aes = nullptr;        // of the exchange part: AEs that live in this process
  ResourceLimit* resource_limit = nullptr;    // nullptr: originators may keep any number of resources
  std::shared_ptr<AccessPolicies> access_policies{};  // never null once built
  std::atomic<bool> registrar_up{true};
  /// As the options say, but the upper tester may shorten them while the CSE runs.
  std::atomic<std::chrono::milliseconds> request_life{options.request_expiration};
  std::atomic<std::chrono::milliseconds> request_resource_life{options.request_resource_expiration};

  /// CSE-ID without the slash: resourceID of the CSEBase.
  [[nodiscard]] std::string base_id() const { return options.id.substr(1); }
  /// Tells every listener, in the job.
  void tell(Transaction& transaction, const ResourceEvent& event) const {
    for (ResourceEventListener* listener : listeners) listener->on_event(transaction, event);
  }
};

// --- what parts may call; on the loop's thread, inside a job -----------------------------------------------------------

/// Removes the resource and everything below it as DELETE does: type procedures, events, counters of the parent.
/// request nullptr: expiry or a part's own decision; silent: no events (evictions, clean-up of a handover).
onem2m::Result<> delete_resource(CseCore& core, Transaction& transaction, std::string_view id,
                                 const onem2m::Request* request, bool silent = false);

/// Whether the originator may do the operation (a bit of AccessOperation) on the resource. TS-0004 7.3.3.15. Any thread.
struct AccessQuestion {
  const Tree& tree;
  base::WallTime now;
  const onem2m::Request& request;
  onem2m::AccessOperation operation;
  int child_type = 0;                  // CREATE: type to be made
  const Json* attributes = nullptr;    // of what is read, when that is not the target itself (an instance)
  AccessMemory* memory = nullptr;      // of who asks the same about many resources: access/access_memory.hpp
};
[[nodiscard]] bool may_access(const CseCore& core, const AccessQuestion& question, const Resource& target);

/// The resource that an address names in the tree: structured, unstructured, `-`, SP-relative, absolute; no instances, no
/// virtual children. nullptr: none here. Any thread.
[[nodiscard]] ResourcePtr find_resource(const CseCore& core, const Tree& tree, std::string_view address);

/// The originator as this CSE writes it: its own CSE-ID and service provider taken off (`/mn1/Cx` -> `Cx`).
[[nodiscard]] std::string local_originator(const CseOptions& options, std::string_view from);

/// Attribute `et` and friends: text of a time. Microseconds since 1970 of an m2m:timestamp; 0 when absent or damaged.
[[nodiscard]] std::int64_t to_microseconds(std::string_view timestamp);

}  // namespace edgecse::cse
