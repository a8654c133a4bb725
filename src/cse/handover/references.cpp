// SPDX-License-Identifier: Apache-2.0
#include "cse/handover/references.hpp"

#include "onem2m/address.hpp"
#include "onem2m/enumerations.hpp"

namespace edgecse::cse::handover {
namespace {

using onem2m::ResponseStatus;
using onem2m::Result;

}  // namespace

bool is_aerp(const onem2m::Request& request) {
  if (request.operation != onem2m::Operation::Notify || !request.content.is_object()) return false;
  const auto notification = request.content.find("m2m:sgn");
  return notification != request.content.end() && notification->is_object() && notification->value("aerp", false);
}

void handle_aerp(Shared& shared, onem2m::Request request, onem2m::ResponseCallback done) {
  const Json& notification = request.content["m2m:sgn"];
  const auto text = [&](const char* name) {
    const auto found = notification.find(name);
    return found != notification.end() && found->is_string() ? found->get<std::string>() : std::string{};
  };
  const AeReference reference{text("tid1"), text("tid2")};
  if (!onem2m::parse_address(reference.before) || !onem2m::parse_address(reference.after) ||
      reference.before.front() != '/' || reference.after.front() != '/')
    return done(onem2m::make_error_response(request, ResponseStatus::BadRequest,
                                            "tid1 and tid2 of aerp are SP-relative AE-IDs"));
  const auto& registrar = shared.core.options.registrar;
  if (request.from != (registrar ? registrar->id : shared.own_id()))
    return done(
        onem2m::make_error_response(request, ResponseStatus::OriginatorHasNoPrivilege, "aerp comes from the IN-CSE"));
  // An owner knows better than news that come late.
  const std::uint64_t epoch = notification.contains("rgep") && notification["rgep"].is_number_unsigned()
                                  ? notification["rgep"].get<std::uint64_t>()
                                  : 0;
  const auto row = shared.table.published(reference.before.substr(reference.before.rfind('/') + 1));
  if (row && row->role == Role::Owner && row->epoch > epoch) {
    onem2m::Response response;
    response.request_identifier = request.request_identifier;
    response.release_version = request.release_version;
    return done(std::move(response));
  }
  // The scan reads a snapshot, off the commit loop; the job looks at what it found only.
  shared.post([&shared, reference, request = std::move(request), done = std::move(done)] {
    auto ids = std::make_shared<std::vector<std::string>>();
    const SnapshotPtr snapshot = shared.core.loop->snapshot();
    snapshot->tree.for_each([&](const ResourcePtr& resource) {
      if (!may_refer_to_aes(resource->type)) return;
      Resource copy = *resource;
      if (rewrite_references(copy, reference, shared.own_id())) ids->push_back(resource->id);
    });
    shared.commit(
        [&shared, reference, ids](Transaction& transaction) -> Result<> {
          for (const std::string& id : *ids) {
            const ResourcePtr resource = transaction.tree().find(id);
            if (!resource || (!resource->unit.empty() && !shared.core.gate->serves(transaction, resource->unit)))
              continue;
            Resource changed = *resource;
            if (!rewrite_references(changed, reference, shared.own_id())) continue;
            if (changed.type == onem2m::type::kAccessControlPolicy && shared.policy_changed)
              shared.policy_changed(transaction, changed);
            transaction.put(std::move(changed));
          }
          return {};
        },
        [request, done](const Result<>& result) {
          onem2m::Response response;
          if (!result) response = onem2m::make_error_response(request, result.error().status, result.error().detail);
          response.request_identifier = request.request_identifier;
          response.release_version = request.release_version;
          done(std::move(response));
        });
  });
}

}  // namespace edgecse::cse::handover
