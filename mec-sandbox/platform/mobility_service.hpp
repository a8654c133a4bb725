// SPDX-License-Identifier: Apache-2.0
//
// MEC 021 application mobility service (amsi/v1) of one host, with its own store. It is responsible for the instances
// of its host: when a terminal that one of them registered is served by another host, the instance with the same appDId
// that is registered here from that host becomes the target. Only the system's executor touches it.
#pragma once

#include "platform/applications.hpp"
#include "platform/notifier.hpp"

namespace edgecse::sandbox {

class MobilityService {
 public:
  struct Ties {
    /// Host that serves a terminal now; empty when the address is no terminal's.
    std::function<std::string(const std::string& address)> serving_host;
    /// The state of a terminal's move changed here: steering may change.
    std::function<void(const std::string& address)> changed;
    /// hostName and hostId of a host.
    std::function<nlohmann::json(const std::string& host)> host_information;
  };
  MobilityService(const HostPlan& host, Surroundings& outside, Applications& applications, Notifier& notifier,
                  Ties ties)
      : host_(host), outside_(outside), applications_(applications), notifier_(notifier), ties_(std::move(ties)) {}

  [[nodiscard]] Reply handle(const Request& request);

  /// The terminal is served by another host than before.
  void terminal_moved(const std::string& address);
  /// True while the application of this host keeps a terminal although another host serves it: it did not confirm yet,
  /// or its service level does not allow a move.
  [[nodiscard]] bool keeps(const std::string& address) const;
  void forget_application(const std::string& id);
  void forget_all();

 private:
  enum class Move { None, Triggered, Completed };
  struct Device {
    nlohmann::json associate_id;
    std::string level = "APP_MOBILITY_WITH_CONFIRMATION";
    std::string state = "NOT_TRANSFERRED";
    bool level_given = false;
    bool state_given = false;
    Move move = Move::None;
    std::string target;  // application instance that the move goes to
    std::string target_host;
    [[nodiscard]] std::string address() const { return associate_id.at("value"); }
  };
  struct Registration {
    std::string id;
    std::string application;  // empty: registered for a whole platform (mepId)
    std::string mep;
    std::vector<Device> devices;
    std::uint32_t expiry_s = 0;
    bool expiry_given = false;
    base::TimerId expiry_timer = 0;
    std::uint64_t order = 0;
  };
  struct Subscription {
    std::string id;
    std::string application;
    std::string type;
    nlohmann::json body;
    base::TimerId warning_timer = 0;
    base::TimerId expiry_timer = 0;
  };

  [[nodiscard]] Reply registrations(const Request& request);
  [[nodiscard]] Reply put_registration(const Request& request, const std::string& id);
  [[nodiscard]] Result<Registration> read_registration(const nlohmann::json& body) const;
  [[nodiscard]] Result<> check_consumer(const nlohmann::json& consumer) const;
  void store(Registration registration);
  void erase_registration(const std::string& id, const char* why);
  void start_expiry(Registration& registration);
  [[nodiscard]] nlohmann::json representation(const Registration& registration) const;

  [[nodiscard]] Reply subscriptions(const Request& request);
  [[nodiscard]] Reply list_subscriptions(const Request& request) const;
  [[nodiscard]] Reply put_subscription(const Request& request, std::string id);
  void start_expiry(Subscription& subscription);
  void erase_subscription(const std::string& id);

  [[nodiscard]] Reply adjacent_instances(const Request& request) const;
  void announce_adjacency(const Registration& changed, bool removed);
  [[nodiscard]] std::vector<const Registration*> neighbours(const Registration& registration) const;

  /// Brings the move of one device to where it belongs after anything changed.
  void settle(Registration& registration, Device& device);
  void settle_all();
  void notify_move(const Registration& registration, const Device& device, const char* status);
  [[nodiscard]] bool somebody_listens(const Registration& registration, const Device& device) const;
  [[nodiscard]] const Registration* target_of(const Registration& registration, const std::string& host) const;
  [[nodiscard]] bool covers(const Subscription& subscription, const Registration& registration,
                            const Device& device) const;
  [[nodiscard]] std::string base() const { return fmt::format("{}/{}/amsi/v1", outside_.api_root, host_.name); }
  [[nodiscard]] std::string href(const Subscription& subscription) const {
    return base() + "/subscriptions/" + subscription.id;
  }
  [[nodiscard]] nlohmann::json links_of(const Subscription& subscription) const;

  const HostPlan& host_;
  Surroundings& outside_;
  Applications& applications_;
  Notifier& notifier_;
  Ties ties_;
  std::map<std::string, Registration> registrations_;
  std::map<std::string, Subscription> subscriptions_;
  std::uint64_t next_order_ = 1;
};

}  // namespace edgecse::sandbox
