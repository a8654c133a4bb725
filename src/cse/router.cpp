// SPDX-License-Identifier: Apache-2.0
#include "cse/router.hpp"

#include <algorithm>

#include "cse/internal_aes.hpp"
#include "cse/request/polling_channel.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse {
namespace {

using onem2m::Request;
using onem2m::ResponseCallback;
using onem2m::ResponseStatus;
namespace type = onem2m::type;

void refuse(const Request& request, const ResponseCallback& done, ResponseStatus status, const std::string& detail) {
  done(onem2m::make_error_response(request, status, detail));
}

std::vector<std::string> strings(const Resource& resource, const char* short_name) {
  std::vector<std::string> list;
  const auto found = resource.attributes.find(short_name);
  if (found == resource.attributes.end() || !found->is_array()) return list;
  for (const Json& entry : *found)
    if (entry.is_string()) list.push_back(entry.get<std::string>());
  return list;
}

/// A URL with a path of its own is the whole address of an AE; without one the To becomes the path. TS-0009 6.2.2.
bool has_path(const std::string& url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) return false;
  const std::size_t slash = url.find('/', scheme + 3);
  return slash != std::string::npos && slash + 1 < url.size();
}

/// requestReachability of an <AE> or <remoteCSE>: false says that the pointOfAccess is of no use.
bool is_reachable(const Resource& entity) { return entity.attributes.value("rr", true); }

// Rows of Table::Meta: CSE-ID without the slash -> pointOfAccess, a JSON list.
constexpr std::string_view kPeers = "peer/", kPeersEnd = "peer0";
constexpr base::Duration kFirstLearning = std::chrono::seconds{2}, kLongestLearning = std::chrono::minutes{1};

/// `/csi` of `/csi/x`, `/csi`; the whole text when it starts otherwise.
std::string first_segment(const std::string& from) { return from.substr(0, from.find('/', 1)); }

}  // namespace

Router::Router(CseCore& core, PollingChannels& polling_channels)
    : core_(core),
      polling_channels_(polling_channels),
      peers_(std::make_shared<PeerAddresses>(core.options, core.environment.clock, core.environment.sender)) {
  recall_peers();
  peers_->set_keep([this, alive = std::weak_ptr(alive_)](const std::string& cse_id, const std::vector<std::string>& poa) {
    if (alive.expired()) return;
    core_.loop->submit({[cse_id, poa](Transaction& transaction) -> onem2m::Result<> {
                          transaction.put_row(store::Table::Meta, std::string(kPeers) + cse_id.substr(1), Json(poa).dump());
                          return {};
                        },
                        [](const onem2m::Result<>&) {}});
  });
}

void Router::recall_peers() {
  const auto rows = core_.loop->store().scan(store::Table::Meta, kPeers, kPeersEnd, SIZE_MAX);
  if (!rows) return;  // they are learnt again
  for (const store::Row& row : *rows) {
    const Json list = Json::parse(row.value, nullptr, false);
    std::vector<std::string> points_of_access;
    if (list.is_array())
      for (const Json& entry : list)
        if (entry.is_string()) points_of_access.push_back(entry.get<std::string>());
    peers_->recall('/' + row.key.substr(kPeers.size()), std::move(points_of_access));
  }
}

void Router::learn_peers() {
  if (learn_after_ != base::Duration{0}) return;
  learn_after_ = kFirstLearning;
  learn_again();
}

void Router::learn_again() {
  if (!peers_->learn()) {
    learn_after_ = base::Duration{0};
    return;
  }
  core_.environment.executor.run_after(learn_after_, [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) learn_again();
  });
  learn_after_ = std::min<base::Duration>(learn_after_ * 2, kLongestLearning);
}

std::shared_ptr<const Router::Routes> Router::routes() {
  {
    std::lock_guard lock(mutex_);
    if (routes_) return routes_;
  }
  rebuild_routes(core_.loop->snapshot()->tree);
  std::lock_guard lock(mutex_);
  return routes_;
}

void Router::rebuild_routes(const Tree& tree) {
  auto routes = std::make_shared<Routes>();
  tree.for_each([&](const ResourcePtr& resource) {
    if (resource->type != type::kRemoteCse) return;
    for (const std::string& below : strings(*resource, "dcse")) routes->try_emplace(below, resource->id);
    (*routes)[resource->text("csi")] = resource->id;  // its own registration comes before a way through another
  });
  std::lock_guard lock(mutex_);
  routes_ = std::move(routes);
}

void Router::committed(const Snapshot& snapshot, std::span<const Change> changes) {
  if (std::ranges::any_of(changes, [](const Change& change) { return change.type == type::kRemoteCse; }))
    rebuild_routes(snapshot.tree);
}

