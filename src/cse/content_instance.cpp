// SPDX-License-Identifier: Apache-2.0
//
// contentInstance in its container: CREATE with eviction, DELETE. TS-0004 7.4.6, 7.4.7. The path that is measured.
#include <algorithm>

#include "cse/announcement/announcement.hpp"
#include "cse/announcement/withdrawal.hpp"
#include "cse/procedures.hpp"
#include "cse/rows.hpp"
#include "cse/time_series/generation_time.hpp"
#include "onem2m/json_codec.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse {

using onem2m::refuse;
using onem2m::Response;
using onem2m::ResponseStatus;
using onem2m::Result;

namespace {

constexpr std::int64_t kMicroseconds = 1'000'000;
constexpr std::size_t kMostEvicted = 500;  // by one change: the loop stays free

// The name that the Originator chose, or the given one; a chosen one gets a row that finds it.
Result<std::string> choose_name(Transaction& transaction, const Resource& container, std::uint64_t sequence,
                                const Json& attributes) {
  const auto wanted = attributes.find("rn");
  if (wanted == attributes.end()) return given_instance_name(sequence);
  const std::string& name = wanted->get_ref<const std::string&>();
  std::string key = rows::meta::instance_name(container.id, name);
  auto row = transaction.row(store::Table::Meta, key);
  if (!row) return tl::unexpected(row.error());
  if (*row || sequence_of_given_name(name) != 0 || time_series::is_reserved_name(name) || name == "la" || name == "ol" ||
      transaction.tree().child(container.id, name))
    return refuse(ResponseStatus::Conflict, "'" + container.name + "' has a child named '" + name + "' already");
  transaction.put_row(store::Table::Meta, std::move(key), rows::big_endian(sequence), container.unit);
  return name;
}

void erase_row_of(Transaction& transaction, const Resource& container, const Instance& instance) {
  transaction.erase_instance(container, instance.sequence);
  if (instance.name != given_instance_name(instance.sequence))
    transaction.erase_row(store::Table::Meta, rows::meta::instance_name(container.id, instance.name), container.unit);
  if (instance.type == onem2m::type::kTimeSeriesInstance) time_series::free_generation_time(transaction, container, instance);
}

// The end of life that is shorter than the container's: own et, or ct + mia. Sets et.
std::int64_t set_expiration(const Resource& container, base::WallTime now, Json& attributes) {
  const std::string of_container = container.text("et");
  const std::int64_t limit = to_microseconds(of_container);
  std::int64_t expires = 0;
  if (const auto own = attributes.find("et"); own != attributes.end())
    expires = to_microseconds(own->get_ref<const std::string&>());
  if (const std::int64_t age = container.number("mia", -1); age >= 0) {
    const std::int64_t oldest = now.time_since_epoch().count() + age * kMicroseconds;
    expires = expires == 0 ? oldest : std::min(expires, oldest);
  }
  if (expires == 0 || (limit != 0 && expires >= limit)) {
    attributes["et"] = of_container;
    return 0;
  }
  attributes["et"] = onem2m::format_timestamp(base::WallTime{base::Duration{expires}});
  return expires;
}

Response answer(const Work& work, const InstancePtr& instance, const Json& attributes) {
  Response response = make_response(ResponseStatus::Created);
  const int rcn = work.request.result_content.value_or(1);
  if (rcn == 0) return response;
  if (rcn == 1) {
    response.serialized_content = std::shared_ptr<const std::string>(instance, &instance->representation);
    return response;
  }
  const std::string member = member_name_of(*instance);
  if (rcn == 9) {
    Json changed = Json::object();
    const Json& requested = *work.request.content.begin();
    for (const auto& [name, value] : attributes.items())
      if (const auto asked = requested.find(name); asked == requested.end() || *asked != value) changed[name] = value;
    response.content = Json{{member, std::move(changed)}};
    return response;
  }
  response.content_location = work.transaction.tree().structured_address(instance->container) + '/' + instance->name;
  response.content = rcn == 2 ? Json{{"m2m:uri", response.content_location}}
                              : resource_wrapper(member, attributes, response.content_location);
  return response;
}

/// A change of the instances: a new one raises the stateTag where there is one.
void touch(Resource& container, base::WallTime now, bool with_state) {
  if (with_state && container.has("st")) container.attributes["st"] = container.number("st") + 1;
  container.attributes["lt"] = onem2m::format_timestamp(now);
}

Result<> check(const Work& work, const Resource& container) {
  const Transaction& transaction = work.transaction;
  if (auto may = authorise(work.core, transaction.tree(), transaction.now(), work.request, onem2m::AccessOperation::Create,
                           container);
      !may)
    return may;
  if (!work.core.environment.store.has_room())
    return refuse(ResponseStatus::NotAcceptable, "the disk is almost full: nothing can be created");
  return {};
}

}  // namespace

void tell_instance(CseCore& core, Transaction& transaction, ResourceEvent::Kind kind, const Instance& instance,
                   const Json& attributes, const onem2m::Request* request) {
  ResourceEvent event{kind, instance_id(instance.container, instance.sequence), instance.type, member_name_of(instance), instance.container,
                      attributes};
  event.request = request;
  core.tell(transaction, event);
}

