// SPDX-License-Identifier: Apache-2.0
//
// Query parameters of onem2m_data/v1 against what a resource knows, and the page of a list with the link to the next.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edge/requester.hpp"
#include "net/http_message.hpp"

namespace edgecse::edge {

class DataQuery {
 public:
  DataQuery(const net::HttpRequest& request, std::initializer_list<std::string_view> known);

  [[nodiscard]] std::vector<std::string> all(std::string_view name) const;
  /// The first of that name.
  [[nodiscard]] std::optional<std::string> one(std::string_view name) const;
  /// Those of `label`, and that of `service`.
  [[nodiscard]] std::vector<std::string> wanted_labels() const;
  std::uint64_t number(std::string_view name, std::uint64_t otherwise, std::uint64_t lowest = 0);
  std::uint64_t limit();
  void refuse(std::string why) { fault_ = std::move(why); }
  /// The sentence for whoever asked; empty when all is well so far.
  [[nodiscard]] const std::string& fault() const { return fault_; }

 private:
  std::vector<std::pair<std::string, std::string>> given_;
  std::string fault_;
};

/// Digits only.
[[nodiscard]] std::optional<std::uint64_t> to_number(std::string_view text);
[[nodiscard]] net::HttpResponse page_of(const Json& list, std::uint64_t offset, std::uint64_t limit, const std::string& next_url);
/// The request's own address with one query parameter changed.
[[nodiscard]] std::string url_with(const std::string& root, std::string_view path,
                                   const std::vector<std::pair<std::string, std::string>>& query, const std::string& changed,
                                   const std::string& value);

}  // namespace edgecse::edge
