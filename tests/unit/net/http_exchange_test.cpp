// SPDX-License-Identifier: Apache-2.0
// The server and the client, with each other.
#include <gmock/gmock.h>

#include <array>
#include <future>
#include <mutex>
#include <thread>

#include "net/answers_by_reactors.hpp"
#include "net/http_client.hpp"
#include "net/http_server.hpp"
#include "support/eventually.hpp"

namespace edgecse::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class HttpExchange : public testing::Test {
 protected:
  void serve(HttpHandler handler, const HttpServerOptions& options = {}) {
    auto started = HttpServer::start(options, std::move(handler));
    ASSERT_TRUE(started) << started.error().detail;
    server = std::move(*started);
  }
  std::string url(const std::string& target) const {
    return "http://127.0.0.1:" + std::to_string(server->port()) + target;
  }
  HttpResult call(const std::string& method, const std::string& target, std::string body = {}, Headers headers = {}) {
    return send_and_wait(*client, {method, url(target), std::move(headers), std::move(body)});
  }

  // What a handler touches is declared before the server, which ends first.
  std::mutex mutex;
  std::vector<Responder> kept;  // guarded by mutex
  std::unique_ptr<HttpServer> server;
  std::unique_ptr<HttpClient> client = std::move(*make_http_client());
};

TEST_F(HttpExchange, CarriesEveryPartBothWays) {
  serve([](HttpRequest request, const Responder& responder) {
    HttpResponse response{201, {{"X-M2M-RSC", "2001"}}, request.method + " " + request.target + " " + request.body};
    response.headers.add("X-Peer", request.peer.address);
    response.headers.add("X-Origin", std::string(request.headers.find("X-M2M-Origin").value_or("none")));
    responder.send(std::move(response));
  });
  const auto answer =
      call("POST", "/a%2Fb?lbl=a&lbl=b", "body", {{"X-M2M-Origin", "CAE"}, {"Content-Type", "application/json"}});
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body, "POST /a%2Fb?lbl=a&lbl=b body");
  EXPECT_EQ(answer->headers.find("x-m2m-rsc"), "2001");
  EXPECT_EQ(answer->headers.find("X-Peer"), "127.0.0.1");
  EXPECT_EQ(answer->headers.find("X-Origin"), "CAE");
  EXPECT_TRUE(answer->headers.has("Date"));
}

TEST_F(HttpExchange, KeepsTheConnection) {
  serve([](const HttpRequest&, const Responder& responder) { responder.send({}); });
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(call("GET", "/"));
  EXPECT_EQ(server->connections(), 1U);
}

TEST_F(HttpExchange, AnswersFromAnotherThread) {
  std::thread worker;
  serve([&](const HttpRequest&, const Responder& responder) {
    worker = std::thread([responder] { responder.send({200, {}, "later"}); });
  });
  const auto answer = call("GET", "/");
  worker.join();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "later");
}

TEST_F(HttpExchange, CarriesLargeBodiesBothWays) {
  HttpServerOptions options;
  options.maximum_body_bytes = 16 * 1024 * 1024;
  serve(
      [](HttpRequest request, const Responder& responder) {
        responder.send({200, {}, std::move(request.body)});
      },
      options);
  const std::string body(8 * 1024 * 1024, 'x');
  const auto answer = call("PUT", "/", body);
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->body.size(), body.size());
}

TEST_F(HttpExchange, AnswersManyCallsAtOnce) {
  serve([](HttpRequest request, const Responder& responder) { responder.send({200, {}, request.target}); });
  constexpr int kCalls = 500;
  std::atomic<int> right{0};
  std::atomic<int> left{kCalls};
  std::promise<void> all;
  for (int i = 0; i < kCalls; ++i) {
    const auto target = "/" + std::to_string(i);
    client->send({"GET", url(target), {}, {}}, [&, target](const HttpResult& result) {
      if (result && result->body == target) ++right;
      if (--left == 0) all.set_value();
    });
  }
  all.get_future().wait();
  EXPECT_EQ(right, kCalls);
}

TEST_F(HttpExchange, AnswersHeadWithoutBody) {
  serve([](const HttpRequest&, const Responder& responder) { responder.send({200, {}, "four"}); });
  const auto answer = call("HEAD", "/");
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->body, "");
  EXPECT_EQ(answer->headers.find("Content-Length"), "4");
}

TEST_F(HttpExchange, AnswersAForgottenRequestAndALeakedException) {
  serve([](const HttpRequest& request, const Responder&) {
    if (request.path == "/throw") throw std::runtime_error("leak");
  });
  EXPECT_EQ(call("GET", "/forget")->status, 500);
  EXPECT_EQ(call("GET", "/throw")->status, 500);
}

