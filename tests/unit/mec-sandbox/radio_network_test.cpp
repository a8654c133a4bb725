// SPDX-License-Identifier: Apache-2.0
// MEC 012: what the radio network knows of the users in a host's cells.
#include "sandbox_fixture.hpp"

namespace edgecse::sandbox {
namespace {

constexpr const char* kCar = "10.100.0.1";
constexpr const char* kRoot = "/mep1/rni/v2";

class RadioNetworkTest : public SandboxTest {
 protected:
  void SetUp() override {
    SandboxTest::SetUp();
    put_at("4g-macro-cell-1");
  }
  void put_at(const std::string& access_point) {
    EXPECT_EQ(
        call("PUT", std::string{"/sandbox/v1/terminals/"} + kCar + "/place", {{"access_point", access_point}}).status,
        200);
    settle();
  }
  /// Its path.
  std::string subscribe(const char* type, const char* criteria, json filter, json more = json::object()) {
    filter["associateId"] = {{{"type", 1}, {"value", kCar}}};
    return subscribe_to(type, criteria, std::move(filter), std::move(more));
  }
  /// The same for every user.
  std::string subscribe_to(const std::string& type, const char* criteria, const json& filter,
                           const json& more = json::object()) {
    json body{{"subscriptionType", type}, {"callbackReference", "http://127.0.0.3/radio"}, {criteria, filter}};
    body.update(more);
    const auto made = call("POST", std::string{kRoot} + "/subscriptions", body);
    EXPECT_EQ(made.status, 201) << made.body;
    settle();
    return std::string{made.headers.find("Location").value_or("")}.substr(
        std::string_view{"http://127.0.0.1:8090"}.size());
  }
};

TEST_F(RadioNetworkTest, TellsWhenAUserChangesItsCell) {
  const auto path = subscribe("CellChangeSubscription", "filterCriteriaAssocHo", {});
  put_at("4g-macro-cell-6");
  const auto told = callbacks.of("CellChangeNotification");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].at("srcEcgi").at("cellId"), "4g-macro-cell-1");
  EXPECT_EQ(told[0].at("trgEcgi").at(0).at("cellId"), "4g-macro-cell-6");
  EXPECT_EQ(told[0].at("hoStatus"), 3);
  EXPECT_EQ(told[0].at("_links").at("subscription").at("href"), "http://127.0.0.1:8090" + path);
}

TEST_F(RadioNetworkTest, TellsACellChangeToBothHostsThatItTouches) {
  subscribe("CellChangeSubscription", "filterCriteriaAssocHo", {});
  put_at("4g-macro-cell-8");  // of mep2
  put_at("4g-macro-cell-10");
  EXPECT_EQ(callbacks.of("CellChangeNotification").size(), 1U);
}

TEST_F(RadioNetworkTest, KeepsToTheFilter) {
  subscribe("CellChangeSubscription", "filterCriteriaAssocHo", {{"hoStatus", {1, 2}}});
  subscribe("CellChangeSubscription", "filterCriteriaAssocHo",
            {{"ecgi", {{{"plmn", {{"mcc", "001"}, {"mnc", "01"}}}, {"cellId", "nowhere"}}}}});
  put_at("4g-macro-cell-6");
  EXPECT_TRUE(callbacks.of("CellChangeNotification").empty());
}

TEST_F(RadioNetworkTest, ReportsMeasurementsEverySecond) {
  subscribe("MeasRepUeSubscription", "filterCriteriaAssocTri", {{"trigger", {1}}});
  EXPECT_EQ(call("POST", "/sandbox/v1/scenario/step?seconds=3").status, 204);
  settle();
  const auto told = callbacks.of("MeasRepUeNotification");
  ASSERT_EQ(told.size(), 3U);
  EXPECT_EQ(told[0].at("ecgi").at("cellId"), "4g-macro-cell-1");
  EXPECT_EQ(told[0].at("rsrp"), 97);  // it was put right below the cell
}

TEST_F(RadioNetworkTest, AnswersBearersOfTheUsersInItsCells) {
  const auto found = body(call("GET", std::string{kRoot} + "/queries/rab_info?app_ins_id=a&ue_ipv4_address=" + kCar));
  ASSERT_EQ(found.at("cellUserInfo").size(), 1U);
  EXPECT_EQ(found.at("cellUserInfo").at(0).at("ueInfo").at(0).at("associateId").at(0).at("value"), kCar);
  const auto elsewhere = body(call("GET", std::string{"/mep2/rni/v2/queries/rab_info?ue_ipv4_address="} + kCar));
  EXPECT_TRUE(elsewhere.at("cellUserInfo").empty());
}

/// Query string, and how many of the placed user's entries it leaves.
struct FilterRow {
  const char* query;
  std::size_t found;
};

