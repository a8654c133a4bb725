// SPDX-License-Identifier: Apache-2.0
//
// What is below /data/{dataId}: the newest value, those that are kept, a new one, and the stream.
#include <fmt/format.h>

#include <algorithm>

#include "base/guarded_json.hpp"
#include "edge/data_api.hpp"
#include "edge/http_rules.hpp"
#include "onem2m/enumerations.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::edge {
namespace {

constexpr std::size_t kMaximumValueBytes = 64 * 1024;

/// What a NewValue holds. value: any JSON; contentInfo: for containers.
base::Result<Json, net::HttpResponse> read_new_value(const net::HttpRequest& request) {
  if (auto refusal = refuse_body(request, kMaximumValueBytes)) return tl::unexpected(std::move(*refusal));
  auto body = base::parse_guarded_json(request.body);
  if (!body) return tl::unexpected(problem(400, body.error()));
  if (!body->is_object() || !body->contains("value")) return tl::unexpected(problem(400, "the body must be an object with a value"));
  for (const auto& [name, value] : body->items()) {
    const bool known = name == "value" || (name == "contentInfo" && value.is_string());
    if (!known) return tl::unexpected(problem(400, fmt::format("'{}' is no member of a new value, or no text", name)));
  }
  return std::move(*body);
}

/// The representation that brings the value in.
Json representation_of(DataKind kind, const Json& given, base::WallTime now) {
  const Json& value = given["value"];
  if (kind == DataKind::TimeSeries) return {{"m2m:tsi", {{"con", value}, {"dgt", onem2m::format_timestamp(now)}}}};
  Json instance = {{"con", value.is_string() ? value : Json(base::print_json(value))}};
  if (given.contains("contentInfo")) instance["cnf"] = given["contentInfo"];
  else if (!value.is_string()) instance["cnf"] = "application/json:0";
  return {{"m2m:cin", std::move(instance)}};
}

}  // namespace

void DataApi::show_latest(const DataCallPtr& call, const std::string& data_id) {
  DataQuery query{call->request, {}};
  if (!query.fault().empty()) return call->respond(problem(400, query.fault()));
  with_data(call, data_id, "/latest", [call](const DataEntry& entry) {
    call->view->latest(entry, [call, kind = entry.kind](const onem2m::Result<Json>& instance) {
      if (!instance) return call->respond(problem(instance.error()));
      const Json value = value_of(kind, *instance);
      const std::string tag = kind == DataKind::FlexContainer
                                  ? fmt::format("\"{}-{}\"", text_of(*instance, "ri"), sequence_of(kind, *instance))
                                  : fmt::format("\"{}\"", text_of(*instance, "ri"));
      if (auto answer = check_preconditions(call->request, tag)) return call->respond(std::move(*answer));
      auto response = json_response(200, value);
      response.headers.add("ETag", tag);
      call->respond(std::move(response));
    });
  });
}

void DataApi::list_values(const DataCallPtr& call, const std::string& data_id) {
  DataQuery query{call->request, {"after_sequence", "since", "until", "limit", "order"}};
  const auto limit = query.limit(), after = query.number("after_sequence", 0);
  const std::string order = query.one("order").value_or("asc");
  if (order != "asc" && order != "desc") query.refuse("order must be asc or desc, not '" + order + "'");
  onem2m::FilterCriteria criteria;
  for (auto [name, into] : {std::pair{"since", &criteria.created_after}, std::pair{"until", &criteria.created_before}}) {
    const auto given = query.one(name);
    if (!given) continue;
    *into = from_rfc3339(*given);
    if ((*into)->empty()) query.refuse(fmt::format("{} is no time of RFC 3339 in UTC: '{}'", name, *given));
  }
  if (!query.fault().empty()) return call->respond(problem(400, query.fault()));
  const std::string path = "/data/" + net::percent_encode(data_id) + "/values";
  with_data(call, data_id, "/values", [this, call, criteria, limit, after, order, path](const DataEntry& entry) {
    const ValueRange range{after, order == "desc", limit + 1};  // one more tells that there is a next page
    call->view->values(entry, criteria, range, [this, call, limit, path, kind = entry.kind](const onem2m::Result<std::vector<Json>>& found) {
      if (!found) return call->respond(problem(found.error()));
      Json values = Json::array();
      for (std::size_t i = 0; i < found->size() && i < limit; ++i) values.push_back(value_of(kind, (*found)[i]));
      auto response = json_response(200, values);
      if (found->size() > limit) {
        const auto last = std::to_string(sequence_of(kind, (*found)[limit - 1]));
        const std::string next = url_with(options_.root, path, call->request.query, "after_sequence", last);
        response.headers.add("Link", fmt::format("<{}>; rel=\"next\"", next));
      }
      call->respond(std::move(response));
    });
  });
}

void DataApi::write_value(const DataCallPtr& call, const std::string& data_id) {
  DataQuery query{call->request, {}};
  if (!query.fault().empty()) return call->respond(problem(400, query.fault()));
  if (!call->may_write)
    return call->respond(problem(403, "only an application that shows who it is, by a token or a certificate, may write"));
  auto given = read_new_value(call->request);
  if (!given) return call->respond(std::move(given.error()));
  with_data(call, data_id, "/values", [this, call, given = std::move(*given)](const DataEntry& entry) {
    const bool is_flex = entry.kind == DataKind::FlexContainer;
    const auto written = [this, call, kind = entry.kind, data_id = entry.data_id](const onem2m::Result<Json>& made) {
      if (!made) return call->respond(problem(made.error()));
      auto response = json_response(201, value_of(kind, *made));
      const std::string self = options_.root + "/data/" + net::percent_encode(data_id);
      const auto sequence = sequence_of(kind, *made);
      response.headers.add("Location", kind == DataKind::FlexContainer || sequence == 0
                                           ? self + "/latest"
                                           : fmt::format("{}/values?after_sequence={}&limit=1", self, sequence - 1));
      call->respond(std::move(response));
    };
    if (!is_flex) {
      const int type = entry.kind == DataKind::TimeSeries ? onem2m::type::kTimeSeriesInstance : onem2m::type::kContentInstance;
      return call->view->requester.create(entry.address, type, representation_of(entry.kind, given, clock_.wall_now()), {}, written);
    }
    if (!given["value"].is_object() || given.contains("contentInfo"))
      return call->respond(problem(400, "the value of a flexContainer is an object with its attributes, without contentInfo"));
    call->view->requester.update(entry.address, given["value"], written);
  });
}

void DataApi::open_stream(const DataCallPtr& call, const std::string& data_id) {
  DataQuery query{call->request, {"last_event_id"}};
  std::string last{call->request.headers.find("Last-Event-ID").value_or("")};
  if (last.empty()) last = query.one("last_event_id").value_or("");
  std::optional<std::uint64_t> after;
  if (!last.empty() && !(after = to_number(last))) query.refuse("Last-Event-ID must be the sequence of a value, not '" + last + "'");
  if (!query.fault().empty()) return call->respond(problem(400, query.fault()));
  if (!call->open_stream) return call->respond(problem(503, "streams are not offered at the moment"));
  with_data(call, data_id, "/stream", [this, call, after](const DataEntry& entry) {
    streams_.open(*call->view, entry, after, call->open_stream, call->respond);
  });
}

}  // namespace edgecse::edge
