// SPDX-License-Identifier: Apache-2.0
//
// Where procedures of one concern meet those of another: the pipeline knows these interfaces, not who stands behind them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cse/commit_loop.hpp"
#include "cse/resource.hpp"
#include "cse/transaction.hpp"
#include "onem2m/primitive.hpp"
#include "onem2m/request_handler.hpp"
#include "onem2m/result.hpp"

namespace edgecse::cse {

/// A change as subscriptions and announcements see it, told inside the job that makes it: after it is made, but of a
/// DELETE while everything that goes is still in the tree, parents first. Imports and clean-up of a handover, and evictions,
/// are silent: they tell nothing. Instances that go with their container are not told one by one.
struct ResourceEvent {
  enum class Kind { Created, Updated, Deleted };
  Kind kind;
  std::string id;                      // ri of the subject
  int type = 0;
  std::string member_name;             // m2m:cin
  std::string parent;                  // pi of the subject
  const Json& attributes;              // after the change; of a deleted subject: before
  const Json* before = nullptr;        // Updated: all attributes before
  const Json* modified = nullptr;      // Updated: the attributes that the request changed, null for removed ones
  ResourcePtr resource = nullptr;      // nullptr for instances
  const onem2m::Request* request = nullptr;  // nullptr: expiry
  bool goes_with_parent = false;       // Deleted: because what is above it is
};
class ResourceEventListener {
 public:
  virtual ~ResourceEventListener() = default;
  virtual void on_event(Transaction& transaction, const ResourceEvent& event) = 0;
  /// A resource came by a handover. Nobody is told, but what a listener keeps about the tree must know it before the next
  /// job. On the loop's thread; the job may still fail.
  virtual void on_import(const Resource& resource) { static_cast<void>(resource); }
  /// The monitoring of a timeSeries found data points missing: their expected dataGenerationTimes (texts, oldest first),
  /// already in its missingDataList. In the job; the series is put. TS-0001 9.6.36, 9.6.8 (net 8).
  virtual void on_missing_data(Transaction& transaction, const Resource& series, const std::vector<std::string>& times) {
    static_cast<void>(transaction), static_cast<void>(series), static_cast<void>(times);
  }
  /// A trigger (m2m:tgp) went out for the entity that an <AE> or <remoteCSE> stands for. In a job. TS-0001 9.6.8 (net 6).
  virtual void on_trigger(Transaction& transaction, const Resource& entity, const Json& payload) {
    static_cast<void>(transaction), static_cast<void>(entity), static_cast<void>(payload);
  }
};

/// What is to be done with a request for a unit, by who owns the unit. docs/handover.md 3, 5.
struct Verdict {
  enum class Action { Serve, Park, Forward, Refuse };
  Action action = Action::Serve;
  std::string unit;                             // Park, Forward
  std::string owner;                            // Forward: CSE-ID
  std::optional<onem2m::Error> error;           // Refuse
  std::optional<onem2m::Response> answer;       // Serve, but this was answered before: give the same answer
};

/// The serving table as the pipeline asks it. Writes are judged inside their job, so that a freeze is exact.
class ServingGate {
 public:
  virtual ~ServingGate() = default;
  /// Before a CREATE, UPDATE, DELETE or NOTIFY whose target belongs to the unit. On the commit loop's thread.
  virtual Verdict judge_write(Transaction& transaction, const std::string& unit, const onem2m::Request& request) = 0;
  /// Reads are served while frozen. Any thread.
  virtual Verdict judge_read(const Snapshot& snapshot, const std::string& unit, const onem2m::Request& request) = 0;
  /// The target was not found here: perhaps a unit that moved away or is arriving. Any thread.
  virtual Verdict judge_unknown(const Snapshot& snapshot, const onem2m::Request& request) = 0;
  /// A CREATE <AE> whose stem may be known elsewhere (docs/handover.md 7); stem empty: not given. Any thread. Park: the gate
  /// brings the unit here and then handles the request again.
  virtual Verdict judge_registration(const Snapshot& snapshot, const std::string& stem, const onem2m::Request& request) = 0;
  /// Keeps the answer of a change in the change's own commit (retry table). docs/handover.md 5.
  virtual void remember(Transaction& transaction, const std::string& unit, const onem2m::Request& request,
                        const onem2m::Response& response) = 0;
  /// Takes over a request judged Park: handled again or forwarded when the unit is served again, or refused at its deadline.
  virtual void park(const std::string& unit, onem2m::Request request, onem2m::ResponseCallback done) = 0;
  /// Takes over a request judged Forward: To and From are rewritten as the owner knows them, a circle ends with 5103.
  virtual void forward(const Verdict& verdict, onem2m::Request request, onem2m::ResponseCallback done) = 0;
  /// To names another CSE, but a unit that came from there may be served here: then the CSE-relative address to use
  /// instead. To be asked before a request is retargeted. Any thread.
  virtual std::optional<std::string> address_here(const Snapshot& snapshot, const onem2m::Request& request) = 0;
  /// Whether this CSE owns the unit and it is not frozen: for expiry and other changes that no request asks for, inside
  /// their job. Such a change of a unit that is not served must not happen: the owner makes it.
  virtual bool serves(Transaction& transaction, const std::string& unit) = 0;
  /// The same, as last published: outbox entries of a unit that is not served stay unsent. Any thread.
  virtual bool serves(const std::string& unit) = 0;
  /// Called, on any thread, when a unit is served again or for the first time: its outbox entries may leave. Before start().
  virtual void on_served(std::function<void(const std::string& unit)> listener) = 0;
};

/// Targets whose requests are a procedure of their own: a subtree of the CSEBase (`mobility` of the handover), a virtual
/// child and what is addressed through it (fopt). It validates, answers and changes resources itself; access control is
/// its own too.
class SubtreeHandler {
 public:
  virtual ~SubtreeHandler() = default;
  /// Whether the request is for it. Any thread.
  [[nodiscard]] virtual bool takes(const onem2m::Request& request, const std::vector<std::string>& segments) const = 0;
  virtual void handle(onem2m::Request request, onem2m::ResponseCallback done) = 0;
};

/// Watches requests themselves, not what they change: operation monitors, reads, and blocking events, which hold an operation
/// back until somebody else agreed. Any thread. TS-0001 9.6.8.
class RequestWatcher {
 public:
  virtual ~RequestWatcher() = default;
  /// False: nobody watches anything here. Cheap.
  [[nodiscard]] virtual bool active() const = 0;
  /// A request to a target that is here (of an instance or virtual child: its parent), before anything is checked. What
  /// this returns is called with the outcome; an empty function when nobody watches.
  using Outcome = std::function<void(const onem2m::Response&)>;
  [[nodiscard]] virtual Outcome attempt(const SnapshotPtr& snapshot, const onem2m::Request& request, const ResourcePtr& target) = 0;
  /// Whether a RETRIEVE, UPDATE or DELETE that passed its checks must be held.
  [[nodiscard]] virtual bool holds(const Snapshot& snapshot, const onem2m::Request& request, const Resource& target) const = 0;
  /// go_on is called exactly once: the operation may happen while what it is given lives, or fails with the error.
  using GoOn = std::function<void(onem2m::Result<std::shared_ptr<void>>)>;
  virtual void hold(const SnapshotPtr& snapshot, const onem2m::Request& request, const ResourcePtr& target, GoOn go_on) = 0;
  /// A NOTIFY to what is not here yet, but is just being made: answered OK.
  [[nodiscard]] virtual bool expects(const onem2m::Request& request) const = 0;
};

/// Holds the answer to a change back until what it set off at other CSEs has had its first outcome (announcements: `at` of
/// the answer shows where they are). On the loop's thread, with the request as the listeners were told of it.
class AnswerHolder {
 public:
  virtual ~AnswerHolder() = default;
  /// After the change is durable. True: taken over, done is called later, on any thread.
  virtual bool hold(const onem2m::Request& request, onem2m::Response& response, onem2m::ResponseCallback& done) = 0;
  /// The change failed after listeners may have been told of it.
  virtual void forget(const onem2m::Request& request) = 0;
};

/// Takes over requests that are not answered with their result: rt nonBlockingRequestSynch and -Asynch. TS-0004 7.3.2.2.
class NonBlockingHandler {
 public:
  virtual ~NonBlockingHandler() = default;
  /// The request is valid and its times are absolute; rt is 1 or 2. Answers 1001 or 1002. Any thread.
  virtual void accept(onem2m::Request request, onem2m::ResponseCallback done) = 0;
};

/// Sends a request to the entity that an SP-relative or absolute id names, by the next hop of this CSE (registree,
/// registrar, own AE's pointOfAccess); not durable: what must survive goes into the outbox.
class RequestForwarder {
 public:
  virtual ~RequestForwarder() = default;
  virtual void forward(onem2m::Request request, onem2m::ResponseCallback done) = 0;
};

}  // namespace edgecse::cse
