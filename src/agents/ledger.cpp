// SPDX-License-Identifier: Apache-2.0
#include "agents/ledger.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/guarded_json.hpp"

namespace edgecse::agents {

base::Result<Ledger, std::string> Ledger::open(const std::string& file) {
  if (file == "-") {  // a handle of its own, so that closing it leaves the log its output
    std::FILE* output = ::fdopen(::dup(STDOUT_FILENO), "a");
    if (output == nullptr) return tl::unexpected(fmt::format("standard output: {}", std::strerror(errno)));
    return Ledger{output, 0};
  }
  std::uint64_t last = 0;
  std::ifstream earlier(file);
  for (std::string text; std::getline(earlier, text);) {
    const auto line = base::parse_guarded_json(text);
    if (!line || !line->is_object()) continue;  // cut off by a crash
    if (line->value("what", "") == "sent") last = std::max(last, line->value("n", std::uint64_t{0}));
  }
  std::FILE* opened = std::fopen(file.c_str(), "ae");
  if (opened == nullptr) return tl::unexpected(fmt::format("{}: {}", file, std::strerror(errno)));
  return Ledger{opened, last};
}

void Ledger::write(const nlohmann::json& line) {
  const std::string text = base::print_json(line) + '\n';
  std::fwrite(text.data(), 1, text.size(), file_.get());
  std::fflush(file_.get());
}

}  // namespace edgecse::agents
