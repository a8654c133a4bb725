// SPDX-License-Identifier: Apache-2.0
//
// The reference device: an AE that speaks Mca only. It finds or makes its resources, publishes a measurement at each interval
// with one request in flight, takes numbered commands, and follows or ignores re-registration triggers. What it was answered
// goes into its ledger.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agents/device_options.hpp"
#include "agents/ledger.hpp"
#include "agents/measurements.hpp"
#include "agents/patient_client.hpp"
#include "onem2m/request_handler.hpp"

namespace edgecse::agents {

/// Everything happens on the executor; handle() may be called on any thread.
class Device final : public onem2m::RequestHandler {
 public:
  struct Environment {
    net::HttpClient& client;
    onem2m::RequestSender& sender;
    base::Executor& executor;
    const base::Clock& clock;
  };
  /// point_of_access: URL where handle() gets what comes in.
  Device(DeviceOptions options, Environment environment, std::vector<Measurement> measurements, Ledger ledger,
         std::string point_of_access);

  void start();
  /// After what is in flight is answered no more is sent; then done runs, on the executor.
  void stop(std::function<void()> done);

  void handle(onem2m::Request request, onem2m::ResponseCallback done) override;

  [[nodiscard]] std::string originator() const { return "C" + options_.name; }

 private:
  using Next = std::function<void()>;
  void register_ae(const Next& next);
  void register_once_more();
  void make_policy(const Next& next);
  void set_policy(const Next& next);
  void make_containers(const Next& next);
  void make_inbox(const Next& next);
  void read_newest(const Next& next);
  void make(const std::string& parent, int type, onem2m::Json representation, std::function<void(onem2m::Json)> next);
  void publish();
  void published(const Outcome& outcome);
  void receive(const onem2m::Request& request);
  void receive_command(const onem2m::Request& request, const onem2m::Json& instance);
  void receive_trigger(const onem2m::Json& trigger);
  [[nodiscard]] onem2m::Request make_request(onem2m::Operation operation, const std::string& to);
  [[nodiscard]] onem2m::Json ae_representation() const;
  [[nodiscard]] onem2m::Json measurement(std::uint64_t number) const;
  void write(const char* what, onem2m::Json members);

  DeviceOptions options_;
  Environment env_;
  std::vector<Measurement> measurements_;
  Ledger ledger_;
  std::string point_of_access_;
  PatientClient mca_;
  std::string base_;           // CSE-relative address of the AE
  std::string policy_id_;
  std::uint64_t next_number_ = 1;
  std::uint64_t next_request_ = 1;
  std::string life_;           // sets this life's request identifiers apart from an earlier one's
  base::MonotonicTime due_{};
  bool publishing_ = false;
  bool stopping_ = false;
  std::function<void()> stopped_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace edgecse::agents
