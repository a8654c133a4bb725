// SPDX-License-Identifier: Apache-2.0
#include "edge/data_api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <optional>

#include "edge/data_subscriptions.hpp"
#include "onem2m/enumerations.hpp"

namespace edgecse::edge {
namespace {

constexpr std::chrono::milliseconds kFreshList{1'000};
constexpr std::chrono::milliseconds kKnownData{60'000};
constexpr std::uint64_t kDefaultLimit = 100;
constexpr std::uint64_t kMaximumLimit = 1'000;

std::optional<std::uint64_t> to_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

bool has_label(const std::vector<std::string>& labels, const std::string& label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

}  // namespace

/// Query parameters against what a resource knows.
struct DataApi::Query {
  std::vector<std::pair<std::string, std::string>> given;
  std::string fault;

  Query(const net::HttpRequest& request, std::initializer_list<std::string_view> known) : given(request.query) {
    for (const auto& [name, value] : given) {
      if (std::find(known.begin(), known.end(), name) == known.end()) fault = fmt::format("unknown query parameter {}", name);
    }
  }
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const {
    std::vector<std::string> values;
    for (const auto& [key, value] : given) {
      if (key == name) values.push_back(value);
    }
    return values;
  }
  [[nodiscard]] std::optional<std::string> one(std::string_view name) const {
    auto values = all(name);
    if (values.empty()) return std::nullopt;
    return values.front();
  }
  /// Those of `label`, and that of `service`.
  [[nodiscard]] std::vector<std::string> wanted_labels() const {
    auto labels = all("label");
    for (const auto& service : all("service")) labels.push_back("mec:service=" + service);
    return labels;
  }
  std::uint64_t number(std::string_view name, std::uint64_t otherwise, std::uint64_t lowest = 0) {
    const auto text = one(name);
    if (!text) return otherwise;
    const auto value = to_number(*text);
    if (value && *value >= lowest) return *value;
    fault = fmt::format("{} must be a whole number of at least {}, not '{}'", name, lowest, *text);
    return otherwise;
  }
  std::uint64_t limit() {
    const auto asked = number("limit", kDefaultLimit, 1);
    if (asked > kMaximumLimit) fault = fmt::format("limit must be at most {}, not {}", kMaximumLimit, asked);
    return asked;
  }
};

namespace {

/// What a resource offers, as Allow names it; empty: there is no such resource.
std::string methods_of(const std::vector<std::string>& path) {
  const std::size_t depth = path.size();
  if (depth == 1 && path[0] == "subscriptions") return "GET, POST";
  if (depth == 2 && path[0] == "subscriptions") return "GET, PUT, DELETE";
  if (depth == 1 && (path[0] == "openapi.yaml" || path[0] == "devices" || path[0] == "data")) return "GET";
  if (depth == 2 && (path[0] == "devices" || path[0] == "data")) return "GET";
  if (depth == 3 && path[0] == "data" && (path[2] == "latest" || path[2] == "values")) return "GET";
  return {};
}

/// One page of a list, and the link to the next.
net::HttpResponse page_of(const Json& list, std::uint64_t offset, std::uint64_t limit, const std::string& next_url) {
  Json page = Json::array();
  for (std::size_t i = offset; i < list.size() && page.size() < limit; ++i) page.push_back(list[i]);
  auto response = json_response(200, page);
  if (offset + limit < list.size()) response.headers.add("Link", fmt::format("<{}>; rel=\"next\"", next_url));
  return response;
}

/// The request's own address with one query parameter changed.
std::string url_with(const std::string& root, std::string_view path, const std::vector<std::pair<std::string, std::string>>& query,
                     const std::string& changed, const std::string& value) {
  std::string url = root + std::string{path} + '?';
  for (const auto& [name, given] : query) {
    if (name != changed) url += net::percent_encode(name) + '=' + net::percent_encode(given) + '&';
  }
  return url + changed + '=' + value;
}

}  // namespace

DataApi::DataApi(DataApiOptions options, Requester& requester, DataCatalog& catalog, DataSubscriptions& subscriptions,
                 HostDirectory* hosts)
    : options_(std::move(options)),
      requester_(requester),
      catalog_(catalog),
      subscriptions_(subscriptions),
      hosts_(hosts) {}

void DataApi::handle(const net::HttpRequest& request, std::string_view path_below, Respond respond) {
  std::vector<std::string> path;
  while (!path_below.empty()) {
    path_below.remove_prefix(1);
    const auto slash = std::min(path_below.find('/'), path_below.size());
    auto segment = net::percent_decode(path_below.substr(0, slash));
    if (!segment) return respond(problem(400, "the path has a '%' without two hexadecimal digits"));
    path.push_back(std::move(*segment));
    path_below.remove_prefix(slash);
  }
  if (!path.empty() && path.back().empty()) path.pop_back();
  const std::string allowed = methods_of(path);
  if (allowed.empty()) return respond(problem(404, "no such resource: " + request.path));
  if ((", " + allowed + ",").find(" " + request.method + ",") == std::string::npos) {
    auto response = problem(405, request.method + " is not offered here");
    response.headers.add("Allow", allowed);
    return respond(std::move(response));
  }
  if (path.front() == "subscriptions") return handle_subscriptions(request, path, std::move(respond));
  handle_get(request, path, std::move(respond));
}

void DataApi::handle_get(const net::HttpRequest& request, const std::vector<std::string>& path, Respond respond) {
  if (path.size() == 1 && path[0] == "openapi.yaml") {
    net::HttpResponse response;
    response.headers.add("Content-Type", "application/yaml");
    response.body = openapi_document();
    return respond(std::move(response));
  }
  const std::string& last = path.back();
  if (path[0] == "devices") return path.size() == 1 ? list_devices(request, std::move(respond)) : show_device(request, last, std::move(respond));
  if (path.size() == 1) return list_data(request, std::move(respond));
  if (path.size() == 2) return show_data(request, last, std::move(respond));
  if (last == "latest") return show_latest(request, path[1], std::move(respond));
  list_values(request, path[1], std::move(respond));
}

Json DataApi::describe(const TrackedAe& ae) const {
  Json device = {{"deviceId", ae.ae_id},
                 {"name", text_of(ae.attributes, "rn")},
                 {"appId", text_of(ae.attributes, "api")},
                 {"labels", ae.labels},
                 {"servingCse", ae.moved_to.empty() ? options_.cse_id : ae.moved_to},
                 {"state", ae.moved_to.empty() ? "SERVED" : "MOVED"},
                 {"since", to_rfc3339(text_of(ae.attributes, "ct"))},
                 {"_links",
                  {{"self", {{"href", options_.root + "/devices/" + net::percent_encode(ae.ae_id)}}},
                   {"data", {{"href", options_.root + "/data?device_id=" + net::percent_encode(ae.ae_id)}}}}}};
  if (ae.attributes.contains("loc")) device["location"] = ae.attributes["loc"];
  return device;
}

Json DataApi::describe(const DataEntry& entry) const {
  const std::string self = options_.root + "/data/" + net::percent_encode(entry.data_id);
  return {{"dataId", entry.data_id},
          {"deviceId", entry.device_id},
          {"path", entry.path},
          {"kind", to_text(entry.kind)},
          {"labels", entry.labels},
          {"_links", {{"self", {{"href", self}}}, {"latest", {{"href", self + "/latest"}}}, {"values", {{"href", self + "/values"}}}}}};
}

void DataApi::list_devices(const net::HttpRequest& request, Respond respond) {
  Query query{request, {"label", "app_id", "service", "node_id", "limit", "offset"}};
  const auto limit = query.limit(), offset = query.number("offset", 0);
  if (!query.fault.empty()) return respond(problem(400, query.fault));
  catalog_.renew(kFreshList, [this, request, query, limit, offset, respond = std::move(respond)] {
    Json list = Json::array();
    const auto labels = query.wanted_labels();
    const auto app_id = query.one("app_id"), node_id = query.one("node_id");
    for (const auto* ae : catalog_.devices()) {
      const bool labelled = std::all_of(labels.begin(), labels.end(), [&](const auto& label) { return has_label(ae->labels, label); });
      const bool named = (!app_id || text_of(ae->attributes, "api") == *app_id) && (!node_id || text_of(ae->attributes, "nl") == *node_id);
      if (labelled && named && ae->moved_to.empty()) list.push_back(describe(*ae));
    }
    respond(page_of(list, offset, limit,
                    url_with(options_.root, "/devices", request.query, "offset", std::to_string(offset + limit))));
  });
}

void DataApi::show_device(const net::HttpRequest& request, const std::string& device_id, Respond respond) {
  Query query{request, {}};
  if (!query.fault.empty()) return respond(problem(400, query.fault));
  catalog_.renew(kFreshList, [this, device_id, respond = std::move(respond)] {
    for (const auto* ae : catalog_.devices()) {
      if (ae->ae_id != device_id) continue;
      const auto answer = [this, ae = *ae, respond] {
        Json device = describe(ae);
        device["data"] = Json::array();
        for (const auto& [id, entry] : catalog_.entries()) {
          if (entry.device_id == ae.ae_id) device["data"].push_back(describe(entry));
        }
        respond(json_response(200, device));
      };
      if (ae->moved_to.empty()) return answer();
      return redirect(ae->moved_to, "/devices/" + net::percent_encode(device_id), respond, answer);
    }
    respond(problem(404, "no such device: " + device_id));
  });
}

void DataApi::list_data(const net::HttpRequest& request, Respond respond) {
  Query query{request, {"label", "service", "device_id", "content_info", "type", "limit", "offset"}};
  const auto limit = query.limit(), offset = query.number("offset", 0);
  if (!query.fault.empty()) return respond(problem(400, query.fault));
  catalog_.renew(kFreshList, [this, request, query, limit, offset, respond = std::move(respond)] {
    std::vector<DataEntry> found;
    const auto labels = query.wanted_labels(), devices = query.all("device_id"), kinds = query.all("type");
    for (const auto& [id, entry] : catalog_.entries()) {
      const auto* ae = catalog_.device_of(entry);
      if (ae == nullptr || !ae->moved_to.empty()) continue;
      if (!devices.empty() && !has_label(devices, entry.device_id)) continue;
      if (!kinds.empty() && !has_label(kinds, to_text(entry.kind))) continue;
      const bool labelled = std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
        return has_label(entry.labels, label) || has_label(ae->labels, label);
      });
      if (labelled) found.push_back(entry);
    }
    const auto content_info = query.one("content_info");
    const auto page = [this, request, limit, offset, respond, content_info](const Json& described) {
      Json list = Json::array();
      for (const auto& source : described)
        if (!content_info || text_of(source, "contentInfo") == *content_info) list.push_back(source);
      // Without that filter only what is on the page was described.
      const std::uint64_t skip = content_info ? offset : 0;
      respond(page_of(list, skip, limit, url_with(options_.root, "/data", request.query, "offset", std::to_string(offset + limit))));
    };
    // One more than fits tells that there is a next page.
    if (!content_info) found = std::vector<DataEntry>(found.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(offset, found.size())),
                                                      found.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(offset + limit + 1, found.size())));
    describe_all(std::move(found), page);
  });
}

