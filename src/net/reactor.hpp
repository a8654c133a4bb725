// SPDX-License-Identifier: Apache-2.0
//
// One Pistache reactor and its thread, with the connections it serves. Internal to the server.
#pragma once

#include <pistache/reactor.h>

#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "net/http_connection.hpp"

namespace edgecse::net::detail {

class Reactor final : public EventSource {
 public:
  explicit Reactor(const std::string& thread_name);
  /// Ends the thread, then closes what is still open.
  ~Reactor() override;
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  // Any thread.
  void adopt(int fd, const std::shared_ptr<Connection>& connection);
  void watch(int fd, bool readable, bool writable) override;
  [[nodiscard]] std::vector<std::shared_ptr<Connection>> connections() const;

 private:
  class Dispatcher;
  void on_ready(int fd, bool readable, bool hung_up);
  void remove(int fd, Connection& connection);

  Pistache::Aio::Reactor reactor_;
  Pistache::Aio::Reactor::Key key_;
  std::string scratch_;  // the reactor's thread only
  mutable std::mutex mutex_;
  std::unordered_map<int, std::shared_ptr<Connection>> connections_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace edgecse::net::detail
