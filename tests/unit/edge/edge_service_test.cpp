// SPDX-License-Identifier: Apache-2.0
#include "edge/data_value.hpp"
#include "edge/problem.hpp"
#include "edge_fixture.hpp"

namespace edgecse::edge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(EdgeServiceTest, PublishesBothServicesWithTheirCategory) {
  start();
  std::map<std::string, Json> by_name;
  for (const auto& [id, entry] : platform.host("mep1").services) by_name[entry["serName"]] = entry;
  ASSERT_EQ(by_name.size(), 2u);
  for (const auto& [name, entry] : by_name) {
    for (const auto* member : {"href", "id", "name", "version"}) EXPECT_TRUE(entry["serCategory"].contains(member)) << name;
    EXPECT_EQ(entry["scopeOfLocality"], "MEC_SYSTEM");
    EXPECT_EQ(entry["transportInfo"]["implSpecificInfo"]["cseId"], "/mn1");
    EXPECT_EQ(entry["transportInfo"]["implSpecificInfo"]["appInstanceId"], "a");
  }
  EXPECT_EQ(by_name["onem2m-data"]["transportInfo"]["endpoint"]["uris"][0], "http://10.0.0.5:8080/onem2m_data/v1");
}

TEST_F(EdgeServiceTest, AnswersBelowTheRootThatItSharesAHostWith) {
  options.root = "/edge7";
  options.publisher.advertise = {"http://10.0.0.5:8080/edge7"};
  options.callback_path = "/edge7/mec";
  start();
  EXPECT_TRUE(service->takes("/edge7/onem2m_data/v1/devices"));
  EXPECT_TRUE(service->takes("/edge7/mec/mobility/secret"));
  EXPECT_FALSE(service->takes("/onem2m_data/v1/devices"));
  EXPECT_FALSE(service->takes("/edge7/onem2m_data/v12"));
  const auto devices = send("GET", "/edge7/onem2m_data/v1/devices");
  EXPECT_EQ(devices.status, 200);
  EXPECT_THAT(devices.body, HasSubstr("http://10.0.0.5:8080/edge7/onem2m_data/v1/devices/"));
}

TEST_F(EdgeServiceTest, RegistersDevicesByLabelAndByPointOfAccess) {
  start();
  ASSERT_EQ(platform.host("mep1").registrations.size(), 1u);
  std::vector<std::string> addresses;
  for (const auto& device : platform.host("mep1").registrations.begin()->second["deviceInformation"]) {
    addresses.push_back(device["associateId"]["value"]);
  }
  EXPECT_THAT(addresses, ElementsAre("10.100.0.1", "10.100.0.2"));
}

TEST_F(EdgeServiceTest, TurnsATriggeredMoveIntoATriggerForTheDevicesAe) {
  offer_peer();
  start();
  report_move("INTERHOST_MOVEOUT_TRIGGERED");
  EXPECT_THAT(trigger.triggered, ElementsAre(Triggered{"Ccar", "/mn2", MoveReason::Ams}));
  report_move("INTERHOST_MOVEOUT_COMPLETED");
  EXPECT_THAT(trigger.completed, ElementsAre("Ccar"));
  report_move("INTERHOST_MOVEOUT_FAILED", "10.100.0.2");
  EXPECT_THAT(trigger.failed, ElementsAre("Csecret"));
}

TEST_F(EdgeServiceTest, FindsTheTargetAmongTheServicesOfTheInstanceWhenTheRegistryTellsNoProducer) {
  offer_peer();
  for (const auto* name : {"peer-onem2m-cse", "peer-onem2m-data"}) {
    auto& entry = platform.host("mep1").services[name];
    entry["transportInfo"]["implSpecificInfo"].erase("appInstanceId");
    entry["_links"]["self"]["href"] = std::string{"http://mep1/mec_service_mgmt/v1/applications/b/services/"} + name;
  }
  start();
  report_move("INTERHOST_MOVEOUT_TRIGGERED");
  EXPECT_THAT(trigger.triggered, ElementsAre(Triggered{"Ccar", "/mn2", MoveReason::Ams}));
}