void Router::forward(Request request, ResponseCallback done) {
  const auto address = onem2m::parse_address(request.to);
  if (!address) return refuse(request, done, address.error().status, address.error().detail);
  if (!request.request_expiration.empty()) {
    const base::WallTime now = core_.environment.clock.wall_now();
    const auto expires = onem2m::parse_absolute_or_relative(request.request_expiration, now);
    if (expires && *expires <= now) return refuse(request, done, ResponseStatus::RequestTimeout, "rqet has passed");
  }
  const bool foreign = !address->service_provider.empty() && address->service_provider != core_.options.service_provider;
  if (foreign) return forward_to_service_provider(std::move(request), *address, std::move(done));
  if (address->cse_id.empty() || address->cse_id == core_.options.id) return serve_here(std::move(request), std::move(done));
  if (onem2m::is_ae_id_stem(std::string_view(address->cse_id).substr(1)) && !routes()->contains(address->cse_id))
    return forward_to_stem(std::move(request), *address, std::move(done));
  forward_to_cse(std::move(request), address->cse_id, std::move(done));
}

void Router::serve_here(Request request, ResponseCallback done) {
  request.peer.internal = true;
  core_.pipeline->handle(std::move(request), std::move(done));
}

void Router::forward_to_cse(Request request, const std::string& cse_id, ResponseCallback done) {
  // Never a circle: the registrar sends nothing here that is for itself, so this is a group's member or an original (rcn 7).
  const bool is_registrar = core_.options.registrar && core_.options.registrar->id == cse_id;
  if (is_registrar) return forward_up(std::move(request), std::move(done), true);
  const auto table = routes();
  if (const auto route = table->find(cse_id); route != table->end())
    if (const ResourcePtr remote = core_.loop->snapshot()->tree.find(route->second))
      return send_to_cse(std::move(request), *remote, std::move(done));
  if (peers_->is_peer(cse_id)) return forward_to_peer(std::move(request), cse_id, std::move(done));
  forward_up(std::move(request), std::move(done));
}

/// Mcc': the IN-CSE of the other service provider is registered here, else the registrar knows. From is absolute from here on.
void Router::forward_to_service_provider(Request request, const onem2m::Address& address, ResponseCallback done) {
  const auto table = routes();
  const std::string provider = address.service_provider + '/';
  auto route = table->find(address.service_provider + address.cse_id);
  if (route == table->end()) {
    route = table->lower_bound(provider);
    if (route != table->end() && !route->first.starts_with(provider)) route = table->end();
  }
  const ResourcePtr remote = route == table->end() ? nullptr : core_.loop->snapshot()->tree.find(route->second);
  if (!remote) return forward_up(std::move(request), std::move(done));
  request.from = onem2m::to_sp_relative_originator(request.from, core_.options.id);
  if (!request.from.starts_with("//")) request.from = core_.options.service_provider + request.from;
  send_to_cse(std::move(request), *remote, std::move(done));
}

void Router::forward_to_stem(Request request, const onem2m::Address& address, ResponseCallback done) {
  const SnapshotPtr snapshot = core_.loop->snapshot();
  const ResourcePtr found = snapshot->tree.find(std::string_view(address.cse_id).substr(1));
  std::string rest;
  if (!address.segments.empty()) rest = '/' + address.relative();
  if (!address.attribute.empty()) rest += '#' + address.attribute;
  if (found && found->type == type::kAe) {
    request.to = (rest.empty() ? found->id : snapshot->tree.structured_address(found->id)) + rest;
    return serve_here(std::move(request), std::move(done));
  }
  if (found && found->type == type::kAeAnnc) {
    const auto link = onem2m::parse_address(found->text("lnk"));
    if (!link || link->cse_id.empty())
      return refuse(request, done, ResponseStatus::NotFound, "the AE " + address.cse_id + " is not registered anywhere");
    request.to = found->text("lnk") + rest;
    return forward_to_cse(std::move(request), link->cse_id, std::move(done));
  }
  forward_up(std::move(request), std::move(done));
}

void Router::forward_to_peer(Request request, const std::string& cse_id, ResponseCallback done) {
  peers_->find(cse_id, [this, alive = std::weak_ptr(alive_), cse_id, request = std::move(request), done = std::move(done)](
                           const std::vector<std::string>& points_of_access) mutable {
    if (alive.expired()) return;
    if (points_of_access.empty()) return forward_up(std::move(request), std::move(done), true);
    request.from = onem2m::to_sp_relative_originator(request.from, core_.options.id);
    Request again = request;
    core_.environment.sender.send(
        {points_of_access, false}, std::move(request),
        [this, alive, cse_id, again = std::move(again), done = std::move(done)](onem2m::Response response) mutable {
          if (alive.expired()) return;
          if (response.status != ResponseStatus::TargetNotReachable) return done(std::move(response));
          peers_->forget(cse_id);
          forward_up(std::move(again), std::move(done), true);
        });
  });
}

