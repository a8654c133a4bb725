// SPDX-License-Identifier: Apache-2.0
#include "integration/hostility/raw_client.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace edgecse::net {
namespace {

constexpr int kPatienceMs = 60'000;

bool wait_for(int fd, short events, int patience_ms = kPatienceMs) {
  pollfd watched{fd, events, 0};
  return ::poll(&watched, 1, patience_ms) > 0;
}

}  // namespace

RawClient::RawClient(std::uint16_t port, int receive_buffer) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0) << std::strerror(errno);
}

RawClient::RawClient(RawClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), unread_(std::move(other.unread_)) {}

RawClient::~RawClient() {
  if (fd_ >= 0) ::close(fd_);
}

bool RawClient::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

std::optional<std::size_t> RawClient::send_now(std::string_view bytes) const {
  const auto count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
  return std::nullopt;
}

void RawClient::end_sending() const { ::shutdown(fd_, SHUT_WR); }

void RawClient::reset() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(std::exchange(fd_, -1));
}

bool RawClient::readable_now() const { return wait_for(fd_, POLLIN, 0); }

bool RawClient::fill() {
  if (!wait_for(fd_, POLLIN)) {
    ADD_FAILURE() << "nothing came from the server";
    return false;
  }
  std::array<char, 64 * 1024> piece;
  const auto count = ::recv(fd_, piece.data(), piece.size(), 0);
  if (count <= 0) return false;
  unread_.append(piece.data(), static_cast<std::size_t>(count));
  return true;
}

std::optional<RawResponse> RawClient::read_response(bool without_body) {
  std::size_t end = 0;
  while ((end = unread_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return std::nullopt;
  }
  RawResponse response;
  response.head = unread_.substr(0, end + 2);
  unread_.erase(0, end + 4);
  if (!response.head.starts_with("HTTP/1.1 ")) return std::nullopt;
  response.status = std::stoi(response.head.substr(9, 3));
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const auto field = response.head.find(kLength);
  const std::size_t length =
      field == std::string::npos || without_body ? 0 : std::stoul(response.head.substr(field + kLength.size()));
  while (unread_.size() < length) {
    if (!fill()) return std::nullopt;
  }
  response.body = unread_.substr(0, length);
  unread_.erase(0, length);
  return response;
}

std::string RawClient::read_to_end() {
  while (fill()) {
  }
  return std::exchange(unread_, {});
}

bool RawClient::is_closed() { return read_to_end().empty(); }

}  // namespace edgecse::net
