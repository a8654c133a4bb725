// SPDX-License-Identifier: Apache-2.0
#include "support/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace edgecse::test {
namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> found;
  for (auto& text : texts) found.push_back(text.data());
  found.push_back(nullptr);
  return found;
}

}  // namespace

ChildProcess::ChildProcess(std::vector<std::string> arguments, bool merge_standard_error,
                           std::vector<std::string> environment) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  if (merge_standard_error) ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
  const int failed = ::posix_spawn(&id_, arguments.front().c_str(), &actions, nullptr, pointers(arguments).data(),
                                   pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  output_ = ends[0];
  if (failed != 0) {
    ::close(output_);
    throw std::runtime_error(arguments.front() + " cannot be started: " + std::strerror(failed));
  }
}

ChildProcess::~ChildProcess() {
  if (!result_) {
    signal(SIGKILL);
    wait();
  }
  ::close(output_);
}

bool ChildProcess::fill() {
  char bytes[4096];
  ssize_t count = 0;
  do count = ::read(output_, bytes, sizeof bytes);
  while (count < 0 && errno == EINTR);
  if (count <= 0) return false;
  unread_.append(bytes, static_cast<std::size_t>(count));
  return true;
}

std::optional<std::string> ChildProcess::read_line() {
  std::size_t end = 0;
  while ((end = unread_.find('\n')) == std::string::npos)
    if (!fill()) return std::nullopt;  // a line without its end was cut by the program's death
  std::string line = unread_.substr(0, end);
  unread_.erase(0, end + 1);
  return line;
}

std::string ChildProcess::read_all() {
  while (fill()) {
  }
  return std::exchange(unread_, {});
}

std::optional<std::string> ChildProcess::read_until(const std::string& text) {
  while (auto line = read_line())
    if (line->find(text) != std::string::npos) return line;
  return std::nullopt;
}

void ChildProcess::signal(int number) const {
  if (!result_) ::kill(id_, number);
}

int ChildProcess::wait() {
  if (result_) return *result_;
  int status = 0;
  while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
  }
  result_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return *result_;
}

}  // namespace edgecse::test
