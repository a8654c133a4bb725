// SPDX-License-Identifier: Apache-2.0
//
// One JSON object a line on standard output: ts, level, msg, room and the given fields. Info tells the story of a request
// in one line, debug in ten; payloads only at trace; secrets never.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace edgecse::base::log {

enum class Level { Trace, Debug, Info, Warning, Error, Off };

using Field = std::pair<std::string_view, std::string>;
using Fields = std::initializer_list<Field>;

/// Thread-safe. Lines below the level set are dropped; Off is for set_level only.
void write(Level level, std::string_view room, std::string_view message, Fields fields = {});
void set_level(Level level);
[[nodiscard]] bool enabled(Level level);

inline void debug(std::string_view room, std::string_view message, Fields fields = {}) {
  if (enabled(Level::Debug)) write(Level::Debug, room, message, fields);
}
inline void info(std::string_view room, std::string_view message, Fields fields = {}) {
  write(Level::Info, room, message, fields);
}
inline void warning(std::string_view room, std::string_view message, Fields fields = {}) {
  write(Level::Warning, room, message, fields);
}
inline void error(std::string_view room, std::string_view message, Fields fields = {}) {
  write(Level::Error, room, message, fields);
}

}  // namespace edgecse::base::log
