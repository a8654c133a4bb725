// SPDX-License-Identifier: Apache-2.0
//
// Group commit: one sync for what waits, one snapshot, then the answers; a failing job leaves no trace, a failing disk
// leaves nothing of its batch.
#include "cse/commit_loop.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/simulated_time.hpp"
#include "cse/rows.hpp"
#include "store/memory_store.hpp"

namespace edgecse::cse {
namespace {

struct Recorder final : CommitObserver {
  void committed(const Snapshot& snapshot, std::span<const Change> changes) override {
    commits.push_back(snapshot.commit);
    for (const Change& change : changes) keys.push_back(change.key);
  }
  std::vector<std::uint64_t> commits;
  std::vector<std::string> keys;
};

struct CommitLoopTest : ::testing::Test {
  CommitLoopTest() { reopen(); }
  void reopen() {
    loop.reset();
    store = std::make_unique<store::MemoryStore>(disk);
    auto opened = CommitLoop::open(*store, time, random);
    ASSERT_TRUE(opened) << opened.error().detail;
    loop = std::move(*opened);
    loop->add_observer(recorder);
  }
  void submit(std::function<onem2m::Result<>(Transaction&)> apply) {
    const std::size_t number = results.size();
    results.emplace_back();
    loop->submit({std::move(apply), [this, number](const onem2m::Result<>& result) { results[number] = result; }});
  }
  static Resource container(std::string id) {
    Resource made;
    made.id = std::move(id);
    made.parent = "mn1";
    made.name = made.id;
    made.type = 3;
    made.member_name = "m2m:cnt";
    return made;
  }
  auto put(std::string id) {
    return [id](Transaction& transaction) {
      transaction.put(container(id));
      return onem2m::Result<>{};
    };
  }
  static onem2m::Result<> refusal() { return onem2m::refuse(onem2m::ResponseStatus::Conflict, "no"); }
  // An instance of the container, put and counted.
  static void add_instance(Transaction& transaction, const std::string& id) {
    Resource parent = *transaction.tree().find(id);
    Instance instance;
    instance.container = id;
    instance.sequence = parent.next_sequence++;
    instance.name = "i." + std::to_string(instance.sequence);
    instance.representation = R"({"m2m:cin":{}})";
    transaction.put_instance(parent, instance);
    parent.latest = std::make_shared<const Instance>(instance);
    transaction.put(std::move(parent));
  }

