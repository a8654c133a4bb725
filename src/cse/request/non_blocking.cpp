// SPDX-License-Identifier: Apache-2.0
#include "cse/request/non_blocking.hpp"

#include "base/log.hpp"
#include "cse/message_check.hpp"
#include "cse/outbox.hpp"
#include "cse/request/request_resource.hpp"
#include "cse/subscription/notification_criteria.hpp"

namespace edgecse::cse {
namespace {

using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseCallback;
using onem2m::ResponseStatus;
using onem2m::Result;
namespace type = onem2m::type;

class NonBlocking final : public CsePart, public NonBlockingHandler {
 public:
  explicit NonBlocking(CseCore& core) : core_(core) {
    core.non_blocking = this;
    core.procedures.add(type::kRequest, std::make_shared<RequestProcedure>());
  }

  void start() override { end_interrupted(); }
  bool drain() override { return under_way_ == 0; }
  void accept(Request request, ResponseCallback done) override;

 private:
  Result<> check(const Request& request) const;
  void execute(Request request, const std::string& id);
  void finish(const std::string& id, const Response& response);
  Result<> keep_result(Transaction& transaction, const std::string& id, const Response& response);
  void tell(Transaction& transaction, const Resource& resource) const;
  void announce(Transaction& transaction, ResourceEvent::Kind kind, const std::string& id, const Json* before = nullptr) const;
  void end_interrupted();

  CseCore& core_;
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

/// On the executor, as any request that comes in; the Originator hears of it through the <request> alone.
void NonBlocking::execute(Request request, const std::string& id) {
  request.response_type = kBlocking;
  request.notification_targets.reset();
  core_.environment.executor.post([this, alive = std::weak_ptr(alive_), id, request = std::move(request)]() mutable {
    if (alive.expired()) return;
    core_.pipeline->handle(std::move(request), [this, alive, id](const Response& response) {
      if (!alive.expired()) finish(id, response);
    });
  });
}

void NonBlocking::finish(const std::string& id, const Response& response) {
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
  if (!before) return {};  // its life was over first: nobody waits any more
  Resource after = *before;
  set_operation_result(core_, transaction.now(), response, after);
  transaction.put(after);
  announce(transaction, ResourceEvent::Kind::Updated, id, &before->attributes);
  const Json& kind = after.attributes["mi"]["rt"];
  if (kind.is_object() && kind.value("rtv", 0) == kNonBlockingAsynch) tell(transaction, after);
  return {};
}

/// To the notification targets; to the Originator when none are given, to nobody when the list is empty. TS-0004 7.3.2.4.
void NonBlocking::tell(Transaction& transaction, const Resource& resource) const {
  const Json& kind = resource.attributes.at("mi").at("rt");
  std::vector<std::string> targets;
  if (const auto given = kind.find("nu"); given != kind.end()) {
    targets = given->get<std::vector<std::string>>();
  } else if (!resource.creator.empty()) {
    targets = {resource.creator};
  }
  const Json notification = result_notification(resource);
  const std::int64_t soonest = (transaction.now() + core_.request_life.load()).time_since_epoch().count();
  for (const std::string& uri : targets) {
    const NotificationTarget target = read_notification_target(uri);
    OutboxEntry entry;
    entry.ordering_key = resource.id + ' ' + target.address;
    entry.number = 1;
    entry.target = entry.request.to = target.address;
    entry.plain_url = target.is_url;
    entry.expires = std::max(to_microseconds(resource.text("et")), soonest);
    entry.request.operation = onem2m::Operation::Notify;
    entry.request.from = core_.options.id;
    entry.request.request_identifier = resource.id + "-result";
    entry.request.release_version = resource.attributes.at("mi").value("rvi", "3");
    entry.request.content = notification;
    enqueue(transaction, entry);
  }
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

/// What an earlier life left under way: whether it was done is not known, so it is not done again.
void NonBlocking::end_interrupted() {
  for (const ResourcePtr& child : core_.loop->snapshot()->tree.children(core_.base_id())) {
    if (child->type != type::kRequest) continue;
    const auto status = static_cast<RequestStatus>(child->number("rs"));
    if (status == RequestStatus::Completed || status == RequestStatus::Failed) continue;
    Response response;
    response.status = ResponseStatus::InternalServerError;
    response.content = {{"m2m:dbg", "the CSE was restarted while the request was under way"}};
    ++under_way_;
    finish(child->id, response);
  }
}

}  // namespace

std::unique_ptr<CsePart> make_non_blocking(CseCore& core) { return std::make_unique<NonBlocking>(core); }

}  // namespace edgecse::cse
