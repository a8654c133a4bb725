// SPDX-License-Identifier: Apache-2.0
#include "edge/data_subscriptions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/guarded_json.hpp"
#include "base/log.hpp"
#include "edge/data_notification.hpp"
#include "edge/http_rules.hpp"
#include "edge/subscription_body.hpp"
#include "onem2m/enumerations.hpp"

namespace edgecse::edge {
namespace {

constexpr std::string_view kRoom = "edge";
constexpr std::string_view kPrefix = "mec-";            // resourceName of the underlying <subscription>
constexpr std::string_view kFolder = "subscriptions";   // container below our AE

std::string last_segment(std::string_view address) { return std::string{address.substr(address.rfind('/') + 1)}; }

bool contains(const Json& list, const std::string& text) {
  return std::any_of(list.begin(), list.end(), [&](const Json& entry) { return entry == text; });
}

bool is_of_data(const Json& document) { return document["subscriptionType"] == kDataChange; }

/// Whether labels and service of the criteria are among the labels of any of these.
bool carries(const Json& criteria, std::initializer_list<const std::vector<std::string>*> lists) {
  const auto has = [&](const std::string& label) {
    return std::any_of(lists.begin(), lists.end(), [&](const auto* list) { return std::find(list->begin(), list->end(), label) != list->end(); });
  };
  if (criteria.contains("service") && !has("mec:service=" + criteria["service"].get<std::string>())) return false;
  const Json labels = criteria.value("labels", Json::array());
  return std::all_of(labels.begin(), labels.end(), [&](const Json& label) { return has(label.get<std::string>()); });
}

net::HttpResponse no_such(const std::string& id) { return problem(404, "no such subscription: " + id); }

}  // namespace

DataSubscriptions::DataSubscriptions(DataSubscriptionOptions options, const DataSubscriptionEnvironment& environment)
    : options_(std::move(options)), env_(environment) {}

DataSubscriptions::~DataSubscriptions() = default;

std::string DataSubscriptions::resource_of(const Subscription& subscription) const {
  return fmt::format("{}/{}/{}", options_.own_address, kFolder, subscription.id);
}

void DataSubscriptions::start() {
  const Json folder = {{"m2m:cnt", {{"rn", kFolder}, {"mni", 0}}}};
  env_.own.create(options_.own_address, onem2m::type::kContainer, folder, {}, [this](const onem2m::Result<Json>&) {
    onem2m::FilterCriteria criteria;
    criteria.resource_types = {onem2m::type::kContainer};
    criteria.level = 1;
    env_.own.discover(fmt::format("{}/{}", options_.own_address, kFolder), criteria,
                      [this](const onem2m::Result<std::vector<std::string>>& addresses) {
                        for (const auto& address : addresses.value_or(std::vector<std::string>{})) load(address);
                      });
  });
}

void DataSubscriptions::load(const std::string& address) {
  env_.own.retrieve(address + "/la", [this, address](const onem2m::Result<Json>& instance) {
    if (!instance) return;
    const auto kept = base::parse_guarded_json(text_of(*instance, "con"));
    if (!kept || !kept->is_object() || !kept->contains("document") || !check_subscription((*kept)["document"]).empty()) return;
    auto subscription = std::make_shared<Subscription>();
    subscription->id = last_segment(address);
    subscription->document = (*kept)["document"];
    if (!subscription->document.contains("subscriptionType")) subscription->document["subscriptionType"] = kDataChange;
    subscription->view = env_.views.of(kept->value("originator", options_.originator));
    if (subscription->view == nullptr) return;
    subscription->reserved = subscription->next_sequence = kept->value("reserved", std::uint64_t{1});
    for (const auto& id : texts_of(*kept, "underlying")) subscription->underlying.insert(id);
    for (const auto& id : texts_of(*kept, "targets")) subscription->targets.insert(id);
    const Json told = kept->value("told", Json::object());
    for (const auto& [device, owner] : told.items())
      if (owner.is_string()) subscription->told[device] = owner.get<std::string>();
    subscription->known = subscription->told;
    subscriptions_.try_emplace(subscription->id, subscription);
  });
}

void DataSubscriptions::save(const SubscriptionPtr& subscription, std::function<void(onem2m::Result<Json>)> done) {
  const Json kept = {{"document", subscription->document},
                     {"originator", subscription->view->requester.originator()},
                     {"reserved", subscription->reserved},
                     {"underlying", subscription->underlying},
                     {"targets", subscription->targets},
                     {"told", subscription->told}};
  const Json instance = {{"m2m:cin", {{"con", base::print_json(kept)}, {"cnf", "application/json:0"}}}};
  env_.own.create(resource_of(*subscription), onem2m::type::kContentInstance, instance, {}, std::move(done));
}

void DataSubscriptions::devices_read() {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(env_.clock.wall_now().time_since_epoch()).count();
  const auto present = subscriptions_;
  for (const auto& [id, subscription] : present) {
    const auto deadline = subscription->document.find("expiryDeadline");
    const bool over = deadline != subscription->document.end() && (*deadline)["seconds"].get<std::int64_t>() <= now;
    if (over) expire(subscription);
    else look(subscription);
  }
}

void DataSubscriptions::look(const SubscriptionPtr& subscription) {
  subscription->view->catalog.renew(std::chrono::seconds{2}, [this, subscription] {
    if (subscription->removed) return;
    if (is_of_data(subscription->document)) attach_all(subscription);
    else compare_owners(subscription);
  });
}

bool DataSubscriptions::matches(const Subscription& subscription, const DataEntry& entry) const {
  const auto* ae = subscription.view->catalog.device_of(entry);
  if (ae == nullptr) return false;
  const Json criteria = subscription.document.value("filterCriteria", Json::object());
  if (criteria.contains("deviceId") && !contains(criteria["deviceId"], entry.device_id)) return false;
  if (criteria.contains("dataId") && !contains(criteria["dataId"], entry.data_id)) return false;
  return carries(criteria, {&entry.labels, &ae->labels});
}

bool DataSubscriptions::matches(const Subscription& subscription, const TrackedAe& ae) const {
  const Json criteria = subscription.document.value("filterCriteria", Json::object());
  if (criteria.contains("deviceId") && !contains(criteria["deviceId"], ae.ae_id)) return false;
  return carries(criteria, {&ae.labels});
}

void DataSubscriptions::attach_all(const SubscriptionPtr& subscription) {
  for (const auto& [id, entry] : subscription->view->catalog.entries()) {
    const auto* ae = subscription->view->catalog.device_of(entry);
    const bool here = ae != nullptr && ae->moved_to.empty();
    if (here && !subscription->targets.contains(id) && matches(*subscription, entry)) attach(subscription, entry);
  }
}

void DataSubscriptions::attach(const SubscriptionPtr& subscription, const DataEntry& entry) {
  const Json resource = {{"m2m:sub",
                          {{"rn", std::string{kPrefix} + subscription->id},
                           {"nu", {options_.own_target}},
                           {"enc", {{"net", {static_cast<int>(new_value_event(entry.kind))}}}},
                           {"nct", 1}}}};
  subscription->targets.insert(entry.data_id);
  subscription->view->requester.create(entry.address, onem2m::type::kSubscription, resource, {}, [this, subscription, entry](
                                                                                                   const onem2m::Result<Json>& made) {
    if (subscription->removed) return;
    if (made) {
      subscription->underlying.insert(text_of(*made, "ri"));
      return save(subscription, [](const auto&) {});
    }
    if (made.error().status == onem2m::ResponseStatus::Conflict) return;  // it stands since an earlier life
    subscription->targets.erase(entry.data_id);
    base::log::warning(kRoom, "data cannot be subscribed to", {{"data", entry.address}, {"detail", made.error().detail}});
  });
}

void DataSubscriptions::detach_all(const SubscriptionPtr& subscription) {
  const std::string name = std::string{kPrefix} + subscription->id;
  for (const auto& [id, entry] : subscription->view->catalog.entries()) {
    if (subscription->targets.contains(id)) subscription->view->requester.remove(entry.address + "/" + name, [](const auto&) {});
  }
  subscription->targets.clear();
  subscription->underlying.clear();
}

DataSubscriptions::SubscriptionPtr DataSubscriptions::find(const std::string& originator, const std::string& id) const {
  const auto found = subscriptions_.find(id);
  const bool its_own = found != subscriptions_.end() && found->second->view->requester.originator() == originator;
  return its_own ? found->second : nullptr;
}

DataSubscriptions::SubscriptionPtr DataSubscriptions::find_by_reference(const std::string& reference) const {
  const std::string segment = last_segment(reference);
  if (segment.starts_with(kPrefix)) {
    const auto found = subscriptions_.find(segment.substr(kPrefix.size()));
    if (found != subscriptions_.end()) return found->second;
  }
  for (const auto& [id, subscription] : subscriptions_) {
    if (subscription->underlying.contains(segment)) return subscription;
  }
  return nullptr;
}

void DataSubscriptions::on_notify(const onem2m::Request& request, onem2m::ResponseCallback done) {
  const auto refuse = [&](onem2m::ResponseStatus status) { done(answer_to(request, status)); };
  if (!request.content.is_object() || !request.content.contains("m2m:sgn")) return refuse(onem2m::ResponseStatus::BadRequest);
  const auto subscription = find_by_reference(text_of(request.content["m2m:sgn"], "sur"));
  if (!subscription) return refuse(onem2m::ResponseStatus::NotFound);
  const auto notified = read_notification(request);
  if (!notified) return refuse(onem2m::ResponseStatus::Ok);
  const auto event = std::make_shared<Event>();
  event->data_id = notified->data_id;
  event->sequence = notified->sequence;
  event->document = notified->value;
  event->document["dataId"] = event->data_id;
  const auto& entries = subscription->view->catalog.entries();
  if (const auto entry = entries.find(event->data_id); entry != entries.end()) event->document["deviceId"] = entry->second.device_id;
  event->since = env_.clock.monotonic_now();
  if (event->sequence != 0 && event->sequence <= subscription->delivered[event->data_id]) return refuse(onem2m::ResponseStatus::Ok);
  auto finish = [done, answer = answer_to(request, onem2m::ResponseStatus::Ok)](const onem2m::Response& outcome) mutable {
    answer.status = outcome.status;
    done(answer);
  };
  for (auto& queued : subscription->queue) {  // repeated by a CSE that lost patience
    if (queued->data_id != event->data_id || queued->sequence != event->sequence || event->sequence == 0) continue;
    queued->waiting.push_back(std::move(finish));
    return;
  }
  event->waiting.push_back(std::move(finish));
  subscription->queue.push_back(event);
  deliver(subscription);
}

Json DataSubscriptions::link_of(const Subscription& subscription) const {
  return {{"subscription", {{"href", options_.root + "/subscriptions/" + subscription.id}}}};
}

net::HttpResponse DataSubscriptions::shown(int status, const Subscription& subscription) const {
  Json document = subscription.document;
  document["_links"] = {{"self", {{"href", options_.root + "/subscriptions/" + subscription.id}}}};
  auto response = json_response(status, document);
  response.headers.add("ETag", entity_tag(document));
  return response;
}

net::HttpResponse DataSubscriptions::list(const std::string& originator) const {
  Json links = Json::array();
  for (const auto& [id, subscription] : subscriptions_) {
    if (subscription->view->requester.originator() != originator) continue;
    links.push_back({{"href", options_.root + "/subscriptions/" + id}, {"subscriptionType", subscription->document["subscriptionType"]}});
  }
  return json_response(200, {{"_links", {{"self", {{"href", options_.root + "/subscriptions"}}}, {"subscription", links}}}});
}

net::HttpResponse DataSubscriptions::show(const std::string& originator, const std::string& id) const {
  const auto found = find(originator, id);
  return found ? shown(200, *found) : no_such(id);
}

void DataSubscriptions::create(DataView& view, const net::HttpRequest& request, Respond respond) {
  auto body = read_subscription(request);
  if (!body) return respond(std::move(body.error()));
  if (subscriptions_.size() >= options_.maximum) return respond(problem(429, "no more subscriptions are taken at the moment"));
  auto subscription = std::make_shared<Subscription>();
  subscription->id = env_.random.hex(8);
  subscription->view = &view;
  subscription->document = std::move(*body);
  const bool test = subscription->document.value("requestTestNotification", false);
  const Json container = {{"m2m:cnt", {{"rn", subscription->id}, {"mni", 1}}}};
  const auto kept = [this, subscription, test, respond](const onem2m::Result<Json>& done) {
    if (!done) return respond(problem(done.error()));
    subscriptions_[subscription->id] = subscription;
    auto response = shown(201, *subscription);
    response.headers.add("Location", options_.root + "/subscriptions/" + subscription->id);
    respond(std::move(response));
    if (test) post(*subscription, {{"notificationType", "TestNotification"}, {"_links", link_of(*subscription)}}, [](const auto&) {});
    look(subscription);
  };
  // What is there already must be known before the answer: a move right after it is told.
  view.catalog.renew(std::chrono::milliseconds{0}, [this, subscription, container, kept, respond] {
    if (!is_of_data(subscription->document)) compare_owners(subscription);
    env_.own.create(fmt::format("{}/{}", options_.own_address, kFolder), onem2m::type::kContainer, container, {},
                    [this, subscription, kept, respond](const onem2m::Result<Json>& made) {
                      if (!made) return respond(problem(made.error()));
                      save(subscription, kept);
                    });
  });
}

void DataSubscriptions::replace(const std::string& originator, const std::string& id, const net::HttpRequest& request, Respond respond) {
  const auto subscription = find(originator, id);
  if (!subscription) return respond(no_such(id));
  auto body = read_subscription(request);
  if (!body) return respond(std::move(body.error()));
  if ((*body)["subscriptionType"] != subscription->document["subscriptionType"])
    return respond(problem(400, "subscriptionType cannot be changed"));
  const Json before = std::exchange(subscription->document, *body);
  save(subscription, [this, subscription, before, now = *body, respond = std::move(respond)](const onem2m::Result<Json>& kept) {
    if (!kept) {
      if (subscription->document == now) subscription->document = before;
      return respond(problem(kept.error()));
    }
    if (subscription->removed) return respond(no_such(subscription->id));
    if (before.value("filterCriteria", Json{}) != subscription->document.value("filterCriteria", Json{})) detach_all(subscription);
    respond(shown(200, *subscription));
    look(subscription);
  });
}

void DataSubscriptions::remove(const std::string& originator, const std::string& id, Respond respond) {
  const auto subscription = find(originator, id);
  if (!subscription) return respond(no_such(id));
  // Nobody finds it from here on: what would still be written for it would find its resource gone.
  subscription->removed = true;
  subscriptions_.erase(id);
  env_.own.remove(resource_of(*subscription), [this, subscription, respond = std::move(respond)](const onem2m::Result<void>& result) {
    if (!result && result.error().status != onem2m::ResponseStatus::NotFound) {
      subscription->removed = false;
      subscriptions_.emplace(subscription->id, subscription);
      return respond(problem(result.error()));
    }
    detach_all(subscription);
    give_back(subscription);
    net::HttpResponse gone;
    gone.status = 204;
    respond(std::move(gone));
  });
}

void DataSubscriptions::expire(const SubscriptionPtr& subscription) {
  const Json deadline = subscription->document["expiryDeadline"];
  subscription->document.erase("expiryDeadline");  // once
  post(*subscription,
       {{"notificationType", "ExpiryNotification"}, {"expiryDeadline", deadline}, {"_links", link_of(*subscription)}},
       [](const auto&) {});
  remove(subscription->view->requester.originator(), subscription->id, [](const auto&) {});
}

}  // namespace edgecse::edge
