// SPDX-License-Identifier: Apache-2.0
//
// A device changes from one running MN-CSE to another: its data comes along, its old address goes on answering.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/edgecse/mca.hpp"
#include "support/edgecse_process.hpp"
#include "support/eventually.hpp"

namespace edgecse::test {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> mn_settings(int number, const std::string& registrar) {
  return {fmt::format("cse.id=/mn{}", number),          "store.kind=memory",
          "registrar.id=/in",                           "registrar.name=cse-in",
          fmt::format("registrar.poa=[{}]", registrar), fmt::format("mobility.peers=[/mn{}]", 3 - number)};
}

class MoveBetweenProcesses : public ::testing::Test {
 protected:
  net::HttpResponse ask(const net::HttpCall& call) {
    const auto answer = net::send_and_wait(*client_, call);
    if (!answer) throw std::runtime_error(answer.error().detail);
    return *answer;
  }
  /// As a device registers: with what it proves by, wherever it comes, that it is the same.
  net::HttpResponse register_device(const EdgecseProcess& cse) {
    return ask(create_call(cse.url() + "/cse-mn", 2,
                           {{"m2m:ae",
                             {{"rn", "tester"}, {"api", "Norg.example.tester"}, {"rr", false}, {"srv", {"3"}},
                              {"lbl", {"Credential-ID:tester"}}}}}));
  }
  std::string latest(const EdgecseProcess& cse) {
    const auto answer = ask(mca_call("GET", cse.url() + "/cse-mn/tester/data/la"));
    return answer.status == 200 ? nlohmann::json::parse(answer.body).at("m2m:cin").at("con").get<std::string>() : answer.body;
  }
  bool is_registered(const EdgecseProcess& mn) {
    return ask(mca_call("GET", mn.admin_url() + "/metrics")).body.find("edgecse_registrar_up 1") != std::string::npos;
  }
  /// Whether the IN-CSE's directory says where the device is: the owner tells it after the registration.
  bool is_in_directory() {
    return ask(mca_call("GET", in_.url() + "/cse-in/directory?fu=1&ty=28", "CAdmin")).body.find("directory/") != std::string::npos;
  }

  std::unique_ptr<net::HttpClient> client_ = net::make_http_client().value();
  EdgecseProcess in_{{"cse.type=IN", "cse.id=/in", "cse.name=cse-in", "store.kind=memory"}};
  EdgecseProcess mn1_{mn_settings(1, in_.url())};
  EdgecseProcess mn2_{mn_settings(2, in_.url())};
};

TEST_F(MoveBetweenProcesses, BringsTheDataOfADeviceThatRegistersElsewhere) {
  ASSERT_TRUE(eventually([&] { return is_registered(mn1_) && is_registered(mn2_); }));
  ASSERT_EQ(register_device(mn1_).status, 201);
  ASSERT_EQ(ask(create_call(mn1_.url() + "/cse-mn/tester", 3, {{"m2m:cnt", {{"rn", "data"}}}})).status, 201);
  ASSERT_EQ(ask(create_instance_call(mn1_.url(), 1)).status, 201);
  ASSERT_TRUE(eventually([&] { return is_in_directory(); }));

  const auto registered = register_device(mn2_);

  ASSERT_EQ(registered.status, 201) << registered.body;
  EXPECT_EQ(latest(mn2_), "1") << "the data came along";
  EXPECT_EQ(ask(create_instance_call(mn2_.url(), 2)).status, 201);
  EXPECT_EQ(ask(create_instance_call(mn1_.url(), 3)).status, 201) << "the old address goes on working";
  EXPECT_EQ(latest(mn2_), "3");
  EXPECT_EQ(latest(mn1_), "3");
  EXPECT_THAT(ask(mca_call("GET", mn1_.admin_url() + "/metrics")).body,
              HasSubstr("edgecse_handovers_total{result=\"completed\",trigger=\"device\"} 1"));
}

}  // namespace
}  // namespace edgecse::test
