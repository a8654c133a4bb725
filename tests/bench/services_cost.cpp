// SPDX-License-Identifier: Apache-2.0
//
// What services cost in a CSE of many resources, in processor time per request: discovery, also by a policy of many rules,
// against one walk over the same tree that compares the same label and nothing else; a group's fan-out against the same
// requests one by one. One thread, a store in memory. Ratios on stdout, as JSON.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>

#include "base/random.hpp"
#include "base/simulated_time.hpp"
#include "bench/processor_time.hpp"
#include "cse/cse.hpp"
#include "onem2m/json_codec.hpp"
#include "store/memory_store.hpp"
#include "telemetry/registry.hpp"

namespace edgecse {
namespace {

using Json = nlohmann::json;

class Nobody final : public onem2m::RequestSender {
 public:
  void send(onem2m::NextHop, onem2m::Request, onem2m::ResponseCallback) override {}
};

class Bench {
 public:
  Bench() : disk_(std::make_shared<store::MemoryDisk>()), store_(disk_) {
    auto opened = cse::Cse::open({}, {store_, time_, random_, time_, time_, nobody_, telemetry_});
    if (opened) cse_ = std::move(*opened);
  }
  [[nodiscard]] bool open() const { return cse_ != nullptr; }

  onem2m::Response ask(onem2m::Request request) {
    request.request_identifier = "1";
    request.release_version = "3";
    onem2m::Response answer;
    cse_->handle(std::move(request), [&answer](onem2m::Response response) { answer = std::move(response); });
    time_.run_until_idle(base::Duration{1});
    if (!onem2m::is_success(answer.status)) std::fprintf(stderr, "failed: %s\n", answer.content.dump().c_str());
    return answer;
  }
  onem2m::Response create(const std::string& to, int type, Json content, const std::string& from = "CAdmin") {
    onem2m::Request request;
    request.operation = onem2m::Operation::Create;
    request.to = to;
    request.from = from;
    request.resource_type = type;
    request.content = std::move(content);
    return ask(std::move(request));
  }

  void fill(int count) {
    Json rules = Json::array();
    for (int i = 0; i < 1000; ++i) rules.push_back({{"acor", {"Cuser" + std::to_string(i)}}, {"acop", 34}});
    const Json policy = create("cse-mn", 1, {{"m2m:acp", {{"pv", {{"acr", rules}}}, {"pvs", {{"acr", Json::array({rules[0]})}}}}}}).content;
    const std::string id = policy["m2m:acp"]["ri"];
    for (int i = 0; i < count; ++i) {
      if (i % 100 == 0)
        create("cse-mn", 2, {{"m2m:ae", {{"rn", "Cdev" + std::to_string(i)}, {"api", "Nbench"}, {"rr", true}, {"srv", {"3"}}}}},
               "Cdev" + std::to_string(i));
      const std::string parent = "cse-mn/Cdev" + std::to_string(i / 100 * 100);
      create(parent, 3, {{"m2m:cnt", {{"rn", "c" + std::to_string(i)}, {"lbl", {"n:" + std::to_string(i % 1000), "all"}}, {"acpi", {id}}}}});
    }
  }

  /// Seconds per discovery, and what it found.
  std::pair<double, std::size_t> discover(const char* label, const char* from, int rounds) {
    onem2m::Request request;
    request.to = "cse-mn";
    request.from = from;
    request.filter_criteria.filter_usage = 1;
    request.filter_criteria.labels = {label};
    std::size_t found = 0;
    const double begin = processor_seconds();
    for (int i = 0; i < rounds; ++i) found = ask(request).content["m2m:uril"].size();
    return {(processor_seconds() - begin) / rounds, found};
  }

