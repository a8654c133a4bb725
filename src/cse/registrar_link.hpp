// SPDX-License-Identifier: Apache-2.0
//
// This CSE's registration at its registrar as a state machine: register, mirror, refresh before it expires, register anew
// when the registrar forgot, follow changes of what is registered below. TS-0001 10.2.2.7, TS-0004 7.4.4.2.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "cse/options.hpp"
#include "onem2m/primitive.hpp"

namespace edgecse::cse {

/// What the machine wants done next. At most one request of it is under way.
struct RegistrarCommand {
  std::optional<onem2m::Request> request;  // send it to the registrar (rqi is the owner's), give the answer to answered()
  base::Duration delay{0};                 // without a request: call proceed() after this time
};

/// Pure: no clock, no network. The owner calls from one thread.
class RegistrarLink {
 public:
  struct Timing {
    std::chrono::seconds life{600};                 // of the registration: expirationTime asked for
    std::chrono::seconds refresh{60};               // between refreshes: how long a registrar's loss of memory goes unseen
    std::chrono::milliseconds first_back_off{500};  // doubles per failure
    std::chrono::milliseconds maximum_back_off{30'000};
  };
  /// The options must name a registrar and outlive this.
  explicit RegistrarLink(const CseOptions& options) : RegistrarLink(options, Timing{}) {}
  RegistrarLink(const CseOptions& options, const Timing& timing) : options_(options), timing_(timing) {}

  /// At the beginning, after a delay, and when set_descendants said so.
  [[nodiscard]] RegistrarCommand proceed(base::WallTime now);
  /// jitter, 0 to 1, takes up to half of a back-off away.
  [[nodiscard]] RegistrarCommand answered(const onem2m::Response& response, base::WallTime now, double jitter);
  /// CSE-IDs registered here and below; true when the registrar has to be told and no request is under way: proceed().
  [[nodiscard]] bool set_descendants(std::vector<std::string> cse_ids);

  /// Whether the registrar has this CSE's registration, as far as the last answer tells.
  [[nodiscard]] bool up() const { return up_; }
  /// Once after each registration: attributes of the registrar's <CSEBase>, for the mirror; null when it may not be read.
  [[nodiscard]] std::optional<onem2m::Json> take_registrar_base() { return std::exchange(registrar_base_, std::nullopt); }

 private:
  using Json = onem2m::Json;
  enum class State { Register, Adopt, ReadRegistrar, Refresh };
  [[nodiscard]] RegistrarCommand create(base::WallTime now);
  [[nodiscard]] RegistrarCommand update(base::WallTime now, bool whole);
  [[nodiscard]] RegistrarCommand read_registrar();
  [[nodiscard]] RegistrarCommand registered(base::WallTime now);
  [[nodiscard]] RegistrarCommand back_off(State next, double jitter);
  [[nodiscard]] onem2m::Request make_request(onem2m::Operation operation, std::string to);
  [[nodiscard]] Json registration(base::WallTime now) const;

  const CseOptions& options_;
  const Timing timing_;
  State state_ = State::Register;
  bool up_ = false;
  bool under_way_ = false;
  unsigned failures_ = 0;
  std::string registration_;                     // address of the <remoteCSE> at the registrar
  std::vector<std::string> descendants_, told_;  // told_: what the registrar knows
  std::vector<std::string> telling_;             // what the request under way tells
  std::optional<Json> registrar_base_;
};

}  // namespace edgecse::cse
