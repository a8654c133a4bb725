// SPDX-License-Identifier: Apache-2.0
#include "cse/semantics/semantic_discovery.hpp"

#include <algorithm>

#include "cse/child_resources.hpp"
#include "cse/message_check.hpp"
#include "cse/procedures.hpp"
#include "cse/semantics/ask_elsewhere.hpp"
#include "cse/subscription/notification_criteria.hpp"

namespace edgecse::cse {
namespace {

using onem2m::refuse;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseStatus;
using onem2m::Result;

constexpr std::size_t kMostLinks = 100;      // to other CSEs
constexpr std::size_t kLongestChain = 8;     // of them
constexpr std::size_t kMostListed = 10'000;  // that others found
constexpr int kReferences = 6;               // resultContent

using Listed = std::map<std::string, Json>;  // entries of a list of results, by address

/// What is here comes first. lim and ofst count all.
ResultContent list_described(const CseCore& core, const Tree& tree, const InstanceSource& instances, base::WallTime now,
                             const Request& request, const std::vector<ResourcePtr>& here, const Listed& elsewhere) {
  const Search limits(core, tree, instances, now, request, onem2m::AccessOperation::Discovery);
  Page page;
  std::uint64_t number = 0;  // of a result
  std::vector<Json> more;
  const auto fits = [&] {
    if (++number < limits.first() || page.next_offset) return false;
    if (page.hits.size() + more.size() == limits.limit()) page.next_offset = number;
    return !page.next_offset;
  };
  for (const ResourcePtr& resource : here)
    if (fits()) page.hits.push_back({resource, nullptr});
  for (const auto& [address, entry] : elsewhere)
    if (fits()) more.push_back(entry);
  ResultContent result = list_found(core, tree, instances, now, request, page);
  Json& list = request.result_content == kReferences ? result.content["m2m:rrl"]["rrf"] : result.content["m2m:uril"];
  for (Json& entry : more) list.push_back(std::move(entry));
  return result;
}

class Discovery : public std::enable_shared_from_this<Discovery> {
 public:
  Discovery(CseCore& core, std::weak_ptr<char> alive, SnapshotPtr snapshot, Request request, DiscoveryPlaces places,
            std::function<void(Result<Response>)> done)
      : core_(core), alive_(std::move(alive)), snapshot_(std::move(snapshot)), request_(std::move(request)),
        places_(std::move(places)), done_(std::move(done)), now_(core.environment.clock.wall_now()),
        until_(deadline_of(core, request_, now_)) {}

  void start() {
    if (auto valid = check_query(request_); !valid) return done_(tl::unexpected(valid.error()));
    std::vector<Request> requests;
    for (const std::string& place : places_.elsewhere) {
      Request asked = retrieve_for(request_, place);
      asked.filter_criteria = request_.filter_criteria;
      asked.filter_criteria.limit.reset();
      asked.filter_criteria.offset.reset();
      asked.filter_criteria.filter_usage = 1;
      asked.result_content = request_.result_content;
      asked.desired_identifier_type = request_.desired_identifier_type;
      requests.push_back(std::move(asked));
    }
    ask_elsewhere(core_, alive_, std::move(requests), until_, [self = shared_from_this()](const AnswersElsewhere& answers) {
      self->take_found(answers);
    });
  }

 private:
  [[nodiscard]] bool wants_references() const { return request_.result_content == kReferences; }
  void fail(ResponseStatus status, const std::string& detail) { done_(refuse(status, detail)); }

  void take_found(const AnswersElsewhere& answers) {
    if (answers.too_much) return fail(ResponseStatus::DiscoveryLimitExceeded, "smf: other CSEs found more than one request may hold");
    if (places_.tops.empty() && !places_.elsewhere.empty() && !answers.any())
      return fail(ResponseStatus::GroupMembersNotResponded, "no CSE of the members was reached");
    for (std::size_t i = 0; i < answers.answers.size(); ++i)
      if (answers.answers[i]) add_listed(*answers.answers[i], cse_of(core_.options, places_.elsewhere[i]));
    look();
  }

  void add_listed(const Response& answer, const std::string& cse) {
    if (!onem2m::is_success(answer.status)) return;
    const Json content = answer.serialized_content ? Json::parse(*answer.serialized_content, nullptr, false) : answer.content;
    const Json& list = wants_references() ? member_of(member_of(content, "m2m:rrl"), "rrf") : member_of(content, "m2m:uril");
    if (!list.is_array()) return;
    for (const Json& one : list) {
      const Json& address = wants_references() ? member_of(one, "val") : one;
      if (!address.is_string() || listed_.size() == kMostListed) continue;
      const std::string complete = complete_address(cse, address.get<std::string>());
      if (const ResourcePtr here = find_resource(core_, snapshot_->tree, complete)) {
        found_here_.push_back(here);  // a link led back
        continue;
      }
      Json entry = one;
      (wants_references() ? entry["val"] : entry) = complete;
      listed_.emplace(complete, std::move(entry));
    }
  }

