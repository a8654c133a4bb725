// SPDX-License-Identifier: Apache-2.0
#include "mec/decode.hpp"

#include <gtest/gtest.h>

#include "base/guarded_json.hpp"

namespace edgecse::mec {
namespace {

struct MobilityRow {
  const char* name;
  const char* body;
  MobilityStatus status;
  AssociateId device;
  const char* target;
};

void PrintTo(const MobilityRow& row, std::ostream* out) { *out << row.name; }

class MobilityNotification : public testing::TestWithParam<MobilityRow> {};

TEST_P(MobilityNotification, IsUnderstoodInEverySpelling) {
  const auto& row = GetParam();
  const Json body = Json::parse(row.body);
  EXPECT_EQ(notification_type(body), "MobilityProcedureNotification");
  const auto decoded = decode_mobility_notification(body);
  ASSERT_TRUE(decoded) << decoded.error().detail;
  EXPECT_EQ(decoded->status, row.status);
  ASSERT_FALSE(decoded->associate_ids.empty());
  EXPECT_EQ(decoded->associate_ids.front(), row.device);
  EXPECT_EQ(decoded->target_app_instance_id, row.target);
}

const AssociateId kCar{"UE_IPv4_ADDRESS", "10.100.0.1"};

INSTANTIATE_TEST_SUITE_P(
    Editions, MobilityNotification,
    testing::Values(
        MobilityRow{"Advantedge",
                    R"({"notificationType":"MobilityProcedureNotification","associateId":[{"type":"UE_IPv4_ADDRESS",
                    "value":"10.100.0.1"}],"mobilityStatus":"INTERHOST_MOVEOUT_TRIGGERED",
                    "targetAppInfo":{"appInstanceId":"b","commInterface":null},"_links":null})",
                    MobilityStatus::Triggered, kCar, "b"},
        MobilityRow{"Official221Integers",
                    R"({"notificationType":"MobilityProcedureNotification","associateId":["10.100.0.1"],"mobilityStatus":2,
                    "_links":{"subscription":{"href":"x"}}})",
                    MobilityStatus::Completed, kCar, ""},
        MobilityRow{"NumbersAsStrings",
                    R"({"associateId":{"type":1,"value":"10.100.0.1"},"mobilityStatus":"3","targetAppInfo":null})",
                    MobilityStatus::Failed, kCar, ""},
        MobilityRow{"Wrapped",
                    R"({"MobilityProcedureNotification":{"associateId":[{"type":"ue_ipv4_address","value":"10.100.0.1"}],
                    "mobilityStatus":"INTERHOST_MOVEOUT_CANCELLED","targetAppInfo":{"appInstanceId":"b"}}})",
                    MobilityStatus::Failed, kCar, "b"},
        MobilityRow{"Tunnel",
                    R"({"associateId":[{"type":"4","value":17}],"mobilityStatus":1})", MobilityStatus::Triggered,
                    AssociateId{"GTP_TEID", "17"}, ""}),
    [](const auto& row) { return row.param.name; });

TEST(MobilityNotificationNonsense, IsRefusedWithTheCulprit) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"7", "mobilityStatus"},
      {"[]", "mobilityStatus"},
      {R"({"mobilityStatus":"SIDEWAYS","associateId":"10.0.0.1"})", "mobilityStatus"},
      {R"({"mobilityStatus":1})", "associateId"},
      {R"({"mobilityStatus":1,"associateId":[{"type":1}]})", "associateId"},
  };
  for (const auto& [body, culprit] : rows) {
    const auto decoded = decode_mobility_notification(Json::parse(body));
    ASSERT_FALSE(decoded) << body;
    EXPECT_NE(decoded.error().detail.find(culprit), std::string::npos) << decoded.error().detail;
  }
}

