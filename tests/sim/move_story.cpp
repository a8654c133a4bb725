// SPDX-License-Identifier: Apache-2.0
#include "sim/move_story.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "cse/rows.hpp"
#include "sim/sim_world.hpp"
#include "support/cse_options.hpp"

namespace edgecse::sim {
namespace {

using cse::handover::Role;
using onem2m::Operation;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseStatus;
using namespace std::chrono_literals;

const std::string kUnit = "CCar7";
const std::string kAe = "cse-mn/car7";
constexpr int kKeptCommands = 6;  // older ones are evicted: an old copy must not bring them back

class Story {
 public:
  Story(std::uint64_t seed, const cse::handover::TestFaults& faults, bool verbose)
      : seed_(seed), faults_(faults), verbose_(verbose), world_(seed) {}

  StoryResult tell() {
    choose();
    build();
    if (!set_up()) {
      violate("the set-up did not work");
      return finish();
    }
    world_.check = [this] { check_owners(); };
    device_turn();
    command_turn();
    disturb();
    world_.run_for(chaos_);
    calm();
    check_end();
    return finish();
  }

 private:
  // --- the cast
  void choose() {
    // Every other seed has one kind of trouble only, so that each is also seen alone.
    const std::uint64_t kind = seed_ % 10;
    const bool all = kind == 7 || kind == 9;
    old_messages_ = kind == 8 || kind == 9;
    Chances& c = planned_;
    if (kind == 1 || all) c.drop = 300;
    if (kind == 2 || all) c.duplicate = 1'000;
    if (kind == 3 || all) c.late = 500;
    crashes_ = kind == 4 || kind == 6 || all;
    if (kind == 5 || all) c.crash_before_commit = c.crash_after_commit = 30;
    partitions_ = kind == 6 || all;
    in_is_cut_ = kind == 0 && (seed_ / 10) % 2 == 0;
    crashes_ |= in_is_cut_ && (seed_ / 20) % 2 == 0;
    calm_from_the_start_ = kind == 0 && !in_is_cut_;
    edges_ = world_.random.below(3) == 0 ? 3 : 2;
    switching_ = world_.random.below(4) * 1'000;
    instances_ = 5 + static_cast<int>(world_.random.below(40));
    bulky_ = world_.random.below(4) == 0;
    if (old_messages_) choose_old_messages();
  }
  /// Nothing may rest on how long a message takes or how patient somebody is.
  void choose_old_messages() {
    const auto up_to = [this](std::uint64_t milliseconds) {
      return std::chrono::milliseconds{milliseconds / 10 + world_.random.below(milliseconds)};
    };
    // One kind at a time: all together, hardly a move would be made.
    switch (world_.random.below(3)) {
      case 0:
        planned_.move_cut = 400;
        break;
      case 1:
        planned_.move_late = 3'000;
        replays_ = false;  // an old PREPARE may heal what went wrong
        break;
      default:
        planned_.doom = 800;
    }
    world_.limits.abandon_after = up_to(300);
    world_.limits.ask_after = up_to(500);
    world_.limits.frozen_within = up_to(3'000);
    world_.limits.first_retry = up_to(100);
    world_.answer_within = up_to(600);
    pause_ = world_.random.below(2) == 0 ? 10ms : 100ms;
    bulky_ = false;
  }

  void build() {
    world_.add(test::in_cse_options());
    for (int i = 1; i <= edges_; ++i) {
      auto edge = test::edge_cse_options("/mn" + std::to_string(i));
      for (int k = 1; k <= edges_; ++k)
        if (k != i) edge.mobility.peers.push_back("/mn" + std::to_string(k));
      edge.mobility.guard_time = 600s;
      edge.request_expiration = 5s;
      world_.add(edge, faults_);
      names_.push_back(edge.id);
    }
    world_.sinks["app"] = [this](const Request& request) { return application(request); };
    world_.sinks["dev"] = [this](const Request& request) { return device(request); };
    world_.run_for(3s);
  }

  Response ask(const std::string& node, Request request) {
    if (request.request_identifier.empty()) request.request_identifier = "s" + std::to_string(++requests_);
    request.release_version = "3";
    Response answer;
    bool answered = false;
    world_.transmit("setup", node, std::move(request), [&](const Response& response) {
      answer = response;
      answered = true;
    });
    while (!answered && world_.step()) {
    }
    return answer;
  }
  bool create(const std::string& node, const std::string& parent, int type, Json content, const std::string& from) {
    Request request;
    request.operation = Operation::Create;
    request.to = parent;
    request.from = from;
    request.resource_type = type;
    request.content = std::move(content);
    const Response answer = ask(node, std::move(request));
    if (answer.status == ResponseStatus::Created) return true;
    std::printf("seed %llu: set-up of %s: %d %s\n", static_cast<unsigned long long>(seed_), parent.c_str(),
                onem2m::to_number(answer.status), answer.content.dump().c_str());
    return false;
  }

  bool set_up() {
    const Json rule{{"acor", {"/in/CApp", kUnit}}, {"acop", 63}};
    const Json policy{
        {"rn", "acp1"}, {"pv", {{"acr", {rule}}}}, {"pvs", {{"acr", {{{"acor", {"CAdmin"}}, {"acop", 63}}}}}}};
    bool good = create(
        "/in", "cse-in", 2,
        {{"m2m:ae", {{"rn", "app"}, {"api", "Napp"}, {"rr", true}, {"srv", {"3"}}, {"poa", {"sim:app"}}}}}, "CApp");
    good = good && create("/mn1", "cse-mn", 1, {{"m2m:acp", policy}}, "CAdmin");
    good = good && create("/mn1", "cse-mn", 2,
                          {{"m2m:ae",
                            {{"rn", "car7"},
                             {"api", "Ncar"},
                             {"rr", true},
                             {"srv", {"3"}},
                             {"poa", {"sim:dev"}},
                             {"lbl", {"Credential-ID:car7"}}}}},
                          kUnit);
    good = good && create("/mn1", kAe, 3, {{"m2m:cnt", {{"rn", "data"}, {"acpi", {"cse-mn/acp1"}}}}}, kUnit);
    good = good && create("/mn1", kAe, 3,
                          {{"m2m:cnt", {{"rn", "cmd"}, {"mni", kKeptCommands}, {"acpi", {"cse-mn/acp1"}}}}}, kUnit);
    good = good && create("/mn1", kAe + "/cmd", 23,
                          {{"m2m:sub", {{"rn", "sub"}, {"enc", {{"net", {3}}}}, {"nu", {kUnit}}, {"nct", 1}}}}, kUnit);
    good = good &&
           create("/in", "/mn1/" + kAe + "/data", 23,
                  {{"m2m:sub", {{"rn", "sub"}, {"enc", {{"net", {3}}}}, {"nu", {"/in/CApp"}}, {"nct", 1}}}}, "CApp");
    if (!good) return false;
    world_.run_for(1s);  // the directory learns of it: traffic that comes elsewhere sooner is refused
    for (const auto& [id, row] : world_.node("/mn1").disk->tables[0]) {
      const auto resource = cse::rows::decode_resource(row);
      if (resource && resource->unit == kUnit) original_[id] = resource->name;
    }
    return true;
  }

  // --- the device
  std::string payload(int number) const {
    return "m" + std::to_string(number) + (bulky_ ? std::string(6'000, 'x') : std::string{});
  }
  static int number_of(const Json& content) {
    return content.is_string() ? std::atoi(content.get_ref<const std::string&>().c_str() + 1) : 0;
  }

  void device_turn() {
    if (next_message_ > instances_ && calm_ && sent_message_ != next_message_) return;
    sent_message_ = next_message_;
    Request request;
    request.operation = Operation::Create;
    request.to = kAe + "/data";
    request.from = kUnit;
    request.resource_type = 4;
    request.request_identifier = "dev-" + std::to_string(next_message_);
    request.release_version = "3";
    request.content = {{"m2m:cin", {{"con", payload(next_message_)}}}};
    if (world_.chance(switching_)) {
      device_at_ = names_[world_.random.below(names_.size())];
      if (world_.random.below(2) == 0) return register_turn();
    }
    auto turn = std::make_shared<bool>(false);
    const int number = next_message_;
    const auto answered = [this, turn, number](const Response& response) {
      never_unknown("m" + std::to_string(number), response);
      if (onem2m::is_success(response.status) && number == next_message_) {
        acknowledged(number);
        ++next_message_;
      } else if (verbose_ && !onem2m::is_success(response.status)) {
        std::printf("%9.3f  m%d at %s: %d %s\n", seconds(), number, device_at_.c_str(),
                    onem2m::to_number(response.status), response.content.dump().substr(0, 120).c_str());
      }
      if (std::exchange(*turn, true)) return;
      const base::Duration pause = onem2m::is_success(response.status) ? pause_ : 3 * pause_;
      world_.time.run_after(pause, [this] { device_turn(); });
    };
    world_.transmit("dev", device_at_, request, answered);
    // A bad device asks several at once.
    if (world_.chance(switching_ / 4))
      world_.transmit("dev", names_[world_.random.below(names_.size())], request, answered);
  }

  /// The device follows a trigger: it registers where it came to, with the credential that the unit knows.
  void register_turn() {
    Request request;
    request.operation = Operation::Create;
    request.to = "cse-mn";
    request.from = kUnit;
    request.resource_type = 2;
    request.request_identifier = "reg-" + std::to_string(++registrations_);
    request.release_version = "3";
    request.content = {{"m2m:ae",
                        {{"rn", "car7"},
                         {"api", "Ncar"},
                         {"rr", true},
                         {"srv", {"3"}},
                         {"poa", {"sim:dev"}},
                         {"lbl", {"Credential-ID:car7"}}}}};
    world_.transmit("dev", device_at_, request, [this](const Response& response) {
      if (verbose_)
        std::printf("%9.3f  registration at %s: %d\n", seconds(), device_at_.c_str(),
                    onem2m::to_number(response.status));
      device_turn();
    });
  }

  void acknowledged(int number) {
    acknowledged_ = std::max(acknowledged_, number);
    if (verbose_) std::printf("%9.3f  m%d acknowledged at %s\n", seconds(), number, device_at_.c_str());
    const Node* owner = authority();
    if (owner == nullptr)
      return violate("HR-2: nobody owns the unit when m" + std::to_string(number) + " is acknowledged");
    const auto list = contents(*owner, "data");
    if (std::count(list.begin(), list.end(), number) != 1)
      violate("HR-4: m" + std::to_string(number) + " is acknowledged but " + owner->options.id +
              ", the owner, has it " + std::to_string(std::count(list.begin(), list.end(), number)) + " times");
  }

  std::optional<Response> device(const Request& request) {
    const Json& sgn = request.content.value("m2m:sgn", Json::object());
    if (sgn.contains("nev"))
      commands_seen_[number_of(sgn["nev"]["rep"]["m2m:cin"]["con"])].insert(request.request_identifier);
    return Response{};
  }

  /// The containers are there all the time, wherever that is.
  void never_unknown(const std::string& what, const Response& response) {
    if (response.status == ResponseStatus::NotFound)
      violate("HR-8: " + what + " is refused as unknown: " + response.content.dump());
  }

  // --- the application at the IN-CSE
  void command_turn() {
    if (calm_ && next_command_ > 5 && sent_command_ != next_command_) return;
    sent_command_ = next_command_;
    Request request;
    request.operation = Operation::Create;
    request.to = "/mn1/" + kAe + "/cmd";
    request.from = "CApp";
    request.resource_type = 4;
    request.request_identifier = "cmd-" + std::to_string(next_command_);
    request.release_version = "3";
    request.content = {{"m2m:cin", {{"con", "c" + std::to_string(next_command_)}}}};
    world_.transmit("app", "/in", request, [this, number = next_command_](const Response& response) {
      never_unknown("c" + std::to_string(number), response);
      if (onem2m::is_success(response.status)) {
        commanded_ = number;
        ++next_command_;
        if (verbose_) std::printf("%9.3f  c%d acknowledged\n", seconds(), number);
      } else if (verbose_) {
        std::printf("%9.3f  c%d: %d %s\n", seconds(), number, onem2m::to_number(response.status),
                    response.content.dump().substr(0, 120).c_str());
      }
      world_.time.run_after(400ms, [this] { command_turn(); });
    });
  }
  std::optional<Response> application(const Request& request) {
    const Json& sgn = request.content.value("m2m:sgn", Json::object());
    if (sgn.contains("nev")) {
      notified_[number_of(sgn["nev"]["rep"]["m2m:cin"]["con"])].insert(request.request_identifier);
      if (++received_[request.request_identifier] > 1 && calm_from_the_start_)
        violate("a notification came twice although nothing went wrong: " + request.request_identifier);
    }
    return Response{};
  }

  // --- trouble
  double seconds() const {
    return std::chrono::duration<double>(world_.time.monotonic_now().time_since_epoch()).count();
  }
  void disturb() {
    world_.chances = planned_;
    if (in_is_cut_) {
      const auto cut_all = [this](bool cut) {
        for (const std::string& name : names_) cut ? world_.cut("/in", name) : world_.join("/in", name);
      };
      cut_all(true);
    }
    trigger_turn();
    if (crashes_) crash_turn();
    if (partitions_) partition_turn();
    if (old_messages_ && replays_) replay_turn();
    revive_turn();
  }
  void replay_turn() {
    if (calm_) return;
    world_.replay();
    world_.time.run_after(base::Duration{world_.random.below(60'000)}, [this] { replay_turn(); });
  }
  void trigger_turn() {
    if (calm_) return;
    std::string from = names_[world_.random.below(names_.size())];
    const std::string to = names_[world_.random.below(names_.size())];
    if (const Node* owner = world_.random.below(3) != 0 ? authority() : nullptr) from = owner->options.id;
    Node& node = world_.node(from);
    if (verbose_) std::printf("%9.3f  trigger %s -> %s\n", seconds(), from.c_str(), to.c_str());
    if (node.alive && node.mobility) node.mobility->trigger_move(kUnit, to, "ams");
    world_.time.run_after(base::Duration{world_.random.below(1'500'000)}, [this] { trigger_turn(); });
  }
  void crash_turn() {
    world_.time.run_after(base::Duration{world_.random.below(3'000'000)}, [this] {
      if (calm_) return;
      Node& node = world_.node(world_.random.below(6) == 0 ? "/in" : names_[world_.random.below(names_.size())]);
      if (verbose_) std::printf("%9.3f  crash of %s\n", seconds(), node.options.id.c_str());
      node.die();
      crash_turn();
    });
  }
  void revive_turn() {
    for (auto& [id, node] : world_.nodes())
      if (!node->alive && (calm_ || world_.random.below(4) == 0)) {
        if (verbose_) std::printf("%9.3f  restart of %s\n", seconds(), id.c_str());
        node->start();
      }
    if (calm_) return;  // nobody dies any more
    world_.time.run_after(old_messages_ ? 40ms : 200ms, [this] { revive_turn(); });
  }
  void partition_turn() {
    world_.time.run_after(base::Duration{world_.random.below(4'000'000)}, [this] {
      if (calm_) return;
      std::vector<std::string> all = names_;
      all.push_back("/in");
      const std::string a = all[world_.random.below(all.size())], b = all[world_.random.below(all.size())];
      if (a != b) world_.cut(a, b);
      world_.time.run_after(base::Duration{world_.random.below(3'000'000)}, [this, a, b] { world_.join(a, b); });
      partition_turn();
    });
  }
  void calm() {
    if (in_is_cut_ && !crashes_) {  // HR-14; where machines die, each trigger may meet one that is down
      int moves = 0;
      for (const std::string& name : names_) moves += world_.node(name).moves_out;
      if (moves == 0) violate("HR-14: with the IN-CSE cut off no move between the edges was made");
    }
    calm_ = true;
    world_.chances = {};
    for (auto& [id, node] : world_.nodes()) node->doom = Node::Doom::None;
    world_.limits = {};  // of those that are started from now on; impatience alone must not stop the rest either
    world_.cuts.clear();
    switching_ = 0;
    world_.run_for(90s);
    change_policy();
    for (int i = 0; i < 20 && (acknowledged_ < instances_ || commanded_ < 5); ++i) world_.run_for(10s);
    world_.run_for(760s);  // the guard time passes, and what is not needed any more is swept away
  }
  /// The rules of whoever is away follow those at the policy's home.
  void change_policy() {
    Request request;
    request.operation = Operation::Update;
    request.to = "cse-mn/acp1";
    request.from = "CAdmin";
    request.content = {{"m2m:acp", {{"pv", {{"acr", {{{"acor", {"/in/CApp", "/in/CLater", kUnit}}, {"acop", 63}}}}}}}}};
    if (ask("/mn1", request).status != ResponseStatus::Updated) violate("the policy cannot be changed at its home");
  }
  void check_policies(Node& owner) {
    for (const std::string& name : names_) {
      const auto tree = world_.node(name).cse->loop().snapshot()->tree;
      std::vector<cse::ResourcePtr> policies;
      for (const auto& child : tree.children(name.substr(1)))
        if (child->type == 1) policies.push_back(child);
      const bool expected = name == "/mn1" || name == owner.options.id;
      if (policies.size() != (expected ? 1U : 0U))
        violate("HR-3: " + std::to_string(policies.size()) + " access control policies at " + name);
      for (const auto& policy : policies)
        if (policy->attributes["pv"].dump().find("/in/CLater") == std::string::npos)
          violate("HR-3: " + name + " does not know the rules as they are now: " + policy->attributes["pv"].dump());
    }
  }

  // --- what must hold
  void violate(const std::string& what) {
    if (result_.violations.size() < 5) result_.violations.push_back(what + " (at " + std::to_string(seconds()) + " s)");
  }
  /// Whose copy counts: the owner's; between MOVED and OWNER(n+1) that of the CSE which gave it away last.
  Node* authority() {
    Node* best = nullptr;
    std::uint64_t best_rank = 0;
    for (const std::string& name : names_) {
      Node& node = world_.node(name);
      const auto row = node.row(kUnit);
      const bool owner = row ? row->role == Role::Owner : node.has_resource(kUnit);
      if (!owner && !(row && row->role == Role::Moved && !row->dropped)) continue;
      const std::uint64_t rank = 2 * (row ? row->epoch : 0) + (owner ? 1 : 0);
      if (best != nullptr && rank < best_rank) continue;
      best = &node;
      best_rank = rank;
    }
    return best;
  }
  void check_owners() {
    std::string owners;
    int count = 0;
    bool moving = false;  // then machines die more often
    for (const std::string& name : names_) {
      Node& node = world_.node(name);
      const auto row = node.row(kUnit);
      const bool owner = row ? row->role == Role::Owner : node.has_resource(kUnit);
      count += owner;
      moving |= row && (row->source || row->target || row->grant_pending);
      if (owner) owners += name + (row ? "(" + std::to_string(row->epoch) + ") " : "(0) ");
    }
    world_.chances.crash_before_commit = planned_.crash_before_commit * (moving && !calm_ ? 8 : calm_ ? 0 : 1);
    world_.chances.crash_after_commit = planned_.crash_after_commit * (moving && !calm_ ? 8 : calm_ ? 0 : 1);
    if (count > 1) violate("HR-2: several CSEs own the unit: " + owners);
    const Node* owner = authority();
    if (owner == nullptr) return violate("HR-9: nobody has the unit");
    std::vector<int> times(static_cast<std::size_t>(acknowledged_) + 1, 0);
    for (const int number : contents(*owner, "data"))
      if (number > 0 && number <= acknowledged_) ++times[static_cast<std::size_t>(number)];
    for (int number = 1; number <= acknowledged_; ++number)
      if (const int found = times[static_cast<std::size_t>(number)]; found != 1)
        return violate("HR-4: " + owner->options.id + " has the unit, and the acknowledged m" + std::to_string(number) +
                       " " + std::to_string(found) + " times");
  }
  /// Numbers of the instances on disk, in order.
  std::vector<int> contents(const Node& node, const std::string& container) const {
    std::string id;
    for (const auto& [ri, name] : original_)
      if (name == container) id = ri;
    std::vector<int> list;
    const auto& rows = node.disk->tables[static_cast<std::size_t>(store::Table::Instances)];
    const auto end = rows.lower_bound(cse::rows::instances_end(id));
    for (auto row = rows.lower_bound(cse::rows::instance_key(id, 0)); row != end; ++row) {
      // The text is cheaper to search than to parse: this is done after every commit.
      const std::size_t at = row->second.find("\"con\":\"");
      if (at != std::string::npos) list.push_back(std::atoi(row->second.c_str() + at + 8));
    }
    return list;
  }

  void check_end() {
    int owners = 0;
    for (const std::string& name : names_) {
      const auto row = world_.node(name).row(kUnit);
      if (!row) {
        owners += world_.node(name).has_resource(kUnit);
        continue;
      }
      owners += row->role == Role::Owner;
      if (row->source || row->target) violate("HR-9: a context is still open at " + name);
      if (row->grant_pending) violate("HR-9: GRANT is still pending at " + name);
      if (!row->release_pending.empty()) violate("HR-9: RELEASED is still pending at " + name);
      if (row->directory_pending) violate("the directory was not told by " + name);
      if (row->role == Role::Moved && world_.node(name).has_resource(kUnit))
        violate("the old copy was not dropped at " + name + ": " + cse::handover::encode(*row));
      if (world_.node(name).handover && world_.node(name).handover->parked() != 0)
        violate("requests are parked for ever at " + name);
    }
    if (owners != 1) violate("HR-9: " + std::to_string(owners) + " owners at the end");
    Node* owner = authority();
    if (owner == nullptr) return;
    check_data(*owner);
    check_notifications(*owner);
    check_policies(*owner);
    check_directory(*owner);
  }
  void check_data(Node& owner) {
    const auto list = contents(owner, "data");
    std::vector<int> expected;
    for (int i = 1; i <= static_cast<int>(acknowledged_); ++i) expected.push_back(i);
    if (acknowledged_ < instances_)
      violate("HR-9: the device is not served in the end: m" + std::to_string(acknowledged_));
    if (list != expected)
      violate("HR-4: the container holds " + std::to_string(list.size()) + " instances that are not m1..m" +
              std::to_string(acknowledged_) + " in order");
    const auto commands = contents(owner, "cmd");
    expected.clear();
    for (int i = std::max(1, commanded_ - kKeptCommands + 1); i <= commanded_; ++i) expected.push_back(i);
    if (commanded_ < 5) violate("HR-7: the application's commands do not arrive");
    if (commands != expected) violate("HR-4: commands are lost, doubled, back or out of order");
    for (const auto& [id, name] : original_)
      if (!owner.has_resource(id)) violate("HR-3: " + name + " is missing at " + owner.options.id);
    if (!owner.cse->loop().snapshot()->tree.find(kUnit)) return violate("HR-1: the AE is not in the tree");
    Request request;
    request.operation = Operation::Retrieve;
    request.to = "/mn1/" + kAe + "/data/la";
    request.from = "CApp";
    const Response latest = ask("/in", request);
    if (latest.status != ResponseStatus::Ok || number_of(latest.content["m2m:cin"]["con"]) != acknowledged_)
      violate("HR-1: /mn1/" + kAe +
              "/data/la is not answered with the latest instance: " + std::to_string(onem2m::to_number(latest.status)));
  }
  void check_notifications(Node&) {
    for (int i = 1; i <= acknowledged_; ++i) {
      if (notified_[i].empty()) violate("HR-4: the application was not notified of m" + std::to_string(i));
      if (notified_[i].size() > 1) violate("HR-4: m" + std::to_string(i) + " was notified under several identifiers");
    }
    std::set<std::string> identifiers;
    std::size_t count = 0;
    for (const auto& [number, ids] : notified_) {
      identifiers.insert(ids.begin(), ids.end());
      count += ids.size();
    }
    if (identifiers.size() != count) violate("HR-4: one identifier for two notifications");
    for (int i = 1; i <= commanded_; ++i)
      if (commands_seen_[i].size() != 1)
        violate("HR-7: the device was told c" + std::to_string(i) + " under " +
                std::to_string(commands_seen_[i].size()) + " identifiers");
  }
  void check_directory(Node& owner) {
    const auto row = owner.row(kUnit);
    const auto tree = world_.node("/in").cse->loop().snapshot()->tree;
    const auto directory = tree.child("in", "directory");
    const auto entry = directory ? tree.child(directory->id, "mn1." + kUnit) : nullptr;
    if (!entry) return violate("the directory does not know the AE");
    if (entry->text("svcs") != owner.options.id ||
        entry->number("rgep") != static_cast<std::int64_t>(row ? row->epoch : 0))
      violate("the directory names " + entry->text("svcs") + " in epoch " + std::to_string(entry->number("rgep")) +
              ", but it is " + owner.options.id + " in " + std::to_string(row ? row->epoch : 0));
  }

  StoryResult finish() {
    for (const std::string& name : names_) result_.moves += world_.node(name).moves_in;
    result_.messages = acknowledged_;
    result_.commands = commanded_;
    result_.steps = world_.steps;
    return result_;
  }

  const std::uint64_t seed_;
  const cse::handover::TestFaults faults_;
  const bool verbose_;
  World world_;
  Chances planned_;
  base::Duration pause_ = 100ms;  // between two messages of the device
  bool old_messages_ = false, replays_ = true, calm_from_the_start_ = false;
  bool crashes_ = false, partitions_ = false, in_is_cut_ = false, calm_ = false, bulky_ = false;
  int edges_ = 2, instances_ = 20;
  std::uint64_t switching_ = 0;
  base::Duration chaos_ = 12s;
  std::vector<std::string> names_;
  int requests_ = 0, registrations_ = 0, next_message_ = 1, acknowledged_ = 0, next_command_ = 1, commanded_ = 0,
      sent_message_ = 0, sent_command_ = 0;
  std::string device_at_ = "/mn1";
  std::map<std::string, std::string> original_;                    // ri -> rn
  std::map<int, std::set<std::string>> notified_, commands_seen_;  // number -> identifiers
  std::map<std::string, int> received_;                            // identifier of a notification -> times
  StoryResult result_;
};

}  // namespace

StoryResult tell_story(std::uint64_t seed, const cse::handover::TestFaults& faults, bool verbose) {
  return Story(seed, faults, verbose).tell();
}

}  // namespace edgecse::sim
