// SPDX-License-Identifier: Apache-2.0
//
// edgecse as an operator meets it: command line, configuration faults, health, stopping.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <latch>

#include "integration/edgecse/mca.hpp"
#include "support/edgecse_process.hpp"
#include "support/temporary_folder.hpp"

namespace edgecse::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Ended {
  int status;
  std::string said;
};

Ended run(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), edgecse_program());
  ChildProcess child(std::move(arguments), true);
  std::string said = child.read_all();
  return {child.wait(), std::move(said)};
}

class Edgecse : public ::testing::Test {
 protected:
  std::string get(const std::string& url) {
    const auto answer = net::send_and_wait(*client_, mca_call("GET", url));
    return answer ? fmt::format("{} {}", answer->status, answer->body) : answer.error().detail;
  }
  std::string store() const { return "store.path=" + folder_.file("store"); }

  TemporaryFolder folder_;
  std::unique_ptr<net::HttpClient> client_ = net::make_http_client().value();
};

TEST_F(Edgecse, PrintsEveryConfigurationFaultAndExitsWith2) {
  const std::string file = folder_.file("bad.yaml");
  std::ofstream(file) << "cse:\n  type: XN\n  naem: a\nhttp:\n  listen: here\n";
  const Ended ended = run({"--config", file, "--set", "store.reserve=much"});
  EXPECT_EQ(ended.status, 2);
  EXPECT_EQ(ended.said, file + ":2: cse.type: found XN, expected one of IN, MN, ASN\n" +
                            file + ":3: cse.naem: there is no such key; did you mean cse.name?\n" +
                            file + ":5: http.listen: found here, expected an address and port as 0.0.0.0:8080\n" +
                            "--set: store.reserve: found much, expected a size as 256MiB from 0B to 1024TiB\n");
  EXPECT_EQ(run({"--config", file, "--check"}).status, 2);
}

TEST_F(Edgecse, ExitsWith2OnWrongUse) {
  EXPECT_EQ(run({"--no-such-option"}).status, 2);
  const Ended ended = run({"--config", folder_.file("missing.yaml")});
  EXPECT_EQ(ended.status, 2);
  EXPECT_THAT(ended.said, HasSubstr("missing.yaml: the file cannot be read"));
}

TEST_F(Edgecse, SaysWhatItWouldDo) {
  const Ended ended = run({"--check", "--set", "cse.id=/mn7", "--set", "store.kind=memory"});
  EXPECT_EQ(ended.status, 0);
  EXPECT_THAT(ended.said, StartsWith("cse.id: /mn7 (--set)\n"));
  EXPECT_THAT(ended.said, HasSubstr("would run the MN-CSE /mn7"));
  EXPECT_THAT(ended.said, HasSubstr("nothing outlives the process"));
}

TEST_F(Edgecse, TellsItsVersionAndItsKeys) {
  const Ended version = run({"--version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_THAT(version.said, StartsWith("edgecse "));
  EXPECT_THAT(version.said, HasSubstr("RocksDB "));
  const Ended keys = run({"--print-config"});
  EXPECT_EQ(keys.status, 0);
  EXPECT_THAT(keys.said, HasSubstr("\n  type: MN\n"));
}

TEST_F(Edgecse, ExitsWith1WhenItsPortOrItsStoreIsTaken) {
  const EdgecseProcess first({store()});
  const std::string address = first.url().substr(std::string_view("http://").size());
  const Ended port = run({"--set", "store.kind=memory", "--set", "admin.listen=127.0.0.1:0", "--set", "http.listen=" + address});
  EXPECT_EQ(port.status, 1);
  EXPECT_THAT(port.said, HasSubstr("http.listen: "));
  const Ended folder = run({"--set", store(), "--set", "admin.listen=127.0.0.1:0", "--set", "http.listen=127.0.0.1:0"});
  EXPECT_EQ(folder.status, 1);
  EXPECT_THAT(folder.said, HasSubstr("is in use by another process"));
}

TEST_F(Edgecse, ShowsHealthAndMetricsOnItsAdminListenerOnly) {
  const EdgecseProcess cse({"store.kind=memory"});
  EXPECT_EQ(get(cse.admin_url() + "/readyz"), "200 ready\n");
  EXPECT_EQ(get(cse.admin_url() + "/livez"), "200 alive\n");
  prepare(*client_, cse.url());
  const std::string metrics = get(cse.admin_url() + "/metrics");
  for (const auto* name : {"edgecse_build_info{", "edgecse_registrar_up 1", "edgecse_requests_total{", "process_"})
    EXPECT_THAT(metrics, HasSubstr(name));
  EXPECT_THAT(get(cse.admin_url() + "/cse-mn"), StartsWith("404 "));
  EXPECT_THAT(get(cse.url() + "/metrics"), StartsWith("404 "));
}

TEST_F(Edgecse, WritesItsLogAsOneJsonObjectALine) {
  const EdgecseProcess cse({"store.kind=memory"});
  for (const auto& line : cse.lines()) {
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    ASSERT_TRUE(entry.is_object()) << line;
    for (const auto* member : {"ts", "level", "room", "msg"}) EXPECT_TRUE(entry.contains(member)) << line;
  }
}

TEST_F(Edgecse, AnswersWhatItTookWhenToldToStopAndKeepsIt) {
  constexpr int kRequests = 100;
  std::vector<int> status(kRequests);
  {
    EdgecseProcess cse({store()});
    prepare(*client_, cse.url());
    std::latch all(kRequests);
    for (int number = 0; number < kRequests; ++number)
      client_->send(create_instance_call(cse.url(), number), [&, number](const net::HttpResult& answer) {
        status[static_cast<std::size_t>(number)] = answer ? answer->status : 0;
        // The signal meets requests in flight.
        if (number == kRequests / 4) cse.signal(SIGTERM);
        all.count_down();
      });
    all.wait();
    EXPECT_EQ(cse.wait(), 0);
  }
  const EdgecseProcess again({store()});
  const auto container = net::send_and_wait(*client_, mca_call("GET", again.url() + "/cse-mn/tester/data"));
  ASSERT_TRUE(container);
  const auto kept = nlohmann::json::parse(container->body).at("m2m:cnt").at("cni").get<int>();
  const auto created = std::count(status.begin(), status.end(), 201);
  EXPECT_GE(created, kRequests / 4);
  EXPECT_EQ(kept, created) << "an answer was lost, or one was given for nothing";
  EXPECT_EQ(std::count(status.begin(), status.end(), 0) + created, kRequests) << "only no connection is an excuse";
}

}  // namespace
}  // namespace edgecse::test