void DataApi::describe_all(std::vector<DataEntry> entries, std::function<void(Json)> done) {
  struct Work {
    std::vector<DataEntry> entries;
    Json list;
    std::size_t open;
    std::function<void(Json)> done;
  };
  const std::size_t count = entries.size();
  if (count == 0) return done(Json::array());
  auto work = std::make_shared<Work>(Work{std::move(entries), Json::array(), 2 * count, std::move(done)});
  const auto one_less = [work] {
    if (--work->open == 0) work->done(std::move(work->list));
  };
  for (std::size_t i = 0; i < count; ++i) {
    const DataEntry& entry = work->entries[i];
    work->list.push_back(describe(entry));
    requester_.retrieve(entry.address, [work, i, one_less](const onem2m::Result<Json>& attributes) {
      if (attributes && attributes->contains("cni")) work->list[i]["count"] = attributes->at("cni");
      one_less();
    });
    const std::string newest = entry.kind == DataKind::FlexContainer ? entry.address : entry.address + "/la";
    requester_.retrieve(newest, [work, i, one_less, kind = entry.kind](const onem2m::Result<Json>& instance) {
      if (instance) {
        Json latest = value_of(kind, *instance);
        if (latest.contains("contentInfo")) work->list[i]["contentInfo"] = latest["contentInfo"];
        latest.erase("contentInfo");
        work->list[i]["latest"] = std::move(latest);
      }
      one_less();
    });
  }
}

