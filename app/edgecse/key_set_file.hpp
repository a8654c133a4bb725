// SPDX-License-Identifier: Apache-2.0
//
// A file of cse.tokens or mec.service.tokens, which whoever issues tokens replaces under our feet.
#pragma once

#include <optional>
#include <string>

#include "net/json_web_token.hpp"

namespace edgecse::app {

/// Of one thread.
class KeySetFile {
 public:
  explicit KeySetFile(std::string path) : path_(std::move(path)) {}

  /// The sentence why not: unreadable, above 64 KiB, or no key set.
  [[nodiscard]] base::Result<net::JsonWebKeySet, std::string> read();
  /// The key set when the file has another content than at the last reading. One that cannot be used is told to the log, once.
  [[nodiscard]] std::optional<net::JsonWebKeySet> read_if_changed();

 private:
  [[nodiscard]] std::optional<std::string> content() const;

  std::string path_, seen_;
};

}  // namespace edgecse::app
