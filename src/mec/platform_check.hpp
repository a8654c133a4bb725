// SPDX-License-Identifier: Apache-2.0
//
// Tries, step by step, what a CSE needs of a MEC platform, and takes away again what it made: for an operator who has a
// platform's address and wants to know what works before anything is deployed. MEC 009, 011, 012, 013, 021.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "mec/api_client.hpp"

namespace edgecse::mec {

enum class CheckOutcome { Works, Failed, NotOffered, Skipped };

struct CheckStep {
  std::string name;
  CheckOutcome outcome;
  std::string sentence;  // what was found; after Failed, what to do
};

struct PlatformCheckOptions {
  std::vector<PlatformAddress> platforms;  // the own one, then the peers
  std::string api_root;                    // of the own one, for sentences
  std::string app_name;
  std::string app_instance_id;  // empty: the platform registers applications
  std::string app_endpoint;
  std::string callback;  // URL that `told` listens to
  std::vector<std::string> required_services;
  bool with_token = false;  // mec.oauth2 is configured
  bool mobility = true;     // whether the AMS is needed
};

/// Waits for the answers; single-threaded.
class PlatformCheck {
 public:
  using Ask = std::function<Answered(const Call&)>;
  /// Waits for a notification at the callback; true: one came.
  using Told = std::function<bool(std::chrono::seconds)>;

  /// told empty: nobody listens (told_why says why), the step is skipped.
  PlatformCheck(PlatformCheckOptions options, Ask ask, Told told, std::string told_why = {});

  /// Reports each step as it ends. True: no step failed.
  [[nodiscard]] bool run(const std::function<void(const CheckStep&)>& report);

 private:
  [[nodiscard]] bool reach();
  [[nodiscard]] bool refuse_capif();
  [[nodiscard]] bool find_instance();
  [[nodiscard]] bool confirm_ready();
  void subscribe_to_termination();
  void list_services();
  void offer_service();
  void beat(const Answered& made);
  void wait_for_callback();
  void read_optional(const std::string& name, Api api, const std::string& path);
  void register_mobility(std::size_t platform);
  void subscribe_to_moves();
  void clean_up();

  void tell(std::string name, CheckOutcome outcome, std::string sentence);
  /// For an answer that is no success.
  void fail(const std::string& name, const Call& call, const Answered& answer, const std::string& hint = {});
  Answered ask(Api api, const std::string& method, const std::string& path, Json body = {}, std::size_t platform = 0);
  /// To be deleted at the end.
  void remember(Api api, const std::string& path, std::size_t platform = 0);
  [[nodiscard]] std::string app_path(const std::string& rest) const;
  [[nodiscard]] std::string url_of(const Call& call) const;

  PlatformCheckOptions options_;
  Ask ask_;
  Told told_;
  std::string told_why_;
  std::function<void(const CheckStep&)> report_;
  Call last_;  // asked last, for sentences
  bool failed_ = false;
  bool has_app_support_ = false;
  bool registers_ = false;  // MEC 011 3.x
  EnumerationStyle style_ = EnumerationStyle::Strings;
  std::vector<Call> to_remove_;
};

}  // namespace edgecse::mec
