// SPDX-License-Identifier: Apache-2.0
#include "agents/measurements.hpp"

#include <fmt/format.h>

#include <charconv>
#include <fstream>

namespace edgecse::agents {

base::Result<std::vector<Measurement>, std::string> read_measurements(const std::string& file) {
  std::ifstream input(file);
  if (!input) return tl::unexpected(fmt::format("{}: cannot be read", file));
  std::vector<Measurement> rows;
  std::string line;
  std::getline(input, line);  // the heading
  for (int number = 2; std::getline(input, line); ++number) {
    while (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty()) continue;
    const auto comma = line.find(',');
    double value = 0;
    const char* end = line.data() + line.size();
    const auto parsed = comma == std::string::npos ? std::from_chars_result{line.data(), std::errc::invalid_argument}
                                                   : std::from_chars(line.data() + comma + 1, end, value);
    if (parsed.ec != std::errc{} || parsed.ptr != end) {
      return tl::unexpected(fmt::format("{}:{}: found '{}', expected time,value", file, number, line));
    }
    rows.push_back({line.substr(0, comma), value});
  }
  if (rows.empty()) return tl::unexpected(fmt::format("{}: has no rows", file));
  return rows;
}

}  // namespace edgecse::agents
