// SPDX-License-Identifier: Apache-2.0
//
// What a conformance tester may do to the CSE besides oneM2M requests.
#include <gtest/gtest.h>

#include "edgecse/upper_tester.hpp"
#include "support/test_cse.hpp"

namespace edgecse::test {
namespace {

struct UpperTesterCommand : ::testing::Test {
  TestCse cse;
  app::UpperTester tester{cse.cse(), "/"};

  net::HttpResponse run(const std::string& command) {
    net::HttpRequest request;
    request.headers.add("X-M2M-UTCMD", command);
    return ask(std::move(request), "/__ut__");
  }
  net::HttpResponse ask(net::HttpRequest request, const char* path) {
    request.method = "POST";
    request.path = path;
    EXPECT_TRUE(tester.takes(request)) << path;
    std::optional<net::HttpResponse> answer;
    tester.handle(request, [&](net::HttpResponse response) { answer = std::move(response); });
    while (!answer && cse.time.run_one()) {
    }
    return answer.value_or(net::HttpResponse{.status = 0, .headers = {}, .body = {}});
  }
  std::string result(const std::string& command) {
    const auto response = run(command);
    EXPECT_EQ(response.status, 200) << command;
    EXPECT_EQ(response.headers.find("X-M2M-RSC"), "2000");
    return std::string(response.headers.find("X-M2M-UTRSP").value_or(""));
  }
};

TEST_F(UpperTesterCommand, TellsStateAndConfiguration) {
  EXPECT_EQ(result("Status"), "RUNNING");
  EXPECT_EQ(result("sTATUS"), "RUNNING");
  EXPECT_EQ(result("GetConfig cse.type"), "2");
  EXPECT_EQ(result("GetConfig cse.security.enableDynamicAuthorization"), "false");
  EXPECT_EQ(result("testCaseStart test_one"), "");
  EXPECT_EQ(result("testCaseEnd test_one"), "");
}

TEST_F(UpperTesterCommand, ShortensAndRestoresLives) {
  EXPECT_EQ(result("enableShortResourceExpiration 5"), "60,157680000");
  EXPECT_EQ(result("enableShortResourceExpiration 2"), "5,157680000");
  EXPECT_EQ(result("disableShortResourceExpiration"), "");
  EXPECT_EQ(result("enableShortRequestExpiration 3"), "10");
  EXPECT_EQ(result("enableShortRequestExpiration 2.5"), "3");
  EXPECT_EQ(result("disableShortRequestExpiration"), "");
  EXPECT_EQ(result("GetConfig cse.requestExpirationDelta"), "10");
}

TEST_F(UpperTesterCommand, ResetLeavesAnEmptyCse) {
  const std::string ae = cse.add_ae("Cdev");
  const std::string data = cse.add_container(ae, "data", "Cdev");
  EXPECT_EQ(rsc(cse.add_instance(data, "1", "Cdev")), 2001);
  EXPECT_EQ(rsc(cse.create("cse-mn", 10, {{"m2m:lcp", {{"los", 2}, {"lon", "where"}}}})), 2001);
  cse.time.advance(std::chrono::seconds{1});
  EXPECT_EQ(rsc(cse.retrieve("cse-mn/where")), 2000);
  EXPECT_EQ(result("Reset"), "");
  EXPECT_EQ(rsc(cse.retrieve("cse-mn/where")), 4004);
  EXPECT_EQ(rsc(cse.retrieve(ae)), 4004);
  EXPECT_EQ(rsc(cse.retrieve("cse-mn")), 2000);
  EXPECT_EQ(cse.tree().child_count("mn1"), 0U);
  cse.add_ae("Cdev");
  EXPECT_EQ(rsc(cse.retrieve(ae)), 2000);
}

TEST_F(UpperTesterCommand, LetsTheCseProcessAPrimitive) {
  net::HttpRequest request;
  request.body = R"({"op": 2, "to": "cse-mn", "fr": "CAdmin", "rqi": "7", "rvi": "3"})";
  const auto answer = ask(request, "/__ut__/");
  EXPECT_EQ(answer.status, 200);
  const Json primitive = Json::parse(answer.body);
  EXPECT_EQ(primitive["rsc"], 2000);
  EXPECT_EQ(primitive["rqi"], "7");
  EXPECT_EQ(primitive["pc"]["m2m:cb"]["csi"], "/mn1");
  request.body = R"({"op": 2})";
  EXPECT_EQ(ask(request, "/__ut__").status, 400);
}

TEST_F(UpperTesterCommand, RefusesWhatItDoesNotKnow) {
  for (const char* command : {"", "explode", "GetConfig nothing", "enableShortRequestExpiration", "enableShortRequestExpiration -1",
                              "testCaseStart"})
    EXPECT_EQ(run(command).status, 400) << command;
}

}  // namespace
}  // namespace edgecse::test
