// SPDX-License-Identifier: Apache-2.0
#include "management/instance_runner.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace edgecse::sandbox {
namespace {

std::vector<char*> as_pointers(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& more) {
  std::vector<std::string> all;
  for (char** each = environ; *each != nullptr; ++each) all.emplace_back(*each);
  for (const auto& [name, value] : more) all.push_back(fmt::format("{}={}", name, value));
  return all;
}

/// The child gets both outputs in one file, and signals as a fresh process has them. 0 or the error number.
int spawn(std::vector<std::string> words, std::vector<std::string> environment, const std::string& log, pid_t& pid) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  auto arguments = as_pointers(words);
  auto variables = as_pointers(environment);
  const int failed = posix_spawnp(&pid, arguments[0], &files, &attributes, arguments.data(), variables.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return failed;
}

std::string container_of(const std::string& id) { return "edgecse-" + id; }

}  // namespace

InstanceRunner::~InstanceRunner() {
  for (const auto& [id, pid] : running_) signal(id, SIGKILL);
  for (const auto& [id, pid] : running_) ::waitpid(pid, nullptr, 0);
}

std::vector<std::string> InstanceRunner::command(const Order& order, const std::string& home) const {
  if (!options_.program.empty()) return {options_.program, "--config", home + "/edgecse.yaml"};
  std::vector<std::string> words = {"podman", "run", "--rm", "--name", container_of(order.id), "--network=host",
                                    "--read-only", "--cap-drop", "ALL", "--volume",
                                    home + "/edgecse.yaml:/etc/edgecse/edgecse.yaml:ro",
                                    // U: owned by the image's user
                                    "--volume", home + "/data:/var/lib/edgecse:U"};
  for (const auto& [name, value] : order.environment)
    words.insert(words.end(), {"--env", fmt::format("{}={}", name, value)});
  words.push_back(order.image);
  return words;
}

Result<> InstanceRunner::start(const Order& order) {
  std::error_code failed;
  const std::string home = std::filesystem::absolute(options_.folder + "/" + order.id, failed);
  std::filesystem::create_directories(home + "/data", failed);
  std::ofstream file(home + "/edgecse.yaml");
  file << order.configuration;
  file.close();
  if (failed || !file) return refuse(500, fmt::format("{}: the configuration cannot be written", home));
  pid_t pid = 0;
  if (const int error = spawn(command(order, home), environment_with(order.environment), home + "/log", pid);
      error != 0)
    return refuse(500, fmt::format("{}: {}", command(order, home).front(), std::strerror(error)));
  running_[order.id] = pid;
  return {};
}

std::optional<int> InstanceRunner::ended(const std::string& id) {
  const auto found = running_.find(id);
  if (found == running_.end()) return 0;
  int status = 0;
  if (::waitpid(found->second, &status, WNOHANG) == 0) return std::nullopt;
  running_.erase(found);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void InstanceRunner::signal(const std::string& id, int number) const {
  const auto found = running_.find(id);
  if (found == running_.end()) return;
  // podman hands other signals on to its container; killed itself, it would leave it running.
  if (options_.program.empty() && number == SIGKILL) {
    pid_t podman = 0;
    const std::string log = options_.folder + "/" + id + "/log";
    if (spawn({"podman", "kill", container_of(id)}, environment_with({}), log, podman) == 0)
      ::waitpid(podman, nullptr, 0);
  }
  ::kill(found->second, number);
}

std::string InstanceRunner::last_words(const std::string& id) const {
  std::ifstream file(options_.folder + "/" + id + "/log");
  std::string last;
  for (std::string line; std::getline(file, line);)
    if (!line.empty()) last = line;
  return last.substr(0, 500);
}

}  // namespace edgecse::sandbox
