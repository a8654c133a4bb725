// SPDX-License-Identifier: Apache-2.0
#include "net/http_connection.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <exception>

#include "base/log.hpp"
#include "net/response_slot.hpp"
#include "net/response_writer.hpp"

namespace edgecse::net::detail {
namespace {

constexpr std::size_t kReadAtOnce = 64 * 1024;
// Above this much unsent output a peer must read before its next request is looked at.
constexpr std::size_t kOutputBeforePause = 256 * 1024;
constexpr std::size_t kEncryptAtOnce = 128 * 1024;
constexpr std::size_t kKeptCapacity = 8 * 1024;
// How long a peer may go on sending after our last byte, so that it can read it before the connection is reset.
constexpr std::int64_t kFarewellMs = 2'000;

FramingLimits framing_limits(const HttpServerOptions& options) {
  return {options.maximum_head_bytes, options.maximum_body_bytes, options.maximum_headers,
          options.maximum_target_bytes};
}

}  // namespace

std::int64_t coarse_now_ms() {
  std::timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

void ServerContext::notify_change() {
  if (!draining) return;
  {
    const std::lock_guard lock(mutex);
    ++changes;
  }
  changed.notify_all();
}

void SendBuffer::append(std::string bytes) {
  if (empty()) {
    clear();
    bytes_ = std::move(bytes);
  } else {
    bytes_.append(bytes);
  }
}

void SendBuffer::consume(std::size_t count) {
  offset_ += count;
  if (empty()) clear();
}

void SendBuffer::clear() {
  offset_ = 0;
  bytes_.clear();
  if (bytes_.capacity() > kKeptCapacity) bytes_.shrink_to_fit();
}

Connection::Connection(int fd, std::shared_ptr<ServerContext> context, EventSource& events, PeerIdentity peer,
                       std::unique_ptr<TlsSession> tls)
    : context_(std::move(context)),
      events_(events),
      fd_(fd),
      reader_(framing_limits(context_->options)),
      peer_(std::move(peer)),
      tls_(std::move(tls)),
      phase_since_ms_(coarse_now_ms()) {
  ++context_->open;
  update_deadlines();
}

Connection::~Connection() { close(); }

void Connection::close() {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    closed_ = true;
    ::close(fd_);
    output_.clear();
    wire_.clear();
    pending_.clear();
  }
  --context_->open;
  context_->notify_change();
}

// ---- the reactor's thread

bool Connection::on_event(bool readable, bool hung_up, std::string& scratch) {
  bool expired = false;
  bool discard = false;
  {
    const std::lock_guard lock(mutex_);
    if (dead_) return false;
    corked_ = true;
    expired = std::exchange(expired_, false) && read_deadline_ms_ != 0 && coarse_now_ms() >= read_deadline_ms_;
    discard = no_more_requests_;
  }
  if (expired) handle_expiry();
  bool alive = readable || !hung_up;
  // What was left over comes first: reading on for a peer whose requests wait would fill the memory.
  if (stalled_) process_input();
  if (readable && !stalled_) {
    alive = receive(scratch, discard);
    if (alive) process_input();
  }
  const std::lock_guard lock(mutex_);
  corked_ = false;
  if (!alive) dead_ = true;
  if (phase_ != reader_.phase()) {
    phase_ = reader_.phase();
    phase_since_ms_ = coarse_now_ms();
  }
  settle();
  return !dead_;
}

bool Connection::receive(std::string& scratch, bool discard) {
  scratch.resize(kReadAtOnce);
  const auto count = ::recv(fd_, scratch.data(), scratch.size(), 0);
  if (count < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  if (count == 0) {
    const std::lock_guard lock(mutex_);
    end_of_input_ = no_more_requests_ = true;
    // Who waits for an event stream and closes its side has gone.
    return pending_.empty() || !pending_.front().streaming;
  }
  if (discard) return true;
  const auto received = std::string_view(scratch).substr(0, static_cast<std::size_t>(count));
  if (tls_) {
    std::string plain;
    if (!decrypt(received, plain)) return false;
    reader_.feed(plain);
    return true;
  }
  reader_.feed(received);
  return true;
}

// TLS is shared with the threads that answer, therefore under the mutex.
bool Connection::decrypt(std::string_view received, std::string& plain) {
  const std::lock_guard lock(mutex_);
  const bool was_established = tls_->established();
  std::string wire;
  const bool valid = tls_->decrypt(received, plain, wire);
  wire_.append(std::move(wire));
  if (!valid) {
    send_all(wire_);  // the alert; a peer that does not take it now gets none
    return false;
  }
  if (!was_established && tls_->established()) {
    peer_.certificate_names = tls_->peer_names();
    phase_since_ms_ = coarse_now_ms();
  }
  return true;
}

void Connection::process_input() {
  bool more = false;
  {
    const std::lock_guard lock(mutex_);
    more = may_read_requests();
  }
  while (more) {
    switch (reader_.next()) {
      case RequestReader::Outcome::Complete:
        more = dispatch_request();
        break;
      case RequestReader::Outcome::NeedMore:
        if (reader_.take_expectation()) send_continue();
        stalled_ = false;
        return;
      case RequestReader::Outcome::Fault:
        refuse(reader_.fault().status, reader_.fault().detail);
        stalled_ = false;
        return;
    }
  }
  const std::lock_guard lock(mutex_);
  stalled_ = !no_more_requests_;
}

bool Connection::dispatch_request() {
  const RequestTraits traits = reader_.traits();
  HttpRequest request = reader_.take_request();
  request.peer = peer_;
  std::uint64_t sequence = 0;
  {
    const std::lock_guard lock(mutex_);
    // A drain may have ended the connection since its bytes were read: what nobody can be told of must not be done.
    if (dead_ || no_more_requests_) return false;
    Pending waiting;
    waiting.traits = traits;
    waiting.close = !traits.keep_alive || context_->draining;
    waiting.request_bytes = request.body.size();
    request_bytes_ += waiting.request_bytes;
    if (waiting.close) no_more_requests_ = true;
    pending_.push_back(std::move(waiting));
    sequence = next_sequence_++;
    phase_ = RequestReader::Phase::Idle;  // so that the next request's time begins anew
    idle_ = false;
  }
  auto slot = std::make_shared<ResponseSlot>(shared_from_this(), sequence);
  try {
    context_->handler(std::move(request), Responder(std::move(slot)));
  } catch (const std::exception& error) {
    base::log::error("net", "a request handler threw", {{"error", error.what()}});
  } catch (...) {
    base::log::error("net", "a request handler threw");
  }
  const std::lock_guard lock(mutex_);
  return may_read_requests();
}

void Connection::refuse(int status, std::string_view sentence) {
  std::uint64_t sequence = 0;
  {
    const std::lock_guard lock(mutex_);
    if (no_more_requests_) return;
    no_more_requests_ = true;
    Pending refused;
    refused.traits.head = reader_.traits().head;
    refused.close = true;
    pending_.push_back(std::move(refused));
    sequence = next_sequence_++;
  }
  answer(sequence, plain_response(status, sentence));
}

// RFC 9110 10.1.1. It takes its turn after the answers before it.
void Connection::send_continue() {
  const std::lock_guard lock(mutex_);
  pending_.emplace_back();
  put(next_sequence_++, "HTTP/1.1 100 Continue\r\n\r\n");
  pending_.back().done = true;
  advance_pending();
}

void Connection::handle_expiry() {
  const auto phase = reader_.phase();
  if (phase == RequestReader::Phase::Idle) {
    const std::lock_guard lock(mutex_);
    if (is_quiet()) give_up();
    return;
  }
  refuse(408, phase == RequestReader::Phase::Head ? "The head of the request took too long."
                                                  : "The body of the request took too long.");
}

// ---- any thread

void Connection::answer(std::uint64_t sequence, const HttpResponse& response) {
  const std::lock_guard lock(mutex_);
  Pending* pending = find_pending(sequence);
  if (pending == nullptr || pending->done || pending->streaming) return;
  const bool last = sequence + 1 == next_sequence_ && phase_ == RequestReader::Phase::Idle;
  if (last && context_->draining) pending->close = no_more_requests_ = true;
  std::string bytes;
  append_response(bytes, response, pending->traits, pending->close);
  if (!put(sequence, std::move(bytes))) return;
  pending->done = true;
  advance_pending();
  if (!corked_) settle();
}

void Connection::answer_soon(std::uint64_t sequence, HttpResponse response) {
  const std::lock_guard lock(mutex_);
  if (!closed_) events_.answer_soon({shared_from_this(), sequence, std::move(response)});
}

void Connection::begin_stream(std::uint64_t sequence, const HttpResponse& head) {
  const std::lock_guard lock(mutex_);
  Pending* pending = find_pending(sequence);
  if (pending == nullptr || pending->done || pending->streaming) return;
  const bool chunked = !pending->traits.http_1_0;
  if (!chunked) pending->close = no_more_requests_ = true;
  std::string bytes;
  append_response_head(bytes, head, pending->traits, pending->close,
                       chunked ? BodyFraming::Chunked : BodyFraming::UntilClose);
  pending->streaming = true;
  if (put(sequence, std::move(bytes)) && !corked_) settle();
}

bool Connection::write_stream(std::uint64_t sequence, std::string_view piece) {
  const std::lock_guard lock(mutex_);
  const Pending* pending = find_pending(sequence);
  if (pending == nullptr || !pending->streaming || pending->done || dead_) return false;
  if (piece.empty() || pending->traits.head) return true;
  std::string bytes;
  if (pending->traits.http_1_0) {
    bytes = piece;
  } else {
    append_chunk(bytes, piece);
  }
  if (!put(sequence, std::move(bytes))) return false;
  if (!corked_) settle();
  return !dead_;
}

void Connection::finish_stream(std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  Pending* pending = find_pending(sequence);
  if (pending == nullptr || !pending->streaming || pending->done) return;
  if (!pending->traits.head && !pending->traits.http_1_0 && !put(sequence, "0\r\n\r\n")) return;
  pending->done = true;
  advance_pending();
  if (!corked_) settle();
}

void Connection::abort() {
  const std::lock_guard lock(mutex_);
  if (!closed_) give_up();
}

void Connection::begin_drain() {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  if (is_quiet() && phase_ == RequestReader::Phase::Idle) {
    give_up();
  } else if (!corked_) {
    settle();
  }
}

bool Connection::has_work() const {
  const std::lock_guard lock(mutex_);
  return !closed_ && !dead_ && (!is_quiet() || (phase_ != RequestReader::Phase::Idle && !no_more_requests_));
}

void Connection::check_time_limits(std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  if (closed_ || dead_) return;
  if (write_deadline_ms_ != 0 && now_ms >= write_deadline_ms_) {
    give_up();
  } else if (read_deadline_ms_ != 0 && now_ms >= read_deadline_ms_) {
    if (writing_ended_ || (tls_ && !tls_->established())) {
      give_up();
    } else {
      expired_ = true;
      update_interest(true);
    }
  }
}

// ---- mutex_ held

bool Connection::may_read_requests() const {
  const auto& options = context_->options;
  return !no_more_requests_ && !dead_ && pending_.size() < options.maximum_pipelined &&
         request_bytes_ <= options.maximum_body_bytes &&
         output_.size() + wire_.size() + waiting_bytes_ <= kOutputBeforePause;
}

Connection::Pending* Connection::find_pending(std::uint64_t sequence) {
  if (closed_ || sequence < first_sequence_ || sequence - first_sequence_ >= pending_.size()) return nullptr;
  return &pending_[static_cast<std::size_t>(sequence - first_sequence_)];
}

bool Connection::put(std::uint64_t sequence, std::string bytes) {
  if (output_.size() + wire_.size() + waiting_bytes_ > context_->options.maximum_unsent_bytes) {
    give_up();
    return false;
  }
  if (sequence == first_sequence_) {
    output_.append(std::move(bytes));
  } else {
    waiting_bytes_ += bytes.size();
    find_pending(sequence)->bytes.append(bytes);
  }
  return true;
}

void Connection::advance_pending() {
  while (!pending_.empty() && pending_.front().done) {
    request_bytes_ -= pending_.front().request_bytes;
    pending_.pop_front();
    ++first_sequence_;
    if (pending_.empty()) break;
    waiting_bytes_ -= pending_.front().bytes.size();
    if (!pending_.front().bytes.empty()) output_.append(std::exchange(pending_.front().bytes, {}));
  }
}

// After every change: sends what can be sent, ends what is over, says what to wait for.
void Connection::settle() {
  if (closed_) return;
  if (!dead_) flush();
  if (context_->draining && is_quiet() && phase_ == RequestReader::Phase::Idle) no_more_requests_ = true;
  const bool over = !dead_ && no_more_requests_ && is_quiet();
  if (over && end_of_input_) {
    dead_ = true;
  } else if (over && !writing_ended_) {
    end_writing();
  }
  update_deadlines();
  update_interest(dead_);
  if (context_->draining && is_quiet()) context_->notify_change();
}

void Connection::flush() {
  if (!tls_) {
    send_all(output_);
    return;
  }
  while (send_all(wire_) && !output_.empty() && tls_->established()) {
    const auto piece = output_.unsent().substr(0, kEncryptAtOnce);
    std::string wire;
    if (!tls_->encrypt(piece, wire)) {
      give_up();
      return;
    }
    output_.consume(piece.size());
    wire_.append(std::move(wire));
  }
}

bool Connection::send_all(SendBuffer& buffer) {
  while (!buffer.empty()) {
    const auto bytes = buffer.unsent();
    const auto count = ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) {
        if (write_deadline_ms_ == 0) write_deadline_ms_ = coarse_now_ms() + context_->options.write_timeout.count();
        return false;
      }
      give_up();
      return false;
    }
    buffer.consume(static_cast<std::size_t>(count));
    write_deadline_ms_ = 0;
  }
  return true;
}

