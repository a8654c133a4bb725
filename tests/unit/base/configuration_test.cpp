// SPDX-License-Identifier: Apache-2.0
#include "base/configuration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "support/temporary_folder.hpp"

namespace edgecse::base {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

enum class Colour { Red, Green };

/// A program with a key of every kind.
class Configuration : public ::testing::Test {
 protected:
  Configuration() {
    keys_.text("cse.id", id_, "Who it is.", "a CSE-ID as /mn1", [](std::string_view text) { return text.starts_with('/'); });
    keys_.choice("cse.colour", colour_, {{"red", Colour::Red}, {"green", Colour::Green}}, "Its colour.");
    keys_.boolean("cse.enabled", enabled_, "Whether it runs.");
    keys_.listen_address("http.listen", listen_, "Where it listens.");
    keys_.integer("http.threads", threads_, {1, 64}, "threads", "How many threads read.");
    keys_.secret_file("http.tls.key_file", secret_, "The key.");
    keys_.needs_no_restart();
    keys_.size("store.reserve", reserve_, {0, 1LL << 40}, "Free space.");
    keys_.duration("store.guard_time", guard_time_, {1'000, 3'600'000}, "How long.");
    keys_.texts("peers", peers_, "Who may come.");
    keys_.optional_texts("registrees", registrees_, "Who may register.");
    keys_.records("clients", clients_, {"client_id", "originator"}, "Who is who.");
  }
  std::vector<std::string> read(const std::string& file_text, std::vector<std::string> overrides = {},
                                std::vector<std::string> environment = {}) {
    std::ofstream(file_, std::ios::binary) << file_text;
    std::vector<std::string> found;
    for (const auto& fault : keys_.read({.file = file_, .overrides = std::move(overrides), .environment = std::move(environment)})) {
      std::string text = fault.text();
      if (text.starts_with(folder_.path().string())) text.erase(0, folder_.path().string().size() + 1);
      found.push_back(std::move(text));
    }
    return found;
  }

  test::TemporaryFolder folder_;
  std::string file_ = folder_.file("c.yaml");
  ConfigurationKeys keys_;
  std::string id_ = "/mn1";
  Colour colour_ = Colour::Green;
  bool enabled_ = true;
  std::string listen_ = "0.0.0.0:8080";
  unsigned threads_ = 2;
  std::string secret_;
  std::uint64_t reserve_ = 256ULL << 20;
  std::chrono::seconds guard_time_{60};
  std::vector<std::string> peers_{"/mn2"};
  std::optional<std::vector<std::string>> registrees_;
  std::vector<ConfigurationKeys::Record> clients_;
};

TEST_F(Configuration, LeavesDefaultsWhereNothingIsGiven) {
  EXPECT_THAT(read(""), IsEmpty());
  EXPECT_EQ(id_, "/mn1");
  EXPECT_EQ(reserve_, 256ULL << 20);
  EXPECT_EQ(registrees_, std::nullopt);
  EXPECT_FALSE(keys_.given("cse"));
}

TEST_F(Configuration, ReadsEveryKind) {
  std::ofstream(folder_.file("key")) << "topsecret\n";
  EXPECT_THAT(read("cse: {id: /a, colour: red, enabled: false}\n"
                   "http:\n  listen: \"127.0.0.1:1\"\n  threads: 64\n  tls: {key_file: " + folder_.file("key") + "}\n"
                   "store: {reserve: 1GiB, guard_time: PT2M}\n"
                   "peers: [/x, /y]\nregistrees: []\nclients: [{client_id: c, originator: Cc}]\n"),
              IsEmpty());
  EXPECT_EQ(id_, "/a");
  EXPECT_EQ(colour_, Colour::Red);
  EXPECT_FALSE(enabled_);
  EXPECT_EQ(listen_, "127.0.0.1:1");
  EXPECT_EQ(threads_, 64U);
  EXPECT_EQ(secret_, "topsecret");
  EXPECT_EQ(reserve_, 1ULL << 30);
  EXPECT_EQ(guard_time_, std::chrono::minutes{2});
  EXPECT_THAT(peers_, ElementsAre("/x", "/y"));
  EXPECT_EQ(registrees_, std::vector<std::string>{});
  ASSERT_EQ(clients_.size(), 1U);
  EXPECT_EQ(clients_[0].at("originator"), "Cc");
  EXPECT_TRUE(keys_.given("http.tls"));
}

TEST_F(Configuration, NamesFileLineKeyFoundAndExpected) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"cse:\n  colour: blue\n", "c.yaml:2: cse.colour: found blue, expected one of red, green"},
      {"cse: {id: mn1}\n", "c.yaml:1: cse.id: found mn1, expected a CSE-ID as /mn1"},
      {"cse: {id: [a]}\n", "c.yaml:1: cse.id: found the list [a], expected a CSE-ID as /mn1"},
      {"cse: {id: }\n", "c.yaml:1: cse.id: found nothing, expected a CSE-ID as /mn1"},
      {"cse: {enabled: yes}\n", "c.yaml:1: cse.enabled: found yes, expected true or false"},
      {"cse: {enabled: \"true\"}\n", "c.yaml:1: cse.enabled: found the text \"true\", expected true or false"},
      {"http: {listen: 8080}\n", "c.yaml:1: http.listen: found 8080, expected an address and port as 0.0.0.0:8080"},
      {"http: {threads: 65}\n", "c.yaml:1: http.threads: found 65, expected a whole number from 1 to 64"},
      {"http: {threads: 1.5}\n", "c.yaml:1: http.threads: found 1.5, expected a whole number from 1 to 64"},
      {"store: {reserve: 256}\n", "c.yaml:1: store.reserve: found 256, expected a size as 256MiB from 0B to 1TiB"},
      {"store: {guard_time: PT0.5S}\n",
       "c.yaml:1: store.guard_time: found PT0.5S, expected a duration as PT60S from PT1S to PT1H, whole seconds"},
      {"store: {guard_time: PT1.5S}\n",
       "c.yaml:1: store.guard_time: found PT1.5S, expected a duration as PT60S from PT1S to PT1H, whole seconds"},
      {"peers: /mn2\n", "c.yaml:1: peers: found /mn2, expected a list of texts"},
      {"clients: [{client_id: c}]\n",
       "c.yaml:1: clients: found the list [{client_id: c}], expected a list of mappings with client_id, originator"},
      {"http: {tls: {key_file: /no/such}}\n",
       "c.yaml:1: http.tls.key_file: found /no/such, expected the path of a readable file of at most 64 KiB"},
      {"cse: 5\n", "c.yaml:1: cse: found 5, expected a section with keys"},
      {"# nothing\n- a\n", "c.yaml:2: found a list, expected sections with keys"},
      {"cse:\n  tpye: MN\n", "c.yaml:2: cse.tpye: there is no such key"},
      {"cse:\n  color: red\n", "c.yaml:2: cse.color: there is no such key; did you mean cse.colour?"},
      {"extra: {a: {b: 1}}\n", "c.yaml:1: extra: there is no such key"},
      {"cse: {id: /a}\ncse: {id: /b}\n", "c.yaml:2: cse is given twice, first in line 1"},
      {"cse: [\n", "c.yaml:2: not YAML: end of sequence flow not found"}};
  for (const auto& [text, fault] : rows) EXPECT_THAT(read(text), ElementsAre(fault)) << text;
}