TEST_F(HttpExchange, IgnoresTheSecondAnswer) {
  serve([](const HttpRequest&, const Responder& responder) {
    responder.send({200, {}, "first"});
    responder.send({200, {}, "second"});
    EXPECT_FALSE(responder.begin_stream({})->write("third"));
  });
  EXPECT_EQ(call("GET", "/")->body, "first");
  EXPECT_EQ(call("GET", "/")->body, "first");
}

TEST_F(HttpExchange, StreamsPieceByPiece) {
  serve([](const HttpRequest&, const Responder& responder) {
    const auto stream = responder.begin_stream({200, {{"Content-Type", "text/event-stream"}}, {}});
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(stream->write("piece "));
    stream->finish();
  });
  const auto answer = call("GET", "/");
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->body.size(), 600U);
  EXPECT_EQ(answer->headers.find("Transfer-Encoding"), "chunked");
}

TEST_F(HttpExchange, AnUnfinishedStreamDoesNotLookComplete) {
  serve([](const HttpRequest&, const Responder& responder) { responder.begin_stream({})->write("part"); });
  const auto answer = call("GET", "/");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::Protocol);
}

TEST_F(HttpExchange, KeepsResponseFieldsOnOneLine) {
  serve([](const HttpRequest&, const Responder& responder) {
    responder.send({200, {{"X-A", "b\r\nX-Evil: 1"}, {"bad name", "x"}}, {}});
  });
  const auto answer = call("GET", "/");
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->headers.has("X-Evil"));
  EXPECT_EQ(answer->headers.find("X-A"), "b  X-Evil: 1");
}

TEST_F(HttpExchange, ServesIpv6) {
  HttpServerOptions options;
  options.listen = "[::1]:0";
  auto started = HttpServer::start(options, [](const HttpRequest& request, const Responder& responder) {
    responder.send({200, {}, request.peer.address});
  });
  if (!started) GTEST_SKIP() << started.error().detail;
  const auto answer =
      send_and_wait(*client, {"GET", "http://[::1]:" + std::to_string((*started)->port()) + "/", {}, {}});
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->body, "::1");
}

// ---- start

TEST(HttpServerStart, NamesTheAddressItCannotUse) {
  for (const char* listen : {"nonsense", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:x", "203.0.113.1:80"}) {
    HttpServerOptions options;
    options.listen = listen;
    const auto started = HttpServer::start(options, [](const HttpRequest&, const Responder&) {});
    ASSERT_FALSE(started) << listen;
    EXPECT_EQ(started.error().kind, ErrorKind::Configuration);
    EXPECT_THAT(started.error().detail, HasSubstr(listen));
  }
}

// ---- drain

TEST_F(HttpExchange, DrainAnswersWhatIsInFlightAndRefusesTheRest) {
  std::promise<Responder> arrived;
  serve([&](const HttpRequest&, const Responder& responder) { arrived.set_value(responder); });
  std::promise<HttpResult> answered;
  client->send({"GET", url("/"), {}, {}}, [&](HttpResult result) { answered.set_value(std::move(result)); });
  const auto responder = arrived.get_future().get();
  auto drained = std::async(std::launch::async, [&] { return server->drain(30s); });
  while (call("GET", "/")) {  // refused as soon as the drain has begun
  }
  responder.send({200, {}, "done"});
  const auto result = answered.get_future().get();
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_EQ(result->body, "done");
  EXPECT_EQ(result->headers.find("Connection"), "close");
  EXPECT_TRUE(drained.get());
}

TEST_F(HttpExchange, DrainClosesIdleConnectionsAtOnce) {
  serve([](const HttpRequest&, const Responder& responder) { responder.send({}); });
  ASSERT_TRUE(call("GET", "/"));
  EXPECT_TRUE(server->drain(30s));
}

TEST_F(HttpExchange, DrainGivesUpAtItsDeadline) {
  serve([&](const HttpRequest&, const Responder& responder) {
    const std::lock_guard lock(mutex);
    kept.push_back(responder);
  });
  std::promise<HttpResult> answered;
  client->send({"GET", url("/"), {}, {}}, [&](HttpResult result) { answered.set_value(std::move(result)); });
  for (bool arrived = false; !arrived;) {
    const std::lock_guard lock(mutex);
    arrived = !kept.empty();
  }
  EXPECT_FALSE(server->drain(10ms));
  EXPECT_FALSE(answered.get_future().get());
}

struct ManyAnswers : HttpExchange {
  static constexpr std::size_t kMany = 5;
  void SetUp() override {
    serve([this](const HttpRequest&, const Responder& responder) {
      const std::lock_guard lock(mutex);
      kept.push_back(responder);
    });
    for (auto& answer : answers)
      client->send({"GET", url("/"), {}, {}}, [&answer](HttpResult result) { answer.set_value(std::move(result)); });
    ASSERT_TRUE(test::eventually([this] {
      const std::lock_guard lock(mutex);
      return kept.size() == kMany;
    }));
  }
  void TearDown() override { client.reset(); }  // it calls back
  void answer(std::size_t number) { kept.at(number).send({200, {}, "answer"}); }

  std::array<std::promise<HttpResult>, kMany> answers;
};

TEST_F(ManyAnswers, InARowAreSentByTheThreadsThatReadTheRequests) {
  {
    const AnswersByReactors in_a_row;
    for (std::size_t i = 0; i < kMany; ++i) answer(i);
    answer(0);  // the second time means nothing
  }
  for (auto& answer : answers) EXPECT_EQ(answer.get_future().get()->body, "answer");
}

TEST_F(ManyAnswers, InARowThatComesAfterTheServerIsGoneAreHarmless) {
  const AnswersByReactors in_a_row;
  for (std::size_t i = 0; i + 1 < kMany; ++i) answer(i);
  server.reset();
  answer(kMany - 1);
}

TEST_F(ManyAnswers, ThatIsOneIsSentAtTheEndOfTheRow) {
  {
    const AnswersByReactors in_a_row;
    answer(0);
  }
  for (std::size_t i = 1; i < kMany; ++i) answer(i);
  for (auto& answer : answers) EXPECT_EQ(answer.get_future().get()->body, "answer");
}

TEST_F(HttpExchange, AnAnswerAfterTheServerIsGoneIsHarmless) {
  std::promise<Responder> arrived;
  serve([&](const HttpRequest&, const Responder& responder) { arrived.set_value(responder); });
  std::promise<HttpResult> answered;
  client->send({"GET", url("/"), {}, {}}, [&](HttpResult result) { answered.set_value(std::move(result)); });
  const auto responder = arrived.get_future().get();
  server.reset();
  EXPECT_FALSE(answered.get_future().get());
  responder.send({});
}

// ---- the client by itself

TEST_F(HttpExchange, ClientNamesAnUnreachableHost) {
  serve([](const HttpRequest&, const Responder&) {});
  const auto gone = url("/path?secret=1");
  server.reset();
  const auto answer = send_and_wait(*client, {"GET", gone, {}, {}});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::Unreachable);
  EXPECT_THAT(answer.error().detail, HasSubstr("127.0.0.1"));
  EXPECT_THAT(answer.error().detail, testing::Not(HasSubstr("secret")));
}

