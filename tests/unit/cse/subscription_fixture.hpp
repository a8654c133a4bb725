// SPDX-License-Identifier: Apache-2.0
//
// A CSE with an AE, a container and somebody who listens.
#pragma once

#include <gtest/gtest.h>

#include "support/test_cse.hpp"

namespace edgecse::test {

using namespace std::chrono_literals;

constexpr const char* kSink = "http://127.0.0.1:9/sink";

struct Subscriptions : ::testing::Test {
  TestCse cse;
  std::string ae = cse.add_ae("Cdev", {{"poa", {"http://127.0.0.1:7"}}});
  std::string data = cse.add_container(ae, "data", "Cdev");

  onem2m::Response subscribe(const std::string& to, Json more = Json::object(), const std::string& from = "Cdev") {
    Json subscription{{"rn", "sub"}, {"nu", {kSink}}};
    subscription.update(more);
    return cse.create(to, 23, {{"m2m:sub", subscription}}, from);
  }
  /// The notifications sent so far, verification apart; lets what is on its way arrive.
  std::vector<onem2m::Request> notifications() {
    cse.time.advance(100ms);
    std::vector<onem2m::Request> list;
    for (const auto& sent : cse.sender.sent)
      if (sent.request.operation == onem2m::Operation::Notify && !sent.request.content.value("m2m:sgn", Json{}).contains("vrq"))
        list.push_back(sent.request);
    return list;
  }
  /// nev of the notifications so far, batches apart.
  std::vector<Json> events() {
    std::vector<Json> list;
    for (const onem2m::Request& sent : notifications()) list.push_back(sent.content["m2m:sgn"]["nev"]);
    return list;
  }
  std::size_t outbox_rows() { return cse.store().scan(store::Table::Outbox, "", "", 100'000)->size(); }
};

}  // namespace edgecse::test
