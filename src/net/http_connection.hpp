// SPDX-License-Identifier: Apache-2.0
//
// One accepted connection: reads on its reactor's thread, answers from any thread, in the order of the requests.
// Internal to the server.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "net/http_framing.hpp"
#include "net/http_server.hpp"
#include "net/tls_session.hpp"

namespace edgecse::net::detail {

/// What all connections of a server share. The handler and the options never change.
struct ServerContext {
  ServerContext(const HttpServerOptions& server_options, HttpHandler request_handler)
      : options(server_options), handler(std::move(request_handler)) {}

  const HttpServerOptions options;
  const HttpHandler handler;
  std::atomic<bool> draining{false};
  std::atomic<std::size_t> open{0};  // connections
  std::mutex mutex;
  std::condition_variable changed;  // while draining: a connection has nothing left to do, or is gone
  std::uint64_t changes = 0;        // guarded by mutex
  void notify_change();
};

class Connection;

/// An answer on its way to its connection.
struct Answer {
  std::shared_ptr<Connection> connection;
  std::uint64_t sequence = 0;
  HttpResponse response;
};

/// The reactor, as its connections see it. Thread-safe.
class EventSource {
 public:
  virtual ~EventSource() = default;
  virtual void watch(int fd, bool readable, bool writable) = 0;
  /// The reactor's thread gives it to its connection.
  virtual void answer_soon(Answer answer) = 0;
};

/// Bytes on their way to the socket.
class SendBuffer {
 public:
  void append(std::string bytes);
  void consume(std::size_t count);
  void clear();
  [[nodiscard]] std::string_view unsent() const { return std::string_view(bytes_).substr(offset_); }
  [[nodiscard]] std::size_t size() const { return bytes_.size() - offset_; }
  [[nodiscard]] bool empty() const { return size() == 0; }

 private:
  std::string bytes_;
  std::size_t offset_ = 0;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  /// Takes the descriptor, which does not block. The event source is not used any more after close().
  Connection(int fd, std::shared_ptr<ServerContext> context, EventSource& events, PeerIdentity peer,
             std::unique_ptr<TlsSession> tls);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Reactor thread. False: nothing more to do, close() it.
  [[nodiscard]] bool on_event(bool readable, bool hung_up, std::string& scratch);
  /// Reactor thread, or after the reactors have stopped.
  void close();

  // Any thread.
  void answer(std::uint64_t sequence, const HttpResponse& response);
  /// The same on the reactor's thread.
  void answer_soon(std::uint64_t sequence, HttpResponse response);
  void begin_stream(std::uint64_t sequence, const HttpResponse& head);
  bool write_stream(std::uint64_t sequence, std::string_view piece);
  void finish_stream(std::uint64_t sequence);
  /// Ends the connection whatever is in flight.
  void abort();
  /// Enforces the time limits.
  void check_time_limits(std::int64_t now_ms);
  /// No further requests; at once over when nothing is in flight.
  void begin_drain();
  [[nodiscard]] bool has_work() const;

 private:
  // A request that waits for its answer, or an answer that waits for those before it.
  struct Pending {
    RequestTraits traits;
    bool close = false;
    bool done = false;
    bool streaming = false;
    std::size_t request_bytes = 0;
    std::string bytes;
  };

  bool receive(std::string& scratch, bool discard);
  bool decrypt(std::string_view received, std::string& plain);
  void process_input();
  bool dispatch_request();
  void refuse(int status, std::string_view sentence);
  void send_continue();
  void handle_expiry();
  // All below: mutex_ held.
  [[nodiscard]] bool may_read_requests() const;
  [[nodiscard]] bool is_quiet() const { return pending_.empty() && output_.empty() && wire_.empty(); }
  [[nodiscard]] Pending* find_pending(std::uint64_t sequence);
  bool put(std::uint64_t sequence, std::string bytes);
  void advance_pending();
  void settle();
  void flush();
  bool send_all(SendBuffer& buffer);
  void end_writing();
  void give_up();
  void update_deadlines();
  void update_interest(bool wake);

  const std::shared_ptr<ServerContext> context_;
  EventSource& events_;
  const int fd_;

  // Reactor thread only.
  RequestReader reader_;
  PeerIdentity peer_;
  bool stalled_ = false;  // requests that were read wait until earlier ones are answered

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::unique_ptr<TlsSession> tls_;
  SendBuffer output_;  // what the front of pending_ has to say
  SendBuffer wire_;    // output_ encrypted; unused without TLS
  std::deque<Pending> pending_;
  std::uint64_t first_sequence_ = 0;
  std::uint64_t next_sequence_ = 0;
  std::size_t request_bytes_ = 0;  // bodies of requests in flight
  std::size_t waiting_bytes_ = 0;  // answers in pending_ that are not yet in output_
  std::int64_t read_deadline_ms_ = 0;
  std::int64_t write_deadline_ms_ = 0;
  RequestReader::Phase phase_ = RequestReader::Phase::Idle;
  std::int64_t phase_since_ms_ = 0;
  bool idle_ = false;              // since read_deadline_ms_ was set for it
  bool corked_ = false;            // the reactor is at work and sends at its end
  bool no_more_requests_ = false;  // what still comes in is thrown away
  bool end_of_input_ = false;
  bool writing_ended_ = false;
  bool dead_ = false;
  bool expired_ = false;
  bool closed_ = false;
  bool watch_read_ = true;
  bool watch_write_ = false;
};

[[nodiscard]] std::int64_t coarse_now_ms();

}  // namespace edgecse::net::detail
