// SPDX-License-Identifier: Apache-2.0
//
// Where the platform offers MEC 033, this instance is one of its IoT platforms: registered, looked at, renewed after the
// service lost it, withdrawn at the end. As optional as rules are: the application is operational without it.
#include "mec/decode.hpp"
#include "mec/life_cycle.hpp"

namespace edgecse::mec {
namespace {

constexpr std::chrono::seconds kAskAgain{600};
constexpr const char* kIdMember = "iotPlatformId";

/// The official file wraps bodies, the tables do not.
const Json& unwrapped(const Json& body) {
  const bool wrapped = body.is_object() && body.size() == 1 && !body.contains(kIdMember) && body.begin()->is_object();
  return wrapped ? *body.begin() : body;
}

}  // namespace

void LifeCycle::keep_iot_platform() {
  if (!options_.iot_platform || !may_act(iot_)) return;
  if (iot_.present) return audit_iot_platform();
  // An earlier life may have left its entry; platforms that do not offer the service say so here.
  send(iot_, {0, Api::Iot, 0, "GET", "/registered_iot_platforms", false, {}}, [this](const Answered& answer) {
    if (says_nothing(answer)) return fail(iot_, answer);
    if (!succeeded(answer) || !answer.body.is_array()) return leave_iot_platform_alone();
    iot_id_.clear();
    for (const auto& entry : answer.body) {
      const Json& known = unwrapped(entry);
      if (known.is_object() && known.value(kIdMember, Json{}) == options_.iot_platform->id) iot_id_ = options_.iot_platform->id;
    }
    write_iot_platform();
  });
}

void LifeCycle::write_iot_platform() {
  const bool create = iot_id_.empty();
  Call call{0, Api::Iot, 0, create ? "POST" : "PUT", "/registered_iot_platforms" + (create ? "" : "/" + iot_id_), false,
            encode_iot_platform(*options_.iot_platform)};
  send(iot_, std::move(call), [this, create](const Answered& answer) {
    if (succeeded(answer)) {
      if (create) iot_id_ = created_id(answer.location, answer.body, kIdMember);
      if (iot_id_.empty()) iot_id_ = options_.iot_platform->id;
      return succeed(iot_, options_.audit_interval);
    }
    if (says_nothing(answer) || answer.status / 100 == 5) return fail(iot_, answer);
    commands_.push_back(Remark{iot_.name, answer.status, 1, problem_text(answer.body)});
    leave_iot_platform_alone();
  });
}

void LifeCycle::audit_iot_platform() {
  send(iot_, {0, Api::Iot, 0, "GET", "/registered_iot_platforms/" + iot_id_, false, {}}, [this](const Answered& answer) {
    if (answer.status == 404) return vanish(iot_);
    if (!succeeded(answer)) return fail(iot_, answer);
    const Json wanted = encode_iot_platform(*options_.iot_platform);
    const Json& there = unwrapped(answer.body);
    // A platform may add what it knows; what we said must stand.
    const bool same = there.is_object() && there.value("customServicesTransportInfo", Json{}) == wanted["customServicesTransportInfo"];
    if (same) succeed(iot_, options_.audit_interval);
    else write_iot_platform();
  });
}

void LifeCycle::leave_iot_platform_alone() {
  iot_.present = false;
  iot_.unsupported = true;
  iot_.due = now_.monotonic + kAskAgain;
}

}  // namespace edgecse::mec
