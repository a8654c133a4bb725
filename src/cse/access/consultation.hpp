// SPDX-License-Identifier: Apache-2.0
//
// Dynamic authorisation: before an access is refused, the authorisation system that a <dynamicAuthorizationConsultation> of the
// target names is asked, and what it grants counts for its lifetime. TS-0003 7.3.2, TS-0001 11.5.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// Stands before the pipeline. A request that is answered 4103 changed nothing, so it is handled once more after the answer of
/// the authorisation system; without one the refusal stays. Thread-safe.
class Consultation final : public onem2m::RequestHandler {
 public:
  Consultation(CseCore& core, onem2m::RequestHandler& pipeline) : core_(core), pipeline_(pipeline) {}
  void handle(onem2m::Request request, onem2m::ResponseCallback done) override;

 private:
  /// Where to ask about a resource: pointsOfAccess in their order, and how long grants may live.
  struct Authority {
    std::vector<std::string> points_of_access;
    base::Duration lifetime{};
  };
  struct Inquiry;
  [[nodiscard]] std::optional<Authority> authority_of(const Tree& tree, const Resource& target, base::WallTime now) const;
  [[nodiscard]] onem2m::Request make_question(const Inquiry& inquiry) const;
  void consult(const onem2m::Request& request, onem2m::Response refusal, onem2m::ResponseCallback done);
  void ask_next(const std::shared_ptr<Inquiry>& inquiry);
  [[nodiscard]] bool take_answer(const Inquiry& inquiry, const Json& content);

  CseCore& core_;
  onem2m::RequestHandler& pipeline_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace edgecse::cse
