// SPDX-License-Identifier: Apache-2.0
//
// Who is asked and who is told about AEs: dynamic authorisation (TS-0003 7.3.2, TS-0001 11.5) and the AEContactList (TS-0001
// 10.2.16, TS-0004 7.5.1.2.17).
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

struct Consultation : ::testing::Test {
  Consultation() {
    cse.add_ae("Cowner");
    cse.add_ae("Cother");
    data = cse.add_container("cse-mn/Cowner", "data", "Cowner");
    const Json dac{{"dae", true}, {"dap", {"http://127.0.0.1:1/das"}}};
    const auto made = cse.create("cse-mn", 34, {{"m2m:dac", dac}});
    EXPECT_EQ(rsc(made), 2001) << made.content;
    consultation = made.content["m2m:dac"]["ri"];
    EXPECT_EQ(rsc(cse.update("cse-mn/Cowner", {{"m2m:ae", {{"daci", {consultation}}}}})), 2004);
    cse.sender.answer = [this](const onem2m::NextHop&, const onem2m::Request& request) {
      asked.push_back(request.content["m2m:seci"]);
      onem2m::Response response;
      response.request_identifier = request.request_identifier;
      response.content = answer;
      return std::optional(response);
    };
  }
  static Json grant(const char* originator, int operations, Json lifetime) {
    const Json privileges{{"acr", Json::array({{{"acor", {originator}}, {"acop", operations}}})}};
    return {{"m2m:seci", {{"sit", 2}, {"dres", {{"dai", {{"gp", privileges}, {"pl", std::move(lifetime)}}}}}}}};
  }

  TestCse cse{[] {
    cse::CseOptions options;
    options.access.dynamic_authorization = true;
    return options;
  }()};
  std::string data, consultation;
  std::vector<Json> asked;
  Json answer;
};

TEST_F(Consultation, TellsTheAuthorityWhoWantsWhat) {
  EXPECT_EQ(rsc(cse.retrieve(data, "Cother")), 4103) << "an answer without privileges grants nothing";
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0]["sit"], 1);
  EXPECT_EQ(asked[0]["dreq"]["or"], "/mn1/Cother");
  EXPECT_EQ(asked[0]["dreq"]["op"], 2);
  EXPECT_EQ(asked[0]["dreq"]["trt"], 3);
  EXPECT_EQ(asked[0]["dreq"]["trid"], "/mn1/" + cse.tree().child("Cowner", "data")->id);
}

