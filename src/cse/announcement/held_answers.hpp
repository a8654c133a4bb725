// SPDX-License-Identifier: Apache-2.0
//
// Answers to changes of announced resources wait until the announcements had their first outcome, so that announceTo shows
// where they are; a peer that is not reached holds them for a moment only. TS-0004 7.3.3.10.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>

#include "cse/cse_core.hpp"

namespace edgecse::cse::announcement {

/// Thread-safe. What is waited for has a name, unique among all that is under way.
class HeldAnswers final : public AnswerHolder, public std::enable_shared_from_this<HeldAnswers> {
 public:
  explicit HeldAnswers(CseCore& core) : core_(core) {}

  /// In the job: the request set something off. resource: ri of what its answer shows.
  void expect(const onem2m::Request& request, const std::string& name, const std::string& resource);
  void settled(const std::string& name);

  bool hold(const onem2m::Request& request, onem2m::Response& response, onem2m::ResponseCallback& done) override;
  void forget(const onem2m::Request& request) override;

 private:
  struct Held {
    std::string request_identifier, resource;
    std::set<std::string> outstanding;
    onem2m::Response response;
    onem2m::ResponseCallback done;  // empty: the change is not durable yet
    base::TimerId timer = 0;
  };
  using HeldPtr = std::shared_ptr<Held>;
  void show_announcements(onem2m::Response& response, const std::string& resource) const;
  void give(const HeldPtr& held);

  CseCore& core_;
  std::mutex mutex_;  // guards what follows, and what Held holds
  std::map<const onem2m::Request*, HeldPtr> caused_;
  std::unordered_map<std::string, std::vector<HeldPtr>> waiting_;
};

}  // namespace edgecse::cse::announcement
