// SPDX-License-Identifier: Apache-2.0
#include "onem2m/json_codec.hpp"

#include <fmt/format.h>

#include "base/shown_text.hpp"
#include "onem2m/json_plain.hpp"

namespace edgecse::onem2m {
namespace {

/// Builds the document while it counts, so that a request is read once. The parser that calls it does not recurse.
class GuardedBuilder final : public nlohmann::json_sax<Json> {
 public:
  explicit GuardedBuilder(const JsonLimits& limits) : limits_(limits) {}

  bool null() override { return add(nullptr) != nullptr; }
  bool boolean(bool value) override { return add(value) != nullptr; }
  bool number_integer(number_integer_t value) override { return add(value) != nullptr; }
  bool number_unsigned(number_unsigned_t value) override { return add(value) != nullptr; }
  bool number_float(number_float_t value, const string_t&) override { return add(value) != nullptr; }
  bool string(string_t& value) override { return add(std::move(value)) != nullptr; }
  bool binary(binary_t&) override { return false; }  // no JSON text has it

  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    auto& members = stack_.back()->get_ref<Json::object_t&>();
    const auto [member, is_new] = members.try_emplace(std::move(name));
    if (!is_new) return fail(fmt::format("the member \"{}\" occurs twice in one JSON object", base::shown(member->first)));
    next_ = &member->second;
    return true;
  }

  bool parse_error(std::size_t position, const std::string& last_token, const Json::exception& error) override {
    const std::string_view text = error.what();
    const std::size_t expected = text.find("; expected ");
    const std::string_view hint = expected == std::string_view::npos ? std::string_view{} : text.substr(expected);
    return fail(fmt::format("no JSON from byte {} on, near '{}'{}", position, base::shown(last_token), hint));
  }

  Result<Json> take() {
    if (!fault_.empty()) return refuse(ResponseStatus::BadRequest, std::move(fault_));
    return std::move(root_);
  }

 private:
  bool fail(std::string sentence) {
    if (fault_.empty()) fault_ = std::move(sentence);
    return false;
  }

  template <typename Value>
  Json* add(Value&& value) {
    if (++values_ > limits_.maximum_values) {
      fail(fmt::format("the JSON text has more than {} values", limits_.maximum_values));
      return nullptr;
    }
    if (stack_.empty()) {
      root_ = Json(std::forward<Value>(value));
      return &root_;
    }
    if (stack_.back()->is_array()) {
      auto& items = stack_.back()->get_ref<Json::array_t&>();
      items.emplace_back(std::forward<Value>(value));
      return &items.back();
    }
    *next_ = Json(std::forward<Value>(value));
    return next_;
  }

  bool open(Json container) {
    if (stack_.size() >= limits_.maximum_depth) {
      return fail(fmt::format("the JSON text is nested deeper than {} levels", limits_.maximum_depth));
    }
    Json* added = add(std::move(container));
    if (added == nullptr) return false;
    stack_.push_back(added);
    return true;
  }

  bool close() {
    stack_.pop_back();
    return true;
  }

  const JsonLimits& limits_;
  Json root_;
  std::vector<Json*> stack_;  // the open containers, outermost first
  Json* next_ = nullptr;      // where the value of the member just named goes
  std::size_t values_ = 0;
  std::string fault_;
};

}  // namespace

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
  if (auto plain = parse_plain_json(text, limits)) return std::move(*plain);
  GuardedBuilder builder(limits);
  Json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take();
}

}  // namespace edgecse::onem2m
