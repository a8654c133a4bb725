// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "edgecse/configuration.hpp"
#include "edgecse/key_set_file.hpp"
#include "support/paths.hpp"
#include "support/signed_tokens.hpp"
#include "support/temporary_folder.hpp"

namespace edgecse::app {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kEtc = EDGECSE_SOURCE_DIR "/etc/";

class EdgecseConfiguration : public ::testing::Test {
 protected:
  EdgecseConfiguration() { declare_keys(keys_, configuration_); }
  std::vector<std::string> load_with(const std::string& file, std::vector<std::string> overrides = {}) {
    std::vector<std::string> found;
    for (const auto& fault : load(keys_, configuration_, {.file = file, .overrides = std::move(overrides)}))
      found.push_back(fault.text());
    return found;
  }

  base::ConfigurationKeys keys_;
  Configuration configuration_;
};

TEST_F(EdgecseConfiguration, IsExplainedByItsFile) {
  std::ifstream file(kEtc + "edgecse.yaml");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_THAT(text.str(), EndsWith(keys_.documentation())) << "edgecse --print-config says it now; keep the head of the file";
  EXPECT_THAT(load_with(kEtc + "edgecse.yaml"), IsEmpty());
}

TEST_F(EdgecseConfiguration, TakesTheExampleOfAnInCse) {
  EXPECT_THAT(load_with(kEtc + "examples/in-cse.yaml"), IsEmpty());
  EXPECT_EQ(configuration_.cse.type, cse::CseType::In);
  EXPECT_FALSE(configuration_.cse.registrar);
  EXPECT_THAT(*configuration_.cse.allowed_registrees, ElementsAre("/mn*"));
}

TEST_F(EdgecseConfiguration, TakesTheExampleOfAnMnCse) {
  EXPECT_THAT(load_with(kEtc + "examples/mn-cse.yaml"), IsEmpty());
  ASSERT_TRUE(configuration_.cse.registrar);
  EXPECT_EQ(configuration_.cse.registrar->name, "cse-in");
  EXPECT_THAT(configuration_.mec.peers, ElementsAre("http://10.0.1.4:8090/mep2"));
  EXPECT_THAT(describe(configuration_), HasSubstr("would register at /in (http://10.0.0.2:8080)"));
}

TEST_F(EdgecseConfiguration, JudgesKeysTogether) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> rows{
      {{"registrar.poa=[http://a:1]"}, "--set: registrar.poa: is given without registrar.id"},
      {{"registrar.id=/in", "registrar.poa=[http://a:1]"}, "registrar.name: is needed with registrar.id"},
      {{"registrar.id=/in", "registrar.name=cse-in"}, "registrar.poa: is needed with registrar.id"},
      {{"registrar.id=/mn1", "registrar.name=n", "registrar.poa=[http://a:1]"}, "--set: registrar.id: is this CSE's own cse.id"},
      {{"cse.type=IN", "registrar.id=/in2", "registrar.name=n", "registrar.poa=[http://a:1]"},
       "--set: registrar.id: an IN-CSE has no registrar"},
      {{"http.tls.certificate_file=/a"}, "http.tls.key_file: certificate_file and key_file are given together or not at all"},
      {{"http.tls.client_ca_file=/a"}, "--set: http.tls.client_ca_file: is given without certificate_file"},
      {{"http.tls.require_client_certificate=true"}, "--set: http.tls.require_client_certificate: needs client_ca_file"},
      {{"test.upper_tester=true"}, "--set: test.upper_tester: is not allowed with the public http.listen 0.0.0.0:8080"},
      {{"test.upper_tester=true", "http.listen=127.0.0.1:1", "http.tls.certificate_file=/a", "http.tls.key_file=/a"},
       "--set: test.upper_tester: is not allowed together with http.tls"}};
  for (const auto& [overrides, fault] : rows) {
    configuration_ = {};
    EXPECT_THAT(load_with("", overrides), ElementsAre(fault));
  }
}