TEST_F(EdgeServiceTest, KnowsAnInstanceOfAnEarlierLifeOfTheOtherHost) {
  offer_peer();
  start();
  report_move("INTERHOST_MOVEOUT_TRIGGERED");
  for (const auto* name : {"peer-onem2m-cse", "peer-onem2m-data"}) {
    platform.host("mep1").services[name]["transportInfo"]["implSpecificInfo"]["appInstanceId"] = "b2";
  }
  report_move("INTERHOST_MOVEOUT_TRIGGERED", "10.100.0.1", "b2");
  report_move("INTERHOST_MOVEOUT_TRIGGERED", "10.100.0.1", "b");
  EXPECT_EQ(trigger.triggered.size(), 3u);
}

TEST_F(EdgeServiceTest, IgnoresMovesOfUnknownDevicesToUnknownHostsAndToItself) {
  start();
  report_move("INTERHOST_MOVEOUT_TRIGGERED");
  report_move("INTERHOST_MOVEOUT_TRIGGERED", "10.100.0.1", "a");
  offer_peer();
  report_move("INTERHOST_MOVEOUT_TRIGGERED", "10.99.0.9");
  EXPECT_TRUE(trigger.triggered.empty());
}

TEST_F(EdgeServiceTest, FindsTheAeOfADeviceThatRegisteredAMomentAgo) {
  offer_peer();
  start();
  cse.put_ae("bus", "Cbus", {"mec:ue=UE_IPv4_ADDRESS:10.100.0.7"});
  report_move("INTERHOST_MOVEOUT_TRIGGERED", "10.100.0.7");
  EXPECT_THAT(trigger.triggered, ElementsAre(Triggered{"Cbus", "/mn2", MoveReason::Ams}));
}

TEST_F(EdgeServiceTest, TellsTheAmsWhenTheContextIsTransferredAndForgetsTheDeviceLater) {
  start();
  moved["Ccar"] = "/mn2";
  service->owner_changed();
  time.advance(2s);
  const auto device = [this](std::size_t index) { return platform.host("mep1").registrations.begin()->second["deviceInformation"][index]; };
  EXPECT_EQ(device(0)["contextTransferState"], "USER_CONTEXT_TRANSFER_COMPLETED");
  time.advance(40s);
  EXPECT_EQ(device(0)["associateId"]["value"], "10.100.0.2") << "the moved device is no longer registered";

  moved["Ccar"] = "";
  service->owner_changed();
  time.advance(2s);
  EXPECT_EQ(device(0)["associateId"]["value"], "10.100.0.1");
  EXPECT_EQ(device(0)["contextTransferState"], "NOT_TRANSFERRED");
}

TEST_F(EdgeServiceTest, AsksForTheEvacuationOfEveryUnitBeforeItLeaves) {
  start();
  const Json body = {{"notificationType", "AppTerminationNotification"}, {"operationAction", "TERMINATING"}, {"maxGracefulTimeout", 20}};
  bool over = false;
  service->on_terminated([&] { over = true; });
  ASSERT_EQ(send("POST", callback_of("termination"), body.dump()).status, 204);
  EXPECT_EQ(trigger.triggered.size(), 2u);
  EXPECT_EQ(trigger.triggered.front().reason, MoveReason::Evacuation);
  moved["Ccar"] = "/mn2";
  service->owner_changed();
  time.advance(2s);
  EXPECT_FALSE(over) << "one is still here";
  moved["Csecret"] = "/mn2";
  service->owner_changed();
  time.advance(2s);
  EXPECT_TRUE(over);
  EXPECT_THAT(platform.host("mep1").terminated, ElementsAre("TERMINATING"));
}

