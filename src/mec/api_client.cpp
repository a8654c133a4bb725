// SPDX-License-Identifier: Apache-2.0
#include "mec/api_client.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/guarded_json.hpp"
#include "telemetry/registry.hpp"

namespace edgecse::mec {
namespace {

std::string without_slash(std::string text) {
  while (!text.empty() && text.back() == '/') text.pop_back();
  return text;
}

/// scheme://authority of a URL.
std::string_view origin_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  return url.substr(0, url.find('/', scheme + 3));
}

std::string_view name_of(Api api) {
  switch (api) {
    case Api::AppSupport: return "app_support";
    case Api::ServiceManagement: return "service_mgmt";
    case Api::Location: return "location";
    case Api::Rni: return "rni";
    case Api::Capif: return "capif";
    case Api::Iot: return "iot";
    case Api::Ams: break;
  }
  return "ams";
}

std::string_view class_of(int status) {
  if (status == 0) return "unanswered";
  switch (status / 100) {
    case 2: return "success";
    case 4: return "refused";
    case 5: return "failed";
    default: return "odd";
  }
}

/// RFC 9110 10.2.3: seconds, or the date until which to wait.
std::chrono::seconds retry_after_of(const net::Headers& headers, base::WallTime now) {
  const auto value = headers.find("Retry-After");
  if (!value) return {};
  unsigned seconds = 0;
  if (std::from_chars(value->data(), value->data() + value->size(), seconds).ec == std::errc{})
    return std::chrono::seconds{seconds};
  std::tm date{};
  if (::strptime(std::string{*value}.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date) == nullptr) return {};
  const std::chrono::seconds until{::timegm(&date)};
  return std::max(std::chrono::seconds{0}, until - std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()));
}

Error error_of(const Answered& answer) {
  if (answer.status == 0) return {ErrorKind::Unreachable, 0, answer.detail};
  const auto kind = answer.status == 401       ? ErrorKind::Unauthorized
                    : answer.status / 100 == 4 ? ErrorKind::Refused
                                               : ErrorKind::Failed;
  return {kind, answer.status, fmt::format("the platform answered {} {}", answer.status, problem_text(answer.body))};
}

template <typename T>
std::function<void(Answered)> decoding(std::function<void(Result<T>)> done, Result<T> (*decode)(const Json&)) {
  return [done = std::move(done), decode](const Answered& answer) {
    if (answer.status / 100 != 2) return done(tl::unexpected<Error>(error_of(answer)));
    done(decode(answer.body));
  };
}

}  // namespace

struct ApiClient::Exchange {
  CallId id = 0;
  std::string api;
  std::string method, url, body, if_match;
  bool repeated = false;
  std::function<void(Answered)> done;
};

const std::string& PlatformAddress::base_of(Api api) const {
  switch (api) {
    case Api::AppSupport: return app_support;
    case Api::ServiceManagement: return service_management;
    case Api::Location: return location;
    case Api::Rni: return rni;
    case Api::Capif: return capif;
    case Api::Iot: return iot;
    case Api::Ams: break;
  }
  return ams;
}

PlatformAddress make_platform_address(const std::string& api_root, const std::map<std::string, std::string>& overrides) {
  const auto address = [&](const std::string& key, const std::string& standard) {
    const auto given = overrides.find(key);
    if (given != overrides.end() && !given->second.empty()) return without_slash(given->second);
    return without_slash(api_root) + standard;
  };
  return {address("app_support", "/mec_app_support/v1"), address("service_mgmt", "/mec_service_mgmt/v1"),
          address("ams", "/amsi/v1"), address("location", "/location/v2"), address("rni", "/rni/v2"),
          without_slash(api_root) + "/service-apis/v1", address("iot", "/iots/v1")};
}

ApiClient::ApiClient(std::vector<PlatformAddress> platforms, OAuth2Options oauth2, net::HttpClient& client,
                     base::Executor& executor, base::Clock& clock, telemetry::Registry* registry)
    : platforms_(std::move(platforms)),
      client_(client),
      executor_(executor),
      clock_(clock),
      tokens_(std::move(oauth2), client, executor, clock),
      registry_(registry) {}

std::string ApiClient::url_of(const Call& call) const {
  const std::string& base = platforms_.at(call.platform).base_of(call.api);
  if (!call.is_link) return base + call.path;
  // A link may lead anywhere on the platform, but not to another host: its writer must not make us call strangers.
  const std::string origin{origin_of(base)};
  if (call.path.starts_with("/")) return origin + call.path;
  return origin_of(call.path) == origin ? call.path : std::string{};
}

