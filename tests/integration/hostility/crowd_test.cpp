// SPDX-License-Identifier: Apache-2.0
// Ten thousand connections that do nothing; a server that runs out of descriptors. Client and server are processes of
// their own, each with its own descriptors.
#include <sys/resource.h>

#include "integration/hostility/hostile_test.hpp"
#include "support/child_process.hpp"
#include "support/paths.hpp"

namespace edgecse::net {
namespace {

class HostileCrowd : public testing::Test {
 protected:
  void start(const std::string& descriptors = {}) {
    std::vector<std::string> arguments{EDGECSE_BINARY_DIR "/bin/hostility_server"};
    if (!descriptors.empty()) arguments.push_back(descriptors);
    program = std::make_unique<test::ChildProcess>(arguments);
    const auto line = program->read_line();
    ASSERT_TRUE(line);
    port = static_cast<std::uint16_t>(std::stoul(*line));
  }
  // The number of connections that the server counts; 0 when it does not answer.
  std::size_t ask() {
    const auto answer =
        send_and_wait(*ordinary, {"GET", "http://127.0.0.1:" + std::to_string(port) + "/", {}, {}, kPatience});
    return answer && answer->status == 200 ? std::stoul(answer->body) : 0;
  }

  std::unique_ptr<test::ChildProcess> program;
  std::uint16_t port = 0;
  std::unique_ptr<HttpClient> ordinary = std::move(*make_http_client());
};

TEST_F(HostileCrowd, TenThousandIdleConnections) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_max < 10'100) GTEST_SKIP() << "only " << files.rlim_max << " descriptors are allowed here";
  start();
  std::vector<RawClient> crowd;
  crowd.reserve(10'000);
  for (int i = 0; i < 10'000; ++i) crowd.emplace_back(port);
  ASSERT_TRUE(test::eventually([this] { return ask() >= 10'001; }, kPatience));
  for (int i = 0; i < 100; ++i) ASSERT_GE(ask(), 10'001U);
  // They are not only counted: any of them may still ask.
  for (const std::size_t which : {0U, 5'000U, 9'999U}) {
    ASSERT_TRUE(crowd[which].send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    EXPECT_EQ(crowd[which].read_response()->status, 200);
  }
  crowd.clear();
  EXPECT_TRUE(test::eventually([this] { return ask() == 1; }, kPatience));
}

TEST_F(HostileCrowd, AServerOutOfDescriptorsServesThoseItHasAndRecovers) {
  start("100");
  ASSERT_EQ(ask(), 1U);
  {
    // A connection's whole life once with descriptors to spare, for the sanitizer's sake: see server_program.cpp.
    RawClient early(port);
    early.end_sending();
    EXPECT_TRUE(early.is_closed());
  }
  {
    std::vector<RawClient> crowd;
    for (int i = 0; i < 200; ++i) crowd.emplace_back(port);
    ASSERT_TRUE(test::eventually([this] { return ask() > 50; }, kPatience));
    for (int i = 0; i < 20; ++i) EXPECT_GT(ask(), 50U);
  }
  EXPECT_TRUE(test::eventually([this] { return ask() == 1; }, kPatience));
  RawClient late(port);
  ASSERT_TRUE(late.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  EXPECT_EQ(late.read_response()->status, 200);
}

}  // namespace
}  // namespace edgecse::net
