// SPDX-License-Identifier: Apache-2.0
//
// What the CSE itself costs, without HTTP: processor time per contentInstance CREATE and per la RETRIEVE, in one thread,
// without a store; and what subscriptions add to a CREATE below what they are of. Ratios on stdout, as JSON. For profiling, too:
// `perf record` or callgrind on this program see nothing but the CSE.
#include <charconv>
#include <cstdio>
#include <cstring>

#include "base/random.hpp"
#include "base/simulated_time.hpp"
#include "bench/processor_time.hpp"
#include "cse/cse.hpp"
#include "onem2m/json_codec.hpp"
#include "store/memory_store.hpp"

namespace edgecse {
namespace {

using Json = nlohmann::json;

// Time that runs, so that durations are real; tasks run when asked.
class Workbench final : public base::Clock, public base::Executor, public onem2m::RequestSender {
 public:
  [[nodiscard]] base::WallTime wall_now() const override { return clock_.wall_now(); }
  [[nodiscard]] base::MonotonicTime monotonic_now() const override { return clock_.monotonic_now(); }
  void post(base::Task task) override { tasks_.post(std::move(task)); }
  base::TimerId run_after(base::Duration, base::Task) override { return ++timers_; }
  void cancel(base::TimerId) override {}
  void send(onem2m::NextHop, onem2m::Request, onem2m::ResponseCallback) override {}
  void run() { tasks_.run_until_idle(base::Duration{1}); }

 private:
  base::SystemClock clock_;
  base::SimulatedTime tasks_;
  base::TimerId timers_ = 0;
};

// Commits go nowhere: the cost of a store is another program's matter.
class NoStore final : public store::ResourceStore {
 public:
  store::Result<> commit(const store::WriteBatch&) override { return {}; }
  [[nodiscard]] store::Result<std::optional<std::string>> get(store::Table, std::string_view) const override {
    return std::optional<std::string>{};
  }
  [[nodiscard]] store::Result<std::vector<store::Row>> scan(store::Table, std::string_view, std::string_view, std::size_t,
                                                            bool) const override {
    return std::vector<store::Row>{};
  }
  [[nodiscard]] store::Result<> for_each(store::Table,
                                         const std::function<bool(std::string_view, std::string_view)>&) const override {
    return {};
  }
  [[nodiscard]] bool has_room() const override { return true; }
};

class Bench {
 public:
  explicit Bench(cse::Cse& cse, Workbench& bench) : cse_(cse), bench_(bench) {}

  void ask(onem2m::Operation operation, const std::string& to, int type, const std::string& body) {
    onem2m::Request request;
    request.operation = operation;
    request.to = to;
    request.from = "Cdev";
    request.request_identifier = "1";
    request.release_version = "3";
    if (type != 0) request.resource_type = type;
    if (!body.empty()) request.content = *onem2m::parse_json(body);
    cse_.handle(std::move(request), [this](onem2m::Response response) { failures_ += is_success(response.status) ? 0 : 1; });
  }
  /// Microseconds of processor time for each.
  double measure(const char* name, int count, int in_flight, const std::function<void(int)>& one) {
    const double begin = processor_seconds();
    for (int i = 0; i < count; ++i) {
      one(i);
      if (i % in_flight == in_flight - 1) bench_.run();
    }
    bench_.run();
    const double each = (processor_seconds() - begin) * 1e6 / count;
    std::fprintf(stderr, "%-44s %8.2f us\n", name, each);
    return each;
  }
  [[nodiscard]] int failures() const { return failures_; }

 private:
  cse::Cse& cse_;
  Workbench& bench_;
  int failures_ = 0;
};

constexpr int kSubscriptions = 10'000;

std::string subscription(int event_type) {
  return R"({"m2m:sub":{"nu":["http://127.0.0.1:9/sink"],"enc":{"chty":[4],"net":[)" + std::to_string(event_type) + "]}}}";
}

// Subscriptions to other events of the same container must cost a CREATE nothing, those to the event their notifications.
Json measure_subscriptions(Bench& bench, Workbench& workbench, int count, const std::string& content) {
  const auto make = [&](const std::string& name, int others, int interested) {
    bench.ask(onem2m::Operation::Create, "cse-mn/Cdev", 3, R"({"m2m:cnt":{"rn":")" + name + R"("}})");
    workbench.run();
    for (int i = 0; i < others + interested; ++i) {
      bench.ask(onem2m::Operation::Create, "cse-mn/Cdev/" + name, 23, subscription(i < others ? 1 : 3));
      if (i % 100 == 99) workbench.run();
    }
    workbench.run();
  };
  const auto cost = [&](const char* text, const std::string& name, int times) {
    return bench.measure(text, times, 1, [&](int) { bench.ask(onem2m::Operation::Create, "cse-mn/Cdev/" + name, 4, content); });
  };
  make("none", 0, 0);
  make("others", kSubscriptions, 0);
  make("one", 0, 1);
  make("oneofmany", kSubscriptions, 1);
  make("all", 0, kSubscriptions);
  const double none = cost("CREATE, no subscription", "none", count);
  const double others = cost("CREATE, 10,000 subscriptions to other events", "others", count);
  const double one = cost("CREATE, 1 notification", "one", count);
  const double among = cost("CREATE, 1 notification, 10,000 others", "oneofmany", count);
  const double all = cost("CREATE, 10,000 notifications", "all", 5);
  return {{"create_with_10000_other_subscriptions_vs_none", others / none},
          {"notified_create_with_10000_other_subscriptions_vs_one", among / one},
          {"each_of_10000_notifications_vs_the_first", all / kSubscriptions / (one - none)}};
}

int run(int count) {
  Workbench workbench;
  NoStore store;
  base::SeededRandom random(1);
  telemetry::Registry telemetry;
  auto cse = cse::Cse::open({}, {store, workbench, random, workbench, workbench, workbench, telemetry});
  if (!cse) return 1;
  Bench bench(**cse, workbench);
  bench.ask(onem2m::Operation::Create, "cse-mn", 2, R"({"m2m:ae":{"rn":"Cdev","api":"Nbench","rr":true,"srv":["3"]}})");
  workbench.run();
  constexpr int kContainers = 100;
  for (int i = 0; i < kContainers; ++i)
    bench.ask(onem2m::Operation::Create, "cse-mn/Cdev", 3, R"({"m2m:cnt":{"rn":"c)" + std::to_string(i) + R"("}})");
  workbench.run();
  const std::string content = R"({"m2m:cin":{"con":")" + std::string(200, 'x') + R"("}})";
  const auto container = [](int i) { return "cse-mn/Cdev/c" + std::to_string(i % kContainers); };
  for (const int in_flight : {1, 64})
    bench.measure(in_flight == 1 ? "CREATE, 1 in flight" : "CREATE, 64 in flight", count, in_flight,
                  [&](int i) { bench.ask(onem2m::Operation::Create, container(i), 4, content); });
  bench.measure("RETRIEVE la", count, 64,
                [&](int i) { bench.ask(onem2m::Operation::Retrieve, container(i) + "/la", 0, ""); });
  std::puts(measure_subscriptions(bench, workbench, count / 10, content).dump().c_str());
  if (bench.failures() != 0) std::fprintf(stderr, "%d requests failed\n", bench.failures());
  return bench.failures() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace edgecse

int main(int count, char** arguments) {
  int requests = 200'000;
  if (count > 1) std::from_chars(arguments[1], arguments[1] + std::strlen(arguments[1]), requests);
  return edgecse::run(requests);
}
