// SPDX-License-Identifier: Apache-2.0
//
// Sender, client, server and binding together, over loopback.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
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

/// An address that swallows connections as a dead host does: its queue is full and nobody accepts.
class SilentAddress {
 public:
  SilentAddress() : listener_(make_socket()) {
    ::bind(listener_, reinterpret_cast<const sockaddr*>(&address_), sizeof address_);
    ::listen(listener_, 0);
    socklen_t size = sizeof address_;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address_), &size);
    for (int& waiting : waiting_) {
      waiting = make_socket();
      ::connect(waiting, reinterpret_cast<const sockaddr*>(&address_), sizeof address_);
    }
  }
  ~SilentAddress() {
    for (const int waiting : waiting_) ::close(waiting);
    ::close(listener_);
  }
  SilentAddress(const SilentAddress&) = delete;
  SilentAddress& operator=(const SilentAddress&) = delete;

  [[nodiscard]] std::string url() const { return fmt::format("http://127.0.0.1:{}", ntohs(address_.sin_port)); }

 private:
  static int make_socket() { return ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

  sockaddr_in address_{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
  int listener_;
  std::array<int, 4> waiting_{};
};

class HttpRoundTrip : public testing::Test {
 protected:
  HttpRoundTrip() {
    auto started = net::HttpServer::start({}, [this](net::HttpRequest request, net::Responder responder) {
      binding.handle(std::move(request), [responder](net::HttpResponse response) { responder.send(std::move(response)); });
    });
    if (started) server = std::move(*started);
  }

  Response send(std::vector<std::string> points_of_access, Request request) {
    net::HttpClientOptions options;
    options.connect_timeout = std::chrono::milliseconds{100};
    auto client = net::make_http_client(options);
    HttpRequestSender sender(**client, unused_executor, clock);
    std::promise<Response> answered;
    sender.send({std::move(points_of_access), false}, std::move(request),
                [&](Response response) { answered.set_value(std::move(response)); });
    return answered.get_future().get();
  }

  [[nodiscard]] std::string url() const { return fmt::format("http://127.0.0.1:{}/edge", server->port()); }

  EchoHandler handler;
  HttpBinding binding{handler, {.root = "/edge"}};
  std::unique_ptr<net::HttpServer> server;
  base::SimulatedTime unused_executor;
  base::SystemClock clock;
};

TEST_F(HttpRoundTrip, CarriesARequestAndItsResponse) {
  Request request;
  request.operation = Operation::Create;
  request.to = "/mn1/base/a-b";
  request.from = "/in";
  request.request_identifier = "r7";
  request.release_version = "3";
  request.resource_type = 3;
  request.content = Json{{"m2m:cnt", {{"lbl", {"ä & b"}}}}};
  request.filter_criteria.labels = {"x+y", "z z"};
  const Response response = send({url()}, request);

  EXPECT_EQ(response.status, ResponseStatus::Created);
  EXPECT_EQ(response.request_identifier, "r7");
  EXPECT_EQ(response.content["to"], request.to);
  EXPECT_EQ(response.content["fr"], request.from);
  EXPECT_EQ(response.content["pc"], request.content);
  EXPECT_EQ(response.content["lbl"], request.filter_criteria.labels);
  EXPECT_EQ(response.content["ty"], 3);
}

TEST_F(HttpRoundTrip, PassesOverAnAddressThatSwallowsConnections) {
  const SilentAddress silent;
  Request request;
  request.to = "a";
  request.request_identifier = "r8";
  EXPECT_EQ(send({silent.url(), url()}, request).status, ResponseStatus::Created);
  EXPECT_EQ(send({silent.url()}, request).status, ResponseStatus::TargetNotReachable);
}

}  // namespace
}  // namespace edgecse::binding