void DataApi::show_data(const net::HttpRequest& request, const std::string& data_id, Respond respond) {
  Query query{request, {}};
  if (!query.fault.empty()) return respond(problem(400, query.fault));
  with_data(data_id, "/data/" + net::percent_encode(data_id), respond, [this, respond](const DataEntry& entry) {
    describe_all({entry}, [respond](const Json& list) { respond(json_response(200, list.front())); });
  });
}

void DataApi::with_data(const std::string& data_id, const std::string& target, Respond respond,
                        std::function<void(DataEntry)> found) {
  const auto look = [this, data_id, target, respond, found](bool last) {
    const auto entry = catalog_.entries().find(data_id);
    if (entry == catalog_.entries().end()) {
      if (last) respond(problem(404, "no such data: " + data_id));
      return false;
    }
    const auto* ae = catalog_.device_of(entry->second);
    const auto serve = [found, known = entry->second] { found(known); };
    if (ae == nullptr || ae->moved_to.empty()) serve();
    else redirect(ae->moved_to, target, respond, serve);
    return true;
  };
  // What is not known may have come a moment ago.
  catalog_.renew(kKnownData, [this, look] {
    if (!look(false)) catalog_.renew(kFreshList, [look] { look(true); });
  });
}

void DataApi::redirect(const std::string& cse_id, const std::string& target, Respond respond,
                       std::function<void()> otherwise) {
  if (options_.proxy_moved || hosts_ == nullptr) return otherwise();
  hosts_->find_by_cse(cse_id, [alive = std::weak_ptr<bool>(alive_), target, respond = std::move(respond),
                               otherwise = std::move(otherwise)](const std::optional<KnownHost>& host) {
    if (alive.expired()) return;
    if (!host || host->data_endpoint.empty()) return otherwise();
    auto response = problem(307, "the device is served by another host now");
    response.headers.add("Location", host->data_endpoint + target);
    respond(std::move(response));
  });
}

