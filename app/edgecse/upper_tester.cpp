// SPDX-License-Identifier: Apache-2.0
#include "upper_tester.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/log.hpp"
#include "cse/cse_core.hpp"
#include "cse/reset.hpp"
#include "onem2m/json_codec.hpp"

namespace edgecse::app {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// Whole or broken seconds, up to a day.
std::optional<milliseconds> read_seconds(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(value > 0) || value > 86'400) return std::nullopt;
  return milliseconds{static_cast<std::int64_t>(value * 1'000)};
}

std::string in_seconds(milliseconds span) { return std::to_string(duration_cast<seconds>(span).count()); }

net::HttpResponse response(bool good, const std::string& result) {
  net::HttpResponse message{.status = good ? 200 : 400, .headers = {{"X-M2M-RSC", good ? "2000" : "4000"}}, .body = {}};
  if (!result.empty()) message.headers.add("X-M2M-UTRSP", result);
  return message;
}

}  // namespace

UpperTester::UpperTester(cse::Cse& cse, const std::string& root)
    : cse_(cse), path_(root.ends_with('/') ? root + "__ut__" : root + "/__ut__") {}

void UpperTester::handle(const net::HttpRequest& request, const Answer& answer) {
  if (request.method != "POST") return answer(response(false, "the upper tester takes POST only"));
  if (!request.headers.find("X-M2M-UTCMD") && !request.body.empty()) return trigger(request, answer);
  std::string_view argument = trimmed(request.headers.find("X-M2M-UTCMD").value_or(""));
  if (argument.empty()) return answer(response(false, "the header X-M2M-UTCMD names no command"));
  const std::string command = lower(argument.substr(0, argument.find(' ')));
  argument = trimmed(argument.substr(command.size()));
  if (command == "reset") {
    return cse::reset(cse_.core(), [answer](const onem2m::Result<>& done) {
      answer(done ? response(true, {}) : response(false, done.error().detail));
    });
  }
  const Outcome outcome = run(command, argument);
  answer(outcome ? response(true, *outcome) : response(false, outcome.error()));
}

/// The primitive may be wrapped in m2m:rqp, as in other places where it is a part of something.
void UpperTester::trigger(const net::HttpRequest& request, const Answer& answer) {
  auto content = onem2m::parse_json(request.body);
  if (!content) return answer(response(false, content.error().detail));
  auto primitive = onem2m::request_from_json(content->contains("m2m:rqp") ? content->at("m2m:rqp") : *content);
  if (!primitive) return answer(response(false, primitive.error().detail));
  cse_.handle(std::move(*primitive), [answer](onem2m::Response result) {
    net::HttpResponse message = response(true, {});
    message.headers.add("Content-Type", "application/json");
    message.body = onem2m::to_json_text(onem2m::to_json(result));
    answer(std::move(message));
  });
}

UpperTester::Outcome UpperTester::run(std::string_view command, std::string_view argument) {
  cse::CseCore& core = cse_.core();
  if (command == "status") return std::string("RUNNING");
  if (command == "testcasestart" || command == "testcaseend") {
    if (argument.empty()) return tl::unexpected(fmt::format("{} needs the name of a test case", command));
    base::log::info("upper tester", command == "testcasestart" ? "a test case begins" : "a test case ends",
                    {{"case", std::string(argument)}});
    return std::string{};
  }
  if (command == "getconfig") return configured(argument);
  if (command == "enableshortresourceexpiration") return shorten_resources(argument);
  if (command == "enableshortrequestexpiration") return shorten_requests(argument);
  if (command == "disableshortresourceexpiration") {
    core.request_resource_life = core.options.request_resource_expiration;
    return std::string{};
  }
  if (command == "disableshortrequestexpiration") {
    core.request_life = core.options.request_expiration;
    return std::string{};
  }
  return tl::unexpected(fmt::format("there is no command '{}'", command));
}

UpperTester::Outcome UpperTester::configured(std::string_view key) const {
  const cse::CseOptions& options = cse_.options();
  const std::string name = lower(key);
  if (name == "cse.type") return std::to_string(static_cast<int>(options.type));
  if (name == "cse.security.enabledynamicauthorization") return std::string(options.access.dynamic_authorization ? "true" : "false");
  if (name == "cse.requestexpirationdelta") return in_seconds(cse_.core().request_life);
  if (name == "cse.maxexpirationdelta") return std::to_string(options.maximum_expiration.count());
  if (name == "resource.req.et") return in_seconds(cse_.core().request_resource_life);
  return tl::unexpected(fmt::format("there is no configuration '{}'", key));
}

/// Resources end at their time here, so there is no interval to shorten but the default life of a <request>.
UpperTester::Outcome UpperTester::shorten_resources(std::string_view text) {
  const auto span = read_seconds(text);
  if (!span) return tl::unexpected(std::string("enableShortResourceExpiration needs a number of seconds"));
  const milliseconds before = cse_.core().request_resource_life.exchange(*span);
  return fmt::format("{},{}", in_seconds(before), cse_.options().maximum_expiration.count());
}

UpperTester::Outcome UpperTester::shorten_requests(std::string_view text) {
  const auto span = read_seconds(text);
  if (!span) return tl::unexpected(std::string("enableShortRequestExpiration needs a number of seconds"));
  return in_seconds(cse_.core().request_life.exchange(*span));
}

}  // namespace edgecse::app
