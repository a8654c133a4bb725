// SPDX-License-Identifier: Apache-2.0
#include "net/reactor.hpp"

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <exception>
#include <utility>

#include "base/log.hpp"

namespace edgecse::net::detail {
namespace {

using Pistache::Polling::NotifyOn;

}  // namespace

class Reactor::Dispatcher final : public Pistache::Aio::Handler {
 public:
  explicit Dispatcher(Reactor& owner) : owner_(owner) {}
  void registerPoller(Pistache::Polling::Epoll&) override {}
  // Only Pistache's pools of several threads clone handlers; each of our reactors is one thread.
  std::shared_ptr<Pistache::Aio::Handler> clone() const override { return nullptr; }
  void onReady(const Pistache::Aio::FdSet& ready) override {
    for (const auto& entry : ready) {
      owner_.on_ready(static_cast<int>(entry.getTag().value()), entry.isReadable(), entry.isHangup());
    }
  }

 private:
  Reactor& owner_;
};

Reactor::Reactor(const std::string& thread_name) : wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  reactor_.init();
  key_ = reactor_.addHandler(std::make_shared<Dispatcher>(*this));
  reactor_.registerFd(key_, wake_, NotifyOn::Read, Pistache::Polling::Mode::Level);
  thread_ = std::thread([this] { reactor_.run(); });
  pthread_setname_np(thread_.native_handle(), thread_name.substr(0, 15).c_str());
}

Reactor::~Reactor() {
  reactor_.shutdown();
  thread_.join();
  for (const auto& connection : connections()) connection->close();
  ::close(wake_);
}

void Reactor::adopt(int fd, const std::shared_ptr<Connection>& connection) {
  {
    const std::lock_guard lock(mutex_);
    connections_[fd] = connection;
  }
  try {
    reactor_.registerFd(key_, fd, NotifyOn::Read, Pistache::Polling::Mode::Level);
  } catch (const std::exception& error) {
    base::log::warning("net", "a connection cannot be watched", {{"error", error.what()}});
    remove(fd, *connection);
  }
}

void Reactor::watch(int fd, bool readable, bool writable) {
  auto interest = NotifyOn::None;
  if (readable) interest = interest | NotifyOn::Read;
  if (writable) interest = interest | NotifyOn::Write;
  reactor_.modifyFd(key_, fd, interest, Pistache::Polling::Mode::Level);
}

void Reactor::answer_soon(Answer answer) {
  {
    const std::lock_guard lock(answers_mutex_);
    answers_.push_back(std::move(answer));
    if (answers_.size() > 1) return;  // the first one woke the thread
  }
  ::eventfd_write(wake_, 1);
}

void Reactor::give_answers() {
  eventfd_t ignored = 0;
  ::eventfd_read(wake_, &ignored);
  std::vector<Answer> answers;
  {
    const std::lock_guard lock(answers_mutex_);
    answers.swap(answers_);
  }
  for (const auto& [connection, sequence, response] : answers) connection->answer(sequence, response);
}

std::vector<std::shared_ptr<Connection>> Reactor::connections() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Connection>> all;
  all.reserve(connections_.size());
  for (const auto& [fd, connection] : connections_) all.push_back(connection);
  return all;
}

void Reactor::on_ready(int fd, bool readable, bool hung_up) {
  if (fd == wake_) return give_answers();
  std::shared_ptr<Connection> connection;
  {
    const std::lock_guard lock(mutex_);
    const auto found = connections_.find(fd);
    if (found == connections_.end()) return;
    connection = found->second;
  }
  if (!connection->on_event(readable, hung_up, scratch_)) remove(fd, *connection);
}

// Out of the books before the descriptor is closed: its number may be given out again at once.
void Reactor::remove(int fd, Connection& connection) {
  {
    const std::lock_guard lock(mutex_);
    connections_.erase(fd);
  }
  connection.close();
}

}  // namespace edgecse::net::detail
