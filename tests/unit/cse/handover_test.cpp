// SPDX-License-Identifier: Apache-2.0
//
// What a CSE lets happen to its units: who may bring one, what a batch may hold, and that a repetition is applied once.
#include "cse/handover/handover.hpp"

#include <gtest/gtest.h>

#include "cse/handover/retry_table.hpp"
#include "cse/handover/unit_row.hpp"
#include "cse/rows.hpp"
#include "onem2m/timestamp.hpp"
#include "support/test_cse.hpp"

namespace edgecse::cse {
namespace {

using handover::ContextId;
using handover::parse_context_id;
using handover::Role;
using handover::UnitRow;
using onem2m::Operation;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseStatus;
using test::Json;

CseOptions with_peer() {
  CseOptions options;
  options.mobility.peers = {"/mn2"};
  return options;
}

class HandoverTest : public ::testing::Test {
 protected:
  HandoverTest() {
    auto attached = Handover::attach(cse.cse());
    EXPECT_TRUE(attached) << attached.error().detail;
    handover = std::move(*attached);
    cse.time.advance(std::chrono::seconds{1});
  }
  Response prepare(const std::string& context, const std::string& from, Json more = Json::object()) {
    Json attributes{{"contextID", context}, {"unit", "CCar"}, {"source", from},
                    {"target", "/mn1"},     {"format", 1},    {"epoch", 0},
                    {"phase", "PREPARING"}, {"name", "car"},  {"aliases", {from + "/CCar"}}};
    attributes.update(more);
    return cse.create("cse-mn/mobility", 28, {{"edg:handoverContext", attributes}}, from);
  }
  Response batch(const std::string& context, int number, const Json& rows, bool final = false) {
    const Json body{{"number", number}, {"final", final}, {"rows", rows}};
    return cse.create("cse-mn/mobility/" + context + "/batches", 4, {{"m2m:cin", {{"con", body.dump()}}}}, "/mn2");
  }
  Response grant(const std::string& context) {
    return cse.update("cse-mn/mobility/" + context, {{"edg:handoverContext", {{"phase", "GRANTED"}}}}, "/mn2");
  }
  static Json ae_row() {
    return {
        "t", "CCar",
        R"({"id":"CCar","pi":"mn2","rn":"car","ty":2,"mn":"m2m:ae","no":7,"cr":"CCar","un":"CCar"})"
        "\n"
        R"({"ri":"CCar","pi":"mn2","rn":"car","ty":2,"aei":"CCar","api":"Ncar","rr":true,"srv":["3"],"et":"20350101T000000","ct":"20260101T000000","lt":"20260101T000000"})"};
  }