TEST_F(Consultation, GrantCountsForItsLifetime) {
  answer = grant("Cother", 2, 30'000);
  EXPECT_EQ(rsc(cse.retrieve(data, "Cother")), 2000);
  EXPECT_EQ(rsc(cse.retrieve(data, "Cother")), 2000);
  EXPECT_EQ(asked.size(), 1U) << "it is remembered";
  answer = Json{};
  EXPECT_EQ(rsc(cse.update(data, {{"m2m:cnt", {{"lbl", {"x"}}}}}, "Cother")), 4103) << "another operation";
  cse.time.advance(31s);
  EXPECT_EQ(rsc(cse.retrieve(data, "Cother")), 4103);
}

TEST_F(Consultation, GrantIsForTheOneWhoWasMeant) {
  answer = grant("Cthird", 63, 30'000);
  EXPECT_EQ(rsc(cse.retrieve(data, "Cother")), 4103);
  EXPECT_EQ(rsc(cse.retrieve("cse-mn/Cowner", "Cthird")), 2000) << "asked again for another resource";
}

TEST_F(Consultation, AnswerMayBeTokensThatAreStoredHere) {
  const Json rules{{"acr", Json::array({{{"acor", {"Cother"}}, {"acop", 2}}})}};
  const Json token{{"tkid", "t-1"}, {"tkob", "a.b.c"}, {"tkhd", "Cother"}, {"tkps", {{"pm", Json::array({{{"pv", rules}}})}}}};
  ASSERT_EQ(rsc(cse.create("cse-mn", 32, {{"m2m:tk", token}})), 2001);
  answer = {{"m2m:seci", {{"sit", 2}, {"dres", {{"tkns", {"x.y.z", "a.b.c"}}}}}}};
  EXPECT_EQ(rsc(cse.retrieve(data, "Cother")), 2000);
  EXPECT_EQ(rsc(cse.retrieve(data, "Cother")), 2000);
  EXPECT_EQ(asked.size(), 1U) << "it is remembered";
  EXPECT_EQ(rsc(cse.retrieve(data, "Cthird")), 4103) << "the token is another's";
  answer = Json{};
  cse.time.advance(61s);
  EXPECT_EQ(rsc(cse.retrieve(data, "Cother")), 4103);
}

TEST_F(Consultation, AnswerMayBeSignedTokens) {
  const TokenIssuer issuer("k1");
  struct Keys final : cse::TokenKeys {
    explicit Keys(const std::string& set) : keys(*net::JsonWebKeySet::parse(set)) {}
    base::Result<Json, std::string> open(std::string_view token) const override { return keys.open(token); }
    net::JsonWebKeySet keys;
  };
  cse.cse().core().access_policies->signed_tokens().trust(std::make_shared<Keys>(issuer.key_set()), "");
  Json claims = claims_for("/mn1/Cother", data, 2);
  claims["tkna"] = "20231114T221350";
  answer = {{"m2m:seci", {{"sit", 2}, {"dres", {{"tkns", {issuer.sign(claims)}}}}}}};
  EXPECT_EQ(rsc(cse.retrieve(data, "Cother")), 2000);
  EXPECT_EQ(rsc(cse.update(data, {{"m2m:cnt", {{"lbl", {"x"}}}}}, "Cother")), 4103) << "another operation";
  cse.time.advance(30s);
  EXPECT_EQ(rsc(cse.retrieve(data, "Cother")), 4103) << "the token has ended before the consultation's grants do";
}

TEST_F(Consultation, CreatesHappenOnceAfterTheGrant) {
  answer = grant("Cother", 1, 30'000);
  EXPECT_EQ(rsc(cse.add_instance(data, "1", "Cother")), 2001);
  EXPECT_EQ(cse.retrieve(data, "Cowner").content["m2m:cnt"]["cni"], 1);
}

TEST_F(Consultation, NobodyIsAskedWhereItIsOffOrNotNamed) {
  EXPECT_EQ(rsc(cse.retrieve("cse-mn/Cother", "Cowner")), 4103);
  EXPECT_TRUE(asked.empty());
  ASSERT_EQ(rsc(cse.update(consultation, {{"m2m:dac", {{"dae", false}}}})), 2004);
  EXPECT_EQ(rsc(cse.retrieve(data, "Cother")), 4103);
  EXPECT_TRUE(asked.empty());
}

TEST_F(Consultation, DamagedAnswersGrantNothing) {
  for (const char* text : {R"([])", R"({"m2m:seci":1})", R"({"m2m:seci":{"sit":2,"dres":{"dai":{"gp":7}}}})",
                           R"({"m2m:seci":{"sit":1,"dres":{"dai":{"gp":{"acr":[{"acor":["all"],"acop":63}]}}}}})",
                           R"({"m2m:seci":{"sit":2,"dres":{"dai":{"gp":{"acr":[{"acor":["all"],"acop":63}]},"pl":"soon"}}}})",
                           R"({"m2m:seci":{"sit":2,"dres":{"tkns":"a.b.c"}}})", R"({"m2m:seci":{"sit":2,"dres":{"tkns":[1]}}})"}) {
    answer = Json::parse(text);
    EXPECT_EQ(rsc(cse.retrieve(data, "Cother")), 4103) << text;
  }
}

// --- AEContactList -----------------------------------------------------------------------------------------------------

struct ContactList : ::testing::Test {
  static cse::CseOptions an_mn_cse() {
    auto options = edge_cse_options();
    options.mobility.extensions = false;
    return options;
  }
  void SetUp() override {
    ASSERT_TRUE(network.run_until([&] { return mn1.cse().registrar_up(); }));
    network.advance(1s);
  }
  Json contacts() { return in.retrieve("cse-in/AEContactList/mn1").content.value("/m2m:alpc/ail"_json_pointer, Json{}); }
  int tell(const char* from, Json content) {
    return rsc(in.ask(onem2m::Operation::Notify, "cse-in", from, {{"m2m:sgn", std::move(content)}}));
  }
  CseNetwork network;
  CseNetwork::Node& in = network.add(in_cse_options());
  CseNetwork::Node& mn1 = network.add(an_mn_cse());
};

TEST_F(ContactList, IsThereAndChangedByNobodyElse) {
  const Json list = in.retrieve("cse-in/AEContactList").content["m2m:alst"];
  EXPECT_EQ(list["ty"], 43);
  EXPECT_EQ(list["nic"], 0);
  EXPECT_EQ(rsc(in.remove("cse-in/AEContactList")), 4005);
  EXPECT_EQ(rsc(in.create("cse-in", 43, {{"m2m:alst", Json::object()}})), 4005);
  in.restart();
  EXPECT_EQ(rsc(in.retrieve("cse-in/AEContactList")), 2000);
}

TEST_F(ContactList, FollowsWhatAHostingCseTells) {
  EXPECT_EQ(tell("/mn1", {{"aerid", true}, {"tid2", "/mn9/Cfar"}}), 2000);
  EXPECT_EQ(contacts(), Json({"/mn9/Cfar"}));
  EXPECT_EQ(in.retrieve("cse-in/AEContactList").content["m2m:alst"]["nic"], 1);
  EXPECT_EQ(tell("/mn1", {{"aerid", true}, {"tid1", "/mn9/Cfar"}, {"tid2", "/mn8/Cfar"}}), 2000);
  EXPECT_EQ(contacts(), Json({"/mn8/Cfar"}));
  EXPECT_EQ(tell("/mn1", {{"aerid", true}, {"tid1", "/mn8/Cfar"}}), 2000);
  EXPECT_TRUE(contacts().is_null());
  EXPECT_EQ(in.retrieve("cse-in/AEContactList").content["m2m:alst"]["nic"], 0);
}

TEST_F(ContactList, IsToldWhenResourcesBeginAndCeaseToReferToAnAe) {
  const auto rules = [](Json originators) { return Json{{"acr", {{{"acor", std::move(originators)}, {"acop", 63}}}}}; };
  for (const char* name : {"one", "two"}) {
    const Json policy{{"rn", name}, {"pv", rules({"/mn9/Cfar", "Cnear", "/mn1/Chere", "all"})}, {"pvs", rules({"CAdmin"})}};
    ASSERT_EQ(rsc(mn1.create("cse-mn", 1, {{"m2m:acp", policy}}, "CAdmin")), 2001);
    network.advance(1s);
    EXPECT_EQ(contacts(), Json({"/mn9/Cfar"})) << "those of other CSEs";
  }
  ASSERT_EQ(rsc(mn1.update("cse-mn/one", {{"m2m:acp", {{"pv", rules({"/mn8/Cother"})}}}}, "CAdmin")), 2004);
  network.advance(1s);
  EXPECT_EQ(contacts(), Json({"/mn9/Cfar", "/mn8/Cother"})) << "the other policy still names the first";
  mn1.restart();
  ASSERT_EQ(rsc(mn1.remove("cse-mn/two", "CAdmin")), 2002);
  network.advance(1s);
  EXPECT_EQ(contacts(), Json({"/mn8/Cother"})) << "known beyond a restart";
  ASSERT_EQ(rsc(mn1.remove("cse-mn/one", "CAdmin")), 2002);
  network.advance(1s);
  EXPECT_TRUE(contacts().is_null());
}

TEST_F(ContactList, RefusesWhatIsNoNewsOfACse) {
  EXPECT_EQ(tell("/mn1", {{"aerid", true}, {"tid2", "Cx"}}), 4000);
  EXPECT_EQ(tell("/mn1", {{"aerid", true}}), 4000);
  EXPECT_EQ(tell("/mn1", {{"aerid", true}, {"tid2", "/mn9/Cx"}}), 2000);
  EXPECT_EQ(tell("CAdmin", {{"aerid", true}, {"tid2", "/mn9/Cx"}}), 4000);
  EXPECT_EQ(tell("/stranger", {{"aerid", true}, {"tid2", "/mn9/Cx"}}), 4103);
}

}  // namespace
}  // namespace edgecse::test