void DataApi::show_latest(const net::HttpRequest& request, const std::string& data_id, Respond respond) {
  Query query{request, {}};
  if (!query.fault.empty()) return respond(problem(400, query.fault));
  std::string known_tag;
  if (const auto tag = request.headers.find("If-None-Match")) known_tag = *tag;
  with_data(data_id, "/data/" + net::percent_encode(data_id) + "/latest", respond,
            [this, respond, known_tag](const DataEntry& entry) {
              const std::string newest = entry.kind == DataKind::FlexContainer ? entry.address : entry.address + "/la";
              requester_.retrieve(newest, [respond, known_tag, kind = entry.kind](const onem2m::Result<Json>& instance) {
                if (!instance) return respond(problem(instance.error()));
                const Json value = value_of(kind, *instance);
                const std::string tag = kind == DataKind::FlexContainer
                                            ? fmt::format("\"{}-{}\"", text_of(*instance, "ri"), sequence_of(kind, *instance))
                                            : fmt::format("\"{}\"", text_of(*instance, "ri"));
                const bool unchanged = known_tag == "*" || known_tag.find(tag) != std::string::npos;
                net::HttpResponse response;
                if (unchanged) response.status = 304;
                else response = json_response(200, value);
                response.headers.add("ETag", tag);
                respond(std::move(response));
              });
            });
}

