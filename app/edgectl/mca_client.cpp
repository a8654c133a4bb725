// SPDX-License-Identifier: Apache-2.0
#include "mca_client.hpp"

#include <charconv>
#include <stdexcept>

#include "base/random.hpp"
#include "onem2m/json_codec.hpp"

namespace edgecse::edgectl {
namespace {

// TS-0009 6.2.2: SP-relative and absolute addresses are told apart from CSE-relative ones by their first segment.
std::string path_of(const std::string& address) {
  std::string path = address.starts_with("//") ? "/_" + address.substr(1)
                     : address.starts_with('/') ? "/~" + address
                                                : '/' + address;
  return net::percent_encode(path, "/~");
}

int status_of(const net::HttpResponse& response) {
  const auto header = response.headers.find("X-M2M-RSC");
  int status = 0;
  if (header) std::from_chars(header->data(), header->data() + header->size(), status);
  return status;
}

std::string reason_in(const Json& content, int http_status) {
  if (content.is_object() && content.contains("m2m:dbg") && content["m2m:dbg"].is_string()) return content["m2m:dbg"];
  return "HTTP status " + std::to_string(http_status);
}

}  // namespace

McaClient::McaClient(Settings settings) : settings_(std::move(settings)) {
  net::HttpClientOptions options;
  options.tls.ca_file = settings_.ca_file;
  options.tls.certificate_file = settings_.certificate_file;
  options.tls.key_file = settings_.key_file;
  auto made = net::make_http_client(options);
  if (!made) throw std::runtime_error(made.error().detail);
  client_ = std::move(*made);
  while (settings_.cse.ends_with('/')) settings_.cse.pop_back();
}

net::HttpCall McaClient::make_call(std::string method, const std::string& address, const Query& query) const {
  net::HttpCall call;
  call.method = std::move(method);
  call.url = settings_.cse + path_of(address);
  char separator = '?';
  for (const auto& [name, value] : query) {
    call.url += separator + net::percent_encode(name) + '=' + net::percent_encode(value);
    separator = '&';
  }
  call.headers.add("Accept", "application/json");
  return call;
}

Answer McaClient::send(net::HttpCall call) {
  base::SystemRandom random;
  call.headers.add("X-M2M-Origin", settings_.originator);
  call.headers.add("X-M2M-RI", "edgectl-" + random.hex(4) + '-' + std::to_string(next_request_++));
  call.headers.add("X-M2M-RVI", settings_.release);
  const std::string url = call.url;
  const auto response = net::send_and_wait(*client_, std::move(call));
  if (!response) return {0, nullptr, url + ": " + response.error().detail};
  Answer answer{status_of(*response), nullptr, {}};
  if (!response->body.empty()) {
    auto content = onem2m::parse_json(response->body);
    if (content) answer.content = std::move(*content);
  }
  if (answer.status == 0) answer.text = url + " answers, but not as a CSE (no X-M2M-RSC)";
  if (answer.status != 0 && !answer.succeeded()) answer.text = reason_in(answer.content, response->status);
  return answer;
}

Answer McaClient::retrieve(const std::string& address, const Query& query) {
  return send(make_call("GET", address, query));
}

Answer McaClient::create(const std::string& parent, int type, const Json& representation) {
  net::HttpCall call = make_call("POST", parent, {});
  call.headers.add("Content-Type", "application/json;ty=" + std::to_string(type));
  call.body = onem2m::to_json_text(representation);
  return send(std::move(call));
}

Answer McaClient::update(const std::string& address, const Json& representation) {
  net::HttpCall call = make_call("PUT", address, {});
  call.headers.add("Content-Type", "application/json");
  call.body = onem2m::to_json_text(representation);
  return send(std::move(call));
}

Answer McaClient::remove(const std::string& address) { return send(make_call("DELETE", address, {})); }

}  // namespace edgecse::edgectl
