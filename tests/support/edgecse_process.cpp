// SPDX-License-Identifier: Apache-2.0
#include "support/edgecse_process.hpp"

#include <signal.h>

#include <stdexcept>

#include "support/paths.hpp"

namespace edgecse::test {
namespace {

std::vector<std::string> command(const std::vector<std::string>& settings) {
  std::vector<std::string> arguments{edgecse_program()};
  for (const auto* setting : {"http.listen=127.0.0.1:0", "admin.listen=127.0.0.1:0", "mec.enabled=false"}) {
    arguments.emplace_back("--set");
    arguments.emplace_back(setting);
  }
  for (const auto& setting : settings) {
    arguments.emplace_back("--set");
    arguments.push_back(setting);
  }
  return arguments;
}

}  // namespace

std::string edgecse_program() { return EDGECSE_BINARY_DIR "/bin/edgecse"; }

EdgecseProcess::EdgecseProcess(const std::vector<std::string>& settings) : child_(command(settings)) {
  std::string said;
  while (url_.empty()) {
    const auto line = child_.read_line();
    if (!line) throw std::runtime_error("edgecse did not get ready: " + said);
    said += *line + "\n";
    lines_.push_back(*line);
    const auto entry = nlohmann::json::parse(*line, nullptr, false);
    if (!entry.is_object() || entry.value("msg", "") != "ready") continue;
    url_ = "http://" + entry.at("listen").get<std::string>();
    admin_url_ = "http://" + entry.at("admin").get<std::string>();
  }
  reader_ = std::thread([this] {
    while (auto line = child_.read_line()) {
      const std::lock_guard lock(mutex_);
      lines_.push_back(std::move(*line));
    }
  });
}

EdgecseProcess::~EdgecseProcess() {
  child_.signal(SIGKILL);
  reader_.join();
}

int EdgecseProcess::wait() { return child_.wait(); }

std::vector<std::string> EdgecseProcess::lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

}  // namespace edgecse::test
