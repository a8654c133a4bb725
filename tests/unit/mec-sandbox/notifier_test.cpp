// SPDX-License-Identifier: Apache-2.0
// How notifications reach their callbacks, and what the control API can do to them.
#include "platform/notifier.hpp"

#include "sandbox_fixture.hpp"

namespace edgecse::sandbox {
namespace {

class NotifierTest : public testing::Test {
 protected:
  void send(int number, const std::string& subscription = "s") {
    notifier.send({"mep1", subscription, "http://127.0.0.3/n", {{"notificationType", "T"}, {"number", number}}});
  }
  std::vector<int> numbers() const {
    std::vector<int> result;
    for (const auto& [url, body] : callbacks.received) result.push_back(body.at("number"));
    return result;
  }

  base::SimulatedTime time;
  base::SeededRandom random{1};
  Callbacks callbacks{time};
  EventLog events{time};
  Surroundings outside{time, time, random, callbacks, events, "http://127.0.0.1:8090"};
  Notifier notifier{outside};
};

TEST_F(NotifierTest, KeepsTheOrderOfASubscriptionWhileItRetries) {
  callbacks.statuses = {500, 0, 204, 204};
  send(1);
  send(2);
  time.advance(std::chrono::seconds{10});
  EXPECT_EQ(numbers(), (std::vector{1, 1, 1, 2}));
}

TEST_F(NotifierTest, GivesUpAfterSomeAttemptsAndGoesOn) {
  callbacks.statuses = {500, 500, 500, 500};
  send(1);
  send(2);
  time.advance(std::chrono::seconds{60});
  EXPECT_EQ(numbers(), (std::vector{1, 1, 1, 1, 2}));
  EXPECT_EQ(events.after(0, 10).at(0).at("event"), "notification_failed");
}

TEST_F(NotifierTest, TakesNoOtherAnswerThan204) {
  callbacks.statuses = {200, 204};
  send(1);
  time.advance(std::chrono::seconds{5});
  EXPECT_EQ(numbers(), (std::vector{1, 1}));
}

TEST_F(NotifierTest, DropsAndDelaysWhatItIsTold) {
  notifier.add_fault({"", "T", true, {}, 1});
  notifier.add_fault({"mep1", "", false, std::chrono::milliseconds{3'000}, 1});
  send(1);
  send(2);
  send(3);
  time.advance(std::chrono::seconds{2});
  EXPECT_EQ(numbers(), (std::vector<int>{}));
  time.advance(std::chrono::seconds{2});
  EXPECT_EQ(numbers(), (std::vector{2, 3}));
}

TEST_F(NotifierTest, DoesNotDelayOtherSubscriptions) {
  callbacks.statuses = {500, 204, 204};
  send(1, "slow");
  send(2, "quick");
  time.advance(std::chrono::milliseconds{100});
  EXPECT_EQ(numbers(), (std::vector{1, 2}));
}

TEST_F(NotifierTest, ForgetsWhatWaitsForASubscriptionThatIsGone) {
  callbacks.statuses = {500};
  send(1);
  time.advance(std::chrono::milliseconds{10});
  notifier.forget("s");
  time.advance(std::chrono::seconds{10});
  EXPECT_EQ(numbers(), (std::vector{1}));
}

}  // namespace
}  // namespace edgecse::sandbox
