// SPDX-License-Identifier: Apache-2.0
#include "edge/data_subscriptions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/guarded_json.hpp"
#include "base/log.hpp"
#include "edge/data_value.hpp"
#include "onem2m/enumerations.hpp"

namespace edgecse::edge {
namespace {

constexpr std::string_view kRoom = "edge";
constexpr std::string_view kPrefix = "mec-";            // resourceName of the underlying <subscription>
constexpr std::string_view kFolder = "subscriptions";   // container below our AE
constexpr std::uint64_t kSequencesAtOnce = 1'000;       // reserved durably before they are used
constexpr std::size_t kMaximumBodyBytes = 64 * 1024;

std::string last_segment(std::string_view address) { return std::string{address.substr(address.rfind('/') + 1)}; }

std::string check_strings(const Json& value, std::string_view name) {
  if (!value.is_array() || value.empty() || value.size() > 1'000) return fmt::format("{} must be a list of 1 to 1000 texts", name);
  for (const auto& entry : value) {
    if (!entry.is_string()) return fmt::format("{} must hold texts only", name);
  }
  return {};
}

std::string check_deadline(const Json& value) {
  const auto fits = [&value](const char* member) {
    return value[member].is_number_unsigned() && value[member] <= std::numeric_limits<std::uint32_t>::max();
  };
  const bool good = value.is_object() && value.contains("seconds") && fits("seconds") &&
                    (!value.contains("nanoSeconds") || fits("nanoSeconds"));
  return good ? "" : "expiryDeadline must be {seconds, nanoSeconds}, whole numbers of 32 bits";
}

/// Empty when the body is a DataChangeSubscription; else the sentence for the application.
std::string check_body(const Json& body) {
  if (!body.is_object()) return "the body must be a DataChangeSubscription";
  std::string fault;
  for (const auto& [name, value] : body.items()) {
    if (name == "subscriptionType") {
      if (value != "DataChangeSubscription") fault = "subscriptionType must be DataChangeSubscription";
    } else if (name == "callbackReference") {
      const bool good = value.is_string() && (value.get_ref<const std::string&>().starts_with("http://") ||
                                              value.get_ref<const std::string&>().starts_with("https://"));
      if (!good) fault = "callbackReference must be an http or https URL";
    } else if (name == "filterCriteria") {
      if (!value.is_object()) fault = "filterCriteria must be an object";
      for (const auto& [key, list] : value.items()) {
        if (!fault.empty()) break;
        if (key == "deviceId" || key == "dataId" || key == "labels") fault = check_strings(list, key);
        else if (key != "service" || !list.is_string()) fault = "unknown filter " + key;
      }
    } else if (name == "expiryDeadline") {
      fault = check_deadline(value);
    } else if (name == "requestTestNotification") {
      if (!value.is_boolean()) fault = "requestTestNotification must be true or false";
    } else if (name != "_links") {
      fault = "unknown member " + name;
    }
    if (!fault.empty()) return fault;
  }
  return body.contains("callbackReference") ? "" : "callbackReference is missing";
}

base::Result<Json, net::HttpResponse> read_body(const net::HttpRequest& request) {
  if (request.body.size() > kMaximumBodyBytes) return tl::unexpected(problem(413, "a subscription has at most 64 KiB"));
  if (const auto type = request.headers.find("Content-Type"); type && !type->starts_with("application/json")) {
    return tl::unexpected(problem(415, "application/json is expected"));
  }
  auto body = base::parse_guarded_json(request.body);
  if (!body) return tl::unexpected(problem(400, body.error()));
  if (auto fault = check_body(*body); !fault.empty()) return tl::unexpected(problem(400, fault));
  body->erase("_links");
  (*body)["subscriptionType"] = "DataChangeSubscription";
  return std::move(*body);
}

bool contains(const Json& list, const std::string& text) {
  return std::any_of(list.begin(), list.end(), [&](const Json& entry) { return entry == text; });
}

/// Which event brings a new value.
onem2m::NotificationEventType tells_of(DataKind kind) {
  return kind == DataKind::FlexContainer ? onem2m::NotificationEventType::UpdateOfResource
                                         : onem2m::NotificationEventType::CreateOfDirectChild;
}

onem2m::Response answer_to(const onem2m::Request& request, onem2m::ResponseStatus status) {
  onem2m::Response response;
  response.status = status;
  response.request_identifier = request.request_identifier;
  response.release_version = request.release_version;
  return response;
}

}  // namespace

DataSubscriptions::DataSubscriptions(DataSubscriptionOptions options, Requester& requester, DataCatalog& catalog,
                                     net::HttpClient& client, base::Executor& executor, const base::Clock& clock,
                                     base::Random& random)
    : options_(std::move(options)),
      requester_(requester),
      catalog_(catalog),
      client_(client),
      executor_(executor),
      clock_(clock),
      random_(random) {}

DataSubscriptions::~DataSubscriptions() = default;

std::string DataSubscriptions::resource_of(const Subscription& subscription) const {
  return fmt::format("{}/{}/{}", options_.own_address, kFolder, subscription.id);
}

void DataSubscriptions::start() {
  const Json folder = {{"m2m:cnt", {{"rn", kFolder}, {"mni", 0}}}};
  requester_.create(options_.own_address, onem2m::type::kContainer, folder, options_.own_stem, [this](const onem2m::Result<Json>&) {
    onem2m::FilterCriteria criteria;
    criteria.resource_types = {onem2m::type::kContainer};
    criteria.level = 1;
    requester_.discover(fmt::format("{}/{}", options_.own_address, kFolder), criteria,
                        [this](const onem2m::Result<std::vector<std::string>>& addresses) {
                          for (const auto& address : addresses.value_or(std::vector<std::string>{})) load(address);
                        });
  });
}

void DataSubscriptions::load(const std::string& address) {
  requester_.retrieve(address + "/la", [this, address](const onem2m::Result<Json>& instance) {
    if (!instance) return;
    const auto kept = base::parse_guarded_json(text_of(*instance, "con"));
    if (!kept || !kept->is_object() || !kept->contains("document") || !check_body((*kept)["document"]).empty()) return;
    auto subscription = std::make_shared<Subscription>();
    subscription->id = last_segment(address);
    subscription->document = (*kept)["document"];
    subscription->reserved = subscription->next_sequence = kept->value("reserved", std::uint64_t{1});
    for (const auto& id : texts_of(*kept, "underlying")) subscription->underlying.insert(id);
    for (const auto& id : texts_of(*kept, "targets")) subscription->targets.insert(id);
    subscriptions_.try_emplace(subscription->id, subscription);
  });
}

void DataSubscriptions::save(const SubscriptionPtr& subscription, std::function<void(onem2m::Result<Json>)> done) {
  const Json kept = {{"document", subscription->document},
                     {"reserved", subscription->reserved},
                     {"underlying", subscription->underlying},
                     {"targets", subscription->targets}};
  const Json instance = {{"m2m:cin", {{"con", base::print_json(kept)}, {"cnf", "application/json:0"}}}};
  requester_.create(resource_of(*subscription), onem2m::type::kContentInstance, instance, options_.own_stem, std::move(done));
}

void DataSubscriptions::devices_read() {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(clock_.wall_now().time_since_epoch()).count();
  const auto present = subscriptions_;
  for (const auto& [id, subscription] : present) {
    const auto deadline = subscription->document.find("expiryDeadline");
    const bool over = deadline != subscription->document.end() && (*deadline)["seconds"].get<std::int64_t>() <= now;
    if (over) expire(subscription);
  }
  if (subscriptions_.empty()) return;
  catalog_.renew(std::chrono::seconds{2}, [this] {
    for (const auto& [id, subscription] : subscriptions_) attach_all(subscription);
  });
}

bool DataSubscriptions::matches(const Subscription& subscription, const DataEntry& entry) const {
  const auto* ae = catalog_.device_of(entry);
  if (ae == nullptr) return false;
  const Json criteria = subscription.document.value("filterCriteria", Json::object());
  if (criteria.contains("deviceId") && !contains(criteria["deviceId"], entry.device_id)) return false;
  if (criteria.contains("dataId") && !contains(criteria["dataId"], entry.data_id)) return false;
  const auto has = [&](const std::string& label) {
    return std::find(entry.labels.begin(), entry.labels.end(), label) != entry.labels.end() ||
           std::find(ae->labels.begin(), ae->labels.end(), label) != ae->labels.end();
  };
  if (criteria.contains("service") && !has("mec:service=" + criteria["service"].get<std::string>())) return false;
  const Json labels = criteria.value("labels", Json::array());
  return std::all_of(labels.begin(), labels.end(), [&](const Json& label) { return has(label.get<std::string>()); });
}

void DataSubscriptions::attach_all(const SubscriptionPtr& subscription) {
  for (const auto& [id, entry] : catalog_.entries()) {
    const auto* ae = catalog_.device_of(entry);
    const bool here = ae != nullptr && ae->moved_to.empty();
    if (here && !subscription->targets.contains(id) && matches(*subscription, entry)) attach(subscription, entry);
  }
}

void DataSubscriptions::attach(const SubscriptionPtr& subscription, const DataEntry& entry) {
  const std::string name = std::string{kPrefix} + subscription->id;
  const Json resource = {{"m2m:sub",
                          {{"rn", name},
                           {"nu", {options_.own_target}},
                           {"enc", {{"net", {static_cast<int>(tells_of(entry.kind))}}}},
                           {"nct", 1}}}};
  subscription->targets.insert(entry.data_id);
  requester_.create(entry.address, onem2m::type::kSubscription, resource, {}, [this, subscription, entry, name](
                                                                                 const onem2m::Result<Json>& made) {
    if (subscription->removed) return;
    if (made) {
      subscription->underlying.insert(text_of(*made, "ri"));
      return save(subscription, [](const auto&) {});
    }
    if (made.error().status == onem2m::ResponseStatus::Conflict) return;  // it stands since an earlier life
    subscription->targets.erase(entry.data_id);
    base::log::warning(kRoom, "data cannot be subscribed to",
                       {{"data", entry.address}, {"detail", made.error().detail}});
  });
}

void DataSubscriptions::detach_all(const SubscriptionPtr& subscription) {
  const std::string name = std::string{kPrefix} + subscription->id;
  for (const auto& [id, entry] : catalog_.entries()) {
    if (subscription->targets.contains(id)) requester_.remove(entry.address + "/" + name, [](const auto&) {});
  }
  subscription->targets.clear();
  subscription->underlying.clear();
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
  const Json& notification = request.content["m2m:sgn"];
  const auto subscription = find_by_reference(text_of(notification, "sur"));
  if (!subscription) return refuse(onem2m::ResponseStatus::NotFound);
  if (notification.is_object() && notification.value("sud", false)) return refuse(onem2m::ResponseStatus::Ok);
  if (!notification.contains("nev") || !notification["nev"].is_object() || !notification["nev"].contains("rep")) {
    return refuse(onem2m::ResponseStatus::Ok);
  }
  const Json& representation = notification["nev"]["rep"];
  if (!representation.is_object() || representation.size() != 1) return refuse(onem2m::ResponseStatus::Ok);
  const std::string& member = representation.begin().key();
  const Json& instance = representation.begin().value();
  const bool has_instances = member == "m2m:cin" || member == "m2m:tsi";
  const DataKind kind = has_instances ? DataKind::Container : DataKind::FlexContainer;
  // Other children of a container are no values.
  if (!instance.is_object() || (!has_instances && instance.value("ty", 0) != onem2m::type::kFlexContainer))
    return refuse(onem2m::ResponseStatus::Ok);
  Event event;
  event.data_id = text_of(instance, has_instances ? "pi" : "ri");
  event.sequence = sequence_of(kind, instance);
  event.document = value_of(kind, instance);
  event.document["dataId"] = event.data_id;
  if (const auto entry = catalog_.entries().find(event.data_id); entry != catalog_.entries().end()) {
    event.document["deviceId"] = entry->second.device_id;
  }
  event.since = clock_.monotonic_now();
  if (event.sequence != 0 && event.sequence <= subscription->delivered[event.data_id]) return refuse(onem2m::ResponseStatus::Ok);
  auto finish = [done, answer = answer_to(request, onem2m::ResponseStatus::Ok)](const onem2m::Response& outcome) mutable {
    answer.status = outcome.status;
    done(answer);
  };
  for (auto& queued : subscription->queue) {  // repeated by a CSE that lost patience
    if (queued.data_id != event.data_id || queued.sequence != event.sequence || event.sequence == 0) continue;
    queued.waiting.push_back(std::move(finish));
    return;
  }
  event.waiting.push_back(std::move(finish));
  subscription->queue.push_back(std::move(event));
  deliver(subscription);
}

void DataSubscriptions::deliver(const SubscriptionPtr& subscription) {
  if (subscription->sending || subscription->queue.empty() || subscription->removed) return;
  if (clock_.monotonic_now() < subscription->retry_at) return;
  subscription->sending = true;
  if (subscription->next_sequence >= subscription->reserved) {
    subscription->reserved = subscription->next_sequence + kSequencesAtOnce;
    return save(subscription, [this, subscription](const onem2m::Result<Json>& kept) {
      subscription->sending = false;
      if (!kept) {
        subscription->reserved = subscription->next_sequence;
        subscription->retry_at = clock_.monotonic_now() + options_.first_retry;
        return give_back(subscription);
      }
      deliver(subscription);
    });
  }
  const auto count = std::min(options_.events_per_callback, subscription->queue.size());
  Json events = Json::array();
  for (std::size_t i = 0; i < count; ++i) events.push_back(subscription->queue[i].document);
  const Json body = {{"notificationType", "DataChangeNotification"},
                     {"sequence", subscription->next_sequence},
                     {"events", std::move(events)},
                     {"_links", link_of(*subscription)}};
  post(*subscription, body, [this, subscription, count](const net::HttpResult& result) { delivered(subscription, count, result); });
}

void DataSubscriptions::delivered(const SubscriptionPtr& subscription, std::size_t count, const net::HttpResult& result) {
  subscription->sending = false;
  if (result && result->status / 100 == 2) {
    ++subscription->next_sequence;
    subscription->failures = 0;
    subscription->retry_at = {};
    for (std::size_t i = 0; i < count && !subscription->queue.empty(); ++i) {
      Event event = std::move(subscription->queue.front());
      subscription->queue.pop_front();
      auto& newest = subscription->delivered[event.data_id];
      newest = std::max(newest, event.sequence);
      onem2m::Response good;
      for (const auto& waiting : event.waiting) waiting(good);
    }
    return deliver(subscription);
  }
  const auto delay = std::min<base::Duration>(std::chrono::seconds{10}, options_.first_retry * (1 << std::min(subscription->failures, 6)));
  ++subscription->failures;
  subscription->retry_at = clock_.monotonic_now() + delay;
  give_back(subscription);
  executor_.run_after(delay, [this, alive = std::weak_ptr<bool>(alive_), subscription] {
    if (!alive.expired()) deliver(subscription);
  });
}

void DataSubscriptions::give_back(const SubscriptionPtr& subscription) {
  // Whoever notified keeps what we could not deliver and comes again; in order, since each waits for its answer.
  const auto now = clock_.monotonic_now();
  onem2m::Response later;
  later.status = onem2m::ResponseStatus::TargetNotReachable;
  std::deque<Event> kept;
  for (auto& event : subscription->queue) {
    if (now - event.since < options_.give_back_after && !subscription->removed) {
      kept.push_back(std::move(event));
      continue;
    }
    for (const auto& waiting : event.waiting) waiting(later);
  }
  subscription->queue = std::move(kept);
}

void DataSubscriptions::post(const Subscription& subscription, const Json& body, std::function<void(net::HttpResult)> done) {
  net::HttpCall call;
  call.method = "POST";
  call.url = subscription.document["callbackReference"].get<std::string>();
  call.headers.add("Content-Type", "application/json");
  call.body = base::print_json(body);
  call.timeout = options_.callback_timeout;
  client_.send(std::move(call), [&executor = executor_, alive = std::weak_ptr<bool>(alive_),
                                 done = std::move(done)](net::HttpResult result) {
    executor.post([alive, done, result = std::move(result)] {
      if (!alive.expired()) done(result);
    });
  });
}

Json DataSubscriptions::link_of(const Subscription& subscription) const {
  return {{"subscription", {{"href", options_.root + "/subscriptions/" + subscription.id}}}};
}

Json DataSubscriptions::shown(const Subscription& subscription) const {
  Json document = subscription.document;
  document["_links"] = {{"self", {{"href", options_.root + "/subscriptions/" + subscription.id}}}};
  return document;
}

net::HttpResponse DataSubscriptions::list() const {
  Json links = Json::array();
  for (const auto& [id, subscription] : subscriptions_) {
    links.push_back({{"href", options_.root + "/subscriptions/" + id}, {"subscriptionType", "DataChangeSubscription"}});
  }
  return json_response(200, {{"_links", {{"self", {{"href", options_.root + "/subscriptions"}}}, {"subscription", links}}}});
}

net::HttpResponse DataSubscriptions::show(const std::string& id) const {
  const auto found = subscriptions_.find(id);
  return found == subscriptions_.end() ? problem(404, "no such subscription: " + id) : json_response(200, shown(*found->second));
}

void DataSubscriptions::create(const net::HttpRequest& request, Respond respond) {
  auto body = read_body(request);
  if (!body) return respond(std::move(body.error()));
  if (subscriptions_.size() >= options_.maximum) return respond(problem(429, "no more subscriptions are taken at the moment"));
  auto subscription = std::make_shared<Subscription>();
  subscription->id = random_.hex(8);
  subscription->document = std::move(*body);
  const bool test = subscription->document.value("requestTestNotification", false);
  const Json container = {{"m2m:cnt", {{"rn", subscription->id}, {"mni", 1}}}};
  requester_.create(fmt::format("{}/{}", options_.own_address, kFolder), onem2m::type::kContainer, container, options_.own_stem,
                    [this, subscription, test, respond = std::move(respond)](const onem2m::Result<Json>& made) {
                      if (!made) return respond(problem(made.error()));
                      save(subscription, [this, subscription, test, respond](const onem2m::Result<Json>& kept) {
                        if (!kept) return respond(problem(kept.error()));
                        subscriptions_[subscription->id] = subscription;
                        auto response = json_response(201, shown(*subscription));
                        response.headers.add("Location", options_.root + "/subscriptions/" + subscription->id);
                        respond(std::move(response));
                        if (test) {
                          post(*subscription, {{"notificationType", "TestNotification"}, {"_links", link_of(*subscription)}},
                               [](const auto&) {});
                        }
                        catalog_.renew(std::chrono::milliseconds{0}, [this, subscription] { attach_all(subscription); });
                      });
                    });
}

void DataSubscriptions::replace(const std::string& id, const net::HttpRequest& request, Respond respond) {
  const auto found = subscriptions_.find(id);
  if (found == subscriptions_.end()) return respond(problem(404, "no such subscription: " + id));
  auto body = read_body(request);
  if (!body) return respond(std::move(body.error()));
  const auto subscription = found->second;
  const Json before = std::exchange(subscription->document, *body);
  save(subscription, [this, subscription, before, now = *body, respond = std::move(respond)](const onem2m::Result<Json>& kept) {
    if (!kept) {
      if (subscription->document == now) subscription->document = before;
      return respond(problem(kept.error()));
    }
    if (subscription->removed) return respond(problem(404, "no such subscription: " + subscription->id));
    if (before.value("filterCriteria", Json{}) != subscription->document.value("filterCriteria", Json{})) detach_all(subscription);
    respond(json_response(200, shown(*subscription)));
    catalog_.renew(std::chrono::milliseconds{0}, [this, subscription] { attach_all(subscription); });
  });
}

void DataSubscriptions::remove(const std::string& id, Respond respond) {
  const auto found = subscriptions_.find(id);
  if (found == subscriptions_.end()) return respond(problem(404, "no such subscription: " + id));
  const auto subscription = found->second;
  // Nobody finds it from here on: what would still be written for it would find its resource gone.
  subscription->removed = true;
  subscriptions_.erase(found);
  onem2m::Request request;
  request.operation = onem2m::Operation::Delete;
  request.to = resource_of(*subscription);
  request.from = options_.own_stem;
  requester_.send(std::move(request), [this, subscription, respond = std::move(respond)](const onem2m::Response& response) {
    const bool done = onem2m::is_success(response.status) || response.status == onem2m::ResponseStatus::NotFound;
    if (!done) {
      subscription->removed = false;
      subscriptions_.emplace(subscription->id, subscription);
      return respond(problem(error_of(response)));
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
       {{"notificationType", "ExpiryNotification"},
        {"expiryDeadline", deadline},
        {"_links", link_of(*subscription)}},
       [](const auto&) {});
  remove(subscription->id, [](const auto&) {});
}

}  // namespace edgecse::edge
