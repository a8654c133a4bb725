// SPDX-License-Identifier: Apache-2.0
#include "management/orchestrator.hpp"

namespace edgecse::sandbox {
namespace {

PackageManagement::Offer offer_with(const package::Trust& trust) {
  PackageManagement::Offer offer;
  offer.trust = trust;
  return offer;
}

}  // namespace

Orchestrator::Orchestrator(const Options& options, const std::string& api_root, base::Executor& executor, base::Clock& clock,
                           base::Random& random, EventLog& events, std::function<MecSystem*()> system)
    : runner_(options.runner),
      packages_(offer_with(options.trust), api_root + "/meo/app_pkgm/v1", random, events),
      life_cycle_(api_root + "/meo/app_lcm/v1", api_root, packages_, runner_, executor, clock, random, std::move(system)) {}

Reply Orchestrator::handle(const Request& request) {
  if (request.path.size() < 4) return nothing_here(request, false);
  Request below = request;
  below.path.erase(below.path.begin(), below.path.begin() + 3);
  const auto api = request.path[1] + "/" + request.path[2];
  if (api == "app_pkgm/v1") return packages_.handle(below);
  if (api == "app_lcm/v1") return life_cycle_.handle(below);
  return refuse(404, fmt::format("the orchestrator offers no API {}", api));
}

}  // namespace edgecse::sandbox
