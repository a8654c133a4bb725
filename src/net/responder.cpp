// SPDX-License-Identifier: Apache-2.0
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

}  // namespace

void Responder::send(HttpResponse response) const {
  if (slot_->take()) slot_->connection()->answer(slot_->sequence(), response);
}

std::shared_ptr<ResponseStream> Responder::begin_stream(HttpResponse head) const {
  if (!slot_->take()) return std::make_shared<ClosedStream>();
  slot_->connection()->begin_stream(slot_->sequence(), head);
  return std::make_shared<ConnectionStream>(slot_->connection(), slot_->sequence());
}

}  // namespace edgecse::net
