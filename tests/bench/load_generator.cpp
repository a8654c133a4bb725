// SPDX-License-Identifier: Apache-2.0
#include "bench/load_generator.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <deque>
#include <string_view>

namespace edgecse::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::string_view kPlaceholder = "{n}";
constexpr std::size_t kDigits = 9;

// The request's bytes, with the places where the running number goes.
class RequestTemplate {
 public:
  explicit RequestTemplate(const LoadPlan& plan) {
    const std::string body = widened(plan.body);
    std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}:{}\r\n", plan.method, plan.target, plan.host, plan.port);
    for (const auto& field : plan.fields) text += field + "\r\n";
    if (!body.empty() || plan.method == "POST" || plan.method == "PUT") {
      text += fmt::format("Content-Length: {}\r\n", body.size());
    }
    bytes_ = widened(text + "\r\n") + body;
    for (auto at = bytes_.find(kMark); at != std::string::npos; at = bytes_.find(kMark, at + kDigits))
      places_.push_back(at);
  }

  void append_to(std::string& out, std::uint64_t number) const {
    const auto start = out.size();
    out += bytes_;
    for (const auto place : places_) {
      auto rest = number;
      for (std::size_t digit = kDigits; digit-- > 0; rest /= 10)
        out[start + place + digit] = static_cast<char>('0' + rest % 10);
    }
  }

 private:
  // As long as the number, so that the length of the body is known before.
  static constexpr std::string_view kMark{"\x01nnnnnnn\x01", kDigits};

  static std::string widened(std::string text) {
    for (auto at = text.find(kPlaceholder); at != std::string::npos; at = text.find(kPlaceholder, at)) {
      text.replace(at, kPlaceholder.size(), kMark);
    }
    return text;
  }

  std::string bytes_;
  std::vector<std::size_t> places_;
};

struct Socket {
  int fd = -1;
  std::string out;
  std::size_t sent = 0;
  std::string in;
  std::deque<Clock::time_point> asked;
  bool waits_to_write = false;
};

std::size_t content_length(std::string_view head) {
  static constexpr std::string_view kName = "\r\ncontent-length:";
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; };
  const auto* const found = std::search(head.begin(), head.end(), kName.begin(), kName.end(), same);
  if (found == head.end()) return 0;
  const char* digits = found + kName.size();
  while (digits != head.end() && *digits == ' ') ++digits;
  std::size_t length = 0;
  std::from_chars(digits, head.end(), length);
  return length;
}

