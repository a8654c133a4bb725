// SPDX-License-Identifier: Apache-2.0
//
// edge-agent: runs one of the AEs that ship with the product. Exit status: 0 clean stop, 2 bad configuration, 1 otherwise.
#include <csignal>

#include <CLI/CLI.hpp>
#include <future>
#include <iostream>

#include "agents/device.hpp"
#include "base/configuration.hpp"
#include "base/log.hpp"
#include "base/stop_signals.hpp"
#include "base/thread_executor.hpp"
#include "binding/http/http_binding.hpp"
#include "binding/http/http_request_sender.hpp"
#include "net/http_client.hpp"
#include "net/http_server.hpp"

namespace {

using namespace edgecse;

struct CommandLine {
  std::string role;
  std::string file;
  std::vector<std::string> overrides;
  bool print = false;
};

/// The exit status when the program is to end at once.
std::optional<int> read_command_line(int count, char** arguments, CommandLine& line) {
  CLI::App app{"The AEs that ship with EdgeCSE"};
  app.add_option("--role", line.role, "device: the reference device")->required()->check(CLI::IsMember({"device"}));
  app.add_option("--config", line.file, "configuration file");
  app.add_option("--set", line.overrides, "KEY=VALUE, wins over environment and file")->allow_extra_args(false);
  app.add_flag("--print-config", line.print, "every key with default, bounds, unit and meaning");
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& fault) {
    return app.exit(fault) == 0 ? 0 : 2;
  }
  return std::nullopt;
}

int refuse(const std::string& reason) {
  base::log::error("device", "cannot start", {{"reason", reason}});
  return 1;
}

/// Until SIGTERM; what is in flight gets a second to be answered.
int run_device(const agents::DeviceOptions& options, const sigset_t& signals) {
  auto measurements = agents::read_measurements(options.measurements);
  if (!measurements) return refuse(measurements.error());
  auto ledger = agents::Ledger::open(options.ledger);
  if (!ledger) return refuse(ledger.error());
  auto client = net::make_http_client();
  if (!client) return refuse(client.error().detail);

  base::SystemClock clock;
  base::ThreadExecutor executor{"device"};
  binding::HttpRequestSender sender{**client, executor, clock, {.default_timeout = options.request_timeout}};
  std::unique_ptr<agents::Device> device;
  std::unique_ptr<binding::HttpBinding> binding;
  // The device is told where it listens, so the server comes first; before the device stands it answers 503.
  auto server = net::HttpServer::start({.listen = options.listen, .threads = 1},
                                       [&binding, &executor](net::HttpRequest request, const net::Responder& responder) {
                                         executor.post([&binding, request = std::move(request), responder]() mutable {
                                           if (!binding) return responder.send({.status = 503, .headers = {}, .body = {}});
                                           binding->handle(std::move(request), [responder](net::HttpResponse response) {
                                             responder.send(std::move(response));
                                           });
                                         });
                                       });
  if (!server) return refuse(server.error().detail);
  const std::string host = options.listen.substr(0, options.listen.rfind(':'));
  device = std::make_unique<agents::Device>(options, agents::Device::Environment{**client, sender, executor, clock},
                                            std::move(*measurements), std::move(*ledger),
                                            "http://" + host + ":" + std::to_string((*server)->port()));
  executor.post([&] { binding = std::make_unique<binding::HttpBinding>(*device); });
  device->start();

  int received = 0;
  ::sigwait(&signals, &received);
  auto stopped = std::make_shared<std::promise<void>>();
  device->stop([stopped] { stopped->set_value(); });
  stopped->get_future().wait_for(std::chrono::seconds{1});
  (*server)->drain(std::chrono::milliseconds{500});
  server->reset();
  executor.stop();
  client->reset();
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  CommandLine line;
  if (const auto status = read_command_line(count, arguments, line)) return *status;
  agents::DeviceOptions options;
  base::ConfigurationKeys keys;
  agents::declare_device_keys(keys, options);
  if (line.print) {
    std::cout << keys.documentation();
    return 0;
  }
  const auto faults = keys.read({.file = line.file,
                                 .overrides = line.overrides,
                                 .environment = base::process_environment(),
                                 .environment_prefix = "EDGE_AGENT_"});
  for (const auto& fault : faults) std::cerr << fault.text() << '\n';
  if (!faults.empty()) return 2;
  return run_device(options, base::block_stop_signals());
}