TEST_F(Configuration, ListsAllFaultsAtOnce) {
  EXPECT_THAT(read("cse: {colour: blue, x: 1}\nhttp: {threads: 0}\n", {"nonsense", "a.b=1"}, {"EDGECSE_CSE_ENABLED=maybe"}),
              ElementsAre(HasSubstr("cse.colour"), HasSubstr("cse.x"), HasSubstr("http.threads"),
                          "environment EDGECSE_CSE_ENABLED: cse.enabled: found maybe, expected true or false",
                          "--set: found nonsense, expected key=value", "--set: a.b: there is no such key"));
}

TEST_F(Configuration, LetsSetWinOverEnvironmentAndEnvironmentOverFile) {
  EXPECT_THAT(read("cse: {id: /file}\nhttp: {threads: 3}\n", {"cse.id=/set"},
                   {"EDGECSE_CSE_ID=/environment", "EDGECSE_HTTP_THREADS=4", "EDGECSE_SERVICE_HOST=10.0.0.1"}),
              IsEmpty());
  EXPECT_EQ(id_, "/set");
  EXPECT_EQ(threads_, 4U);
}

TEST_F(Configuration, TakesListsAndEmptyTextsFromOverrides) {
  EXPECT_THAT(read("", {"peers=[\"/a\", /b]", "registrees=/only", "http.tls.key_file="}), IsEmpty());
  EXPECT_THAT(peers_, ElementsAre("/a", "/b"));
  EXPECT_THAT(*registrees_, ElementsAre("/only"));
  EXPECT_THAT(read("", {"peers="}), IsEmpty());
  EXPECT_THAT(peers_, IsEmpty());
  EXPECT_THAT(read("", {"peers=[a"}), ElementsAre(HasSubstr("--set: peers: ")));
}

TEST_F(Configuration, NamesAFileThatCannotBeRead) {
  const auto faults = keys_.read({.file = folder_.file("missing.yaml")});
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_THAT(faults[0].text(), HasSubstr("missing.yaml: the file cannot be read"));
  EXPECT_EQ(keys_.read({.file = folder_.path().string()}).size(), 1U) << "a folder";
}

TEST_F(Configuration, PutsALateFaultWhereItsKeyWasGiven) {
  read("cse:\n  id: /a\n");
  EXPECT_THAT(keys_.fault("cse.id", "is taken").text(), HasSubstr("c.yaml:2: cse.id: is taken"));
  EXPECT_EQ(keys_.fault("peers", "is too long").text(), "peers: is too long");
}

TEST_F(Configuration, DocumentsItselfAsAFileThatSaysTheDefaults) {
  const std::string documentation = keys_.documentation();
  EXPECT_THAT(documentation, HasSubstr("cse:\n  # Who it is.\n  # Value: a CSE-ID as /mn1.\n  id: \"/mn1\"\n"));
  EXPECT_THAT(documentation, HasSubstr("  threads: 2\n"));
  EXPECT_THAT(documentation, HasSubstr("a whole number from 1 to 64, in threads."));
  EXPECT_THAT(documentation, HasSubstr("64 KiB; read again while running."));
  EXPECT_THAT(documentation, HasSubstr("# registrees: \n"));
  EXPECT_THAT(read(documentation), IsEmpty());
  EXPECT_EQ(keys_.documentation(), documentation);
  EXPECT_EQ(reserve_, 256ULL << 20);
}

TEST_F(Configuration, NeverShowsASecret) {
  std::ofstream(folder_.file("key")) << "topsecret";
  read("", {"http.tls.key_file=" + folder_.file("key"), "cse.id=/a"});
  const std::string given = keys_.given_settings();
  EXPECT_THAT(given, HasSubstr("cse.id: /a (--set)\n"));
  EXPECT_THAT(given, HasSubstr("http.tls.key_file: *** (--set)\n"));
  EXPECT_THAT(given, Not(HasSubstr("topsecret")));
}

}  // namespace
}  // namespace edgecse::base