void DataApi::list_values(const net::HttpRequest& request, const std::string& data_id, Respond respond) {
  Query query{request, {"after_sequence", "since", "until", "limit", "order"}};
  const auto limit = query.limit(), after = query.number("after_sequence", 0);
  const std::string order = query.one("order").value_or("asc");
  if (order != "asc" && order != "desc") query.fault = "order must be asc or desc, not '" + order + "'";
  onem2m::FilterCriteria criteria;
  criteria.resource_types = {onem2m::type::kContentInstance};
  criteria.level = 1;
  for (auto [name, into] : {std::pair{"since", &criteria.created_after}, std::pair{"until", &criteria.created_before}}) {
    const auto given = query.one(name);
    if (!given) continue;
    *into = from_rfc3339(*given);
    if ((*into)->empty()) query.fault = fmt::format("{} is no time of RFC 3339 in UTC: '{}'", name, *given);
  }
  if (!query.fault.empty()) return respond(problem(400, query.fault));
  const std::string path = "/data/" + net::percent_encode(data_id) + "/values";
  with_data(data_id, path, respond, [this, request, respond, criteria, limit, after, order, path](const DataEntry& entry) {
    auto asked = criteria;
    const char* member = "m2m:cin";
    if (entry.kind == DataKind::TimeSeries) {
      asked.resource_types = {onem2m::type::kTimeSeriesInstance};
      member = "m2m:tsi";
    }
    const auto answer = [this, request, respond, limit, after, order, path, kind = entry.kind](const Json& instances) {
      std::vector<std::pair<std::uint64_t, const Json*>> chosen;
      const bool descending = order == "desc";
      // With desc, after_sequence is where the page before ended, seen from the newest.
      const auto wanted = [&](std::uint64_t sequence) { return after == 0 || (descending ? sequence < after : sequence > after); };
      for (const auto& instance : instances)
        if (const auto sequence = sequence_of(kind, instance); wanted(sequence)) chosen.emplace_back(sequence, &instance);
      std::sort(chosen.begin(), chosen.end(), [descending](const auto& a, const auto& b) {
        return descending ? a.first > b.first : a.first < b.first;
      });
      Json values = Json::array();
      for (std::size_t i = 0; i < chosen.size() && i < limit; ++i) values.push_back(value_of(kind, *chosen[i].second));
      auto response = json_response(200, values);
      if (chosen.size() > limit) {
        const std::string next = url_with(options_.root, path, request.query, "after_sequence", std::to_string(chosen[limit - 1].first));
        response.headers.add("Link", fmt::format("<{}>; rel=\"next\"", next));
      }
      respond(std::move(response));
    };
    if (entry.kind == DataKind::FlexContainer) {  // keeps one value: the present one
      return requester_.retrieve(entry.address, [respond, answer](const onem2m::Result<Json>& attributes) {
        if (!attributes) return respond(problem(attributes.error()));
        answer(Json::array({*attributes}));
      });
    }
    requester_.retrieve_children(entry.address, asked, [respond, answer, member](const onem2m::Result<Json>& children) {
      if (!children) return respond(problem(children.error()));
      answer(children->value(member, Json::array()));
    });
  });
}

void DataApi::handle_subscriptions(const net::HttpRequest& request, const std::vector<std::string>& path, Respond respond) {
  Query query{request, {}};
  if (!query.fault.empty()) return respond(problem(400, query.fault));
  if (path.size() > 2) return respond(problem(404, "no such resource: " + request.path));
  if (path.size() == 1) {
    if (request.method == "GET") return respond(subscriptions_.list());
    if (request.method == "POST") return subscriptions_.create(request, std::move(respond));
  } else {
    if (request.method == "GET") return respond(subscriptions_.show(path[1]));
    if (request.method == "PUT") return subscriptions_.replace(path[1], request, std::move(respond));
    if (request.method == "DELETE") return subscriptions_.remove(path[1], std::move(respond));
  }
  respond(problem(405, request.method + " is not offered here"));
}

}  // namespace edgecse::edge
