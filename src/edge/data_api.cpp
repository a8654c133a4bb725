// SPDX-License-Identifier: Apache-2.0
#include "edge/data_api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "edge/data_subscriptions.hpp"
#include "edge/data_value.hpp"
#include "edge/device_cells.hpp"
#include "edge/device_filter.hpp"
#include "edge/http_rules.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::edge {
namespace {

constexpr std::chrono::milliseconds kFreshList{1'000};
constexpr std::chrono::milliseconds kKnownData{60'000};

bool has_label(const std::vector<std::string>& labels, const std::string& label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

/// What a resource offers, as Allow names it; empty: there is no such resource.
std::string methods_of(const std::vector<std::string>& path) {
  const std::size_t depth = path.size();
  if (depth == 1 && path[0] == "subscriptions") return "GET, POST";
  if (depth == 2 && path[0] == "subscriptions") return "GET, PUT, DELETE";
  if (depth == 1 && (path[0] == "openapi.yaml" || path[0] == "devices" || path[0] == "data")) return "GET";
  if (depth == 2 && (path[0] == "devices" || path[0] == "data")) return "GET";
  if (depth == 3 && path[0] == "data" && path[2] == "values") return "GET, POST";
  if (depth == 3 && path[0] == "data" && (path[2] == "latest" || path[2] == "stream")) return "GET";
  return {};
}

const char* media_type_of(const std::vector<std::string>& path) {
  if (path.front() == "openapi.yaml") return "application/yaml";
  return path.size() == 3 && path[2] == "stream" ? "text/event-stream" : "application/json";
}

/// Segments of a path, decoded; nullopt when the percent-encoding is broken.
std::optional<std::vector<std::string>> segments_of(std::string_view path_below) {
  std::vector<std::string> path;
  while (!path_below.empty()) {
    path_below.remove_prefix(1);
    const auto slash = std::min(path_below.find('/'), path_below.size());
    auto segment = net::percent_decode(path_below.substr(0, slash));
    if (!segment) return std::nullopt;
    path.push_back(std::move(*segment));
    path_below.remove_prefix(slash);
  }
  if (!path.empty() && path.back().empty()) path.pop_back();
  return path;
}

template <typename Parsed, typename Into>
void take(DataQuery& query, Parsed&& parsed, Into& into) {
  if (parsed) into = std::move(*parsed);
  else query.refuse(parsed.error());
}

/// Which entries of a list are wanted, by their attributes, and what of each. MEC 009 6.18, 6.19.
struct AttributeQuery {
  std::optional<AttributeFilter> filter;
  AttributeSelection selection;

  AttributeQuery(DataQuery& query, const std::vector<std::string>& known, const std::vector<std::string>& mandatory) {
    if (const auto text = query.one("filter")) take(query, AttributeFilter::parse(*text, known), filter);
    take(query, AttributeSelection::parse(query.one("fields"), query.one("exclude_fields"), known, mandatory), selection);
    if (query.one("all_fields") && (query.one("fields") || query.one("exclude_fields")))
      query.refuse("all_fields goes with neither fields nor exclude_fields");
  }
  /// In their order; what is not wanted of each is gone.
  [[nodiscard]] Json chosen(const Json& entries) const {
    Json list = Json::array();
    for (const auto& entry : entries) {
      if (filter && !filter->matches(entry)) continue;
      selection.apply(list.emplace_back(entry));
    }
    return list;
  }
};

/// What the query of /devices asks of each.
struct DeviceQuery {
  std::vector<std::string> labels;
  std::optional<std::string> app_id, node_id;
  std::optional<Area> area;

  explicit DeviceQuery(DataQuery& query)
      : labels(query.wanted_labels()), app_id(query.one("app_id")), node_id(query.one("node_id")) {
    if (const auto text = query.one("area")) take(query, Area::parse(*text), area);
  }
  [[nodiscard]] bool wants(const TrackedAe& ae) const {
    const bool labelled = std::all_of(labels.begin(), labels.end(), [&](const auto& label) { return has_label(ae.labels, label); });
    const bool named = (!app_id || text_of(ae.attributes, "api") == *app_id) && (!node_id || text_of(ae.attributes, "nl") == *node_id);
    if (!labelled || !named) return false;
    return !area || (ae.attributes.contains("loc") && area->contains(ae.attributes["loc"]));
  }
};

}  // namespace

DataApi::DataApi(DataApiOptions options, DataSubscriptions& subscriptions, DataStreams& streams, const base::Clock& clock,
                 HostDirectory* hosts, const DeviceCells* cells)
    : options_(std::move(options)), subscriptions_(subscriptions), streams_(streams), clock_(clock), hosts_(hosts), cells_(cells) {}

std::string_view operation_of(const net::HttpRequest& request, std::string_view path_below) {
  static const std::map<std::string, std::string_view> names = {
      {"GET /openapi.yaml", "read_description"},
      {"GET /devices", "list_devices"},
      {"GET /devices/", "read_device"},
      {"GET /data", "list_data"},
      {"GET /data/", "read_data"},
      {"GET /data/latest", "read_latest"},
      {"GET /data/values", "list_values"},
      {"POST /data/values", "create_value"},
      {"GET /data/stream", "read_stream"},
      {"GET /subscriptions", "list_subscriptions"},
      {"POST /subscriptions", "create_subscription"},
      {"GET /subscriptions/", "read_subscription"},
      {"PUT /subscriptions/", "update_subscription"},
      {"DELETE /subscriptions/", "delete_subscription"}};
  const auto path = segments_of(path_below);
  if (!path || methods_of(*path).empty()) return "other";
  std::string name = request.method + " /" + path->front();
  if (path->size() > 1) name += "/" + (path->size() > 2 ? path->back() : std::string{});
  const auto known = names.find(name);
  return known == names.end() ? "other" : known->second;
}

void DataApi::handle(DataCall given, std::string_view path_below) {
  const auto call = std::make_shared<const DataCall>(std::move(given));
  const auto path = segments_of(path_below);
  if (!path) return call->respond(problem(400, "the path has a '%' without two hexadecimal digits"));
  const std::string allowed = methods_of(*path);
  if (allowed.empty()) return call->respond(problem(404, "no such resource: " + call->request.path));
  if ((", " + allowed + ",").find(" " + call->request.method + ",") == std::string::npos) {
    auto response = problem(405, call->request.method + " is not offered here");
    response.headers.add("Allow", allowed);
    return call->respond(std::move(response));
  }
  const char* media_type = media_type_of(*path);
  if (call->request.method != "DELETE" && !accepts(call->request, media_type))
    return call->respond(problem(406, fmt::format("the answer is {}, which Accept excludes", media_type)));
  if (path->front() == "subscriptions") return handle_subscriptions(call, *path);
  if (call->request.method == "POST") return write_value(call, (*path)[1]);
  handle_get(call, *path);
}

void DataApi::handle_get(const DataCallPtr& call, const std::vector<std::string>& path) {
  if (path.size() == 1 && path[0] == "openapi.yaml") {
    net::HttpResponse response;
    response.headers.add("Content-Type", "application/yaml");
    response.body = openapi_document();
    return call->respond(std::move(response));
  }
  const std::string& last = path.back();
  if (path[0] == "devices") return path.size() == 1 ? list_devices(call) : show_device(call, last);
  if (path.size() == 1) return list_data(call);
  if (path.size() == 2) return show_data(call, last);
  if (last == "latest") return show_latest(call, path[1]);
  if (last == "stream") return open_stream(call, path[1]);
  list_values(call, path[1]);
}

void DataApi::handle_subscriptions(const DataCallPtr& call, const std::vector<std::string>& path) {
  DataQuery query{call->request, {}};
  if (!query.fault().empty()) return call->respond(problem(400, query.fault()));
  const std::string& originator = call->view->requester.originator();
  const std::string& method = call->request.method;
  if (path.size() == 1) {
    if (method == "GET") return call->respond(subscriptions_.list(originator));
    return subscriptions_.create(*call->view, call->request, call->respond);
  }
  auto shown = subscriptions_.show(originator, path[1]);
  if (const auto tag = shown.headers.find("ETag"))
    if (auto answer = check_preconditions(call->request, std::string{*tag})) return call->respond(std::move(*answer));
  if (method == "GET") return call->respond(std::move(shown));
  if (method == "PUT") return subscriptions_.replace(originator, path[1], call->request, call->respond);
  subscriptions_.remove(originator, path[1], call->respond);
}

Json DataApi::describe(const TrackedAe& ae) const {
  const bool here = ae.moved_to.empty();
  Json device = {{"deviceId", ae.ae_id},
                 {"name", text_of(ae.attributes, "rn")},
                 {"appId", text_of(ae.attributes, "api")},
                 {"labels", ae.labels},
                 {"servingCse", here ? options_.cse_id : ae.moved_to},
                 {"state", here ? "SERVED" : "MOVED"},
                 {"since", to_rfc3339(text_of(ae.attributes, "ct"))},
                 {"_links",
                  {{"self", {{"href", options_.root + "/devices/" + net::percent_encode(ae.ae_id)}}},
                   {"data", {{"href", options_.root + "/data?device_id=" + net::percent_encode(ae.ae_id)}}}}}};
  if (here && !options_.host.empty()) device["mecHost"] = options_.host;
  if (const auto cell = here && cells_ != nullptr ? cells_->cell_of(ae) : std::nullopt)
    device["cell"] = {{"plmn", {{"mcc", cell->cell.mcc}, {"mnc", cell->cell.mnc}}},
                      {"cellId", cell->cell.id},
                      {"time", to_rfc3339(onem2m::format_timestamp(cell->at))}};
  if (!ae.attributes.contains("loc")) return device;
  if (Json location = to_geojson(ae.attributes["loc"]); !location.is_null()) device["location"] = std::move(location);
  return device;
}

Json DataApi::describe(const DataEntry& entry) const {
  const std::string self = options_.root + "/data/" + net::percent_encode(entry.data_id);
  return {{"dataId", entry.data_id},
          {"deviceId", entry.device_id},
          {"path", entry.path},
          {"kind", to_text(entry.kind)},
          {"labels", entry.labels},
          {"_links",
           {{"self", {{"href", self}}},
            {"latest", {{"href", self + "/latest"}}},
            {"values", {{"href", self + "/values"}}},
            {"stream", {{"href", self + "/stream"}}}}}};
}

void DataApi::list_devices(const DataCallPtr& call) {
  DataQuery query{call->request, {"label", "app_id", "service", "node_id", "area", "filter", "all_fields", "fields", "exclude_fields", "limit", "offset"}};
  const auto limit = query.limit(), offset = query.number("offset", 0);
  const DeviceQuery wanted{query};
  const AttributeQuery attributes{query, {"deviceId", "name", "appId", "labels", "location", "cell", "servingCse", "mecHost", "state", "since", "_links"},
                                  {"deviceId", "name", "servingCse", "state"}};
  if (!query.fault().empty()) return call->respond(problem(400, query.fault()));
  call->view->catalog.renew(kFreshList, [this, call, wanted, attributes, limit, offset] {
    Json list = Json::array();
    for (const auto* ae : call->view->catalog.devices()) {
      if (ae->moved_to.empty() && wanted.wants(*ae)) list.push_back(describe(*ae));
    }
    call->respond(page_of(attributes.chosen(list), offset, limit,
                          url_with(options_.root, "/devices", call->request.query, "offset", std::to_string(offset + limit))));
  });
}

void DataApi::show_device(const DataCallPtr& call, const std::string& device_id) {
  DataQuery query{call->request, {}};
  if (!query.fault().empty()) return call->respond(problem(400, query.fault()));
  call->view->catalog.renew(kFreshList, [this, device_id, call] {
    for (const auto* ae : call->view->catalog.devices()) {
      if (ae->ae_id != device_id) continue;
      const auto answer = [this, ae = *ae, call] {
        Json device = describe(ae);
        device["data"] = Json::array();
        for (const auto& [id, entry] : call->view->catalog.entries()) {
          if (entry.device_id == ae.ae_id) device["data"].push_back(describe(entry));
        }
        call->respond(json_response(200, device));
      };
      if (ae->moved_to.empty()) return answer();
      return redirect(ae->moved_to, "/devices/" + net::percent_encode(device_id), call->respond, answer);
    }
    call->respond(problem(404, "no such device: " + device_id));
  });
}

void DataApi::list_data(const DataCallPtr& call) {
  DataQuery query{call->request, {"label", "service", "device_id", "content_info", "type", "filter", "all_fields", "fields", "exclude_fields", "limit", "offset"}};
  const auto limit = query.limit(), offset = query.number("offset", 0);
  const AttributeQuery attributes{query, {"dataId", "deviceId", "path", "kind", "contentInfo", "count", "latest", "labels", "_links"},
                                  {"dataId", "deviceId", "path", "kind"}};
  if (!query.fault().empty()) return call->respond(problem(400, query.fault()));
  call->view->catalog.renew(kFreshList, [this, call, query, attributes, limit, offset] {
    std::vector<DataEntry> found;
    const auto labels = query.wanted_labels(), devices = query.all("device_id"), kinds = query.all("type");
    for (const auto& [id, entry] : call->view->catalog.entries()) {
      const auto* ae = call->view->catalog.device_of(entry);
      if (ae == nullptr || !ae->moved_to.empty()) continue;
      if (!devices.empty() && !has_label(devices, entry.device_id)) continue;
      if (!kinds.empty() && !has_label(kinds, to_text(entry.kind))) continue;
      const bool labelled = std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
        return has_label(entry.labels, label) || has_label(ae->labels, label);
      });
      if (labelled) found.push_back(entry);
    }
    const auto content_info = query.one("content_info");
    const bool by_content = content_info || attributes.filter;
    const auto page = [this, call, limit, offset, content_info, by_content, attributes](const Json& described) {
      Json list = Json::array();
      for (const auto& source : described)
        if (!content_info || text_of(source, "contentInfo") == *content_info) list.push_back(source);
      // Without a filter of that only what is on the page was described.
      const std::uint64_t skip = by_content ? offset : 0;
      call->respond(page_of(attributes.chosen(list), skip, limit, url_with(options_.root, "/data", call->request.query, "offset", std::to_string(offset + limit))));
    };
    // One more than fits tells that there is a next page.
    const auto at = [&found](std::uint64_t index) {
      return found.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(index, found.size()));
    };
    if (!by_content) found = std::vector<DataEntry>(at(offset), at(offset + limit + 1));
    describe_all(*call->view, std::move(found), page);
  });
}

