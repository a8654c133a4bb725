// SPDX-License-Identifier: Apache-2.0
//
// What HTTP/1.1 carries, as values. RFC 9110, RFC 9112.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edgecse::net {

/// Header fields in the order given; names compare without case; a name may occur several times.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  Headers() = default;
  Headers(std::initializer_list<Field> fields) : fields_(fields) {}

  void reserve(std::size_t count) { fields_.reserve(count); }
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// Replaces every field of that name.
  void set(std::string name, std::string value);
  void remove(std::string_view name);
  /// The first field of that name.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return find(name).has_value(); }
  [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const;
  [[nodiscard]] auto begin() const { return fields_.begin(); }
  [[nodiscard]] auto end() const { return fields_.end(); }
  [[nodiscard]] std::size_t size() const { return fields_.size(); }

 private:
  std::vector<Field> fields_;
};

/// Decoded names and values in the order given; a name may occur several times.
using QueryParameters = std::vector<std::pair<std::string, std::string>>;

/// Who is at the other end of the connection, as far as the transport can tell.
struct PeerIdentity {
  std::string address;  // numeric, without port
  std::vector<std::string>
      certificate_names;  // subjectAltName URIs, DNS names, then the common name, of a verified certificate
  [[nodiscard]] bool authenticated() const { return !certificate_names.empty(); }
};

struct HttpRequest {
  std::string method;     // as sent, upper case by convention
  std::string target;     // origin-form as sent: path?query, not decoded
  std::string path;       // the part before '?', not decoded (%2F stays distinguishable)
  QueryParameters query;  // decoded once after splitting
  Headers headers;
  std::string body;
  PeerIdentity peer;
};

struct HttpResponse {
  int status = 200;
  Headers headers;  // Content-Length, Connection and Date are the server's business
  std::string body;
};

/// Decodes %XX and nothing else ('+' stays). Nothing when a '%' is not followed by two hexadecimal digits.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);
/// Encodes everything but unreserved characters (RFC 3986 2.3) and those in keep.
[[nodiscard]] std::string percent_encode(std::string_view text, std::string_view keep = "");
/// Splits at '&' and the first '=', then decodes once. Nothing when the percent-encoding is broken.
[[nodiscard]] std::optional<QueryParameters> split_query(std::string_view query);

}  // namespace edgecse::net
