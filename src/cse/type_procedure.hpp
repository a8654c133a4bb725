// SPDX-License-Identifier: Apache-2.0
//
// What a resource type does beyond the generic procedures, one class a type in a file of its own; the pipeline calls it at
// the points below. A type without a class is handled by the generic procedures alone. TS-0004 7.4.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "cse/commit_loop.hpp"
#include "cse/resource.hpp"
#include "cse/transaction.hpp"
#include "onem2m/primitive.hpp"
#include "onem2m/result.hpp"

namespace edgecse::cse {

/// A CREATE as its type sees it. Called twice when the type prepares: on a snapshot before, and in the job.
struct CreateCheck {
  const Tree& tree;
  base::WallTime now;
  const onem2m::Request& request;
  const Resource& parent;
  const Json& attributes;         // as requested, already checked against the attribute table
};
/// In the job: the resource is complete (ri, rn, ct, et, creator, unit ... set) but not in the tree yet.
struct CreateContext {
  Transaction& transaction;
  const onem2m::Request& request;
  const Resource& parent;
  const Json& prepared;           // what prepare() gave; null: nothing
  Resource& resource;             // may be changed: id too in before_create
};
struct UpdateCheck {
  const Tree& tree;
  base::WallTime now;
  const onem2m::Request& request;
  const Resource& target;
  const Json& attributes;         // as requested: null removes
};
struct UpdateContext {
  Transaction& transaction;
  const onem2m::Request& request;
  const Json& requested;          // the attributes of the request
  const Json& prepared;
  const Resource& before;
  Resource& after;                // merged; before_update may change it
};
struct DeleteContext {
  Transaction& transaction;
  const onem2m::Request* request; // nullptr: expiry
  const Resource& resource;
  bool is_target;                 // false: goes because something above it goes
};

/// What waits for a peer before the job; the copies live as long as the callback does.
struct Preparation {
  SnapshotPtr snapshot;
  onem2m::Request request;
  ResourcePtr target;             // parent of a CREATE, else the resource itself
  Json attributes;                // of the request
};
/// Called exactly once, on any thread. An error refuses the request.
using PreparedCallback = std::function<void(onem2m::Result<Json>)>;

/// Objects are shared by all requests: state only behind locks. Checks run on any thread, the rest on the loop's thread.
class TypeProcedure {
 public:
  virtual ~TypeProcedure() = default;

  /// Replaces the ACPs' decision; nullopt: they decide. target: parent of a CREATE.
  [[nodiscard]] virtual std::optional<onem2m::Result<>> authorise(const Tree& tree, const onem2m::Request& request,
                                                                  const Resource& target) const {
    static_cast<void>(tree), static_cast<void>(request), static_cast<void>(target);
    return std::nullopt;
  }

  [[nodiscard]] virtual onem2m::Result<> check_create(const CreateCheck&) const { return {}; }
  [[nodiscard]] virtual onem2m::Result<> check_update(const UpdateCheck&) const { return {}; }
  [[nodiscard]] virtual onem2m::Result<> check_delete(const Tree&, const onem2m::Request&, const Resource&) const { return {}; }

  /// Whether such a request may need preparation at all: false keeps the common path free of a check on a snapshot.
  [[nodiscard]] virtual bool prepares(const onem2m::Request&) const { return false; }
  /// Whether prepare() must run before the job, now that the checks passed on a snapshot. On the calling thread.
  [[nodiscard]] virtual bool needs_preparation(const Preparation&) const { return false; }
  /// Asks peers; after the checks passed on a snapshot, which the job repeats. On the executor.
  virtual void prepare(Preparation, PreparedCallback done) { done(Json{}); }

  /// The request failed or was diverted after prepare() had given this: what it did at peers is taken back.
  virtual void abandon(const onem2m::Request&, const Json& prepared) { static_cast<void>(prepared); }

  virtual onem2m::Result<> before_create(CreateContext&) { return {}; }
  /// The resource is in the tree; change it by transaction.put of a changed copy. Events are told afterwards.
  virtual onem2m::Result<> after_create(CreateContext&) { return {}; }
  virtual onem2m::Result<> before_update(UpdateContext&) { return {}; }
  virtual onem2m::Result<> after_update(UpdateContext&) { return {}; }
  /// For every resource that goes, children first; still in the tree.
  virtual onem2m::Result<> before_delete(DeleteContext&) { return {}; }

  /// Attributes that are made when read (ctm).
  virtual void complete(const Tree&, const Resource&, base::WallTime, Json& attributes) const { static_cast<void>(attributes); }
};

/// By resource type number: a type that is not here is not implemented (5001). Filled while the CSE is built, read only
/// afterwards. A type that needs nothing of its own is added with a plain TypeProcedure.
class TypeProcedures {
 public:
  void add(int type, std::shared_ptr<TypeProcedure> procedure) { procedures_[type] = std::move(procedure); }
  [[nodiscard]] bool has(int type) const { return procedures_.contains(type); }
  [[nodiscard]] std::vector<int> types() const {
    std::vector<int> list;
    for (const auto& [type, procedure] : procedures_) list.push_back(type);
    return list;
  }
  /// Never null: the generic procedure when the type has none of its own.
  [[nodiscard]] TypeProcedure& find(int type) const {
    const auto found = procedures_.find(type);
    return found == procedures_.end() ? *generic_ : *found->second;
  }

 private:
  std::map<int, std::shared_ptr<TypeProcedure>> procedures_;
  std::shared_ptr<TypeProcedure> generic_ = std::make_shared<TypeProcedure>();
};

}  // namespace edgecse::cse
