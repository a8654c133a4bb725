// SPDX-License-Identifier: Apache-2.0
#include "sim/sim_world.hpp"

#include <stdexcept>

#include "onem2m/json_codec.hpp"

namespace edgecse::sim {

using onem2m::make_error_response;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseCallback;
using onem2m::ResponseStatus;
using store::Table;

namespace {

constexpr std::size_t kReplayed = 30;  // messages that may come once more

/// A disk whose machine may die just before or just after a commit: then nobody hears of it.
class MortalStore final : public store::ResourceStore {
 public:
  MortalStore(Node& node, std::shared_ptr<store::MemoryDisk> disk) : node_(node), store_(std::move(disk)) {}
  store::Result<> commit(const store::WriteBatch& batch) override {
    const auto doom = std::exchange(node_.doom, Node::Doom::None);
    if (!node_.alive || doom == Node::Doom::BeforeCommit || node_.world.chance(node_.world.chances.crash_before_commit))
      return died();
    if (auto written = store_.commit(batch); !written) return written;
    if (doom == Node::Doom::AfterCommit || node_.world.chance(node_.world.chances.crash_after_commit)) return died();
    return {};
  }
  store::Result<std::optional<std::string>> get(Table table, std::string_view key) const override {
    return store_.get(table, key);
  }
  store::Result<std::vector<store::Row>> scan(Table table, std::string_view first, std::string_view last,
                                              std::size_t limit, bool reverse) const override {
    return store_.scan(table, first, last, limit, reverse);
  }
  store::Result<> for_each(Table table,
                           const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    return store_.for_each(table, visit);
  }
  bool has_room() const override { return store_.has_room(); }

