// SPDX-License-Identifier: Apache-2.0
//
// Any sequence of valid requests leaves counters, stateTags, parents and the outbox as a naive reference says, also when the
// process dies at any step: what was answered is there, what was not is there whole or not at all, and every notification
// that is owed arrives, in order, told apart by rqi.
#include <gtest/gtest.h>

#include <set>

#include "sim/reference_cse.hpp"
#include "support/cse_network.hpp"

namespace edgecse::sim {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;
using test::CseNetwork;
using Kind = Operation::Kind;

constexpr const char* kSink = "mem://sink";
constexpr const char* kAe = "cse-in/dev";

class Story {
 public:
  explicit Story(std::uint64_t seed) : dice_(seed) {
    network_.random = base::SeededRandom(seed);
    network_.add_sink(kSink, [this](const onem2m::Request& request) { return receive(request); });
    cse::CseOptions options;
    options.type = cse::CseType::In;
    options.id = "/in";
    options.name = "cse-in";
    cse_ = &network_.add(options);
    cse_->create("cse-in", 2, {{"m2m:ae", {{"rn", "dev"}, {"api", "Ntest"}, {"rr", true}, {"srv", {"3"}}}}}, "Cdev");
  }

  /// Returns how many notifications arrived.
  std::size_t play(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) {
      const Operation operation = choose();
      SCOPED_TRACE("step " + std::to_string(i) + ", kind " + std::to_string(static_cast<int>(operation.kind)) + " at " +
                   operation.target + " name " + operation.name + " text " + operation.text);
      if (dice_.below(8) == 0) {
        die_in(operation);
      } else {
        const int expected = model_.apply(operation);
        EXPECT_EQ(test_rsc(cse_->ask(request_for(operation))), expected);
        compare();
      }
      learn_identities();
      network_.advance(std::chrono::milliseconds(dice_.below(2'000)));
    }
    reliable_ = true;
    network_.advance(10min);
    EXPECT_EQ(rows(store::Table::Outbox), 0U) << "the outbox holds what nobody waits for";
    EXPECT_EQ(heard_, expected_by_id());
    return seen_.size();
  }

 private:
  static int test_rsc(const onem2m::Response& response) { return onem2m::to_number(response.status); }

  Operation choose() {
    std::vector<std::string> known;
    for (const auto& [address, container] : model_.containers) known.push_back(address);
    const auto any = [&] { return known[dice_.below(known.size())]; };
    const std::string name = std::string(1, static_cast<char>('a' + dice_.below(4)));
    if (known.empty() || dice_.below(8) == 0) {
      const bool below_ae = known.empty() || dice_.below(2) == 0;
      return {Kind::AddContainer, below_ae ? std::string(kAe) : any(), name, {}, 0};
    }
    const std::string text = std::to_string(++contents_) + std::string(dice_.below(6), 'x');
    switch (dice_.below(14)) {
      case 0: return {Kind::Label, any(), {}, text, 0};
      case 1: return {Kind::Limit, any(), {}, {}, static_cast<int>(dice_.below(4))};
      case 2: return dice_.below(3) == 0 ? Operation{Kind::Remove, any(), {}, {}, 0} : Operation{Kind::Label, any(), {}, text, 0};
      case 3: return {Kind::RemoveLatest, any(), {}, {}, 0};
      case 4: return {Kind::RemoveOldest, any(), {}, {}, 0};
      case 5:
      case 6:
      case 7: return {Kind::Subscribe, any(), "s" + name, {}, static_cast<int>(1 + dice_.below(4))};
      case 8: return {Kind::Unsubscribe, any(), "s" + name, {}, 0};
      default: return {Kind::AddInstance, any(), {}, text, 0};
    }
  }

  onem2m::Request request_for(const Operation& operation) {
    onem2m::Request request;
    request.from = "Cdev";
    request.to = operation.target;
    request.request_identifier = "p" + std::to_string(++requests_);
    request.release_version = "3";
    const auto create = [&](int type, Json content) {
      request.operation = onem2m::Operation::Create;
      request.resource_type = type;
      request.content = std::move(content);
    };
    const auto update = [&](Json content) {
      request.operation = onem2m::Operation::Update;
      request.content = std::move(content);
    };
    const auto remove = [&](const std::string& below) {
      request.operation = onem2m::Operation::Delete;
      request.to += below;
    };
    switch (operation.kind) {
      case Kind::AddContainer: create(3, {{"m2m:cnt", {{"rn", operation.name}}}}); break;
      case Kind::AddInstance: create(4, {{"m2m:cin", {{"con", operation.text}}}}); break;
      case Kind::Label: update({{"m2m:cnt", {{"lbl", {operation.text}}}}}); break;
      case Kind::Limit: update({{"m2m:cnt", {{"mni", operation.number == 0 ? Json{} : Json(operation.number)}}}}); break;
      case Kind::Remove: remove(""); break;
      case Kind::RemoveLatest: remove("/la"); break;
      case Kind::RemoveOldest: remove("/ol"); break;
      case Kind::Subscribe:
        create(23, {{"m2m:sub", {{"rn", operation.name}, {"nu", {kSink}}, {"enc", {{"net", {operation.number}}}}}}});
        break;
      case Kind::Unsubscribe: remove('/' + operation.name); break;
    }
    return request;
  }

  // The process dies after any number of its steps. An answer binds; without one either is right, but whole.
  void die_in(const Operation& operation) {
    ReferenceCse done = model_;
    const int expected = done.apply(operation);
    int answered = 0;
    cse_->cse().handle(request_for(operation), [&answered](const onem2m::Response& response) { answered = test_rsc(response); });
    for (std::uint64_t steps = dice_.below(12); steps > 0; --steps) network_.time.run_one();
    cse_->restart();
    if (answered != 0) {
      EXPECT_EQ(answered, expected);
      model_ = std::move(done);
    } else if (state() == state_of(done)) {
      model_ = std::move(done);
    }
    compare();
  }

  // --- both sides as values -------------------------------------------------------------------------------------------
  static Json state_of(const ReferenceCse& model) {
    Json all = Json::object();
    for (const auto& [address, container] : model.containers) {
      Json subscriptions = Json::array();
      for (const auto& [name, subscription] : container.subscriptions) subscriptions.push_back(name);
      all[address] = {{"st", container.state_tag}, {"cni", container.instances.size()}, {"cbs", container.bytes()},
                      {"lbl", container.label}, {"mni", container.limit}, {"con", container.instances}, {"sub", subscriptions}};
    }
    return all;
  }
  Json state() {
    const cse::Tree tree = cse_->tree();
    Json all = Json::object();
    tree.for_each([&](const cse::ResourcePtr& resource) {
      if (resource->type != 3) return;
      EXPECT_TRUE(tree.find(resource->parent)) << "a container without its parent";
      const Json& attributes = resource->attributes;
      Json subscriptions = Json::array();
      for (const cse::ResourcePtr& child : tree.children(resource->id))
        if (child->type == 23) subscriptions.push_back(child->name);
      std::sort(subscriptions.begin(), subscriptions.end());
      all[tree.structured_address(resource->id)] = {
          {"st", attributes.value("st", 0)}, {"cni", attributes.value("cni", 0)}, {"cbs", attributes.value("cbs", 0)},
          {"lbl", attributes.contains("lbl") ? attributes["lbl"][0] : Json("")}, {"mni", attributes.value("mni", 0)},
          {"con", instances_of(tree.structured_address(resource->id))}, {"sub", subscriptions}};
    });
    return all;
  }
  Json instances_of(const std::string& address) {
    onem2m::Request request;
    request.operation = onem2m::Operation::Retrieve;
    request.to = address;
    request.from = "Cdev";
    request.release_version = "3";
    request.result_content = 8;
    request.filter_criteria.resource_types = {4};
    request.filter_criteria.level = 1;
    const Json content = cse_->ask(std::move(request)).content;
    Json contents = Json::array();
    for (const Json& instance : content["m2m:cnt"].value("m2m:cin", Json::array())) contents.push_back(instance["con"]);
    return contents;
  }
  void compare() { EXPECT_EQ(state(), state_of(model_)); }

  std::size_t rows(store::Table table) { return cse_->cse().loop().store().scan(table, "", "", 100'000)->size(); }

  // --- notifications --------------------------------------------------------------------------------------------------
  // Which subscription of the model has which ri; names come again, orders do not.
  void learn_identities() {
    for (const auto& [address, container] : model_.containers)
      for (const auto& [name, subscription] : container.subscriptions) {
        const std::string key = address + '/' + name + '@' + std::to_string(subscription.order);
        if (ids_.contains(key)) continue;
        const Json content = cse_->retrieve(address + '/' + name, "Cdev").content;
        ids_[key] = content["m2m:sub"].value("ri", "");
      }
  }
  std::map<std::string, std::vector<std::string>> expected_by_id() {
    std::map<std::string, std::vector<std::string>> expected;
    for (const auto& [key, list] : model_.owed) expected[ids_[key]] = list;
    return expected;
  }
  std::optional<onem2m::Response> receive(const onem2m::Request& request) {
    const Json& notification = request.content["m2m:sgn"];
    const std::string id = notification["sur"].get<std::string>().substr(4);
    if (seen_.insert(request.request_identifier).second) {
      const Json& event = notification["nev"];
      const Json& representation = event["rep"];
      const std::string member = representation.begin().key().substr(4);
      heard_[id].push_back(std::to_string(event["net"].get<int>()) + ' ' + member + ' ' +
                           representation.begin()->at(member == "cin" ? "con" : "rn").get<std::string>());
      EXPECT_EQ(request.request_identifier, id + '-' + std::to_string(heard_[id].size())) << "out of order";
    }
    onem2m::Response ok;
    ok.request_identifier = request.request_identifier;
    if (!reliable_ && dice_.below(6) == 0) return std::nullopt;  // heard, but the answer is lost
    if (!reliable_ && dice_.below(6) == 0)
      return onem2m::make_error_response(request, onem2m::ResponseStatus::TargetNotReachable, "not now");
    return ok;
  }

  CseNetwork network_;
  base::SeededRandom dice_;
  CseNetwork::Node* cse_;
  ReferenceCse model_;
  std::map<std::string, std::string> ids_;
  std::map<std::string, std::vector<std::string>> heard_;
  std::set<std::string> seen_;
  bool reliable_ = false;
  int contents_ = 0;
  int requests_ = 0;
};

TEST(AnySequenceOfRequests, LeavesWhatANaiveReferenceSays) {
  std::size_t notified = 0;
  for (std::uint64_t seed = 1; seed <= 12 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    notified += Story(seed).play(100);
  }
  EXPECT_GT(notified, 200U) << "stories in which little happens show little";
}

}  // namespace
}  // namespace edgecse::sim
