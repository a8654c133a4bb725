// SPDX-License-Identifier: Apache-2.0
#include "store_verbs.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "base/result.hpp"
#include "net/http_client.hpp"
#include "store/maintenance.hpp"

namespace edgecse::edgectl {
namespace {

int refuse(const std::string& reason) {
  std::cerr << reason << '\n';
  return 1;
}

/// Whether a process holds RocksDB's lock on the store.
bool is_in_use(const std::string& path) {
  const int file = ::open((path + "/LOCK").c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return false;
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  const bool held = ::fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  ::close(file);
  return held;
}

/// The name under which what is there now is kept.
base::Result<std::string, std::string> set_aside(const std::string& path) {
  if (is_in_use(path)) return tl::unexpected(path + ": is in use; stop the CSE first");
  for (int number = 1;; ++number) {
    const std::string kept = fmt::format("{}.before-{}", path, number);
    if (std::filesystem::exists(kept)) continue;
    std::error_code code;
    std::filesystem::rename(path, kept, code);
    if (code) return tl::unexpected(fmt::format("{}: {}", path, code.message()));
    return kept;
  }
}

}  // namespace

int back_up_store(const std::string& admin) {
  auto client = net::make_http_client();
  if (!client) return refuse(client.error().detail);
  net::HttpCall call;
  call.method = "POST";
  call.url = admin + "/store/backup";
  call.timeout = std::chrono::minutes{5};
  const auto answer = net::send_and_wait(**client, std::move(call));
  if (!answer) return refuse(admin + ": " + answer.error().detail);
  if (answer->status != 201) return refuse(answer->body.substr(0, answer->body.find('\n')));
  std::cout << answer->body;
  return 0;
}

int check_store(const std::string& path) {
  const auto report = store::check_store(path);
  if (!report) return refuse(report.error().detail);
  using store::Table;
  const auto rows = [&](Table table) { return report->rows[static_cast<std::size_t>(table)]; };
  std::cout << path << ": whole; " << rows(Table::Tree) << " resources, " << rows(Table::Instances) << " instances, "
            << rows(Table::Outbox) << " messages that wait\n";
  return 0;
}

int restore_store(const std::string& backup, const std::string& path, bool keep_present) {
  std::string kept;
  if (keep_present && std::filesystem::exists(path)) {
    if (const auto whole = store::check_store(backup); !whole) return refuse(whole.error().detail);
    auto moved = set_aside(path);
    if (!moved) return refuse(moved.error());
    kept = std::move(*moved);
  }
  if (const auto restored = store::restore_store(backup, path); !restored) {
    std::error_code code;
    if (!kept.empty()) std::filesystem::rename(kept, path, code);
    return refuse(restored.error().detail);
  }
  if (!kept.empty()) std::cout << kept << ": what was there; delete it when it is not needed\n";
  return check_store(path);
}

}  // namespace edgecse::edgectl
