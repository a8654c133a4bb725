// SPDX-License-Identifier: Apache-2.0
//
// Whether a <mgmtCmd> can be executed as it is: its execReqArgs belong to its cmdType and are complete. TS-0004 7.4.16,
// 6.3.5 (m2m:execReqArgsListType). Pure.
#pragma once

#include "cse/resource.hpp"
#include "onem2m/result.hpp"

namespace edgecse::cse {

/// Of the attributes of a <mgmtCmd>. 6022: there is no such command; 6023: arguments of another command, or of another type;
/// 6024: one is missing.
[[nodiscard]] onem2m::Result<> check_command_arguments(const Json& command);

}  // namespace edgecse::cse