 private:
  store::Result<> died() {
    node_.die();
    return tl::unexpected(store::Error{store::ErrorKind::Unavailable, "the machine died"});
  }
  Node& node_;
  store::MemoryStore store_;
};

}  // namespace

// --- time
// -------------------------------------------------------------------------------------------------------------

void LifeExecutor::post(base::Task task) {
  const base::Duration now = world_.time.monotonic_now().time_since_epoch();
  base::Duration at = now;
  if (longest_delay_.count() != 0)
    at += base::Duration{world_.random.below(static_cast<std::uint64_t>(longest_delay_.count()))};
  last_ = std::max(last_, at);
  run_after(last_ - now, std::move(task));
}

base::TimerId LifeExecutor::run_after(base::Duration delay, base::Task task) {
  Node& node = world_.node(owner_);
  return world_.time.run_after(delay, [&node, life = node.life, task = std::move(task)] {
    if (node.alive && node.life == life) task();
  });
}

void LifeExecutor::cancel(base::TimerId timer) { world_.time.cancel(timer); }

// --- node
// -------------------------------------------------------------------------------------------------------------

Node::Node(World& in, cse::CseOptions given, cse::handover::TestFaults with)
    : world(in), options(std::move(given)), faults(with) {}
Node::~Node() { bury(); }

void Node::bury() {
  alive = false;
  mobility.reset();
  handover.reset();
  cse.reset();
}

void Node::start() {
  bury();
  ++life;
  alive = true;
  doom = Doom::None;
  telemetry = std::make_unique<telemetry::Registry>();
  store = std::make_unique<MortalStore>(*this, disk);
  executor = std::make_unique<LifeExecutor>(world, options.id, base::Duration{0});
  commit_executor = std::make_unique<LifeExecutor>(world, options.id, std::chrono::milliseconds{3});
  auto opened =
      cse::Cse::open(options, {*store, world.time, world.random, *executor, *commit_executor, *this, *telemetry});
  if (!opened) {
    if (alive) throw std::runtime_error(opened.error().detail);
    return;  // died on its first commits
  }
  cse = std::move(*opened);
  auto attached = cse::Handover::attach(*cse, faults);
  if (!attached) throw std::runtime_error(attached.error().detail);
  handover = std::move(*attached);
  mobility::MoveLimits limits = world.limits;
  limits.guard_time = options.mobility.guard_time;
  mobility = std::make_unique<mobility::Mobility>(
      mobility::Mobility::Environment{*handover, world.time, *executor, *telemetry}, limits);
  mobility->set_listener(*this);
  cse->start();
  mobility->start();
}

void Node::handle(Request request, ResponseCallback done) {
  if (!alive || !cse) return;
  cse->handle(std::move(request), [this, of = life, done = std::move(done)](Response response) {
    if (alive && of == life) done(std::move(response));
  });
}

void Node::send(onem2m::NextHop hop, Request request, ResponseCallback done) {
  if (!alive) return;
  const std::string& url = hop.points_of_access.empty() ? std::string{} : hop.points_of_access.front();
  const std::string to = url.starts_with("sim:") ? url.substr(4) : url;
  world.transmit(options.id, to, std::move(request), [this, of = life, done = std::move(done)](Response response) {
    if (alive && of == life) done(std::move(response));
  });
}

void Node::moved_out(const std::string&, const std::string&) { ++moves_out; }
void Node::moved_in(const std::string&, const std::string&) { ++moves_in; }

const cse::handover::UnitRow* Node::row(const std::string& unit) {
  const auto& meta = disk->tables[static_cast<std::size_t>(Table::Meta)];
  const auto found = meta.find(cse::handover::key::unit(unit));
  if (found == meta.end()) return nullptr;
  auto& [text, row] = rows_read_[unit];
  if (text != found->second) {
    auto decoded = cse::handover::decode_unit_row(found->second);
    if (!decoded) throw std::runtime_error(decoded.error().detail);
    text = found->second;
    row = std::move(*decoded);
  }
  return &row;
}

bool Node::has_resource(const std::string& id) const {
  return disk->tables[static_cast<std::size_t>(Table::Tree)].contains(id);
}

// --- network
// ----------------------------------------------------------------------------------------------------------

struct World::Exchange {
  std::string from, to;
  Request request;
  ResponseCallback done;
  bool of_a_move = false, answered = false;
};

base::Duration World::travel(bool of_a_move) {
  if (chance(chances.late)) return base::Duration{random.below(3'000'000)};
  if (of_a_move && chance(chances.move_late)) return base::Duration{random.below(600'000)};
  return base::Duration{200 + random.below(5'000)};
}

void World::transmit(const std::string& from, const std::string& to, Request request, ResponseCallback done) {
  request.peer = {};
  request.peer.address = "10.0.0.1";
  if (watch) watch(from, to, request);
  const bool of_a_move = request.to.find("/mobility") != std::string::npos;
  auto exchange = std::make_shared<Exchange>(Exchange{from, to, std::move(request), std::move(done), of_a_move});
  if (of_a_move) {
    old_.push_back(exchange);
    if (old_.size() > kReplayed) old_.pop_front();
    if (chance(chances.move_cut)) {
      cut(from, to);
      time.run_after(base::Duration{random.below(2'000'000)}, [this, from, to] { join(from, to); });
    }
  }
  const int copies = chance(chances.drop) ? 0 : chance(chances.duplicate) ? 2 : 1;
  for (int i = 0; i < copies; ++i) time.run_after(travel(of_a_move), [this, exchange] { deliver(exchange); });
  time.run_after(answer_within, [exchange] {
    if (exchange->answered) return;
    exchange->answered = true;
    exchange->done(make_error_response(exchange->request, ResponseStatus::RequestTimeout, "no answer"));
  });
}

void World::replay() {
  if (old_.empty()) return;
  const Exchange& old = *old_[random.below(old_.size())];
  deliver(std::make_shared<Exchange>(Exchange{old.from, old.to, old.request, [](const Response&) {}, true, true}));
}

void World::deliver(const std::shared_ptr<Exchange>& exchange) {
  const auto answer = [this, exchange](Response response) {
    if (response.serialized_content) {
      response.content = Json::parse(*response.serialized_content);
      response.serialized_content.reset();
    }
    if (chance(chances.drop) || is_cut(exchange->from, exchange->to)) return;
    time.run_after(travel(exchange->of_a_move), [exchange, response = std::move(response)] {
      if (exchange->answered) return;
      exchange->answered = true;
      exchange->done(response);
    });
  };
  if (is_cut(exchange->from, exchange->to) && !exchange->answered) return;
  if (const auto sink = sinks.find(exchange->to); sink != sinks.end()) {
    if (auto response = sink->second(exchange->request)) answer(std::move(*response));
    return;
  }
  const auto found = nodes_.find(exchange->to);
  if (found == nodes_.end() || !found->second->alive)
    return answer(make_error_response(exchange->request, ResponseStatus::TargetNotReachable, "connection refused"));
  if (exchange->of_a_move && chance(chances.doom))
    found->second->doom = random.below(2) == 0 ? Node::Doom::BeforeCommit : Node::Doom::AfterCommit;
  found->second->handle(exchange->request, answer);
}

// --- world
// ------------------------------------------------------------------------------------------------------------

Node& World::add(cse::CseOptions options, cse::handover::TestFaults faults) {
  options.points_of_access = {"sim:" + options.id};
  if (options.registrar) options.registrar->points_of_access = {"sim:" + options.registrar->id};
  const std::string id = options.id;
  auto& node = nodes_[id];
  node = std::make_unique<Node>(*this, std::move(options), faults);
  node->start();
  return *node;
}

bool World::step() {
  if (!time.run_one()) return false;
  ++steps;
  std::uint64_t commits = 0;
  for (auto& [id, node] : nodes_) {
    if (!node->alive && node->cse) node->bury();
    commits += node->disk->commits;
  }
  if (check && commits != std::exchange(seen_commits_, commits)) check();
  return true;
}

void World::run_for(base::Duration span) {
  bool over = false;
  time.run_after(span, [&over] { over = true; });
  while (!over && step()) {
  }
}

}  // namespace edgecse::sim
