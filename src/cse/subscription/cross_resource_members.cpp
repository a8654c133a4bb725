// SPDX-License-Identifier: Apache-2.0
#include "cse/subscription/cross_resource_members.hpp"

#include <algorithm>

#include "cse/changes.hpp"
#include "cse/subscription/notification_criteria.hpp"
#include "onem2m/address.hpp"

namespace edgecse::cse {
namespace {

using onem2m::Operation;
using onem2m::Response;
using onem2m::ResponseStatus;

Json content_of(const Response& response) {
  return response.serialized_content ? Json::parse(*response.serialized_content, nullptr, false) : response.content;
}

/// SP-relative address of a resource that was found or made at an address.
std::string sp_relative(const CseOptions& options, const std::string& address, const std::string& id) {
  const std::string plain = id.substr(id.rfind('/') + 1);
  const auto parsed = onem2m::parse_address(address);
  return (parsed && !parsed->cse_id.empty() ? parsed->cse_id : options.id) + '/' + plain;
}

Json with(const Json& list, const std::string& entry) {
  Json changed = list.is_array() ? list : Json::array();
  if (std::ranges::find(changed, Json(entry)) == changed.end()) changed.push_back(entry);
  return changed;
}

Json without(const Json& list, const std::string& entry) {
  Json changed = Json::array();
  if (list.is_array())
    for (const Json& one : list)
      if (one != Json(entry)) changed.push_back(one);
  return changed;
}

std::vector<std::string> backwards(std::vector<std::string> list) {
  std::ranges::reverse(list);
  return list;
}

std::string answer_text(const Response& response) {
  const Json& detail = member_of(response.content, "m2m:dbg");
  return std::to_string(onem2m::to_number(response.status)) + (detail.is_string() ? ": " + detail.get<std::string>() : "");
}

}  // namespace

void MemberEnrolment::ask(Operation operation, const std::string& to, Json content, onem2m::ResponseCallback done) {
  onem2m::Request request;
  request.operation = operation;
  request.to = to;
  request.from = request_.from;
  request.peer = request_.peer;
  request.release_version = request_.release_version.value_or("3");
  request.request_identifier = request_.request_identifier + "-crs-" + std::to_string(++asked_);
  request.content = std::move(content);
  if (operation == Operation::Create) request.resource_type = onem2m::type::kSubscription;
  // By the executor: members here would answer on the loop's thread, one within the other.
  core_.environment.executor.post([self = shared_from_this(), request = std::move(request), done = std::move(done)]() mutable {
    self->core_.pipeline->handle(std::move(request), std::move(done));
  });
}

void MemberEnrolment::enrol(const Json& attributes, const std::string& et, Done done) {
  attributes_ = attributes;
  et_ = et;
  done_ = std::move(done);
  to_change_ = backwards(strings_of(attributes_, "srat"));
  to_make_ = backwards(strings_of(attributes_, "rrat"));
  change_next();
}

void MemberEnrolment::change_next() {
  if (to_change_.empty()) return make_next();
  const std::string address = to_change_.back();
  to_change_.pop_back();
  ask(Operation::Retrieve, address, {}, [self = shared_from_this(), address](const Response& found) {
    if (onem2m::is_success(found.status)) return self->change(address, found);
    self->fail(ResponseStatus::CrossResourceOperationFailure, "srat " + address + " cannot be read: " + answer_text(found));
  });
}

void MemberEnrolment::change(const std::string& address, const Response& found) {
  const Json content = content_of(found);
  const Json& subscription = member_of(content, "m2m:sub");
  if (!subscription.is_object() || !member_of(subscription, "ri").is_string())
    return fail(ResponseStatus::BadRequest, "srat " + address + " is no subscription");
  const std::string member = sp_relative(core_.options, address, subscription["ri"].get<std::string>());
  Json change{{"nu", with(member_of(subscription, "nu"), reference_)}, {"acrs", with(member_of(subscription, "acrs"), reference_)}};
  ask(Operation::Update, address, {{"m2m:sub", std::move(change)}}, [self = shared_from_this(), address, member](const Response& answer) {
    if (!onem2m::is_success(answer.status))
      return self->fail(ResponseStatus::CrossResourceOperationFailure, "srat " + address + " cannot be changed: " + answer_text(answer));
    self->members_.changed[address] = member;
    self->change_next();
  });
}

void MemberEnrolment::make_next() {
  if (to_make_.empty()) return done_(std::move(members_));
  const std::string address = to_make_.back();
  to_make_.pop_back();
  const Json& criteria = member_of(member_of(attributes_, "encs"), "enc");
  const Json& own = criteria.at(criteria.size() == 1 ? 0 : members_.made.size());
  Json subscription{{"nu", {reference_}}, {"acrs", {reference_}}, {"enc", own}, {"et", et_}};
  if (const Json& category = member_of(attributes_, "nec"); !category.is_null()) subscription["nec"] = category;
  ask(Operation::Create, address, {{"m2m:sub", std::move(subscription)}}, [self = shared_from_this(), address](const Response& answer) {
    self->made(address, answer);
  });
}

void MemberEnrolment::made(const std::string& address, const Response& answer) {
  const Json content = content_of(answer);
  const Json& id = member_of(member_of(content, "m2m:sub"), "ri");
  if (!onem2m::is_success(answer.status) || !id.is_string())
    return fail(ResponseStatus::CrossResourceOperationFailure, "rrat " + address + " takes no subscription: " + answer_text(answer));
  members_.made.push_back(sp_relative(core_.options, address, id.get<std::string>()));
  make_next();
}

void MemberEnrolment::fail(ResponseStatus status, std::string detail) {
  withdraw(std::move(members_), [self = shared_from_this(), status, detail = std::move(detail)] {
    self->done_(onem2m::refuse(status, detail));
  });
}

void MemberEnrolment::withdraw(CrossResourceMembers members, std::function<void()> done) {
  if (done) withdrawn_ = std::move(done);
  members_ = std::move(members);
  if (!members_.made.empty()) {
    const std::string member = members_.made.back();
    members_.made.pop_back();
    return ask(Operation::Delete, member, {},
               [self = shared_from_this()](const Response&) { self->withdraw(std::move(self->members_), nullptr); });
  }
  if (members_.changed.empty()) return std::exchange(withdrawn_, nullptr)();  // it may hold this object
  const std::string member = members_.changed.begin()->get<std::string>();
  members_.changed.erase(members_.changed.begin());
  ask(Operation::Retrieve, member, {},
      [self = shared_from_this(), member](const Response& found) { self->withdraw_changed(member, found); });
}

void MemberEnrolment::withdraw_changed(const std::string& member, const Response& found) {
  const Json content = content_of(found);
  const Json& subscription = member_of(content, "m2m:sub");
  if (!onem2m::is_success(found.status) || !subscription.is_object()) return withdraw(std::move(members_), nullptr);
  const Json targets = without(member_of(subscription, "nu"), reference_);
  const Json others = without(member_of(subscription, "acrs"), reference_);
  Json change{{"acrs", others.empty() ? Json{} : others}};
  if (!targets.empty()) change["nu"] = targets;  // a subscription needs one
  ask(Operation::Update, member, {{"m2m:sub", std::move(change)}},
      [self = shared_from_this()](const Response&) { self->withdraw(std::move(self->members_), nullptr); });
}

bool release_local_member(CseCore& core, Transaction& transaction, const std::string& member, const std::string& reference,
                          bool made_for_it) {
  const ResourcePtr found = find_resource(core, transaction.tree(), member);
  if (!found || found->type != onem2m::type::kSubscription) return false;
  if (!found->unit.empty() && !core.gate->serves(transaction, found->unit)) return false;
  const Json targets = without(member_of(found->attributes, "nu"), reference);
  if (made_for_it || targets.empty()) return delete_resource(core, transaction, found->id, nullptr).has_value();
  Resource changed = *found;
  changed.attributes["nu"] = targets;
  const Json others = without(member_of(found->attributes, "acrs"), reference);
  if (others.empty()) {
    changed.attributes.erase("acrs");
  } else {
    changed.attributes["acrs"] = others;
  }
  put_and_tell(core, transaction, std::move(changed));
  return true;
}

}  // namespace edgecse::cse
