// SPDX-License-Identifier: Apache-2.0
#include "cse/handover/messages.hpp"

#include "onem2m/enumerations.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse::handover {
namespace {

namespace type = onem2m::type;
constexpr std::size_t kKeptContexts = 200;  // ended ones beyond are removed, oldest first

bool is_ended(const Resource& context) {
  const std::string phase = context.text("phase");
  return phase == "CLOSED" || phase == "COMPLETED" || phase == "REFUSED";
}

}  // namespace

onem2m::Request make_message(const Shared& shared, onem2m::Operation operation, const std::string& cse_id,
                             const std::string& path, const std::string& identifier) {
  onem2m::Request request;
  request.operation = operation;
  request.to = cse_id + '/' + shared.core.options.name + '/' + kContainerName + path;
  request.from = shared.own_id();
  request.request_identifier = "ho-" + shared.own_id().substr(1) + '-' + identifier;
  request.release_version = "3";
  request.result_content = operation == onem2m::Operation::Create ? 0 : 1;
  return request;
}

onem2m::Request make_update(const Shared& shared, const std::string& cse_id, const ContextId& context,
                            const Json& attributes, const std::string& identifier) {
  auto request =
      make_message(shared, onem2m::Operation::Update, cse_id, '/' + context.text(), context.text() + identifier);
  request.content = {{kContextMember, attributes}};
  return request;
}

Json context_attributes(const Json& content) {
  if (!content.is_object()) return {};
  const auto found = content.find(kContextMember);
  return found != content.end() && found->is_object() ? *found : Json{};
}

onem2m::Response make_answer(const onem2m::Request& request, onem2m::ResponseStatus status, const Json& attributes) {
  onem2m::Response response;
  response.status = status;
  response.request_identifier = request.request_identifier;
  response.release_version = request.release_version;
  if (!attributes.is_null()) response.content = {{kContextMember, attributes}};
  return response;
}

Resource make_resource(const Shared& shared, Transaction& transaction, const std::string& parent,
                       const std::string& name, int resource_type, const std::string& member_name) {
  Resource resource;
  resource.created = transaction.next_creation();
  resource.id = transaction.new_id();
  resource.parent = parent;
  resource.name = name;
  resource.type = resource_type;
  resource.member_name = member_name;
  resource.creator = shared.core.options.admin_originator;
  const std::string now = onem2m::format_timestamp(transaction.now());
  resource.attributes = {{"ri", resource.id},
                         {"pi", parent},
                         {"rn", name},
                         {"ty", resource_type},
                         {"ct", now},
                         {"lt", now},
                         {"et", onem2m::format_timestamp(transaction.now() + shared.core.options.maximum_expiration)},
                         {"st", 0}};
  return resource;
}

void make_container(Shared& shared, Transaction& transaction, const std::string& name) {
  const std::string base = shared.core.base_id();
  if (!transaction.tree().find(base) || transaction.tree().child(base, name)) return;
  Resource container = make_resource(shared, transaction, base, name, type::kContainer, "m2m:cnt");
  container.attributes["cni"] = 0;
  container.attributes["cbs"] = 0;
  transaction.put(std::move(container));
}

ResourcePtr find_context(const Shared& shared, const Tree& tree, const ContextId& context) {
  const ResourcePtr container = tree.child(shared.core.base_id(), kContainerName);
  return container ? tree.child(container->id, context.text()) : nullptr;
}

void put_context(Shared& shared, Transaction& transaction, const ContextId& context, const Json& changes) {
  const ResourcePtr container = transaction.tree().child(shared.core.base_id(), kContainerName);
  if (!container) return;
  const ResourcePtr there = transaction.tree().child(container->id, context.text());
  if (!there && transaction.tree().child_count(container->id) >= kKeptContexts)
    for (const ResourcePtr& old : transaction.tree().children(container->id)) {
      if (transaction.tree().child_count(container->id) < kKeptContexts) break;
      if (is_ended(*old)) transaction.erase(old->id);
    }
  Resource resource =
      there ? *there
            : make_resource(shared, transaction, container->id, context.text(), type::kFlexContainer, kContextMember);
  const std::string now = onem2m::format_timestamp(transaction.now());
  Json modified = changes;
  if (!there) {
    resource.attributes.update({{"cnd", kContextDefinition},
                                {"cs", 0},
                                {"contextID", context.text()},
                                {"unit", context.unit},
                                {"aeIDs", Json::array({context.unit})},
                                {"epoch", context.epoch},
                                {"startTime", now}});
  } else {
    resource.attributes["lt"] = now;
    resource.attributes["st"] = resource.number("st") + 1;
  }
  if (const std::string phase = changes.value("phase", ""); phase == "CLOSED" || phase == "COMPLETED")
    modified["endTime"] = now;
  resource.attributes.update(modified);
  const std::string id = resource.id;
  transaction.put(std::move(resource));
  const ResourcePtr stored = transaction.tree().find(id);
  ResourceEvent event{there ? ResourceEvent::Kind::Updated : ResourceEvent::Kind::Created,
                      id,
                      stored->type,
                      stored->member_name,
                      stored->parent,
                      stored->attributes};
  event.resource = stored;
  if (there) {
    event.before = &there->attributes;
    event.modified = &modified;
  }
  shared.core.tell(transaction, event);
}

std::string credential_of(const Json& ae_attributes) {
  static constexpr std::string_view kLabel = "Credential-ID:";
  if (!ae_attributes.is_object() || !ae_attributes.contains("lbl") || !ae_attributes["lbl"].is_array()) return {};
  for (const Json& label : ae_attributes["lbl"])
    if (label.is_string() && label.get_ref<const std::string&>().starts_with(kLabel))
      return label.get<std::string>().substr(kLabel.size());
  return {};
}

}  // namespace edgecse::cse::handover
