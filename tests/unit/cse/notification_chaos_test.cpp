// SPDX-License-Identifier: Apache-2.0
//
// What is acknowledged is notified, in order, whatever breaks in between: seeds decide which CSE dies and which line is cut
// when. Receivers tell notifications apart by rqi.
#include <gtest/gtest.h>

#include "support/cse_network.hpp"
#include "support/cse_options.hpp"

namespace edgecse::test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

class Story {
 public:
  explicit Story(std::uint64_t seed) : dice_(seed) {
    network_.random = base::SeededRandom(seed);
    network_.add_sink("mem://app", [this](const onem2m::Request& request) { return receive(request); });
    in_ = &network_.add(in_cse_options());
    mn_ = &network_.add(edge_cse_options());
    network_.run_until([this] { return mn_->cse().registrar_up(); });
    const Json ae{{"api", "Ntest"}, {"rr", true}, {"srv", {"3"}}};
    Json app = ae;
    app.update({{"rn", "app"}, {"poa", {"mem://app"}}});
    in_->create("cse-in", 2, {{"m2m:ae", app}}, "Capp");
    mn_->create("cse-mn", 2, {{"m2m:ae", {{"rn", "dev"}, {"api", "Ntest"}, {"rr", true}, {"srv", {"3"}}}}}, "Cdev");
    mn_->create("cse-mn/dev", 3, {{"m2m:cnt", {{"rn", "data"}}}}, "Cdev");
    mn_->create("cse-mn/dev/data", 23, {{"m2m:sub", {{"nu", {"/in/Capp"}}, {"enc", {{"net", {3}}}}}}}, "Cdev");
  }

  void play() {
    for (int i = 0; i < 60; ++i) {
      break_something();
      if (mn_->alive()) publish(i);
      network_.advance(std::chrono::milliseconds(dice_.below(400)));
    }
    network_.join("/mn1", "/in");
    if (!in_->alive()) in_->restart();
    if (!mn_->alive()) mn_->restart();
    network_.run_until([this] { return std::ranges::all_of(told_, [this](const auto& one) { return arrived(one); }); }, 10min);
  }

  /// Acknowledged contents in order, and first arrivals in order.
  std::vector<std::string> told_, heard_;

 private:
  [[nodiscard]] bool arrived(const std::string& content) const { return std::ranges::find(heard_, content) != heard_.end(); }

  void publish(int number) {
    onem2m::Request request;
    request.operation = onem2m::Operation::Create;
    request.to = "cse-mn/dev/data";
    request.from = "Cdev";
    request.request_identifier = "p" + std::to_string(number);
    request.release_version = "3";
    request.resource_type = 4;
    request.content = {{"m2m:cin", {{"con", std::to_string(number)}}}};
    mn_->cse().handle(std::move(request), [this, number](const onem2m::Response& response) {
      if (onem2m::is_success(response.status)) told_.push_back(std::to_string(number));
    });
    network_.time.run_one();  // at least the commit
  }

  std::optional<onem2m::Response> receive(const onem2m::Request& request) {
    const Json& notification = request.content["m2m:sgn"];
    onem2m::Response ok;
    ok.request_identifier = request.request_identifier;
    if (notification.contains("vrq")) return ok;
    if (seen_.insert(request.request_identifier).second)
      heard_.push_back(notification["nev"]["rep"]["m2m:cin"]["con"]);
    if (dice_.below(10) == 0) return std::nullopt;  // heard, but the answer is lost
    return ok;
  }

  void break_something() {
    switch (dice_.below(12)) {
      case 0: return network_.cut("/mn1", "/in");
      case 1:
      case 2: return network_.join("/mn1", "/in");
      case 3: return mn_->crash();
      case 4:
      case 5:
        if (!mn_->alive()) mn_->restart();
        return;
      case 6: return in_->crash();
      case 7:
        if (!in_->alive()) in_->restart();
        return;
      default: return;
    }
  }

  CseNetwork network_;
  base::SeededRandom dice_;
  CseNetwork::Node* in_;
  CseNetwork::Node* mn_;
  std::set<std::string> seen_;
};

TEST(NotificationChaos, EverythingAcknowledgedArrivesOnceAndInOrder) {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Story story(seed);
    story.play();
    EXPECT_GT(story.told_.size(), 5U);
    // What was committed but died before its acknowledgement may arrive too: the acknowledged are a subsequence.
    auto next = story.told_.begin();
    int last = -1;
    for (const std::string& content : story.heard_) {
      EXPECT_GT(std::stoi(content), last);
      last = std::stoi(content);
      if (next != story.told_.end() && content == *next) ++next;
    }
    EXPECT_EQ(next, story.told_.end()) << "from " << (next == story.told_.end() ? "" : *next) << " on nothing arrived";
  }
}

}  // namespace
}  // namespace edgecse::test