  test::TestCse cse{with_peer()};
  std::unique_ptr<Handover> handover;
};

TEST_F(HandoverTest, HearsPeersOnly) {
  EXPECT_EQ(prepare("CCar-0-1", "/mn9").status, ResponseStatus::OriginatorHasNoPrivilege);
  EXPECT_EQ(prepare("CCar-0-1", "/mn2").status, ResponseStatus::Created);
}

TEST_F(HandoverTest, RefusesAUnitWhoseStemIsTaken) {
  cse.add_ae("CCar");
  const auto answer = prepare("CCar-0-1", "/mn2");
  EXPECT_EQ(answer.status, ResponseStatus::Conflict);
  EXPECT_NE(answer.content.dump().find("STEM_IN_USE"), std::string::npos);
}

TEST_F(HandoverTest, RefusesAnOlderContextThanTheOpenOne) {
  ASSERT_EQ(prepare("CCar-0-2", "/mn2").status, ResponseStatus::Created);
  EXPECT_EQ(prepare("CCar-0-1", "/mn2").status, ResponseStatus::Conflict);
  EXPECT_EQ(prepare("CCar-0-2", "/mn2").status, ResponseStatus::Created);
  EXPECT_EQ(prepare("CCar-0-3", "/mn2").status, ResponseStatus::Created);
}

TEST_F(HandoverTest, TakesBatchesInOrderAndEachOnce) {
  prepare("CCar-0-1", "/mn2");
  EXPECT_EQ(batch("CCar-0-1", 2, Json::array()).status, ResponseStatus::OperationNotAllowed);
  EXPECT_EQ(batch("CCar-0-1", 1, Json::array({ae_row()})).status, ResponseStatus::Created);
  EXPECT_EQ(batch("CCar-0-1", 1, Json::array({ae_row()})).status, ResponseStatus::Created);
  EXPECT_EQ(batch("CCar-0-1", 2, Json::array()).status, ResponseStatus::Created);
  EXPECT_EQ(batch("CCar-0-7", 1, Json::array()).status, ResponseStatus::NotFound);
}

TEST_F(HandoverTest, ShowsTheUnitOnlyWhenItOwnsIt) {
  prepare("CCar-0-1", "/mn2");
  ASSERT_EQ(batch("CCar-0-1", 1, Json::array({ae_row()}), true).status, ResponseStatus::Created);
  EXPECT_FALSE(cse.tree().find("CCar"));
  ASSERT_EQ(grant("CCar-0-1").status, ResponseStatus::Updated);
  ASSERT_TRUE(cse.tree().find("CCar"));
  EXPECT_EQ(cse.tree().find("CCar")->parent, "mn1");
  EXPECT_EQ(handover->units().at("CCar").epoch, 1U);
  EXPECT_EQ(grant("CCar-0-1").status, ResponseStatus::Updated) << "GRANT may come twice";
}

TEST_F(HandoverTest, IsNotGrantedWhatItDoesNotHave) {
  prepare("CCar-0-1", "/mn2");
  batch("CCar-0-1", 1, Json::array({ae_row()}));
  EXPECT_EQ(grant("CCar-0-1").status, ResponseStatus::InternalServerError);
  EXPECT_FALSE(cse.tree().find("CCar"));
}

TEST_F(HandoverTest, AnswersAddressesOfTheFormerOwner) {
  prepare("CCar-0-1", "/mn2");
  batch("CCar-0-1", 1, Json::array({ae_row()}), true);
  grant("CCar-0-1");
  EXPECT_EQ(cse.retrieve("/mn2/cse-mn/car", "CCar").status, ResponseStatus::Ok);
  EXPECT_EQ(cse.retrieve("/mn2/CCar", "CCar").status, ResponseStatus::Ok);
}

TEST_F(HandoverTest, MonitoringOfATimeSeriesGoesOnWhereItArrives) {
  const std::int64_t now = cse.time.wall_now().time_since_epoch().count(), second = 1'000'000;
  const std::string generated = onem2m::format_timestamp(cse.time.wall_now());
  Resource series;
  series.id = "ser1", series.parent = "CCar", series.name = "ser", series.unit = "CCar", series.creator = "CCar";
  series.type = onem2m::type::kTimeSeries, series.member_name = "m2m:ts", series.created = 8, series.next_sequence = 2;
  series.attributes = Json{{"ri", "ser1"}, {"pi", "CCar"}, {"rn", "ser"}, {"ty", 29}, {"cni", 1}, {"cbs", 4}, {"mdc", 0},
                           {"pei", 10'000}, {"peid", 1'000}, {"mdt", 2'000}, {"mdd", true}, {"et", "20350101T000000"},
                           {"ct", generated}, {"lt", generated}};
  series.internal["monitor"] = {{"next", now + 10 * second}, {"seen", Json::array()}};
  Instance point;
  point.container = "ser1", point.sequence = 1, point.type = onem2m::type::kTimeSeriesInstance, point.name = "i.1";
  point.content_size = 4, point.creator = "CCar";
  point.representation = Json{{"m2m:tsi", {{"ri", "ser1-1"}, {"dgt", generated}, {"con", 1}}}}.dump();
  prepare("CCar-0-1", "/mn2");
  const Json rows = Json::array({ae_row(), {"t", "ser1", rows::encode(series)}, {"i", "ser1", 1, rows::encode(point)},
                                 {"n", "ser1", "~dgt." + std::to_string(now), 1}});
  ASSERT_EQ(batch("CCar-0-1", 1, rows, true).status, ResponseStatus::Created);
  ASSERT_EQ(grant("CCar-0-1").status, ResponseStatus::Updated);

  EXPECT_EQ(cse.retrieve("ser1/la", "CCar").content["m2m:tsi"]["con"], 1);
  EXPECT_EQ(test::rsc(cse.create("ser1", 30, {{"m2m:tsi", {{"dgt", generated}, {"con", 2}}}}, "CCar")), 4105);
  cse.time.advance(std::chrono::seconds{13});
  EXPECT_EQ(cse.retrieve("ser1", "CCar").content["m2m:ts"]["mdlt"],
            Json({onem2m::format_timestamp(base::WallTime{base::Duration{now + 10 * second}})}));
}

TEST_F(HandoverTest, ServesARequestThatMeetsTheCommitInWhichItsUnitComes) {
  prepare("CCar-0-1", "/mn2");
  ASSERT_EQ(batch("CCar-0-1", 1, Json::array({ae_row()}), true).status, ResponseStatus::Created);
  // Both wait for the commit loop's next turn: the request is judged before GRANT, and answered after it.
  Request early = cse.request(Operation::Create, "cse-mn/car", "CCar");
  early.resource_type = 3;
  early.content = {{"m2m:cnt", {{"rn", "data"}}}};
  Request grant = cse.request(Operation::Update, "cse-mn/mobility/CCar-0-1", "/mn2");
  grant.content = {{"edg:handoverContext", {{"phase", "GRANTED"}}}};
  early.request_identifier = grant.request_identifier = "r";
  early.release_version = grant.release_version = "3";
  std::vector<ResponseStatus> answers;
  for (const Request& request : {early, grant})
    cse.cse().handle(request, [&](const Response& response) { answers.push_back(response.status); });
  cse.time.advance(std::chrono::seconds{1});
  EXPECT_EQ(answers, (std::vector{ResponseStatus::Updated, ResponseStatus::Created}));
}

TEST_F(HandoverTest, NotifiesOfItsContexts) {
  cse.add_ae("CWatcher", {{"poa", {"http://watcher"}}});
  const auto subscribe = [&](const std::string& to, int event) {
    return cse.create(to, 23, {{"m2m:sub", {{"nu", {"CWatcher"}}, {"enc", {{"net", {event}}}}, {"nct", 1}}}}).status;
  };
  ASSERT_EQ(subscribe("cse-mn/mobility", 3), ResponseStatus::Created);
  prepare("CCar-0-1", "/mn2");
  ASSERT_EQ(subscribe("cse-mn/mobility/CCar-0-1", 1), ResponseStatus::Created);
  ASSERT_EQ(batch("CCar-0-1", 1, Json::array({ae_row()}), true).status, ResponseStatus::Created);
  ASSERT_EQ(grant("CCar-0-1").status, ResponseStatus::Updated);
  cse.time.advance(std::chrono::seconds{1});
  std::vector<std::string> phases;
  for (const auto& sent : cse.sender.sent)
    if (sent.request.operation == Operation::Notify && sent.request.content["m2m:sgn"].contains("nev"))
      phases.push_back(sent.request.content["m2m:sgn"]["nev"]["rep"]["edg:handoverContext"]["phase"]);
  EXPECT_EQ(phases, (std::vector<std::string>{"PREPARED", "COMPLETED"}));
}

TEST_F(HandoverTest, DoesNotSayThatAUnitEndedThatIsArriving) {
  const auto want = [&](const std::string& unit) {
    const Json wish{{"phase", "REQUESTED"}, {"unit", unit}, {"target", "/mn2"}, {"credential", "x"}};
    return cse.create("cse-mn/mobility", 28, {{"edg:handoverContext", wish}}, "/mn2").status;
  };
  EXPECT_EQ(want("CCar"), ResponseStatus::NotFound);
  prepare("CCar-0-1", "/mn2");
  EXPECT_EQ(want("CCar"), ResponseStatus::TargetNotReachable);
}

struct BadRow {
  const char* name;
  const char* row;
  friend std::ostream& operator<<(std::ostream& out, const BadRow& bad) { return out << bad.name; }
};
class BadBatch : public HandoverTest, public ::testing::WithParamInterface<BadRow> {};

TEST_P(BadBatch, IsRefusedAndLeavesNothing) {
  prepare("CCar-0-1", "/mn2");
  const auto answer = batch("CCar-0-1", 1, Json::array({ae_row(), Json::parse(GetParam().row)}));
  EXPECT_EQ(answer.status, ResponseStatus::ContentsUnacceptable) << answer.content.dump();
  EXPECT_EQ(handover->units().at("CCar").target->watermark, 0U);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, BadBatch,
    ::testing::Values(
        BadRow{"NoList", "7"}, BadRow{"Empty", "[]"}, BadRow{"UnknownKind", R"(["z","x"])"},
        BadRow{"NoRow", R"(["t","x"])"}, BadRow{"DamagedResource", R"(["t","x","{"])"},
        BadRow{
            "AnotherId",
            R"(["t","x","{\"id\":\"y\",\"pi\":\"p\",\"rn\":\"n\",\"ty\":3,\"mn\":\"m2m:cnt\",\"no\":1,\"un\":\"CCar\"}\n{}"])"},
        BadRow{
            "AnotherUnit",
            R"(["t","x","{\"id\":\"x\",\"pi\":\"p\",\"rn\":\"n\",\"ty\":3,\"mn\":\"m2m:cnt\",\"no\":1,\"un\":\"CBike\"}\n{}"])"},
        BadRow{
            "OurCseBase",
            R"(["t","mn1","{\"id\":\"mn1\",\"pi\":\"\",\"rn\":\"n\",\"ty\":3,\"mn\":\"m2m:cnt\",\"no\":1,\"un\":\"CCar\"}\n{}"])"},
        BadRow{"InstanceOfOurs", R"(["I","mn1",3])"}, BadRow{"AllInstancesOfOurs", R"(["A","mn1"])"},
        BadRow{"DamagedInstance", R"(["i","c",3,"nonsense"])"},
        BadRow{"RetryOfAnotherUnit", R"(["r","72657472792f58","00","{}"])"},
        BadRow{"OutboxKeyNoHex", R"(["o","xyz","{}"])"}, BadRow{"NameWithSlash", R"(["n","c","a/b",3])"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(HandoverTest, AppliesARepeatedRequestOnce) {
  const std::string ae = cse.add_ae("CMeter");
  const std::string container = cse.add_container(ae, "data", "CMeter");
  Request request = cse.request(Operation::Create, container, "CMeter");
  request.resource_type = 4;
  request.content = {{"m2m:cin", {{"con", "21.5"}}}};
  request.request_identifier = "once";
  const Response first = cse.ask(request), second = cse.ask(request);
  EXPECT_EQ(second.status, ResponseStatus::Created);
  EXPECT_EQ(second.content, first.content);
  EXPECT_EQ(cse.retrieve(container, "CMeter").content["m2m:cnt"]["cni"], 1);
}

TEST_F(HandoverTest, TakesNothingForARepetitionFromWhoReusesIdentifiers) {
  const std::string container = cse.add_container(cse.add_ae("CMeter"), "data", "CMeter");
  Request request = cse.request(Operation::Create, container, "CMeter");
  request.resource_type = 4;
  request.request_identifier = "always";
  for (const char* content : {"1", "2", "2"}) {
    request.content = {{"m2m:cin", {{"con", content}}}};
    EXPECT_EQ(cse.ask(request).status, ResponseStatus::Created);
  }
  EXPECT_EQ(cse.retrieve(container, "CMeter").content["m2m:cnt"]["cni"], 3);
}

TEST_F(HandoverTest, ForgetsAnswersAfterGuardTime) {
  const std::string container = cse.add_container(cse.add_ae("CMeter"), "data", "CMeter");
  const auto rows = [&] {
    return cse.store().scan(store::Table::Meta, handover::RetryTable::kPrefix, handover::RetryTable::kEnd, 100)->size();
  };
  EXPECT_GT(rows(), 0U);
  cse.time.advance(cse.options().mobility.guard_time + std::chrono::seconds{1});
  handover->sweep();
  cse.time.advance(std::chrono::seconds{1});
  EXPECT_EQ(rows(), 0U);
}

TEST(HandoverWithoutExtensions, IsUnknownToItsPeers) {
  CseOptions options = with_peer();
  options.mobility.extensions = false;
  test::TestCse cse(options);
  const auto handover = Handover::attach(cse.cse());
  ASSERT_TRUE(handover);
  cse.time.advance(std::chrono::seconds{1});
  EXPECT_FALSE(cse.tree().child("mn1", "mobility"));
  EXPECT_EQ(cse.create("cse-mn/mobility", 28, {{"edg:handoverContext", {{"phase", "PREPARING"}}}}, "/mn2").status,
            ResponseStatus::NotFound);
  cse.add_ae("CMeter");
  EXPECT_EQ(cse.retrieve("cse-mn/CMeter", "CMeter").status, ResponseStatus::Ok);
}

TEST(HandoverPeer, IsReachedAfterARestartWhileTheRegistrarIsSilent) {
  CseOptions options = with_peer();
  options.registrar = RegistrarOptions{"/in", "cse-in", {"http://in"}};
  test::TestCse cse(options);
  cse.sender.answer = [](const onem2m::NextHop&, const Request& request) -> std::optional<Response> {
    Response response;
    response.request_identifier = request.request_identifier;
    if (request.to == "/in/mn2") response.content = {{"m2m:csr", {{"csi", "/mn2"}, {"poa", {"http://mn2"}}}}};
    return response;
  };
  cse.time.advance(std::chrono::seconds{5});
  cse.retrieve("/mn2/cse-mn");
  cse.sender.answer = [](const onem2m::NextHop& hop, const Request& request) -> std::optional<Response> {
    if (hop.points_of_access == std::vector<std::string>{"http://in"}) return std::nullopt;
    Response response;
    response.request_identifier = request.request_identifier;
    return response;
  };
  cse.restart();
  EXPECT_EQ(cse.retrieve("/mn2/cse-mn").status, ResponseStatus::Ok);
  const auto direct = std::find_if(cse.sender.sent.begin(), cse.sender.sent.end(), [](const auto& sent) {
    return sent.next_hop.points_of_access == std::vector<std::string>{"http://mn2"};
  });
  EXPECT_NE(direct, cse.sender.sent.end());
}

TEST_F(HandoverTest, KeepsACopiedPolicyAsItsHomeTellsWhileItIsUsed) {
  const auto policy = [](const char* who) {
    return Json{
        "t", "acpX",
        std::string(R"({"id":"acpX","pi":"mn2","rn":"acp1","ty":1,"mn":"m2m:acp","no":3,"cr":"CAdmin"})") +
            "\n" + R"({"ri":"acpX","pi":"mn2","rn":"acp1","ty":1,"pv":{"acr":[{"acor":[")" + who +
            R"("],"acop":63}]},"pvs":{"acr":[{"acor":["CAdmin"],"acop":63}]},"et":"20350101T000000","ct":"20260101T000000","lt":"20260101T000000"})"};
  };
  Json ae = ae_row();
  ae[2] = ae[2].get<std::string>().substr(0, ae[2].get<std::string>().size() - 1) + R"(,"acpi":["acpX"]})";
  prepare("CCar-0-1", "/mn2");
  ASSERT_EQ(batch("CCar-0-1", 1, Json::array({ae, policy("/in/CFriend")}), true).status, ResponseStatus::Created);
  ASSERT_EQ(grant("CCar-0-1").status, ResponseStatus::Updated);
  ASSERT_TRUE(cse.tree().find("acpX"));
  const auto tell = [&](const std::string& from, Json attributes) {
    attributes["phase"] = "POLICY";
    attributes["policy"] = "acpX";
    return cse.create("cse-mn/mobility", 28, {{"edg:handoverContext", attributes}}, from);
  };
  // The AE is named as it was at its former registrar, and is one of ours now.
  EXPECT_EQ(tell("/mn2", {{"row", policy("CCar")[2]}}).status, ResponseStatus::Created);
  EXPECT_EQ(cse.tree().find("acpX")->attributes["pv"]["acr"][0]["acor"][0], "CCar");
  EXPECT_EQ(tell("/mn9", {{"row", policy("CEvil")[2]}}).status, ResponseStatus::OriginatorHasNoPrivilege);
  handover->sweep();
  cse.time.advance(std::chrono::seconds{1});
  EXPECT_TRUE(cse.tree().find("acpX")) << "the AE refers to it";
  ASSERT_EQ(cse.update("cse-mn/car", {{"m2m:ae", {{"acpi", nullptr}}}}).status, ResponseStatus::Updated);
  handover->sweep();
  cse.time.advance(std::chrono::seconds{1});
  EXPECT_FALSE(cse.tree().find("acpX"));
}

TEST(HandoverRegistration, AsksThePeersWhatTheDirectoryMayNotKnowYet) {
  CseOptions options = with_peer();
  options.registrar = RegistrarOptions{"/in", "cse-in", {"http://in"}};
  test::TestCse cse(options);
  const auto handover = Handover::attach(cse.cse());
  ASSERT_TRUE(handover);
  int asked = 0;
  bool ended = false;
  cse.sender.answer = [&](const onem2m::NextHop&, const Request& request) -> std::optional<Response> {
    Response response;
    response.request_identifier = request.request_identifier;
    if (request.to == "/in/mn2") response.content = {{"m2m:csr", {{"csi", "/mn2"}, {"poa", {"http://mn2"}}}}};
    if (request.to.find("/find-") != std::string::npos) response.status = ResponseStatus::NotFound;
    if (request.to == "/mn2/cse-mn/mobility") {
      ++asked;
      response.status = ResponseStatus::NotFound;
      if (ended) response.content = {{"edg:handoverContext", {{"phase", "ENDED"}, {"epoch", 0}}}};
      if (!ended) response.status = ResponseStatus::OriginatorHasAlreadyRegistered;
    }
    return response;
  };
  cse.time.advance(std::chrono::seconds{5});
  const auto enter = [&](const std::string& stem) {
    return cse.create("cse-mn", 2,
                      {{"m2m:ae", {{"rn", stem}, {"api", "Ncar"}, {"rr", true}, {"srv", {"3"}}, {"lbl", {"Credential-ID:" + stem}}}}},
                      stem);
  };
  EXPECT_EQ(enter("CCar").status, ResponseStatus::OriginatorHasAlreadyRegistered);
  ended = true;
  EXPECT_EQ(enter("CBike").status, ResponseStatus::Created);
  EXPECT_EQ(asked, 2);
}

TEST(HandoverPolicies, AreToldToWhoHoldsACopy) {
  CseOptions options = with_peer();
  options.registrar = RegistrarOptions{"/in", "cse-in", {"http://in"}};
  test::TestCse cse(options);
  const auto handover = Handover::attach(cse.cse());
  ASSERT_TRUE(handover);
  cse.time.advance(std::chrono::seconds{1});
  const auto made = cse.create("cse-mn", 1,
                               {{"m2m:acp",
                                 {{"rn", "acp1"},
                                  {"pv", {{"acr", {{{"acor", {"CA"}}, {"acop", 1}}}}}},
                                  {"pvs", {{"acr", {{{"acor", {"CAdmin"}}, {"acop", 63}}}}}}}}});
  const std::string id = made.content["m2m:acp"]["ri"];
  const auto report = [&](const std::string& policy) {
    return cse.create("cse-mn/mobility", 28, {{"edg:handoverContext", {{"phase", "HOLDS"}, {"policy", policy}}}}, "/mn2");
  };
  const auto answer = report(id);
  EXPECT_EQ(answer.content["edg:handoverContext"]["phase"], "POLICY") << answer.content.dump();
  EXPECT_EQ(report("nothing").content["edg:handoverContext"]["phase"], "GONE");
  cse.update("cse-mn/acp1", {{"m2m:acp", {{"pv", {{"acr", {{{"acor", {"CB"}}, {"acop", 1}}}}}}}}});
  cse.remove("cse-mn/acp1");
  cse.time.advance(std::chrono::seconds{1});
  const auto messages = cse.store().scan(store::Table::Outbox, "policy-change", "policy-changf", 10);
  ASSERT_TRUE(messages);
  EXPECT_EQ(messages->size(), 2U) << "nobody is there to take them: they wait";
}

TEST(ContextIdText, IsReadBackAndNothingElseIs) {
  const ContextId id{"C-car-1", 3, 12};
  EXPECT_EQ(id.text(), "C-car-1-3-12");
  EXPECT_EQ(parse_context_id(id.text()), id);
  for (const char* bad :
       {"", "-", "CCar", "CCar-1", "-1-1", "CCar-1-", "CCar--1", "CCar-x-1", "CCar-1-99999999999999999999"})
    EXPECT_FALSE(parse_context_id(bad)) << bad;
}

TEST(UnitRowText, IsReadBack) {
  UnitRow row;
  row.role = Role::Moved;
  row.epoch = 4;
  row.owner = "/mn2";
  row.moved_by = ContextId{"CCar", 3, 1};
  row.grant_pending = true;
  row.target = UnitRow::Target{{"CCar", 4, 1}, "/mn2", 7, false, true};
  row.release_pending = {{{"CCar", 1, 1}, "/mn3"}};
  const auto read = handover::decode_unit_row(handover::encode(row));
  ASSERT_TRUE(read);
  EXPECT_EQ(handover::encode(*read), handover::encode(row));
  EXPECT_FALSE(handover::decode_unit_row("{"));
  EXPECT_FALSE(handover::decode_unit_row(R"({"role":1})"));
}

}  // namespace
}  // namespace edgecse::cse
