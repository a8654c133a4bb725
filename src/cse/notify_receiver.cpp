// SPDX-License-Identifier: Apache-2.0
#include "cse/notify_receiver.hpp"

#include "cse/ae_references.hpp"
#include "cse/contact_list/contact_list.hpp"

namespace edgecse::cse {
namespace {

using onem2m::Request;
using onem2m::ResponseCallback;
using onem2m::ResponseStatus;

void refuse(const Request& request, const ResponseCallback& done, ResponseStatus status, const std::string& detail) {
  done(onem2m::make_error_response(request, status, detail));
}

bool is_notification(const Json& content) {
  if (!content.is_object() || content.size() != 1 || !content.begin()->is_object()) return false;
  const std::string& name = content.begin().key();
  return name == "m2m:sgn" || name == "m2m:agn" || name == "m2m:rsp" || name == "m2m:seci";
}

/// A verification or the end of a subscription names the one it is of; an empty notification says nothing.
bool says_something(const Json& content) {
  const auto notification = content.find("m2m:sgn");
  if (notification == content.end()) return true;
  const bool needs_reference = notification->contains("vrq") || notification->contains("sud");
  return !notification->empty() && (!needs_reference || notification->contains("sur"));
}

onem2m::Response ok(const Request& request) {
  onem2m::Response response;
  response.request_identifier = request.request_identifier;
  response.release_version = request.release_version;
  return response;
}

bool flag(const Json& notification, const char* name) {
  const auto found = notification.find(name);
  return found != notification.end() && found->is_boolean() && found->get<bool>();
}

std::string text(const Json& notification, const char* name) {
  const auto found = notification.find(name);
  return found != notification.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

}  // namespace

void NotifyReceiver::handle_notify(Request request, ResourcePtr target, ResponseCallback done) {
  if (!is_notification(request.content))
    return refuse(request, done, ResponseStatus::BadRequest,
                  "the content of a NOTIFY is one of m2m:sgn, m2m:agn, m2m:rsp, m2m:seci");
  if (!says_something(request.content))
    return refuse(request, done, ResponseStatus::BadRequest, "the notification is empty or names no subscription (sur)");
  switch (target->type) {
    case onem2m::type::kAe:
      return router_.deliver_to_ae(std::move(request), *target, std::move(done));
    case onem2m::type::kCseBase:
      return receive_here(request, done);
    case onem2m::type::kRemoteCse:
      request.to = target->text("csi");
      return router_.forward(std::move(request), std::move(done));
    case kCrossResourceSubscription:
      return windows_.receive(request, target, std::move(done));
    default:
      return refuse(request, done, ResponseStatus::BadRequest,
                    "a NOTIFY goes to an AE or a CSE; '" + target->name + "' is neither");
  }
}

void NotifyReceiver::receive_here(const Request& request, const ResponseCallback& done) {
  const auto notification = request.content.find("m2m:sgn");
  if (notification == request.content.end())
    return refuse(request, done, ResponseStatus::BadRequest, "nothing here waits for this notification");
  if (flag(*notification, "vrq")) return done(ok(request));
  if (flag(*notification, "aerp")) return change_references(request, *notification, done);
  if (flag(*notification, "aerid")) return change_contacts(request, *notification, done);
  refuse(request, done, ResponseStatus::BadRequest, "this CSE has not subscribed to " + text(*notification, "sur"));
}

// The IN-CSE keeps the list; a registrar in between hands the news on.
void NotifyReceiver::change_contacts(const Request& request, const Json& notification, const ResponseCallback& done) {
  const std::string before = text(notification, "tid1"), after = text(notification, "tid2");
  for (const std::string& id : {before, after})
    if (!id.empty() && !is_sp_relative_ae_id(id))
      return refuse(request, done, ResponseStatus::BadRequest, "'" + id + "' of aerid is no SP-relative AE-ID");
  if (!onem2m::is_cse_id(request.from) || (before.empty() && after.empty()))
    return refuse(request, done, ResponseStatus::BadRequest, "aerid comes from a CSE and names an AE in tid1 or tid2");
  if (core_.options.registrar) {
    Request upward = request;
    upward.to = core_.options.registrar->id;
    return router_.send_to_registrar(std::move(upward), done);
  }
  core_.loop->submit({[this, before, after, from = request.from](Transaction& transaction) -> onem2m::Result<> {
                        note_contact(core_, transaction, from, before, after);
                        return {};
                      },
                      [request, done](const onem2m::Result<>& result) {
                        if (result) return done(ok(request));
                        refuse(request, done, result.error().status, result.error().detail);
                      }});
}

void NotifyReceiver::change_references(const Request& request, const Json& notification, const ResponseCallback& done) {
  const std::string before = text(notification, "tid1"), after = text(notification, "tid2");
  if (!is_sp_relative_ae_id(before) || !is_sp_relative_ae_id(after))
    return refuse(request, done, ResponseStatus::BadRequest, "tid1 and tid2 of aerp are SP-relative AE-IDs");
  if (!may_announce_ae_move(core_, core_.loop->snapshot()->tree, request.from, before, after))
    return refuse(request, done, ResponseStatus::OriginatorHasNoPrivilege,
                  request.from + " has no say in where " + before + " is registered");
  auto complete = std::make_shared<bool>(true);
  core_.loop->submit({[this, complete, before, after, from = request.from](Transaction& transaction) -> onem2m::Result<> {
                        *complete = replace_ae_references(core_, transaction, {before, after});
                        if (!core_.options.registrar) spread_ae_move(core_, transaction, before, after, from);
                        return {};
                      },
                      [request, done, complete](const onem2m::Result<>& result) {
                        if (!result) {
                          refuse(request, done, result.error().status, result.error().detail);
                        } else if (*complete) {
                          done(ok(request));
                        } else {  // no final answer: the sender tells again when the units are served here or gone
                          refuse(request, done, ResponseStatus::InternalServerError, "some references are on the move");
                        }
                      }});
}

}  // namespace edgecse::cse
