// SPDX-License-Identifier: Apache-2.0
//
// The server's side of one TLS connection, between memory buffers: the socket stays ours. Internal to the server.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "net/error.hpp"
#include "net/tls.hpp"

namespace edgecse::net {

/// Not thread-safe; the connection's mutex guards it.
class TlsSession {
 public:
  virtual ~TlsSession() = default;
  /// Takes received bytes, appends what they mean to plain and what must be answered to wire. False: the peer broke the
  /// protocol or may not come in; wire then holds the alert.
  virtual bool decrypt(std::string_view received, std::string& plain, std::string& wire) = 0;
  virtual bool encrypt(std::string_view plain, std::string& wire) = 0;
  /// Appends the farewell.
  virtual void close(std::string& wire) = 0;
  [[nodiscard]] virtual bool established() const = 0;
  /// Names in the peer's verified certificate; empty without one.
  [[nodiscard]] virtual std::vector<std::string> peer_names() const = 0;
};

/// Makes sessions. Thread-safe; sessions keep what they were made with.
class TlsServerContext {
 public:
  virtual ~TlsServerContext() = default;
  [[nodiscard]] virtual std::unique_ptr<TlsSession> accept() const = 0;
};

/// Fails with a sentence that names the file that cannot be used.
[[nodiscard]] base::Result<std::shared_ptr<const TlsServerContext>, Error> load_tls_server(
    const TlsServerOptions& options);
/// Says whether curl will be able to use the files.
[[nodiscard]] base::Result<void, Error> check_tls_client(const TlsClientOptions& options);

}  // namespace edgecse::net
