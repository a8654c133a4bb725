// SPDX-License-Identifier: Apache-2.0
#include "base/guarded_json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace edgecse::base {
namespace {

class Counter final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Counter(const JsonGuard& guard) : guard_(guard) {}

  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(number_integer_t) override { return value(); }
  bool number_unsigned(number_unsigned_t) override { return value(); }
  bool number_float(number_float_t, const string_t&) override { return value(); }
  bool string(string_t&) override { return value(); }
  bool binary(binary_t&) override { return value(); }
  bool start_object(std::size_t) override { return open(); }
  bool start_array(std::size_t) override { return open(); }
  bool key(string_t&) override { return true; }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    fault_ = fmt::format("not JSON at byte {}", position);
    return false;
  }

  [[nodiscard]] const std::string& fault() const { return fault_; }

 private:
  bool value() {
    if (++values_ <= guard_.maximum_values) return true;
    fault_ = fmt::format("more than {} JSON values", guard_.maximum_values);
    return false;
  }
  bool open() {
    if (++depth_ > guard_.maximum_depth) {
      fault_ = fmt::format("JSON nested deeper than {}", guard_.maximum_depth);
      return false;
    }
    return value();
  }
  bool close() {
    --depth_;
    return true;
  }

  const JsonGuard& guard_;
  std::size_t depth_ = 0;
  std::size_t values_ = 0;
  std::string fault_;
};

}  // namespace

Result<nlohmann::json, std::string> parse_guarded_json(std::string_view text, const JsonGuard& guard) {
  Counter counter{guard};
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &counter)) return tl::unexpected{counter.fault()};
  return nlohmann::json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
}

std::string print_json(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string text_of(const nlohmann::json& object, const char* member) {
  if (!object.is_object()) return {};
  const auto found = object.find(member);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

}  // namespace edgecse::base
