// SPDX-License-Identifier: Apache-2.0
#include "cse/announcement/held_answers.hpp"

#include "cse/target.hpp"

namespace edgecse::cse::announcement {
namespace {

// Longer than a peer that is there needs, short enough for who waits for the answer.
constexpr std::chrono::seconds kPatience{3};

/// The attributes that an answer shows; nullptr: none.
Json* attributes_in(onem2m::Response& response) {
  if (response.serialized_content) {
    response.content = Json::parse(*response.serialized_content, nullptr, false);
    response.serialized_content = nullptr;
  }
  if (!response.content.is_object() || response.content.size() != 1 || !response.content.begin()->is_object()) return nullptr;
  if (response.content.begin().key() != "m2m:rce") return &*response.content.begin();
  for (Json& part : *response.content.begin())
    if (part.is_object()) return &part;
  return nullptr;
}

}  // namespace

void HeldAnswers::expect(const onem2m::Request& request, const std::string& name, const std::string& resource) {
  std::lock_guard lock(mutex_);
  HeldPtr& held = caused_[&request];
  // The pointer is that of an earlier request whose answer took another way.
  if (held && held->request_identifier != request.request_identifier) held = nullptr;
  if (!held) {
    held = std::make_shared<Held>();
    held->request_identifier = request.request_identifier;
    held->resource = resource;
  }
  held->outstanding.insert(name);
  waiting_[name].push_back(held);
}

void HeldAnswers::settled(const std::string& name) {
  std::vector<HeldPtr> complete;
  {
    std::lock_guard lock(mutex_);
    const auto found = waiting_.find(name);
    if (found == waiting_.end()) return;
    for (const HeldPtr& held : found->second) {
      held->outstanding.erase(name);
      if (held->outstanding.empty() && held->done) complete.push_back(held);
    }
    waiting_.erase(found);
  }
  for (const HeldPtr& held : complete) give(held);
}

bool HeldAnswers::hold(const onem2m::Request& request, onem2m::Response& response, onem2m::ResponseCallback& done) {
  std::unique_lock lock(mutex_);
  const auto found = caused_.find(&request);
  if (found == caused_.end()) return false;
  const HeldPtr held = found->second;
  caused_.erase(found);
  if (held->request_identifier != request.request_identifier) return false;
  if (held->outstanding.empty()) {
    lock.unlock();
    show_announcements(response, held->resource);
    return false;
  }
  held->response = std::move(response);
  held->done = std::move(done);
  held->timer = core_.environment.executor.run_after(kPatience, [weak = weak_from_this(), held] {
    if (const auto self = weak.lock()) self->give(held);
  });
  return true;
}

void HeldAnswers::forget(const onem2m::Request& request) {
  std::lock_guard lock(mutex_);
  const auto found = caused_.find(&request);
  if (found == caused_.end()) return;
  for (const std::string& name : found->second->outstanding)
    if (const auto waiting = waiting_.find(name); waiting != waiting_.end()) {
      std::erase(waiting->second, found->second);
      if (waiting->second.empty()) waiting_.erase(waiting);
    }
  caused_.erase(found);
}

void HeldAnswers::give(const HeldPtr& held) {
  onem2m::ResponseCallback done;
  onem2m::Response response;
  {
    std::lock_guard lock(mutex_);
    if (!held->done) return;
    done = std::exchange(held->done, nullptr);
    response = std::move(held->response);
  }
  core_.environment.executor.cancel(held->timer);
  show_announcements(response, held->resource);
  done(std::move(response));
}

void HeldAnswers::show_announcements(onem2m::Response& response, const std::string& resource) const {
  Json* shown = attributes_in(response);
  if (shown == nullptr) return;
  Json now;
  if (const ResourcePtr present = core_.loop->snapshot()->tree.find(resource)) {
    now = present->attributes;
  } else {
    const auto [container, sequence] = split_instance_id(resource);
    const auto instance = StoredInstances(core_.loop->store()).instance(container, sequence);
    if (!instance || !*instance) return;  // deleted: the answer shows it as it was
    now = (*instance)->attributes();
  }
  for (const char* name : {"at", "aa"}) {
    if (const auto value = now.find(name); value != now.end()) {
      if (shown->contains(name) || shown->contains("ty") || std::string_view(name) == "at") (*shown)[name] = *value;
    } else {
      shown->erase(name);
    }
  }
}

}  // namespace edgecse::cse::announcement
