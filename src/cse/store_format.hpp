// SPDX-License-Identifier: Apache-2.0
//
// The format of the rows in a store, and how an older one becomes today's. docs/store.md.
#pragma once

#include <functional>
#include <span>

#include "onem2m/result.hpp"
#include "store/resource_store.hpp"

namespace edgecse::cse {

/// One step from the format before. It may commit what it likes on its way, but must bear being broken off and begun anew:
/// only when it returns is the new version written.
struct Migration {
  int to = 0;
  const char* what = "";  // for the log
  std::function<onem2m::Result<>(store::ResourceStore&)> run;
};

/// Those of this program, in order: from every format that was ever released to rows::kFormatVersion.
[[nodiscard]] std::span<const Migration> store_migrations();

/// Of a store that has a format version: brings it to the newest, step by step, each durable before the next. Fails with the
/// sentence why not when it is newer, unreadable, or a step fails; then it has the format of the last whole step.
[[nodiscard]] onem2m::Result<> migrate_store(store::ResourceStore& store, std::span<const Migration> migrations, int newest);

/// Rewrites every row of a table that change() answers something for, in commits of bounded size. For migrations.
[[nodiscard]] onem2m::Result<> rewrite_rows(
    store::ResourceStore& store, store::Table table,
    const std::function<onem2m::Result<std::optional<std::string>>(const store::Row&)>& change);

}  // namespace edgecse::cse
