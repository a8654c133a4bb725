// SPDX-License-Identifier: Apache-2.0
#include "token_watch.hpp"

namespace edgecse::app {
namespace {

constexpr std::chrono::seconds kInterval{1};

class KeySet final : public cse::TokenKeys {
 public:
  explicit KeySet(net::JsonWebKeySet keys) : keys_(std::move(keys)) {}
  base::Result<nlohmann::json, std::string> open(std::string_view token) const override { return keys_.open(token); }

 private:
  net::JsonWebKeySet keys_;
};

}  // namespace

TokenWatch::TokenWatch(base::Executor& executor, cse::SignedTokens& tokens, const SignedTokenSettings& settings)
    : executor_(executor), tokens_(tokens), issuer_(settings.issuer), file_(settings.key_set_file) {
  auto keys = file_.read();
  trust(keys ? std::move(*keys) : net::JsonWebKeySet{});  // it was judged a moment ago: no token counts until it is there again
  look_later();
}

TokenWatch::~TokenWatch() { executor_.cancel(timer_); }

void TokenWatch::trust(net::JsonWebKeySet keys) { tokens_.trust(std::make_shared<const KeySet>(std::move(keys)), issuer_); }

void TokenWatch::look_later() {
  timer_ = executor_.run_after(kInterval, [this] {
    if (auto newer = file_.read_if_changed()) trust(std::move(*newer));
    look_later();
  });
}

}  // namespace edgecse::app
