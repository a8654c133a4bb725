// SPDX-License-Identifier: Apache-2.0
#include "cse/outbox_sender.hpp"

#include <gtest/gtest.h>

#include "base/simulated_time.hpp"
#include "store/memory_store.hpp"

namespace edgecse::cse {
namespace {

using namespace std::chrono_literals;
using onem2m::ResponseStatus;

OutboxEntry a_notification(std::string key, std::uint64_t number) {
  OutboxEntry entry;
  entry.ordering_key = std::move(key);
  entry.number = number;
  entry.target = "http://127.0.0.1:1/sink";
  entry.plain_url = true;
  entry.request.operation = onem2m::Operation::Notify;
  entry.request.from = "/mn1";
  entry.request.request_identifier = entry.ordering_key + '-' + std::to_string(number);
  entry.request.content = {{"m2m:sgn", {{"sur", "/mn1/sub"}}}};
  return entry;
}

onem2m::Response an_answer(ResponseStatus status) {
  onem2m::Response response;
  response.status = status;
  return response;
}

/// The part of the world behind the outbox: answers what it is told, or lets requests wait.
class OutboxSenderTest : public testing::Test {
 protected:
  struct Sent {
    OutboxEntry entry;
    onem2m::ResponseCallback done;
  };

  OutboxSenderTest() { live(); }

  void live() {
    sender_.reset();
    loop_ = CommitLoop::open(store_, time_, random_).value();
    loop_->set_wake([this] { time_.post([this] { while (loop_->run_batch() != 0) {} }); });
    sender_ = std::make_unique<OutboxSender>(
        OutboxSender::Environment{*loop_, time_, time_, random_, registry_},
        [this](const OutboxEntry& entry, onem2m::ResponseCallback done) {
          log_.push_back(entry.request.request_identifier);
          if (answer_) return done(an_answer(*answer_));
          waiting_.push_back({entry, std::move(done)});
        },
        options_);
    loop_->add_observer(*sender_);
    sender_->set_may_send([this](const std::string& unit) { return !frozen_.contains(unit); });
  }

  void commit(const std::vector<OutboxEntry>& entries) {
    loop_->submit({[entries](Transaction& transaction) -> onem2m::Result<> {
                     for (const OutboxEntry& entry : entries) enqueue(transaction, entry);
                     return {};
                   },
                   nullptr});
    time_.advance(1ms);
  }
  void start() {
    sender_->start();
    time_.advance(1ms);
  }
  void answer_next(ResponseStatus status) {
    ASSERT_FALSE(waiting_.empty());
    Sent sent = std::move(waiting_.front());
    waiting_.erase(waiting_.begin());
    sent.done(an_answer(status));
    time_.advance(1ms);
  }
  [[nodiscard]] std::size_t rows() const { return store_.scan(store::Table::Outbox, "", "", 1'000'000)->size(); }

