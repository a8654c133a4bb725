// SPDX-License-Identifier: Apache-2.0
#include "cse/time_series/time_series.hpp"

#include <algorithm>

#include "cse/changes.hpp"
#include "cse/time_series/monitor.hpp"

namespace edgecse::cse {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;

namespace {

constexpr const char* kMonitoring[] = {"mdt", "mdn", "peid", "pei"};

bool changes_monitoring(const Json& requested) {
  return std::any_of(std::begin(kMonitoring), std::end(kMonitoring),
                     [&](const char* name) { return requested.contains(name); });
}

// A pei that comes without a peid brings its own. release4 8.
void choose_delta(Json& attributes, const Json& requested) {
  if (!is_set(requested, "pei") || requested.contains("peid")) return;
  const auto interval = attributes["pei"].get<std::int64_t>();
  const std::int64_t timer = is_set(attributes, "mdt") ? attributes["mdt"].get<std::int64_t>() : interval;
  attributes["peid"] = (timer <= interval / 2 ? timer : interval) / 2;
}

Result<> check_monitoring(const Json& attributes) {
  const bool with_delta = is_set(attributes, "peid");
  const std::int64_t delta = with_delta ? attributes["peid"].get<std::int64_t>() : 0;
  if (with_delta && is_set(attributes, "pei") && delta > attributes["pei"].get<std::int64_t>() - delta)
    return refuse(ResponseStatus::BadRequest, "peid must be at most half of pei");
  if (!attributes.value("mdd", false)) return {};
  if (!is_set(attributes, "mdt")) return refuse(ResponseStatus::BadRequest, "mdd asks for monitoring, mdt is missing");
  if (with_delta && attributes["mdt"].get<std::int64_t>() <= delta)
    return refuse(ResponseStatus::BadRequest, "mdt must be longer than peid");
  return {};
}

}  // namespace

Result<> TimeSeriesProcedure::check_create(const CreateCheck& check) const {
  Json attributes = check.attributes;
  choose_delta(attributes, check.attributes);
  return check_monitoring(attributes);
}

Result<> TimeSeriesProcedure::check_update(const UpdateCheck& check) const {
  const Json& requested = check.attributes;
  if (changes_monitoring(requested)) {
    if (is_set(requested, "mdd"))
      return refuse(ResponseStatus::BadRequest, "mdd must not be updated together with mdt, mdn, pei or peid");
    if (check.target.attributes.value("mdd", false))
      return refuse(ResponseStatus::BadRequest, "mdt, mdn, pei and peid cannot be updated while mdd is true");
  }
  Json attributes = merged(check.target, requested);
  if (!is_set(attributes, "mdd")) attributes["mdd"] = false;
  choose_delta(attributes, requested);
  return check_monitoring(attributes);
}

Result<> TimeSeriesProcedure::before_create(CreateContext& context) {
  if (auto done = ContainerProcedure::before_create(context); !done) return done;
  Resource& series = context.resource;
  Json attributes = series.attributes;
  choose_delta(attributes, attributes);
  if (!attributes.contains("mdd")) attributes["mdd"] = false;
  attributes["mdc"] = 0;
  series.attributes = std::move(attributes);
  return {};
}

Result<> TimeSeriesProcedure::before_update(UpdateContext& context) {
  Resource& series = context.after;
  const Json& requested = context.requested;
  Json attributes = series.attributes;
  choose_delta(attributes, requested);
  const bool restarted = requested.contains("mdd");
  const bool monitored = attributes.value("mdd", false);
  if (restarted) series.internal.erase(kMonitorState);  // begins anew with the next instance
  if ((restarted && monitored) || (!monitored && changes_monitoring(requested))) {
    attributes.erase("mdlt");
    attributes["mdc"] = 0;
  }
  series.attributes = std::move(attributes);
  return ContainerProcedure::before_update(context);
}

}  // namespace edgecse::cse