// The last byte is on its way. What the peer still sends is read and thrown away for a moment: closing with unread
// input would reset the connection and might take the answer with it.
void Connection::end_writing() {
  if (tls_) {
    std::string wire;
    tls_->close(wire);
    wire_.append(std::move(wire));
    send_all(wire_);
  }
  ::shutdown(fd_, SHUT_WR);
  writing_ended_ = true;
  phase_since_ms_ = coarse_now_ms();
}

// Ends both directions; the reactor sees the hang-up and closes. Unsent bytes do not linger in the kernel.
void Connection::give_up() {
  dead_ = true;
  const linger reset{1, 0};
  if (!is_quiet()) ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  ::shutdown(fd_, SHUT_RDWR);
  output_.clear();
  wire_.clear();
  context_->notify_change();
}

void Connection::update_deadlines() {
  const auto& options = context_->options;
  const auto after = [this](std::chrono::milliseconds limit) { return phase_since_ms_ + limit.count(); };
  if (output_.empty() && wire_.empty()) write_deadline_ms_ = 0;
  if (writing_ended_) {
    read_deadline_ms_ = phase_since_ms_ + kFarewellMs;
  } else if (no_more_requests_) {
    read_deadline_ms_ = 0;
  } else if (!may_read_requests()) {
    read_deadline_ms_ = 0;  // it is we who are slow
    phase_since_ms_ = coarse_now_ms();
  } else if (tls_ && !tls_->established()) {
    read_deadline_ms_ = after(options.head_timeout);
  } else if (phase_ == RequestReader::Phase::Head) {
    read_deadline_ms_ = after(options.head_timeout);
  } else if (phase_ == RequestReader::Phase::Body) {
    read_deadline_ms_ = after(options.body_timeout);
  } else if (is_quiet()) {
    if (!idle_) read_deadline_ms_ = coarse_now_ms() + options.idle_timeout.count();
  } else {
    read_deadline_ms_ = 0;
  }
  idle_ = is_quiet() && phase_ == RequestReader::Phase::Idle;
}

void Connection::update_interest(bool wake) {
  if (closed_) return;
  const bool read = !dead_ && !end_of_input_ && (no_more_requests_ || may_read_requests());
  const bool resume = read && !watch_read_;  // input that is already here makes no event
  const bool write = wake || resume || !output_.empty() || !wire_.empty();
  if (read == watch_read_ && write == watch_write_) return;
  watch_read_ = read;
  watch_write_ = write;
  events_.watch(fd_, read, write);
}

}  // namespace edgecse::net::detail