  /// Again with each step of a chain of links: what is behind a link is known when it was read.
  void look() {
    const StoredInstances instances(core_.loop->store());
    auto found = find_described(core_, snapshot_->tree, instances, now_, request_, places_.tops, known_);
    if (!found) return done_(tl::unexpected(found.error()));
    if (found->unknown.empty() || ++steps_ > kLongestChain) return check_described(std::move(*found));
    if (known_.size() + found->unknown.size() > kMostLinks)
      return fail(ResponseStatus::DiscoveryLimitExceeded, "smf: more links (rels) to other CSEs than one request may follow");
    std::vector<std::string> links(found->unknown.begin(), found->unknown.end());
    std::vector<Request> requests;
    for (const std::string& link : links) requests.push_back(retrieve_for(request_, link));
    ask_elsewhere(core_, alive_, std::move(requests), until_,
                  [self = shared_from_this(), links = std::move(links)](const AnswersElsewhere& answers) { self->take_linked(links, answers); });
  }

  void take_linked(const std::vector<std::string>& links, const AnswersElsewhere& answers) {
    if (answers.too_much) return fail(ResponseStatus::DiscoveryLimitExceeded, "smf: linked descriptors are longer than one request may hold");
    for (std::size_t i = 0; i < links.size(); ++i) {
      ResourcePtr& linked = known_[links[i]];
      if (!answers.answers[i]) continue;
      const std::string cse = cse_of(core_.options, links[i]);
      const std::vector<ResourcePtr> shown = descriptors_in(*answers.answers[i], cse);
      if (shown.size() != 1) continue;
      linked = shown.front();
      // A structured link tells the structured address of what is described.
      const std::size_t slash = links[i].rfind('/');
      if (!linked->parent.empty() && slash > cse.size()) structured_.emplace(linked->parent, links[i].substr(0, slash));
    }
    look();
  }

  /// What links led to belongs to the result if it fits and the originator may read it.
  void check_described(Described found) {
    std::vector<std::string> addresses(found.elsewhere.begin(), found.elsewhere.end());
    if (request_.filter_criteria.apply_relative_path) addresses.clear();  // what is below it is not known
    std::vector<Request> requests;
    for (const std::string& address : addresses) {
      Request asked = retrieve_for(request_, address);
      asked.filter_criteria = request_.filter_criteria;
      asked.filter_criteria.semantics_filters.clear();
      for (auto* of_a_list : {&asked.filter_criteria.limit, &asked.filter_criteria.offset, &asked.filter_criteria.level}) of_a_list->reset();
      asked.filter_criteria.filter_usage.reset();
      requests.push_back(std::move(asked));
    }
    auto here = std::make_shared<std::vector<ResourcePtr>>(std::move(found.here));
    for (const ResourcePtr& more : found_here_)
      if (std::ranges::find(*here, more->id, &Resource::id) == here->end()) here->push_back(more);
    ask_elsewhere(core_, alive_, std::move(requests), until_,
                  [self = shared_from_this(), here, addresses = std::move(addresses)](const AnswersElsewhere& answers) {
                    for (std::size_t i = 0; i < addresses.size(); ++i)
                      if (answers.answers.size() > i && answers.answers[i]) self->add_described(addresses[i], *answers.answers[i]);
                    self->answer(*here);
                  });
  }

  void add_described(const std::string& address, const Response& answer) {
    if (!onem2m::is_success(answer.status)) return;
    const Json content = answer.serialized_content ? Json::parse(*answer.serialized_content, nullptr, false) : answer.content;
    if (!content.is_object() || content.size() != 1) return;
    const Json& shown = *content.begin();
    const auto structured = structured_.find(address);
    const std::string listed = request_.desired_identifier_type == 2 || structured == structured_.end() ? address : structured->second;
    Json entry = listed;
    if (wants_references()) entry = {{"nm", member_of(shown, "rn")}, {"typ", member_of(shown, "ty")}, {"val", listed}};
    listed_.emplace(listed, std::move(entry));
  }

  void answer(const std::vector<ResourcePtr>& here) {
    const StoredInstances instances(core_.loop->store());
    ResultContent result = list_described(core_, snapshot_->tree, instances, now_, request_, here, listed_);
    Response response = make_response(ResponseStatus::Ok);
    response.content = std::move(result.content);
    if (result.next_offset) {
      response.content_status = 1;
      response.content_offset = result.next_offset;
    }
    done_(std::move(response));
  }

  CseCore& core_;
  const std::weak_ptr<char> alive_;  // of the CSE
  const SnapshotPtr snapshot_;
  const Request request_;
  const DiscoveryPlaces places_;
  const std::function<void(Result<Response>)> done_;
  const base::WallTime now_, until_;
  LinkedElsewhere known_;
  std::map<std::string, std::string> structured_;  // address of what is described -> its structured one
  std::vector<ResourcePtr> found_here_;            // by others
  Listed listed_;                                  // what others found
  std::size_t steps_ = 0;
};

}  // namespace

Result<ResultContent> discover_here(const CseCore& core, const Tree& tree, const InstanceSource& instances, base::WallTime now,
                                    const Request& request, const Tops& tops) {
  const auto found = find_described(core, tree, instances, now, request, tops, {});
  if (!found) return tl::unexpected(found.error());
  return list_described(core, tree, instances, now, request, found->here, {});
}

void discover_semantically(CseCore& core, std::weak_ptr<char> alive, SnapshotPtr snapshot, Request request, DiscoveryPlaces places,
                           std::function<void(Result<Response>)> done) {
  std::make_shared<Discovery>(core, std::move(alive), std::move(snapshot), std::move(request), std::move(places), std::move(done))->start();
}

}  // namespace edgecse::cse
