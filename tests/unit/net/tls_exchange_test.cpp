// SPDX-License-Identifier: Apache-2.0
// TLS between the server and the client: trust both ways, identities, new certificates while running.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "net/http_client.hpp"
#include "net/http_server.hpp"
#include "unit/net/test_certificates.hpp"

namespace edgecse::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class TlsExchange : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    certificates = std::make_unique<TestCertificates>();
    certificates->issue("server", "server", "IP:127.0.0.1");
    certificates->issue("mn1", "mn1-common", "DNS:mn1.example.org,URI:/mn1");
  }
  static void TearDownTestSuite() { certificates.reset(); }

  static TlsServerOptions server_tls() {
    return {certificates->certificate("server"), certificates->key("server"), {}, false};
  }
  static TlsClientOptions client_tls() { return {certificates->ca(), {}, {}, true}; }

  void serve(const TlsServerOptions& tls, HttpHandler handler = echo_identity) {
    HttpServerOptions options;
    options.tls = tls;
    options.maximum_body_bytes = 16 * 1024 * 1024;
    auto started = HttpServer::start(options, std::move(handler));
    ASSERT_TRUE(started) << started.error().detail;
    server = std::move(*started);
  }
  static void echo_identity(HttpRequest request, const Responder& responder) {
    std::string names;
    for (const auto& name : request.peer.certificate_names) names += name + ";";
    responder.send({200,
                    {{"X-Names", names}, {"X-Authenticated", request.peer.authenticated() ? "yes" : "no"}},
                    std::move(request.body)});
  }
  HttpResult call(const TlsClientOptions& tls, std::string body = {}) const {
    HttpClientOptions options;
    options.tls = tls;
    auto client = make_http_client(options);
    if (!client) return tl::unexpected(client.error());
    return send_and_wait(**client,
                         {"POST", "https://127.0.0.1:" + std::to_string(server->port()) + "/", {}, std::move(body)});
  }

  static std::unique_ptr<TestCertificates> certificates;
  std::unique_ptr<HttpServer> server;
};
std::unique_ptr<TestCertificates> TlsExchange::certificates;

TEST_F(TlsExchange, CarriesLargeBodiesBothWays) {
  serve(server_tls());
  const std::string body(6 * 1024 * 1024, 'x');
  const auto answer = call(client_tls(), body);
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->body, body);
  EXPECT_EQ(answer->headers.find("X-Authenticated"), "no");
}

TEST_F(TlsExchange, StreamsPieceByPiece) {
  serve(server_tls(), [](const HttpRequest&, const Responder& responder) {
    const auto stream = responder.begin_stream({});
    for (int i = 0; i < 100; ++i) stream->write(std::string(1000, 'x'));
    stream->finish();
  });
  const auto answer = call(client_tls());
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->body.size(), 100'000U);
}

TEST_F(TlsExchange, TheClientRefusesAServerItDoesNotTrust) {
  serve(server_tls());
  const TestCertificates others;
  const auto answer = call({others.ca(), {}, {}, true});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::Protocol);
}

TEST_F(TlsExchange, TheClientRefusesACertificateForAnotherHost) {
  serve({certificates->certificate("mn1"), certificates->key("mn1"), {}, false});
  EXPECT_FALSE(call(client_tls()));
}

TEST_F(TlsExchange, AClientCertificateNamesThePeer) {
  auto tls = server_tls();
  tls.client_ca_file = certificates->ca();
  tls.require_client_certificate = true;
  serve(tls);
  const auto answer = call({certificates->ca(), certificates->certificate("mn1"), certificates->key("mn1"), true});
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->headers.find("X-Names"), "/mn1;mn1.example.org;mn1-common;");
  EXPECT_EQ(answer->headers.find("X-Authenticated"), "yes");
}

TEST_F(TlsExchange, WithoutTheRequiredCertificateNobodyComesIn) {
  auto tls = server_tls();
  tls.client_ca_file = certificates->ca();
  tls.require_client_certificate = true;
  serve(tls);
  EXPECT_FALSE(call(client_tls()));
}

TEST_F(TlsExchange, ACertificateOfAnotherAuthorityIsRefused) {
  const TestCertificates others;
  others.issue("mn1", "mn1", "URI:/mn1");
  auto tls = server_tls();
  tls.client_ca_file = certificates->ca();
  serve(tls);
  EXPECT_FALSE(call({certificates->ca(), others.certificate("mn1"), others.key("mn1"), true}));
  EXPECT_TRUE(call(client_tls()));  // here a certificate is asked for, not required
}

TEST_F(TlsExchange, ReloadTakesTheNewCertificate) {
  const TestCertificates renewed;
  renewed.issue("server", "server", "IP:127.0.0.1");
  const auto certificate = certificates->path("live.pem");
  const auto key = certificates->path("live.key");
  const auto install = [&](const TestCertificates& source) {
    constexpr auto kReplace = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(source.certificate("server"), certificate, kReplace);
    std::filesystem::copy_file(source.key("server"), key, kReplace);
  };
  install(*certificates);
  serve({certificate, key, {}, false});
  ASSERT_TRUE(call(client_tls()));

  install(renewed);
  ASSERT_TRUE(server->reload_tls());
  EXPECT_TRUE(call({renewed.ca(), {}, {}, true}));
  EXPECT_FALSE(call(client_tls()));

  std::ofstream(certificate) << "nonsense";
  const auto failed = server->reload_tls();
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().detail, HasSubstr("live.pem"));
  EXPECT_TRUE(call({renewed.ca(), {}, {}, true}));
}

TEST_F(TlsExchange, StartNamesTheFileItCannotUse) {
  const auto detail = [](const TlsServerOptions& tls) {
    HttpServerOptions options;
    options.tls = tls;
    const auto started = HttpServer::start(options, [](const HttpRequest&, const Responder&) {});
    return started ? std::string("started") : started.error().detail;
  };
  EXPECT_THAT(detail({"/no/certificate", certificates->key("server"), {}, false}), HasSubstr("/no/certificate"));
  EXPECT_THAT(detail({certificates->certificate("server"), "/no/key", {}, false}), HasSubstr("/no/key"));
  EXPECT_THAT(detail({certificates->certificate("server"), certificates->key("mn1"), {}, false}), HasSubstr("mn1.key"));
  EXPECT_THAT(detail({certificates->certificate("server"), certificates->key("server"), "/no/ca", false}),
              HasSubstr("/no/ca"));
  EXPECT_THAT(detail({certificates->certificate("server"), certificates->key("server"), {}, true}), HasSubstr("CA"));
}

TEST_F(TlsExchange, TheClientNamesTheFileItCannotUse) {
  HttpClientOptions options;
  options.tls.ca_file = "/no/ca";
  const auto client = make_http_client(options);
  ASSERT_FALSE(client);
  EXPECT_THAT(client.error().detail, HasSubstr("/no/ca"));
}

}  // namespace
}  // namespace edgecse::net