  base::SimulatedTime time_;
  base::SeededRandom random_{7};
  telemetry::Registry registry_;
  store::MemoryStore store_;
  OutboxOptions options_;
  std::optional<ResponseStatus> answer_;
  std::vector<Sent> waiting_;
  std::vector<std::string> log_;
  std::set<std::string> frozen_;
  std::unique_ptr<CommitLoop> loop_;
  std::unique_ptr<OutboxSender> sender_;
};

TEST(OutboxRow, ComesBackAsItWentIn) {
  OutboxEntry entry = a_notification("sub http://x/y?ct=json", 300);
  entry.unit = "C1";
  entry.expires = 42;
  entry.created = 41;
  const auto back = decode_outbox_entry(encode_outbox_entry(entry));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->ordering_key, entry.ordering_key);
  EXPECT_EQ(back->number, 300U);
  EXPECT_EQ(back->target, entry.target);
  EXPECT_TRUE(back->plain_url);
  EXPECT_EQ(back->unit, "C1");
  EXPECT_EQ(back->expires, 42);
  EXPECT_EQ(back->created, 41);
  EXPECT_EQ(back->request.content, entry.request.content);
  EXPECT_EQ(back->request.request_identifier, entry.request.request_identifier);
}

TEST(OutboxRow, DamagedIsAnErrorNotACrash) {
  for (const char* text : {"", "{", "[]", "{}", R"({"k":1})", R"({"k":"a","n":"b","t":"c","c":0,"r":{}})"})
    EXPECT_FALSE(decode_outbox_entry(text)) << text;
}

TEST(OutboxKey, OrdersByNumberWithinAKeyAndKeepsKeysApart) {
  EXPECT_LT(outbox_key("a", 2), outbox_key("a", 300));
  EXPECT_LT(outbox_key("a", ~0ULL), outbox_key("a/b", 0));
  EXPECT_EQ(split_outbox_key(outbox_key("a/b c", 9)), (std::pair<std::string_view, std::uint64_t>("a/b c", 9)));
  EXPECT_EQ(split_outbox_key("short").first, "");
}

TEST_F(OutboxSenderTest, OneKeyLeavesInOrderOneAtATime) {
  start();
  commit({a_notification("a", 1), a_notification("a", 2), a_notification("a", 3)});
  EXPECT_EQ(log_, (std::vector<std::string>{"a-1"}));
  answer_next(ResponseStatus::Ok);
  answer_next(ResponseStatus::Ok);
  answer_next(ResponseStatus::Ok);
  EXPECT_EQ(log_, (std::vector<std::string>{"a-1", "a-2", "a-3"}));
}

TEST_F(OutboxSenderTest, KeysDoNotWaitForEachOther) {
  start();
  commit({a_notification("a", 1), a_notification("b", 1), a_notification("c", 1)});
  EXPECT_EQ(log_.size(), 3U);
}

TEST_F(OutboxSenderTest, NotMoreThanTheBoundIsInFlight) {
  options_.maximum_in_flight = 2;
  live();
  start();
  commit({a_notification("a", 1), a_notification("b", 1), a_notification("c", 1)});
  EXPECT_EQ(log_.size(), 2U);
  answer_next(ResponseStatus::Ok);
  EXPECT_EQ(log_.size(), 3U);
}

TEST_F(OutboxSenderTest, RowsGoAfterTheAnswerTogether) {
  start();
  answer_ = ResponseStatus::Ok;
  commit({a_notification("a", 1), a_notification("a", 2), a_notification("b", 1)});
  const std::uint64_t commit_before = loop_->snapshot()->commit;
  EXPECT_EQ(rows(), 3U);
  time_.advance(100ms);
  EXPECT_EQ(rows(), 0U);
  EXPECT_EQ(loop_->snapshot()->commit, commit_before + 1);
  EXPECT_EQ(sender_->depth(), 0U);
}

TEST_F(OutboxSenderTest, SilenceIsAnsweredByRepetitionWithTheSameIdentity) {
  start();
  answer_ = ResponseStatus::TargetNotReachable;
  commit({a_notification("a", 1), a_notification("a", 2)});
  time_.advance(5s);
  ASSERT_GE(log_.size(), 4U);
  EXPECT_LE(log_.size(), 20U);
  for (const std::string& rqi : log_) EXPECT_EQ(rqi, "a-1");
  answer_ = ResponseStatus::Ok;
  time_.advance(31s);
  EXPECT_EQ(log_.back(), "a-2");
  EXPECT_EQ(rows(), 0U);
}

TEST_F(OutboxSenderTest, ARefusalEndsAnEntryAndTheNextFollows) {
  start();
  answer_ = ResponseStatus::OriginatorHasNoPrivilege;
  commit({a_notification("a", 1), a_notification("a", 2)});
  time_.advance(100ms);
  EXPECT_EQ(log_, (std::vector<std::string>{"a-1", "a-2"}));
  EXPECT_EQ(rows(), 0U);
}

TEST_F(OutboxSenderTest, AnExpiredEntryIsDroppedAndTheNextFollows) {
  OutboxEntry short_lived = a_notification("a", 1);
  short_lived.expires = (time_.wall_now() + 2s).time_since_epoch().count();
  start();
  answer_ = ResponseStatus::RequestTimeout;
  commit({short_lived, a_notification("a", 2)});
  time_.advance(3s);
  answer_ = ResponseStatus::Ok;
  time_.advance(31s);
  EXPECT_EQ(log_.back(), "a-2");
  EXPECT_EQ(rows(), 0U);
  EXPECT_NE(registry_.text().find(R"(edgecse_notifications_total{result="expired"} 1)"), std::string::npos);
}

TEST_F(OutboxSenderTest, BeyondTheBoundTheOldestGo) {
  options_.maximum_per_key = 2;
  live();
  start();
  answer_ = ResponseStatus::TargetNotReachable;
  std::vector<OutboxEntry> entries;
  for (std::uint64_t i = 1; i <= 5; ++i) {
    entries.push_back(a_notification("a", i));
    entries.back().expires = (time_.wall_now() + 1h).time_since_epoch().count();
  }
  commit(entries);
  EXPECT_EQ(log_, (std::vector<std::string>{"a-4"}));
}

TEST_F(OutboxSenderTest, WhatAnEarlierLifeLeftIsSentInOrder) {
  commit({a_notification("a", 1), a_notification("a", 2)});  // never started: as a crash right after the commit
  EXPECT_TRUE(log_.empty());
  live();
  answer_ = ResponseStatus::Ok;
  start();
  time_.advance(100ms);
  EXPECT_EQ(log_, (std::vector<std::string>{"a-1", "a-2"}));
  EXPECT_EQ(rows(), 0U);
}

TEST_F(OutboxSenderTest, AHeldUnitSendsNothingUntilItIsReconsidered) {
  frozen_ = {"C1"};
  start();
  answer_ = ResponseStatus::Ok;
  OutboxEntry of_unit = a_notification("a", 1);
  of_unit.unit = "C1";
  commit({of_unit, a_notification("b", 1)});
  EXPECT_EQ(log_, (std::vector<std::string>{"b-1"}));
  frozen_.clear();
  sender_->reconsider();
  time_.advance(1ms);
  EXPECT_EQ(log_, (std::vector<std::string>{"b-1", "a-1"}));
}

TEST_F(OutboxSenderTest, SettleWaitsForTheAnswerAndTheErasedRow) {
  start();
  OutboxEntry of_unit = a_notification("a", 1);
  of_unit.unit = "C1";
  OutboxEntry next = of_unit;
  next.number = 2;
  commit({of_unit, next});
  frozen_ = {"C1"};
  bool settled = false;
  sender_->settle("C1", [&] {
    settled = true;
    EXPECT_EQ(rows(), 1U);
  });
  time_.advance(1s);
  EXPECT_FALSE(settled);
  answer_next(ResponseStatus::Ok);
  time_.advance(100ms);
  EXPECT_TRUE(settled);
  EXPECT_EQ(log_.size(), 1U);
}

TEST_F(OutboxSenderTest, RowsTakenAwayByOthersAreNotSent) {
  start();
  commit({a_notification("a", 1), a_notification("a", 2)});
  loop_->submit({[](Transaction& transaction) -> onem2m::Result<> {
                   transaction.erase_row(store::Table::Outbox, outbox_key("a", 2));
                   return {};
                 },
                 nullptr});
  time_.advance(1ms);
  answer_next(ResponseStatus::Ok);
  time_.advance(100ms);
  EXPECT_EQ(log_.size(), 1U);
  EXPECT_EQ(sender_->depth(), 0U);
}

TEST_F(OutboxSenderTest, ListenersHearTheFinalAnswer) {
  std::vector<std::pair<std::string, ResponseStatus>> heard;
  sender_->on_answer("move/", [&](const OutboxEntry& entry, const onem2m::Response& answer) {
    heard.emplace_back(entry.ordering_key, answer.status);
  });
  start();
  answer_ = ResponseStatus::RequestTimeout;
  commit({a_notification("move/1", 1), a_notification("other", 1)});
  EXPECT_TRUE(heard.empty());
  answer_ = ResponseStatus::Conflict;
  time_.advance(2s);
  EXPECT_EQ(heard, (std::vector<std::pair<std::string, ResponseStatus>>{{"move/1", ResponseStatus::Conflict}}));
}

}  // namespace
}  // namespace edgecse::cse
