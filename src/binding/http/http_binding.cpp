// SPDX-License-Identifier: Apache-2.0
#include "binding/http/http_binding.hpp"

#include "base/log.hpp"
#include "binding/http/http_primitive.hpp"
#include "binding/http/media_type.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::binding {
namespace {

using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseStatus;

constexpr int kNoResponse = 5;  // m2m:responseType

// What of a request a refusal repeats, should the rest make no primitive.
Request identity_of(const net::HttpRequest& message) {
  Request request;
  request.request_identifier = message.headers.find("X-M2M-RI").value_or("");
  if (const auto release = message.headers.find("X-M2M-RVI")) request.release_version = std::string{*release};
  return request;
}

}  // namespace

HttpBinding::HttpBinding(onem2m::RequestHandler& handler, HttpBindingOptions options)
    : handler_(handler), options_(std::move(options)) {}

net::HttpResponse HttpBinding::refusal(const Request& request, const onem2m::Error& error) const {
  Response response = onem2m::make_error_response(request, error.status, error.detail);
  if (options_.clock != nullptr) response.originating_timestamp = onem2m::format_timestamp(options_.clock->wall_now());
  return write_http_response(std::move(response), kJson);
}

void HttpBinding::handle(net::HttpRequest message, HttpAnswer answer) const {
  const Request identity = identity_of(message);
  try {
    const auto media_type = choose_media_type(message.headers.find("Accept"));
    if (!media_type) return answer(refusal(identity, media_type.error()));
    auto request = read_http_request(std::move(message), options_.root);
    if (!request) return answer(refusal(identity, request.error()));
    if (request->response_type == kNoResponse) {
      answer(net::HttpResponse{.status = 204, .headers = {}, .body = {}});
      return handler_.handle(std::move(*request), [](const Response&) {});
    }
    handler_.handle(std::move(*request), [answer, media = *media_type](Response response) {
      answer(write_http_response(std::move(response), media));
    });
  } catch (const std::exception& leak) {
    base::log::error("binding", "an exception left the handling of a request", {{"what", leak.what()}});
    answer(refusal(identity, {ResponseStatus::InternalServerError, "internal error"}));
  }
}

}  // namespace edgecse::binding
