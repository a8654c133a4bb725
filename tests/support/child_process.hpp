// SPDX-License-Identifier: Apache-2.0
//
// A program that a test starts, whose standard output it reads, and which it may kill.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace edgecse::test {

/// Single-threaded. Ends the program with SIGKILL when it still runs at destruction.
class ChildProcess {
 public:
  /// arguments[0] is the program's path; throws when it cannot be started. Standard error is the test's own unless
  /// merged into standard output. Extra environment entries are NAME=value.
  explicit ChildProcess(std::vector<std::string> arguments, bool merge_standard_error = false,
                        std::vector<std::string> environment = {});
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Waits for the next line, without its end; nothing at the end of the output.
  [[nodiscard]] std::optional<std::string> read_line();
  /// Everything until the program closes its output.
  [[nodiscard]] std::string read_all();
  /// Reads on until a line contains the text; the line, or nothing when the output ended before.
  [[nodiscard]] std::optional<std::string> read_until(const std::string& text);
  void signal(int number) const;
  /// Waits for its end: the exit status, or minus the signal that ended it.
  int wait();
  [[nodiscard]] pid_t id() const { return id_; }

 private:
  bool fill();

  pid_t id_ = -1;
  int output_ = -1;
  std::string unread_;
  std::optional<int> result_;
};

}  // namespace edgecse::test
