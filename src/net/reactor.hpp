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
  void answer_soon(Answer answer) override;
  [[nodiscard]] std::vector<std::shared_ptr<Connection>> connections() const;

 private:
  class Dispatcher;
  void on_ready(int fd, bool readable, bool hung_up);
  void give_answers();
  void remove(int fd, Connection& connection);

  Pistache::Aio::Reactor reactor_;
  Pistache::Aio::Reactor::Key key_;
  std::string scratch_;  // the reactor's thread only
  mutable std::mutex mutex_;
  std::unordered_map<int, std::shared_ptr<Connection>> connections_;  // guarded by mutex_
  const int wake_;  // an eventfd: there are answers
  std::mutex answers_mutex_;
  std::vector<Answer> answers_;  // guarded by answers_mutex_
  std::thread thread_;
};

}  // namespace edgecse::net::detail