TEST_F(EdgeServiceTest, AsksTheLocationServiceWhereADeviceIs) {
  options.mec.platforms = {mec::make_platform_address("http://mep1", {{"location", "http://location/v2"}})};
  int status = 200;
  platform.others = [&](const net::HttpCall& call) -> std::optional<net::HttpResponse> {
    if (call.url != "http://location/v2/queries/users?address=10.100.0.1") return std::nullopt;
    net::HttpResponse response;
    response.status = status;
    response.body = R"({"userList":{"user":[{"address":"10.100.0.1","zoneId":"z","accessPointId":"a",
                        "locationInfo":{"latitude":[43.5],"longitude":[7.5],"shape":2}}],"resourceURL":"x"}})";
    return response;
  };
  start();
  const auto positions = service->positions();
  std::vector<onem2m::Result<std::optional<cse::NetworkPosition>>> found;
  const auto ask = [&] {
    positions->find("10.100.0.1", [&](onem2m::Result<std::optional<cse::NetworkPosition>> answer) { found.push_back(std::move(answer)); });
    time.advance(1s);
  };
  ask();
  ASSERT_TRUE(found.size() == 1 && found[0] && *found[0]);
  EXPECT_EQ((*found[0])->longitude, 7.5);
  EXPECT_EQ((*found[0])->latitude, 43.5);
  status = 404;
  ask();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_FALSE(found[1]) << "this platform has no such service";
  service.reset();
  ask();
  ASSERT_EQ(found.size(), 3u);
  EXPECT_FALSE(found[2]);
}

TEST_F(EdgeServiceTest, TellsTheRadioCellOfADeviceWhenItIsToldToAsk) {
  options.cells = true;
  Json wanted;
  platform.others = [&](const net::HttpCall& call) -> std::optional<net::HttpResponse> {
    if (!call.url.starts_with("http://mep1/rni/v2/")) return std::nullopt;
    net::HttpResponse response;
    if (call.method == "POST") {
      wanted = Json::parse(call.body);
      response.status = 201;
      response.headers.add("Location", "http://mep1/rni/v2/subscriptions/s1");
    } else if (call.url == "http://mep1/rni/v2/queries/rab_info?ue_ipv4_address=10.100.0.1") {
      response.body = R"({"appInstanceId":"a","requestId":"1","cellUserInfo":[{"ecgi":{"plmn":{"mcc":"001","mnc":"01"},"cellId":"c1"},
                          "ueInfo":[{"associateId":[{"type":1,"value":"10.100.0.1"}],"erabInfo":[]}]}]})";
    }
    return response;
  };
  start();
  time.advance(10s);
  EXPECT_EQ(get_json("/devices/Ccar")["cell"]["cellId"], "c1");
  ASSERT_TRUE(wanted.is_object());
  EXPECT_EQ(wanted["filterCriteriaAssocHo"]["associateId"].size(), 2u) << "of its devices, not of everybody";
  const auto url = wanted["callbackReference"].get<std::string>();
  const auto report = [&](const char* user, const char* cell) {
    const Json body = {{"notificationType", "CellChangeNotification"},
                       {"associateId", Json::array({{{"type", 1}, {"value", user}}})},
                       {"srcEcgi", {{"plmn", {{"mcc", "001"}, {"mnc", "01"}}}, {"cellId", "c1"}}},
                       {"trgEcgi", Json::array({{{"plmn", {{"mcc", "001"}, {"mnc", "01"}}}, {"cellId", cell}}})},
                       {"hoStatus", 3}};
    EXPECT_EQ(send("POST", url.substr(url.find("/mec")), body.dump()).status, 204);
  };
  report("10.100.0.1", "c2");
  report("10.100.0.77", "c3");  // nobody's device here
  const Json cell = get_json("/devices?fields=cell")[0]["cell"];
  EXPECT_EQ(cell["cellId"], "c2");
  EXPECT_EQ(cell["plmn"]["mcc"], "001");
  EXPECT_FALSE(cell["time"].get<std::string>().empty());
  EXPECT_EQ(send("POST", "/mec/cell_change/guess", "{}").status, 404);
}