void Router::forward_up(Request request, ResponseCallback done, bool no_circle) {
  if (!core_.options.registrar)
    return refuse(request, done, ResponseStatus::NotFound, "no CSE registered here leads to " + request.to);
  // A request for a unit that moved to a peer goes back where it came from, but with another target: no circle.
  if (!no_circle && comes_from_above(request.from))
    return refuse(request, done, ResponseStatus::NotFound, "nothing below " + core_.options.id + " leads to " + request.to);
  // A registrar that does not know this CSE would refuse for good what it takes a moment later.
  if (!core_.registrar_up)
    return refuse(request, done, ResponseStatus::TargetNotReachable,
                  core_.options.id + " is not registered at " + core_.options.registrar->id + " at the moment");
  send_to_registrar(std::move(request), std::move(done));
}

void Router::send_to_registrar(Request request, ResponseCallback done) {
  if (!core_.options.registrar)
    return refuse(request, done, ResponseStatus::TargetNotReachable, "this CSE has no registrar");
  const auto table = routes();
  const auto route = table->find(core_.options.registrar->id);
  if (route != table->end())
    if (const ResourcePtr mirror = core_.loop->snapshot()->tree.find(route->second))
      return send_to_cse(std::move(request), *mirror, std::move(done));
  request.from = onem2m::to_sp_relative_originator(request.from, core_.options.id);
  core_.environment.sender.send({core_.options.registrar->points_of_access, false}, std::move(request), std::move(done));
}

void Router::send_to_cse(Request request, const Resource& remote_cse, ResponseCallback done) {
  const bool is_registrar = core_.options.registrar && remote_cse.text("csi") == core_.options.registrar->id;
  const ResourcePtr channel = is_registrar ? nullptr : channel_instead(remote_cse);
  std::vector<std::string> hops = is_registrar ? core_.options.registrar->points_of_access : strings(remote_cse, "poa");
  if (hops.empty() && !channel)
    return refuse(request, done, ResponseStatus::TargetNotReachable, remote_cse.text("csi") + " has no pointOfAccess");
  request.from = onem2m::to_sp_relative_originator(request.from, core_.options.id);
  const std::vector<std::string> releases = strings(remote_cse, "srv");
  if (!releases.empty() && std::ranges::all_of(releases, [](const std::string& release) { return release == "1"; })) {
    request.release_version.reset();
    request.vendor_information.clear();
  }
  if (channel) return polling_channels_.send(*channel, std::move(request), std::move(done));
  core_.environment.sender.send({std::move(hops), false}, std::move(request), std::move(done));
}

ResourcePtr Router::channel_instead(const Resource& entity) const {
  if (is_reachable(entity) && entity.has("poa")) return nullptr;
  return polling_channel_of(core_.loop->snapshot()->tree, entity.id);
}

bool Router::comes_from_above(const std::string& from) {
  if (!from.starts_with('/')) return false;
  const std::string cse_id = first_segment(from);
  if (cse_id == core_.options.id || peers_->is_peer(cse_id)) return false;
  if (onem2m::is_ae_id_stem(std::string_view(cse_id).substr(1))) {
    const ResourcePtr ae = core_.loop->snapshot()->tree.find(std::string_view(cse_id).substr(1));
    return !ae || ae->type != type::kAe;
  }
  return cse_id == core_.options.registrar->id || !routes()->contains(cse_id);
}

void Router::deliver(const OutboxEntry& entry, ResponseCallback done) {
  Request request = entry.request;
  if (entry.plain_url) {
    request.from = onem2m::to_sp_relative_originator(request.from, core_.options.id);
    return core_.environment.sender.send({{entry.target}, true}, std::move(request), std::move(done));
  }
  if (request.operation == onem2m::Operation::Notify) {
    // It may have been written at the CSE that its unit came from.
    if (onem2m::is_cse_id(request.from)) request.from = core_.options.id;
    // The short way for what is by far the most: an AE here whose unit is served here.
    const SnapshotPtr snapshot = core_.loop->snapshot();
    if (const auto here = core_.gate->address_here(*snapshot, request)) request.to = *here;
    const ResourcePtr target = find_resource(core_, snapshot->tree, request.to);
    if (target && target->type == type::kAe &&
        core_.gate->judge_read(*snapshot, target->unit, request).action == Verdict::Action::Serve)
      return deliver_to_ae(std::move(request), *target, std::move(done));
  }
  forward(std::move(request), std::move(done));
}

void Router::deliver_to_ae(Request request, const Resource& ae, ResponseCallback done) {
  if (core_.internal_aes)
    if (const InternalAes::Receiver receiver = core_.internal_aes->find(ae.id)) return receiver(request, std::move(done));
  if (const ResourcePtr channel = channel_instead(ae))
    return polling_channels_.send(*channel, std::move(request), std::move(done));
  std::vector<std::string> hops = strings(ae, "poa");
  if (hops.empty() || !is_reachable(ae))
    return refuse(request, done, ResponseStatus::TargetNotReachable,
                  "the AE " + ae.id + (hops.empty() ? " has no pointOfAccess" : " is not requestReachable") +
                      " and no polling channel");
  const bool whole = std::ranges::any_of(hops, has_path);
  core_.environment.sender.send({std::move(hops), whole}, std::move(request), std::move(done));
}

}  // namespace edgecse::cse
