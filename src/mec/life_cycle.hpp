// SPDX-License-Identifier: Apache-2.0
//
// The life of a MEC application at its platform as a state machine without I/O: events in, commands out. Registration, READY,
// termination subscription, required services, own services with liveness beats, DNS rules, AMS registration of every
// tracked device at every AMS with both kinds of subscription, renewal, audit, and the orderly end.
//
// Everything that must exist at a platform is a task: present or not, with a time of its next action (retry with back-off,
// renewal or audit). No answer, however odd, leaves a task without such a time. MEC 011 5.2, MEC 021 5.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "mec/encode.hpp"
#include "mec/types.hpp"

namespace edgecse::mec {

struct LifeCycleOptions {
  std::string app_name = "edgecse";
  std::string app_instance_id;  // empty: ask the platform for one (MEC 011 3.x)
  std::string app_endpoint;     // URL told in that registration
  std::string callback;         // base of the callback paths, without a slash at the end
  std::vector<std::string> required_services;
  std::optional<IotPlatform> iot_platform = {};  // as MEC 033 is told of us; nothing: it is not
  std::size_t ams_count = 1;    // the own platform's AMS is number 0, further ones follow
  bool subscribe_at_peers = false;  // off: the same trigger from two platforms could arrive late and move a device again
  bool activate_rules = true;   // DNS and traffic rules that the platform holds for us
  bool cell_changes = false;    // of tracked devices, by MEC 012
  std::chrono::seconds liveness_interval{10};      // proposed; the platform's answer counts
  std::chrono::seconds registration_expiry{600};   // of AMS registrations
  std::chrono::seconds subscription_expiry{3600};  // of AMS subscriptions
  std::chrono::seconds radio_subscription_expiry{600};  // of those at the RNI API; what an earlier life left ends by it
  std::chrono::seconds audit_interval{10};         // after which everything is read again
  std::chrono::milliseconds first_retry{500};
  std::chrono::seconds longest_retry{60};
};

/// Label values of the metric mec_state.
enum class LifeCycleState {
  Starting, Registering, ConfirmingReady, Establishing, Operational, Degraded, Refused, Unreachable, Terminating, Terminated
};
[[nodiscard]] std::string_view to_text(LifeCycleState state);
[[nodiscard]] const std::vector<LifeCycleState>& all_life_cycle_states();

struct Now {
  base::MonotonicTime monotonic;
  base::WallTime wall;
};

// Events.

struct Started {};
struct Woken {};
using CallId = std::uint64_t;
struct Answered {
  CallId call = 0;
  int status = 0;  // 0: no answer
  Json body;       // null: none, or no JSON
  std::string location;
  std::chrono::seconds retry_after{0};
  std::string detail;  // why there is no answer
  std::string entity_tag = {};
};
[[nodiscard]] inline bool succeeded(const Answered& answer) { return answer.status / 100 == 2; }
/// The platform does not have what was asked for.
[[nodiscard]] inline bool lacks(const Answered& answer) {
  return answer.status == 404 || answer.status == 405 || answer.status == 501;
}
/// No answer, or one of a platform that has too much to do: what was asked is asked again, nothing follows from it.
[[nodiscard]] inline bool says_nothing(const Answered& answer) {
  return answer.status == 0 || answer.status == 429 || answer.status == 503;
}

/// Replaces an earlier entry of the same device.
struct DeviceTracked { DeviceInformation device; };
struct DeviceUntracked { AssociateId associate_id; };
/// Replaces an earlier offer of the same name.
struct ServiceOffered { ServiceInfo service; };
struct ServiceWithdrawn { std::string name; };
/// A callback that was let in by its secret.
enum class CallbackKind { Termination, Availability, Mobility, Adjacency, CellChange };
struct Notified {
  CallbackKind kind = CallbackKind::Mobility;
  Json body;
};
/// After TerminationAsked: what had to leave has left.
struct EvacuationFinished {};
/// We stop by our own wish.
struct StopWanted {};

using Event = std::variant<Started, Woken, Answered, DeviceTracked, DeviceUntracked, ServiceOffered, ServiceWithdrawn,
                           Notified, EvacuationFinished, StopWanted>;

// Commands.

enum class Api { AppSupport, ServiceManagement, Ams, Location, Rni, Capif, Iot };
struct Call {
  CallId id = 0;
  Api api = Api::AppSupport;
  std::size_t platform = 0;  // 0: own; others count the peers, for Api::Ams
  std::string method;
  std::string path;          // below the API's base; or a link as the platform gave it
  bool is_link = false;
  Json body;                 // null: none
  std::string if_match = {};  // entity tag; empty: none
};
struct MobilityReported { MobilityProcedureNotification notification; };
struct AdjacencyReported { AdjacentAppInfoNotification notification; };
struct CellChangeReported { CellChangeNotification notification; };
struct TerminationAsked {
  OperationAction action;
  std::chrono::seconds graceful_timeout;
};
struct RequiredServiceFound { ServiceInfo service; };
struct Remark {  // for the log
  std::string task;
  int status = 0;
  int failures = 0;
  std::string detail;
};
struct StateChanged { LifeCycleState state; };
/// The orderly end is complete (or its time is over).
struct Ended {};

using Command = std::variant<Call, MobilityReported, AdjacencyReported, CellChangeReported, TerminationAsked, RequiredServiceFound, Remark,
                             StateChanged, Ended>;

/// Single-threaded. Commands are in the order in which they are to be executed.
class LifeCycle {
 public:
  LifeCycle(LifeCycleOptions options, base::Random& random);
  LifeCycle(const LifeCycle&) = delete;
  LifeCycle& operator=(const LifeCycle&) = delete;