TEST_F(EdgeServiceTest, LeavesTheRadioNetworkAloneUnlessItIsToldToAsk) {
  start();
  time.advance(10s);
  EXPECT_EQ(platform.count("GET", "/rni/") + platform.count("POST", "/rni/"), 0u);
  EXPECT_FALSE(get_json("/devices/Ccar").contains("cell"));
}

TEST_F(EdgeServiceTest, ListsOnlyWhatIsLabelledForPublishing) {
  start();
  const Json devices = get_json("/devices");
  ASSERT_EQ(devices.size(), 1u);
  EXPECT_EQ(devices[0]["deviceId"], "Ccar");
  EXPECT_EQ(devices[0]["servingCse"], "/mn1");
  const Json data = get_json("/data");
  ASSERT_EQ(data.size(), 1u);
  EXPECT_EQ(data[0]["dataId"], "cnt1");
  EXPECT_EQ(data[0]["path"], "flow");
  EXPECT_EQ(get_json("/devices/Ccar")["data"].size(), 1u);
  EXPECT_EQ(get("/devices/Csecret").status, 404);
  EXPECT_EQ(get("/data/cnt2/latest").status, 404);
  EXPECT_EQ(get_json("/data?label=water&label=blue").size(), 1u);
  EXPECT_EQ(get_json("/data?label=green").size(), 0u);
}

TEST_F(EdgeServiceTest, ShowsFlexContainersAndTimeSeriesAsDataToo) {
  cse.put("cse-mn/car/battery", 28, "cod:bat",
          {{"ri", "fc1"}, {"ty", 28}, {"cnd", "org.onem2m.common.moduleclass.battery"}, {"lvl", 77}, {"st", 4}, {"lt", "20261121T134500"}});
  cse.put("cse-mn/car/speed", 29, "m2m:ts", {{"ri", "ts1"}, {"ty", 29}, {"cni", 1}});
  cse.put("cse-mn/car/speed/i.7", 30, "m2m:tsi", {{"ri", "ts1-7"}, {"con", 50}, {"dgt", "20261121T120000"}});
  start();
  ASSERT_EQ(get_json("/data").size(), 3u);
  EXPECT_EQ(get_json("/data?type=flexContainer")[0]["dataId"], "fc1");
  const Json battery = get_json("/data/fc1");
  EXPECT_EQ(battery["kind"], "flexContainer");
  EXPECT_EQ(battery["latest"], Json({{"value", {{"lvl", 77}}}, {"time", "2026-11-21T13:45:00.000000Z"}, {"sequence", 4}}));
  const Json speed = get_json("/data/ts1");
  EXPECT_EQ(speed["kind"], "timeSeries");
  EXPECT_EQ(speed["count"], 1);
  EXPECT_EQ(speed["latest"], Json({{"value", 50}, {"time", "2026-11-21T12:00:00.000000Z"}, {"sequence", 7}}));
}

TEST_F(EdgeServiceTest, SaysWhatAResourceOffersInstead) {
  start();
  const auto refused = send("DELETE", "/onem2m_data/v1/data/cnt1/values");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.headers.find("Allow").value_or(""), "GET, POST");
  EXPECT_EQ(send("PUT", "/onem2m_data/v1/subscriptions").headers.find("Allow").value_or(""), "GET, POST");
  EXPECT_EQ(send("DELETE", "/onem2m_data/v1/nothing").status, 404);
}

TEST_F(EdgeServiceTest, ListsEverythingWhenConfiguredSo) {
  options.publish = Publish::All;
  start();
  EXPECT_EQ(get_json("/devices").size(), 2u);
  EXPECT_EQ(get_json("/data").size(), 2u);
}

