// SPDX-License-Identifier: Apache-2.0
//
// dataGenerationTime of timeSeriesInstances: absolute once stored, and unique within a timeSeries. TS-0004 7.4.39. The
// index is rows among the instances' names, so that it goes and moves with them.
#pragma once

#include <cstdint>

#include "cse/transaction.hpp"

namespace edgecse::cse::time_series {

/// Makes a relative dgt absolute, by now. Fails with CONFLICT when the series has an instance of that time.
[[nodiscard]] onem2m::Result<> check_generation_time(const Transaction& transaction, const Resource& series,
                                                     Json& attributes);
/// The instance is stored: its time is taken. And the reverse.
void take_generation_time(Transaction& transaction, const Resource& series, const Instance& instance);
void free_generation_time(Transaction& transaction, const Resource& series, const Instance& instance);

/// Whether the name is one of the index's rows: no Originator may choose it.
[[nodiscard]] bool is_reserved_name(std::string_view name);

/// m2m:timestamp, with a fraction only when there is one.
[[nodiscard]] std::string exact_timestamp(std::int64_t microseconds);

}  // namespace edgecse::cse::time_series
