// SPDX-License-Identifier: Apache-2.0
#include "platform/notifier.hpp"

namespace edgecse::sandbox {

using std::chrono::milliseconds;

std::string type_of(const nlohmann::json& notification) {
  if (notification.contains("notificationType")) return notification.at("notificationType");
  if (notification.size() != 1) return "";
  const auto wrapper = notification.begin();  // MEC 013: {"zonalPresenceNotification": {...}}
  if (wrapper->contains("notificationType")) return wrapper->at("notificationType");
  auto name = wrapper.key();
  name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  return name;
}

void Notifier::send(Notification notification) {
  if (outside_.quirks == Quirks::AdvantEdge && !advantedge::adapt_notification(notification.body)) return;
  const auto subscription = notification.subscription;
  auto& queue = waiting_[subscription];
  queue.push_back({std::move(notification), 0, next_token_++});
  if (queue.size() == 1) start(subscription);
}

void Notifier::forget_host(const std::string& host) {
  std::erase_if(waiting_, [&](const auto& entry) {
    return entry.second.empty() || entry.second.front().notification.host == host;
  });
}

void Notifier::start(const std::string& subscription) {
  auto& waiting = waiting_[subscription].front();
  const auto token = waiting.token;
  auto* fault = fault_for(waiting.notification);
  if (!fault) return attempt(subscription, token);
  --fault->count;
  if (fault->drop) return finish(subscription, "notification_dropped", "told to drop it");
  outside_.executor.run_after(fault->delay, [this, subscription, token] { attempt(subscription, token); });
}

void Notifier::attempt(const std::string& subscription, std::uint64_t token) {
  auto* waiting = current(subscription, token);
  if (!waiting) return;
  ++waiting->attempts;
  net::HttpCall call;
  call.method = "POST";
  call.url = waiting->notification.callback;
  call.headers = {{"Content-Type", "application/json"}};
  call.body = waiting->notification.body.dump();
  call.timeout = milliseconds{5'000};
  outside_.client.send(std::move(call), [this, subscription, token](net::HttpResult result) {
    outside_.executor.post(
        [this, subscription, token, result = std::move(result)] { answered(subscription, token, result); });
  });
}

void Notifier::answered(const std::string& subscription, std::uint64_t token, const net::HttpResult& result) {
  auto* waiting = current(subscription, token);
  if (!waiting) return;
  if (result && result->status == 204) return finish(subscription, "notification_delivered", "");
  const auto why = result ? fmt::format("answered {}, expected 204", result->status) : result.error().detail;
  const int attempts = outside_.quirks == Quirks::AdvantEdge ? advantedge::kAttempts : kAttempts;
  if (waiting->attempts >= attempts) return finish(subscription, "notification_failed", why);
  const milliseconds pause{250 << (waiting->attempts - 1)};
  outside_.executor.run_after(pause, [this, subscription, token] { attempt(subscription, token); });
}

void Notifier::finish(const std::string& subscription, const char* event, const std::string& why) {
  auto& queue = waiting_[subscription];
  const auto& done = queue.front();
  nlohmann::json fields{{"host", done.notification.host},
                        {"type", type_of(done.notification.body)},
                        {"callback", done.notification.callback},
                        {"attempts", done.attempts}};
  if (!why.empty()) fields["why"] = why;
  queue.pop_front();
  outside_.events.tell(event, std::move(fields));
  if (queue.empty()) {
    waiting_.erase(subscription);
  } else {
    start(subscription);
  }
}

Notifier::Waiting* Notifier::current(const std::string& subscription, std::uint64_t token) {
  const auto queue = waiting_.find(subscription);
  if (queue == waiting_.end() || queue->second.empty() || queue->second.front().token != token) return nullptr;
  return &queue->second.front();
}

NotificationFault* Notifier::fault_for(const Notification& notification) {
  std::erase_if(faults_, [](const auto& fault) { return fault.count == 0; });
  for (auto& fault : faults_) {
    const bool host = fault.host.empty() || fault.host == notification.host;
    const bool type = fault.notification_type.empty() || fault.notification_type == type_of(notification.body);
    if (host && type) return &fault;
  }
  return nullptr;
}

}  // namespace edgecse::sandbox
