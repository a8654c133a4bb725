// SPDX-License-Identifier: Apache-2.0
//
// NOTIFY to this CSE and to the AEs registered at it. TS-0004 7.3.3.9, 7.5.1.2.
#pragma once

#include "cse/cse_core.hpp"
#include "cse/router.hpp"
#include "cse/subscription/cross_resource_windows.hpp"

namespace edgecse::cse {

class NotifyReceiver final : public NotifyHandler {
 public:
  NotifyReceiver(CseCore& core, Router& router, CrossResourceWindows& windows)
      : core_(core), router_(router), windows_(windows) {}

  /// 4000 when the content is no notification or the target takes none of this kind; 5103 when an AE is not reached.
  void handle_notify(onem2m::Request request, ResourcePtr target, onem2m::ResponseCallback done) override;

 private:
  void receive_here(const onem2m::Request& request, const onem2m::ResponseCallback& done);
  void change_contacts(const onem2m::Request& request, const Json& notification, const onem2m::ResponseCallback& done);
  void change_references(const onem2m::Request& request, const Json& notification, const onem2m::ResponseCallback& done);

  CseCore& core_;
  Router& router_;
  CrossResourceWindows& windows_;
};

}  // namespace edgecse::cse
