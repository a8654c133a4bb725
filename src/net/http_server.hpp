// SPDX-License-Identifier: Apache-2.0
//
// HTTP/1.1 server: Pistache's reactors, own acceptor, framing, writes, time limits and TLS (OpenSSL memory BIOs). Why:
// docs/decisions.md. A hostile client never costs more than its own connection.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/error.hpp"
#include "net/http_message.hpp"
#include "net/tls.hpp"

namespace edgecse::net {

struct HttpServerOptions {
  std::string listen = "127.0.0.1:0";  // address:port; port 0 takes a free one
  unsigned threads = 2;                // reactors
  std::size_t maximum_head_bytes = 16 * 1024;
  std::size_t maximum_body_bytes = 1024 * 1024;
  std::size_t maximum_headers = 100;
  std::size_t maximum_target_bytes = 8 * 1024;
  std::size_t maximum_pipelined = 64;                   // requests in flight on one connection; more are read later
  std::size_t maximum_unsent_bytes = 16 * 1024 * 1024;  // on one connection, on top of one response; beyond: closed
  std::size_t maximum_connections = 15'000;
  std::chrono::milliseconds head_timeout{10'000};
  std::chrono::milliseconds body_timeout{30'000};
  std::chrono::milliseconds idle_timeout{75'000};
  std::chrono::milliseconds write_timeout{30'000};  // without any progress
  std::optional<TlsServerOptions> tls{};
};

namespace detail {
class ResponseSlot;
}

/// A response whose body comes piece by piece (chunked); for event streams. Thread-safe.
class ResponseStream {
 public:
  virtual ~ResponseStream() = default;
  /// False when the peer is gone or reads too slowly; the stream is then over.
  virtual bool write(std::string_view piece) = 0;
  virtual void finish() = 0;
};

/// Answers one request, once, from any thread; responses leave in the order of the requests. Destroyed without an
/// answer: 500. Copyable handle; the second answer is ignored.
class Responder {
 public:
  explicit Responder(std::shared_ptr<detail::ResponseSlot> slot) : slot_(std::move(slot)) {}
  void send(HttpResponse response) const;
  [[nodiscard]] std::shared_ptr<ResponseStream> begin_stream(HttpResponse head) const;

 private:
  std::shared_ptr<detail::ResponseSlot> slot_;
};

/// Called on a reactor thread; must not block. An exception that leaks is answered 500.
using HttpHandler = std::function<void(HttpRequest, Responder)>;

/// Destroying it resets what is open; not from a handler. Answers that come later are ignored.
class HttpServer {
 public:
  /// Fails when the address cannot be bound or the TLS files do not fit together.
  [[nodiscard]] static base::Result<std::unique_ptr<HttpServer>, Error> start(const HttpServerOptions& options,
                                                                              HttpHandler handler);
  virtual ~HttpServer() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  [[nodiscard]] virtual std::size_t connections() const = 0;
  /// Closes the listening socket and idle connections, answers what is in flight with Connection: close; true when all
  /// is answered and sent before the deadline.
  virtual bool drain(std::chrono::milliseconds deadline) = 0;
  /// Reads certificate and key again; connections that stand are not touched. Fails without change.
  [[nodiscard]] virtual base::Result<void, Error> reload_tls() = 0;
};

}  // namespace edgecse::net
