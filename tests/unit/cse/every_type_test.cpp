// SPDX-License-Identifier: Apache-2.0
//
// Every type of the tables through the whole CSE: created below a parent that the tables allow, read, changed, deleted, and
// refused for each rule of each attribute that a request breaks. A new row of a table is tried out without a line here,
// unless its values need to make sense together: then it gets a sample below.
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <set>

#include "base/shown_text.hpp"
#include "support/attribute_values.hpp"
#include "support/test_cse.hpp"

namespace edgecse::test {
namespace {

namespace type = onem2m::type;

constexpr const char* kBase = "cse-mn";
constexpr const char* kTurtle = "PGh0dHA6Ly9hPiA8aHR0cDovL2I+IDxodHRwOi8vYz4gLg==";  // <http://a> <http://b> <http://c> .

/// What a smallest CREATE needs beyond fitting values, because attributes depend on each other or on what is there.
const std::map<int, Json>& samples() {
  static const Json kRule{{"acr", {{{"acor", {"CAdmin"}}, {"acop", 63}}}}};
  static const std::map<int, Json> kSamples{
      {1, {{"pv", kRule}, {"pvs", kRule}}},
      {2, {{"api", "Nexample"}, {"srv", {"3"}}}},
      {7, {{"evt", 1}, {"opt", {1}}}},
      {9, {{"mid", {"cse-mn"}}, {"mnm", 5}}},
      {10, {{"los", 2}}},
      {18, {{"se", {{"sce", {"* * * * * * *"}}}}}},  // another one would close the CSE
      {23, {{"nu", {"http://127.0.0.1/nobody"}}}},
      {24, {{"dcrp", 5}, {"dsp", kTurtle}}},
      {48, {{"nu", {"http://127.0.0.1/nobody"}}}},
      {60, {{"bcnc", 1}, {"bcnu", {"http://127.0.0.1/nobody"}}}},
  };
  return kSamples;
}

/// Made by a procedure of its own concern, whose tests these are: registration of CSEs, instances, actions on others, ...
bool is_tried_elsewhere(int number) {
  static const std::set<int> kElsewhere{type::kCseBase, type::kRemoteCse, type::kPollingChannel, type::kTimeSeriesInstance,
                                        type::kContentInstance, type::kFlexContainerInstance, 47, 48, 50, 51, 63,
                                        64, 65, 66};
  return kElsewhere.contains(number);
}

/// Attributes of cardinality 1 that come later than the CREATE, or that only some other part of a CSE can know.
bool comes_later(int number, std::string_view attribute) {
  static const std::set<std::pair<int, std::string_view>> kLater{
      {6, "arq"}, {45, "rstt"}, {46, "asd"}, {46, "sst"},
  };
  return kLater.contains({number, attribute});
}

Json future_of(const AttributeRule& rule) { return rule.short_name == "et" ? Json("20991231T000000") : fitting(rule); }

Json smallest(const ResourceTypeRule& rule) {
  Json attributes = smallest_create(rule);
  if (rule.number == type::kMgmtObj) attributes["mgd"] = rule.management_definition;
  if (attributes.contains("et")) attributes["et"] = "20991231T000000";
  if (!rule.container_definition.empty()) attributes["cnd"] = rule.container_definition;
  static int labels = 0;
  if (rule.number == 26) attributes["plbl"] = "label" + std::to_string(++labels);  // unique for its creator
  if (const auto sample = samples().find(rule.number); sample != samples().end()) attributes.update(sample->second);
  return attributes;
}

/// One CSE for all: an IN-CSE takes every type.
class World {
 public:
  World() : cse(options()) {}

  static cse::CseOptions options() {
    cse::CseOptions options;
    options.type = cse::CseType::In;
    return options;
  }
  onem2m::Response create(const std::string& parent, const ResourceTypeRule& rule, Json attributes) {
    const std::string from = rule.number == type::kAe ? "C" : "CAdmin";
    return cse.create(parent, rule.number, {{std::string(rule.member_name), std::move(attributes)}}, from);
  }

  /// A resource that takes children of that type, made when it is not there yet; empty: none can be made.
  std::string parent_for(int number) {
    const auto known = parents_.find(number);
    if (known != parents_.end()) return known->second;
    for (const int ancestor : way_to(number)) {
      if (ancestor == type::kCseBase) {
        parents_[number] = kBase;
      } else {
        const std::string above = parent_for(ancestor);
        const ResourceTypeRule& rule = *rule_for(ancestor);
        const auto made = create(above, rule, smallest(rule));
        if (rsc(made) != 2001) continue;
        parents_[number] = made.content.begin().value()["ri"];
      }
      return parents_[number];
    }
    return {};
  }