TEST_F(EdgeServiceTest, AnswersTheLatestValueWithATagThatTellsWhetherItChanged) {
  start();
  EXPECT_EQ(get("/data/cnt1/latest").status, 404);
  cse.add_instance("cse-mn/car/flow", "100.59");
  const auto first = get("/data/cnt1/latest");
  ASSERT_EQ(first.status, 200);
  const Json value = Json::parse(first.body);
  EXPECT_EQ(value["value"], "100.59");
  EXPECT_EQ(value["sequence"], 1);
  EXPECT_THAT(value["time"].get<std::string>(), testing::MatchesRegex("2023-11-14T22:13:2[0-9].[0-9]+Z"));
  const std::string tag{first.headers.find("ETag").value_or("")};
  EXPECT_EQ(send("GET", "/onem2m_data/v1/data/cnt1/latest", "", {{"If-None-Match", tag}}).status, 304);
  cse.add_instance("cse-mn/car/flow", "100.89");
  EXPECT_EQ(send("GET", "/onem2m_data/v1/data/cnt1/latest", "", {{"If-None-Match", tag}}).status, 200);
}

TEST_F(EdgeServiceTest, PagesValuesBySequence) {
  cse.page = 7;
  start();
  for (int i = 1; i <= 25; ++i) cse.add_instance("cse-mn/car/flow", std::to_string(i));
  std::string next = "/data/cnt1/values?limit=10";
  std::vector<int> sequences;
  for (int pages = 0; !next.empty() && pages < 10; ++pages) {
    const auto response = get(next);
    ASSERT_EQ(response.status, 200) << response.body;
    for (const auto& value : Json::parse(response.body)) sequences.push_back(value["sequence"]);
    const std::string link{response.headers.find("Link").value_or("")};
    const std::string root = "<http://10.0.0.5:8080/onem2m_data/v1";
    next = link.empty() ? "" : link.substr(root.size(), link.find('>') - root.size());
  }
  ASSERT_EQ(sequences.size(), 25u);
  for (int i = 0; i < 25; ++i) EXPECT_EQ(sequences[static_cast<std::size_t>(i)], i + 1);
  EXPECT_EQ(get_json("/data/cnt1/values?order=desc&limit=1")[0]["sequence"], 25);
  EXPECT_EQ(get_json("/data/cnt1/values?after_sequence=24").size(), 1u);
  EXPECT_EQ(get_json("/data/cnt1/values?since=2023-11-14T22:13:21Z").size(), 25u);
  EXPECT_EQ(get_json("/data/cnt1/values?since=2099-01-01T00:00:00Z").size(), 0u);
}

TEST_F(EdgeServiceTest, RefusesWhatItDoesNotKnowWithASentenceThatNamesIt) {
  start();
  const std::vector<std::tuple<std::string, int, std::string>> rows{
      {"/devices?colour=red", 400, "colour"},
      {"/devices?limit=0", 400, "limit"},
      {"/data/cnt1/values?order=up", 400, "order"},
      {"/data/cnt1/values?since=yesterday", 400, "since"},
      {"/data/cnt1/latest?x=1", 400, "x"},
      {"/nothing", 404, "/nothing"},
      {"/devices/%zz", 400, "%"},
      {"/devices/a/b/c", 404, "/devices"},
  };
  for (const auto& [target, status, culprit] : rows) {
    const auto response = get(target);
    EXPECT_EQ(response.status, status) << target;
    EXPECT_EQ(response.headers.find("Content-Type").value_or(""), "application/problem+json") << target;
    EXPECT_THAT(response.body, HasSubstr(culprit)) << target;
  }
  EXPECT_EQ(send("DELETE", "/onem2m_data/v1/devices").status, 405);
}

