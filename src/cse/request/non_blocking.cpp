// SPDX-License-Identifier: Apache-2.0
#include "cse/request/non_blocking.hpp"

#include <map>

#include "base/log.hpp"
#include "cse/message_check.hpp"
#include "cse/request/delivered_requests.hpp"
#include "cse/request/delivery.hpp"
#include "cse/request/request_resource.hpp"
#include "cse/target.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse {
namespace {

using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseCallback;
using onem2m::ResponseStatus;
using onem2m::Result;
namespace type = onem2m::type;

constexpr int kDelivery = 6;
constexpr const char* kDelivered = "delivered";  // internal of a <request>: it came with a <delivery>
constexpr const char* kHandedTo = "handedTo";    // the same: the CSE that has it by a <delivery>

class NonBlocking final : public CsePart, public NonBlockingHandler {
 public:
  NonBlocking(CseCore& core, CommunicationManagement& management, std::shared_ptr<PartialResults> partial_results)
      : core_(core), management_(management), partial_results_(std::move(partial_results)) {
    core.non_blocking = this;
    core.virtual_targets.push_back(&handed_);
    core.procedures.add(type::kRequest, std::make_shared<RequestProcedure>(core));
    core.procedures.add(kDelivery, std::make_shared<DeliveryProcedure>(core, [this](Transaction& transaction, Request request) {
      accept_delivered(transaction, std::move(request));
    }));
  }

  void start() override { continue_interrupted(); }
  bool drain() override { return under_way_ == 0; }
  void accept(Request request, ResponseCallback done) override;

 private:
  Result<> check(const Request& request) const;
  void accept_delivered(Transaction& transaction, Request request);
  void execute(Request request, const std::string& id);
  bool goes_elsewhere(const Request& request) const;
  void forward(Request request, const std::string& id);
  void note_forwarding(const std::string& id, bool forwarded);
  void note_delivery(const std::string& id, const std::string& cse, bool arrived);
  void finish(const std::string& id, const Response& response);
  void finish_handed(const std::string& id, const Response& response, DeliveredRequests::Kept kept);
  void keep_partial(const std::string& id, Json content);
  Result<> keep_result(Transaction& transaction, const std::string& id, const Response& response);
  void announce(Transaction& transaction, ResourceEvent::Kind kind, const std::string& id, const Json* before = nullptr) const;
  void continue_interrupted();

