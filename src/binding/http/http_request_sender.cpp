// SPDX-License-Identifier: Apache-2.0
#include "binding/http/http_request_sender.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "binding/http/http_call.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::binding {
namespace {

using onem2m::NextHop;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseCallback;
using onem2m::ResponseStatus;

/// One request on its way through the points of access. Lives in the client's callbacks; one thread at a time.
class Attempt : public std::enable_shared_from_this<Attempt> {
 public:
  Attempt(net::HttpClient& client, const base::Clock& clock, std::vector<std::string> urls, bool plain_url, Request request,
          base::MonotonicTime deadline, ResponseCallback done)
      : client_(client), clock_(clock), urls_(std::move(urls)), plain_url_(plain_url), request_(std::move(request)),
        deadline_(deadline), done_(std::move(done)) {}

  void send_next() {
    net::HttpCall call = write_http_call(request_);
    call.url = urls_[next_++];
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - clock_.monotonic_now());
    call.timeout = std::max(left, std::chrono::milliseconds{1});  // 0 would mean no limit to some clients
    client_.send(std::move(call), [self = shared_from_this()](net::HttpResult result) { self->finish(std::move(result)); });
  }

 private:
  void finish(net::HttpResult&& result) {
    if (result) return done_(read_http_response(std::move(*result), request_, plain_url_));
    const net::Error& error = result.error();
    if (error.kind == net::ErrorKind::Timeout) return refuse(ResponseStatus::RequestTimeout, error);
    const bool may_go_on = error.kind == net::ErrorKind::Unreachable || error.kind == net::ErrorKind::Refused;
    if (may_go_on && next_ < urls_.size() && clock_.monotonic_now() < deadline_) return send_next();
    refuse(ResponseStatus::TargetNotReachable, error);
  }

  void refuse(ResponseStatus status, const net::Error& error) {
    done_(onem2m::make_error_response(request_, status, error.detail));
  }

  net::HttpClient& client_;
  const base::Clock& clock_;
  const std::vector<std::string> urls_;
  const bool plain_url_;
  const Request request_;
  const base::MonotonicTime deadline_;
  const ResponseCallback done_;
  std::size_t next_ = 0;
};

/// The URLs to try, complete, in order.
std::vector<std::string> urls_of(const NextHop& next_hop, const Request& request) {
  std::vector<std::string> urls;
  const std::string target = next_hop.plain_url ? std::string{} : request_target(request);
  for (std::string_view point : next_hop.points_of_access) {
    if (!is_http_url(point)) continue;
    if (next_hop.plain_url) {
      urls.push_back(without_serialization_hint(point));
    } else {
      while (point.ends_with('/')) point.remove_suffix(1);
      urls.push_back(fmt::format("{}{}", point, target));
    }
  }
  return urls;
}

}  // namespace

HttpRequestSender::HttpRequestSender(net::HttpClient& client, base::Executor& executor, const base::Clock& clock,
                                     HttpRequestSenderOptions options)
    : client_(client), executor_(executor), clock_(clock), options_(options) {}

void HttpRequestSender::send(NextHop next_hop, Request request, ResponseCallback done) {
  const auto refuse = [&](ResponseStatus status, const char* why) {
    executor_.post([response = onem2m::make_error_response(request, status, why), done = std::move(done)] { done(response); });
  };
  base::Duration timeout = options_.default_timeout;
  if (!request.request_expiration.empty()) {
    const base::WallTime now = clock_.wall_now();
    const auto expiration = onem2m::parse_absolute_or_relative(request.request_expiration, now);
    if (!expiration) return refuse(ResponseStatus::BadRequest, "the requestExpirationTimestamp is no time");
    if (*expiration <= now) return refuse(ResponseStatus::RequestTimeout, "the request expired before it was sent on");
    timeout = std::min<base::Duration>(*expiration - now, options_.maximum_timeout);
  }
  auto urls = urls_of(next_hop, request);
  if (urls.empty()) return refuse(ResponseStatus::TargetNotReachable, "the next hop has no point of access for HTTP");
  const base::MonotonicTime deadline = clock_.monotonic_now() + timeout;
  std::make_shared<Attempt>(client_, clock_, std::move(urls), next_hop.plain_url, std::move(request), deadline, std::move(done))
      ->send_next();
}

}  // namespace edgecse::binding
