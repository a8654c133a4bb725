// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <iostream>

#include "verbs.hpp"

namespace edgecse::edgectl {
namespace {

std::string field(const Json& attributes, const char* name) {
  const auto found = attributes.find(name);
  if (found == attributes.end() || found->is_null()) return "-";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

}  // namespace

int list_handovers(McaClient& client) {
  // Each move is visible as a flexContainer: an ordinary discovery finds them.
  const Answer found = client.retrieve("-", {{"fu", "1"}, {"ty", "28"}, {"cnd", "org.edgecse.handoverContext"}});
  if (!found.succeeded()) return refused(found);
  std::cout << fmt::format("{:<28} {:<12} {:<12} {:<12} {:<8} {:>5} {:>9}  {}\n", "unit", "source", "target", "phase", "trigger",
                           "epoch", "instances", "reason");
  for (const Json& address : found.content.value("m2m:uril", Json::array())) {
    const Answer context = client.retrieve(address.get<std::string>());
    if (!context.succeeded() || !context.content.is_object() || context.content.empty()) continue;  // ended meanwhile
    const Json& attributes = context.content.begin().value();
    std::cout << fmt::format("{:<28} {:<12} {:<12} {:<12} {:<8} {:>5} {:>9}  {}\n", field(attributes, "unit"),
                             field(attributes, "source"), field(attributes, "target"), field(attributes, "phase"),
                             field(attributes, "trigger"), field(attributes, "epoch"), field(attributes, "instancesMoved"),
                             field(attributes, "reason"));
  }
  return 0;
}

}  // namespace edgecse::edgectl
