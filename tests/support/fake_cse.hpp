// SPDX-License-Identifier: Apache-2.0
//
// A CSE in memory behind onem2m::RequestHandler: enough CREATE, RETRIEVE, discovery and DELETE for the rooms above, with
// knobs to refuse. It sends no notifications; tests make them. Single-threaded, on simulated time.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/simulated_time.hpp"
#include "onem2m/request_handler.hpp"

namespace edgecse::test {

class FakeCse final : public onem2m::RequestHandler {
 public:
  explicit FakeCse(base::SimulatedTime& time) : time_(time) { put("cse-mn", 5, "m2m:cb", {{"rn", "cse-mn"}}); }

  void handle(onem2m::Request request, onem2m::ResponseCallback done) override;

  struct Entry {
    int type = 0;
    std::string member;
    onem2m::Json attributes;
    int made = 0;
  };
  /// Address is CSE-relative and structured: cse-mn/car/flow.
  Entry& put(const std::string& address, int type, const std::string& member, onem2m::Json attributes);
  onem2m::Json& put_ae(const std::string& name, const std::string& stem, std::vector<std::string> labels = {},
                       std::vector<std::string> points_of_access = {});
  onem2m::Json& put_container(const std::string& address, const std::string& id, std::vector<std::string> labels = {});
  /// The new instance as a notification would carry it.
  onem2m::Json add_instance(const std::string& container, const std::string& content);

  std::map<std::string, Entry> entries;
  std::set<std::string> forbidden;   // addresses that nobody may see
  std::vector<onem2m::Request> seen;
  std::size_t page = 1'000;          // entries of one answer

 private:
  onem2m::Response answer(const onem2m::Request& request);
  onem2m::Response create(const onem2m::Request& request);
  onem2m::Response list(const onem2m::Request& request);
  [[nodiscard]] std::string resolve(const std::string& to) const;
  [[nodiscard]] std::vector<std::string> below(const std::string& address, const onem2m::FilterCriteria& criteria) const;

  base::SimulatedTime& time_;
  int last_id_ = 0;
};

}  // namespace edgecse::test
