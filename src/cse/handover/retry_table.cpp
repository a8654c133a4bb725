// SPDX-License-Identifier: Apache-2.0
#include "cse/handover/retry_table.hpp"

#include "base/hex.hpp"
#include "cse/rows.hpp"
#include "onem2m/address.hpp"
#include "onem2m/enumerations.hpp"
#include "onem2m/json_codec.hpp"

namespace edgecse::cse::handover {
namespace {

using onem2m::Request;
using onem2m::Response;
using store::Table;

constexpr std::size_t kMaximumReusers = 10'000;
constexpr std::size_t kMaximumContent = 64 * 1024;  // a larger answer is repeated without its content

// Row: eight bytes time of the answer, sixteen bytes digest, JSON of the answer.
constexpr std::size_t kTimeSize = 8, kDigestSize = 16, kHeaderSize = kTimeSize + kDigestSize;

/// Two independent 64-bit FNV-1a hashes. Only requests of one originator with one identifier are ever compared, so
/// nobody can make another's request look like a repetition.
class Digest {
 public:
  void add(std::string_view bytes) {
    for (const char byte : bytes) {
      first_ = (first_ ^ static_cast<unsigned char>(byte)) * 0x100000001b3ULL;
      second_ = (second_ ^ static_cast<unsigned char>(byte)) * 0x9E3779B97F4A7C15ULL;
      second_ ^= second_ >> 29;
    }
    first_ = (first_ ^ 0xff) * 0x100000001b3ULL;
    second_ = (second_ ^ 0xff) * 0x9E3779B97F4A7C15ULL;
  }
  [[nodiscard]] std::string bytes() const { return rows::big_endian(first_) + rows::big_endian(second_); }

 private:
  std::uint64_t first_ = 0xcbf29ce484222325ULL, second_ = 0x84222325cbf29ce4ULL;
};

/// The CSE-relative part: a repetition may reach another CSE, or the same one with or without its prefix.
std::string_view relative(std::string_view to) {
  if (!to.starts_with('/')) return to;
  if (to.starts_with("//")) {
    const std::size_t provider = to.find('/', 2);
    if (provider == std::string_view::npos) return to;
    to = to.substr(provider);
  }
  const std::size_t slash = to.find('/', 1);
  return slash == std::string_view::npos ? to : to.substr(slash + 1);
}

/// AE-ID-Stem, or the whole id of another entity.
std::string_view stem(std::string_view from) {
  const std::size_t slash = from.rfind('/');
  const std::string_view last = slash == std::string_view::npos ? from : from.substr(slash + 1);
  return onem2m::is_ae_id_stem(last) ? last : from;
}

std::string digest_of(const Request& request) {
  Digest digest;
  digest.add(std::to_string(static_cast<int>(request.operation)));
  digest.add(relative(request.to));
  digest.add(request.resource_type ? std::to_string(*request.resource_type) : "");
  if (!request.content.is_null()) digest.add(onem2m::to_json_text(request.content));
  return digest.bytes();
}

std::string row_key(const std::string& unit, const Request& request) {
  std::string key = RetryTable::prefix(unit);
  std::string who(stem(request.from));
  who += '\x1f';
  who += request.request_identifier;
  if (who.size() <= 160) return key += who;
  Digest digest;
  digest.add(who);
  return key += "#" + base::to_hex(digest.bytes());
}

/// ri of the instance whose representation is the answer's whole content: the answer need not repeat it.
std::string answered_instance(const Request& request, const Response& response) {
  if (request.resource_type != onem2m::type::kContentInstance || !response.serialized_content) return {};
  static constexpr std::string_view kId = "\"ri\":\"";
  const std::string& text = *response.serialized_content;
  const std::size_t begin = text.rfind(kId);
  const std::size_t end = begin == std::string::npos ? begin : text.find('"', begin + kId.size());
  return end == std::string::npos ? std::string{} : text.substr(begin + kId.size(), end - begin - kId.size());
}

std::string encode_answer(const Transaction& transaction, const Request& request, const Response& response) {
  Json json{{"rsc", onem2m::to_number(response.status)}};
  if (!response.content_location.empty()) json["cl"] = response.content_location;
  if (const std::string id = answered_instance(request, response); !id.empty()) {
    const auto [container, sequence] = split_instance_id(id);
    const ResourcePtr parent = sequence == 0 ? nullptr : transaction.tree().find(container);
    if (parent && parent->latest && parent->latest->sequence == sequence &&
        parent->latest->representation == *response.serialized_content) {
      json["ci"] = id;
      return onem2m::to_json_text(json);
    }
  }
  const std::string content = response.serialized_content  ? *response.serialized_content
                              : response.content.is_null() ? std::string{}
                                                           : onem2m::to_json_text(response.content);
  if (!content.empty() && content.size() <= kMaximumContent) json["pc"] = content;
  return onem2m::to_json_text(json);
}

std::optional<Response> decode_answer(const Transaction& transaction, std::string_view text, const Request& request) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("rsc") || !json["rsc"].is_number_integer()) return std::nullopt;
  Response response;
  response.status = static_cast<onem2m::ResponseStatus>(json["rsc"].get<int>());
  response.request_identifier = request.request_identifier;
  response.release_version = request.release_version;
  response.content_location = json.value("cl", "");
  if (json.contains("ci") && json["ci"].is_string()) {
    const auto [container, sequence] = split_instance_id(json["ci"].get_ref<const std::string&>());
    const auto instance = transaction.instance(container, sequence);  // evicted since: the answer comes without it
    if (instance && *instance)
      response.serialized_content = std::shared_ptr<const std::string>(*instance, &(*instance)->representation);
  }
  if (json.contains("pc") && json["pc"].is_string())
    response.serialized_content = std::make_shared<const std::string>(json["pc"].get<std::string>());
  return response;
}

