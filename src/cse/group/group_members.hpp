// SPDX-License-Identifier: Apache-2.0
//
// Whether the members of a <group> fit it: they exist, the originator may read them, their type is the group's. TS-0004
// 7.4.13.2.1. Pure: what other CSEs say about their resources comes in.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cse/cse_core.hpp"
#include "cse/target.hpp"

namespace edgecse::cse::group {

/// What another CSE said about a member there.
struct RemoteMember {
  enum class State { Known, Gone, Forbidden, Silent };  // Silent: not reached; it is asked again later
  State state = State::Silent;
  int type = 0;
  Json specialisation;  // cnd or mgd; null: none
};
using RemoteMembers = std::map<std::string, RemoteMember, std::less<>>;  // by memberID as given

[[nodiscard]] Json to_json(const RemoteMembers& members);
[[nodiscard]] RemoteMembers remote_members_from_json(const Json& value);
/// How the answer to a RETRIEVE of the member reads.
[[nodiscard]] RemoteMember read_answer(const std::string& member, const onem2m::Response& answer);
/// The resource to RETRIEVE for a member: without fopt, la, ol at its end.
[[nodiscard]] std::string resource_of(const std::string& member);

/// A <group> after its members were looked at.
struct CheckedMembers {
  Json ids = Json::array();      // as stored: members here unstructured, no duplicates, none that the strategy dropped
  int type = 0;                  // mt; 0 when consistencyStrategy made it mixed
  bool specialised = true;      // false: spty goes with mt
  bool complete = true;          // false: a member did not answer: mtv is false
};

struct MemberQuestion {
  const CseCore& core;
  const Tree& tree;
  const InstanceSource& instances;
  base::WallTime now;
  const onem2m::Request& reader;    // a RETRIEVE by who makes or changes the group
  const RemoteMembers* remote;      // nullptr: not asked yet, they pass
  const Json* validated = nullptr;  // mid of the group before the change, when mtv was true: they are not asked again
};

/// attributes: of the whole group (mid, mt, csy, spty, mnm). 4004, 5105, 4110, 6010.
[[nodiscard]] onem2m::Request reader_for(const onem2m::Request& request);
[[nodiscard]] onem2m::Result<CheckedMembers> check_members(const MemberQuestion& question, const Json& attributes);

/// Members at other CSEs, each once.
[[nodiscard]] std::vector<std::string> remote_members(const CseCore& core, const Json& attributes);

}  // namespace edgecse::cse::group
