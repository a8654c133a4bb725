// SPDX-License-Identifier: Apache-2.0
//
// DNS and traffic rules that the platform holds for us by MEC 011 (from the application's descriptor): those that are not
// active are made so. Each is read for its entity tag before, so that nobody else's change is overwritten.
#include <fmt/format.h>

#include "mec/decode.hpp"
#include "mec/life_cycle.hpp"

namespace edgecse::mec {
namespace {

constexpr std::chrono::seconds kRulesInterval{60};

}  // namespace

void LifeCycle::keep_rules(Rules& rules) {
  if (!options_.activate_rules || !may_act(rules.task)) return;
  Call call{0, Api::AppSupport, 0, "GET", app_path("/" + rules.task.name), false, {}};
  send(rules.task, std::move(call), [this, &rules](const Answered& answer) {
    const auto listed = succeeded(answer) ? decode_rules(answer.body, rules.id_member) : Result<std::vector<Rule>>{};
    rules.inactive.clear();
    rules.refused.reset();
    for (const auto& rule : listed.value_or(std::vector<Rule>{}))
      if (!rule.active) rules.inactive.push_back(rule.id);
    activate_next_rule(rules);
  });
}

void LifeCycle::activate_next_rule(Rules& rules) {
  // Also when there are none, or the platform has no rules at all.
  if (rules.inactive.empty()) return rules.refused ? fail(rules.task, *rules.refused) : succeed(rules.task, kRulesInterval);
  const std::string path = app_path(fmt::format("/{}/{}", rules.task.name, rules.inactive.back()));
  rules.inactive.pop_back();
  send(rules.task, {0, Api::AppSupport, 0, "GET", path, false, {}}, [this, &rules, path](const Answered& read) {
    if (!succeeded(read) || !read.body.is_object()) return activate_next_rule(rules);
    Json body = read.body;
    body["state"] = "ACTIVE";
    Call put{0, Api::AppSupport, 0, "PUT", path, false, std::move(body)};
    put.if_match = read.entity_tag;
    send(rules.task, std::move(put), [this, &rules](const Answered& answer) {
      // 412: it changed meanwhile, and is read again with the next look at the list.
      if (!succeeded(answer)) rules.refused = answer;
      activate_next_rule(rules);
    });
  });
}

}  // namespace edgecse::mec