std::uint64_t microseconds(base::WallTime time) { return static_cast<std::uint64_t>(time.time_since_epoch().count()); }

}  // namespace

std::optional<Response> RetryTable::find(const Transaction& transaction, const std::string& unit,
                                         const Request& request) {
  if (request.request_identifier.empty()) return std::nullopt;
  if (!reusers_.empty() && reusers_.contains(std::string(stem(request.from)))) return std::nullopt;
  const auto row = transaction.row(Table::Meta, row_key(unit, request));
  if (!row || !*row || (*row)->size() <= kHeaderSize) return std::nullopt;
  const std::string_view text = **row;
  if (microseconds(transaction.now()) > rows::from_big_endian(text) + static_cast<std::uint64_t>(life_.count()))
    return std::nullopt;
  if (text.substr(kTimeSize, kDigestSize) != digest_of(request)) {
    if (reusers_.size() >= kMaximumReusers) reusers_.clear();
    reusers_.insert(std::string(stem(request.from)));
    return std::nullopt;
  }
  return decode_answer(transaction, text.substr(kHeaderSize), request);
}

void RetryTable::remember(Transaction& transaction, const std::string& unit, const Request& request,
                          const Response& response) {
  if (request.request_identifier.empty()) return;
  if (!reusers_.empty() && reusers_.contains(std::string(stem(request.from)))) return;
  transaction.put_row(Table::Meta, row_key(unit, request),
                      rows::big_endian(microseconds(transaction.now())) + digest_of(request) +
                          encode_answer(transaction, request, response),
                      unit);
}

onem2m::Result<bool> RetryTable::sweep(Transaction& transaction, std::size_t limit) {
  auto found = transaction.rows(Table::Meta, sweep_at_, kEnd, limit);
  if (!found) return tl::unexpected(found.error());
  const std::uint64_t now = microseconds(transaction.now());
  for (const store::Row& row : *found)
    if (row.value.size() < kTimeSize ||
        now > rows::from_big_endian(row.value) + static_cast<std::uint64_t>(life_.count()))
      transaction.erase_row(Table::Meta, row.key);
  const bool complete = found->size() < limit;
  sweep_at_ = complete ? std::string(kPrefix) : found->back().key + '\0';
  return complete;
}

std::optional<std::string> RetryTable::to_remaining(std::string_view row, base::WallTime now, base::Duration life) {
  if (row.size() < kHeaderSize) return std::nullopt;
  const std::uint64_t ends = rows::from_big_endian(row) + static_cast<std::uint64_t>(life.count());
  if (ends <= microseconds(now)) return std::nullopt;
  return rows::big_endian(ends - microseconds(now)).append(row.substr(kTimeSize));
}

std::optional<std::string> RetryTable::from_remaining(std::string_view row, base::WallTime now, base::Duration life) {
  if (row.size() < kHeaderSize) return std::nullopt;
  const auto whole = static_cast<std::uint64_t>(life.count());
  const std::uint64_t left = std::min(rows::from_big_endian(row), whole);
  return rows::big_endian(microseconds(now) - (whole - left)).append(row.substr(kTimeSize));
}

}  // namespace edgecse::cse::handover