void DataApi::describe_all(DataView& view, std::vector<DataEntry> entries, std::function<void(Json)> done) {
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
    view.requester.retrieve(entry.address, [work, i, one_less](const onem2m::Result<Json>& attributes) {
      if (attributes && attributes->contains("cni")) work->list[i]["count"] = attributes->at("cni");
      one_less();
    });
    view.latest(entry, [work, i, one_less, kind = entry.kind](const onem2m::Result<Json>& instance) {
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

void DataApi::show_data(const DataCallPtr& call, const std::string& data_id) {
  DataQuery query{call->request, {}};
  if (!query.fault().empty()) return call->respond(problem(400, query.fault()));
  with_data(call, data_id, "", [this, call](const DataEntry& entry) {
    describe_all(*call->view, {entry}, [call](const Json& list) { call->respond(json_response(200, list.front())); });
  });
}

void DataApi::with_data(const DataCallPtr& call, const std::string& data_id, const std::string& below, Found found) {
  const auto look = [this, call, data_id, below, found](bool last) {
    const auto& entries = call->view->catalog.entries();
    const auto entry = entries.find(data_id);
    if (entry == entries.end()) {
      if (last) call->respond(problem(404, "no such data: " + data_id));
      return false;
    }
    const auto serve = [found, known = entry->second] { found(known); };
    const std::string owner = call->view->moved_to(entry->second);
    if (owner.empty()) serve();
    else redirect(owner, "/data/" + net::percent_encode(data_id) + below, call->respond, serve);
    return true;
  };
  // What is not known may have come a moment ago.
  call->view->catalog.renew(kKnownData, [call, look] {
    if (!look(false)) call->view->catalog.renew(kFreshList, [look] { look(true); });
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

}  // namespace edgecse::edge
