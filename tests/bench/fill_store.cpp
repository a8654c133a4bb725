// SPDX-License-Identifier: Apache-2.0
//
// bench_fill_store FOLDER INSTANCES CONTAINERS: an AE `Cbench` of CSE /mn1 (CSEBase cse-mn) with containers c0, c1 ... that
// hold so many instances of 200 bytes, written by the commit loop without HTTP. The store is then opened by edgecse.
#include <charconv>
#include <cstdio>
#include <string>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "cse/commit_loop.hpp"
#include "onem2m/timestamp.hpp"
#include "store/open_rocksdb.hpp"

namespace edgecse {
namespace {

std::uint64_t to_number(const char* text) {
  std::uint64_t number = 0;
  std::from_chars(text, text + std::string_view(text).size(), number);
  return number;
}

cse::Resource make(cse::Transaction& transaction, int type, std::string id, std::string parent, std::string name) {
  cse::Resource resource;
  resource.id = std::move(id);
  resource.parent = std::move(parent);
  resource.name = std::move(name);
  resource.type = type;
  resource.member_name = type == 2 ? "m2m:ae" : "m2m:cnt";
  resource.creator = resource.unit = "Cbench";
  resource.created = transaction.next_creation();
  const std::string now = onem2m::format_timestamp(transaction.now());
  resource.attributes = {{"ty", type}, {"ri", resource.id}, {"pi", resource.parent}, {"rn", resource.name},
                         {"ct", now},  {"lt", now},         {"et", "20991231T000000"}};
  if (type == 2) resource.attributes.update({{"api", "Nbench"}, {"aei", "Cbench"}, {"rr", true}, {"srv", {"3"}}});
  if (type == 3) resource.attributes.update({{"st", 0}, {"cni", 0}, {"cbs", 0}});
  return resource;
}

void add_instances(cse::Transaction& transaction, const std::string& id, std::uint64_t count) {
  cse::Resource container = *transaction.tree().find(id);
  const std::string content(200, 'x');
  for (std::uint64_t i = 0; i < count; ++i) {
    cse::Instance instance;
    instance.container = id;
    instance.sequence = container.next_sequence++;
    instance.name = "i." + std::to_string(instance.sequence);
    instance.content_size = content.size();
    instance.creator = "Cbench";
    instance.representation = R"({"m2m:cin":{"con":")" + content + R"(","cs":200,"rn":")" + instance.name + R"(","ty":4}})";
    transaction.put_instance(container, instance);
    container.latest = std::make_shared<const cse::Instance>(std::move(instance));
  }
  const auto total = static_cast<std::int64_t>(container.next_sequence - 1);
  container.attributes["cni"] = container.attributes["st"] = total;
  container.attributes["cbs"] = total * 200;
  transaction.put(std::move(container));
}

int fill(const char* folder, std::uint64_t instances, std::uint64_t containers) {
  auto store = store::open_rocksdb({.path = folder});
  if (!store) return std::fprintf(stderr, "bench_fill_store: %s\n", store.error().detail.c_str()), 1;
  base::SystemClock clock;
  base::SystemRandom random;
  auto loop = cse::CommitLoop::open(**store, clock, random);
  if (!loop) return std::fprintf(stderr, "bench_fill_store: %s\n", loop.error().detail.c_str()), 1;
  bool failed = false;
  const auto submit = [&](std::function<void(cse::Transaction&)> change) {
    (*loop)->submit({[change = std::move(change)](cse::Transaction& transaction) {
                       change(transaction);
                       return onem2m::Result<>{};
                     },
                     [&failed](const onem2m::Result<>& result) { failed = failed || !result; }});
  };
  submit([&](cse::Transaction& transaction) {
    cse::Resource base = make(transaction, 5, "mn1", "", "cse-mn");
    base.member_name = "m2m:cb";
    base.creator = "/mn1";
    base.unit.clear();
    base.attributes = {{"ct", onem2m::format_timestamp(transaction.now())}};
    transaction.put(std::move(base));
    transaction.put(make(transaction, 2, "Cbench", "mn1", "Cbench"));
    for (std::uint64_t i = 0; i < containers; ++i)
      transaction.put(make(transaction, 3, "bench-c" + std::to_string(i), "Cbench", "c" + std::to_string(i)));
  });
  // In rounds, so that every container has old and new instances, as after a long life.
  constexpr std::uint64_t kAtOnce = 50;
  for (std::uint64_t written = 0, next = 0; written < instances && !failed; written += kAtOnce, ++next) {
    submit([next, containers](cse::Transaction& transaction) {
      add_instances(transaction, "bench-c" + std::to_string(next % containers), kAtOnce);
    });
    if (next % 16 == 15) (*loop)->run_batch();
  }
  while (!(*loop)->idle()) (*loop)->run_batch();
  return failed ? 1 : 0;
}

}  // namespace
}  // namespace edgecse

int main(int count, char** arguments) {
  if (count != 4) return std::fprintf(stderr, "bench_fill_store FOLDER INSTANCES CONTAINERS\n"), 2;
  return edgecse::fill(arguments[1], edgecse::to_number(arguments[2]), edgecse::to_number(arguments[3]));
}
