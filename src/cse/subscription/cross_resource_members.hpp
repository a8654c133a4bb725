// SPDX-License-Identifier: Apache-2.0
//
// The requests by which a <crossResourceSubscription> gets its member subscriptions and gives them up, here or at other
// CSEs, one after the other and on behalf of its creator. release4 4.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// Given the members that were made (rrats, in the order of rrat) and changed (srat: address -> SP-relative ri).
struct CrossResourceMembers {
  std::vector<std::string> made;
  Json changed = Json::object();
};

class MemberEnrolment : public std::enable_shared_from_this<MemberEnrolment> {
 public:
  using Done = std::function<void(onem2m::Result<CrossResourceMembers>)>;
  /// reference: SP-relative address of the crossResourceSubscription. request: of its CREATE, by whose originator all is done.
  MemberEnrolment(CseCore& core, std::string reference, onem2m::Request request)
      : core_(core), reference_(std::move(reference)), request_(std::move(request)) {}

  /// An error leaves no member behind. attributes: of the crossResourceSubscription; et: of the members that are made.
  void enrol(const Json& attributes, const std::string& et, Done done);
  /// Failures are ignored; then done is called.
  void withdraw(CrossResourceMembers members, std::function<void()> done);

 private:
  void change_next();
  void change(const std::string& address, const onem2m::Response& found);
  void make_next();
  void made(const std::string& address, const onem2m::Response& answer);
  void fail(onem2m::ResponseStatus status, std::string detail);
  void withdraw_changed(const std::string& member, const onem2m::Response& found);
  void ask(onem2m::Operation operation, const std::string& to, Json content, onem2m::ResponseCallback done);

  CseCore& core_;
  const std::string reference_;
  const onem2m::Request request_;
  Json attributes_;
  std::string et_;
  Done done_;
  std::function<void()> withdrawn_;
  CrossResourceMembers members_;
  std::vector<std::string> to_change_, to_make_, to_remove_;  // the next is the last
  std::size_t asked_ = 0;
};

/// A member of this CSE gives the crossResourceSubscription up in the same commit: reference leaves nu and acrs; without
/// another target, or if it was made for it alone, the member goes. False: it is not here, or its unit is not served here.
bool release_local_member(CseCore& core, Transaction& transaction, const std::string& member, const std::string& reference,
                          bool made_for_it);

}  // namespace edgecse::cse