TEST_F(EdgeServiceTest, ShowsNothingThatTheAccessRulesForbid) {
  start();
  cse.add_instance("cse-mn/car/flow", "1");
  ASSERT_EQ(get("/data/cnt1/latest").status, 200);
  cse.forbidden.insert("cse-mn/car/flow/i1");
  EXPECT_EQ(get("/data/cnt1/latest").status, 403);
  for (const auto& request : cse.seen) {
    const bool of_data_api = request.to.ends_with("/la") || request.result_content == 8;
    const bool own = request.to.starts_with("cse-mn/onem2m-data");
    EXPECT_TRUE(!of_data_api || own || request.from == "CAdmin") << request.from << " asked for " << request.to;
  }
}

TEST_F(EdgeServiceTest, SendsReadersOfAMovedDeviceToItsNewHost) {
  offer_peer();
  start();
  cse.add_instance("cse-mn/car/flow", "1");
  ASSERT_EQ(get("/data/cnt1/latest").status, 200);
  moved["Ccar"] = "/mn2";
  service->owner_changed();
  time.advance(1s);
  const auto response = get("/data/cnt1/latest");
  EXPECT_EQ(response.status, 307);
  EXPECT_EQ(response.headers.find("Location").value_or(""), "http://10.0.0.6:8080/onem2m_data/v1/data/cnt1/latest");
  EXPECT_EQ(get("/devices/Ccar").status, 307);
  EXPECT_EQ(get_json("/devices").size(), 0u);
}

TEST_F(EdgeServiceTest, ServesItsDescription) {
  start();
  const auto response = get("/openapi.yaml");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr("openapi: 3.1.0"));
}

TEST_F(EdgeServiceTest, SubscribesBelowTheContainerWithItsOwnAeAsTarget) {
  start();
  const std::string id = subscribe();
  const auto found = cse.entries.find("cse-mn/car/flow/mec-" + id);
  ASSERT_NE(found, cse.entries.end());
  EXPECT_EQ(found->second.attributes["nu"], Json::array({"/mn1/Conem2m-data-mn1"}));
  EXPECT_FALSE(cse.entries.contains("cse-mn/secret/diary/mec-" + id));

  cse.put_container("cse-mn/car/speed", "cnt3");
  time.advance(12s);
  EXPECT_TRUE(cse.entries.contains("cse-mn/car/speed/mec-" + id)) << "data that comes later is subscribed to as well";

  EXPECT_EQ(send("DELETE", "/onem2m_data/v1/subscriptions/" + id).status, 204);
  EXPECT_FALSE(cse.entries.contains("cse-mn/car/flow/mec-" + id));
  EXPECT_EQ(get("/subscriptions/" + id).status, 404);
}

TEST_F(EdgeServiceTest, DeliversChangesInOrderEachWithASequence) {
  start();
  const std::string id = subscribe({{"dataId", {"cnt1"}}});
  for (int i = 1; i <= 3; ++i) {
    const auto status = notify_of(cse.add_instance("cse-mn/car/flow", std::to_string(i)), id);
    time.advance(100ms);
    EXPECT_EQ(*status, 2000);
  }
  ASSERT_EQ(callbacks.size(), 3u);
  for (int i = 0; i < 3; ++i) {
    const auto& body = callbacks[static_cast<std::size_t>(i)];
    EXPECT_EQ(body["notificationType"], "DataChangeNotification");
    EXPECT_EQ(body["events"][0]["value"], std::to_string(i + 1));
    EXPECT_EQ(body["events"][0]["dataId"], "cnt1");
    EXPECT_EQ(body["events"][0]["deviceId"], "Ccar");
    if (i == 0) continue;
    EXPECT_GT(body["sequence"], callbacks[static_cast<std::size_t>(i) - 1]["sequence"]);
  }
}

