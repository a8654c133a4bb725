// SPDX-License-Identifier: Apache-2.0
//
// The few oneM2M requests of the process tests, as plain HTTP messages.
#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "net/http_client.hpp"

namespace edgecse::test {

inline net::HttpCall mca_call(std::string method, std::string url, std::string originator = "CTester") {
  net::HttpCall call;
  call.method = std::move(method);
  call.url = std::move(url);
  call.headers = {{"X-M2M-Origin", std::move(originator)}, {"X-M2M-RI", "1"}, {"X-M2M-RVI", "3"}};
  return call;
}

inline net::HttpCall create_call(std::string url, int type, const nlohmann::json& representation) {
  net::HttpCall call = mca_call("POST", std::move(url));
  call.headers.add("Content-Type", fmt::format("application/json;ty={}", type));
  call.body = representation.dump();
  return call;
}

inline net::HttpCall create_instance_call(const std::string& url, int number) {
  return create_call(url + "/cse-mn/tester/data", 4, {{"m2m:cin", {{"con", std::to_string(number)}}}});
}

/// An AE with a container for instances.
inline void prepare(net::HttpClient& client, const std::string& url) {
  const std::vector<net::HttpCall> calls{
      create_call(url + "/cse-mn", 2,
                  {{"m2m:ae", {{"rn", "tester"}, {"api", "Norg.example.tester"}, {"rr", false}, {"srv", {"3"}}}}}),
      create_call(url + "/cse-mn/tester", 3, {{"m2m:cnt", {{"rn", "data"}}}})};
  for (const auto& call : calls)
    if (const auto answer = net::send_and_wait(client, call); !answer || answer->status != 201)
      throw std::runtime_error("not created: " + (answer ? answer->body : answer.error().detail));
}

}  // namespace edgecse::test
