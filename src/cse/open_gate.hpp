// SPDX-License-Identifier: Apache-2.0
//
// The serving gate of a CSE without handover: everything is served.
#pragma once

#include "cse/hooks.hpp"

namespace edgecse::cse {

class OpenGate final : public ServingGate {
 public:
  Verdict judge_write(Transaction&, const std::string&, const onem2m::Request&) override { return {}; }
  Verdict judge_read(const Snapshot&, const std::string&, const onem2m::Request&) override { return {}; }
  Verdict judge_unknown(const Snapshot&, const onem2m::Request&) override { return {}; }
  Verdict judge_registration(const Snapshot&, const std::string&, const onem2m::Request&) override { return {}; }
  void remember(Transaction&, const std::string&, const onem2m::Request&, const onem2m::Response&) override {}
  void park(const std::string&, onem2m::Request request, onem2m::ResponseCallback done) override { refuse(request, done); }
  void forward(const Verdict&, onem2m::Request request, onem2m::ResponseCallback done) override { refuse(request, done); }
  std::optional<std::string> address_here(const Snapshot&, const onem2m::Request&) override { return std::nullopt; }
  bool serves(Transaction&, const std::string&) override { return true; }
  bool serves(const std::string&) override { return true; }
  void on_served(std::function<void(const std::string&)>) override {}

 private:
  static void refuse(const onem2m::Request& request, const onem2m::ResponseCallback& done) {
    done(onem2m::make_error_response(request, onem2m::ResponseStatus::InternalServerError, "nothing is parked or forwarded here"));
  }
};

}  // namespace edgecse::cse