TEST(ServiceList, LeavesOutWhatIsNoServiceAndTellsTheProducer) {
  const auto services = decode_services(Json::parse(R"([
    {"serName":"onem2m-cse","serInstanceId":"s1","state":"SUSPENDED","transportInfo":{"endpoint":{"addresses":[
      {"host":"10.0.0.5","port":8080}]},"implSpecificInfo":{"cseId":"/mn1"},"security":null},
      "_links":{"self":{"href":"http://h/mec_service_mgmt/v1/applications/app7/services/s1"}}},
    {"serName":"rnis","transportInfo":null,"_links":null}, 17, {"state":"ACTIVE"}])"));
  ASSERT_TRUE(services);
  ASSERT_EQ(services->size(), 2u);
  EXPECT_EQ(services->front().app_instance_id, "app7");
  EXPECT_EQ(services->front().state, ServiceState::Suspended);
  EXPECT_EQ(services->front().transport.uris, std::vector<std::string>{"http://10.0.0.5:8080"});
  EXPECT_EQ(services->front().transport.implementation_specific["cseId"], "/mn1");
  EXPECT_EQ(services->back().name, "rnis");
}

TEST(MobilityRegistrationBody, IsUnderstoodWithNumbersNestingAndMissingMembers) {
  const auto registration = decode_mobility_registration(Json::parse(R"({"RegistrationInfo":{
    "serviceConsumerId":{"appInstanceId":"a"},"expiryTime":"60","deviceInformation":[
      {"associateId":"10.100.0.1","appMobilityServiceLevel":{"appMobilityServiceLevel":2},"contextTransferState":1},
      {"associateId":{"type":"UE_IPv4_ADDRESS","value":"10.100.0.2"}}, {"associateId":null}]}})"));
  ASSERT_TRUE(registration);
  EXPECT_EQ(registration->expiry_s, 60u);
  ASSERT_EQ(registration->devices.size(), 2u);
  EXPECT_EQ(registration->devices[0].level, MobilityServiceLevel::WithConfirmation);
  EXPECT_EQ(registration->devices[0].context_transfer_state, ContextTransferState::Completed);
  EXPECT_EQ(registration->devices[1].context_transfer_state, ContextTransferState::NotTransferred);
}

TEST(SubscriptionLinks, AreFoundInEveryPlaceThatEditionsUse) {
  for (const auto* text : {R"({"_links":{"self":null,"subscription":[{"href":"/s/1","subscriptionType":1}]}})",
                           R"({"_links":{"self":{"href":"x"},"subscriptions":[{"href":"/s/1","rel":"x"}]}})",
                           R"({"_links":null,"subscription":[{"href":"/s/1"}]})"}) {
    const auto links = decode_subscription_links(Json::parse(text));
    ASSERT_TRUE(links) << text;
    EXPECT_EQ(*links, std::vector<std::string>{"/s/1"}) << text;
  }
}

TEST(Users, AreReadFromTheWrappedListOfMec013) {
  const auto users = decode_users(Json::parse(
      R"({"userList":{"user":[{"address":"10.100.0.1","zoneId":"zone03","accessPointId":"ap1",
          "locationInfo":{"latitude":[43.73],"longitude":[7.42],"shape":2}}],"resourceURL":"x"}})"));
  ASSERT_TRUE(users);
  ASSERT_EQ(users->size(), 1u);
  EXPECT_EQ(users->front().zone_id, "zone03");
  ASSERT_TRUE(users->front().position);
  EXPECT_EQ(users->front().position->latitude, 43.73);
  EXPECT_EQ(users->front().position->longitude, 7.42);
  for (const char* place : {R"({})", R"({"latitude":[91],"longitude":[0]})", R"({"latitude":[],"longitude":[0]})"}) {
    const auto nowhere = decode_users({{"user", {{{"address", "a"}, {"locationInfo", Json::parse(place)}}}}});
    ASSERT_TRUE(nowhere && nowhere->size() == 1) << place;
    EXPECT_FALSE(nowhere->front().position) << place;
  }
}

