// SPDX-License-Identifier: Apache-2.0
//
// POST {root}__ut__: what a conformance tester may do to this CSE besides oneM2M requests. Only with test.upper_tester.
// X-M2M-UTCMD names a command and its arguments, X-M2M-UTRSP holds the result. Without a command the body is a request
// primitive that the CSE shall process, and the answer's body is its response primitive.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cse/cse.hpp"
#include "net/http_message.hpp"

namespace edgecse::app {

/// One request at a time: a tester waits for its answers.
class UpperTester {
 public:
  using Answer = std::function<void(net::HttpResponse)>;

  /// root: path prefix of the oneM2M requests.
  UpperTester(cse::Cse& cse, const std::string& root);

  [[nodiscard]] bool takes(const net::HttpRequest& request) const {
    const std::string_view path = request.path;
    return path == path_ || (path.ends_with('/') && path.substr(0, path.size() - 1) == path_);
  }
  /// 200 with X-M2M-RSC 2000, or 400 with 4000 and the sentence of the fault in X-M2M-UTRSP. Any thread.
  void handle(const net::HttpRequest& request, const Answer& answer);

 private:
  void trigger(const net::HttpRequest& request, const Answer& answer);
  using Outcome = base::Result<std::string, std::string>;  // result, sentence
  [[nodiscard]] Outcome run(std::string_view command, std::string_view argument);
  [[nodiscard]] Outcome configured(std::string_view key) const;
  [[nodiscard]] Outcome shorten_resources(std::string_view seconds);
  [[nodiscard]] Outcome shorten_requests(std::string_view seconds);

  cse::Cse& cse_;
  const std::string path_;
};

}  // namespace edgecse::app
