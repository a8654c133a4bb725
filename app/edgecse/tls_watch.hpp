// SPDX-License-Identifier: Apache-2.0
//
// Has the server read its certificate again when the files change, as certificate managers change them under our feet.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "base/executor.hpp"
#include "net/http_server.hpp"

namespace edgecse::app {

/// Used and destroyed on the executor's thread, or after it stopped.
class TlsWatch {
 public:
  TlsWatch(base::Executor& executor, net::HttpServer& server, const net::TlsServerOptions& tls);
  ~TlsWatch();
  TlsWatch(const TlsWatch&) = delete;
  TlsWatch& operator=(const TlsWatch&) = delete;

 private:
  using Times = std::vector<std::filesystem::file_time_type>;
  [[nodiscard]] Times times() const;
  void look();

  base::Executor& executor_;
  net::HttpServer& server_;
  std::vector<std::string> files_;
  Times seen_;
  base::TimerId timer_ = 0;
};

}  // namespace edgecse::app