TEST(CellChange, NamesDevicesAndTheirNewCellOnceItIsCompleted) {
  const std::string who = R"("associateId":[{"type":1,"value":"10.100.0.1"}])";
  const std::string where = R"("trgEcgi":[{"plmn":{"mcc":"001","mnc":"01"},"cellId":"c2"}])";
  for (const auto& body : {"{" + who + "," + where + R"(,"hoStatus":3,"_links":null})", R"({"CellChangeNotification":{)" + who + "," + where + "}}",
                           "{" + who + R"(,"trgEcgi":{"plmn":{"mcc":"001","mnc":"01"},"cellId":"c2"},"hoStatus":"COMPLETED"})"}) {
    EXPECT_EQ(notification_type(Json::parse(body)), "CellChangeNotification") << body;
    const auto told = decode_cell_change_notification(Json::parse(body));
    ASSERT_TRUE(told && *told) << body;
    EXPECT_EQ((*told)->target, (CellIdentity{"001", "01", "c2"}));
    EXPECT_EQ((*told)->associate_ids, (std::vector<AssociateId>{{"UE_IPv4_ADDRESS", "10.100.0.1"}}));
  }
  const auto prepared = decode_cell_change_notification(Json::parse("{" + who + "," + where + R"(,"hoStatus":1})"));
  EXPECT_TRUE(prepared && !*prepared);
  for (const auto& broken : {"{" + who + R"(,"trgEcgi":[{"plmn":{}}],"hoStatus":3})", "{" + where + R"(,"hoStatus":3})"})
    EXPECT_FALSE(decode_cell_change_notification(Json::parse(broken))) << broken;
}

TEST(CellUsers, AreReadFromTheBearersOfEachCell) {
  const auto users = decode_cell_users(Json::parse(R"({"appInstanceId":"a","requestId":"1","cellUserInfo":[
    {"ecgi":{"plmn":{"mcc":"001","mnc":"01"},"cellId":"c1"},"ueInfo":[{"associateId":[{"type":1,"value":"10.100.0.1"}],"erabInfo":[]},{"erabInfo":[]}]},
    {"ecgi":null,"ueInfo":[]}, 7]})"));
  ASSERT_TRUE(users);
  ASSERT_EQ(users->size(), 1u);
  EXPECT_EQ(users->front().cell.id, "c1");
  EXPECT_EQ(users->front().associate_id.value, "10.100.0.1");
  EXPECT_TRUE(decode_cell_users(Json::parse(R"({"appInstanceId":"a","requestId":"1"})"))->empty());
  EXPECT_FALSE(decode_cell_users(Json::parse(R"({"cellUserInfo":"none"})")));
}

TEST(CreatedId, ComesFromLocationElseFromTheBody) {
  EXPECT_EQ(created_id("http://h/a/7/", Json{}, "id"), "7");
  EXPECT_EQ(created_id("", {{"id", 5}}, "id"), "5");
  EXPECT_EQ(created_id("", {{"_links", {{"self", {{"href", "/s/9"}}}}}}, "id"), "9");
  EXPECT_EQ(created_id("", {{"sub", {{"resourceURL", "/s/3"}}}}, "id"), "3");
  EXPECT_EQ(created_id("", Json::array({1}), "id"), "");
}

TEST(GuardedJson, RefusesDepthAndFloodsBeforeItBuildsADocument) {
  EXPECT_FALSE(base::parse_guarded_json(std::string(300'000, '[')));
  std::string flood = "[0";
  for (int i = 0; i < 30'000; ++i) flood += ",0";
  EXPECT_FALSE(base::parse_guarded_json(flood + "]"));
  EXPECT_FALSE(base::parse_guarded_json("{\"a\":"));
  EXPECT_TRUE(base::parse_guarded_json(R"({"a":[1,{"b":null}]})"));
}

}  // namespace
}  // namespace edgecse::mec
