// SPDX-License-Identifier: Apache-2.0
#include "process.hpp"

#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>

#include <unistd.h>

#include "base/log.hpp"
#include "binding/http/originator_limits.hpp"
#include "build_info.hpp"
#include "cse/access/access_policies.hpp"
#include "cse/cse_core.hpp"
#include "cse/subscription/target_removal.hpp"
#include "edge_options.hpp"
#include "onem2m/flex_container_definitions.hpp"
#include "onem2m/timestamp.hpp"
#include "store/maintenance.hpp"
#include "store/memory_store.hpp"

namespace edgecse::app {
namespace {

namespace log = base::log;

using Started = base::Result<void, std::string>;

std::string_view host_of(std::string_view listen) { return listen.substr(0, listen.rfind(':')); }

bool is_wildcard(std::string_view host) { return host == "0.0.0.0" || host == "[::]"; }

}  // namespace

base::Result<std::unique_ptr<Process>, std::string> Process::start(const Configuration& configuration) {
  std::unique_ptr<Process> process(new Process(configuration));
  for (const auto step : {&Process::open_store, &Process::open_network, &Process::open_cse, &Process::open_moves})
    if (auto done = (process.get()->*step)(); !done) return tl::unexpected(std::move(done.error()));
  process->open_edge();
  process->add_routes();
  // The first commit on the loop's own thread: whoever follows commits is joined by now.
  cse::make_default_target_policy(process->cse_->core());
  process->entrance_.open();
  process->cse_->start();
  process->moves_->start();
  if (process->edge_) process->edge_->start();
  if (process->upper_tester_) log::warning("app", "the upper tester is open: whoever reaches this CSE can empty it");
  process->admin_->set_not_ready("");
  log::info("app", "ready", {{"cse", configuration.cse.id},
                             {"listen", fmt::format("{}:{}", host_of(configuration.http.server.listen), process->server_->port())},
                             {"admin", fmt::format("{}:{}", host_of(configuration.admin_listen), process->admin_->port())},
                             {"version", std::string(version())},
                             {"commit", std::string(commit())}});
  return process;
}

Process::~Process() {
  // No thread may be inside a part that goes: what lives on the executor ends there, then listeners, then executors, then the
  // client, which answers what it still holds.
  run_on_executor([this] {
    tls_watch_.reset();
    token_watch_.reset();
  });
  admin_.reset();
  server_.reset();
  if (moves_) moves_->set_edge(nullptr);
  edge_.reset();
  run_on_executor([] {});
  commit_executor_.stop();
  executor_.stop();
  client_.reset();
}

void Process::run_on_executor(const base::Task& task) {
  std::promise<void> done;
  executor_.post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

Started Process::open_store() {
  if (configuration_.store.kind == StoreKind::Memory) {
    store_ = std::make_unique<store::MemoryStore>();
    return {};
  }
  auto opened = store::open_rocksdb(configuration_.store.rocksdb);
  if (!opened) return tl::unexpected(opened.error().detail);
  store_ = std::move(*opened);
  return {};
}

base::Result<std::string, std::string> Process::back_up() {
  auto* source = dynamic_cast<store::BackupSource*>(store_.get());
  if (source == nullptr || configuration_.store.backups.empty())
    return tl::unexpected(std::string("store.backups: names no folder, or the store is in memory"));
  std::error_code failed;
  std::filesystem::create_directories(configuration_.store.backups, failed);
  if (failed) return tl::unexpected(fmt::format("store.backups: {}: {}", configuration_.store.backups, failed.message()));
  const std::string folder =
      fmt::format("{}/{}-{}", configuration_.store.backups, onem2m::format_timestamp(std::chrono::floor<std::chrono::seconds>(clock_.wall_now())), random_.hex(2));
  if (const auto made = source->back_up(folder); !made) return tl::unexpected(made.error().detail);
  log::info("app", "the store is backed up", {{"folder", folder}});
  return folder;
}

std::function<void()> Process::store_metrics() {
  if (configuration_.store.kind == StoreKind::Memory) return [] {};
  const auto& store = configuration_.store.rocksdb;
  registry_.gauge("edgecse_store_reserve_bytes", "Creates are refused with less free space than this")
      .set(static_cast<double>(store.reserve_bytes));
  auto& free = registry_.gauge("edgecse_store_free_bytes", "Free space for the store");
  return [&free, path = store.path] {
    std::error_code failed;
    const auto space = std::filesystem::space(path, failed);
    if (!failed) free.set(static_cast<double>(space.available));
  };
}

Started Process::open_network() {
  auto client = net::make_http_client(configuration_.http.client);
  if (!client) return tl::unexpected(client.error().detail);
  client_ = std::move(*client);
  sender_ = std::make_unique<binding::HttpRequestSender>(*client_, executor_, clock_);

  registry_.gauge("edgecse_build_info", "1, with what was built",
                  {{"version", std::string(version())}, {"commit", std::string(commit())}}).set(1);
  auto admin = AdminServer::start(configuration_.admin_listen, {.registry = registry_,
                                                                .executors = {&executor_, &commit_executor_},
                                                                .back_up = [this] { return back_up(); },
                                                                .before_metrics = store_metrics()});
  if (!admin) return tl::unexpected(fmt::format("admin.listen: {}", admin.error().detail));
  admin_ = std::move(*admin);

  auto server = net::HttpServer::start(configuration_.http.server, [this](net::HttpRequest request, const net::Responder& responder) {
    entrance_.handle(std::move(request), responder);
  });
  if (!server) return tl::unexpected(fmt::format("http.listen: {}", server.error().detail));
  server_ = std::move(*server);
  if (configuration_.http.tls.enabled())
    tls_watch_ = std::make_unique<TlsWatch>(executor_, *server_, configuration_.http.tls.server);
  return {};
}

Started Process::add_flex_containers() {
  onem2m::accept_incomplete_flex_containers(configuration_.expected.accept_incomplete_flex_containers.value_or(false));
  const std::string& path = configuration_.flex_containers;
  if (path.empty()) return {};
  std::ifstream file(path);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) return tl::unexpected(fmt::format("cse.flex_containers: {} cannot be read", path));
  const auto added = onem2m::add_flex_containers(text);
  if (!added) return tl::unexpected(fmt::format("cse.flex_containers: {}: {}", path, added.error().detail));
  return {};
}

Started Process::open_cse() {
  if (auto added = add_flex_containers(); !added) return added;
  configuration_.cse.points_of_access = advertised();
  auto opened = cse::Cse::open(configuration_.cse, {.store = *store_,
                                                    .clock = clock_,
                                                    .random = random_,
                                                    .executor = executor_,
                                                    .commit_executor = commit_executor_,
                                                    .sender = *sender_,
                                                    .telemetry = registry_});
  if (!opened) return tl::unexpected(opened.error().detail);
  cse_ = std::move(*opened);
  if (const auto& tokens = configuration_.signed_tokens; !tokens.key_set_file.empty())
    token_watch_ = std::make_unique<TokenWatch>(executor_, cse_->core().access_policies->signed_tokens(), tokens);
  // Who has a registrar counts this himself.
  if (!configuration_.cse.registrar) registry_.gauge("edgecse_registrar_up", "Whether the registrar knows this CSE").set(1);
  return {};
}

Started Process::open_moves() {
  // Also with mobility off: what moved away in an earlier life is still forwarded.
  auto moves = Moves::attach(*cse_, clock_, executor_, registry_);
  if (!moves) return tl::unexpected(moves.error().detail);
  moves_ = std::move(*moves);
  return {};
}

void Process::open_edge() {
  if (!configuration_.mec.enabled) return;
  edge_ = std::make_unique<edge::EdgeService>(make_edge_options(configuration_, configuration_.cse.points_of_access),
                                              edge::EdgeEnvironment{.cse = *cse_,
                                                                    .internal_aes = *cse_->core().internal_aes,
                                                                    .http_client = *client_,
                                                                    .executor = executor_,
                                                                    .clock = clock_,
                                                                    .random = random_,
                                                                    .telemetry = registry_,
                                                                    .trigger = *moves_,
                                                                    .owner_of = [moves = moves_.get()](const std::string& unit) {
                                                                      return moves->owner_of(unit);
                                                                    },
                                                                    .limits = &limits_});
  moves_->set_edge(edge_.get());
  cse::use_position_source(cse_->core(), edge_->positions());
  // The platform asked this instance to end: as if the operator had.
  edge_->on_terminated([] { ::kill(::getpid(), SIGTERM); });
}

void Process::add_routes() {
  if (edge_)
    entrance_.add([this](net::HttpRequest& request, const net::Responder& responder) {
      if (!edge_->takes(request.path)) return false;
      edge_->handle(std::move(request), answer_by(responder),
                    [responder](net::HttpResponse head) { return responder.begin_stream(std::move(head)); });
      return true;
    });
  if (configuration_.test.upper_tester) {
    upper_tester_ = std::make_unique<UpperTester>(*cse_, configuration_.http.root);
    entrance_.add([this](net::HttpRequest& request, const net::Responder& responder) {
      if (!upper_tester_->takes(request)) return false;
      upper_tester_->handle(request, answer_by(responder));
      return true;
    });
  }
  binding_ = std::make_unique<binding::HttpBinding>(*cse_, binding::HttpBindingOptions{.root = configuration_.http.root, .clock = &clock_});
  add_limits();
  entrance_.add([this](net::HttpRequest& request, const net::Responder& responder) {
    binding_->handle(std::move(request), answer_by(responder));
    return true;
  });
}

void Process::add_limits() {
  if (!limits_.any()) return;
  auto& refused = registry_.counter("edgecse_requests_limited_total", "Requests refused because of http.limits");
  entrance_.add([this, &refused](net::HttpRequest& request, const net::Responder& responder) {
    auto refusal = binding::refuse_excess(limits_, request);
    if (!refusal) return false;
    refused.add();
    responder.send(std::move(*refusal));
    return true;
  });
}

std::vector<std::string> Process::advertised() const {
  if (!configuration_.http.advertise.empty()) return configuration_.http.advertise;
  std::string host(host_of(configuration_.http.server.listen));
  if (is_wildcard(host)) {
    host = "127.0.0.1";
    log::warning("app", "http.advertise is not given: others are told an address that only this machine reaches");
  }
  const std::string& root = configuration_.http.root;
  return {fmt::format("{}://{}:{}{}", configuration_.http.tls.enabled() ? "https" : "http", host, server_->port(),
                      root == "/" ? "" : root)};
}

void Process::leave_platform(std::chrono::milliseconds limit) {
  if (!edge_) return;
  const auto ended = std::make_shared<std::promise<void>>();
  edge_->stop([ended] { ended->set_value(); });
  if (ended->get_future().wait_for(limit) != std::future_status::ready)
    log::warning("app", "left without the MEC platform's farewell");
}

bool Process::drain() {
  log::info("app", "stopping");
  admin_->set_not_ready("stopping");
  const auto deadline = std::chrono::steady_clock::now() + configuration_.drain_timeout;
  const auto left = [&] {
    return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()),
                    std::chrono::milliseconds{0});
  };
  leave_platform(std::min(left(), std::chrono::milliseconds{5'000}));
  const bool answered = server_->drain(left());
  // The CSE says when nothing waits any more; its parts tell nobody, so it is asked.
  bool settled = false;
  while (!(settled = cse_->drain()) && left().count() > 0) std::this_thread::sleep_for(std::chrono::milliseconds{10});
  log::info("app", "stopped", {{"answered", answered ? "all" : "not all"}, {"settled", settled ? "all" : "not all"}});
  return answered && settled;
}

}  // namespace edgecse::app
