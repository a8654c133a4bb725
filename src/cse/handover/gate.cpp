// SPDX-License-Identifier: Apache-2.0
#include "cse/handover/gate.hpp"

#include <charconv>
#include <deque>
#include <map>

#include "cse/handover/messages.hpp"
#include "onem2m/address.hpp"
#include "onem2m/enumerations.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse::handover {
namespace {

using onem2m::Operation;
using onem2m::Request;
using onem2m::ResponseCallback;
using onem2m::ResponseStatus;
namespace type = onem2m::type;

// vsi of a forwarded request: the epoch of the owner it was forwarded to. A CSE forwards it again only to a later one.
constexpr std::string_view kHop = "edgecse-hop=";

std::optional<std::uint64_t> hop_of(const Request& request) {
  const std::size_t at = request.vendor_information.find(kHop);
  if (at == std::string::npos) return std::nullopt;
  std::uint64_t epoch = 0;
  const char* const begin = request.vendor_information.data() + at + kHop.size();
  const auto [end, error] =
      std::from_chars(begin, request.vendor_information.data() + request.vendor_information.size(), epoch);
  return error == std::errc{} ? std::optional(epoch) : std::nullopt;
}

bool is_registration(const Request& request) {
  return request.operation == Operation::Create && request.resource_type == type::kAe;
}

Json ae_attributes(const Request& request) {
  if (!request.content.is_object()) return {};
  const auto found = request.content.find("m2m:ae");
  if (found == request.content.end() || !found->is_object()) return {};
  if (found->contains("prgr") && !(*found)["prgr"].is_string()) return {};
  return *found;
}

/// AE-ID-Stem of an originator in any form; empty: a CSE or nobody.
std::string stem_of(const std::string& from) {
  const std::size_t slash = from.rfind('/');
  std::string stem = slash == std::string::npos ? from : from.substr(slash + 1);
  return stem.size() > 1 && onem2m::is_ae_id_stem(stem) ? stem : std::string{};
}

Verdict park_verdict(const std::string& unit) {
  Verdict verdict;
  verdict.action = Verdict::Action::Park;
  verdict.unit = unit;
  return verdict;
}

Verdict refuse_verdict(ResponseStatus status, std::string detail) {
  Verdict verdict;
  verdict.action = Verdict::Action::Refuse;
  verdict.error = onem2m::Error{status, std::move(detail)};
  return verdict;
}

}  // namespace

Verdict Gate::judge_row(const std::string& unit, const UnitRow& row, const Request& request) const {
  if (row.role == Role::Owner || row.role == Role::Ended) return {};
  if (row.target) return park_verdict(unit);
  if (row.role == Role::None) return {};
  if (shared_.faults.unfreeze_after_moved && !row.dropped) return {};
  if (const auto hop = hop_of(request); hop && row.epoch <= *hop)
    return refuse_verdict(ResponseStatus::TargetNotReachable,
                          "the request was forwarded to " + shared_.own_id() + ", but " + row.owner + " owns " + unit);
  Verdict verdict;
  verdict.action = Verdict::Action::Forward;
  verdict.unit = unit;
  verdict.owner = row.owner;
  return verdict;
}

Verdict Gate::judge_write(Transaction& transaction, const std::string& unit, const Request& request) {
  if (shared_.table.frozen(unit)) return park_verdict(unit);
  const auto row = shared_.table.read(transaction, unit);
  if (!row) return refuse_verdict(row.error().status, row.error().detail);
  Verdict verdict = *row ? judge_row(unit, **row, request) : Verdict{};
  if (verdict.action == Verdict::Action::Serve && shared_.may_move()) verdict.answer = shared_.retries.find(transaction, unit, request);
  if (verdict.action == Verdict::Action::Serve && !verdict.answer && !shared_.table.spend(unit, request))
    return park_verdict(unit);
  return verdict;
}

Verdict Gate::judge_read(const Snapshot&, const std::string& unit, const Request& request) {
  const auto row = shared_.table.published(unit);
  return row ? judge_row(unit, *row, request) : Verdict{};
}

Verdict Gate::judge_unknown(const Snapshot& snapshot, const Request& request) {
  const auto address = onem2m::parse_address(request.to);
  if (!address) return {};
  if (const auto unit = shared_.table.find_unit(address->segments)) {
    const auto row = shared_.table.published(*unit);
    return row ? judge_row(*unit, *row, request) : Verdict{};
  }
  // Traffic that was steered here before its unit came: the originator tells which unit it is likely to mean.
  const std::string stem = stem_of(request.from);
  if (stem.empty() || request.from != stem || snapshot.tree.find(stem)) return {};
  return shared_.table.waiting(stem) || may_fetch(stem) ? park_verdict(stem) : Verdict{};
}

