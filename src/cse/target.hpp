// SPDX-License-Identifier: Apache-2.0
//
// What an address names at this CSE: a resource, an instance, or one of the virtual children. TS-0001 9.3.1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cse/cse_core.hpp"
#include "onem2m/address.hpp"

namespace edgecse::cse {

struct Target {
  enum class Kind {
    Resource,
    Instance,       // by its ri, or by a name that this CSE gave: sequence is set
    NamedInstance,  // by a name that the Originator chose: name is set
    Latest,         // la
    Oldest,         // ol
    Virtual,        // another virtual child of a type's own procedures: name is set
  };
  Kind kind = Kind::Resource;
  ResourcePtr resource;         // the resource; the container of an instance; the parent of a virtual child
  std::uint64_t sequence = 0;
  std::string name;
  std::string attribute;        // after '#'

  /// Whether existence is only known after a look into the store.
  [[nodiscard]] bool is_instance() const { return kind != Kind::Resource && kind != Kind::Virtual; }
};

/// Whether the address is this CSE's: CSE-relative, or with its own CSE-ID (and service provider).
[[nodiscard]] bool is_hosted(const CseOptions& options, const onem2m::Address& address);

/// The CSE-relative part only. nullopt: no such resource.
[[nodiscard]] std::optional<Target> resolve(const CseCore& core, const Tree& tree, const onem2m::Address& address);

/// Types whose children are rows in Table::Instances.
[[nodiscard]] bool holds_instances(int type);
/// contentInstance, timeSeriesInstance, flexContainerInstance: rows in Table::Instances.
[[nodiscard]] bool is_instance_type(int type);
/// rn that this CSE gives an instance: it holds the sequence, so that no index is needed. Originators may not choose it.
[[nodiscard]] std::string given_instance_name(std::uint64_t sequence);
/// 0: the name has not that form.
[[nodiscard]] std::uint64_t sequence_of_given_name(std::string_view name);

/// Instances and names as a reader or a job sees them.
class InstanceSource {
 public:
  virtual ~InstanceSource() = default;
  [[nodiscard]] virtual onem2m::Result<InstancePtr> instance(std::string_view container, std::uint64_t sequence) const = 0;
  [[nodiscard]] virtual onem2m::Result<std::vector<InstancePtr>> instances(std::string_view container, std::uint64_t first,
                                                                           std::uint64_t last, std::size_t limit) const = 0;
  [[nodiscard]] virtual onem2m::Result<std::optional<std::string>> meta(std::string_view key) const = 0;
};
class StoredInstances final : public InstanceSource {
 public:
  explicit StoredInstances(const store::ResourceStore& store) : store_(store) {}
  [[nodiscard]] onem2m::Result<InstancePtr> instance(std::string_view container, std::uint64_t sequence) const override;
  [[nodiscard]] onem2m::Result<std::vector<InstancePtr>> instances(std::string_view container, std::uint64_t first,
                                                                   std::uint64_t last, std::size_t limit) const override;
  [[nodiscard]] onem2m::Result<std::optional<std::string>> meta(std::string_view key) const override;

 private:
  const store::ResourceStore& store_;
};
class JobInstances final : public InstanceSource {
 public:
  explicit JobInstances(const Transaction& transaction) : transaction_(transaction) {}
  [[nodiscard]] onem2m::Result<InstancePtr> instance(std::string_view container, std::uint64_t sequence) const override;
  [[nodiscard]] onem2m::Result<std::vector<InstancePtr>> instances(std::string_view container, std::uint64_t first,
                                                                   std::uint64_t last, std::size_t limit) const override;
  [[nodiscard]] onem2m::Result<std::optional<std::string>> meta(std::string_view key) const override;

 private:
  const Transaction& transaction_;
};

/// The instance that the target names, alive at now; fails with NOT_FOUND when there is none.
[[nodiscard]] onem2m::Result<InstancePtr> find_instance(const Target& target, const InstanceSource& source,
                                                        base::WallTime now);

}  // namespace edgecse::cse
