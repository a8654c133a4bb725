// SPDX-License-Identifier: Apache-2.0
//
// What a Responder holds: the place of one answer on its connection. Internal to the server.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "net/http_connection.hpp"
#include "net/response_writer.hpp"

namespace edgecse::net::detail {

class ResponseSlot {
 public:
  ResponseSlot(std::shared_ptr<Connection> connection, std::uint64_t sequence)
      : connection_(std::move(connection)), sequence_(sequence) {}
  ~ResponseSlot() {
    if (take()) connection_->answer(sequence_, plain_response(500, "The request was not answered."));
  }
  ResponseSlot(const ResponseSlot&) = delete;
  ResponseSlot& operator=(const ResponseSlot&) = delete;

  /// True for the first who wants to answer.
  [[nodiscard]] bool take() { return !taken_.exchange(true); }
  [[nodiscard]] const std::shared_ptr<Connection>& connection() const { return connection_; }
  [[nodiscard]] std::uint64_t sequence() const { return sequence_; }

 private:
  const std::shared_ptr<Connection> connection_;
  const std::uint64_t sequence_;
  std::atomic<bool> taken_{false};
};

}  // namespace edgecse::net::detail
