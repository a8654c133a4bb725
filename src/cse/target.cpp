// SPDX-License-Identifier: Apache-2.0
#include "cse/target.hpp"

#include <algorithm>
#include <charconv>

#include "cse/rows.hpp"
#include "onem2m/resource_types.hpp"

namespace edgecse::cse {
namespace {

constexpr std::string_view kGivenPrefix = "i.";

onem2m::Result<InstancePtr> no_instance(const Target& target) {
  return onem2m::refuse(onem2m::ResponseStatus::NotFound, "'" + target.resource->name + "' has no such instance");
}

bool alive(const Instance& instance, base::WallTime now) {
  return instance.expires == 0 || instance.expires > now.time_since_epoch().count();
}

onem2m::Result<InstancePtr> find_latest(const Target& target, const InstanceSource& source, base::WallTime now) {
  const Resource& container = *target.resource;
  if (!container.latest) return no_instance(target);
  if (alive(*container.latest, now)) return container.latest;
  for (std::uint64_t at = container.latest->sequence; at-- > container.first_sequence;) {
    auto older = source.instance(container.id, at);
    if (!older) return older;
    if (*older && alive(**older, now)) return older;
  }
  return no_instance(target);
}

onem2m::Result<InstancePtr> find_oldest(const Target& target, const InstanceSource& source, base::WallTime now) {
  const Resource& container = *target.resource;
  std::uint64_t from = container.first_sequence;
  while (from < container.next_sequence) {
    auto some = source.instances(container.id, from, container.next_sequence, 16);
    if (!some) return tl::unexpected(some.error());
    for (InstancePtr& instance : *some)
      if (alive(*instance, now)) return std::move(instance);
    if (some->size() < 16) break;
    from = some->back()->sequence + 1;
  }
  return no_instance(target);
}

}  // namespace

bool holds_instances(int type) {
  return type == onem2m::type::kContainer || type == onem2m::type::kTimeSeries || type == onem2m::type::kFlexContainer;
}

bool is_instance_type(int type) {
  return type == onem2m::type::kContentInstance || type == onem2m::type::kTimeSeriesInstance ||
         type == onem2m::type::kFlexContainerInstance;
}

std::string given_instance_name(std::uint64_t sequence) { return std::string(kGivenPrefix) + std::to_string(sequence); }

std::uint64_t sequence_of_given_name(std::string_view name) {
  if (!name.starts_with(kGivenPrefix)) return 0;
  std::uint64_t sequence = 0;
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + kGivenPrefix.size(), end, sequence);
  return error == std::errc{} && stop == end && name[kGivenPrefix.size()] != '0' ? sequence : 0;
}

bool is_hosted(const CseOptions& options, const onem2m::Address& address) {
  if (address.cse_id.empty()) return address.service_provider.empty();
  if (address.cse_id != options.id) return false;
  return address.service_provider.empty() || address.service_provider == options.service_provider;
}

std::optional<Target> resolve(const CseCore& core, const Tree& tree, const onem2m::Address& address) {
  Target target;
  target.attribute = address.attribute;
  const auto& segments = address.segments;
  if (segments.empty() || segments[0] == "-" || segments[0] == core.options.name) {
    target.resource = tree.find(core.base_id());
  } else {
    target.resource = tree.find(segments[0]);
    if (!target.resource && segments.size() == 1) {
      const auto [container, sequence] = split_instance_id(segments[0]);
      if (sequence != 0) target.resource = tree.find(container);
      if (!target.resource || !holds_instances(target.resource->type)) return std::nullopt;
      target.kind = Target::Kind::Instance;
      target.sequence = sequence;
      return target;
    }
  }
  if (!target.resource) return std::nullopt;
  for (std::size_t i = 1; i < segments.size(); ++i) {
    const std::string& name = segments[i];
    if (ResourcePtr child = tree.child(target.resource->id, name)) {
      target.resource = std::move(child);
      continue;
    }
    if (i + 1 != segments.size()) return std::nullopt;
    target.name = name;
    if (!holds_instances(target.resource->type)) {
      const onem2m::ResourceTypeRule* rule = onem2m::find_resource_type(target.resource->type);
      if (rule == nullptr || std::find(rule->virtual_children.begin(), rule->virtual_children.end(), name) ==
                                 rule->virtual_children.end())
        return std::nullopt;
      target.kind = Target::Kind::Virtual;
    } else if (name == "la") {
      target.kind = Target::Kind::Latest;
    } else if (name == "ol") {
      target.kind = Target::Kind::Oldest;
    } else if ((target.sequence = sequence_of_given_name(name)) != 0) {
      target.kind = Target::Kind::Instance;
    } else {
      target.kind = Target::Kind::NamedInstance;
    }
  }
  return target;
}