void ApiClient::send(const Call& call, std::function<void(Answered)> done) {
  auto exchange = std::make_shared<Exchange>();
  exchange->id = call.id;
  exchange->api = name_of(call.api);
  exchange->method = call.method;
  exchange->url = url_of(call);
  if (!call.body.is_null()) exchange->body = base::print_json(call.body);
  exchange->if_match = call.if_match;
  exchange->done = std::move(done);
  if (exchange->url.empty()) {
    Answered refused{call.id, 0, {}, {}, {}, "a link to another host is not followed"};
    return executor_.post([exchange, refused] { exchange->done(refused); });
  }
  attempt(std::move(exchange));
}

void ApiClient::get(std::string url, const std::string& api, std::function<void(Answered)> done) {
  auto exchange = std::make_shared<Exchange>();
  exchange->api = api;
  exchange->method = "GET";
  exchange->url = std::move(url);
  exchange->done = std::move(done);
  attempt(std::move(exchange));
}

void ApiClient::attempt(std::shared_ptr<Exchange> exchange) {
  tokens_.get([this, exchange = std::move(exchange)](const Result<std::string>& token) {
    if (token) return transmit(exchange, *token);
    Answered answer{exchange->id, token.error().status, {}, {}, {}, token.error().detail};
    count(exchange->api, "unauthorized");
    executor_.post([exchange, answer = std::move(answer)] { exchange->done(answer); });
  });
}

void ApiClient::transmit(std::shared_ptr<Exchange> exchange, const std::string& token) {
  net::HttpCall call;
  call.method = exchange->method;
  call.url = exchange->url;
  call.body = exchange->body;
  call.headers.add("Accept", "application/json");
  if (!call.body.empty()) call.headers.add("Content-Type", "application/json");
  if (!exchange->if_match.empty()) call.headers.add("If-Match", exchange->if_match);
  if (!token.empty()) call.headers.add("Authorization", "Bearer " + token);
  client_.send(std::move(call), [this, exchange, token, &executor = executor_,
                                 alive = std::weak_ptr<bool>(alive_)](net::HttpResult result) {
    executor.post([this, exchange, token, alive, result = std::move(result)] {
      if (alive.expired()) return;
      const bool stale_token = result && result->status == 401 && !token.empty() && !exchange->repeated;
      if (!stale_token) return finish(*exchange, result);
      exchange->repeated = true;
      tokens_.discard(token);
      attempt(exchange);
    });
  });
}

void ApiClient::finish(const Exchange& exchange, const net::HttpResult& result) {
  Answered answer;
  answer.call = exchange.id;
  if (!result) {
    answer.detail = result.error().detail;
  } else {
    answer.status = result->status;
    if (auto body = base::parse_guarded_json(result->body)) answer.body = std::move(*body);
    if (const auto location = result->headers.find("Location")) answer.location = *location;
    if (const auto tag = result->headers.find("ETag")) answer.entity_tag = *tag;
    answer.retry_after = retry_after_of(result->headers, clock_.wall_now());
  }
  count(exchange.api, std::string{class_of(answer.status)});
  exchange.done(std::move(answer));
}

void ApiClient::count(const std::string& api, const std::string& result) {
  if (registry_ == nullptr) return;
  registry_->counter("edgecse_mec_requests_total", "Requests to the MEC platforms", {{"api", api}, {"result", result}}).add();
}

void ApiClient::find_services(std::size_t platform, const std::string& name, Callback<std::vector<ServiceInfo>> done) {
  const std::string query = name.empty() ? "" : "?ser_name=" + net::percent_encode(name);
  get(platforms_.at(platform).service_management + "/services" + query, "service_mgmt",
      decoding(std::move(done), &decode_services));
}

void ApiClient::find_services_of(std::size_t platform, const std::string& app_instance_id,
                                 Callback<std::vector<ServiceInfo>> done) {
  get(fmt::format("{}/applications/{}/services", platforms_.at(platform).service_management,
                  net::percent_encode(app_instance_id)),
      "service_mgmt", decoding(std::move(done), &decode_services));
}

void ApiClient::find_adjacent_instances(Callback<std::vector<AdjacentAppInstance>> done) {
  get(platforms_.front().ams + "/queries/adjacent_app_instances", "ams",
      decoding(std::move(done), &decode_adjacent_instances));
}

void ApiClient::find_users(const std::string& address, Callback<std::vector<UserInfo>> done) {
  const std::string query = address.empty() ? "" : "?address=" + net::percent_encode(address);
  get(platforms_.front().location + "/queries/users" + query, "location", decoding(std::move(done), &decode_users));
}

void ApiClient::find_cells(const std::string& ipv4_address, Callback<std::vector<CellUser>> done) {
  get(platforms_.front().rni + "/queries/rab_info?ue_ipv4_address=" + net::percent_encode(ipv4_address), "rni",
      decoding(std::move(done), &decode_cell_users));
}

}  // namespace edgecse::mec
