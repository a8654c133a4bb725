// SPDX-License-Identifier: Apache-2.0
//
// How this room asks the CSE: ordinary oneM2M requests with an originator, so that the CSE's access rules decide about
// everything that leaves through the MEC service. There is no second door.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/executor.hpp"
#include "base/guarded_json.hpp"
#include "base/random.hpp"
#include "onem2m/request_handler.hpp"
#include "onem2m/result.hpp"

namespace edgecse::edge {

using base::text_of;
using onem2m::Json;

/// Thread-safe; callbacks come on the executor, and none after destruction.
class Requester {
 public:
  using Done = std::function<void(onem2m::Response)>;
  template <typename T>
  using Callback = std::function<void(onem2m::Result<T>)>;

  Requester(onem2m::RequestHandler& handler, base::Executor& executor, base::Random& random, std::string originator)
      : handler_(handler), executor_(executor), random_(random), originator_(std::move(originator)) {}

  /// Fills in what is missing: originator, request identifier, release version.
  void send(onem2m::Request request, Done done);

  /// Attributes of one resource, without the member around them.
  void retrieve(std::string to, Callback<Json> done);
  /// Addresses of what matches, every page of the answer.
  void discover(std::string to, onem2m::FilterCriteria criteria, Callback<std::vector<std::string>> done);
  /// Representations of the children that match, with their member names: {"m2m:cin": [...], ...}; one page, as long as the
  /// criteria's limit and the CSE allow, and where the next one begins.
  struct ChildPage {
    Json children;
    std::optional<std::uint64_t> next;
  };
  void retrieve_child_page(std::string to, onem2m::FilterCriteria criteria, Callback<ChildPage> done);
  /// representation: {"m2m:cnt": {...}}. Answers the new resource's attributes.
  void create(std::string to, int resource_type, Json representation, std::string from, Callback<Json> done);
  /// Asks which member the resource has, then changes the attributes given. Answers all its attributes then.
  void update(std::string to, Json attributes, Callback<Json> done);
  void remove(std::string to, Callback<void> done);

  [[nodiscard]] const std::string& originator() const { return originator_; }

 private:
  struct Pages;
  void next_page(std::shared_ptr<Pages> pages);

  onem2m::RequestHandler& handler_;
  base::Executor& executor_;
  base::Random& random_;
  std::string originator_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// The content as JSON, whichever of its two forms the response carries.
[[nodiscard]] Json content_of(const onem2m::Response& response);
/// The content without the member around it; null when there is none.
[[nodiscard]] Json attributes_of(const onem2m::Response& response);
/// Status and m2m:dbg of a refusal.
[[nodiscard]] onem2m::Error error_of(const onem2m::Response& response);
/// A list of strings; empty when it is absent.
[[nodiscard]] std::vector<std::string> texts_of(const Json& attributes, const char* name);

}  // namespace edgecse::edge
