// SPDX-License-Identifier: Apache-2.0
#include "tls_watch.hpp"

#include "base/log.hpp"

namespace edgecse::app {
namespace {

constexpr std::chrono::seconds kInterval{10};

}  // namespace

TlsWatch::TlsWatch(base::Executor& executor, net::HttpServer& server, const net::TlsServerOptions& tls)
    : executor_(executor), server_(server), files_{tls.certificate_file, tls.key_file}, seen_(times()) {
  timer_ = executor_.run_after(kInterval, [this] { look(); });
}

TlsWatch::~TlsWatch() { executor_.cancel(timer_); }

TlsWatch::Times TlsWatch::times() const {
  Times found;
  for (const auto& file : files_) {
    std::error_code code;  // a file that is just being replaced counts as changed and is looked at again
    found.push_back(std::filesystem::last_write_time(file, code));
  }
  return found;
}

void TlsWatch::look() {
  timer_ = executor_.run_after(kInterval, [this] { look(); });
  Times now = times();
  if (now == seen_) return;
  if (const auto reloaded = server_.reload_tls(); !reloaded) {
    base::log::warning("app", "the changed certificate cannot be used, the old one stays", {{"reason", reloaded.error().detail}});
    return;
  }
  seen_ = std::move(now);
  base::log::info("app", "certificate read again", {{"file", files_.front()}});
}

}  // namespace edgecse::app