TEST_F(RadioNetworkTest, FiltersBearersBySubscriberCellAndQuality) {
  const std::string me = std::string{"ue_ipv4_address="} + kCar;
  for (const auto& row : std::vector<FilterRow>{{"", 1},
                                                {"&qci=9&erab_id=5", 1},
                                                {"&qci=1", 0},
                                                {"&erab_id=5,6", 1},
                                                {"&erab_mbr_dl=100000000&erab_mbr_ul=50000000&erab_gbr_dl=0", 1},
                                                {"&erab_gbr_ul=1", 0},
                                                {"&cell_id=4g-macro-cell-2,4g-macro-cell-1", 1},
                                                {"&cell_id=4g-macro-cell-2", 0}}) {
    const auto found = body(call("GET", std::string{kRoot} + "/queries/rab_info?" + me + row.query));
    EXPECT_EQ(found.at("cellUserInfo").size(), row.found) << row.query;
  }
  const auto nobody = body(call("GET", std::string{kRoot} + "/queries/rab_info?ue_ipv6_address=::1"));
  EXPECT_TRUE(nobody.at("cellUserInfo").empty());
}

TEST_F(RadioNetworkTest, RefusesWhatIsNoFilterOrNoNumber) {
  for (const auto* query : {"rab_info?qci=best", "rab_info?colour=red", "s1_bearer_info?qci=9",
                            "s1_bearer_info?erab_id=5,x", "layer2_meas?number_of_active_ue_dl_nongbr_cell=many",
                            "layer2_meas?received_randomly_selected_preambles_low_range_cell=1", "plmn_info"}) {
    const auto refused = call("GET", std::string{kRoot} + "/queries/" + query);
    EXPECT_EQ(refused.status, 400) << query;
    EXPECT_FALSE(detail(refused).empty());
  }
  EXPECT_EQ(call("POST", std::string{kRoot} + "/queries/layer2_meas", json::object()).status, 405);
  EXPECT_EQ(call("GET", std::string{kRoot} + "/queries/weather").status, 404);
}

TEST_F(RadioNetworkTest, AnswersTheS1BearerOfAUser) {
  const auto root = std::string{kRoot} + "/queries/s1_bearer_info?";
  const auto found = body(call("GET", root + "ue_ipv4_address=" + kCar)).at("s1UeInfo");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].at("ecgi").at(0).at("cellId"), "4g-macro-cell-1");
  EXPECT_EQ(found[0].at("tempUeId").at("mtmsi"), "0a640001");
  const auto tunnel = found[0].at("s1BearerInfoDetailed").at(0).at("enbInfo").at("tunnelId").get<std::string>();
  for (const auto& query : {"gtp_teid=" + tunnel, std::string{"temp_ue_id=010a640001"}})
    EXPECT_EQ(body(call("GET", root + query)).at("s1UeInfo"), found) << query;
  EXPECT_EQ(call("GET", root + "gtp_teid=ffffffff").status, 404);
  EXPECT_EQ(call("GET", std::string{"/mep2/rni/v2/queries/s1_bearer_info?ue_ipv4_address="} + kCar).status, 404);
}

TEST_F(RadioNetworkTest, MeasuresLayerTwoByTheUsersOfEachCell) {
  const auto root = std::string{kRoot} + "/queries/layer2_meas?";
  const auto alone = body(call("GET", root + "ue_ipv4_address=" + kCar));
  ASSERT_EQ(alone.at("cellInfo").size(), 1U);  // asked for a user: only its cell
  ASSERT_EQ(alone.at("cellUEInfo").size(), 1U);
  const auto users = alone.at("cellInfo").at(0).at("number_of_active_ue_dl_nongbr_cell").get<int>();
  const auto share = alone.at("cellUEInfo").at(0).at("dl_nongbr_throughput_ue").get<int>();
  EXPECT_EQ(alone.at("cellUEInfo").at(0).at("associateId").at("value"), kCar);
  EXPECT_EQ(call("PUT", "/sandbox/v1/terminals/10.100.0.2/place", {{"access_point", "4g-macro-cell-1"}}).status, 200);
  const auto shared = body(call("GET", root + "ue_ipv4_address=" + kCar));
  EXPECT_EQ(shared.at("cellInfo").at(0).at("number_of_active_ue_dl_nongbr_cell"), users + 1);
  EXPECT_LT(shared.at("cellUEInfo").at(0).at("dl_nongbr_throughput_ue"), share);
  const auto crowded = fmt::format("cell_id=4g-macro-cell-1&number_of_active_ue_ul_nongbr_cell={}", users + 1);
  EXPECT_EQ(body(call("GET", root + crowded)).at("cellInfo").size(), 1U);
  EXPECT_EQ(body(call("GET", root + crowded)).at("cellUEInfo").size(), static_cast<std::size_t>(users + 1));
  EXPECT_TRUE(body(call("GET", root + "cell_id=4g-macro-cell-1&dl_gbr_prb_usage_cell=1")).at("cellInfo").empty());
}