  base::SimulatedTime time;
  base::SeededRandom random{3};
  std::shared_ptr<store::MemoryDisk> disk = std::make_shared<store::MemoryDisk>();
  std::unique_ptr<store::MemoryStore> store;
  std::unique_ptr<CommitLoop> loop;
  Recorder recorder;
  std::deque<std::optional<onem2m::Result<>>> results;
};

TEST_F(CommitLoopTest, WhatWaitsSharesOneSync) {
  const std::uint64_t before = disk->commits;
  for (int i = 0; i < 10; ++i) submit(put("c" + std::to_string(i)));
  EXPECT_EQ(loop->snapshot()->tree.size(), 0U) << "nothing is visible before it is durable";
  EXPECT_EQ(loop->run_batch(), 10U);
  EXPECT_EQ(disk->commits, before + 1);
  EXPECT_EQ(loop->snapshot()->tree.size(), 10U);
  EXPECT_EQ(recorder.commits.size(), 1U);
  for (const auto& result : results) EXPECT_TRUE(result && *result);
}

TEST_F(CommitLoopTest, FailingJobLeavesNoTraceAndFailsAlone) {
  submit(put("a"));
  submit([](Transaction& transaction) {
    transaction.put(container("b"));
    add_instance(transaction, "a");
    transaction.put_row(store::Table::Meta, "key", "value");
    transaction.erase("a");
    transaction.after_commit([] { FAIL() << "of a job that failed"; });
    return refusal();
  });
  submit([](Transaction& transaction) {
    EXPECT_TRUE(transaction.tree().find("a"));
    EXPECT_FALSE(transaction.tree().find("b"));
    EXPECT_EQ(transaction.instance("a", 1).value(), nullptr);
    EXPECT_FALSE(*transaction.row(store::Table::Meta, "key"));
    return onem2m::Result<>{};
  });
  loop->run_batch();
  EXPECT_TRUE(*results[0]);
  EXPECT_FALSE(*results[1]);
  EXPECT_TRUE(*results[2]);
  EXPECT_TRUE(loop->snapshot()->tree.find("a"));
  EXPECT_FALSE(loop->snapshot()->tree.find("b"));
  EXPECT_EQ(recorder.keys, std::vector<std::string>{"a"});
  EXPECT_FALSE(disk->tables[static_cast<std::size_t>(store::Table::Meta)].contains("key"));
}

TEST_F(CommitLoopTest, LaterJobsSeeEarlierOnesOfTheBatch) {
  submit(put("a"));
  submit([](Transaction& transaction) {
    add_instance(transaction, "a");
    return onem2m::Result<>{};
  });
  submit([](Transaction& transaction) {
    EXPECT_NE(transaction.instance("a", 1).value(), nullptr);
    EXPECT_EQ(transaction.instances("a", 0, 100, 10)->size(), 1U);
    transaction.erase_all_instances(*transaction.tree().find("a"));
    EXPECT_TRUE(transaction.instances("a", 0, 100, 10)->empty());
    return onem2m::Result<>{};
  });
  loop->run_batch();
  EXPECT_TRUE(disk->tables[static_cast<std::size_t>(store::Table::Instances)].empty());
}

TEST_F(CommitLoopTest, FaultyDiskFailsTheBatchAndNothingIsHalfApplied) {
  submit(put("a"));
  loop->run_batch();
  const auto rows = disk->tables;
  disk->full = true;
  bool after = false;
  submit([&](Transaction& transaction) {
    transaction.put(container("b"));
    transaction.after_commit([&] { after = true; });
    return onem2m::Result<>{};
  });
  submit([](Transaction&) { return refusal(); });
  loop->run_batch();
  EXPECT_EQ(results[1]->error().status, onem2m::ResponseStatus::NotAcceptable);
  EXPECT_EQ(results[2]->error().status, onem2m::ResponseStatus::Conflict) << "its own fault comes first";
  EXPECT_FALSE(after);
  EXPECT_FALSE(loop->snapshot()->tree.find("b"));
  EXPECT_EQ(disk->tables, rows);
  EXPECT_EQ(recorder.commits.size(), 1U);

  disk->full = false;
  submit(put("b"));
  loop->run_batch();
  EXPECT_TRUE(*results[3]);
  EXPECT_TRUE(loop->snapshot()->tree.find("b"));
}

TEST_F(CommitLoopTest, RestartRestoresTreeLatestInstancesAndCommitNumber) {
  submit(put("a"));
  submit([](Transaction& transaction) {
    add_instance(transaction, "a");
    add_instance(transaction, "a");
    return onem2m::Result<>{};
  });
  loop->run_batch();
  const std::uint64_t commit = loop->snapshot()->commit;
  reopen();
  EXPECT_EQ(loop->snapshot()->commit, commit);
  const ResourcePtr restored = loop->snapshot()->tree.find("a");
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->next_sequence, 3U);
  ASSERT_TRUE(restored->latest);
  EXPECT_EQ(restored->latest->sequence, 2U);
}

TEST_F(CommitLoopTest, IdentifiersAreNeverGivenTwice) {
  std::set<std::string> ids;
  std::uint64_t creation = 0;
  const auto draw = [&](Transaction& transaction) {
    for (int i = 0; i < 100; ++i) {
      EXPECT_TRUE(ids.insert(transaction.new_id()).second);
      const std::uint64_t next = transaction.next_creation();
      EXPECT_GT(next, creation);
      creation = next;
    }
    return onem2m::Result<>{};
  };
  for (int restart = 0; restart < 5; ++restart) {
    submit(draw);
    submit([&](Transaction& transaction) {
      (void)draw(transaction);
      return refusal();
    });
    loop->run_batch();
    disk->unavailable = restart == 2;
    submit(draw);
    loop->run_batch();
    disk->unavailable = false;
    reopen();
  }
}

TEST_F(CommitLoopTest, StoresDoNotShareIdentifiers) {
  std::string first, second;
  const auto draw = [](std::string& into) {
    return [&into](Transaction& transaction) {
      into = transaction.new_id();
      return onem2m::Result<>{};
    };
  };
  submit(draw(first));
  loop->run_batch();
  disk = std::make_shared<store::MemoryDisk>();
  reopen();
  submit(draw(second));
  loop->run_batch();
  EXPECT_NE(first, second);
}

TEST_F(CommitLoopTest, NewerStoreIsRefusedWithASentence) {
  disk->tables[static_cast<std::size_t>(store::Table::Meta)]["format"] = "99";
  const auto opened = CommitLoop::open(*store, time, random);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().detail.find("99"), std::string::npos);
}

TEST_F(CommitLoopTest, DamagedRowIsRefusedWithASentence) {
  disk->tables[static_cast<std::size_t>(store::Table::Tree)]["a"] = "{";
  const auto opened = CommitLoop::open(*store, time, random);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().status, onem2m::ResponseStatus::InternalServerError);
}

TEST_F(CommitLoopTest, FullQueueRefusesAtOnce) {
  auto opened = CommitLoop::open(*store, time, random, {1'000, 2});
  ASSERT_TRUE(opened);
  loop = std::move(*opened);
  for (int i = 0; i < 3; ++i) submit(put("c" + std::to_string(i)));
  ASSERT_TRUE(results[2].has_value());
  EXPECT_EQ(results[2]->error().status, onem2m::ResponseStatus::InternalServerError);
  EXPECT_FALSE(results[0].has_value());
}

TEST_F(CommitLoopTest, LargeBatchIsSplitByRows) {
  auto opened = CommitLoop::open(*store, time, random, {10, 1'000});
  ASSERT_TRUE(opened);
  loop = std::move(*opened);
  for (int i = 0; i < 25; ++i) submit(put("c" + std::to_string(i)));
  EXPECT_EQ(loop->run_batch(), 10U);
  EXPECT_FALSE(loop->idle());
  EXPECT_EQ(loop->run_batch(), 10U);
  EXPECT_EQ(loop->run_batch(), 5U);
  EXPECT_TRUE(loop->idle());
  EXPECT_EQ(loop->snapshot()->tree.size(), 25U);
}

TEST_F(CommitLoopTest, WakesWhenTheFirstJobArrives) {
  int wakes = 0;
  loop->set_wake([&] { ++wakes; });
  submit(put("a"));
  submit(put("b"));
  EXPECT_EQ(wakes, 1);
  loop->run_batch();
  submit(put("c"));
  EXPECT_EQ(wakes, 2);
}

}  // namespace
}  // namespace edgecse::cse
