// SPDX-License-Identifier: Apache-2.0
#include "net/acceptor.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/log.hpp"

namespace edgecse::net::detail {
namespace {

constexpr int kBacklog = 4096;
constexpr int kAcceptAtOnce = 64;

std::string numeric_address(const sockaddr_storage& peer) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (peer.ss_family == AF_INET6) {
    const auto& address = reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&address)) {
      inet_ntop(AF_INET, &address.s6_addr[12], text.data(), text.size());
    } else {
      inet_ntop(AF_INET6, &address, text.data(), text.size());
    }
  } else {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(peer).sin_addr, text.data(), text.size());
  }
  return text.data();
}

int bind_and_listen(const addrinfo& where) {
  const int fd = ::socket(where.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd, where.ai_addr, where.ai_addrlen) == 0 && ::listen(fd, kBacklog) == 0) return fd;
  const int reason = errno;
  ::close(fd);
  errno = reason;
  return -1;
}

}  // namespace

base::Result<int, Error> listen_on(const std::string& address) {
  const auto fail = [&](std::string_view why) {
    return tl::unexpected(Error{ErrorKind::Configuration, fmt::format("Cannot listen on \"{}\": {}.", address, why)});
  };
  const auto colon = address.rfind(':');
  if (colon == std::string::npos) return fail("expected address:port");
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  const std::string port = address.substr(colon + 1);
  const bool is_port = !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == std::string::npos &&
                       std::stoi(port) <= 65'535;
  if (!is_port) return fail("the port is no number from 0 to 65535");
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int result = ::getaddrinfo(host.empty() ? nullptr : host.c_str(), port.c_str(), &hints, &found);
  if (result != 0) return fail(gai_strerror(result));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> guard(found, &freeaddrinfo);
  const int fd = bind_and_listen(*found);
  if (fd < 0) return fail(std::strerror(errno));
  return fd;
}

std::uint16_t bound_port(int fd) {
  sockaddr_storage bound{};
  socklen_t length = sizeof bound;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &length) != 0) return 0;
  return ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(bound).sin6_port
                                           : reinterpret_cast<sockaddr_in&>(bound).sin_port);
}

Acceptor::Acceptor(int listening_fd, std::chrono::milliseconds tick_interval,
                   std::function<void(int, std::string)> accepted, std::function<void()> tick)
    : listening_fd_(listening_fd),
      wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      tick_interval_(tick_interval),
      accepted_(std::move(accepted)),
      tick_(std::move(tick)) {
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "net-accept");
}

Acceptor::~Acceptor() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake();
  thread_.join();
  ::close(wake_fd_);
}

void Acceptor::stop_listening() {
  std::unique_lock lock(mutex_);
  stop_listening_ = true;
  wake();
  closed_.wait(lock, [this] { return !listening_; });
}

void Acceptor::wake() const {
  const std::uint64_t one = 1;
  // Cannot fail in a way that matters: a full counter wakes as well.
  [[maybe_unused]] const auto written = ::write(wake_fd_, &one, sizeof one);
}

void Acceptor::run() {
  auto next_tick = std::chrono::steady_clock::now() + tick_interval_;
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if ((stop_ || stop_listening_) && listening_) {
        ::close(listening_fd_);
        listening_fd_ = -1;
        listening_ = false;
        closed_.notify_all();
      }
      if (stop_) return;
    }
    const auto now = std::chrono::steady_clock::now();
    if (now >= next_tick) {
      tick_();
      out_of_descriptors_ = false;
      next_tick = now + tick_interval_;
    }
    // poll() skips negative descriptors: a socket that cannot be accepted from now must not wake us at once.
    std::array<pollfd, 2> watched{pollfd{out_of_descriptors_ ? -1 : listening_fd_, POLLIN, 0},
                                  pollfd{wake_fd_, POLLIN, 0}};
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next_tick - now);
    if (::poll(watched.data(), watched.size(), static_cast<int>(wait.count())) <= 0) continue;
    if ((watched[1].revents & POLLIN) != 0) {
      std::uint64_t count = 0;
      [[maybe_unused]] const auto got = ::read(wake_fd_, &count, sizeof count);
    }
    if (watched[0].revents != 0) accept_some();
  }
}

void Acceptor::accept_some() {
  for (int i = 0; i < kAcceptAtOnce; ++i) {
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    const int fd = ::accept4(listening_fd_, reinterpret_cast<sockaddr*>(&peer), &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == ECONNABORTED || errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) {
        base::log::warning("net", "no connection can be accepted for a moment", {{"error", std::strerror(errno)}});
        out_of_descriptors_ = true;
      }
      return;
    }
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    accepted_(fd, numeric_address(peer));
  }
}

}  // namespace edgecse::net::detail
