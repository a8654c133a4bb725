// SPDX-License-Identifier: Apache-2.0
#include "cse/semantics/ask_elsewhere.hpp"

#include <algorithm>
#include <mutex>

#include "cse/message_check.hpp"
#include "cse/semantics/semantic_descriptor.hpp"
#include "cse/subscription/notification_criteria.hpp"
#include "onem2m/address.hpp"
#include "onem2m/json_codec.hpp"

namespace edgecse::cse {
namespace {

using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseStatus;

constexpr std::size_t kAtOnce = 16;
constexpr std::size_t kMostBytes = 8U << 20U;  // of all answers to one question

Json content_of(const Response& answer) {
  return answer.serialized_content ? Json::parse(*answer.serialized_content, nullptr, false) : answer.content;
}

std::size_t bytes_of(const Response& answer) {
  return answer.serialized_content ? answer.serialized_content->size() : onem2m::to_json_text(answer.content).size();
}

class Asking : public std::enable_shared_from_this<Asking> {
 public:
  Asking(CseCore& core, std::weak_ptr<char> alive, std::vector<Request> requests, std::function<void(const AnswersElsewhere&)> done)
      : core_(core), alive_(std::move(alive)), requests_(std::move(requests)), done_(std::move(done)) {
    known_.answers.resize(requests_.size());
    suffix_ = '-' + core.environment.random.hex(4) + '-';  // one question asks in several turns
  }

  void start(base::Duration time) {
    timer_ = core_.environment.executor.run_after(time, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->finish();
    });
    for (std::size_t i = 0; i < std::min(kAtOnce, requests_.size()); ++i) ask_next();
  }

 private:
  /// Posted: an answer may come at once, and asks the next.
  void ask_next() {
    core_.environment.executor.post([self = shared_from_this()] {
      if (!self->alive_.expired()) self->ask();
    });
  }

  void ask() {
    std::unique_lock lock(mutex_);
    if (finished_ || next_ == requests_.size()) return;
    const std::size_t index = next_++;
    lock.unlock();
    Request request = requests_[index];
    request.request_identifier += suffix_ + std::to_string(index + 1);
    core_.pipeline->handle(std::move(request), [self = shared_from_this(), index](Response answer) {
      if (!self->alive_.expired()) self->take(index, std::move(answer));
    });
  }

  void take(std::size_t index, Response answer) {
    bool is_last = false;
    {
      std::lock_guard lock(mutex_);
      if (finished_) return;
      bytes_ += bytes_of(answer);
      known_.too_much = bytes_ > kMostBytes;
      known_.answers[index] = std::move(answer);
      is_last = ++answered_ == requests_.size() || known_.too_much;
    }
    if (!is_last) return ask_next();
    core_.environment.executor.post([self = shared_from_this()] { self->finish(); });
  }

  void finish() {
    if (alive_.expired()) return;
    {
      std::lock_guard lock(mutex_);
      if (std::exchange(finished_, true)) return;
    }
    core_.environment.executor.cancel(timer_);
    done_(known_);
  }

  CseCore& core_;
  const std::weak_ptr<char> alive_;  // of the CSE
  const std::vector<Request> requests_;
  const std::function<void(const AnswersElsewhere&)> done_;
  std::string suffix_;  // of request identifiers
  base::TimerId timer_ = 0;
  std::mutex mutex_;  // guards what follows; after finished_ is set nobody writes
  AnswersElsewhere known_;
  std::size_t next_ = 0, answered_ = 0, bytes_ = 0;
  bool finished_ = false;
};

/// nullptr: it is none.
ResourcePtr read_descriptor(const Json& shown, const std::string& cse) {
  if (!shown.is_object() || !member_of(shown, "dcrp").is_number_integer() || !member_of(shown, "dsp").is_string() ||
      !member_of(shown, "ri").is_string())
    return nullptr;
  Resource made;
  made.type = SemanticDescriptorProcedure::kType;
  made.member_name = "m2m:smd";
  made.id = complete_address(cse, shown["ri"].get<std::string>());
  if (const Json& parent = member_of(shown, "pi"); parent.is_string()) made.parent = complete_address(cse, parent.get<std::string>());
  made.attributes = {{"dcrp", shown["dcrp"]}, {"dsp", shown["dsp"]}};
  if (shown.contains("rels")) {
    Json links = Json::array();
    for (const std::string& link : strings_of(shown, "rels")) links.push_back(complete_address(cse, link));
    made.attributes["rels"] = std::move(links);
  }
  return std::make_shared<const Resource>(std::move(made));
}

void collect(const Json& content, const std::string& cse, bool descriptors, std::vector<ResourcePtr>& found) {
  if (content.is_array()) {
    for (const Json& one : content) collect(one, cse, descriptors, found);
  } else if (content.is_object() && descriptors) {
    if (ResourcePtr descriptor = read_descriptor(content, cse)) found.push_back(std::move(descriptor));
  } else if (content.is_object()) {
    for (const auto& [name, value] : content.items()) collect(value, cse, name == "m2m:smd" || name == "m2m:smdA", found);
  }
}

}  // namespace

bool AnswersElsewhere::any() const {
  return std::ranges::any_of(answers, [](const std::optional<Response>& answer) {
    return answer && answer->status != ResponseStatus::TargetNotReachable && answer->status != ResponseStatus::RequestTimeout;
  });
}

void ask_elsewhere(CseCore& core, std::weak_ptr<char> alive, std::vector<Request> requests, base::WallTime until,
                   std::function<void(const AnswersElsewhere&)> done) {
  if (requests.empty()) return done({});
  const base::Duration time = until - core.environment.clock.wall_now();
  std::make_shared<Asking>(core, std::move(alive), std::move(requests), std::move(done))->start(std::max(time, base::Duration{0}));
}

Request retrieve_for(const Request& request, const std::string& address) {
  Request made = request;
  made.operation = onem2m::Operation::Retrieve;
  made.to = address;
  made.response_type = kBlocking;
  made.notification_targets.reset();
  made.operation_execution_time.clear();
  made.attribute_list.clear();
  made.group_request_target_members.clear();
  made.filter_criteria = {};
  made.semantic_query.reset();
  made.result_content.reset();
  made.desired_identifier_type.reset();
  return made;
}

std::string cse_of(const CseOptions& options, const std::string& address) {
  const auto parsed = onem2m::parse_address(address);
  return parsed && !parsed->cse_id.empty() ? parsed->service_provider + parsed->cse_id : options.id;
}

std::string complete_address(const std::string& cse, const std::string& address) {
  return address.starts_with('/') ? address : cse + '/' + address;
}

std::vector<ResourcePtr> descriptors_in(const Response& answer, const std::string& cse) {
  std::vector<ResourcePtr> found;
  if (onem2m::is_success(answer.status)) collect(content_of(answer), cse, false, found);
  return found;
}

}  // namespace edgecse::cse
