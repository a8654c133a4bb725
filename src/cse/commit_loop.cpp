// SPDX-License-Identifier: Apache-2.0
#include "cse/commit_loop.hpp"

#include "base/log.hpp"
#include "cse/rows.hpp"
#include "cse/store_format.hpp"

namespace edgecse::cse {

using onem2m::refuse;
using onem2m::ResponseStatus;
using store::Table;

CommitLoop::CommitLoop(store::ResourceStore& store, const base::Clock& clock, const Options& options)
    : store_(store), clock_(clock), options_(options), rows_(store), published_(std::make_shared<const Snapshot>()) {}

onem2m::Result<std::unique_ptr<CommitLoop>> CommitLoop::open(store::ResourceStore& store, const base::Clock& clock,
                                                             base::Random& random, const Options& options) {
  std::unique_ptr<CommitLoop> loop(new CommitLoop(store, clock, options));
  if (auto loaded = loop->load(random); !loaded) return tl::unexpected(loaded.error());
  return loop;
}

onem2m::Result<> CommitLoop::load(base::Random& random) {
  const auto format = store_.get(Table::Meta, rows::meta::kFormat);
  if (!format) return tl::unexpected(to_onem2m(format.error()));
  if (!*format) return initialise(random);
  if (auto current = migrate_store(store_, store_migrations(), rows::kFormatVersion); !current) return current;
  const auto read = [&](std::string_view key) {
    const auto row = store_.get(Table::Meta, key);
    return row && *row ? **row : std::string{};
  };
  commit_ = rows::from_big_endian(read(rows::meta::kCommit));
  next_id_ = reserved_ids_ = rows::from_big_endian(read(rows::meta::kIdNext));
  id_prefix_ = read(rows::meta::kIdPrefix);
  onem2m::Result<> result;
  const auto done = store_.for_each(Table::Tree, [&](std::string_view, std::string_view row) {
    auto resource = rows::decode_resource(row);
    if (!resource) {
      result = tl::unexpected(resource.error());
      return false;
    }
    working_.put(std::make_shared<const Resource>(std::move(*resource)));
    return true;
  });
  if (!done) return tl::unexpected(to_onem2m(done.error()));
  if (result) result = load_latest_instances();
  if (result) publish();
  return result;
}

onem2m::Result<> CommitLoop::load_latest_instances() {
  std::vector<ResourcePtr> parents;
  working_.for_each([&](const ResourcePtr& resource) {
    if (resource->next_sequence != 1) parents.push_back(resource);
  });
  Transaction transaction(*this);
  for (const ResourcePtr& parent : parents) {
    auto newest = transaction.instances(parent->id, 0, parent->next_sequence, 1, true);
    if (!newest) return tl::unexpected(newest.error());
    if (newest->empty()) continue;
    Resource changed = *parent;
    changed.latest = newest->front();
    working_.put(std::make_shared<const Resource>(std::move(changed)));
  }
  return {};
}

onem2m::Result<> CommitLoop::initialise(base::Random& random) {
  // 40 random bits keep the identifiers of different stores apart; a letter first, so that none looks like a number.
  id_prefix_ = "r" + random.hex(5);
  reserved_ids_ = next_id_ = 1;
  store::WriteBatch batch;
  batch.put(Table::Meta, std::string(rows::meta::kFormat), std::to_string(rows::kFormatVersion));
  batch.put(Table::Meta, std::string(rows::meta::kIdPrefix), id_prefix_);
  batch.put(Table::Meta, std::string(rows::meta::kIdNext), rows::big_endian(reserved_ids_));
  batch.put(Table::Meta, std::string(rows::meta::kCommit), rows::big_endian(0));
  if (auto written = store_.commit(batch); !written) return tl::unexpected(to_onem2m(written.error()));
  return {};
}

void CommitLoop::submit(Job job) {
  {
    std::lock_guard lock(mutex_);
    if (waiting_.size() < options_.maximum_queue) {
      waiting_.push_back(std::move(job));
      if (waiting_.size() > 1) return;  // the first one woke the loop
      job.done = nullptr;
    }
  }
  if (job.done) {
    job.done(refuse(ResponseStatus::InternalServerError, "too many changes are waiting; try again later"));
  } else if (wake_) {
    wake_();
  }
}

bool CommitLoop::idle() const {
  std::lock_guard lock(mutex_);
  return waiting_.empty();
}

std::vector<Job> CommitLoop::take_jobs() {
  std::lock_guard lock(mutex_);
  const std::size_t count = std::min(waiting_.size(), options_.maximum_rows);
  std::vector<Job> jobs(std::make_move_iterator(waiting_.begin()),
                        std::make_move_iterator(waiting_.begin() + static_cast<std::ptrdiff_t>(count)));
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
  return jobs;
}

void CommitLoop::apply(Job& job, onem2m::Result<>& result) {
  Transaction transaction(*this);
  const std::uint64_t reserved_before = reserved_ids_;
  rows_.begin_job();
  result = job.apply(transaction);
  if (!result) {
    transaction.undo();
    rows_.undo_job();
    reserved_ids_ = reserved_before;
    return;
  }
  for (const auto& [id, before] : transaction.before_) dirty_.insert(id);
  std::move(transaction.changes_.begin(), transaction.changes_.end(), std::back_inserter(changes_));
  std::move(transaction.after_commit_.begin(), transaction.after_commit_.end(), std::back_inserter(after_commit_));
}

std::size_t CommitLoop::run_batch() {
  std::vector<Job> jobs = take_jobs();
  if (jobs.empty()) return 0;
  batch_time_ = clock_.wall_now();
  std::vector<onem2m::Result<>> results(jobs.size());
  std::size_t done = 0;
  while (done < jobs.size() && rows_.size() + dirty_.size() < options_.maximum_rows) {
    apply(jobs[done], results[done]);
    ++done;
  }
  if (done < jobs.size()) {
    std::lock_guard lock(mutex_);
    waiting_.insert(waiting_.begin(), std::make_move_iterator(jobs.begin() + static_cast<std::ptrdiff_t>(done)),
                    std::make_move_iterator(jobs.end()));
  }
  const onem2m::Result<> durable = make_durable();
  if (durable) {
    publish();
    for (CommitObserver* observer : observers_) observer->committed(*published_, changes_);
  } else {
    base::log::error("cse", "a commit failed", {{"detail", durable.error().detail}});
    working_ = published_->tree;
    for (std::size_t i = 0; i < done; ++i)
      if (results[i]) results[i] = durable;
    after_commit_.clear();
  }
  changes_.clear();
  dirty_.clear();
  rows_.clear();
  for (const auto& task : std::exchange(after_commit_, {})) task();
  for (std::size_t i = 0; i < done; ++i)
    if (jobs[i].done) jobs[i].done(results[i]);
  return done;
}

onem2m::Result<> CommitLoop::make_durable() {
  if (rows_.size() == 0 && dirty_.empty()) return {};
  store::WriteBatch batch = rows_.take_batch();
  for (const std::string& id : dirty_) {
    if (const ResourcePtr resource = working_.find(id)) {
      batch.put(Table::Tree, id, rows::encode(*resource));
    } else {
      batch.erase(Table::Tree, id);
    }
  }
  batch.put(Table::Meta, std::string(rows::meta::kCommit), rows::big_endian(commit_ + 1));
  if (auto written = store_.commit(batch); !written) {
    reserved_ids_ = next_id_;  // the row that reserved them may be lost: reserve again
    return tl::unexpected(to_onem2m(written.error()));
  }
  ++commit_;
  return {};
}

void CommitLoop::publish() {
  std::atomic_store_explicit(&published_, std::make_shared<const Snapshot>(Snapshot{working_, commit_}),
                             std::memory_order_release);
}

}  // namespace edgecse::cse
