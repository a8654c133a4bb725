// SPDX-License-Identifier: Apache-2.0
#include "store_verbs.hpp"

#include <iostream>

#include "net/http_client.hpp"
#include "store/maintenance.hpp"

namespace edgecse::edgectl {
namespace {

int refuse(const std::string& reason) {
  std::cerr << reason << '\n';
  return 1;
}

}  // namespace

int back_up_store(const std::string& admin) {
  auto client = net::make_http_client();
  if (!client) return refuse(client.error().detail);
  net::HttpCall call;
  call.method = "POST";
  call.url = admin + "/store/backup";
  call.timeout = std::chrono::minutes{5};
  const auto answer = net::send_and_wait(**client, std::move(call));
  if (!answer) return refuse(admin + ": " + answer.error().detail);
  if (answer->status != 201) return refuse(answer->body.substr(0, answer->body.find('\n')));
  std::cout << answer->body;
  return 0;
}

int check_store(const std::string& path) {
  const auto report = store::check_store(path);
  if (!report) return refuse(report.error().detail);
  using store::Table;
  const auto rows = [&](Table table) { return report->rows[static_cast<std::size_t>(table)]; };
  std::cout << path << ": whole; " << rows(Table::Tree) << " resources, " << rows(Table::Instances) << " instances, "
            << rows(Table::Outbox) << " messages that wait\n";
  return 0;
}

int restore_store(const std::string& backup, const std::string& path) {
  const auto restored = store::restore_store(backup, path);
  if (!restored) return refuse(restored.error().detail);
  return check_store(path);
}

}  // namespace edgecse::edgectl
