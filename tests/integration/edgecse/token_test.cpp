// SPDX-License-Identifier: Apache-2.0
//
// Signed tokens at a running edgecse whose key set is replaced under its feet: TS-0003 7.3.2.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "integration/edgecse/mca.hpp"
#include "support/edgecse_process.hpp"
#include "support/eventually.hpp"
#include "support/temporary_folder.hpp"
#include "support/token_issuer.hpp"

namespace edgecse::test {
namespace {

using ::testing::HasSubstr;

class SignedTokens : public ::testing::Test {
 protected:
  /// As who issues tokens replaces the file: a new one takes the old one's name.
  static void write(const std::string& path, const std::string& text) {
    std::ofstream(path + ".new") << text;
    std::filesystem::rename(path + ".new", path);
  }
  net::HttpResponse read(const EdgecseProcess& cse, const std::string& token) {
    auto call = mca_call("GET", cse.url() + "/cse-mn/tester/data", "Creader");
    call.headers.add("Authorization", "Bearer " + token);
    return net::send_and_wait(*client_, std::move(call)).value();
  }

  TemporaryFolder folder_;
  std::unique_ptr<net::HttpClient> client_ = net::make_http_client().value();
};

TEST_F(SignedTokens, CountAsLongAsTheFileHasTheirKey) {
  const std::string file = folder_.file("keys.json");
  const TokenIssuer first("k1"), second("k2");
  write(file, first.key_set());
  const EdgecseProcess cse({"store.kind=memory", "cse.tokens.key_set_file=" + file, "cse.tokens.issuer=//issuer.example.org/in"});
  prepare(*client_, cse.url());
  nlohmann::json claims = claims_for("Creader", "cse-mn/tester/data", 2);
  claims["tkna"] = "20991231T235959";
  const std::string of_first = first.sign(claims), of_second = second.sign(claims);
  EXPECT_EQ(read(cse, of_first).status, 200);
  const auto refused = read(cse, of_second);
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, HasSubstr("token 1 counts for nothing: no key of the key set has signed the token"));
  write(file, second.key_set());
  EXPECT_TRUE(eventually([&] { return read(cse, of_second).status == 200; }));
  EXPECT_EQ(read(cse, of_first).status, 403) << "its key is gone";
  write(file, "{}");
  claims["tkid"] = "token-2";
  EXPECT_EQ(read(cse, second.sign(claims)).status, 200) << "a damaged file changes nothing";
}

}  // namespace
}  // namespace edgecse::test