  TestCse cse;

 private:
  static const ResourceTypeRule* rule_for(int number) {
    if (number == type::kMgmtObj) return onem2m::find_resource_type_by_member("m2m:bat");
    if (number == type::kFlexContainer) return onem2m::find_resource_type_by_member("edg:handoverTarget");
    return onem2m::find_resource_type(number);
  }
  /// Types that may be its parent, the CSEBase first, then the simplest.
  static std::vector<int> way_to(int number) {
    static const std::vector<int> kPreferred{type::kCseBase, type::kAe, type::kNode, type::kContainer, type::kSubscription,
                                             type::kTimeSeries, 12, 22, 26, 11, 37, 38, 40, 41, 50, 101, 103, 106};
    std::vector<int> found;
    for (const int parent : kPreferred)
      if (onem2m::find_resource_type(parent)->allows_child(number)) found.push_back(parent);
    return found;
  }

  std::map<int, std::string> parents_;
};

World& world() {
  static World* const kWorld = new World;  // outlives the tests' own objects
  return *kWorld;
}

class EveryType : public testing::TestWithParam<const ResourceTypeRule*> {
 protected:
  void SetUp() override {
    if (!world().cse.cse().core().procedures.has(rule.number)) GTEST_SKIP() << rule.name << " is not implemented";
    parent_ = world().parent_for(rule.number);
    if (parent_.empty()) GTEST_SKIP() << "no parent of " << rule.name << " can be made by a request";
  }
  Json content(Json attributes) const { return {{std::string(rule.member_name), std::move(attributes)}}; }

