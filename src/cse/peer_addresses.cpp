// SPDX-License-Identifier: Apache-2.0
#include "cse/peer_addresses.hpp"

#include <algorithm>
#include <utility>

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

void PeerAddresses::recall(const std::string& cse_id, std::vector<std::string> points_of_access) {
  std::lock_guard lock(mutex_);
  known_[cse_id].points_of_access = std::move(points_of_access);
}

bool PeerAddresses::learn() {
  if (!options_.registrar || !options_.mobility.enabled) return false;
  std::vector<std::string> asked;
  bool complete = true;
  {
    std::lock_guard lock(mutex_);
    for (const std::string& peer : options_.mobility.peers) {
      Known& known = known_[peer];
      if (!known.points_of_access.empty()) continue;
      complete = false;
      if (!std::exchange(known.asking, true)) asked.push_back(peer);
    }
  }
  for (const std::string& peer : asked) ask(peer);
  return !complete;
}

void PeerAddresses::find(const std::string& cse_id, Callback done) {
  std::vector<std::string> remembered;
  bool look_up = false;
  {
    std::lock_guard lock(mutex_);
    Known& known = known_[cse_id];
    const bool fresh = clock_.monotonic_now() < known.until;
    const bool usable = fresh || (!known.points_of_access.empty() && !known.wrong);
    look_up = !fresh && options_.registrar && !std::exchange(known.asking, true);
    if (usable || !options_.registrar) {
      remembered = known.points_of_access;
    } else {
      known.waiting.push_back(std::exchange(done, nullptr));
    }
  }
  if (done) done(remembered);
  if (look_up) ask(cse_id);
}

void PeerAddresses::forget(const std::string& cse_id) {
  std::lock_guard lock(mutex_);
  const auto known = known_.find(cse_id);
  if (known == known_.end()) return;
  known->second.until = {};
  known->second.wrong = true;
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
  bool is_new = false;
  {
    std::lock_guard lock(mutex_);
    Known& known = known_[cse_id];
    const bool learnt = !points_of_access.empty();
    is_new = learnt && known.points_of_access != points_of_access;
    if (learnt) known.points_of_access = points_of_access;
    points_of_access = known.points_of_access;  // a registrar that is silent, or forgot, does not make it wrong
    known.until = clock_.monotonic_now() + (learnt ? base::Duration{kRemembered} : base::Duration{kAskedAgainAfter});
    known.wrong = known.asking = false;
    waiting.swap(known.waiting);
  }
  if (is_new && keep_) keep_(cse_id, points_of_access);
  for (const Callback& done : waiting) done(points_of_access);
}

}  // namespace edgecse::cse
