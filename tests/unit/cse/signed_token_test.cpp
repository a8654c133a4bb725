// SPDX-License-Identifier: Apache-2.0
//
// Tokens that carry their permissions: m2m:tokenClaimSet, signed by who issued it. TS-0003 7.3.2; TS-0004 7.3.3.15.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cse/access/access_policies.hpp"
#include "net/json_web_token.hpp"
#include "support/cse_network.hpp"
#include "support/cse_options.hpp"
#include "support/test_cse.hpp"
#include "support/token_issuer.hpp"

namespace edgecse::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kRetrieve = 2;

/// Keys as the process gives them to the CSE; counts what is asked of them.
struct Keys final : cse::TokenKeys {
  explicit Keys(const std::string& set) : keys(*net::JsonWebKeySet::parse(set)) {}
  base::Result<Json, std::string> open(std::string_view token) const override {
    ++opened;
    return keys.open(token);
  }
  net::JsonWebKeySet keys;
  mutable int opened = 0;
};

const TokenIssuer& issuer() {
  static const TokenIssuer one("k1");
  return one;
}

std::shared_ptr<Keys> trust(cse::Cse& cse, const TokenIssuer& whom, const std::string& only_issuer = "") {
  auto keys = std::make_shared<Keys>(whom.key_set());
  cse.core().access_policies->signed_tokens().trust(keys, only_issuer);
  return keys;
}

std::string said(const onem2m::Response& response) { return response.content.value("m2m:dbg", response.content.dump()); }

struct SignedToken : ::testing::Test {
  SignedToken() {
    cse.add_ae("Cowner");
    cse.add_ae("Cother");
    data = cse.add_container("cse-mn/Cowner", "data", "Cowner");
  }
  onem2m::Response ask(std::vector<std::string> tokens, const std::string& from = "Cother") {
    auto request = cse.request(onem2m::Operation::Retrieve, data, from);
    request.tokens = std::move(tokens);
    return cse.ask(std::move(request));
  }
  Json claims(Json changes = Json::object()) const {
    Json made = claims_for("Cother", data, kRetrieve);
    made.update(changes);
    return made;
  }
  std::string token(const Json& changes = Json::object()) const { return issuer().sign(claims(changes)); }

  TestCse cse;
  std::string data;
};

TEST_F(SignedToken, IsNotBelievedWithoutKeys) {
  const auto refused = ask({token()});
  EXPECT_EQ(rsc(refused), 4103);
  EXPECT_THAT(said(refused), Not(HasSubstr("token")));
}

TEST_F(SignedToken, GrantsItsHolderWhatItSays) {
  trust(cse.cse(), issuer());
  EXPECT_EQ(rsc(ask({})), 4103);
  EXPECT_EQ(rsc(ask({token()})), 2000);
  const Json all_claims{{"tknm", "reader"}, {"tkex", "{}"}, {"tkau", {"/mn1"}}, {"iat", 1}};
  EXPECT_EQ(rsc(ask({token(all_claims)})), 2000) << "claims of others are passed over";
  EXPECT_EQ(rsc(ask({issuer().sign(Json{{"m2m:tkcs", claims()}})})), 2000) << "with the name of its type";
  auto change = cse.request(onem2m::Operation::Delete, data, "Cother");
  change.tokens = {token()};
  EXPECT_EQ(rsc(cse.ask(std::move(change))), 4103) << "another operation";
  const Json elsewhere = claims_for("Cother", "cse-mn/Cowner", kRetrieve)["tkps"];
  EXPECT_EQ(rsc(ask({token({{"tkps", elsewhere}})})), 4103) << "another resource";
  EXPECT_EQ(rsc(ask({"x.y.z", token({{"tkps", elsewhere}}), token()})), 2000) << "one of several is enough";
}

TEST_F(SignedToken, MayBeSignedWithRsa) {
  const TokenIssuer rsa("r1", TokenIssuer::Algorithm::Rs256);
  trust(cse.cse(), rsa);
  EXPECT_EQ(rsc(ask({rsa.sign(claims())})), 2000);
  EXPECT_EQ(rsc(ask({token()})), 4103);
}