TEST_F(RadioNetworkTest, TellsTheLifeOfABearer) {
  put_at("4g-macro-cell-8");  // of mep2
  for (const auto* type : {"RabEst", "RabMod", "RabRel"}) {
    json filter{{"qci", 9}};
    if (std::string_view{type} != "RabEst") filter["erabId"] = 5;
    subscribe_to(std::string{type} + "Subscription", "filterCriteriaQci", filter);
  }
  subscribe("S1BearerSubscription", "S1BearerSubscriptionCriteria", {{"erabId", {5}}}, {{"eventType", {1, 2, 3}}});
  put_at("4g-macro-cell-1");
  put_at("4g-macro-cell-6");  // the same quality: the tunnel changes, the bearer does not
  put_at("5g-small-cell-1");
  put_at("4g-macro-cell-8");
  const auto established = callbacks.of("RabEstNotification"), modified = callbacks.of("RabModNotification"),
             released = callbacks.of("RabRelNotification"), tunnels = callbacks.of("S1BearerNotification");
  ASSERT_EQ(established.size(), 1U);
  EXPECT_EQ(established[0].at("ecgi").at("cellId"), "4g-macro-cell-1");
  EXPECT_EQ(established[0].at("erabQosParameters").at("qci"), 9);
  ASSERT_EQ(modified.size(), 1U);
  EXPECT_EQ(modified[0].at("ecgi").at("cellId"), "5g-small-cell-1");
  ASSERT_EQ(released.size(), 1U);
  EXPECT_EQ(released[0].at("erabReleaseInfo").at("erabId"), 5);
  EXPECT_EQ(released[0].at("ecgi").at("cellId"), "5g-small-cell-1");
  std::vector<int> events;
  for (const auto& one : tunnels) events.push_back(one.at("s1Event"));
  EXPECT_EQ(events, (std::vector{1, 2, 2, 3}));
}

TEST_F(RadioNetworkTest, KeepsToTheBearerThatWasAskedFor) {
  subscribe_to("RabRelSubscription", "filterCriteriaQci", {{"qci", 1}, {"erabId", 5}});
  subscribe_to("RabRelSubscription", "filterCriteriaQci", {{"qci", 9}, {"erabId", 6}});
  subscribe("S1BearerSubscription", "S1BearerSubscriptionCriteria", {}, {{"eventType", {1}}});
  put_at("wifi-ap-1");  // no cell: the bearer ends, and no cell was changed to
  EXPECT_TRUE(callbacks.received.empty());
}

TEST_F(RadioNetworkTest, AUserOfWifiHasNoBearer) {
  subscribe("CellChangeSubscription", "filterCriteriaAssocHo", {});
  subscribe_to("RabRelSubscription", "filterCriteriaQci", {{"qci", 9}, {"erabId", 5}});
  put_at("wifi-ap-1");
  EXPECT_TRUE(callbacks.of("CellChangeNotification").empty());
  EXPECT_EQ(callbacks.of("RabRelNotification").size(), 1U);
  const auto found = body(call("GET", std::string{kRoot} + "/queries/rab_info?ue_ipv4_address=" + kCar));
  EXPECT_TRUE(found.at("cellUserInfo").empty());
}

TEST_F(RadioNetworkTest, MeasuresEachRadioInItsOwnWay) {
  subscribe("MeasRepUeSubscription", "filterCriteriaAssocTri", {});
  subscribe("NrMeasRepUeSubscription", "filterCriteriaNrMrs", {{"triggerNr", {1}}});
  subscribe("MeasTaSubscription", "filterCriteriaAssoc", {});
  EXPECT_EQ(call("POST", "/sandbox/v1/scenario/step?seconds=1").status, 204);
  put_at("5g-small-cell-1");
  EXPECT_EQ(call("POST", "/sandbox/v1/scenario/step?seconds=1").status, 204);
  settle();
  EXPECT_EQ(callbacks.of("MeasRepUeNotification").size(), 1U);
  const auto advance = callbacks.of("MeasTaNotification"), told = callbacks.of("NrMeasRepUeNotification");
  ASSERT_EQ(advance.size(), 1U);
  EXPECT_EQ(advance[0].at("timingAdvance"), 0);  // right below the cell
  ASSERT_EQ(told.size(), 1U);
  const auto& serving = told[0].at("servCellMeasInfo").at(0);
  EXPECT_EQ(serving.at("nrcgi").at("nrCellId"), "5g-small-cell-1");
  EXPECT_EQ(serving.at("sCell").at("measQuantityResultsSsbCell").at("rsrp"), 127);
}