std::string member_name_of(const Instance& instance) {
  const std::string& text = instance.representation;  // {"m2m:cin":
  return text.substr(2, text.find('"', 2) - 2);
}

std::int64_t content_size(const Json& value) {
  switch (value.type()) {
    case Json::value_t::string:
      return static_cast<std::int64_t>(value.get_ref<const std::string&>().size());
    case Json::value_t::number_float:
      return 8;
    case Json::value_t::null:
      return 0;
    case Json::value_t::object:
    case Json::value_t::array: {
      std::int64_t sum = 0;
      for (const Json& part : value) sum += content_size(part);
      return sum;
    }
    default:
      return 4;
  }
}

Result<bool> evict(Transaction& transaction, Resource& container, std::int64_t more_instances, std::int64_t more_bytes) {
  const std::int64_t most = container.number("mni", -1);
  const std::int64_t bytes = container.number("mbs", -1);
  std::int64_t count = container.number("cni");
  std::int64_t size = container.number("cbs");
  const auto too_much = [&] {
    return count > 0 && ((most >= 0 && count + more_instances > most) || (bytes >= 0 && size + more_bytes > bytes));
  };
  if (!too_much()) return false;
  for (std::size_t gone = 0; too_much() && gone < kMostEvicted; ++gone) {
    // Sequences are dense unless somebody deleted in between: look at the next one before searching.
    auto oldest = transaction.instance(container.id, container.first_sequence);
    if (!oldest) return tl::unexpected(oldest.error());
    InstancePtr victim = *oldest;
    if (!victim) {
      auto found = transaction.instances(container.id, container.first_sequence, container.next_sequence, 1);
      if (!found) return tl::unexpected(found.error());
      if (found->empty()) break;
      victim = found->front();
    }
    if (container.has("at")) announcement::withdraw_evicted(transaction, container, *victim);
    erase_row_of(transaction, container, *victim);
    container.first_sequence = victim->sequence + 1;
    --count;
    size -= static_cast<std::int64_t>(victim->content_size);
  }
  container.attributes["cni"] = count;
  container.attributes["cbs"] = size;
  if (count == 0) container.latest = nullptr;
  return too_much();
}

Result<InstancePtr> append_instance(Transaction& transaction, Resource& container, NewInstance made) {
  Json& attributes = made.attributes;
  const std::uint64_t sequence = container.next_sequence++;
  auto name = choose_name(transaction, container, sequence, attributes);
  if (!name) return tl::unexpected(name.error());
  attributes["ty"] = made.type;
  attributes["ri"] = instance_id(container.id, sequence);
  attributes["pi"] = container.id;
  attributes["rn"] = *name;
  attributes["ct"] = attributes["lt"] = container.attributes["lt"];
  if (container.has("st")) attributes["st"] = container.attributes["st"];
  attributes["cs"] = made.size;

  auto instance = std::make_shared<Instance>();
  instance->expires = set_expiration(container, transaction.now(), attributes);
  instance->container = container.id;
  instance->sequence = sequence;
  instance->type = made.type;
  instance->name = std::move(*name);
  instance->content_size = static_cast<std::uint64_t>(made.size);
  instance->creator = std::move(made.creator);
  std::string& text = instance->representation;
  text.reserve(static_cast<std::size_t>(made.size) + 320);
  ((text = "{\"") += made.member_name) += "\":";
  onem2m::append_json_text(attributes, text);
  text += '}';

  if (auto done = evict(transaction, container, 1, made.size); !done) return tl::unexpected(done.error());
  if (container.number("mni", 1) == 0) return instance;  // it is evicted at once
  transaction.put_instance(container, *instance);
  if (made.type == onem2m::type::kTimeSeriesInstance) time_series::take_generation_time(transaction, container, *instance);
  container.attributes["cni"] = container.number("cni") + 1;
  container.attributes["cbs"] = container.number("cbs") + made.size;
  container.latest = instance;
  return instance;
}

void restore_instance(Transaction& transaction, Resource& container, const Instance& instance) {
  transaction.put_instance(container, instance);
  if (instance.name != given_instance_name(instance.sequence))
    transaction.put_row(store::Table::Meta, rows::meta::instance_name(container.id, instance.name),
                        rows::big_endian(instance.sequence), container.unit);
  container.first_sequence = instance.sequence;
  container.latest = std::make_shared<const Instance>(instance);
  container.attributes["cni"] = container.number("cni") + 1;
  container.attributes["cbs"] = container.number("cbs") + static_cast<std::int64_t>(instance.content_size);
}

