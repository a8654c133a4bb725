// SPDX-License-Identifier: Apache-2.0
//
// A running edgecse on free ports of the loopback, to be asked over HTTP, ended or killed.
#pragma once

#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/child_process.hpp"

namespace edgecse::test {

class EdgecseProcess {
 public:
  /// Waits until it is ready; throws, with what it said, when it ends before. settings: key=value; by default the ports are
  /// free ones and MEC is off.
  explicit EdgecseProcess(const std::vector<std::string>& settings);
  ~EdgecseProcess();
  EdgecseProcess(const EdgecseProcess&) = delete;
  EdgecseProcess& operator=(const EdgecseProcess&) = delete;

  /// http://127.0.0.1:port
  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] const std::string& admin_url() const { return admin_url_; }
  void signal(int number) const { child_.signal(number); }
  /// Waits for its end: the exit status, or minus the signal that ended it.
  int wait();
  /// Its log lines so far.
  [[nodiscard]] std::vector<std::string> lines() const;

 private:
  ChildProcess child_;
  std::string url_, admin_url_;
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;  // guarded by mutex_
  std::thread reader_;              // a full pipe would stop the CSE
};

/// The program with arguments of its own, for runs that end by themselves.
[[nodiscard]] std::string edgecse_program();

}  // namespace edgecse::test