TEST_F(EdgeServiceTest, AnswersANotificationOnlyWhenItsCallbackWasTaken) {
  start();
  const std::string id = subscribe();
  callback_status = 503;
  const auto first = notify_of(cse.add_instance("cse-mn/car/flow", "1"), id);
  time.advance(2s);
  EXPECT_EQ(*first, 0);
  EXPECT_GE(callback_attempts, 2);
  time.advance(30s);
  EXPECT_EQ(*first, 5103) << "the notifying CSE keeps it and comes again";
  callback_status = 204;
  const auto again = notify_of(cse.entries["cse-mn/car/flow/i1"].attributes, id);
  time.advance(15s);
  EXPECT_EQ(*again, 2000);
  ASSERT_EQ(callbacks.size(), 1u);
  const auto repeated = notify_of(cse.entries["cse-mn/car/flow/i1"].attributes, id);
  time.advance(1s);
  EXPECT_EQ(*repeated, 2000);
  EXPECT_EQ(callbacks.size(), 1u) << "what was delivered is not delivered again";
}

TEST_F(EdgeServiceTest, KeepsSubscriptionsAndTheirSequenceOverARestart) {
  start();
  const std::string id = subscribe();
  notify_of(cse.add_instance("cse-mn/car/flow", "1"), id);
  time.advance(1s);
  restart();
  EXPECT_EQ(get("/subscriptions/" + id).status, 200);
  const auto status = notify_of(cse.add_instance("cse-mn/car/flow", "2"), id);
  time.advance(1s);
  EXPECT_EQ(*status, 2000);
  ASSERT_EQ(callbacks.size(), 2u);
  EXPECT_GT(callbacks[1]["sequence"], callbacks[0]["sequence"]);
}

TEST_F(EdgeServiceTest, RefusesNotificationsOfNoSubscription) {
  start();
  const auto status = notify_of(cse.add_instance("cse-mn/car/flow", "1"), "0123");
  time.advance(1s);
  EXPECT_EQ(*status, 4004);
}