Result<Response> create_instance(Work& work) {
  Transaction& transaction = work.transaction;
  const int number = *work.request.resource_type;
  const ResourcePtr parent = work.target.resource;
  if (auto may = check(work, *parent); !may) return tl::unexpected(may.error());
  auto made = check_new(work.core, transaction.tree(), transaction.now(), work.request, *parent);
  if (!made) return tl::unexpected(made.error());
  Json& attributes = made->attributes;
  if (auto may = check_instance_announcement(work.core.options, *parent, attributes); !may) return tl::unexpected(may.error());
  const auto content = attributes.find("con");
  const std::int64_t size = content == attributes.end() ? 0 : content_size(*content);
  if (const std::int64_t most = parent->number("mbs", -1); most >= 0 && size > most)
    return refuse(ResponseStatus::NotAcceptable,
                  "the content has " + std::to_string(size) + " bytes, '" + parent->name + "' takes " + std::to_string(most));
  if (number == onem2m::type::kTimeSeriesInstance) {
    if (auto is_new = time_series::check_generation_time(transaction, *parent, attributes); !is_new)
      return tl::unexpected(is_new.error());
  }

  Resource container = *parent;
  touch(container, transaction.now(), true);
  if (attributes.contains("dcnt")) container.internal[kCountsRetrievals] = true;
  if (const auto creator = attributes.find("cr"); creator != attributes.end()) *creator = work.request.from;
  auto instance = append_instance(transaction, container, {number, made->member_name, attributes, size, work.request.from});
  if (!instance) return tl::unexpected(instance.error());
  transaction.put(std::move(container));
  tell_instance(work.core, transaction, ResourceEvent::Kind::Created, **instance, attributes, &work.request);
  return answer(work, *instance, attributes);
}

Result<> remove_instance(CseCore& core, Transaction& transaction, const Resource& parent, const Instance& instance,
                         const onem2m::Request* request, bool silent) {
  Resource container = parent;
  erase_row_of(transaction, container, instance);
  touch(container, transaction.now(), false);
  container.attributes["cni"] = std::max<std::int64_t>(0, container.number("cni") - 1);
  container.attributes["cbs"] =
      std::max<std::int64_t>(0, container.number("cbs") - static_cast<std::int64_t>(instance.content_size));
  if (instance.sequence == container.first_sequence) ++container.first_sequence;
  if (container.latest && container.latest->sequence == instance.sequence) {
    auto newest = transaction.instances(container.id, container.first_sequence, instance.sequence, 1, true);
    if (!newest) return tl::unexpected(newest.error());
    container.latest = newest->empty() ? nullptr : newest->front();
  }
  transaction.put(std::move(container));
  if (!silent && !core.listeners.empty())
    tell_instance(core, transaction, ResourceEvent::Kind::Deleted, instance, instance.attributes(), request);
  return {};
}

Result<Response> delete_instance_target(Work& work) {
  Transaction& transaction = work.transaction;
  const Resource& container = *work.target.resource;
  auto found = find_instance(work.target, JobInstances(transaction), transaction.now());
  if (!found) return tl::unexpected(found.error());
  if (auto may = authorise(work.core, transaction.tree(), transaction.now(), work.request, onem2m::AccessOperation::Delete,
                           container);
      !may)
    return tl::unexpected(may.error());
  if (container.attributes.value("disr", false))
    return refuse(ResponseStatus::OperationNotAllowed, "'" + container.name + "' disables its instances (disr)");
  const Json attributes = (*found)->attributes();
  auto fits = check_conditions(transaction.tree(), work.request, container, attributes, (*found)->type);
  if (!fits) return tl::unexpected(fits.error());
  if (auto done = remove_instance(work.core, transaction, container, **found, &work.request, false); !done)
    return tl::unexpected(done.error());
  Response response = make_response(ResponseStatus::Deleted);
  // An instance has no children: with them, or references to them, it is the same or nothing.
  const int rcn = work.request.result_content.value_or(0);
  if (rcn == 1 || rcn == 4 || rcn == 5) response.content = Json{{member_name_of(**found), attributes}};
  if (rcn == 8) response.content = Json{{member_name_of(**found), Json::object()}};
  if (rcn == 6) response.content = Json{{"m2m:rrl", {{"rrf", Json::array()}}}};
  return response;
}

Result<Response> count_retrieval(Work& work) {
  Transaction& transaction = work.transaction;
  const JobInstances instances(transaction);
  auto response = retrieve_instance(work.core, transaction.tree(), instances, transaction.now(), work.request, work.target);
  if (!response) return response;
  auto found = find_instance(work.target, instances, transaction.now());
  if (!found) return tl::unexpected(found.error());
  Json attributes = (*found)->attributes();
  const auto left = attributes.find("dcnt");
  if (left == attributes.end()) return response;
  Resource container = *work.target.resource;
  if (*left <= 1) {
    if (auto gone = remove_instance(work.core, transaction, container, **found, nullptr, false); !gone)
      return tl::unexpected(gone.error());
    return response;
  }
  *left = left->get<std::int64_t>() - 1;
  auto changed = std::make_shared<Instance>(**found);
  changed->representation = onem2m::to_json_text(Json{{member_name_of(**found), attributes}});
  transaction.put_instance(container, *changed);
  if (container.latest && container.latest->sequence == changed->sequence) {
    container.latest = changed;
    transaction.put(std::move(container));
  }
  return response;
}

}  // namespace edgecse::cse
