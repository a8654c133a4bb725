// SPDX-License-Identifier: Apache-2.0
//
// Discovery at an interworking proxy (filterUsage 3): what the proxy has not exposed yet, it is asked for. TS-0001 10.2.6,
// TS-0004 7.3.3.14.
#pragma once

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// Stands before the pipeline and lets everything else pass. Such a RETRIEVE to an <AE> is a discovery first; when nothing
/// matches, the AE is notified of it (idr), and the discovery is repeated, or answered DISCOVERY_DENIED_BY_IPE (5208) when the
/// AE refused. Thread-safe.
class IpeDiscovery final : public onem2m::RequestHandler {
 public:
  IpeDiscovery(CseCore& core, onem2m::RequestHandler& next) : core_(core), next_(next) {}
  void handle(onem2m::Request request, onem2m::ResponseCallback done) override;

 private:
  void ask_proxy(onem2m::Request request, onem2m::Response nothing, onem2m::ResponseCallback done);

  CseCore& core_;
  onem2m::RequestHandler& next_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace edgecse::cse