Verdict Gate::judge_registration(const Snapshot& snapshot, const std::string& stem, const Request& request) {
  if (stem.empty()) return {};
  if (shared_.table.waiting(stem)) return park_verdict(stem);
  const auto row = shared_.table.published(stem);
  const ResourcePtr here = snapshot.tree.find(stem);
  const std::string credential = credential_of(ae_attributes(request));
  if (row && row->role == Role::Moved) return may_fetch(stem) ? park_verdict(stem) : Verdict{};
  if (!here) return !credential.empty() && may_fetch(stem) ? park_verdict(stem) : Verdict{};
  if (!row || row->epoch == 0 || credential.empty() || credential != credential_of(here->attributes)) return {};
  // The AE that moved here registers where its unit is already.
  Verdict verdict;
  verdict.answer = onem2m::Response{};
  verdict.answer->status = ResponseStatus::Created;
  verdict.answer->content = {{"m2m:ae", here->attributes}};
  verdict.answer->content_location = snapshot.tree.structured_address(stem);
  return verdict;
}

bool Gate::may_fetch(const std::string& unit) const {
  if (!shared_.core.options.mobility.extensions || !fetch_) return false;
  const std::lock_guard lock(mutex_);
  const auto found = not_elsewhere_.find(unit);
  return found == not_elsewhere_.end() || shared_.core.environment.clock.monotonic_now() >= found->second;
}

void Gate::remember(Transaction& transaction, const std::string& unit, const Request& request,
                    const onem2m::Response& response) {
  if (shared_.may_move()) shared_.retries.remember(transaction, unit, request, response);
}

base::MonotonicTime Gate::deadline_of(const Request& request) const {
  base::Duration left = shared_.core.request_life.load();
  if (!request.request_expiration.empty()) {
    const base::WallTime now = shared_.wall_now();
    if (const auto expires = onem2m::parse_absolute_or_relative(request.request_expiration, now)) left = *expires - now;
  }
  return shared_.core.environment.clock.monotonic_now() + left;
}

void Gate::park(const std::string& unit, Request request, ResponseCallback done) {
  const bool waiting = shared_.table.waiting(unit);
  const auto row = shared_.table.published(unit);
  const bool elsewhere = !row || row->role == Role::Moved;
  const bool wanted = !waiting && elsewhere && (!row || is_registration(request));
  const base::MonotonicTime deadline = deadline_of(request);
  if (!waiting && !wanted) {  // what it waited for has happened in between
    shared_.post([this, request = std::move(request), done = std::move(done)]() mutable {
      shared_.core.pipeline->handle(std::move(request), std::move(done));
    });
    return;
  }
  const Json attributes = ae_attributes(request);
  const std::string owner = row ? row->owner : attributes.is_object() ? attributes.value("prgr", "") : "";
  const std::string credential = credential_of(attributes);
  // What the device waits for because of the move, the handling afterwards included. A registration waits for a whole
  // move.
  if (!is_registration(request))
    done = [this, since = shared_.core.environment.clock.monotonic_now(), guard = std::weak_ptr(shared_.alive),
            answer = std::move(done)](onem2m::Response response) {
      if (!guard.expired())
        shared_.metrics.extra_wait.observe(
            std::chrono::duration<double>(shared_.core.environment.clock.monotonic_now() - since).count());
      answer(std::move(response));
    };
  shared_.parking.add(unit, {std::move(request), std::move(done), deadline});
  if (wanted) {
    shared_.post([this, unit, owner, credential] { fetch(unit, owner, credential); });
  } else if (!shared_.table.waiting(unit)) {
    settle_parked(unit);
  }
}

void Gate::settle_parked(const std::string& unit) {
  const auto row = shared_.table.published(unit);
  if (row && row->role == Role::Moved) {
    shared_.post([this, unit] { forward_parked(unit); });
  } else {
    shared_.handle_parked(unit);
  }
}