  /// Seconds for an instance in each of so many containers: one request to a group, and one to each.
  std::pair<double, double> fan_out(int members, int rounds) {
    create("cse-mn", 2, {{"m2m:ae", {{"rn", "Cgroup"}, {"api", "Nbench"}, {"rr", true}, {"srv", {"3"}}}}}, "Cgroup");
    std::vector<std::string> containers;
    for (int i = 0; i < members; ++i) {
      containers.push_back("cse-mn/Cgroup/m" + std::to_string(i));
      create("cse-mn/Cgroup", 3, {{"m2m:cnt", {{"rn", "m" + std::to_string(i)}, {"mni", 10}}}}, "Cgroup");
    }
    create("cse-mn/Cgroup", 9, {{"m2m:grp", {{"rn", "all"}, {"mnm", members}, {"mt", 3}, {"mid", containers}}}}, "Cgroup");
    const Json instance{{"m2m:cin", {{"con", std::string(200, 'x')}}}};
    double together = 0, apart = 0;
    for (int round = 0; round < rounds; ++round) {
      double begin = processor_seconds();
      const onem2m::Response answer = create("cse-mn/Cgroup/all/fopt", 4, instance, "Cgroup");
      together += processor_seconds() - begin;
      const Json answers = onem2m::to_json(answer)["pc"]["m2m:agr"]["m2m:rsp"];
      const auto made = std::ranges::count_if(answers, [](const Json& one) { return one["rsc"] == 2001; });
      if (made != members)
        std::fprintf(stderr, "the group made %td instances\n", made);
      begin = processor_seconds();
      for (const std::string& container : containers) create(container, 4, instance, "Cgroup");
      apart += processor_seconds() - begin;
    }
    return {together / rounds, apart / rounds};
  }

  double walk(const std::string& label, int rounds) {
    std::size_t found = 0;
    const double begin = processor_seconds();
    for (int i = 0; i < rounds; ++i) {
      const cse::Tree tree = cse_->loop().snapshot()->tree;
      tree.for_each_below("mn1", [&](const cse::ResourcePtr& resource, std::size_t) {
        const auto labels = resource->attributes.find("lbl");
        if (labels != resource->attributes.end() && std::find(labels->begin(), labels->end(), Json(label)) != labels->end())
          found += tree.structured_address(resource->id).size();
        return true;
      });
    }
    if (found == 0) std::fprintf(stderr, "the walk found nothing\n");
    return (processor_seconds() - begin) / rounds;
  }

 private:
  base::SimulatedTime time_;
  base::SeededRandom random_{1};
  telemetry::Registry telemetry_;
  Nobody nobody_;
  std::shared_ptr<store::MemoryDisk> disk_;
  store::MemoryStore store_;
  std::unique_ptr<cse::Cse> cse_;
};

int run(int count) {
  Bench bench;
  if (!bench.open()) return 1;
  bench.fill(count);
  constexpr int kRounds = 10;
  Json ratios = Json::object();
  for (const auto& [name, label] : {std::pair{"few", "n:7"}, std::pair{"all", "all"}}) {
    const double walk = bench.walk(label, kRounds);
    for (const auto& [who, from] : {std::pair{"admin", "CAdmin"}, std::pair{"by_rule", "Cuser999"}}) {
      const auto [spent, found] = bench.discover(label, from, kRounds);
      std::fprintf(stderr, "discovery of %6zu in %d, %-8s %8.2f ms, a walk %8.2f ms, ratio %.2f\n", found, count, who, spent * 1e3,
                   walk * 1e3, spent / walk);
      ratios[std::string("discovery_") + name + '_' + who + "_vs_walk"] = spent / walk;
    }
  }
  constexpr int kMembers = 1000;
  const auto [together, apart] = bench.fan_out(kMembers, kRounds);
  std::fprintf(stderr, "CREATE in %d members of a group  %8.2f ms, one by one %8.2f ms, ratio %.2f\n", kMembers, together * 1e3,
               apart * 1e3, together / apart);
  ratios["fan_out_vs_one_by_one"] = together / apart;
  std::puts(ratios.dump().c_str());
  return 0;
}

}  // namespace
}  // namespace edgecse

int main(int count, char** arguments) {
  int resources = 100'000;
  if (count > 1) std::from_chars(arguments[1], arguments[1] + std::strlen(arguments[1]), resources);
  return edgecse::run(resources);
}
