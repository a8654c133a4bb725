// SPDX-License-Identifier: Apache-2.0
#include "management_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

#include "base/guarded_json.hpp"
#include "package/signature.hpp"

namespace edgecse::edgectl {

using base::text_of;
using nlohmann::json;

namespace {

constexpr std::chrono::milliseconds kPollPeriod{100};
constexpr auto* kPackages = "app_pkgm/v1/app_packages";
constexpr auto* kInstances = "app_lcm/v1/app_instances";

json parsed(const std::string& body) {
  auto content = json::parse(body, nullptr, false);
  return content.is_discarded() ? json() : content;
}

/// The detail of ProblemDetails, else the body's beginning.
std::string reason_in(const net::HttpResponse& response) {
  const json problem = parsed(response.body);
  if (problem.is_object())
    for (const char* member : {"detail", "title"})
      if (problem.contains(member) && problem[member].is_string()) return problem[member];
  return response.body.substr(0, 200);
}

}  // namespace

ManagementClient::ManagementClient(std::string root, std::chrono::seconds patience)
    : root_(std::move(root)), patience_(patience) {
  while (root_.ends_with('/')) root_.pop_back();
  auto client = net::make_http_client();
  if (!client) throw std::runtime_error(client.error().detail);
  client_ = std::move(*client);
}

Managed<net::HttpResponse> ManagementClient::send(const std::string& method, const std::string& path, Body body) {
  net::HttpCall call;
  call.method = method;
  call.url = root_ + "/" + path;
  call.body = std::move(body.bytes);
  call.timeout = patience_;
  if (!body.type.empty()) call.headers.add("Content-Type", body.type);
  auto result = net::send_and_wait(*client_, std::move(call));
  if (!result) return tl::unexpected(fmt::format("{}: {}", root_, result.error().detail));
  if (result->status >= 300)
    return tl::unexpected(fmt::format("{} {}: {} {}", method, path, result->status, reason_in(*result)));
  return std::move(*result);
}

Managed<json> ManagementClient::ask(const std::string& method, const std::string& path, const json& body) {
  auto result = body.is_null() ? send(method, path) : send(method, path, {body.dump(), "application/json"});
  if (!result) return tl::unexpected(result.error());
  return parsed(result->body);
}

Managed<json> ManagementClient::wait_while(const std::string& path, const std::string& member,
                                           const std::vector<std::string>& at_work) {
  const auto deadline = std::chrono::steady_clock::now() + patience_;
  for (;;) {
    auto state = ask("GET", path);
    if (!state) return state;
    if (std::find(at_work.begin(), at_work.end(), text_of(*state, member.c_str())) == at_work.end()) return state;
    if (std::chrono::steady_clock::now() >= deadline)
      return tl::unexpected(fmt::format("{}: still {} after {} s", path, text_of(*state, member.c_str()), patience_.count()));
    std::this_thread::sleep_for(kPollPeriod);
  }
}

Managed<json> ManagementClient::onboard(const std::string& name, const std::string& version, const std::string& provider,
                                        const std::string& bytes) {
  auto made = ask("POST", kPackages,
                  {{"appPkgName", name},
                   {"appPkgVersion", version},
                   {"appProvider", provider},
                   {"checksum", {{"algorithm", "SHA-256"}, {"hash", package::sha256_hex(bytes)}}},
                   {"appPkgPath", "urn:edgecse:uploaded-by-package_content"}});
  if (!made) return made;
  const std::string path = fmt::format("{}/{}", kPackages, text_of(*made, "id"));
  if (auto uploaded = send("PUT", path + "/package_content", {bytes, "application/zip"}); !uploaded)
    return tl::unexpected(uploaded.error());
  auto state = wait_while(path, "onboardingState", {"UPLOADING", "PROCESSING"});
  if (!state) return state;
  if (text_of(*state, "onboardingState") != "ONBOARDED") {
    const json failure = state->value("onboardingFailureDetails", json::object());
    return tl::unexpected(fmt::format("the orchestrator refuses the package: {}", text_of(failure, "detail")));
  }
  if (auto enabled = ask("PATCH", path, {{"operationalState", "ENABLED"}}); !enabled) return enabled;
  return state;
}

Managed<json> ManagementClient::operate(const std::string& instance, const std::string& task, const json& body) {
  auto begun = send("POST", fmt::format("{}/{}/{}", kInstances, instance, task), {body.dump(), "application/json"});
  if (!begun) return tl::unexpected(begun.error());
  const std::string location(begun->headers.find("Location").value_or(""));
  const auto occurrence = location.rfind('/');
  if (occurrence == std::string::npos) return tl::unexpected(task + ": the orchestrator named no operation in Location");
  auto ended = wait_while("app_lcm/v1/app_lcm_op_occs" + location.substr(occurrence), "operationState", {"STARTING", "PROCESSING"});
  if (!ended) return ended;
  if (text_of(*ended, "operationState") == "COMPLETED") return ended;
  return tl::unexpected(fmt::format("{} {}: {}", task, text_of(*ended, "operationState"),
                                    text_of(ended->value("error", json::object()), "detail")));
}

Managed<json> ManagementClient::instantiate(const Instance& instance) {
  auto made = ask("POST", kInstances, {{"appDId", instance.application}, {"appInstanceName", instance.name}});
  if (!made) return made;
  const std::string id = text_of(*made, "id");
  json request{{"selectedMECHostInfo", {{{"hostName", instance.host}, {"hostId", {{"id", instance.host}}}}}}};
  if (!instance.configuration.empty())
    request["osContainerDescriptor"] = {{{"osContainerDescId", "container"},
                                         {"name", "edgecse"},
                                         {"description", "its configuration file"},
                                         {"swImageDesc", {{"id", "image"}}},
                                         {"bootData", instance.configuration}}};
  if (auto done = operate(id, "instantiate", request); !done) {
    // Nothing is left behind of an instance that never ran.
    static_cast<void>(ask("DELETE", fmt::format("{}/{}", kInstances, id)));
    return done;
  }
  return ask("GET", fmt::format("{}/{}", kInstances, id));
}

Managed<json> ManagementClient::terminate(const std::string& instance, std::chrono::seconds grace) {
  json request{{"terminationType", grace.count() == 0 ? "FORCEFUL" : "GRACEFUL"}};
  if (grace.count() != 0) request["gracefulTerminationTimeout"] = grace.count();
  auto done = operate(instance, "terminate", request);
  if (!done) return done;
  if (auto deleted = ask("DELETE", fmt::format("{}/{}", kInstances, instance)); !deleted) return deleted;
  return done;
}

}  // namespace edgecse::edgectl
