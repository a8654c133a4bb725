// SPDX-License-Identifier: Apache-2.0
#include "cse/handover/references.hpp"

#include "onem2m/address.hpp"
#include "onem2m/enumerations.hpp"

namespace edgecse::cse::handover {
namespace {

namespace type = onem2m::type;
using onem2m::ResponseStatus;
using onem2m::Result;

bool replace(Json& value, const std::string& before, const std::string& after) {
  if (!value.is_string()) return false;
  auto& text = value.get_ref<std::string&>();
  if (text != before && !text.starts_with(before + '/')) return false;
  text = after + text.substr(before.size());
  return true;
}

bool replace_in(Json& value, const std::string& before, const std::string& after) {
  if (!value.is_array()) return replace(value, before, after);
  bool changed = false;
  for (Json& entry : value) changed |= replace(entry, before, after);
  return changed;
}

bool replace_in_rules(Json& privileges, const std::string& before, const std::string& after) {
  if (!privileges.is_object() || !privileges.contains("acr") || !privileges["acr"].is_array()) return false;
  bool changed = false;
  for (Json& rule : privileges["acr"])
    if (rule.is_object() && rule.contains("acor")) changed |= replace_in(rule["acor"], before, after);
  return changed;
}

const char* reference_attribute(int resource_type) {
  if (resource_type == type::kSubscription) return "nu";
  if (resource_type == type::kGroup) return "mid";
  return resource_type > type::kAnnounced ? "lnk" : nullptr;
}

bool rewrite_form(Resource& resource, const std::string& before, const std::string& after) {
  bool changed = false;
  if (resource.type == type::kAccessControlPolicy)
    for (const char* name : {"pv", "pvs"})
      if (resource.has(name)) changed |= replace_in_rules(resource.attributes[name], before, after);
  const char* const name = reference_attribute(resource.type);
  if (name != nullptr && resource.has(name)) changed |= replace_in(resource.attributes[name], before, after);
  return changed;
}

}  // namespace

bool rewrite_references(Resource& resource, const AeReference& reference, const std::string& own_id) {
  bool changed = rewrite_form(resource, reference.before, reference.after);
  // Here the AE may be named as the registree it was.
  if (reference.before.starts_with(own_id + '/'))
    changed |= rewrite_form(resource, reference.before.substr(own_id.size() + 1), reference.after);
  return changed;
}

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
      if (resource->type != type::kAccessControlPolicy && reference_attribute(resource->type) == nullptr) return;
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
            if (rewrite_references(changed, reference, shared.own_id())) transaction.put(std::move(changed));
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
