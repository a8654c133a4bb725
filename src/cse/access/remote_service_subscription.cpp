// SPDX-License-Identifier: Apache-2.0
#include "cse/access/remote_service_subscription.hpp"

#include <deque>

#include "cse/access/service_subscription.hpp"
#include "cse/subscription/notification_criteria.hpp"

namespace edgecse::cse {
namespace {

using onem2m::refuse;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseStatus;
using onem2m::Result;

constexpr int kNode = 20;                 // serviceSubscribedNode
constexpr std::size_t kMostRead = 100;    // nodes and rules

/// Nodes first, then the rules that they link, until one fits.
class Question : public std::enable_shared_from_this<Question> {
 public:
  Question(CseCore& core, std::string app_id, std::string stem, std::function<void(Result<>)> done)
      : core_(core), app_id_(std::move(app_id)), stem_(std::move(stem)), done_(std::move(done)) {}

  void start() {
    Request discovery = read(core_.options.registrar->id + '/' + core_.options.registrar->name);
    discovery.filter_criteria.filter_usage = 1;
    discovery.filter_criteria.resource_types = {kNode};
    discovery.filter_criteria.attributes = {{"csi", core_.options.id}};
    discovery.result_content = 6;
    discovery.desired_identifier_type = 2;
    send(std::move(discovery), [](Question& self, const Response& response) { self.take_nodes(response.content); });
  }

 private:
  [[nodiscard]] Request read(std::string to) const {
    Request request;
    request.to = std::move(to);
    request.from = core_.options.id;
    request.request_identifier = "profile-" + core_.environment.random.hex(8);
    request.release_version = "3";
    return request;
  }

  /// What is not there or not to be read is no profile; who does not answer may have one.
  template <typename Next>
  void send(Request request, Next next) {
    core_.forwarder->forward(std::move(request), [self = shared_from_this(), next](const Response& response) {
      if (response.status == ResponseStatus::TargetNotReachable || response.status == ResponseStatus::RequestTimeout)
        return self->done_(refuse(response.status, "the IN-CSE, which keeps the service subscriptions, is not reached"));
      next(*self, response);
    });
  }

  /// As the IN-CSE writes it: relative to itself unless it says more.
  [[nodiscard]] std::string address_there(const std::string& address) const {
    return address.starts_with('/') ? address : core_.options.registrar->id + '/' + address;
  }
  void queue(std::deque<std::string>& list, const Json& address) {
    if (address.is_string() && ++queued_ <= kMostRead) list.push_back(address_there(address.get<std::string>()));
  }

  // m2m:rrl of what was asked, m2m:uril where a CSE prefers that.
  void take_nodes(const Json& content) {
    const Json& references = member_of(member_of(content, "m2m:rrl"), "rrf");
    const Json& addresses = member_of(content, "m2m:uril");
    if (references.is_array())
      for (const Json& reference : references) queue(nodes_, member_of(reference, "val"));
    if (addresses.is_array())
      for (const Json& address : addresses) queue(nodes_, address);
    go_on();
  }

  void go_on() {
    if (!nodes_.empty()) {
      Request node = read(nodes_.front());
      nodes_.pop_front();
      return send(std::move(node), [](Question& self, const Response& response) {
        const Json& attributes = member_of(response.content, "m2m:svsn");
        const Json& links = member_of(attributes, "rlk");
        if (onem2m::is_success(response.status) && member_of(attributes, "csi") == self.core_.options.id) {
          self.established_ = true;
          if (links.is_array())
            for (const Json& link : links) self.queue(self.rules_, link);
        }
        self.go_on();
      });
    }
    if (!established_) return done_(no_service_subscription(core_));
    if (rules_.empty()) return done_(no_rule_fits(core_, app_id_, stem_));
    Request rule = read(rules_.front());
    rules_.pop_front();
    send(std::move(rule), [](Question& self, const Response& response) {
      const Json& attributes = member_of(response.content, "m2m:asar");
      if (onem2m::is_success(response.status) && rule_permits(attributes, self.app_id_, self.stem_)) return self.done_({});
      self.go_on();
    });
  }

  CseCore& core_;
  const std::string app_id_, stem_;
  const std::function<void(Result<>)> done_;
  std::deque<std::string> nodes_, rules_;  // still to be read
  std::size_t queued_ = 0;
  bool established_ = false;
};

}  // namespace

void ask_service_subscription(CseCore& core, std::string app_id, std::string stem, std::function<void(Result<>)> done) {
  std::make_shared<Question>(core, std::move(app_id), std::move(stem), std::move(done))->start();
}

}  // namespace edgecse::cse