  const ResourceTypeRule& rule = *GetParam();
  std::string parent_;
};

TEST_P(EveryType, IsCreatedReadChangedAndDeleted) {
  const auto made = world().create(parent_, rule, smallest(rule));
  ASSERT_EQ(rsc(made), 2001) << made.content.dump() << smallest(rule).dump();
  const Json& attributes = made.content.at(std::string(rule.member_name));
  const std::string id = attributes.at("ri");
  EXPECT_EQ(attributes["ty"], rule.number);
  for (const AttributeRule& one : rule.attributes) {
    if (!one.mandatory || comes_later(rule.number, one.short_name)) continue;
    EXPECT_TRUE(attributes.contains(one.short_name)) << "cardinality 1: " << one.short_name;
  }

  const auto read = world().cse.retrieve(id);
  ASSERT_EQ(rsc(read), 2000);
  EXPECT_EQ(read.content.at(std::string(rule.member_name))["ri"], id);
  EXPECT_EQ(rsc(world().cse.retrieve(id, "CStranger")), 4103) << "access control";
  const char* other = rule.number == type::kContainer ? "m2m:acp" : "m2m:cnt";
  EXPECT_EQ(rsc(world().cse.update(id, {{other, Json::object()}})), 4102) << "the member of another type";
  const AttributeRule* labels = rule.find("lbl");
  if (rule.updatable && labels != nullptr && labels->update == Presence::Optional) {
    const auto changed = world().cse.update(id, content({{"lbl", {"tried"}}}));
    ASSERT_EQ(rsc(changed), 2004) << changed.content.dump();
    EXPECT_EQ(world().cse.retrieve(id).content.begin().value()["lbl"], Json({"tried"}));
    EXPECT_EQ(rsc(world().cse.update(id, content({{"noSuchAttribute", 1}}))), 4000);
  }
  EXPECT_EQ(rsc(world().cse.remove(id)), 2002);
  EXPECT_EQ(rsc(world().cse.retrieve(id)), 4004);
}

/// 4000 with a sentence that names the attribute and shows what was wrong with it.
void expect_refusal(const onem2m::Response& answer, const std::string& attribute, const Json& value) {
  EXPECT_EQ(rsc(answer), 4000) << attribute << " = " << value.dump();
  const std::string sentence = answer.content.value("m2m:dbg", std::string{});
  EXPECT_NE(sentence.find(attribute), std::string::npos) << sentence << ": " << attribute << " = " << value.dump();
  const std::string shown = value.is_string() ? base::shown(value.get<std::string>()) : value.is_primitive() ? value.dump() : "";
  EXPECT_NE(sentence.find(shown), std::string::npos) << sentence << ": " << attribute << " = " << value.dump();
}

TEST_P(EveryType, RefusesACreateThatBreaksARule) {
  const Json whole = smallest(rule);
  Json unknown = whole;
  unknown["noSuchAttribute"] = 1;
  expect_refusal(world().create(parent_, rule, unknown), "noSuchAttribute", Json::object());
  const auto try_out = [&](const AttributeRule& one) {
    const std::string name{one.short_name};
    const auto create_with = [&](const Json& value) {
      Json attributes = whole;
      attributes[name] = value;
      return world().create(parent_, rule, attributes);
    };
    if (one.create == Presence::NotPermitted) return expect_refusal(create_with(future_of(one)), name, Json::object());
    if (is_creator(one, rule)) return expect_refusal(create_with("CSomebody"), name, Json::object());
    for (const Json& misfit : misfits(one)) expect_refusal(create_with(misfit), name, misfit);
    if (one.create != Presence::Mandatory) return;
    Json attributes = whole;
    attributes.erase(name);
    expect_refusal(world().create(parent_, rule, attributes), name, Json::object());
  };
  for (const AttributeRule& one : rule.attributes) try_out(one);
  for (const AttributeRule& one : rule.custom_attributes) try_out(one);
}

TEST_P(EveryType, RefusesAnUpdateThatBreaksARule) {
  if (!rule.updatable) return;
  const auto made = world().create(parent_, rule, smallest(rule));
  ASSERT_EQ(rsc(made), 2001) << made.content.dump();
  const std::string id = made.content.begin().value().at("ri");
  const auto refused = [&](const AttributeRule& one, const Json& value, const Json& shown) {
    const std::string name{one.short_name};
    expect_refusal(world().cse.update(id, content({{name, value}})), name, shown);
  };
  const auto try_out = [&](const AttributeRule& one) {
    if (one.update == Presence::NotPermitted) return refused(one, future_of(one), Json::object());
    for (const Json& misfit : misfits(one)) refused(one, misfit, misfit);
    if (one.mandatory && one.short_name != "et") refused(one, nullptr, Json::object());
  };
  for (const AttributeRule& one : rule.attributes) try_out(one);
  for (const AttributeRule& one : rule.custom_attributes) try_out(one);
  EXPECT_EQ(rsc(world().cse.remove(id)), 2002);
}

std::vector<const ResourceTypeRule*> tried_types() {
  std::vector<const ResourceTypeRule*> types;
  const auto add = [&](const ResourceTypeRule& rule) {
    if (rule.creatable && !rule.member_name.empty() && !is_tried_elsewhere(rule.number % type::kAnnounced))
      types.push_back(&rule);
  };
  for (const ResourceTypeRule& rule : onem2m::all_resource_types())
    if (rule.number < type::kAnnounced) add(rule);
  // Of some hundred specialisations of flexContainer the rules of every tenth.
  std::size_t count = 0;
  for (const ResourceTypeRule& rule : tables::specialisations())
    if (rule.number == type::kMgmtObj || (rule.number == type::kFlexContainer && count++ % 10 == 0)) add(rule);
  return types;
}

INSTANTIATE_TEST_SUITE_P(Tables, EveryType, testing::ValuesIn(tried_types()), [](const auto& row) {
  return fmt::format("{}_{}_{}", row.index, row.param->number, row.param->name);
});

TEST(FlexContainerSpecialisations, AreAllCreatable) {
  for (const ResourceTypeRule& rule : tables::specialisations()) {
    if (rule.number != type::kFlexContainer) continue;
    const auto made = world().create(kBase, rule, smallest(rule));
    ASSERT_EQ(rsc(made), 2001) << rule.member_name << made.content.dump();
    EXPECT_EQ(rsc(world().cse.remove(made.content.begin().value().at("ri"))), 2002);
  }
}

TEST(AnnouncedTypes, HaveTheRulesOfTheirTables) {
  for (const ResourceTypeRule& rule : onem2m::all_resource_types()) {
    if (rule.number < type::kAnnounced || !rule.creatable) continue;
    EXPECT_TRUE(world().cse.cse().core().procedures.has(rule.number)) << rule.name;
  }
}

}  // namespace
}  // namespace edgecse::test