void Gate::fetch(const std::string& unit, const std::string& owner, const std::string& credential) {
  if (!fetching_.insert(unit).second) return;
  fetch_(unit, owner, credential, [this, unit](Fetched outcome) {
    fetching_.erase(unit);
    if (outcome == Fetched::Coming || shared_.table.waiting(unit)) return;  // handled when the unit is here or ends
    const auto row = shared_.table.published(unit);
    if (row && row->role == Role::Owner) return shared_.handle_parked(unit);  // it came while the others were asked
    if (outcome == Fetched::Unknown) {  // a second registration would make a second owner
      for (ParkedRequest& parked : shared_.parking.take(unit))
        parked.done(
            onem2m::make_error_response(parked.request, ResponseStatus::TargetNotReachable,
                                        "whether " + unit + " is served elsewhere cannot be asked at the moment"));
      return;
    }
    {
      const std::lock_guard lock(mutex_);
      if (not_elsewhere_.size() > 10'000) not_elsewhere_.clear();
      not_elsewhere_[unit] = shared_.core.environment.clock.monotonic_now() + std::chrono::seconds{2};
    }
    if (outcome == Fetched::NotFound) return shared_.handle_parked(unit);
    for (ParkedRequest& parked : shared_.parking.take(unit))
      parked.done(onem2m::make_error_response(parked.request, ResponseStatus::OriginatorHasAlreadyRegistered,
                                              unit + " is registered elsewhere with another credential"));
  });
}

void Gate::forward(const Verdict& verdict, Request request, ResponseCallback done) {
  const auto row = shared_.table.published(verdict.unit);
  const auto address = onem2m::parse_address(request.to);
  if (!address) return done(onem2m::make_error_response(request, address.error().status, address.error().detail));
  request.to = verdict.owner;
  if (!address->segments.empty()) request.to += '/' + address->relative();
  if (!address->attribute.empty()) request.to += '#' + address->attribute;
  // At the owner the AE is a registree: there its own id has the owner's prefix, not ours.
  if (stem_of(request.from) == verdict.unit) request.from = verdict.owner + '/' + verdict.unit;
  request.vendor_information = std::string(kHop) + std::to_string(row ? row->epoch : 0);
  shared_.core.forwarder->forward(std::move(request), std::move(done));
}

void Gate::forward_parked(const std::string& unit) {
  const auto row = shared_.table.published(unit);
  if (!row || row->role != Role::Moved) return shared_.handle_parked(unit);
  // One after the other per originator keeps their order; different originators do not wait for each other.
  using Line = std::deque<ParkedRequest>;
  std::map<std::string, std::shared_ptr<Line>> lines;
  for (ParkedRequest& parked : shared_.parking.take(unit)) {
    auto& line = lines[parked.request.from];
    if (!line) line = std::make_shared<Line>();
    line->push_back(std::move(parked));
  }
  for (const auto& [from, line] : lines) forward_next(unit, line);
}

void Gate::forward_next(const std::string& unit, const std::shared_ptr<std::deque<ParkedRequest>>& line) {
  if (line->empty()) return;
  ParkedRequest parked = std::move(line->front());
  line->pop_front();
  Verdict verdict;
  verdict.unit = unit;
  const auto row = shared_.table.published(unit);
  if (!row || row->role != Role::Moved) {
    shared_.core.pipeline->handle(std::move(parked.request), std::move(parked.done));
    return forward_next(unit, line);
  }
  verdict.owner = row->owner;
  forward(verdict, std::move(parked.request),
          [this, unit, line, guard = std::weak_ptr(shared_.alive),
           done = std::move(parked.done)](onem2m::Response response) {
            done(std::move(response));
            if (guard.expired()) return;
            shared_.post([this, unit, line] { forward_next(unit, line); });
          });
}

std::optional<std::string> Gate::address_here(const Snapshot& snapshot, const Request& request) {
  const auto address = onem2m::parse_address(request.to);
  if (!address || address->segments.empty()) return std::nullopt;
  const std::string& first = address->segments.front();
  ResourcePtr found = snapshot.tree.find(first);
  if (!found || found->unit.empty()) found = snapshot.tree.find(split_instance_id(first).first);
  if ((!found || found->unit.empty()) && address->segments.size() > 1)
    found = snapshot.tree.child(shared_.core.base_id(), address->segments[1]);
  if (!found || found->unit.empty()) return std::nullopt;
  const auto row = shared_.table.published(found->unit);
  if (!row || row->role != Role::Owner) return std::nullopt;
  for (const std::string& alias : row->aliases)
    if (alias == address->cse_id + '/' + found->unit)
      return address->relative() + (address->attribute.empty() ? std::string{} : '#' + address->attribute);
  return std::nullopt;
}

bool Gate::serves(Transaction& transaction, const std::string& unit) {
  if (shared_.table.frozen(unit)) return false;
  const auto row = shared_.table.read(transaction, unit);
  return row && (!*row || (*row)->role == Role::Owner || (*row)->role == Role::Ended);
}

}  // namespace edgecse::cse::handover