onem2m::Result<InstancePtr> find_instance(const Target& target, const InstanceSource& source, base::WallTime now) {
  const Resource& container = *target.resource;
  if (target.kind == Target::Kind::Latest) return find_latest(target, source, now);
  if (target.kind == Target::Kind::Oldest) return find_oldest(target, source, now);
  std::uint64_t sequence = target.sequence;
  if (target.kind == Target::Kind::NamedInstance) {
    auto row = source.meta(rows::meta::instance_name(container.id, target.name));
    if (!row) return tl::unexpected(row.error());
    if (!*row) return no_instance(target);
    sequence = rows::from_big_endian(**row);
  }
  if (sequence < container.first_sequence || sequence >= container.next_sequence) return no_instance(target);
  if (container.latest && container.latest->sequence == sequence && alive(*container.latest, now)) {
    if (target.name.empty() || container.latest->name == target.name) return container.latest;
    return no_instance(target);
  }
  auto found = source.instance(container.id, sequence);
  if (!found) return found;
  if (!*found || !alive(**found, now) || (!target.name.empty() && (*found)->name != target.name)) return no_instance(target);
  return found;
}

onem2m::Result<InstancePtr> StoredInstances::instance(std::string_view container, std::uint64_t sequence) const {
  const std::string key = rows::instance_key(container, sequence);
  auto row = store_.get(store::Table::Instances, key);
  if (!row) return tl::unexpected(to_onem2m(row.error()));
  if (!*row) return InstancePtr{};
  return rows::decode_instance(key, **row).map([](Instance instance) {
    return InstancePtr(std::make_shared<const Instance>(std::move(instance)));
  });
}

onem2m::Result<std::vector<InstancePtr>> StoredInstances::instances(std::string_view container, std::uint64_t first,
                                                                    std::uint64_t last, std::size_t limit) const {
  auto found = store_.scan(store::Table::Instances, rows::instance_key(container, first),
                           rows::instance_key(container, last), limit);
  if (!found) return tl::unexpected(to_onem2m(found.error()));
  std::vector<InstancePtr> list;
  for (const store::Row& row : *found) {
    auto decoded = rows::decode_instance(row.key, row.value);
    if (!decoded) return tl::unexpected(decoded.error());
    list.push_back(std::make_shared<const Instance>(std::move(*decoded)));
  }
  return list;
}

onem2m::Result<std::optional<std::string>> StoredInstances::meta(std::string_view key) const {
  auto row = store_.get(store::Table::Meta, key);
  if (!row) return tl::unexpected(to_onem2m(row.error()));
  return std::move(*row);
}

onem2m::Result<InstancePtr> JobInstances::instance(std::string_view container, std::uint64_t sequence) const {
  return transaction_.instance(container, sequence);
}
onem2m::Result<std::vector<InstancePtr>> JobInstances::instances(std::string_view container, std::uint64_t first,
                                                                 std::uint64_t last, std::size_t limit) const {
  return transaction_.instances(container, first, last, limit);
}
onem2m::Result<std::optional<std::string>> JobInstances::meta(std::string_view key) const {
  return transaction_.row(store::Table::Meta, key);
}

}  // namespace edgecse::cse
