// SPDX-License-Identifier: Apache-2.0
//
// onem2m_data/v1 for clients that stay: streams, what they write, who they are, and what they hear of moves.
#include "edge/data_access.hpp"
#include "edge/device_filter.hpp"
#include "edge_fixture.hpp"

namespace edgecse::edge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class RecordedStream final : public net::ResponseStream {
 public:
  bool write(std::string_view piece) override {
    if (!gone) text += piece;
    return !gone;
  }
  void finish() override { finished = true; }
  std::vector<std::string> ids() const {
    std::vector<std::string> found;
    for (std::size_t at = 0; (at = text.find("id: ", at)) != std::string::npos; ++at) found.push_back(text.substr(at + 4, text.find('\n', at) - at - 4));
    return found;
  }
  std::string text;
  bool finished = false, gone = false;
};

class DataClientTest : public EdgeServiceTest {
 protected:
  struct Opened {
    std::shared_ptr<RecordedStream> stream;
    net::HttpResponse refusal;
  };
  Opened open(const std::string& data_id, net::Headers headers = {}) {
    net::HttpRequest request;
    request.method = "GET";
    request.path = "/onem2m_data/v1/data/" + data_id + "/stream";
    request.headers = std::move(headers);
    auto opened = std::make_shared<Opened>();
    opened->refusal.status = 0;
    service->handle(request, [opened](const net::HttpResponse& response) { opened->refusal = response; },
                    [opened](const net::HttpResponse& head) {
                      EXPECT_EQ(head.headers.find("Content-Type").value_or(""), "text/event-stream");
                      opened->stream = std::make_shared<RecordedStream>();
                      return opened->stream;
                    });
    time.advance(500ms);
    return *opened;
  }
  /// The feed's <subscription> below the container; empty: there is none.
  std::string feed_of(const std::string& container) {
    for (const auto& [address, entry] : cse.entries)
      if (address.starts_with(container + "/mec-feed-")) return address;
    return {};
  }
  void add_value(const std::string& container, const std::string& content) {
    const Json instance = cse.add_instance(container, content);
    const std::string feed = feed_of(container);
    const std::string reference = by_resource_id ? cse.entries[feed].attributes["ri"].get<std::string>() : feed;
    onem2m::Request request;
    request.operation = onem2m::Operation::Notify;
    request.content = {{"m2m:sgn", {{"nev", {{"rep", {{"m2m:cin", instance}}}, {"net", 3}}}, {"sur", "/mn1/" + reference}}}};
    internal_aes.find("Conem2m-data-mn1")(request, [](const onem2m::Response&) {});
    time.advance(100ms);
  }
  bool by_resource_id = false;  // how notifications name their <subscription>
  std::string watch_moves(const Json& filter = Json::object()) {
    const Json body = {{"subscriptionType", "DeviceMobilitySubscription"}, {"callbackReference", "http://app/cb"}, {"filterCriteria", filter}};
    const auto response = send("POST", "/onem2m_data/v1/subscriptions", body.dump());
    EXPECT_EQ(response.status, 201) << response.body;
    const std::string location{response.headers.find("Location").value_or("")};
    return location.substr(location.rfind('/') + 1);
  }
  void move(const std::string& ae_id, const std::string& target) {
    moved[ae_id] = target;
    service->owner_changed();
    time.advance(10s);
  }
  std::vector<std::string> told() const {
    std::vector<std::string> events;
    for (const auto& body : callbacks)
      events.push_back(body.value("event", body["notificationType"].get<std::string>()) + " " + body.value("from", "") + ">" + body.value("to", ""));
    return events;
  }
};

TEST_F(DataClientTest, StreamBeginsWithTheNewestValueAndGoesOn) {
  start();
  cse.add_instance("cse-mn/car/flow", "1");
  cse.add_instance("cse-mn/car/flow", "2");
  const auto stream = open("cnt1").stream;
  ASSERT_TRUE(stream);
  EXPECT_THAT(telemetry.text(), HasSubstr("\nedgecse_data_streams 1\n"));
  EXPECT_THAT(telemetry.text(), HasSubstr("\nedgecse_data_requests_total{operation=\"read_stream\",status=\"200\"} 1\n"));
  EXPECT_THAT(stream->ids(), ElementsAre("2"));
  add_value("cse-mn/car/flow", "3");
  EXPECT_THAT(stream->ids(), ElementsAre("2", "3"));
  EXPECT_THAT(stream->text, HasSubstr("event: value\ndata: {\"sequence\":3,"));
  by_resource_id = true;
  add_value("cse-mn/car/flow", "4");
  EXPECT_THAT(stream->ids(), ElementsAre("2", "3", "4"));
  time.advance(20s);
  EXPECT_THAT(stream->text, HasSubstr("\n\n:\n\n")) << "a comment keeps it alive";
}

