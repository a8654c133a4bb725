// SPDX-License-Identifier: Apache-2.0
//
// HTTP/1.1 client: libcurl's multi interface on one thread, connections kept alive and shared per host. Redirects off;
// only http and https.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "net/error.hpp"
#include "net/http_message.hpp"
#include "net/tls.hpp"

namespace edgecse::net {

struct HttpCall {
  std::string method = "GET";
  std::string url;
  Headers headers;
  std::string body;
  std::chrono::milliseconds timeout{10'000};  // for everything, from submission to the last byte
};

using HttpResult = base::Result<HttpResponse, Error>;
using HttpCallback = std::function<void(HttpResult)>;

/// The seam: the real client, or a double in tests and simulation. Thread-safe.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// Every call is answered exactly once, on the client's thread (never inside send); also when the client is destroyed
  /// (Cancelled). Calls to one host may overtake each other: who needs an order waits for the answer.
  virtual void send(HttpCall call, HttpCallback done) = 0;
};

struct HttpClientOptions {
  std::size_t maximum_connections_per_host = 16;
  std::size_t maximum_response_bytes = 16 * 1024 * 1024;
  std::chrono::milliseconds connect_timeout{3'000};
  TlsClientOptions tls;
};

/// Fails when a TLS file cannot be read.
[[nodiscard]] base::Result<std::unique_ptr<HttpClient>, Error> make_http_client(const HttpClientOptions& options = {});

/// For tools and tests: waits for the answer.
[[nodiscard]] HttpResult send_and_wait(HttpClient& client, HttpCall call);

}  // namespace edgecse::net
