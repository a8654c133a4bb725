// SPDX-License-Identifier: Apache-2.0
#include "cse/peer_addresses.hpp"

#include <algorithm>

#include "cse/resource.hpp"

namespace edgecse::cse {
namespace {

constexpr std::chrono::minutes kRemembered{5};
constexpr std::chrono::seconds kAskedAgainAfter{2};  // when the registrar knew nothing or was silent

std::vector<std::string> points_of_access_in(const onem2m::Response& response) {
  std::vector<std::string> found;
  if (!onem2m::is_success(response.status) || !response.content.is_object()) return found;
  const auto remote = response.content.find("m2m:csr");
  if (remote == response.content.end() || !remote->is_object()) return found;
  const auto list = remote->find("poa");
  if (list == remote->end() || !list->is_array()) return found;
  for (const Json& entry : *list)
    if (entry.is_string()) found.push_back(entry.get<std::string>());
  return found;
}

}  // namespace

bool PeerAddresses::is_peer(std::string_view cse_id) const {
  return options_.mobility.enabled && std::ranges::find(options_.mobility.peers, cse_id) != options_.mobility.peers.end();
}

void PeerAddresses::find(const std::string& cse_id, Callback done) {
  std::vector<std::string> remembered;
  {
    std::lock_guard lock(mutex_);
    Known& known = known_[cse_id];
    if (known.waiting.empty() && clock_.monotonic_now() < known.until) {
      remembered = known.points_of_access;
    } else {
      known.waiting.push_back(std::move(done));
      if (known.waiting.size() > 1) return;
      done = nullptr;
    }
  }
  if (done) return done(remembered);
  if (!options_.registrar) return answer(cse_id, {});
  ask(cse_id);
}

void PeerAddresses::forget(const std::string& cse_id) {
  std::lock_guard lock(mutex_);
  if (const auto known = known_.find(cse_id); known != known_.end()) known->second.until = {};
}

void PeerAddresses::ask(const std::string& cse_id) {
  onem2m::Request request;
  request.operation = onem2m::Operation::Retrieve;
  request.to = options_.registrar->id + cse_id;
  request.from = options_.id;
  request.request_identifier = "peer-" + cse_id.substr(1);
  request.release_version = "3";
  sender_.send({options_.registrar->points_of_access, false}, std::move(request),
               [self = shared_from_this(), cse_id](const onem2m::Response& response) {
                 self->answer(cse_id, points_of_access_in(response));
               });
}

void PeerAddresses::answer(const std::string& cse_id, std::vector<std::string> points_of_access) {
  std::vector<Callback> waiting;
  {
    std::lock_guard lock(mutex_);
    Known& known = known_[cse_id];
    known.points_of_access = points_of_access;
    known.until = clock_.monotonic_now() + (points_of_access.empty() ? base::Duration{kAskedAgainAfter}
                                                                     : base::Duration{kRemembered});
    waiting.swap(known.waiting);
  }
  for (const Callback& done : waiting) done(points_of_access);
}

}  // namespace edgecse::cse
