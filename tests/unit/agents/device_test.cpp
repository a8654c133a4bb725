// SPDX-License-Identifier: Apache-2.0
#include "agents/device.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/simulated_time.hpp"
#include "net/http_client.hpp"
#include "support/cse_options.hpp"
#include "support/fake_cse.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_cse.hpp"

namespace edgecse::agents {
namespace {

using namespace std::chrono_literals;
using onem2m::Json;
using onem2m::ResponseStatus;
using testing::ElementsAre;

/// A resolver, as the one URL that the device knows.
class FakeResolver final : public net::HttpClient {
 public:
  explicit FakeResolver(base::SimulatedTime& time) : time_(time) {}
  void send(net::HttpCall, net::HttpCallback done) override {
    time_.run_after(1ms, [this, done = std::move(done)] {
      net::HttpResponse response;
      response.status = uri.empty() ? 404 : 200;
      response.body = Json{{"uri", uri}}.dump();
      done(response);
    });
  }
  std::string uri = "http://mn1";

 private:
  base::SimulatedTime& time_;
};

/// Leads to one CSE by whatever address, and can be told to fail.
class FakeNetwork final : public onem2m::RequestSender {
 public:
  FakeNetwork(base::SimulatedTime& time, test::FakeCse& cse) : time_(time), cse_(cse) {}
  void send(onem2m::NextHop next_hop, onem2m::Request request, onem2m::ResponseCallback done) override {
    const bool is_data = request.to.ends_with("/data") && request.operation == onem2m::Operation::Create;
    sent.push_back({next_hop.points_of_access.front(), request});
    ++in_flight;
    most_in_flight = std::max(most_in_flight, in_flight);
    auto answer = [this, done = std::move(done)](onem2m::Response response) {
      --in_flight;
      done(std::move(response));
    };
    if (is_data && !failures.empty()) {
      onem2m::Response failed;
      failed.status = failures.front();
      failures.erase(failures.begin());
      time_.run_after(1ms, [answer, failed] { answer(failed); });
      return;
    }
    cse_.handle(std::move(request), answer);
  }
  std::vector<std::pair<std::string, onem2m::Request>> sent;
  std::vector<ResponseStatus> failures;  // of the next measurements
  int in_flight = 0, most_in_flight = 0;

 private:
  base::SimulatedTime& time_;
  test::FakeCse& cse_;
};

class DeviceTest : public testing::Test {
 protected:
  void SetUp() override {
    options.name = "meter";
    options.ue = "10.100.0.1";
    options.resolver = "http://resolver";
    options.readers = {"/in/CCity"};
    options.ledger = folder.path() / "ledger.jsonl";
  }
  void TearDown() override {
    device.reset();
    time.advance(5s);
  }
  void start() {
    device = std::make_unique<Device>(options, Device::Environment{resolver, network, time, time},
                                      std::vector<Measurement>{{"t1", 1.5}, {"t2", 2.5}, {"t3", 3.5}},
                                      std::move(*Ledger::open(options.ledger)), "http://127.0.0.6:9000");
    device->start();
    time.advance(1s);
  }
  std::vector<Json> ledger(const std::string& what) {
    std::vector<Json> lines;
    std::ifstream file(options.ledger);
    for (std::string text; std::getline(file, text);) {
      Json line = Json::parse(text);
      if (line["what"] == what) lines.push_back(line);
    }
    return lines;
  }
  std::vector<onem2m::Request> measurements() {
    std::vector<onem2m::Request> requests;
    for (const auto& [via, request] : network.sent) {
      if (request.to.ends_with("/data") && request.operation == onem2m::Operation::Create) requests.push_back(request);
    }
    return requests;
  }
  ResponseStatus notify(const Json& representation) {
    onem2m::Request request;
    request.operation = onem2m::Operation::Notify;
    request.request_identifier = "sub-1";
    request.content = {{"m2m:sgn", {{"nev", {{"rep", representation}}}, {"sur", "x"}}}};
    ResponseStatus status = ResponseStatus::InternalServerError;
    device->handle(request, [&](const onem2m::Response& response) { status = response.status; });
    time.advance(500ms);
    return status;
  }

