// SPDX-License-Identifier: Apache-2.0
//
// Whatever is done to containers, timeSeries and flexContainers: their counters are what their rows are, la and ol are
// the ends of what is there, and nothing of an instance that is gone stays in the store. TS-0004 7.4.6, 7.4.37, 7.4.38.
#include <gtest/gtest.h>

#include "cse/rows.hpp"
#include "onem2m/timestamp.hpp"
#include "support/test_cse.hpp"

namespace edgecse::test {
namespace {

struct Holder {
  std::string address;
  int type;
  const char* member;
};
const Holder kHolders[] = {
    {"cse-mn/Cdev/cnt", 3, "m2m:cnt"}, {"cse-mn/Cdev/ts", 29, "m2m:ts"}, {"cse-mn/Cdev/fcnt", 28, "cod:tempe"}};

class RandomInstances : public ::testing::TestWithParam<int> {
 protected:
  RandomInstances() {
    cse.add_ae("Cdev");
    cse.create("cse-mn/Cdev", 3, {{"m2m:cnt", {{"rn", "cnt"}}}}, "Cdev");
    cse.create("cse-mn/Cdev", 29, {{"m2m:ts", {{"rn", "ts"}}}}, "Cdev");
    cse.create(
        "cse-mn/Cdev", 28,
        {{"cod:tempe", flex({{"rn", "fcnt"}, {"cnd", "org.onem2m.common.moduleclass.temperature"}, {"fcied", true}})}},
        "Cdev");
  }
  static Json flex(Json attributes) {
    attributes["curT0"] = 20.0;
    return attributes;
  }
  std::uint64_t below(std::uint64_t limit) { return random.next() % limit; }

  void add(const Holder& holder) {
    const std::string content(below(9), 'x');
    Json attributes = Json::object();
    if (below(3) == 0) attributes["rn"] = "n" + std::to_string(below(8));
    if (below(5) == 0)
      attributes["et"] = onem2m::format_timestamp(cse.time.wall_now() + std::chrono::seconds{1 + below(20)});
    if (holder.type == 28) {
      cse.update(holder.address, {{holder.member, {{"curT0", static_cast<double>(below(40))}}}}, "Cdev");
      return;
    }
    attributes["con"] = content;
    if (holder.type == 29)
      attributes["dgt"] = onem2m::format_timestamp(cse.time.wall_now() + std::chrono::seconds{below(12)});
    if (holder.type == 3 && below(4) == 0) attributes["dcnt"] = 1 + below(2);
    cse.create(holder.address, holder.type + 1, {{holder.type == 3 ? "m2m:cin" : "m2m:tsi", attributes}}, "Cdev");
  }
  void change(const Holder& holder) {
    static const Json kChanges[] = {
        {{"mni", 2}},        {{"mni", 6}},       {{"mbs", 30}},      {{"mni", nullptr}, {"mbs", nullptr}},
        {{"mia", 15}},       {{"mia", nullptr}}, {{"fcied", false}}, {{"fcied", true}},
        {{"fcied", nullptr}}};
    cse.update(holder.address, {{holder.member, kChanges[below(std::size(kChanges))]}}, "Cdev");
  }
  void step() {
    const Holder& holder = kHolders[below(std::size(kHolders))];
    switch (below(10)) {
      case 0:
        cse.remove(holder.address + "/la", "Cdev");
        break;
      case 1:
        cse.remove(holder.address + "/ol", "Cdev");
        break;
      case 2:
        cse.remove(holder.address + "/n" + std::to_string(below(8)), "Cdev");
        break;
      case 3:
        change(holder);
        break;
      case 4:
        cse.retrieve(holder.address + "/la", "Cdev");
        break;
      case 5:
        cse.time.advance(std::chrono::seconds{below(4)});
        break;
      default:
        add(holder);
    }
  }

  void check() {
    std::size_t names = 0, all = 0;
    for (const Holder& holder : kHolders) {
      const Json shown = cse.retrieve(holder.address, "Cdev").content[holder.member];
      const std::string id = shown["ri"];
      std::vector<cse::Instance> rows;
      for (const auto& [key, row] : cse.disk->tables[static_cast<std::size_t>(store::Table::Instances)])
        if (key.starts_with(id + '/')) rows.push_back(*cse::rows::decode_instance(key, row));
      std::int64_t bytes = 0;
      for (const cse::Instance& row : rows) {
        bytes += static_cast<std::int64_t>(row.content_size);
        if (!row.name.starts_with("i.")) ++names;
        if (row.type == 30) ++names;
      }
      all += rows.size();
      EXPECT_EQ(shown.value("cni", 0), rows.size()) << holder.address;
      EXPECT_EQ(shown.value("cbs", 0), bytes) << holder.address;
      if (rows.empty()) continue;
      EXPECT_EQ(cse.tree().find(id)->latest->sequence, rows.back().sequence) << holder.address;
    }
    std::size_t name_rows = 0;
    for (const auto& [key, row] : cse.disk->tables[static_cast<std::size_t>(store::Table::Meta)])
      if (key.starts_with("name/")) ++name_rows;
    EXPECT_EQ(name_rows, names);
    EXPECT_EQ(cse.disk->tables[static_cast<std::size_t>(store::Table::Instances)].size(), all);
  }

  TestCse cse;
  base::SeededRandom random{static_cast<std::uint64_t>(GetParam())};
};

TEST_P(RandomInstances, CountersAreWhatIsThere) {
  for (int round = 0; round < 8; ++round) {
    for (int i = 0; i < 40; ++i) step();
    cse.time.advance(std::chrono::milliseconds{1});
    if (round % 3 == 2) cse.restart();
    check();
    if (HasFailure()) return;
  }
  for (const Holder& holder : kHolders) EXPECT_EQ(rsc(cse.remove(holder.address, "Cdev")), 2002);
  EXPECT_TRUE(cse.disk->tables[static_cast<std::size_t>(store::Table::Instances)].empty());
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomInstances, ::testing::Range(1, 13));

}  // namespace
}  // namespace edgecse::test
