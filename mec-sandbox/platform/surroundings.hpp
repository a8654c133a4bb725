// SPDX-License-Identifier: Apache-2.0
//
// What every part of the MEC system needs from outside; all of it outlives the parts. Everything runs on the executor.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "base/random.hpp"
#include "net/http_client.hpp"
#include "platform/advantedge.hpp"
#include "platform/api_shapes.hpp"
#include "platform/event_log.hpp"

namespace edgecse::sandbox {

struct Surroundings {
  base::Clock& clock;
  base::Executor& executor;
  base::Random& random;
  net::HttpClient& client;
  EventLog& events;
  std::string api_root;  // http://address:port that the hosts' paths are appended to
  EnumerationStyle enumerations = EnumerationStyle::Strings;
  Quirks quirks = Quirks::None;
  std::optional<Edition> edition = {};  // of every host; nothing: as the scenario says
  bool capif_only = false;              // service management in the CAPIF profile of MEC 011 3.2.1 only
  std::string token_endpoint = {};      // empty: no tokens are wanted
};

/// A fresh UUID (version 4) from the given randomness.
[[nodiscard]] std::string make_uuid(base::Random& random);
/// MEC TimeStamp of now.
[[nodiscard]] nlohmann::json time_stamp(const base::Clock& clock);

}  // namespace edgecse::sandbox