TEST_F(SignedToken, NamesItsHolderInAnyForm) {
  trust(cse.cse(), issuer());
  for (const char* holder : {"Cother", "/mn1/Cother", "//mec.example.org/mn1/Cother"})
    for (const char* from : {"Cother", "/mn1/Cother", "//mec.example.org/mn1/Cother"})
      EXPECT_EQ(rsc(ask({token({{"tkhd", holder}})}, from)), 2000) << holder << ' ' << from;
}

TEST_F(SignedToken, BringsRoles) {
  trust(cse.cse(), issuer());
  const Json rule{{"acor", {"role-7"}}, {"acop", kRetrieve}};
  const Json rules{{"acr", Json::array({rule})}};
  const auto policy = cse.create("cse-mn", 1, {{"m2m:acp", {{"rn", "by-role"}, {"pv", rules}, {"pvs", rules}}}}).content["m2m:acp"]["ri"];
  ASSERT_EQ(rsc(cse.update(data, {{"m2m:cnt", {{"acpi", {policy}}}}}, "Cowner")), 2004);
  const auto with_roles = [&](const char* role) { return token({{"tkps", {{"pm", Json::array({{{"rids", {role}}}})}}}}); };
  EXPECT_EQ(rsc(ask({with_roles("role-7")})), 2000);
  EXPECT_EQ(rsc(ask({with_roles("role-8")})), 4103);
}

TEST_F(SignedToken, CountsForNothingWhenAnyRuleIsBroken) {
  trust(cse.cse(), issuer(), "//issuer.example.org/in");
  const TokenIssuer stranger("k1");
  Json endless = claims();
  endless.erase("tkna");
  const struct {
    std::string sent, why;
  } rows[] = {{stranger.sign(claims()), "no key of the key set has signed the token"},
              {issuer().sign_as("none", claims()), "neither with RS256 nor with ES256"},
              {issuer().sign_as("HS256", claims()), "neither with RS256 nor with ES256"},
              {issuer().sign_as("RS256", claims()), "no key of the key set has signed the token"},
              {"not-a-token", "no signed JSON Web Token"},
              {"a.b.c.d.e", "no signed JSON Web Token"},  // JWE
              {std::string(9000, 'a'), "longer than 8 KiB"},
              {issuer().sign(Json::array()), "does not hold JSON objects"},
              {token({{"tkhd", "Cthird"}}), "its holder (tkhd) is not the Originator"},
              {token({{"tkhd", "/mn2/Cother"}}), "its holder (tkhd) is not the Originator"},
              {token({{"tkis", "//issuer.example.org/other"}}), "its issuer (tkis) is not the one"},
              {token({{"tkau", {"/mn2", "/in"}}}), "meant for other CSEs (tkau)"},
              {token({{"tknb", "20231114T230000"}}), "does not count yet (tknb)"},
              {token({{"tkna", "20231114T221319"}}), "has expired (tkna)"},
              {issuer().sign(endless), "lacks the claim tkna"},
              {token({{"tkna", "tomorrow"}}), "tkna"},
              {token({{"tkhd", 7}}), "tkhd"},
              {token({{"tkau", "/mn1"}}), "tkau"},
              {token({{"tkps", {{"pm", Json::array({{{"pv", 7}}})}}}}), "tkps"}};
  for (const auto& [sent, why] : rows) {
    const auto refused = ask({sent});
    EXPECT_EQ(rsc(refused), 4103) << why;
    EXPECT_THAT(said(refused), HasSubstr("token 1 counts for nothing: "));
    EXPECT_THAT(said(refused), HasSubstr(why));
  }
  EXPECT_EQ(rsc(ask({token()})), 2000) << "nothing but the rule was broken";
}

TEST_F(SignedToken, SaysNothingAboutWhatIsNotThere) {
  trust(cse.cse(), issuer());
  auto request = cse.request(onem2m::Operation::Retrieve, data + "-none", "Cother");
  request.tokens = {"x"};
  const auto refused = cse.ask(std::move(request));
  EXPECT_EQ(rsc(refused), 4004);
  EXPECT_THAT(said(refused), Not(HasSubstr("token")));
}

TEST_F(SignedToken, StoredOnesCountAsBefore) {
  trust(cse.cse(), issuer());
  const Json stored{{"tkid", "t-1"}, {"tkob", "a.b.c"}, {"tkhd", "Cother"}, {"tkps", claims()["tkps"]}};
  ASSERT_EQ(rsc(cse.create("cse-mn", 32, {{"m2m:tk", stored}})), 2001);
  EXPECT_EQ(rsc(ask({"a.b.c"})), 2000);
  EXPECT_THAT(said(ask({"a.b.c"}, "Cthird")), Not(HasSubstr("token 1")));
}

