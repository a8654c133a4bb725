// SPDX-License-Identifier: Apache-2.0
//
// kill -9 under load: what was answered 201 is there afterwards.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <condition_variable>

#include "base/random.hpp"
#include "integration/edgecse/mca.hpp"
#include "support/edgecse_process.hpp"
#include "support/temporary_folder.hpp"

namespace edgecse::test {
namespace {

/// Keeps some CREATEs in flight until the server is gone; remembers what was answered 201.
class Load {
 public:
  Load(net::HttpClient& client, std::string url) : client_(client), url_(std::move(url)) {}

  void start(int in_flight) {
    const std::lock_guard lock(mutex_);
    for (int request = 0; request < in_flight; ++request) send();
  }
  void wait_for(std::size_t acknowledged) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return created_.size() >= acknowledged || in_flight_ == 0; });
  }
  /// Addresses of everything acknowledged, once nothing is in flight any more.
  std::vector<std::string> finish() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return in_flight_ == 0; });
    return created_;
  }

 private:
  void send() {
    ++in_flight_;
    client_.send(create_instance_call(url_, next_++), [this](const net::HttpResult& answer) { answered(answer); });
  }
  void answered(const net::HttpResult& answer) {
    const std::lock_guard lock(mutex_);
    --in_flight_;
    if (answer && answer->status == 201) {
      created_.push_back(nlohmann::json::parse(answer->body).at("m2m:cin").at("ri"));
      send();
    }
    changed_.notify_all();
  }

  net::HttpClient& client_;
  const std::string url_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> created_;  // guarded by mutex_
  int next_ = 0;                      // guarded by mutex_
  int in_flight_ = 0;                 // guarded by mutex_
};

TEST(EdgecseKilled, LosesNoInstanceThatItAnsweredFor) {
  const TemporaryFolder folder;
  const std::string store = "store.path=" + folder.file("store");
  base::SeededRandom random(11);
  std::vector<std::string> acknowledged;
  for (int death = 0; death < 5; ++death) {
    const auto client = net::make_http_client().value();
    EdgecseProcess cse({store});
    if (death == 0) prepare(*client, cse.url());
    Load load(*client, cse.url());
    load.start(16);
    load.wait_for(20 + random.below(200));
    cse.signal(SIGKILL);
    const auto created = load.finish();
    EXPECT_EQ(cse.wait(), -SIGKILL);
    acknowledged.insert(acknowledged.end(), created.begin(), created.end());
  }
  const auto client = net::make_http_client().value();
  const EdgecseProcess cse({store});
  for (const auto& id : acknowledged) {
    const auto answer = net::send_and_wait(*client, mca_call("GET", cse.url() + "/" + id));
    ASSERT_TRUE(answer) << answer.error().detail;
    ASSERT_EQ(answer->status, 200) << id << " was answered 201 and is gone: " << answer->body;
  }
  EXPECT_GT(acknowledged.size(), 100U);
}

}  // namespace
}  // namespace edgecse::test
