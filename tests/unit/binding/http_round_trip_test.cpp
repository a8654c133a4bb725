// SPDX-License-Identifier: Apache-2.0
//
// Sender, client, server and binding together, over loopback.
#include <gtest/gtest.h>

#include <future>
#include <nlohmann/json.hpp>

#include "base/simulated_time.hpp"
#include "binding/http/http_binding.hpp"
#include "binding/http/http_request_sender.hpp"
#include "net/http_client.hpp"
#include "net/http_server.hpp"

namespace edgecse::binding {
namespace {

using onem2m::Json;
using onem2m::Operation;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseStatus;

/// Answers with what it was asked, as content.
class EchoHandler final : public onem2m::RequestHandler {
 public:
  void handle(Request request, onem2m::ResponseCallback done) override {
    Response response;
    response.status = ResponseStatus::Created;
    response.request_identifier = request.request_identifier;
    response.content = Json{{"to", request.to}, {"fr", request.from}, {"pc", request.content},
                            {"lbl", request.filter_criteria.labels}, {"ty", request.resource_type.value_or(0)}};
    done(std::move(response));
  }
};

TEST(HttpRoundTrip, CarriesARequestAndItsResponse) {
  EchoHandler handler;
  const HttpBinding binding(handler, {.root = "/edge"});
  auto server = net::HttpServer::start({}, [&](net::HttpRequest request, net::Responder responder) {
    binding.handle(std::move(request), [responder](net::HttpResponse response) { responder.send(std::move(response)); });
  });
  ASSERT_TRUE(server) << server.error().detail;
  auto client = net::make_http_client();
  ASSERT_TRUE(client) << client.error().detail;
  base::SimulatedTime unused_executor;
  const base::SystemClock clock;
  HttpRequestSender sender(**client, unused_executor, clock);

  Request request;
  request.operation = Operation::Create;
  request.to = "/mn1/base/a-b";
  request.from = "/in";
  request.request_identifier = "r7";
  request.release_version = "3";
  request.resource_type = 3;
  request.content = Json{{"m2m:cnt", {{"lbl", {"ä & b"}}}}};
  request.filter_criteria.labels = {"x+y", "z z"};
  std::promise<Response> answered;
  sender.send({{fmt::format("http://127.0.0.1:{}/edge", (*server)->port())}, false}, request,
              [&](Response response) { answered.set_value(std::move(response)); });
  const Response response = answered.get_future().get();

  EXPECT_EQ(response.status, ResponseStatus::Created);
  EXPECT_EQ(response.request_identifier, "r7");
  EXPECT_EQ(response.content["to"], request.to);
  EXPECT_EQ(response.content["fr"], request.from);
  EXPECT_EQ(response.content["pc"], request.content);
  EXPECT_EQ(response.content["lbl"], request.filter_criteria.labels);
  EXPECT_EQ(response.content["ty"], 3);
}

}  // namespace
}  // namespace edgecse::binding