TEST_F(SignedToken, EndsInTimeAndWithItsKey) {
  trust(cse.cse(), issuer());
  const std::string early = token({{"tknb", "20231114T221330"}});
  EXPECT_EQ(rsc(ask({early})), 4103);
  cse.time.advance(10s);
  EXPECT_EQ(rsc(ask({early})), 2000);
  trust(cse.cse(), TokenIssuer("k2"));
  EXPECT_EQ(rsc(ask({early})), 4103);
  trust(cse.cse(), issuer());
  EXPECT_EQ(rsc(ask({early})), 2000) << "nothing is left of the refusal";
  cse.time.advance(1h);
  EXPECT_EQ(rsc(ask({early})), 4103);
}

TEST_F(SignedToken, IsOpenedOnceAndOfARequestOnlyTheFirst) {
  const auto keys = trust(cse.cse(), issuer());
  for (const std::string& each : {token(), std::string("x.y.z")})
    for (int i = 0; i < 3; ++i) static_cast<void>(ask({each}));
  EXPECT_EQ(keys->opened, 2);
  std::vector<std::string> many;
  for (int i = 0; i < 8; ++i) many.push_back("x." + std::to_string(i));
  many.push_back(token({{"tknm", "ninth"}}));
  const auto refused = ask(many);
  EXPECT_EQ(rsc(refused), 4103);
  EXPECT_THAT(said(refused), HasSubstr("further tokens are not looked at"));
  EXPECT_EQ(keys->opened, 10);
}

TEST_F(SignedToken, BadOnesDoNotPushGoodOnesOut) {
  const auto keys = trust(cse.cse(), issuer());
  EXPECT_EQ(rsc(ask({token()})), 2000);
  const std::string good = token();
  EXPECT_EQ(rsc(ask({good})), 2000);
  const int before = keys->opened;
  for (int i = 0; i < 1500; ++i) static_cast<void>(ask({"x." + std::to_string(i)}));
  EXPECT_EQ(rsc(ask({good})), 2000);
  EXPECT_EQ(keys->opened, before + 1500);
}

TEST_F(SignedToken, CountsForDiscovery) {
  trust(cse.cse(), issuer());
  auto discover = cse.request(onem2m::Operation::Retrieve, "cse-mn/Cowner", "Cother");
  discover.filter_criteria.filter_usage = 1;
  constexpr int kDiscovery = 32;
  const Json permission{{"pv", {{"acr", Json::array({{{"acor", {"all"}}, {"acop", kDiscovery + kRetrieve}}})}}}};
  discover.tokens = {token({{"tkps", {{"pm", Json::array({permission})}}}})};
  const auto found = cse.ask(discover);
  EXPECT_EQ(rsc(found), 2000);
  EXPECT_THAT(found.content["m2m:uril"].dump(), HasSubstr("data"));
}

// What is asked of another CSE is judged there, by its keys alone: TS-0004 7.3.3.15 is a procedure of the Hosting CSE.
TEST(SignedTokenOfAForwardedRequest, IsJudgedByTheHostingCse) {
  CseNetwork network;
  auto& in = network.add(in_cse_options());
  auto options = edge_cse_options();
  options.mobility.enabled = false;
  auto& mn1 = network.add(options);
  ASSERT_TRUE(network.run_until([&] { return mn1.cse().registrar_up(); }));
  ASSERT_EQ(rsc(mn1.create("cse-mn", 3, {{"m2m:cnt", {{"rn", "data"}}}})), 2001);
  onem2m::Request request;
  request.operation = onem2m::Operation::Retrieve;
  request.to = "/mn1/cse-mn/data";
  request.from = "/in/Cfar";
  request.tokens = {issuer().sign(claims_for("/in/Cfar", "cse-mn/data", kRetrieve))};
  const auto at_transit = trust(in.cse(), issuer());
  EXPECT_EQ(rsc(in.ask(request)), 4103) << "the transit CSE's keys do not count";
  trust(mn1.cse(), issuer());
  EXPECT_EQ(rsc(in.ask(request)), 2000);
  EXPECT_EQ(at_transit->opened, 0);
}

}  // namespace
}  // namespace edgecse::test
