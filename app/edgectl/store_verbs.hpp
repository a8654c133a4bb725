// SPDX-License-Identifier: Apache-2.0
//
// `edgectl store ...`: backups of a CSE's store. As all verbs: prints, and returns the exit status.
#pragma once

#include <string>

namespace edgecse::edgectl {

/// Asks the running CSE behind that admin address to make a backup; prints the folder, which lies on the CSE's machine.
int back_up_store(const std::string& admin);
/// Reads every row and checksum of a backup, or of a store that no CSE has open.
int check_store(const std::string& path);
/// keep_present: a store that is there, whole or not, is kept under another name beside it; else it is refused.
int restore_store(const std::string& backup, const std::string& path, bool keep_present);

}  // namespace edgecse::edgectl
