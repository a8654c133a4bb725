// SPDX-License-Identifier: Apache-2.0
#include "net/http_server.hpp"

#include <unistd.h>

#include <algorithm>
#include <exception>

#include "net/acceptor.hpp"
#include "net/http_connection.hpp"
#include "net/reactor.hpp"
#include "net/tls_session.hpp"

namespace edgecse::net {
namespace {

using namespace std::chrono_literals;
using TlsContext = std::shared_ptr<const TlsServerContext>;

// Fine enough for the shortest limit, never a burden.
std::chrono::milliseconds tick_interval(const HttpServerOptions& options) {
  const auto shortest =
      std::min({options.head_timeout, options.body_timeout, options.idle_timeout, options.write_timeout});
  return std::clamp<std::chrono::milliseconds>(shortest / 4, 10ms, 1s);
}

class PistacheServer final : public HttpServer {
 public:
  PistacheServer(const HttpServerOptions& options, HttpHandler handler, int listening_fd, TlsContext tls)
      : context_(std::make_shared<detail::ServerContext>(options, std::move(handler))),
        tls_(std::move(tls)),
        port_(detail::bound_port(listening_fd)) {
    for (unsigned i = 0; i < std::max(1U, options.threads); ++i) {
      reactors_.push_back(std::make_unique<detail::Reactor>("net-" + std::to_string(i)));
    }
    acceptor_ = std::make_unique<detail::Acceptor>(
        listening_fd, tick_interval(options), [this](int fd, std::string peer) { accept(fd, std::move(peer)); },
        [this] { check_time_limits(); });
  }

  ~PistacheServer() override {
    acceptor_.reset();
    for_each_connection([](detail::Connection& connection) { connection.abort(); });
  }

  PistacheServer(const PistacheServer&) = delete;
  PistacheServer& operator=(const PistacheServer&) = delete;

  [[nodiscard]] std::uint16_t port() const override { return port_; }
  [[nodiscard]] std::size_t connections() const override { return context_->open; }

  bool drain(std::chrono::milliseconds deadline) override {
    const auto until = std::chrono::steady_clock::now() + deadline;
    context_->draining = true;
    acceptor_->stop_listening();
    for_each_connection([](detail::Connection& connection) { connection.begin_drain(); });
    for (;;) {
      std::uint64_t seen = 0;
      {
        const std::lock_guard lock(context_->mutex);
        seen = context_->changes;
      }
      // Not under the lock: a connection notifies while it holds its own.
      bool busy = false;
      for_each_connection([&](const detail::Connection& connection) { busy |= connection.has_work(); });
      if (!busy) return true;
      std::unique_lock lock(context_->mutex);
      if (!context_->changed.wait_until(lock, until, [&] { return context_->changes != seen; })) break;
    }
    for_each_connection([](detail::Connection& connection) { connection.abort(); });
    return false;
  }

  base::Result<void, Error> reload_tls() override {
    if (!context_->options.tls) return {};
    auto loaded = load_tls_server(*context_->options.tls);
    if (!loaded) return tl::unexpected(std::move(loaded.error()));
    const std::lock_guard lock(tls_mutex_);
    tls_ = std::move(*loaded);
    return {};
  }

 private:
  template <class Visit>
  void for_each_connection(Visit visit) {
    for (const auto& reactor : reactors_) {
      for (const auto& connection : reactor->connections()) visit(*connection);
    }
  }

  // The acceptor's thread.
  void accept(int fd, std::string peer) {
    if (context_->open >= context_->options.maximum_connections) {
      ::close(fd);
      return;
    }
    TlsContext tls;
    {
      const std::lock_guard lock(tls_mutex_);
      tls = tls_;
    }
    auto& reactor = *reactors_[next_reactor_++ % reactors_.size()];
    reactor.adopt(fd, std::make_shared<detail::Connection>(fd, context_, reactor, PeerIdentity{std::move(peer), {}},
                                                           tls ? tls->accept() : nullptr));
  }

  // The acceptor's thread.
  void check_time_limits() {
    const auto now = detail::coarse_now_ms();
    for_each_connection([now](detail::Connection& connection) { connection.check_time_limits(now); });
  }

  const std::shared_ptr<detail::ServerContext> context_;
  std::mutex tls_mutex_;
  TlsContext tls_;  // guarded by tls_mutex_
  const std::uint16_t port_;
  std::size_t next_reactor_ = 0;  // the acceptor's thread
  std::vector<std::unique_ptr<detail::Reactor>> reactors_;
  std::unique_ptr<detail::Acceptor> acceptor_;
};

}  // namespace

base::Result<std::unique_ptr<HttpServer>, Error> HttpServer::start(const HttpServerOptions& options,
                                                                   HttpHandler handler) {
  TlsContext tls;
  if (options.tls) {
    auto loaded = load_tls_server(*options.tls);
    if (!loaded) return tl::unexpected(std::move(loaded.error()));
    tls = std::move(*loaded);
  }
  auto listening = detail::listen_on(options.listen);
  if (!listening) return tl::unexpected(std::move(listening.error()));
  try {
    return std::make_unique<PistacheServer>(options, std::move(handler), *listening, std::move(tls));
  } catch (const std::exception& error) {
    ::close(*listening);
    return tl::unexpected(
        Error{ErrorKind::Configuration, std::string("The HTTP server cannot start: ") + error.what()});
  }
}

}  // namespace edgecse::net
