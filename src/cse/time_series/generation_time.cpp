// SPDX-License-Identifier: Apache-2.0
#include "cse/time_series/generation_time.hpp"

#include <fmt/format.h>

#include "cse/cse_core.hpp"
#include "cse/rows.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse::time_series {
namespace {

constexpr std::string_view kPrefix = "~dgt.";

std::string row_key(const Resource& series, std::int64_t time) {
  return rows::meta::instance_name(series.id, std::string(kPrefix) + std::to_string(time));
}

}  // namespace

bool is_reserved_name(std::string_view name) { return name.starts_with(kPrefix); }

std::string exact_timestamp(std::int64_t microseconds) {
  return onem2m::format_timestamp(base::WallTime{base::Duration{microseconds}});
}

onem2m::Result<> check_generation_time(const Transaction& transaction, const Resource& series, Json& attributes) {
  Json& given = attributes["dgt"];
  const std::string text = given.is_string() ? given.get<std::string>() : given.dump();
  const auto time = onem2m::parse_absolute_or_relative(text, transaction.now());
  if (!time) return onem2m::refuse(onem2m::ResponseStatus::BadRequest, "dgt is no time: '" + text + "'");
  const std::int64_t microseconds = time->time_since_epoch().count();
  if (to_microseconds(text) == 0) given = exact_timestamp(microseconds);
  const auto row = transaction.row(store::Table::Meta, row_key(series, microseconds));
  if (!row) return tl::unexpected(row.error());
  if (*row)
    return onem2m::refuse(onem2m::ResponseStatus::Conflict,
                          "'" + series.name + "' has an instance of dgt " + given.get<std::string>() + " already");
  return {};
}

void take_generation_time(Transaction& transaction, const Resource& series, const Instance& instance) {
  const std::int64_t time = to_microseconds(instance.attributes().value("dgt", ""));
  transaction.put_row(store::Table::Meta, row_key(series, time), rows::big_endian(instance.sequence), series.unit);
}

void free_generation_time(Transaction& transaction, const Resource& series, const Instance& instance) {
  const std::int64_t time = to_microseconds(instance.attributes().value("dgt", ""));
  transaction.erase_row(store::Table::Meta, row_key(series, time), series.unit);
}

}  // namespace edgecse::cse::time_series