TEST_F(HttpExchange, ClientTimesOut) {
  serve([&](const HttpRequest&, const Responder& responder) {
    const std::lock_guard lock(mutex);
    kept.push_back(responder);
  });
  const auto answer = send_and_wait(*client, {"GET", url("/"), {}, {}, 50ms});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::Timeout);
}

TEST_F(HttpExchange, ClientRefusesWhatItMustNotSend) {
  for (const char* bad :
       {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "/relative", "http://a\r\nb/"}) {
    const auto answer = send_and_wait(*client, {"GET", bad, {}, {}});
    ASSERT_FALSE(answer) << bad;
    EXPECT_EQ(answer.error().kind, ErrorKind::Refused) << bad;
  }
  EXPECT_EQ(send_and_wait(*client, {"GET", "http://127.0.0.1/", {{"A", "b\r\nC: d"}}, {}}).error().kind,
            ErrorKind::Refused);
}

TEST_F(HttpExchange, ClientFollowsNoRedirect) {
  serve([](const HttpRequest&, const Responder& responder) {
    responder.send({302, {{"Location", "/elsewhere"}}, {}});
  });
  EXPECT_EQ(call("GET", "/")->status, 302);
}

TEST_F(HttpExchange, ClientRefusesAnAnswerThatIsTooLarge) {
  serve([](const HttpRequest&, const Responder& responder) { responder.send({200, {}, std::string(2000, 'x')}); });
  HttpClientOptions options;
  options.maximum_response_bytes = 1000;
  client = std::move(*make_http_client(options));
  const auto answer = call("GET", "/");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::TooLarge);
}

TEST_F(HttpExchange, ClientAnswersOpenCallsWhenItStops) {
  std::promise<void> arrived;
  serve([&](const HttpRequest&, const Responder& responder) {
    {
      const std::lock_guard lock(mutex);
      kept.push_back(responder);
    }
    arrived.set_value();
  });
  std::promise<HttpResult> answered;
  client->send({"GET", url("/"), {}, {}}, [&](HttpResult result) { answered.set_value(std::move(result)); });
  arrived.get_future().wait();
  client.reset();
  EXPECT_EQ(answered.get_future().get().error().kind, ErrorKind::Cancelled);
}

}  // namespace
}  // namespace edgecse::net