  test::TemporaryFolder folder;
  base::SimulatedTime time;
  test::FakeCse cse{time};
  FakeResolver resolver{time};
  FakeNetwork network{time, cse};
  DeviceOptions options;
  std::unique_ptr<Device> device;
};

TEST(DeviceLedger, IsStandardOutputWhereThereIsNoFolderToWriteTo) {
  testing::internal::CaptureStdout();
  {
    auto ledger = Ledger::open("-");
    ASSERT_TRUE(ledger);
    EXPECT_EQ(ledger->last_sent(), 0U);
    ledger->write({{"what", "sent"}, {"n", 1}});
  }
  EXPECT_EQ(Json::parse(testing::internal::GetCapturedStdout()), Json({{"what", "sent"}, {"n", 1}}));
}

TEST_F(DeviceTest, MakesItsResourcesAndPublishesItsSliceOneRequestAtATime) {
  options.first_row = 2;
  start();
  EXPECT_EQ(cse.entries.at("cse-mn/meter").attributes["lbl"],
            Json::array({"Credential-ID:meter", "mec:ue=UE_IPv4_ADDRESS:10.100.0.1", "mec:publish"}));
  EXPECT_EQ(cse.entries.at("cse-mn/meter").attributes["acpi"], Json::array({cse.entries.at("cse-mn/meter/acp").attributes["ri"]}));
  EXPECT_TRUE(cse.entries.contains("cse-mn/meter/commands/inbox"));
  const auto sent = ledger("sent");
  ASSERT_GE(sent.size(), 8u);
  for (std::size_t i = 0; i < sent.size(); ++i) EXPECT_EQ(sent[i]["n"], i + 1);
  const Json first = Json::parse(measurements().front().content["m2m:cin"]["con"].get<std::string>());
  EXPECT_EQ(first, (Json{{"n", 1}, {"flow", 3.5}, {"time", "t3"}}));
  EXPECT_EQ(network.most_in_flight, 1);
  ASSERT_EQ(ledger("registered").size(), 1u);
  EXPECT_EQ(ledger("registered")[0]["aei"], "Cmeter");
  EXPECT_EQ(ledger("registered")[0]["via"], "http://mn1");
}

TEST_F(DeviceTest, RepeatsTheSameRequestWhereverItsNameLeads) {
  start();
  network.sent.clear();
  network.failures = {ResponseStatus::RequestTimeout, ResponseStatus::TargetNotReachable, ResponseStatus::InternalServerError,
                      ResponseStatus::NotFound};
  time.advance(90ms);
  resolver.uri = "http://mn2";
  time.advance(3s);
  const auto tried = measurements();
  ASSERT_GE(tried.size(), 5u);
  for (std::size_t i = 1; i < 5; ++i) {
    EXPECT_EQ(tried[i].request_identifier, tried[0].request_identifier);
    EXPECT_EQ(tried[i].content, tried[0].content);
  }
  EXPECT_NE(tried[5].request_identifier, tried[0].request_identifier);
  EXPECT_EQ(network.sent.back().first, "http://mn2");
  EXPECT_EQ(ledger("refused").size(), 4u);
  const auto sent = ledger("sent");
  for (std::size_t i = 0; i < sent.size(); ++i) EXPECT_EQ(sent[i]["n"], i + 1) << "no gap";
}

TEST_F(DeviceTest, FindsItsResourcesAndItsNumberAgainAfterARestart) {
  start();
  const auto before = ledger("sent").size();
  device.reset();
  time.advance(1s);
  start();
  const auto sent = ledger("sent");
  ASSERT_GT(sent.size(), before);
  for (std::size_t i = 0; i < sent.size(); ++i) EXPECT_EQ(sent[i]["n"], i + 1);
  EXPECT_EQ(ledger("registered").size(), 2u);
}

TEST_F(DeviceTest, WaitsForAResolverThatKnowsNoHostYet) {
  resolver.uri.clear();
  start();
  EXPECT_TRUE(network.sent.empty());
  resolver.uri = "http://mn1";
  time.advance(3s);
  EXPECT_FALSE(ledger("sent").empty());
}

TEST_F(DeviceTest, WritesDownCommandsWithTheIdentifierOfTheirNotification) {
  start();
  EXPECT_EQ(notify({{"m2m:cin", {{"con", R"({"n":7})"}}}}), ResponseStatus::Ok);
  EXPECT_EQ(notify({{"m2m:cin", {{"con", "no number"}}}}), ResponseStatus::Ok);
  const auto commands = ledger("command");
  ASSERT_EQ(commands.size(), 1u);
  EXPECT_EQ(commands[0]["n"], 7);
  EXPECT_EQ(commands[0]["rqi"], "sub-1");
}

TEST_F(DeviceTest, FollowsATriggerToItsTargetOrIgnoresIt) {
  const Json trigger = {{"m2m:tgp", {{"tpe", 5}, {"csi", "/mn2"}, {"poa", {"http://mn2"}}}}};
  start();
  EXPECT_EQ(notify(trigger), ResponseStatus::Ok);
  EXPECT_EQ(ledger("triggered").size(), 1u);
  EXPECT_EQ(ledger("registered").size(), 2u);
  EXPECT_EQ(ledger("registered").back()["via"], "http://mn2");

  device.reset();
  options.follow_triggers = false;
  start();
  const auto registrations = ledger("registered").size();
  notify(trigger);
  EXPECT_EQ(ledger("triggered").size(), 2u);
  EXPECT_EQ(ledger("registered").size(), registrations);
}

// From the triggerRequest at an IN-CSE, where the meter can be reached, to its registration at another CSE.
TEST_F(DeviceTest, TriggerRequestAtAnInCseReRegistersIt) {
  start();
  test::TestCse in(test::in_cse_options());
  const std::string boss = in.add_ae("Cboss");
  in.add_ae("Cmeter", {{"poa", {"http://127.0.0.6:9000"}}, {"tren", true}});
  auto registration = in.request(onem2m::Operation::Create, "cse-in", "/mn2");
  registration.resource_type = onem2m::type::kRemoteCse;
  registration.content = {{"m2m:csr", {{"cb", "/mn2/cse-mn"}, {"csi", "/mn2"}, {"rr", true}, {"srv", {"3"}}, {"poa", {"http://mn2"}}}}};
  ASSERT_EQ(test::rsc(in.ask(registration)), 2001);
  in.sender.answer = [this](const onem2m::NextHop& hop, const onem2m::Request& request) {
    EXPECT_THAT(hop.points_of_access, ElementsAre("http://127.0.0.6:9000"));
    std::optional<onem2m::Response> answer;
    device->handle(request, [&answer](onem2m::Response response) { answer = std::move(response); });
    time.advance(1s);
    return answer;
  };

  const Json trigger{{"rn", "t"}, {"mei", "meter"}, {"tri", "Cmeter"}, {"tpe", 5}, {"tia", "/mn2/cse-mn"}, {"tvt", "PT60S"}};
  ASSERT_EQ(test::rsc(in.create(boss, 47, {{"m2m:tgr", trigger}}, "Cboss")), 2001);
  in.time.advance(1s);
  EXPECT_EQ(in.retrieve(boss + "/t", "Cboss").content["m2m:tgr"]["tst"], 4);
  ASSERT_EQ(ledger("triggered").size(), 1u);
  EXPECT_EQ(ledger("registered").back()["via"], "http://mn2");
}

TEST_F(DeviceTest, StopsAfterWhatIsInFlightWasAnswered) {
  start();
  bool stopped = false;
  device->stop([&] { stopped = true; });
  time.advance(1s);
  EXPECT_TRUE(stopped);
  EXPECT_EQ(network.in_flight, 0);
  const auto count = measurements().size();
  time.advance(1s);
  EXPECT_EQ(measurements().size(), count);
}

TEST(Measurements, NameTheLineThatIsWrong) {
  test::TemporaryFolder folder;
  const std::string file = folder.path() / "flow.csv";
  std::ofstream(file) << "Time,Flow\r\nt1,1.5\nt2,many\n";
  const auto rows = read_measurements(file);
  ASSERT_FALSE(rows);
  EXPECT_THAT(rows.error(), testing::HasSubstr("flow.csv:3: found 't2,many'"));
  EXPECT_FALSE(read_measurements(folder.path() / "none.csv"));
}

}  // namespace
}  // namespace edgecse::agents
