// SPDX-License-Identifier: Apache-2.0
//
// Requests that are refused before anything is looked up. TS-0004 7.3.2.1.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "support/test_cse.hpp"

namespace edgecse::test {
namespace {

using onem2m::Operation;
using onem2m::Request;

struct Row {
  const char* name;
  Operation operation;
  std::function<void(Request&)> spoil;
  int status;
  const char* says = "";  // what is wrong, by name and value, and the rule
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

struct InvalidMessage : ::testing::TestWithParam<Row> {
  TestCse cse;
};

TEST_P(InvalidMessage, IsRefusedWithItsCode) {
  Request request = cse.request(GetParam().operation, "cse-mn", "CAdmin");
  request.request_identifier = "1";
  request.release_version = "3";
  if (request.operation == Operation::Create) {
    request.resource_type = 3;
    request.content = {{"m2m:cnt", Json::object()}};
  }
  GetParam().spoil(request);
  const auto response = cse.ask_as_is(request);
  EXPECT_EQ(rsc(response), GetParam().status) << response.content.dump();
  EXPECT_EQ(response.request_identifier, "1");
  EXPECT_EQ(response.content.contains("m2m:dbg"), GetParam().status >= 4000);
  if (GetParam().status >= 4000) {
    EXPECT_EQ(response.content.value("m2m:dbg", ""), GetParam().says);
  }
}

const Row kRows[] = {
    {"nothing", Operation::Retrieve, [](Request&) {}, 2000},
    {"rqet over", Operation::Retrieve, [](Request& r) { r.request_expiration = "20200101T000000"; }, 4008,
     "rqet is over: 20200101T000000"},
    {"rqet over, relative", Operation::Retrieve, [](Request& r) { r.request_expiration = "-1"; }, 4008, "rqet is over: -1"},
    {"rqet to come", Operation::Retrieve, [](Request& r) { r.request_expiration = "1000"; }, 2000},
    {"rqet nonsense", Operation::Retrieve, [](Request& r) { r.request_expiration = "soon"; }, 4000, "rqet is no time: 'soon'"},
    {"rset over", Operation::Retrieve, [](Request& r) { r.result_expiration = "20200101T000000"; }, 4008,
     "rset is over: 20200101T000000"},
    {"rset before rqet", Operation::Retrieve, [](Request& r) { r.request_expiration = "2000", r.result_expiration = "1000"; }, 4000,
     "rset is before rqet"},
    {"rqet as a duration", Operation::Retrieve, [](Request& r) { r.request_expiration = "PT1S"; }, 2000},
    {"rset to come", Operation::Retrieve, [](Request& r) { r.request_expiration = "1000", r.result_expiration = "1000"; }, 2000},
    {"rset nonsense", Operation::Retrieve, [](Request& r) { r.result_expiration = "20261301T000000"; }, 4000,
     "rset is no time: '20261301T000000'"},
    {"oet to come", Operation::Retrieve, [](Request& r) { r.operation_execution_time = "1000"; }, 2000},
    {"oet past", Operation::Retrieve, [](Request& r) { r.operation_execution_time = "20200101T000000"; }, 2000},
    {"oet nonsense", Operation::Retrieve, [](Request& r) { r.operation_execution_time = "later"; }, 4000,
     "oet is no time: 'later'"},
    {"oet at rqet", Operation::Retrieve, [](Request& r) { r.operation_execution_time = r.request_expiration = "1000"; }, 4000,
     "oet is not before rqet"},
    {"oet after rset", Operation::Retrieve, [](Request& r) { r.operation_execution_time = "2000", r.result_expiration = "1000"; }, 4000,
     "oet is not before rset"},
    {"ot relative", Operation::Retrieve, [](Request& r) { r.originating_timestamp = "-10"; }, 2000},
    {"ot nonsense", Operation::Retrieve, [](Request& r) { r.originating_timestamp = "yesterday"; }, 4000,
     "ot is no time: 'yesterday'"},
    {"rp nonsense", Operation::Retrieve, [](Request& r) { r.result_persistence = "long"; }, 4000, "rp is no time: 'long'"},
    {"ec custom", Operation::Retrieve, [](Request& r) { r.event_category = 100; }, 2000},
    {"ec unknown", Operation::Retrieve, [](Request& r) { r.event_category = 5; }, 4000, "ec 5 is no event category"},
    {"drt unstructured", Operation::Retrieve, [](Request& r) { r.desired_identifier_type = 2; }, 2000},
    {"drt unknown", Operation::Retrieve, [](Request& r) { r.desired_identifier_type = 3; }, 4000, "drt 3 is no identifier type"},
    {"ma", Operation::Retrieve, [](Request& r) { r.maximum_age = "PT5S"; }, 2000},
    {"ma nonsense", Operation::Retrieve, [](Request& r) { r.maximum_age = "5"; }, 4000, "ma is no duration: '5'"},
    {"no From", Operation::Retrieve, [](Request& r) { r.from.clear(); }, 4000, "From is missing"},
    {"From with another first letter", Operation::Retrieve, [](Request& r) { r.from = "bob"; }, 4103,
     "no access control policy of 'cse-mn' lets bob do this"},
    {"From with a blank", Operation::Retrieve, [](Request& r) { r.from = "bob y"; }, 4000,
     "From 'bob y' is neither an AE-ID nor a CSE-ID"},
    {"From of one letter", Operation::Retrieve, [](Request& r) { r.from = "C"; }, 4000,
     "From 'C' is neither an AE-ID nor a CSE-ID"},
    {"From with two segments too many", Operation::Retrieve, [](Request& r) { r.from = "/in/a/b"; }, 4000,
     "From '/in/a/b' is neither an AE-ID nor a CSE-ID"},
    {"CREATE without ty", Operation::Create, [](Request& r) { r.resource_type.reset(); }, 4000, "ty is missing"},
    {"CREATE with filter criteria", Operation::Create, [](Request& r) { r.filter_criteria.labels = {"x"}; }, 4000,
     "a CREATE has no filter criteria"},
    {"RETRIEVE with ty", Operation::Retrieve, [](Request& r) { r.resource_type = 3; }, 4000, "ty belongs to a CREATE"},
    {"RETRIEVE with content", Operation::Retrieve, [](Request& r) { r.content = {{"a", 1}}; }, 4000,
     "a RETRIEVE has no content but an attribute list"},
    {"CREATE without content", Operation::Create, [](Request& r) { r.content = nullptr; }, 4000, "the request has no content"},
    {"UPDATE without content", Operation::Update, [](Request&) {}, 4000, "the request has no content"},
    {"sqi of an UPDATE", Operation::Update, [](Request& r) { r.semantic_query = true, r.content = {{"m2m:cb", {}}}; }, 4000,
     "sqi belongs to a RETRIEVE"},
    {"sqi without rcn 10", Operation::Retrieve, [](Request& r) { r.semantic_query = true; }, 4000,
     "a semantic query (sqi) goes with rcn 10"},
    {"sqi without smf", Operation::Retrieve, [](Request& r) { r.semantic_query = true, r.result_content = 10; }, 4000,
     "a semantic query (sqi) needs its text (smf)"},
    {"sqi without SPARQL", Operation::Retrieve, [](Request& r) { r.semantic_query = true, r.result_content = 10, r.filter_criteria.semantics_filters = {"nonsense"}; }, 4143,
     "smf: SPARQL, line 1, at 'nonsense': SELECT or ASK is expected"},
    {"NOTIFY without content", Operation::Notify, [](Request&) {}, 4000, "the request has no content"},
    {"rcn 4 of a CREATE", Operation::Create, [](Request& r) { r.result_content = 4; }, 4000, "rcn 4 does not fit the operation"},
    {"rcn 0 of a RETRIEVE", Operation::Retrieve, [](Request& r) { r.result_content = 0; }, 4000,
     "rcn 0 does not fit the operation"},
    {"rcn 99", Operation::Retrieve, [](Request& r) { r.result_content = 99; }, 4000, "rcn 99 does not fit the operation"},
    {"rcn -1", Operation::Retrieve, [](Request& r) { r.result_content = -1; }, 4000, "rcn -1 does not fit the operation"},
    {"rcn 10 without sqi", Operation::Retrieve, [](Request& r) { r.result_content = 10; }, 4000,
     "rcn 10 does not fit the operation"},
    {"attribute list of a discovery", Operation::Retrieve, [](Request& r) { r.filter_criteria.filter_usage = 1, r.attribute_list = {"ri"}; }, 4000,
     "discovery (fu 1, 3) has no attribute list"},
    {"rcn 12", Operation::Retrieve, [](Request& r) { r.result_content = 12; }, 5001, "rcn 12 (permissions) is not implemented"},
    {"rcn 2 of an UPDATE", Operation::Update, [](Request& r) { r.result_content = 2, r.content = {{"m2m:cb", {}}}; }, 4000,
     "rcn 2 does not fit the operation"},
    {"rcn 9 of a DELETE", Operation::Delete, [](Request& r) { r.result_content = 9; }, 4000, "rcn 9 does not fit the operation"},
    {"rcn 1 of a discovery", Operation::Retrieve, [](Request& r) { r.filter_criteria.filter_usage = 1, r.result_content = 1; }, 4000,
     "rcn 1 does not fit the operation"},
    {"fu 3", Operation::Retrieve, [](Request& r) { r.filter_criteria.filter_usage = 3; }, 2000},
    {"fu 3 of a DELETE", Operation::Delete, [](Request& r) { r.filter_criteria.filter_usage = 3; }, 4000,
     "discovery (fu 1, 3) is a RETRIEVE"},
    {"no rvi", Operation::Retrieve, [](Request& r) { r.release_version.reset(); }, 4001,
     "rvi is missing, and release 1 is not supported"},
    {"unknown rvi", Operation::Retrieve, [](Request& r) { r.release_version = "17"; }, 4001, "release 17 is not supported"},
    {"rvi 1", Operation::Retrieve, [](Request& r) { r.release_version = "1"; }, 4001, "release 1 is not supported"},
    {"rvi 2", Operation::Retrieve, [](Request& r) { r.release_version = "2"; }, 4001, "release 2 is not supported"},
    {"rvi 2a", Operation::Retrieve, [](Request& r) { r.release_version = "2a"; }, 2000},
    {"rvi 4", Operation::Retrieve, [](Request& r) { r.release_version = "4"; }, 2000},
    {"rvi 5", Operation::Retrieve, [](Request& r) { r.release_version = "5"; }, 2000},
    {"rt 1", Operation::Retrieve, [](Request& r) { r.response_type = 1; }, 1001},
    {"rt 2", Operation::Retrieve, [](Request& r) { r.response_type = 2; }, 1002},
    {"rt 4", Operation::Retrieve, [](Request& r) { r.response_type = 4; }, 2000},
    {"rt 3 with targets", Operation::Retrieve, [](Request& r) { r.notification_targets = {"Cx"}; }, 4000,
     "notification targets go with rt 2 (non-blocking asynchronous) only"},
    {"rt 3 with no targets", Operation::Retrieve, [](Request& r) { r.notification_targets.emplace(); }, 2000},
    {"rt 6", Operation::Retrieve, [](Request& r) { r.response_type = 6; }, 4000, "rt 6 is no response type"},
    {"empty To", Operation::Retrieve, [](Request& r) { r.to.clear(); }, 4000, "the address is empty"},
    {"unknown target", Operation::Retrieve, [](Request& r) { r.to = "cse-mn/nothing"; }, 4004, "'cse-mn/nothing' is not here"},
    {"unknown id", Operation::Retrieve, [](Request& r) { r.to = "rabc-17"; }, 4004, "'rabc-17' is not here"},
    {"AE registration in transit", Operation::Create, [](Request& r) { r.to = "/in/x", r.resource_type = 2; }, 4000,
     "a registration is for the CSE that receives it, not /in"},
};
INSTANTIATE_TEST_SUITE_P(Clause, InvalidMessage, ::testing::ValuesIn(kRows));

// enums.md, m2m:resultContent; release4 19. 10 goes with sqi, 12 is not implemented.
TEST(ResultContent, FitsTheOperation) {
  TestCse cse;
  const std::map<Operation, std::set<int>> fitting{{Operation::Create, {0, 1, 2, 3, 9}}, {Operation::Retrieve, {1, 4, 5, 6, 7, 8, 12}},
                                                   {Operation::Update, {0, 1, 9}}, {Operation::Delete, {0, 1, 4, 5, 6, 8}},
                                                   {Operation::Notify, {0}}};
  for (const auto& [operation, allowed] : fitting) {
    for (int rcn = -1; rcn <= 14; ++rcn) {
      Request request = cse.request(operation, "cse-mn/none", "CAdmin");
      if (operation == Operation::Create) request.resource_type = 3;
      if (operation != Operation::Retrieve && operation != Operation::Delete) request.content = {{"m2m:cnt", Json::object()}};
      request.result_content = rcn;
      const int expected = !allowed.contains(rcn) ? 4000 : rcn == 12 ? 5001 : 4004;
      EXPECT_EQ(rsc(cse.ask(request)), expected) << static_cast<int>(operation) << ' ' << rcn;
      request.semantic_query = true;
      request.filter_criteria.semantics_filters = {"ASK {}"};
      EXPECT_EQ(rsc(cse.ask(request)), operation == Operation::Retrieve && rcn == 10 ? 4004 : 4000) << "with sqi " << rcn;
    }
  }
}

TEST(ResponseParameters, RepeatWhatTheRequestSaidAndTellTheTime) {
  TestCse cse;
  auto request = cse.request(Operation::Retrieve, "cse-mn");
  request.result_expiration = "PT5S";
  request.event_category = 2;
  request.vendor_information = "mine";
  const auto response = cse.ask(request);
  EXPECT_EQ(response.result_expiration, "PT5S");
  EXPECT_EQ(response.event_category, 2);
  EXPECT_EQ(response.vendor_information, "mine");
  EXPECT_EQ(response.release_version, "3");
  EXPECT_FALSE(response.originating_timestamp.empty());
  request.from.clear();
  EXPECT_FALSE(cse.ask(request).originating_timestamp.empty()) << "of a refusal, too";
}

TEST(OperationExecutionTime, DelaysTheWholeOperation) {
  TestCse cse;
  const auto before = cse.time.monotonic_now();
  auto request = cse.request(Operation::Create, "cse-mn");
  request.resource_type = 3;
  request.content = {{"m2m:cnt", {{"rn", "late"}}}};
  request.operation_execution_time = "2000";
  EXPECT_EQ(rsc(cse.ask(request)), 2001);
  EXPECT_GE(cse.time.monotonic_now() - before, std::chrono::seconds{2});
}

TEST(MissingRelease, IsReleaseOneWhereTheOptionsSaySo) {
  cse::CseOptions options;
  options.missing_release_is_1 = true;
  TestCse cse(options);
  auto request = cse.request(Operation::Retrieve, "cse-mn");
  EXPECT_EQ(rsc(cse.ask_as_is(request)), 2000);
  EXPECT_FALSE(cse.ask_as_is(request).release_version.has_value());
  request.release_version = "1";
  EXPECT_EQ(rsc(cse.ask_as_is(request)), 2000) << "named";
  auto registration = cse.request(Operation::Create, "cse-mn", "C");
  registration.resource_type = 2;
  registration.content = {{"m2m:ae", {{"api", "Ntest"}, {"rr", true}}}};
  const auto made = cse.ask_as_is(registration);
  ASSERT_EQ(rsc(made), 2001) << made.content;
  EXPECT_FALSE(made.content["m2m:ae"].contains("srv")) << "Release 1 has no such attribute";
  registration.release_version = "3";
  EXPECT_EQ(rsc(cse.ask_as_is(registration)), 4000) << "later ones want it";
}

struct StrictOriginators : ::testing::Test {
  TestCse cse{[] {
    cse::CseOptions options;
    options.strict_originator_check = true;
    return options;
  }()};
  int ask(const std::string& from, std::vector<std::string> verified) {
    auto request = cse.request(Operation::Retrieve, "cse-mn", from);
    request.peer.verified_ids = std::move(verified);
    return rsc(cse.ask(request));
  }
};

TEST_F(StrictOriginators, OutsideAnAssociationMustBeRegisteredAes) {
  cse.add_ae("Cdev");
  EXPECT_EQ(ask("Cdev", {}), 2000);
  EXPECT_EQ(ask("Cstranger", {}), 4106);
  EXPECT_EQ(ask("/mn2", {}), 4107);
  EXPECT_EQ(ask("bob", {}), 4000);
}

TEST_F(StrictOriginators, InAnAssociationMustBeVouchedFor) {
  cse.add_ae("Cdev");
  EXPECT_EQ(ask("Cdev", {"Cdev"}), 2000);
  EXPECT_EQ(ask("Cdev", {"Cother"}), 4106);
  EXPECT_EQ(ask("/mn2/Cx", {"/mn2"}), 4103) << "authentic, and without privilege";
  EXPECT_EQ(ask("/mn3/Cx", {"/mn2"}), 4106);
}

}  // namespace
}  // namespace edgecse::test