  [[nodiscard]] std::vector<Command> step(const Event& event, Now now);
  /// When to send Woken at the latest; MonotonicTime::max() when only events can change anything.
  [[nodiscard]] base::MonotonicTime next_wake() const { return wake_; }
  [[nodiscard]] LifeCycleState state() const { return state_; }
  /// Empty before the registration is answered.
  [[nodiscard]] const std::string& app_instance_id() const { return app_instance_id_; }
  /// Whether a callback path {kind}/{secret} belongs to a subscription that we keep. The comparison takes the same time
  /// whatever the secret.
  [[nodiscard]] std::optional<CallbackKind> find_callback(std::string_view kind, std::string_view secret) const;

 private:
  struct Task {
    std::string name;
    bool present = false;
    bool unsupported = false;  // the platform does not offer it; asked again once in a while
    base::MonotonicTime due{};
    int failures = 0;
    int last_status = -1;
    CallId call = 0;           // in flight
  };
  struct Subscription {
    Task task;
    CallbackKind kind;
    std::string id;
    std::string secret;
    base::WallTime renew_at = base::WallTime::max();
  };
  struct Service {
    Task task;
    Task beat;
    ServiceInfo wanted;
    bool offered = true;
    bool changed = false;      // what the platform knows differs by more than the state
    std::string id;
    std::string liveness_href;
    std::chrono::seconds interval{0};
    Json answered;             // as the platform holds it, to send back with another state
  };
  struct Ams {
    std::size_t number = 0;
    Task registration;
    Subscription mobility, adjacency;
    EnumerationStyle style = EnumerationStyle::Strings;
    bool searched = false;     // whether a registration of an earlier life was looked for
    bool made = false;         // whether this life has made one: then what is found is its own
    std::vector<std::string> earlier;  // registrations of earlier lives, deleted when the new one stands
    Task stale;                // subscriptions of an earlier life
    std::vector<std::string> unchecked;  // identifiers of subscriptions that may be such
    std::string id;
    std::vector<DeviceInformation> sent;
    base::MonotonicTime renew_at{};
  };
  struct Lookup {
    Task task;
    std::string service_name;
  };
  struct Rules {
    Task task;  // its name is the path
    std::string id_member;
    std::vector<std::string> inactive;  // still to be activated
    std::optional<Answered> refused = {};  // what was answered to one of them
  };
  struct SubscriptionPlan {
    Api api;
    std::size_t platform;
    std::string path;                   // of the list
    std::function<Json()> body;         // called after a fresh secret was drawn
    std::chrono::seconds expiry{0};     // 0: the API knows none
    std::function<void(int status)> refused = {};
  };
  enum class Phase { Idle, Running, Evacuating, TakingDown, Over };
  using AnswerHandler = std::function<void(const Answered&)>;

  void handle(const Started&);
  void handle(const Woken&) {}
  void handle(const Answered&);
  void handle(const DeviceTracked&);
  void handle(const DeviceUntracked&);
  void handle(const ServiceOffered&);
  void handle(const ServiceWithdrawn&);
  void handle(const Notified&);
  void handle(const EvacuationFinished&);
  void handle(const StopWanted&);

  // life_cycle.cpp: the frame.
  void advance();
  void keep_registration();
  void keep_ready();
  void forget_everything();
  void leave_earlier_registrations();
  void look_again();
  void begin_take_down(bool confirm);
  void take_down();
  void take_down_resource(Task& task, Call call);
  [[nodiscard]] bool may_act(const Task& task);
  void send(Task& task, Call call, AnswerHandler handler);
  void succeed(Task& task, std::chrono::microseconds next);
  void fail(Task& task, const Answered& answer);
  void vanish(Task& task, std::size_t platform = 0);
  void doubt_ready();
  void send_and_forget(Call call);
  void judge(const Answered& answer, bool own_platform);
  void update_state();
  [[nodiscard]] LifeCycleState judge_state() const;
  template <typename Visitor>
  void for_each_task(Visitor&& visit);

