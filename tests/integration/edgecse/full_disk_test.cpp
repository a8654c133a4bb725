// SPDX-License-Identifier: Apache-2.0
//
// edgecse on a disk that fills up: creates are refused with a sentence, reading and deleting go on, and everything is as
// before once there is room again. Needs root for the loop mount.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <memory>

#include "integration/edgecse/mca.hpp"
#include "support/edgecse_process.hpp"
#include "support/eventually.hpp"
#include "support/small_volume.hpp"

namespace edgecse::test {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kReserve = 24 << 20;

class EdgecseOnSmallVolume : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { static_cast<void>(SmallVolume::own_mounts()); }
  void SetUp() override {
    if (!SmallVolume::own_mounts()) GTEST_SKIP() << "a mount of our own is not allowed here: this test needs root";
    volume_ = std::make_unique<SmallVolume>();
    if (!volume_->mounted()) GTEST_SKIP() << "a loop mount is not possible here";
    start();
    prepare(*client_, cse_->url());
  }
  void start() {
    cse_.reset();
    cse_ = std::make_unique<EdgecseProcess>(
        std::vector<std::string>{"store.path=" + volume_->path() + "/store", fmt::format("store.reserve={}B", kReserve)});
  }

  struct Answer {
    std::string status;  // X-M2M-RSC
    std::string body;
  };
  Answer ask(const net::HttpCall& call) {
    const auto answer = net::send_and_wait(*client_, call);
    if (!answer) return {"none", answer.error().detail};
    return {std::string(answer->headers.find("X-M2M-RSC").value_or("none")), answer->body};
  }
  Answer create_container(const std::string& name) {
    return ask(create_call(cse_->url() + "/cse-mn/tester", 3, {{"m2m:cnt", {{"rn", name}}}}));
  }
  /// The CSE looks at the disk every few milliseconds only: waits until it has seen that it is full.
  bool becomes_full() {
    int tried = 0;
    return eventually([&] { return create_container("probe-" + std::to_string(++tried)).status == "5207"; });
  }
  Answer create(int number) { return ask(create_instance_call(cse_->url(), number)); }
  Answer retrieve(const std::string& address) { return ask(mca_call("GET", cse_->url() + address)); }
  Answer remove(const std::string& address) { return ask(mca_call("DELETE", cse_->url() + address)); }

  std::unique_ptr<SmallVolume> volume_;
  std::unique_ptr<net::HttpClient> client_ = net::make_http_client().value();
  std::unique_ptr<EdgecseProcess> cse_;
};

constexpr const char *kData = "/cse-mn/tester/data", *kLatest = "/cse-mn/tester/data/la", *kOldest = "/cse-mn/tester/data/ol";

TEST_F(EdgecseOnSmallVolume, RefusesCreatesBelowTheReserveReadsAndDeletesGoOnUntilThereIsRoomAgain) {
  for (int number = 1; number <= 3; ++number) ASSERT_EQ(create(number).status, "2001");

  volume_->leave_free(kReserve / 2);
  ASSERT_TRUE(becomes_full());
  const Answer refused = create(4);
  EXPECT_EQ(refused.status, "5207");
  EXPECT_THAT(refused.body, HasSubstr("the disk is almost full: nothing can be created"));
  EXPECT_EQ(create_container("other").status, "5207");
  EXPECT_THAT(retrieve(kLatest).body, HasSubstr(R"("con":"3")"));
  EXPECT_EQ(remove(kOldest).status, "2002");
  EXPECT_THAT(retrieve(kOldest).body, HasSubstr(R"("con":"2")"));
  EXPECT_THAT(retrieve(kData).body, HasSubstr(R"("cni":2)"));

  start();  // opens, reads and refuses as before
  EXPECT_EQ(create(5).status, "5207");
  EXPECT_THAT(retrieve(kLatest).body, HasSubstr(R"("con":"3")"));

  volume_->release();
  EXPECT_EQ(create(6).status, "2001");
  EXPECT_THAT(retrieve(kData).body, HasSubstr(R"("cni":3)"));
}

TEST_F(EdgecseOnSmallVolume, ReadsOnWhenNextToNothingIsLeft) {
  ASSERT_EQ(create(1).status, "2001");
  volume_->leave_free(64 << 10);  // the file system needs some for itself
  ASSERT_TRUE(becomes_full());
  EXPECT_EQ(create(2).status, "5207");
  EXPECT_THAT(retrieve(kLatest).body, HasSubstr(R"("con":"1")"));
  EXPECT_EQ(retrieve("/cse-mn").status, "2000");

  volume_->release();
  Answer made;
  EXPECT_TRUE(eventually([&] { return (made = create(3)).status == "2001"; }, std::chrono::seconds{60})) << made.body;
  cse_->signal(SIGTERM);
  EXPECT_EQ(cse_->wait(), 0);
  start();
  EXPECT_THAT(retrieve(kLatest).body, HasSubstr(R"("con":"3")"));
}

}  // namespace
}  // namespace edgecse::test
