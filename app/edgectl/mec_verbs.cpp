// SPDX-License-Identifier: Apache-2.0
#include "mec_verbs.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <future>
#include <iostream>
#include <mutex>

#include "base/random.hpp"
#include "base/thread_executor.hpp"
#include "edgecse/configuration.hpp"
#include "mec/platform_check.hpp"
#include "net/http_server.hpp"

namespace edgecse::edgectl {
namespace {

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

/// Listens where the CSE would, and counts what comes to the callback.
class Listener {
 public:
  Listener(const app::HttpSettings& http, const std::string& path) {
    auto server = net::HttpServer::start(http.server, [this, path](const net::HttpRequest& request, const net::Responder& responder) {
      net::HttpResponse response;
      response.status = request.path.ends_with(path) ? 204 : 404;
      responder.send(std::move(response));
      if (!request.path.ends_with(path)) return;
      std::lock_guard lock(mutex_);
      came_ = true;
      arrived_.notify_one();
    });
    if (server) server_ = std::move(*server);
    else why_ = server.error().detail;
  }
  [[nodiscard]] const std::string& why() const { return why_; }
  bool wait(std::chrono::seconds patience) {
    std::unique_lock lock(mutex_);
    return arrived_.wait_for(lock, patience, [this] { return came_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  bool came_ = false;  // guarded by mutex_
  std::string why_;
  std::unique_ptr<net::HttpServer> server_;  // last: its threads use the rest
};

mec::PlatformCheckOptions options_of(const app::Configuration& configuration, const std::string& secret) {
  const auto& mec = configuration.mec;
  mec::PlatformCheckOptions made;
  made.platforms.push_back(mec::make_platform_address(mec.api_root, mec.apis));
  for (const auto& peer : mec.peers) made.platforms.push_back(mec::make_platform_address(peer));
  made.api_root = without_slash(mec.api_root);
  made.app_name = mec.app_name;
  made.app_instance_id = mec.app_instance_id;
  const bool tls = configuration.http.tls.enabled();
  made.app_endpoint = without_slash(configuration.http.advertise.empty()
                                        ? (tls ? "https://" : "http://") + configuration.http.server.listen
                                        : configuration.http.advertise.front());
  made.callback = without_slash(mec.callback.empty() ? made.app_endpoint + "/mec" : mec.callback) + secret;
  made.required_services = mec.required_services;
  made.with_token = !mec.token_endpoint.empty();
  made.mobility = configuration.cse.mobility.enabled;
  return made;
}

std::string_view word_for(mec::CheckOutcome outcome) {
  switch (outcome) {
    case mec::CheckOutcome::Works: return "ok";
    case mec::CheckOutcome::Failed: return "FAILED";
    case mec::CheckOutcome::NotOffered: return "missing";
    case mec::CheckOutcome::Skipped: break;
  }
  return "skipped";
}

/// Waits on this thread for what the client does on the executor's.
class Asker {
 public:
  Asker(const app::Configuration& configuration, std::vector<mec::PlatformAddress> platforms) {
    auto client = net::make_http_client(configuration.http.client);
    if (!client) throw std::runtime_error(client.error().detail);
    client_ = std::move(*client);
    const auto& mec = configuration.mec;
    api_ = std::make_unique<mec::ApiClient>(
        std::move(platforms), mec::OAuth2Options{.token_endpoint = mec.token_endpoint, .client_id = mec.client_id, .client_secret = mec.client_secret},
        *client_, executor_, clock_, nullptr);
  }
  ~Asker() {
    executor_.stop();
    client_.reset();
  }
  Asker(const Asker&) = delete;
  Asker& operator=(const Asker&) = delete;

  mec::Answered ask(const mec::Call& call) {
    auto answered = std::make_shared<std::promise<mec::Answered>>();
    auto answer = answered->get_future();
    executor_.post([this, call, answered] { api_->send(call, [answered](const mec::Answered& given) { answered->set_value(given); }); });
    return answer.get();
  }

 private:
  base::SystemClock clock_;
  base::ThreadExecutor executor_{"mec-check"};
  std::unique_ptr<net::HttpClient> client_;
  std::unique_ptr<mec::ApiClient> api_;
};

int check(const app::Configuration& configuration) {
  base::SystemRandom random;
  const std::string secret = "/check/" + random.hex(16);
  auto options = options_of(configuration, secret);
  Asker asker(configuration, options.platforms);
  Listener listener(configuration.http, secret);
  mec::PlatformCheck::Told told;
  if (listener.why().empty()) told = [&](std::chrono::seconds patience) { return listener.wait(patience); };
  mec::PlatformCheck platform(
      std::move(options), [&](const mec::Call& call) { return asker.ask(call); }, std::move(told),
      fmt::format("nobody can listen at http.listen ({}): stop the CSE that runs there to check the callback too", listener.why()));
  std::map<mec::CheckOutcome, unsigned> count;
  const bool fine = platform.run([&](const mec::CheckStep& step) {
    ++count[step.outcome];
    std::cout << fmt::format("{:<8} {:<34} {}\n", word_for(step.outcome), step.name, step.sentence) << std::flush;
  });
  using Outcome = mec::CheckOutcome;
  std::cout << fmt::format("{} ok, {} failed, {} missing, {} skipped\n", count[Outcome::Works], count[Outcome::Failed],
                           count[Outcome::NotOffered], count[Outcome::Skipped]);
  return fine ? 0 : 1;
}

}  // namespace

int check_platform(const std::string& configuration_file, const std::vector<std::string>& overrides) {
  app::Configuration configuration;
  base::ConfigurationKeys keys;
  app::declare_keys(keys, configuration);
  const auto faults = app::load(keys, configuration,
                                {.file = configuration_file, .overrides = overrides, .environment = base::process_environment()});
  for (const auto& fault : faults) std::cerr << fault.text() << '\n';
  if (!faults.empty()) return 2;
  if (!configuration.mec.enabled) {
    std::cerr << "mec.enabled is false: this CSE uses no MEC platform\n";
    return 2;
  }
  return check(configuration);
}

}  // namespace edgecse::edgectl