  CseCore& core_;
  CommunicationManagement& management_;
  const std::shared_ptr<PartialResults> partial_results_;
  DeliveredRequests handed_{core_, [this](const std::string& id, const Response& response, DeliveredRequests::Kept kept) {
                              finish_handed(id, response, std::move(kept));
                            }};
  std::atomic<std::size_t> under_way_{0};
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

Result<> NonBlocking::check(const Request& request) const {
  if (!core_.environment.store.has_room())
    return onem2m::refuse(ResponseStatus::NotAcceptable, "the disk is almost full: no <request> can be made");
  if (request.operation == onem2m::Operation::Create) return {};
  const ResourcePtr target = find_resource(core_, core_.loop->snapshot()->tree, request.to);
  if (target && target->type == type::kRequest)
    return onem2m::refuse(ResponseStatus::BadRequest, "a <request> is asked for by blocking requests only");
  return {};
}

void NonBlocking::accept(Request request, ResponseCallback done) {
  if (auto may = check(request); !may)
    return done(onem2m::make_error_response(request, may.error().status, may.error().detail));
  struct Accepted {
    Request request;
    ResponseCallback done;
    std::string id;
  };
  auto accepted = std::make_shared<Accepted>(Accepted{std::move(request), std::move(done), {}});
  ++under_way_;
  core_.loop->submit({[this, accepted](Transaction& transaction) -> Result<> {
                        Resource resource = make_request_resource(core_, transaction, accepted->request);
                        accepted->id = resource.id;
                        transaction.put(std::move(resource));
                        announce(transaction, ResourceEvent::Kind::Created, accepted->id);
                        return {};
                      },
                      [this, accepted](const Result<>& result) {
                        if (!result) {
                          --under_way_;
                          return accepted->done(
                              onem2m::make_error_response(accepted->request, result.error().status, result.error().detail));
                        }
                        const bool asynchronous = accepted->request.response_type == kNonBlockingAsynch;
                        Response response;
                        response.status = asynchronous ? ResponseStatus::AcceptedNonBlockingAsynch
                                                       : ResponseStatus::AcceptedNonBlockingSynch;
                        response.content = {{"m2m:uri", accepted->id}};
                        accepted->done(std::move(response));
                        execute(std::move(accepted->request), accepted->id);
                      }});
}

/// Who delivered it knows no more of it than that it is here, so it is done at least once, whatever happens.
void NonBlocking::accept_delivered(Transaction& transaction, Request request) {
  Resource resource = make_request_resource(core_, transaction, request);
  resource.internal[kDelivered] = true;
  const std::string id = resource.id;
  transaction.put(std::move(resource));
  announce(transaction, ResourceEvent::Kind::Created, id);
  transaction.after_commit([this, id, request = std::move(request)]() mutable {
    ++under_way_;
    execute(std::move(request), id);
  });
}

/// On the executor, as any request that comes in; the Originator hears of it through the <request> alone.
void NonBlocking::execute(Request request, const std::string& id) {
  request.response_type = kBlocking;
  request.notification_targets.reset();
  core_.environment.executor.post([this, alive = std::weak_ptr(alive_), id, request = std::move(request)]() mutable {
    if (alive.expired()) return;
    if (goes_elsewhere(request)) return forward(std::move(request), id);
    partial_results_->expect(request, id, [this, alive, id](Json content) {
      if (!alive.expired()) keep_partial(id, std::move(content));
    });
    Request known;
    known.from = request.from;
    known.request_identifier = request.request_identifier;
    core_.pipeline->handle(std::move(request), [this, alive, id, known = std::move(known)](const Response& response) {
      if (alive.expired()) return;
      partial_results_->forget(known, id);
      finish(id, response);
    });
  });
}

/// A registration is for the pipeline to refuse.
bool NonBlocking::goes_elsewhere(const Request& request) const {
  if (request.resource_type == type::kAe || request.resource_type == type::kRemoteCse) return false;
  const auto address = onem2m::parse_address(request.to);
  return address && !is_hosted(core_.options, *address) && !core_.gate->address_here(*core_.loop->snapshot(), request);
}

/// One that may wait for its target is no reason to live on: the next life forwards it.
void NonBlocking::forward(Request request, const std::string& id) {
  const ResourcePtr resource = core_.loop->snapshot()->tree.find(id);
  if (!resource) return void(--under_way_);
  const bool waits = management_.may_wait(request);
  if (waits) --under_way_;
  const auto alive = std::weak_ptr(alive_);
  StoreAndForward keep;
  keep.until = base::WallTime{base::Duration{to_microseconds(resource->text("et"))}};
  keep.tell = [this, alive, id](bool forwarded) {
    if (!alive.expired()) note_forwarding(id, forwarded);
  };
  keep.in_delivery = [this, alive, id](const std::string& cse, bool arrived) {
    if (!alive.expired()) note_delivery(id, cse, arrived);
  };
  management_.forward(std::move(request), &keep, [this, alive, id, waits](const Response& response) {
    if (alive.expired()) return;
    if (waits) ++under_way_;
    finish(id, response);
  });
}

/// FORWARDED while the next CSE has it. TS-0004 7.3.2.6.
void NonBlocking::note_forwarding(const std::string& id, bool forwarded) {
  core_.loop->submit({[this, id, forwarded](Transaction& transaction) -> Result<> {
                        const ResourcePtr before = transaction.tree().find(id);
                        if (!before || is_final(*before)) return {};
                        Resource after = *before;
                        after.attributes["rs"] = static_cast<int>(forwarded ? RequestStatus::Forwarded : RequestStatus::Pending);
                        if (after.attributes["rs"] == before->attributes["rs"]) return {};
                        after.attributes["lt"] = onem2m::format_timestamp(transaction.now());
                        transaction.put(std::move(after));
                        announce(transaction, ResourceEvent::Kind::Updated, id, &before->attributes);
                        return {};
                      },
                      [](const Result<>&) {}});
}

/// Its result may come before it is known that it arrived; what arrived is not sent again in the next life.
void NonBlocking::note_delivery(const std::string& id, const std::string& cse, bool arrived) {
  if (!arrived) {
    const ResourcePtr resource = core_.loop->snapshot()->tree.find(id);
    if (resource && !is_final(*resource)) handed_.expect(*resource, cse);
    return;
  }
  core_.loop->submit({[id, cse](Transaction& transaction) -> Result<> {
                        const ResourcePtr before = transaction.tree().find(id);
                        if (!before || is_final(*before)) return {};
                        Resource after = *before;
                        after.internal[kHandedTo] = cse;
                        transaction.put(std::move(after));
                        return {};
                      },
                      [](const Result<>&) {}});  // not noted, it is sent again: at least once
}

/// Some of the members that a request was fanned out to have answered. TS-0004 7.4.14.
void NonBlocking::keep_partial(const std::string& id, Json content) {
  ++under_way_;
  core_.loop->submit({[this, id, content = std::move(content)](Transaction& transaction) -> Result<> {
                        const ResourcePtr before = transaction.tree().find(id);
                        if (!before || is_final(*before)) return {};
                        Response response;
                        response.content = content;
                        Resource after = *before;
                        set_operation_result(core_, transaction.now(), response, after);
                        after.attributes["rs"] = static_cast<int>(RequestStatus::PartiallyCompleted);
                        transaction.put(std::move(after));
                        announce(transaction, ResourceEvent::Kind::Updated, id, &before->attributes);
                        return {};
                      },
                      [this](const Result<>&) { --under_way_; }});  // the next report, or the result, tells it again
}

void NonBlocking::finish_handed(const std::string& id, const Response& response, DeliveredRequests::Kept kept) {
  ++under_way_;
  core_.loop->submit({[this, id, response](Transaction& transaction) { return keep_result(transaction, id, response); },
                      [this, id, kept = std::move(kept)](const Result<>& result) {
                        --under_way_;
                        if (result) handed_.forget(id);
                        kept(result);
                      }});
}

void NonBlocking::finish(const std::string& id, const Response& response) {
  handed_.forget(id);
  core_.loop->submit({[this, id, response](Transaction& transaction) { return keep_result(transaction, id, response); },
                      [this, id](const Result<>& result) {
                        --under_way_;
                        if (!result)
                          base::log::error("cse", "the result of a non-blocking request is lost",
                                           {{"ri", id}, {"detail", result.error().detail}});
                      }});
}

Result<> NonBlocking::keep_result(Transaction& transaction, const std::string& id, const Response& response) {
  const ResourcePtr before = transaction.tree().find(id);
  if (!before || is_final(*before)) return {};  // its life was over first, or it is known: nobody waits any more
  Resource after = *before;
  set_operation_result(core_, transaction.now(), response, after);
  transaction.put(after);
  announce(transaction, ResourceEvent::Kind::Updated, id, &before->attributes);
  tell_result(core_, transaction, after);
  return {};
}

void NonBlocking::announce(Transaction& transaction, ResourceEvent::Kind kind, const std::string& id, const Json* before) const {
  const ResourcePtr resource = transaction.tree().find(id);
  ResourceEvent event{kind, id, resource->type, resource->member_name, resource->parent, resource->attributes};
  Json modified;
  if (before != nullptr) {
    for (const char* name : {"rs", "ors"}) modified[name] = resource->attributes.at(name);
    event.before = before;
    event.modified = &modified;
  }
  event.resource = resource;
  core_.tell(transaction, event);
}

/// What an earlier life left under way. What waits for another CSE goes on waiting; one that had left may arrive there twice,
/// with the same identifier. Of others it is not known whether they were done, so they are not done again; of a fan-out the
/// members that had answered are its result, as when its time is up.
void NonBlocking::continue_interrupted() {
  std::map<std::uint64_t, ResourcePtr> interrupted;
  for (const ResourcePtr& child : core_.loop->snapshot()->tree.children(core_.base_id()))
    if (child->type == type::kRequest && !is_final(*child)) interrupted.emplace(child->created, child);
  for (const auto& [created, child] : interrupted) {
    if (const auto handed = child->internal.find(kHandedTo); handed != child->internal.end()) {
      handed_.expect(*child, handed->get<std::string>());
      continue;
    }
    auto request = request_of(*child);
    const bool again = request && (child->internal.contains(kDelivered) || (goes_elsewhere(*request) && management_.may_wait(*request)));
    if (again) {
      ++under_way_;
      execute(std::move(*request), child->id);
      continue;
    }
    Response response;
    if (static_cast<RequestStatus>(child->number("rs")) == RequestStatus::PartiallyCompleted) {
      response.content = child->attributes.at("ors").value("pc", Json{});
    } else {
      response.status = ResponseStatus::InternalServerError;
      response.content = {{"m2m:dbg", "the CSE was restarted while the request was under way"}};
    }
    ++under_way_;
    finish(child->id, response);
  }
}

}  // namespace

std::unique_ptr<CsePart> make_non_blocking(CseCore& core, CommunicationManagement& management,
                                           std::shared_ptr<PartialResults> partial_results) {
  return std::make_unique<NonBlocking>(core, management, std::move(partial_results));
}

}  // namespace edgecse::cse
