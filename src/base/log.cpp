// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace edgecse::base::log {
namespace {

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made = std::make_shared<spdlog::logger>("edgecse", std::make_shared<spdlog::sinks::stdout_sink_mt>());
    made->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        "{\"ts\":\"%Y-%m-%dT%H:%M:%S.%fZ\",\"level\":\"%l\",%v}", spdlog::pattern_time_type::utc));
    made->set_level(spdlog::level::info);
    made->flush_on(spdlog::level::info);
    return made;
  }();
  return *instance;
}

spdlog::level::level_enum level_of(Level level) {
  switch (level) {
    case Level::Trace: return spdlog::level::trace;
    case Level::Debug: return spdlog::level::debug;
    case Level::Info: return spdlog::level::info;
    case Level::Warning: return spdlog::level::warn;
    case Level::Error: return spdlog::level::err;
    case Level::Off: return spdlog::level::off;
  }
  return spdlog::level::err;
}

void append_quoted(std::string& out, std::string_view text) {
  // Bytes that are no UTF-8 become U+FFFD: a log line never fails.
  out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

void set_level(Level level) { logger().set_level(level_of(level)); }

bool enabled(Level level) { return logger().should_log(level_of(level)); }

void write(Level level, std::string_view room, std::string_view message, Fields fields) {
  if (!enabled(level)) return;
  std::string line = "\"room\":";
  append_quoted(line, room);
  line += ",\"msg\":";
  append_quoted(line, message);
  for (const auto& [name, value] : fields) {
    line += ',';
    append_quoted(line, name);
    line += ':';
    append_quoted(line, value);
  }
  logger().log(level_of(level), spdlog::string_view_t(line));
}

}  // namespace edgecse::base::log
