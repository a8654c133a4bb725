// SPDX-License-Identifier: Apache-2.0
//
// The four generic procedures of a Hosting CSE, once a request is valid and its target is known. TS-0004 7.3.3.5 to 7.3.3.8.
#pragma once

#include <string>

#include "cse/cse_core.hpp"
#include "cse/representation.hpp"
#include "cse/target.hpp"

namespace edgecse::cse {

/// One write inside its job.
struct Work {
  CseCore& core;
  Transaction& transaction;
  const onem2m::Request& request;
  const Target& target;
  const Json& prepared;
  std::string unit;   // of what was changed: the target's, or that of a new AE
};

/// What rcn 3 answers: {"m2m:rce": {"ae": {...}, "uri": "..."}}, the representation below its name without the namespace.
[[nodiscard]] Json resource_wrapper(std::string_view member_name, const Json& attributes, const std::string& address);

/// The checks and the change; an error leaves no trace.
[[nodiscard]] onem2m::Result<onem2m::Response> create_resource(Work& work);
[[nodiscard]] onem2m::Result<onem2m::Response> update_resource(Work& work);
[[nodiscard]] onem2m::Result<onem2m::Response> delete_target(Work& work);
/// The instance path of the first and the last; content_instance.cpp.
[[nodiscard]] onem2m::Result<onem2m::Response> create_instance(Work& work);
[[nodiscard]] onem2m::Result<onem2m::Response> delete_instance_target(Work& work);

/// RETRIEVE of an instance of a container that has some with a deletionCnt: counts down, the last one deletes. release4 9.
[[nodiscard]] onem2m::Result<onem2m::Response> count_retrieval(Work& work);
/// Member of Resource::internal: there was an instance with a deletionCnt.
inline constexpr const char* kCountsRetrievals = "dcnt";

/// What becomes an instance: attributes as requested; the rest of them is filled in.
struct NewInstance {
  int type;
  std::string_view member_name;
  Json& attributes;
  std::int64_t size;
  std::string creator;
};
/// Appends it to a container, which is changed (lt and st are as they will be) but not put; evicts what it pushes out.
[[nodiscard]] onem2m::Result<InstancePtr> append_instance(Transaction& transaction, Resource& container, NewInstance made);
/// Puts an instance back that was among those just erased, name and counters too.
void restore_instance(Transaction& transaction, Resource& container, const Instance& instance);
/// Tells the listeners of a change of an instance.
void tell_instance(CseCore& core, Transaction& transaction, ResourceEvent::Kind kind, const Instance& instance,
                   const Json& attributes, const onem2m::Request* request);
/// m2m:cin, m2m:tsi, or the flexContainer's.
[[nodiscard]] std::string member_name_of(const Instance& instance);

/// The checks alone, on a snapshot: before what waits for a peer.
[[nodiscard]] onem2m::Result<Preparation> check_create(const CseCore& core, const SnapshotPtr& snapshot, base::WallTime now,
                                                       const onem2m::Request& request, const Target& target);
[[nodiscard]] onem2m::Result<Preparation> check_update(const CseCore& core, const SnapshotPtr& snapshot, base::WallTime now,
                                                       const onem2m::Request& request, const Target& target);

/// On the calling thread, from the snapshot.
[[nodiscard]] onem2m::Result<onem2m::Response> retrieve(const CseCore& core, const Snapshot& snapshot, base::WallTime now,
                                                        const onem2m::Request& request, const Target& target);

[[nodiscard]] onem2m::Result<onem2m::Response> retrieve_instance(const CseCore& core, const Tree& tree,
                                                                 const InstanceSource& instances, base::WallTime now,
                                                                 const onem2m::Request& request, const Target& target);

/// 4103 unless the type's own procedure or the ACPs permit. resource: the parent of a CREATE. attributes: those that are
/// read, when they are not the resource's own.
[[nodiscard]] onem2m::Result<> authorise(const CseCore& core, const Tree& tree, base::WallTime now,
                                         const onem2m::Request& request, onem2m::AccessOperation operation,
                                         const Resource& resource, const Json* attributes = nullptr);

/// 4004 when the request's filter criteria do not fit the target (compare-and-set). TS-0004 7.3.3.1.
[[nodiscard]] onem2m::Result<> check_conditions(const Tree& tree, const onem2m::Request& request, const Resource& resource,
                                                const Json& attributes, int type);

/// Removes the oldest until mni, mbs hold with room for one more of that size, at most some hundred at once: true when more
/// must go. Silent. Fails when the store does.
[[nodiscard]] onem2m::Result<bool> evict(Transaction& transaction, Resource& container, std::int64_t more_instances,
                                     std::int64_t more_bytes);
/// Removes one instance and brings the container's counters up to date; the container is put.
[[nodiscard]] onem2m::Result<> remove_instance(CseCore& core, Transaction& transaction, const Resource& container,
                                               const Instance& instance, const onem2m::Request* request, bool silent);

/// A success without content.
[[nodiscard]] onem2m::Response make_response(onem2m::ResponseStatus status);
/// Bytes of a content or custom attribute: UTF-8 length of text, 4 for integers and booleans, 8 for floats, sums of lists
/// and objects. release4 7, 9.
[[nodiscard]] std::int64_t content_size(const Json& value);

}  // namespace edgecse::cse