TEST_F(EdgecseConfiguration, LetsTheUpperTesterListenOnLoopbackOrByForce) {
  EXPECT_THAT(load_with("", {"test.upper_tester=true", "http.listen=127.0.0.1:0"}), IsEmpty());
  EXPECT_THAT(load_with("", {"test.upper_tester=true", "http.listen=0.0.0.0:0", "test.force=true"}), IsEmpty());
}

TEST_F(EdgecseConfiguration, MeetsWhatSuitesWithAnUpperTesterExpect) {
  const std::vector<std::string> tester{"test.upper_tester=true", "http.listen=127.0.0.1:0"};
  EXPECT_THAT(load_with(kEtc + "edgecse.yaml", tester), IsEmpty()) << "a file with every key at its default";
  EXPECT_TRUE(configuration_.cse.verify_urls);
  EXPECT_EQ(configuration_.expected.accept_incomplete_flex_containers, true);
  configuration_ = {};
  EXPECT_THAT(load_with("", {tester[0], tester[1], "cse.verified_targets=resources", "cse.incomplete_flex_containers=refuse"}), IsEmpty());
  EXPECT_FALSE(configuration_.cse.verify_urls);
  EXPECT_EQ(configuration_.expected.accept_incomplete_flex_containers, false);
  configuration_ = {};
  EXPECT_THAT(load_with("", {}), IsEmpty());
  EXPECT_FALSE(configuration_.cse.verify_urls);
  EXPECT_EQ(configuration_.expected.accept_incomplete_flex_containers, false);
}

TEST_F(EdgecseConfiguration, RefusesIdentifiersThatOneM2mDoesNotKnow) {
  for (const auto* given : {"cse.id=mn1", "cse.id=/a/b", "cse.id=", "cse.name=a b", "cse.name=", "cse.service_provider=mec.org",
                            "cse.allowed_registrees=[mn2]", "cse.allowed_registrees=[/a/*]", "mobility.peers=[/mn*]",
                            "registrar.id=in", "http.root=onem2m", "http.advertise=[10.0.0.1:80]",
                            "http.advertise=[\"http://\"]", "mec.platform.api_root=", "mec.service.originator=admin",
                            "store.kind=postgres", "store.path="})
    EXPECT_EQ(load_with("", {given}).size(), 1U) << given;
  for (const auto* given : {"cse.id=/mn-1.a", "cse.allowed_registrees=[/*]", "cse.allowed_registrees=[]", "cse.admin_originator="})
    EXPECT_THAT(load_with("", {given}), IsEmpty()) << given;
}

TEST_F(EdgecseConfiguration, AKeySetIsReadAgainWhenItsFileHasAnotherContent) {
  const test::TemporaryFolder folder;
  const std::string path = folder.file("keys.json");
  const auto write = [&](const std::string& text) { std::ofstream(path) << text; };
  for (const std::string key : {"mec.service.tokens.key_set_file=", "cse.tokens.key_set_file="}) {
    std::filesystem::remove(path);
    EXPECT_THAT(load_with("", {key + path}), ElementsAre(HasSubstr("names no readable file")));
    write("{}");
    EXPECT_THAT(load_with("", {key + path}), ElementsAre(HasSubstr("a key set is")));
    write(test::kKeySet);
    EXPECT_THAT(load_with("", {key + path}), IsEmpty());
    configuration_ = {};
  }
  KeySetFile file(path);
  ASSERT_TRUE(file.read());
  EXPECT_FALSE(file.read_if_changed());
  write(std::string{test::kKeySet} + "\n");
  EXPECT_TRUE(file.read_if_changed());
  EXPECT_FALSE(file.read_if_changed());
  for (const char* broken : {"", "{\"keys\":[]}"}) {
    write(broken);
    EXPECT_FALSE(file.read_if_changed()) << "the old one stays";
  }
  write(test::kKeySet);
  EXPECT_TRUE(file.read_if_changed());
}

}  // namespace
}  // namespace edgecse::app
