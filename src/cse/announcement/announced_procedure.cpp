// SPDX-License-Identifier: Apache-2.0
#include "cse/announcement/announced_procedure.hpp"

#include "cse/outbox.hpp"
#include "cse/registrees.hpp"
#include "onem2m/address.hpp"
#include "onem2m/resource_types.hpp"

namespace edgecse::cse {
namespace {

using onem2m::Operation;
using onem2m::refuse;
using onem2m::Request;
using onem2m::ResponseStatus;
using onem2m::Result;
namespace type = onem2m::type;

constexpr int kBidirectional = 2;  // m2m:announceSyncType
constexpr std::chrono::hours kChangeLife{24};

std::string text_in(const Request& request, const char* name) {
  if (!request.content.is_object() || request.content.size() != 1 || !request.content.begin()->is_object()) return {};
  const auto found = request.content.begin()->find(name);
  return found != request.content.begin()->end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// Member name of the original's type.
std::string original_member(const Resource& announced) {
  for (const std::string_view suffix : {"Annc", "A"}) {
    if (!announced.member_name.ends_with(suffix)) continue;
    std::string member = announced.member_name.substr(0, announced.member_name.size() - suffix.size());
    const onem2m::ResourceTypeRule* rule = onem2m::find_resource_type_by_member(member);
    if (rule != nullptr && rule->number == announced.type - type::kAnnounced) return member;
  }
  return {};
}

}  // namespace

std::string host_of_link(const CseOptions& options, const std::string& link) {
  const auto address = onem2m::parse_address(link);
  if (!address || address->cse_id.empty()) return {};
  const bool foreign = !address->service_provider.empty() && address->service_provider != options.service_provider;
  return foreign ? address->service_provider + address->cse_id : address->cse_id;
}

std::optional<Result<>> AnnouncedProcedure::authorise(const Tree& tree, const Request& request, const Resource& target) const {
  const std::string from = local_originator(core_.options, request.from);
  const auto keeps = [&](const std::string& link) {
    return !link.empty() && host_of_link(core_.options, link) == from && is_known_cse(core_, tree, request.from);
  };
  switch (request.operation) {
    case Operation::Create:
      if (keeps(text_in(request, "lnk"))) return Result<>{};
      return std::nullopt;
    case Operation::Update:
    case Operation::Delete: {
      if (keeps(target.text("lnk"))) return Result<>{};
      if (request.operation == Operation::Update && target.number("ast") == kBidirectional) return std::nullopt;
      const bool all_rights = (request.peer.internal && from == core_.options.id) || from == core_.options.admin_originator;
      if (all_rights) return std::nullopt;
      return refuse(ResponseStatus::OriginatorHasNoPrivilege,
                    "'" + target.name + "' is announced: it is changed by the CSE of " + target.text("lnk"));
    }
    default:
      return std::nullopt;
  }
}

Result<> AnnouncedProcedure::check_create(const CreateCheck& check) const {
  if (check.request.resource_type != type::kCseBaseAnnc) return {};
  const Json& link = check.attributes.at("lnk");
  for (const ResourcePtr& child : check.tree.children(check.parent.id))
    if (child->type == type::kCseBaseAnnc && child->attributes.value("lnk", Json{}) == link)
      return refuse(ResponseStatus::Conflict, link.dump() + " is announced here already, as '" + child->name + "'");
  return {};
}

Result<> AnnouncedProcedure::after_update(UpdateContext& context) {
  const Resource& announced = context.after;
  const std::string link = announced.text("lnk");
  if (announced.number("ast") != kBidirectional || context.before.number("ast") != kBidirectional) return {};
  if (host_of_link(core_.options, link) == local_originator(core_.options, context.request.from)) return {};
  const std::string member = original_member(announced);
  if (member.empty()) return {};
  OutboxEntry entry = make_outbox_entry(context.transaction, "sync " + announced.id, Operation::Update, link, core_.options.id,
                                        kChangeLife, "sync");
  entry.unit = announced.unit;
  entry.request.release_version = "4";
  entry.request.content = {{member, context.requested}};
  enqueue(context.transaction, entry);
  return {};
}

}  // namespace edgecse::cse
