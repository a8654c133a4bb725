// SPDX-License-Identifier: Apache-2.0
#include "edge/host_directory.hpp"

#include "edge/publisher.hpp"
#include "edge/requester.hpp"
#include "onem2m/address.hpp"

namespace edgecse::edge {

struct HostDirectory::Question {
  std::string cse_id, instance;  // one of them
  Callback done;
  std::size_t step = 0;          // platform by platform: by name of either service, then what the instance offers
};

void HostDirectory::find_by_instance(const std::string& app_instance_id, Callback done) {
  auto question = std::make_shared<Question>(Question{{}, app_instance_id, std::move(done)});
  if (auto host = known(*question)) return question->done(std::move(host));
  ask(std::move(question));
}

void HostDirectory::find_by_cse(const std::string& cse_id, Callback done) {
  auto question = std::make_shared<Question>(Question{cse_id, {}, std::move(done)});
  if (auto host = known(*question); host && !host->data_endpoint.empty()) return question->done(std::move(host));
  ask(std::move(question));
}

void HostDirectory::ask(std::shared_ptr<Question> question) {
  constexpr std::size_t kSteps = 3;
  const std::size_t platform = question->step / kSteps, kind = question->step % kSteps;
  if (platform >= api_.platform_count()) return question->done(known(*question));
  ++question->step;
  const auto answered = [this, question, kind](const mec::Result<std::vector<mec::ServiceInfo>>& services) {
    if (services) learn(*services, kind == 2 ? question->instance : std::string{});
    const auto host = known(*question);
    const bool enough = host && (!question->instance.empty() || !host->data_endpoint.empty());
    if (enough) return question->done(host);
    ask(question);
  };
  if (kind < 2) return api_.find_services(platform, std::string{kind == 0 ? kCseServiceName : kDataServiceName}, answered);
  if (question->instance.empty()) return ask(question);
  api_.find_services_of(platform, question->instance, answered);
}

void HostDirectory::learn(const std::vector<mec::ServiceInfo>& services, const std::string& instance) {
  for (const auto& service : services) {
    if (service.name != kCseServiceName && service.name != kDataServiceName) continue;
    const Json& specific = service.transport.implementation_specific;
    const std::string cse_id = text_of(specific, "cseId");
    if (!onem2m::is_cse_id(cse_id)) continue;
    auto& host = by_cse_[cse_id];
    host.cse_id = cse_id;
    std::string producer = text_of(specific, "appInstanceId");
    if (producer.empty()) producer = !service.app_instance_id.empty() ? service.app_instance_id : instance;
    if (!producer.empty()) cse_of_instance_[producer] = cse_id;
    if (service.name == kDataServiceName && !service.transport.uris.empty()) host.data_endpoint = service.transport.uris.front();
  }
}

std::optional<KnownHost> HostDirectory::known(const Question& question) const {
  std::string cse_id = question.cse_id;
  if (!question.instance.empty()) {
    const auto found = cse_of_instance_.find(question.instance);
    if (found == cse_of_instance_.end()) return std::nullopt;
    cse_id = found->second;
  }
  const auto host = by_cse_.find(cse_id);
  return host == by_cse_.end() ? std::nullopt : std::optional{host->second};
}

}  // namespace edgecse::edge
