// SPDX-License-Identifier: Apache-2.0
#include "store/rocksdb/info_log.hpp"

#include <rocksdb/env.h>

#include <array>
#include <cstdarg>
#include <cstdio>

#include "base/log.hpp"

namespace edgecse::store {
namespace {

class InfoLog final : public rocksdb::Logger {
 public:
  InfoLog() : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}
  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    Logv(rocksdb::InfoLogLevel::INFO_LEVEL, format, arguments);
  }
  void Logv(const rocksdb::InfoLogLevel level, const char* format, va_list arguments) override {
    if (level < GetInfoLogLevel()) return;
    std::array<char, 1024> text{};
    std::vsnprintf(text.data(), text.size(), format, arguments);
    base::log::write(level >= rocksdb::InfoLogLevel::ERROR_LEVEL ? base::log::Level::Error : base::log::Level::Warning,
                     "store", text.data(), {{"from", "rocksdb"}});
  }
};

}  // namespace

std::shared_ptr<rocksdb::Logger> make_info_log() { return std::make_shared<InfoLog>(); }

}  // namespace edgecse::store
