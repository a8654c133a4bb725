// SPDX-License-Identifier: Apache-2.0
#include "net/answers_by_reactors.hpp"
#include "net/http_server.hpp"
#include "net/response_slot.hpp"

namespace edgecse::net {
namespace {

class ConnectionStream final : public ResponseStream {
 public:
  ConnectionStream(std::shared_ptr<detail::Connection> connection, std::uint64_t sequence)
      : connection_(std::move(connection)), sequence_(sequence) {}
  // A stream that was not finished must not look complete to its reader.
  ~ConnectionStream() override {
    if (!finished_) connection_->abort();
  }
  ConnectionStream(const ConnectionStream&) = delete;
  ConnectionStream& operator=(const ConnectionStream&) = delete;

  bool write(std::string_view piece) override { return connection_->write_stream(sequence_, piece); }
  void finish() override {
    if (!finished_.exchange(true)) connection_->finish_stream(sequence_);
  }

 private:
  const std::shared_ptr<detail::Connection> connection_;
  const std::uint64_t sequence_;
  std::atomic<bool> finished_{false};
};

// What the second who answers gets.
class ClosedStream final : public ResponseStream {
 public:
  bool write(std::string_view) override { return false; }
  void finish() override {}
};

thread_local AnswersByReactors* of_this_thread = nullptr;

}  // namespace

AnswersByReactors::AnswersByReactors() { of_this_thread = this; }

AnswersByReactors::~AnswersByReactors() {
  of_this_thread = nullptr;
  if (only_) only_->connection()->answer(only_->sequence(), its_response_);
}

AnswersByReactors* AnswersByReactors::current() { return of_this_thread; }

void AnswersByReactors::add(std::shared_ptr<detail::ResponseSlot> slot, HttpResponse response) {
  if (!only_ && !many_) {
    only_ = std::move(slot);
    its_response_ = std::move(response);
    return;
  }
  many_ = true;
  if (only_) only_->connection()->answer_soon(only_->sequence(), std::move(its_response_));
  only_ = nullptr;
  slot->connection()->answer_soon(slot->sequence(), std::move(response));
}

void Responder::send(HttpResponse response) const {
  if (!slot_->take()) return;
  if (AnswersByReactors* many = AnswersByReactors::current()) return many->add(slot_, std::move(response));
  slot_->connection()->answer(slot_->sequence(), response);
}

std::shared_ptr<ResponseStream> Responder::begin_stream(HttpResponse head) const {
  if (!slot_->take()) return std::make_shared<ClosedStream>();
  slot_->connection()->begin_stream(slot_->sequence(), head);
  return std::make_shared<ConnectionStream>(slot_->connection(), slot_->sequence());
}

}  // namespace edgecse::net
