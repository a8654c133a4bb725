// SPDX-License-Identifier: Apache-2.0
//
// The listening socket and the thread that accepts; the same thread calls tick() for the time limits. Ours and not
// Pistache's Listener, which cannot stop listening while its reactors go on, and spins when descriptors run out.
// Internal to the server.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "base/result.hpp"
#include "net/error.hpp"

namespace edgecse::net::detail {

/// A bound, listening socket that does not block. The caller closes it.
[[nodiscard]] base::Result<int, Error> listen_on(const std::string& address);
[[nodiscard]] std::uint16_t bound_port(int fd);

class Acceptor {
 public:
  /// accepted(fd, numeric peer address) takes the descriptor. Both are called on the acceptor's thread.
  Acceptor(int listening_fd, std::chrono::milliseconds tick_interval, std::function<void(int, std::string)> accepted,
           std::function<void()> tick);
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  /// Closes the listening socket; ticks go on. Returns when it is closed.
  void stop_listening();

 private:
  void run();
  void accept_some();
  void wake() const;

  int listening_fd_;
  const int wake_fd_;
  const std::chrono::milliseconds tick_interval_;
  const std::function<void(int, std::string)> accepted_;
  const std::function<void()> tick_;
  std::mutex mutex_;
  std::condition_variable closed_;
  bool stop_listening_ = false;      // guarded by mutex_
  bool stop_ = false;                // guarded by mutex_
  bool listening_ = true;            // guarded by mutex_
  bool out_of_descriptors_ = false;  // the thread only
  std::thread thread_;
};

}  // namespace edgecse::net::detail
