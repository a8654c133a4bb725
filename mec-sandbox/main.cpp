// SPDX-License-Identifier: Apache-2.0
//
// mec-sandbox: the local MEC system. Usage: mec-sandbox --help
#include <CLI/CLI.hpp>
#include <future>

#include "base/log.hpp"
#include "base/stop_signals.hpp"
#include "base/thread_executor.hpp"
#include "control/sandbox.hpp"
#include "net/http_client.hpp"

namespace {

using namespace edgecse;

struct Flags {
  std::string listen = "127.0.0.1:8090";
  std::string api_root;
  std::string scenarios = "mec-sandbox/scenarios";
  std::string scenario = "dual-mep-short-path";
  double speed = 1;
  std::uint64_t seed = 0;
  bool integers = false;
  bool paused = false;
  std::string quirks = "none";
  std::string edition;
  bool capif_only = false;
  std::string oauth2_client;
  std::uint64_t token_life_s = 60;
  std::string run_program;
  std::string instances = "build/run/instances";
  std::string package_authorities;
};

int fail(const std::string& sentence) {
  base::log::error("sandbox", sentence);
  return 1;
}

/// A package may hold its image.
constexpr std::size_t kLargestPackage = 512ULL << 20;

std::optional<sandbox::Orchestrator::Options> management_of(const Flags& flags) {
  sandbox::Orchestrator::Options made{.runner = {.program = flags.run_program, .folder = flags.instances}, .trust = {}};
  if (flags.package_authorities.empty()) return made;
  auto authorities = package::read_file(flags.package_authorities);
  if (!authorities) return std::nullopt;
  made.trust = {.authorities = std::move(*authorities), .signature_required = true};
  return made;
}

/// --oauth2-client ID:SECRET.
sandbox::TokenRules tokens_of(const Flags& flags) {
  const auto colon = flags.oauth2_client.find(':');
  if (colon == std::string::npos) return {};
  return {flags.oauth2_client.substr(0, colon), flags.oauth2_client.substr(colon + 1), std::chrono::seconds{flags.token_life_s}};
}

int serve(const Flags& flags) {
  const sigset_t signals = base::block_stop_signals();
  const auto management = management_of(flags);
  if (!management) return fail(flags.package_authorities + ": cannot be read");
  base::SystemClock clock;
  base::SystemRandom system_random;
  base::SeededRandom seeded_random(flags.seed);
  base::Random& random = flags.seed ? static_cast<base::Random&>(seeded_random) : system_random;
  auto client = net::make_http_client();
  if (!client) return fail(client.error().detail);
  base::ThreadExecutor executor("sandbox");

  std::optional<sandbox::Sandbox> system;  // made on the executor, as soon as the port is known
  net::HttpServerOptions http;
  http.listen = flags.listen;
  http.maximum_body_bytes = kLargestPackage;
  auto server = net::HttpServer::start(http, [&](net::HttpRequest request, net::Responder responder) {
    executor.post([&system, request = std::move(request), responder = std::move(responder)] {
      if (!system) return responder.send({503, {}, {}});
      system->handle(request, [responder](net::HttpResponse response) { responder.send(std::move(response)); });
    });
  });
  if (!server) return fail(server.error().detail);

  std::promise<std::string> started;
  executor.post([&, port = (*server)->port()] {
    const auto root = fmt::format("http://{}:{}", flags.listen.substr(0, flags.listen.rfind(':')), port);
    using sandbox::EnumerationStyle;
    system.emplace(
        sandbox::Sandbox::Options{flags.scenarios, flags.api_root.empty() ? root : flags.api_root, flags.speed,
                                  flags.integers ? EnumerationStyle::Integers : EnumerationStyle::Strings, *management,
                                  flags.quirks == "advantedge" ? sandbox::Quirks::AdvantEdge : sandbox::Quirks::None,
                                  sandbox::edition_of(flags.edition), flags.capif_only, tokens_of(flags)},
        clock, executor, random, **client);
    const auto loaded = system->load(flags.scenario);
    if (loaded && !flags.paused) system->start();
    started.set_value(loaded ? "" : loaded.error().detail);
  });
  if (const auto fault = started.get_future().get(); !fault.empty()) return fail(fault);
  base::log::info(
      "sandbox", "ready",
      {{"listen", flags.listen}, {"port", std::to_string((*server)->port())}, {"scenario", flags.scenario}});
  int signal = 0;
  sigwait(&signals, &signal);
  (*server)->drain(std::chrono::milliseconds{500});
  executor.stop();
  client->reset();  // its last callbacks still refer to the system
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Flags flags;
  CLI::App app{"A local MEC system: MEC hosts with their APIs, terminals that move by scenario, a control API."};
  app.add_option("--listen", flags.listen, "address:port of all APIs")->capture_default_str();
  app.add_option("--api-root", flags.api_root,
                 "http://address:port that links in answers start with (default: from --listen)");
  app.add_option("--scenarios", flags.scenarios, "folder of the scenario files")->capture_default_str();
  app.add_option("--scenario", flags.scenario, "name of the scenario file, without .yaml")->capture_default_str();
  app.add_option("--speed", flags.speed, "scenario seconds per second")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 1000.0));
  app.add_option("--seed", flags.seed, "makes identifiers repeatable; 0: random");
  app.add_flag("--integer-enumerations", flags.integers, "the AMS writes and takes numbers where it has enumerations");
  app.add_option("--quirks", flags.quirks,
                 "advantedge: behaves as AdvantEDGE 1.9.2 where that differs from the standard")
      ->capture_default_str()
      ->check(CLI::IsMember({"none", "advantedge"}));
  app.add_option("--edition", flags.edition, "edition of the MEC APIs that every host plays (default: as the scenario says)")
      ->check(CLI::IsMember({"2.1.1", "2.2.1", "3.1.1"}));
  app.add_flag("--capif-only", flags.capif_only, "service management in the CAPIF profile of MEC 011 3.2.1 only");
  app.add_option("--oauth2-client", flags.oauth2_client,
                 "ID:SECRET of the one client that gets tokens at /oauth2/token; every MEC API wants them then")
      ->check([](const std::string& text) { return text.find(':') == std::string::npos || text.starts_with(':') ? "expected ID:SECRET" : ""; });
  app.add_option("--token-life", flags.token_life_s, "seconds that a token is good for")
      ->capture_default_str()
      ->check(CLI::Range(1, 86'400));
  app.add_flag("--paused", flags.paused, "load the scenario, wait for POST /sandbox/v1/scenario/start");
  app.add_option(
      "--run-program", flags.run_program,
      "instances that the orchestrator makes run as processes of this program (default: as containers, with podman)");
  app.add_option("--instances", flags.instances, "folder of the instances' configurations, data and logs")
      ->capture_default_str();
  app.add_option("--package-authorities", flags.package_authorities,
                 "PEM file: only packages signed by these are onboarded");
  CLI11_PARSE(app, argc, argv);
  return serve(flags);
}