TEST_F(EdgeServiceTest, RefusesSubscriptionsWithASentence) {
  start();
  const std::vector<std::pair<std::string, std::string>> rows{
      {"{", "not JSON"},
      {"[]", "DataChangeSubscription"},
      {"{}", "callbackReference"},
      {R"({"callbackReference":"ftp://x"})", "callbackReference"},
      {R"({"callbackReference":"http://app/cb","colour":1})", "colour"},
      {R"({"callbackReference":"http://app/cb","filterCriteria":{"colour":["red"]}})", "colour"},
      {R"({"callbackReference":"http://app/cb","filterCriteria":{"dataId":[7]}})", "dataId"},
      {R"({"callbackReference":"http://app/cb","expiryDeadline":17})", "expiryDeadline"},
      {R"({"callbackReference":"http://app/cb","subscriptionType":"Other"})", "subscriptionType"},
  };
  for (const auto& [body, culprit] : rows) {
    const auto response = send("POST", "/onem2m_data/v1/subscriptions", body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_THAT(response.body, HasSubstr(culprit)) << body;
  }
}

TEST_F(EdgeServiceTest, EndsASubscriptionAtItsDeadlineAndSaysSo) {
  start();
  const auto in_ten_seconds = std::chrono::duration_cast<std::chrono::seconds>(time.wall_now().time_since_epoch()).count() + 10;
  const Json body = {{"callbackReference", "http://app/cb"}, {"expiryDeadline", {{"seconds", in_ten_seconds}, {"nanoSeconds", 0}}}};
  ASSERT_EQ(send("POST", "/onem2m_data/v1/subscriptions", body.dump()).status, 201);
  time.advance(20s);
  ASSERT_EQ(callbacks.size(), 1u);
  EXPECT_EQ(callbacks[0]["notificationType"], "ExpiryNotification");
  EXPECT_EQ(get_json("/subscriptions")["_links"]["subscription"].size(), 0u);
}

TEST_F(EdgeServiceTest, KnowsASubscriptionNoMoreOnceItsEndHasBegun) {
  start();
  const std::string target = "/onem2m_data/v1/subscriptions/" + subscribe();
  net::HttpRequest removal;
  removal.method = "DELETE";
  removal.path = target;
  int removed = 0;
  service->handle(removal, [&](const net::HttpResponse& response) { removed = response.status; });
  const auto changed = send("PUT", target, R"({"callbackReference":"http://app/cb","filterCriteria":{"labels":["late"]}})");
  EXPECT_EQ(removed, 204);
  EXPECT_EQ(changed.status, 404);
  EXPECT_THAT(changed.body, HasSubstr("no such subscription"));
}

TEST_F(EdgeServiceTest, KeepsASubscriptionAsItWasWhenItsChangeIsRefused) {
  start();
  const std::string id = subscribe({{"labels", {"water"}}});
  cse.forbidden.insert("cse-mn/onem2m-data/subscriptions/" + id);
  const auto refused = send("PUT", "/onem2m_data/v1/subscriptions/" + id, R"({"callbackReference":"http://app/other"})");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(get_json("/subscriptions/" + id)["callbackReference"], "http://app/cb");
  EXPECT_EQ(send("DELETE", "/onem2m_data/v1/subscriptions/" + id).status, 403);
  EXPECT_EQ(get("/subscriptions/" + id).status, 200);
}

TEST(Problems, BlameTheServerOnlyForWhatIsItsFault) {
  for (int number = 4000; number < 5000; ++number) {
    const int status = problem(onem2m::Error{static_cast<onem2m::ResponseStatus>(number), "why"}).status;
    EXPECT_TRUE((status >= 400 && status < 500) || status == 504) << number << " became " << status;
  }
  using S = onem2m::ResponseStatus;
  const std::vector<std::pair<S, int>> rows{
      {S::BadRequest, 400},          {S::OriginatorHasNoPrivilege, 403}, {S::ReceiverHasNoPrivilege, 403},
      {S::NotFound, 404},            {S::OperationNotAllowed, 405},      {S::Conflict, 409},
      {S::InvalidChildResourceType, 400}, {S::InternalServerError, 500}, {S::ExternalObjectNotReachable, 502},
      {S::NotAcceptable, 503},       {S::TargetNotReachable, 504},       {S::RequestTimeout, 504},
  };
  for (const auto& [given, status] : rows) EXPECT_EQ(problem(onem2m::Error{given, ""}).status, status) << onem2m::to_number(given);
}

TEST(AssociateIds, ComeFromLabelsElseFromPointsOfAccess) {
  using mec::AssociateId;
  EXPECT_THAT(associate_ids_of({"mec:ue=UE_IPV6_ADDRESS:fe80::1", "x"}, {"http://10.0.0.1"}),
              ElementsAre(AssociateId{"UE_IPV6_ADDRESS", "fe80::1"}));
  EXPECT_THAT(associate_ids_of({"mec:ue=broken"}, {"http://10.0.0.1:80/x", "http://name.example/", "mqtt://[fe80::1]:1883"}),
              ElementsAre(AssociateId{"UE_IPv4_ADDRESS", "10.0.0.1"}, AssociateId{"UE_IPV6_ADDRESS", "fe80::1"}));
}

TEST(Times, AreReadAndWrittenAsRfc3339) {
  EXPECT_EQ(to_rfc3339("20261121T134500,25"), "2026-11-21T13:45:00.250000Z");
  EXPECT_EQ(from_rfc3339("2026-11-21T13:45:00Z"), "20261121T134500");
  EXPECT_EQ(from_rfc3339("2026-11-21T13:45:00+01:30"), "20261121T121500");
  EXPECT_EQ(from_rfc3339("2026-11-21T23:45:00-01:00"), "20261122T004500");
  for (const char* wrong : {"2026-11-21", "2026-11-21T13:45:00", "2026-11-21T13:45:00+1", "2026-11-21T13:45:00+24:00", "noon"})
    EXPECT_EQ(from_rfc3339(wrong), "") << wrong;
}

}  // namespace
}  // namespace edgecse::edge