TEST_F(RadioNetworkTest, AggregatesTheCellsThatAUserHears) {
  subscribe_to("CaReconfSubscription", "filterCriteriaAssoc", json::object());
  EXPECT_EQ(call("POST", "/sandbox/v1/scenario/step?seconds=100").status, 204);
  settle();
  std::map<std::string, std::string> second;  // by user
  bool removed = false;
  for (const auto& told : callbacks.of("CaReconfNotification")) {
    const auto user = told.at("associateId").at(0).at("value").get<std::string>();
    const bool added_before = second.contains(user);  // else before the subscription
    if (told.contains("secondaryCellRemove") && added_before) {
      EXPECT_EQ(told.at("secondaryCellRemove").at(0).at("ecgi").at("cellId"), second[user]);
      removed = true;
    }
    second[user] = "";
    if (told.contains("secondaryCellAdd")) second[user] = told.at("secondaryCellAdd").at(0).at("ecgi").at("cellId");
  }
  EXPECT_FALSE(second.empty());
  EXPECT_TRUE(removed);
}

TEST_F(RadioNetworkTest, SaysTheStatusOfHandoversThatItTakesByDefault) {
  const auto path = subscribe("CellChangeSubscription", "filterCriteriaAssocHo", {});
  EXPECT_EQ(body(call("GET", path)).at("filterCriteriaAssocHo").at("hoStatus"), json::array({3}));
}

TEST_F(RadioNetworkTest, RefusesASubscriptionThatNoKindAllows) {
  const auto refused = [&](const json& body, std::string_view culprit) {
    const auto answer = call("POST", std::string{kRoot} + "/subscriptions", body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_NE(detail(answer).find(culprit), std::string::npos) << detail(answer);
  };
  const json whole{{"subscriptionType", "RabModSubscription"}, {"callbackReference", "http://127.0.0.3/radio"}};
  const auto with = [&](const char* type, const char* criteria, const json& filter) {
    auto body = whole;
    body["subscriptionType"] = type;
    body[criteria] = filter;
    return body;
  };
  json cell;
  cell["nrCellId"] = "x";  // of no network
  refused(whole, "filterCriteriaQci");
  refused(with("RabModSubscription", "filterCriteriaQci", {{"qci", 9}}), "erabId");
  refused(with("RabEstSubscription", "filterCriteriaQci", json::object()), "qci");
  refused(with("CellChangeSubscription", "filterCriteriaAssocHo", {{"hoStatus", {7}}}), "hoStatus[0]");
  refused(with("MeasRepUeSubscription", "filterCriteriaAssocTri", {{"trigger", {6}}}), "trigger[0]");
  refused(with("NrMeasRepUeSubscription", "filterCriteriaNrMrs", {{"nrcgi", json::array({cell})}}), "nrcgi[0]");
  refused(with("S1BearerSubscription", "S1BearerSubscriptionCriteria", json::object()), "eventType");
  refused(with("WeatherSubscription", "filterCriteria", json::object()), "subscriptionType");
  EXPECT_EQ(call("GET", std::string{kRoot} + "/subscriptions?subscription_type=weather").status, 400);
}

TEST_F(RadioNetworkTest, WarnsBeforeASubscriptionExpiresAndEndsIt) {
  const auto now = body(call("GET", "/mep1/mec_app_support/v1/timing/current_time")).at("seconds").get<std::int64_t>();
  const auto path = subscribe("CellChangeSubscription", "filterCriteriaAssocHo", {},
                              {{"expiryDeadline", {{"seconds", now + 100}, {"nanoSeconds", 0}}}});
  time.advance(std::chrono::seconds{90});
  EXPECT_EQ(callbacks.of("ExpiryNotification").size(), 1U);
  time.advance(std::chrono::seconds{11});
  EXPECT_EQ(call("GET", path).status, 404);
}

TEST_F(RadioNetworkTest, ListsChangesAndRefuses) {
  const auto path = subscribe("CellChangeSubscription", "filterCriteriaAssocHo", {});
  const auto listed = body(call("GET", std::string{kRoot} + "/subscriptions?subscription_type=cell_change"));
  EXPECT_EQ(listed.at("_links").at("subscription").size(), 1U);
  auto changed = body(call("GET", path));
  EXPECT_EQ(call("PUT", path, changed).status, 200);
  changed["subscriptionType"] = "MeasRepUeSubscription";
  changed["filterCriteriaAssocTri"] = json::object();
  EXPECT_EQ(call("PUT", path, changed).status, 422);
  EXPECT_EQ(call("DELETE", path).status, 204);
  EXPECT_EQ(
      call("POST", std::string{kRoot} + "/subscriptions", {{"subscriptionType", "CellChangeSubscription"}}).status,
      400);
}

}  // namespace
}  // namespace edgecse::sandbox
