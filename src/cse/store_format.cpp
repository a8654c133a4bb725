// SPDX-License-Identifier: Apache-2.0
#include "cse/store_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/log.hpp"
#include "cse/rows.hpp"
#include "cse/transaction.hpp"

namespace edgecse::cse {
namespace {

constexpr std::size_t kRowsAtOnce = 1'000;

tl::unexpected<onem2m::Error> refuse(std::string why) {
  return onem2m::refuse(onem2m::ResponseStatus::InternalServerError, std::move(why));
}

onem2m::Result<int> version_of(const store::ResourceStore& store) {
  const auto row = store.get(store::Table::Meta, rows::meta::kFormat);
  if (!row) return tl::unexpected(to_onem2m(row.error()));
  int version = 0;
  const std::string text = row->value_or("");
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (code != std::errc{} || end != text.data() + text.size() || version < 1)
    return refuse(fmt::format("the store's format version is unreadable: '{}'", text));
  return version;
}

}  // namespace

std::span<const Migration> store_migrations() { return {}; }  // format 1 is the first

onem2m::Result<> migrate_store(store::ResourceStore& store, std::span<const Migration> migrations, int newest) {
  auto version = version_of(store);
  if (!version) return tl::unexpected(version.error());
  if (*version > newest)
    return refuse(fmt::format("the store has format {}, this program reads up to format {}: use a newer edgecse, or restore a backup "
                              "that was made before the upgrade",
                              *version, newest));
  for (int now = *version; now < newest; ++now) {
    const auto step = std::find_if(migrations.begin(), migrations.end(), [now](const Migration& each) { return each.to == now + 1; });
    if (step == migrations.end()) return refuse(fmt::format("the store has format {}, from which this program knows no way to {}", now, newest));
    if (auto done = step->run(store); !done)
      return refuse(fmt::format("the store stays in format {}, the step to {} ({}) failed: {}", now, step->to, step->what, done.error().detail));
    store::WriteBatch raised;
    raised.put(store::Table::Meta, std::string(rows::meta::kFormat), std::to_string(step->to));
    if (auto written = store.commit(raised); !written) return tl::unexpected(to_onem2m(written.error()));
    base::log::info("cse", "the store was migrated", {{"format", std::to_string(step->to)}, {"what", step->what}});
  }
  return {};
}

onem2m::Result<> rewrite_rows(store::ResourceStore& store, store::Table table,
                              const std::function<onem2m::Result<std::optional<std::string>>(const store::Row&)>& change) {
  for (std::string first;;) {
    const auto found = store.scan(table, first, {}, kRowsAtOnce);
    if (!found) return tl::unexpected(to_onem2m(found.error()));
    store::WriteBatch batch;
    for (const store::Row& row : *found) {
      auto changed = change(row);
      if (!changed) return tl::unexpected(changed.error());
      if (*changed) batch.put(table, row.key, std::move(**changed));
    }
    if (!batch.empty())
      if (auto written = store.commit(batch); !written) return tl::unexpected(to_onem2m(written.error()));
    if (found->size() < kRowsAtOnce) return {};
    first = found->back().key + '\0';  // the key after it
  }
}

}  // namespace edgecse::cse
