// SPDX-License-Identifier: Apache-2.0
// The client against servers that answer nonsense: it says what went wrong and goes on serving its other callers.
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ostream>
#include <thread>

#include "integration/hostility/hostile_test.hpp"
#include "net/acceptor.hpp"
#include "unit/net/framing_refusals.hpp"

namespace edgecse::net {
namespace {

// Takes one connection, reads a little, says its piece (for ever when asked), closes.
class LyingServer {
 public:
  LyingServer(std::string piece, bool endless) : listening_(*detail::listen_on("127.0.0.1:0")) {
    port = detail::bound_port(listening_);
    ::fcntl(listening_, F_SETFL, 0);
    thread_ = std::thread([this, piece = std::move(piece), endless] {
      const int fd = ::accept(listening_, nullptr, nullptr);
      if (fd < 0) return;
      std::array<char, 4096> ignored;
      if (::recv(fd, ignored.data(), ignored.size(), 0) > 0) {
        while (::send(fd, piece.data(), piece.size(), MSG_NOSIGNAL) > 0 && endless) {
        }
      }
      ::close(fd);
    });
  }
  ~LyingServer() {
    ::shutdown(listening_, SHUT_RDWR);
    thread_.join();
    ::close(listening_);
  }
  LyingServer(const LyingServer&) = delete;
  LyingServer& operator=(const LyingServer&) = delete;

  std::uint16_t port = 0;

 private:
  const int listening_;
  std::thread thread_;
};

struct Lie {
  const char* name;
  std::string piece;
  bool endless;
  ErrorKind kind;
};
std::ostream& operator<<(std::ostream& out, const Lie& row) { return out << row.name; }

const std::string kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::vector<Lie> kLies = {
    {"NoHttp", "nonsense\r\n\r\n", false, ErrorKind::Protocol},
    {"Nothing", "", false, ErrorKind::Protocol},
    {"HalfAHead", "HTTP/1.1 200 OK\r\nContent-Le", false, ErrorKind::Protocol},
    {"HalfABody", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", false, ErrorKind::Protocol},
    {"OddChunk", kChunked + "zz\r\nabc", false, ErrorKind::Protocol},
    {"HalfAChunk", kChunked + "5\r\nab", false, ErrorKind::Protocol},
    {"EndlessFields", "HTTP/1.1 200 OK\r\n" + repeated("A: b\r\n", 300), true, ErrorKind::TooLarge},
    {"EndlessField", "HTTP/1.1 200 OK\r\nA: " + std::string(200'000, 'a'), true, ErrorKind::Protocol},
    {"EndlessBody", "HTTP/1.1 200 OK\r\n\r\n" + std::string(100'000, 'x'), true, ErrorKind::TooLarge},
    {"EndlessChunks", kChunked + repeated("3e8\r\n" + std::string(1000, 'x') + "\r\n", 100'000), false,
     ErrorKind::TooLarge},
};

class HostileServer : public HostileTest, public testing::WithParamInterface<Lie> {};

TEST_P(HostileServer, IsToldFromAnAnswer) {
  serve();
  HttpClientOptions options;
  options.maximum_response_bytes = 1'000'000;
  ordinary = std::move(*make_http_client(options));
  const LyingServer liar(GetParam().piece, GetParam().endless);
  const auto answer =
      send_and_wait(*ordinary, {"GET", "http://127.0.0.1:" + std::to_string(liar.port) + "/", {}, {}, kPatience});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, GetParam().kind) << answer.error().detail;
  EXPECT_THAT(answer.error().detail, testing::HasSubstr(std::to_string(liar.port)));
  expect_ordinary_client_is_served();
}

INSTANTIATE_TEST_SUITE_P(Lies, HostileServer, testing::ValuesIn(kLies),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace edgecse::net
