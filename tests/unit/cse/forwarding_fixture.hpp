// SPDX-License-Identifier: Apache-2.0
//
// A CSE with a peer that need not be reachable and a <node> for CMDH policies.
#pragma once

#include <gtest/gtest.h>

#include "support/cse_options.hpp"
#include "support/test_cse.hpp"

namespace edgecse::test {

struct ForwardingCse : ::testing::Test {
  ForwardingCse() {
    const Json peer{{"csi", "/mn9"}, {"cb", "/mn9/cse"}, {"rr", true}, {"poa", {"http://127.0.0.1:9"}}, {"srv", {"3"}}};
    EXPECT_EQ(rsc(cse.create("cse-in", 16, {{"m2m:csr", peer}}, "/mn9")), 2001);
    EXPECT_EQ(rsc(cse.create("cse-in", 14, {{"m2m:nod", {{"rn", "node"}, {"ni", "n1"}, {"hcl", "/in"}}}})), 2001);
    cse.add_ae("Cdev");
  }
  /// mgmtLink to a new mgmtObj of the node.
  Json add(const char* member, int definition, Json attributes) {
    attributes["mgd"] = definition;
    const auto made = cse.create("cse-in/node", 13, {{member, attributes}});
    EXPECT_EQ(rsc(made), 2001) << made.content;
    return {{"val", made.content[member].value("ri", "")}, {"nm", "link"}, {"typ", definition}};
  }
  std::string activate(std::vector<Json> links) {
    const Json policy = add("m2m:cmp", 1011, {{"cpn", "policy"}, {"cmlk", Json(std::move(links))}});
    return add("m2m:acmp", 1012, {{"acmlk", policy["val"]}})["val"];
  }
  TestCse cse{in_cse_options()};
};

}  // namespace edgecse::test