  // life_cycle_services.cpp: what MEC 011 keeps for us.
  void remove_stale_subscriptions();
  void remove_unknown_subscriptions(Api api, const Json& list);
  void keep_subscription(Subscription& subscription, const SubscriptionPlan& plan);
  void create_subscription(Subscription& subscription, const SubscriptionPlan& plan);
  void renew_subscription(Subscription& subscription, const SubscriptionPlan& plan);
  /// With the next turn, whenever it would have been due.
  void renew_soon(Subscription& subscription);
  void audit_subscription(Subscription& subscription, const SubscriptionPlan& plan);
  void keep_required_services();
  void keep_services();
  void keep_service(Service& service);
  void create_service(Service& service);
  void update_service_state(Service& service);
  void remove_service(Service& service);
  void accept_service(Service& service, const Answered& answer);
  void audit_services();
  void compare_services(const Answered& answer, const std::vector<std::string>& expected);
  void keep_beat(Service& service);
  void look_for_capif();

  // life_cycle_rules.cpp
  void keep_rules(Rules& rules);
  void activate_next_rule(Rules& rules);

  // life_cycle_iot.cpp
  void keep_iot_platform();
  void write_iot_platform();
  void audit_iot_platform();
  void leave_iot_platform_alone();

  // life_cycle_radio.cpp
  void keep_cell_changes();
  void leave_cell_changes();

  // life_cycle_mobility.cpp: what MEC 021 keeps for us.
  void keep_ams(Ams& ams);
  void keep_ams_registration(Ams& ams);
  void search_registration(Ams& ams);
  [[nodiscard]] bool subscribes_at(const Ams& ams) const;
  /// Whether the subscription to moves there is still to come.
  [[nodiscard]] bool awaits_subscription(const Ams& ams) const;
  void take_over(Ams& ams, const std::string& id);
  void delete_earlier(Ams& ams);
  void write_registration(Ams& ams);
  void audit_registration(Ams& ams);
  void keep_ams_subscriptions(Ams& ams);
  void remove_stale_subscriptions(Ams& ams);
  void check_next_subscription(Ams& ams);
  [[nodiscard]] bool is_of_earlier_life(const std::string& callback) const;
  [[nodiscard]] MobilityRegistration wanted_registration(const Ams& ams) const;
  static void try_other_style(Ams& ams, EnumerationStyle used, int status);

  [[nodiscard]] std::string callback_of(const Subscription& subscription) const;
  [[nodiscard]] std::string app_path(std::string_view rest) const;
  [[nodiscard]] std::uint64_t unix_seconds_after(std::chrono::seconds span) const;

  LifeCycleOptions options_;
  base::Random& random_;
  Phase phase_ = Phase::Idle;
  LifeCycleState state_ = LifeCycleState::Starting;
  std::string app_instance_id_;
  Now now_{};
  base::MonotonicTime wake_ = base::MonotonicTime::max();
  std::vector<Command> commands_;
  CallId last_call_ = 0;
  std::map<CallId, AnswerHandler> pending_;

  Task registration_{"registration"};
  Task ready_{"confirm_ready"};
  Task stale_{"subscriptions of an earlier life"};
  Task service_audit_{"service list"};
  bool services_reviewed_ = false;
  Rules dns_rules_{{"dns_rules"}, "dnsRuleId", {}};
  Rules traffic_rules_{{"traffic_rules"}, "trafficRuleId", {}};
  Task iot_{"IoT platform"};
  std::string iot_id_;
  bool first_edition_ = false;  // MEC 011 2.1.1: services have no heartbeats
  bool looked_for_capif_ = false;
  Subscription termination_{{"termination subscription"}, CallbackKind::Termination, {}, {}};
  Subscription availability_{{"availability subscription"}, CallbackKind::Availability, {}, {}};
  std::vector<Lookup> lookups_;
  std::map<std::string, Service> services_;
  std::vector<Ams> ams_;
  std::map<AssociateId, DeviceInformation> devices_;
  Subscription cells_{{"cell change subscription"}, CallbackKind::CellChange, {}, {}};
  std::vector<AssociateId> cell_users_;  // that the subscription was last written for

  bool unreachable_ = false;  // the own platform gave no answer last time
  bool confirm_termination_ = false;
  OperationAction action_ = OperationAction::Terminating;
  base::MonotonicTime end_by_ = base::MonotonicTime::max();
  std::vector<Task> removals_;  // sized once when the end begins
  Task confirmation_{"confirm_termination"};
  Task deregistration_{"deregistration"};
};

}  // namespace edgecse::mec