TEST_F(DataClientTest, StreamGoesOnAfterTheLastEventThatItsReaderHas) {
  start();
  for (const auto* content : {"1", "2", "3", "4"}) cse.add_instance("cse-mn/car/flow", content);
  const auto stream = open("cnt1", {{"Last-Event-ID", "2"}}).stream;
  ASSERT_TRUE(stream);
  EXPECT_THAT(stream->ids(), ElementsAre("3", "4"));
  EXPECT_EQ(open("cnt1", {{"Last-Event-ID", "x"}}).refusal.status, 400);
  EXPECT_EQ(open("cnt9").refusal.status, 404);
}

TEST_F(DataClientTest, AReaderThatMissedMuchIsToldInParts) {
  start();
  for (int i = 1; i <= 1'234; ++i) cse.add_instance("cse-mn/car/flow", std::to_string(i));
  const auto stream = open("cnt1", {{"Last-Event-ID", "4"}}).stream;
  ASSERT_TRUE(stream);
  ASSERT_EQ(stream->ids().size(), 1'230u);
  EXPECT_EQ(stream->ids().front(), "5");
  add_value("cse-mn/car/flow", "x");
  EXPECT_EQ(stream->ids().back(), "1235");
}

TEST_F(DataClientTest, StreamsOfOneSourceShareASubscriptionThatGoesWithTheLast) {
  start();
  const auto first = open("cnt1").stream, second = open("cnt1").stream;
  const std::string feed = feed_of("cse-mn/car/flow");
  ASSERT_FALSE(feed.empty());
  add_value("cse-mn/car/flow", "1");
  EXPECT_EQ(first->ids(), second->ids());
  first->gone = true;
  add_value("cse-mn/car/flow", "2");
  EXPECT_TRUE(first->finished);
  EXPECT_THAT(second->ids(), ElementsAre("1", "2"));
  const auto before = cse.entries[feed].attributes["et"];
  time.advance(40min);
  EXPECT_GT(cse.entries[feed].attributes["et"], before) << "what is used is kept";
  second->gone = true;
  add_value("cse-mn/car/flow", "3");
  time.advance(1s);
  EXPECT_EQ(feed_of("cse-mn/car/flow"), "");
}

TEST_F(DataClientTest, StreamEndsWithTheNewAddressWhenItsDeviceMoves) {
  offer_peer();
  start();
  const auto stream = open("cnt1").stream;
  move("Ccar", "/mn2");
  EXPECT_TRUE(stream->finished);
  EXPECT_THAT(stream->text, HasSubstr("event: moved\n"));
  EXPECT_THAT(stream->text, HasSubstr("\"location\":\"http://10.0.0.6:8080/onem2m_data/v1/data/cnt1/stream\""));
  const auto again = open("cnt1");
  EXPECT_FALSE(again.stream);
  EXPECT_EQ(again.refusal.status, 307);
}

TEST_F(DataClientTest, StreamsEndWhenTheServiceStops) {
  start();
  const auto stream = open("cnt1").stream;
  service->stop([] {});
  time.advance(1s);
  EXPECT_TRUE(stream->finished);
  EXPECT_THAT(stream->text, HasSubstr("event: end\n"));
}

TEST_F(DataClientTest, ANewKeySetIsLookedForWhenATokenFitsNoKeyAndNowAndThen) {
  want_tokens();
  const auto all = *net::JsonWebKeySet::parse(test::kKeySet);
  Json only = Json::parse(test::kKeySet);
  std::erase_if(only["keys"].get_ref<Json::array_t&>(), [](const Json& key) { return key["kty"] == "EC"; });
  const auto rsa = *net::JsonWebKeySet::parse(only.dump());
  options.access.keys = rsa;
  std::optional<net::JsonWebKeySet> next;
  int looked = 0;
  options.access.newer_keys = [&] { return ++looked, std::exchange(next, std::nullopt); };
  start();
  EXPECT_EQ(send_with(test::kTokens.good, "GET", "/devices").status, 401);
  const int before = looked;
  for (int i = 0; i < 4; ++i) EXPECT_EQ(send_with(test::kTokens.good, "GET", "/devices").status, 401);
  EXPECT_EQ(looked, before) << "strangers do not make us read files all the time";
  next = all;
  time.advance(1s);
  EXPECT_EQ(send_with(test::kTokens.good, "GET", "/devices").status, 200);
  next = rsa;
  EXPECT_EQ(send_with(test::kTokens.good, "GET", "/devices").status, 200) << "for a while";
  time.advance(10s);
  EXPECT_EQ(send_with(test::kTokens.good, "GET", "/devices").status, 401) << "its key is gone";
  EXPECT_EQ(send_with(test::kTokens.rsa, "GET", "/devices").status, 200);
}

TEST_F(DataClientTest, WritesInTheNameOfTheClient) {
  want_tokens();
  start();
  const auto made = send_with(test::kTokens.good, "POST", "/data/cnt1/values", R"({"value":"close"})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(Json::parse(made.body)["value"], "close");
  EXPECT_EQ(made.headers.find("Location").value_or(""), "http://10.0.0.5:8080/onem2m_data/v1/data/cnt1/values?after_sequence=0&limit=1");
  EXPECT_EQ(cse.seen.back().from, "Cmec-app1");
  ASSERT_EQ(send_with(test::kTokens.rsa, "POST", "/data/cnt1/values", R"({"value":{"valve":1}})").status, 201);
  EXPECT_EQ(cse.seen.back().from, "CApp2");
  EXPECT_EQ(cse.seen.back().content["m2m:cin"]["con"], "{\"valve\":1}");
  for (const auto* body : {"{", "{}", R"({"value":1,"colour":2})", R"({"value":1,"contentInfo":7})"})
    EXPECT_EQ(send_with(test::kTokens.good, "POST", "/data/cnt1/values", body).status, 400) << body;
}

TEST_F(DataClientTest, ChangesAFlexContainer) {
  want_tokens();
  cse.put("cse-mn/car/battery", 28, "cod:bat", {{"ri", "fc1"}, {"ty", 28}, {"cnd", "x"}, {"lvl", 77}, {"st", 4}, {"lt", "20261121T134500"}});
  start();
  EXPECT_EQ(send_with(test::kTokens.good, "POST", "/data/fc1/values", R"({"value":{"lvl":50}})").status, 201);
  EXPECT_EQ(cse.entries["cse-mn/car/battery"].attributes["lvl"], 50);
  EXPECT_EQ(send_with(test::kTokens.good, "POST", "/data/fc1/values", R"({"value":50})").status, 400);
}

TEST_F(DataClientTest, LetsNobodyWriteWhoDoesNotSayWhoHeIs) {
  start();
  EXPECT_EQ(send("POST", "/onem2m_data/v1/data/cnt1/values", R"({"value":"1"})").status, 403);
}

TEST_F(DataClientTest, WantsATokenThatIsGood) {
  want_tokens();
  start();
  const auto& tokens = test::kTokens;
  for (const auto* token : {tokens.good, tokens.rsa}) EXPECT_EQ(send_with(token, "GET", "/devices").status, 200);
  for (const auto* token : {tokens.expired, tokens.endless, tokens.early, tokens.issuer, tokens.audience, tokens.client, tokens.forged,
                            tokens.unsigned_token, "x", "a.b.c"}) {
    const auto refused = send_with(token, "GET", "/devices");
    EXPECT_EQ(refused.status, 401) << token;
    EXPECT_EQ(refused.headers.find("WWW-Authenticate").value_or(""), "Bearer error=\"invalid_token\"") << token;
  }
  EXPECT_EQ(send("GET", "/onem2m_data/v1/devices").headers.find("WWW-Authenticate").value_or(""), "Bearer");
  EXPECT_EQ(get("/openapi.yaml").status, 200) << "the description is for everybody";
}

TEST_F(DataClientTest, AsksWhoIssuedATokenThatItCannotRead) {
  options.access.introspection_endpoint = "http://issuer/introspect";
  options.access.introspection_client = "edge";
  options.access.introspection_secret = "secret";
  int asked = 0, status = 200;
  platform.others = [&](const net::HttpCall& call) -> std::optional<net::HttpResponse> {
    if (call.url != "http://issuer/introspect") return std::nullopt;
    ++asked;
    EXPECT_EQ(call.headers.find("Authorization").value_or(""), "Basic ZWRnZTpzZWNyZXQ=");
    return net::HttpResponse{.status = status, .headers = {}, .body = call.body == "token=good" ? R"({"active":true,"client_id":"app1"})" : R"({"active":false})"};
  };
  start();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(send_with("good", "GET", "/devices").status, 200);
  EXPECT_EQ(asked, 1) << "the answer is remembered for a moment";
  EXPECT_EQ(send_with("bad", "GET", "/devices").status, 401);
  time.advance(60s);
  status = 500;
  EXPECT_EQ(send_with("good", "GET", "/devices").status, 503);
}

TEST_F(DataClientTest, AnswersForAMovedDeviceWhenConfiguredSo) {
  offer_peer();
  options.proxy_moved = true;
  start();
  cse.add_instance("cse-mn/car/flow", "1");
  ASSERT_EQ(get("/data/cnt1/latest").status, 200);
  move("Ccar", "/mn2");
  EXPECT_EQ(get("/data/cnt1/latest").status, 200);
}

TEST_F(DataClientTest, KnowsAClientByItsCertificate) {
  want_tokens();
  start();
  net::HttpRequest request;
  request.method = "POST";
  request.path = "/onem2m_data/v1/data/cnt1/values";
  request.body = R"({"value":"1"})";
  request.peer.certificate_names = {"app2"};
  int status = 0;
  service->handle(request, [&](const net::HttpResponse& response) { status = response.status; });
  time.advance(1s);
  EXPECT_EQ(status, 201);
  EXPECT_EQ(cse.seen.back().from, "CApp2");
}

TEST_F(DataClientTest, ShowsSubscriptionsOnlyToWhoMadeThem) {
  want_tokens();
  start();
  const auto made = send_with(test::kTokens.good, "POST", "/subscriptions", R"({"callbackReference":"http://app/cb"})");
  ASSERT_EQ(made.status, 201);
  const std::string location{made.headers.find("Location").value_or("")}, id = location.substr(location.rfind('/'));
  EXPECT_EQ(cse.entries["cse-mn/car/flow/mec-" + id.substr(1)].attributes["cr"], "Cmec-app1") << "the access rules of the client decide";
  for (const auto* method : {"GET", "DELETE"}) EXPECT_EQ(send_with(test::kTokens.rsa, method, "/subscriptions" + id).status, 404);
  EXPECT_THAT(send_with(test::kTokens.rsa, "GET", "/subscriptions").body, Not(HasSubstr(id)));
  restart();
  EXPECT_EQ(send_with(test::kTokens.good, "GET", "/subscriptions" + id).status, 200);
  EXPECT_EQ(send_with(test::kTokens.rsa, "GET", "/subscriptions" + id).status, 404);
}

TEST_F(DataClientTest, TellsThatADeviceWillMoveHasMovedAndComesBack) {
  offer_peer();
  start();
  const std::string id = watch_moves();
  report_move("INTERHOST_MOVEOUT_TRIGGERED");
  report_move("INTERHOST_MOVEOUT_TRIGGERED");
  move("Ccar", "/mn2");
  move("Ccar", "");
  EXPECT_THAT(told(), ElementsAre("PREPARED /mn1>/mn2", "MOVED /mn1>/mn2", "MOVED /mn2>/mn1"));
  EXPECT_EQ(callbacks[1]["newServiceUri"], "http://10.0.0.6:8080/onem2m_data/v1");
  EXPECT_EQ(callbacks[1]["deviceId"], "Ccar");
  EXPECT_EQ(callbacks[2]["newServiceUri"], "http://10.0.0.5:8080/onem2m_data/v1");
  EXPECT_EQ(callbacks[0]["_links"]["subscription"]["href"], "http://10.0.0.5:8080/onem2m_data/v1/subscriptions/" + id);
  EXPECT_LT(callbacks[1]["sequence"], callbacks[2]["sequence"]);
}

TEST_F(DataClientTest, TellsThatADeviceHasLeft) {
  start();
  watch_moves({{"labels", {"blue"}}});
  std::erase_if(cse.entries, [](const auto& entry) { return entry.first.starts_with("cse-mn/car"); });
  service->owner_changed();
  time.advance(10s);
  EXPECT_THAT(told(), ElementsAre("LEFT /mn1>"));
}

TEST_F(DataClientTest, TellsOnlyTheEventsAndDevicesThatAreWanted) {
  offer_peer();
  start();
  watch_moves({{"deviceId", {"Cother"}}});
  watch_moves({{"events", {"MOVED"}}});
  report_move("INTERHOST_MOVEOUT_TRIGGERED");
  move("Ccar", "/mn2");
  move("Csecret", "/mn2");
  EXPECT_THAT(told(), ElementsAre("MOVED /mn1>/mn2")) << "nor what is not published";
}

TEST_F(DataClientTest, TellsAMoveThatHappenedWhileItWasAway) {
  start();
  watch_moves();
  callback_status = 503;
  move("Ccar", "/mn2");
  restart();
  callback_status = 204;
  time.advance(20s);
  EXPECT_THAT(told(), ElementsAre("MOVED /mn1>/mn2"));
  restart();
  time.advance(20s);
  EXPECT_EQ(callbacks.size(), 1u) << "what was taken is not told again";
}

TEST_F(DataClientTest, RefusesMobilitySubscriptionsWithASentence) {
  start();
  for (const auto* filter : {R"({"dataId":["x"]})", R"({"events":["GONE"]})", R"({"events":[]})", "7"}) {
    const std::string body = std::string{R"({"subscriptionType":"DeviceMobilitySubscription","callbackReference":"http://app/cb","filterCriteria":)"} + filter + "}";
    EXPECT_EQ(send("POST", "/onem2m_data/v1/subscriptions", body).status, 400) << filter;
  }
  const std::string id = subscribe();
  const auto other = send("PUT", "/onem2m_data/v1/subscriptions/" + id, R"({"subscriptionType":"DeviceMobilitySubscription","callbackReference":"http://app/cb"})");
  EXPECT_EQ(other.status, 400);
  EXPECT_THAT(other.body, HasSubstr("subscriptionType"));
}

TEST_F(DataClientTest, OffersEachClassOfDataByItsOwnNameWhileThereIsSome) {
  cse.put_container("cse-mn/car/tank", "cnt3", {"mec:service=water"});
  start();
  time.advance(10s);
  const auto entry_of = [&](const std::string& name) {
    for (const auto& [id, entry] : platform.host("mep1").services)
      if (entry["serName"] == name) return entry;
    return Json{};
  };
  ASSERT_EQ(entry_of("water")["state"], "ACTIVE");
  EXPECT_EQ(entry_of("water")["transportInfo"]["endpoint"]["uris"][0], "http://10.0.0.5:8080/onem2m_data/v1/data?service=water");
  move("Ccar", "/mn2");
  time.advance(10s);
  EXPECT_EQ(entry_of("water")["state"], "INACTIVE");
  move("Ccar", "");
  time.advance(10s);
  EXPECT_EQ(entry_of("water")["state"], "ACTIVE");
}

TEST_F(DataClientTest, FindsDevicesByAreaAndByAttribute) {
  cse.entries["cse-mn/car"].attributes["loc"] = {{"typ", 1}, {"crd", "[13.4050,52.5200]"}};
  start();
  EXPECT_EQ(get_json("/devices")[0]["location"], Json({{"type", "Point"}, {"coordinates", {13.405, 52.52}}}));
  const std::vector<std::pair<std::string, std::size_t>> rows{
      {"area=circle(52.52,13.40,500)", 1}, {"area=circle(52.52,13.40,300)", 0}, {"area=polygon(52,13,53,13,53,14,52,14)", 1},
      {"area=polygon(50,13,51,13,51,14)", 0}, {"filter=(eq,name,car)", 1}, {"filter=(neq,name,car)", 0}, {"filter=(cont,labels,blu)", 1},
      {"filter=(in,deviceId,Cx,Ccar);(eq,state,SERVED)", 1}, {"filter=(nin,labels,blue)", 0}, {"filter=(eq,location/type,Point)", 1},
      {"filter=(eq,mecHost,x)", 0}, {"filter=(ncont,mecHost,x)", 1}, {"filter=(gt,since,2020)", 1}, {"filter=(lt,since,2020)", 0},
  };
  for (const auto& [query, count] : rows) EXPECT_EQ(get_json("/devices?" + query).size(), count) << query;
  for (const auto* wrong : {"area=here", "area=circle(1,2)", "area=circle(100,0,1)", "area=polygon(1,1,2,2)", "area=circle(a,b,c)",
                            "filter=name", "filter=(eq,name)", "filter=(like,name,x)", "filter=(eq,colour,x)", "filter=(eq,name,a,b)"}) {
    const auto refused = get(std::string{"/devices?"} + wrong);
    EXPECT_EQ(refused.status, 400) << wrong;
  }
}

}  // namespace
}  // namespace edgecse::edge
