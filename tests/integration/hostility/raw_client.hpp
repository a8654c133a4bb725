// SPDX-License-Identifier: Apache-2.0
// A client that sends whatever bytes it likes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace edgecse::net {

struct RawResponse {
  int status = 0;
  std::string head;
  std::string body;  // as counted by Content-Length; chunks stay chunks
  [[nodiscard]] bool has_field(std::string_view line) const {
    return head.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
  }
};

/// Waits at most 60 s for anything, then reports a failure of the test.
class RawClient {
 public:
  /// A small receive buffer fills soon when the client does not read.
  explicit RawClient(std::uint16_t port, int receive_buffer = 0);
  ~RawClient();
  RawClient(RawClient&& other) noexcept;
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False when the server has closed.
  bool send(std::string_view bytes) const;
  /// How many of the bytes left without waiting; nothing when the server has closed.
  [[nodiscard]] std::optional<std::size_t> send_now(std::string_view bytes) const;
  void end_sending() const;
  /// Closes without farewell.
  void reset();
  [[nodiscard]] bool readable_now() const;
  /// The next response; nothing when the connection ends before.
  [[nodiscard]] std::optional<RawResponse> read_response(bool without_body = false);
  /// What comes until the server closes or resets.
  [[nodiscard]] std::string read_to_end();
  [[nodiscard]] bool is_closed();

 private:
  bool fill();

  int fd_ = -1;
  std::string unread_;
};

}  // namespace edgecse::net