class Load {
 public:
  explicit Load(const LoadPlan& plan) : plan_(plan), request_(plan), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}
  ~Load() {
    for (const auto& socket : sockets_) ::close(socket.fd);
    ::close(epoll_);
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  base::Result<LoadResult, std::string> run() {
    if (!connect_all()) return tl::unexpected(failure_);
    const auto begin = Clock::now() + plan_.warm_up;
    const auto end = begin + plan_.duration;
    for (unsigned i = 0; i < std::max(plan_.in_flight, plan_.connections); ++i) ask(sockets_[i % sockets_.size()]);
    for (auto& socket : sockets_) flush(socket);
    std::vector<epoll_event> events(256);
    auto now = Clock::now();
    while (now < end && failure_.empty()) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - now);
      const int ready =
          ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), static_cast<int>(left.count()));
      now = Clock::now();
      counting_ = now >= begin && now < end;
      for (int i = 0; i < ready && failure_.empty(); ++i) {
        serve(sockets_[events[static_cast<std::size_t>(i)].data.u32], now);
      }
    }
    if (!failure_.empty()) return tl::unexpected(failure_);
    return summary();
  }

 private:
  bool fail(std::string sentence) {
    if (failure_.empty()) failure_ = std::move(sentence);
    return false;
  }

  bool connect_all() {
    sockets_.resize(std::max(1U, plan_.connections));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(plan_.port);
    if (::inet_pton(AF_INET, plan_.host.c_str(), &address.sin_addr) != 1) return fail("the host is no numeric address");
    for (std::size_t i = 0; i < sockets_.size(); ++i) {
      sockets_[i].fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      if (::connect(sockets_[i].fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return fail(fmt::format("cannot connect to {}:{}: {}", plan_.host, plan_.port, std::strerror(errno)));
      }
      const int on = 1;
      ::setsockopt(sockets_[i].fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      watch(i, EPOLL_CTL_ADD, EPOLLIN);
    }
    return true;
  }

  void watch(std::size_t index, int operation, std::uint32_t events) const {
    epoll_event event{};
    event.events = events;
    event.data.u32 = static_cast<std::uint32_t>(index);
    ::epoll_ctl(epoll_, operation, sockets_[index].fd, &event);
  }

  void ask(Socket& socket) {
    request_.append_to(socket.out, next_++);
    socket.asked.push_back(Clock::now());
  }

  void flush(Socket& socket) {
    while (socket.sent < socket.out.size()) {
      const auto count = ::send(socket.fd, socket.out.data() + socket.sent, socket.out.size() - socket.sent,
                                MSG_DONTWAIT | MSG_NOSIGNAL);
      if (count < 0 && errno != EAGAIN) {
        fail("the server closed a connection");
        return;
      }
      if (count < 0) break;
      socket.sent += static_cast<std::size_t>(count);
    }
    const bool blocked = socket.sent < socket.out.size();
    if (!blocked) {
      socket.out.clear();
      socket.sent = 0;
    }
    if (blocked != socket.waits_to_write) {
      socket.waits_to_write = blocked;
      watch(static_cast<std::size_t>(&socket - sockets_.data()), EPOLL_CTL_MOD, blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
    }
  }

  void serve(Socket& socket, Clock::time_point now) {
    const auto had = socket.in.size();
    socket.in.resize(had + 64 * 1024);
    const auto count = ::recv(socket.fd, socket.in.data() + had, socket.in.size() - had, MSG_DONTWAIT);
    if (count == 0 || (count < 0 && errno != EAGAIN)) {
      fail("the server closed a connection");
      return;
    }
    socket.in.resize(had + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    std::size_t read = 0;
    while (const auto length = take_answer(std::string_view(socket.in).substr(read), socket, now)) read += length;
    socket.in.erase(0, read);
    flush(socket);
  }

  // How long the answer at the front is; 0 when it is not all here.
  std::size_t take_answer(std::string_view bytes, Socket& socket, Clock::time_point now) {
    const auto head_end = bytes.find("\r\n\r\n");
    if (head_end == std::string_view::npos) return 0;
    const auto head = bytes.substr(0, head_end + 2);
    int status = 0;
    const bool readable =
        head.size() > 12 && std::from_chars(head.data() + 9, head.data() + 12, status).ec == std::errc{};
    if (!readable || socket.asked.empty()) {
      fail(fmt::format("an answer cannot be read: {}", head.substr(0, 60)));
      return 0;
    }
    const auto length = head_end + 4 + content_length(head);
    if (bytes.size() < length) return 0;
    if (counting_) note(status, now - socket.asked.front());
    socket.asked.pop_front();
    ask(socket);
    return length;
  }

  void note(int status, Clock::duration waited) {
    if (status != plan_.expected_status) {
      ++result_.others;
      return;
    }
    ++result_.answers;
    waits_us_.push_back(
        static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::microseconds>(waited).count()));
  }

  LoadResult summary() {
    result_.asked = next_;
    result_.seconds = std::chrono::duration<double>(plan_.duration).count();
    if (waits_us_.empty()) return result_;
    std::sort(waits_us_.begin(), waits_us_.end());
    const auto at = [this](double share) {
      return waits_us_[static_cast<std::size_t>(share * static_cast<double>(waits_us_.size() - 1))] / 1000.0;
    };
    result_.p50_ms = at(0.5);
    result_.p99_ms = at(0.99);
    result_.maximum_ms = at(1);
    return result_;
  }

  const LoadPlan& plan_;
  const RequestTemplate request_;
  const int epoll_;
  std::vector<Socket> sockets_;
  std::uint64_t next_ = 0;
  bool counting_ = false;
  LoadResult result_;
  std::vector<std::uint32_t> waits_us_;
  std::string failure_;
};

}  // namespace

base::Result<LoadResult, std::string> run_load(const LoadPlan& plan) { return Load(plan).run(); }

}  // namespace edgecse::bench
