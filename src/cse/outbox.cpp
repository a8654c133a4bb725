// SPDX-License-Identifier: Apache-2.0
#include "cse/outbox.hpp"

#include "cse/rows.hpp"
#include "onem2m/json_codec.hpp"

namespace edgecse::cse {
namespace {

// Ordering keys are identifiers and URLs, which hold no zero byte: no key's range contains another's.
constexpr char kEndOfKey = '\0';
constexpr std::size_t kNumberBytes = 8;
// A primitive that came in may have the usual depth; the row adds some around it.
constexpr onem2m::JsonLimits kRowLimits{.maximum_depth = 96, .maximum_values = 1'000'000};

onem2m::Result<OutboxEntry> damaged() {
  return onem2m::refuse(onem2m::ResponseStatus::InternalServerError, "an outbox row in the store is damaged");
}

}  // namespace

OutboxEntry make_outbox_entry(Transaction& transaction, std::string ordering_key, onem2m::Operation operation, const std::string& to,
                              const std::string& from, base::Duration life, const std::string& identifier) {
  OutboxEntry entry;
  entry.ordering_key = std::move(ordering_key);
  entry.number = transaction.next_creation();
  entry.target = to;
  entry.expires = (transaction.now() + life).time_since_epoch().count();
  entry.request.operation = operation;
  entry.request.to = to;
  entry.request.from = from;
  entry.request.request_identifier = identifier + '-' + std::to_string(entry.number);
  entry.request.release_version = "3";
  return entry;
}

std::string outbox_key(std::string_view ordering_key, std::uint64_t number) {
  std::string key(ordering_key);
  key.push_back(kEndOfKey);
  return key.append(rows::big_endian(number));
}

std::pair<std::string_view, std::uint64_t> split_outbox_key(std::string_view key) {
  if (key.size() <= kNumberBytes) return {{}, 0};
  const std::size_t end = key.size() - kNumberBytes - 1;
  if (key[end] != kEndOfKey) return {{}, 0};
  return {key.substr(0, end), rows::from_big_endian(key.substr(end + 1))};
}

std::string encode_outbox_entry(const OutboxEntry& entry) {
  if (entry.request.to.empty()) {  // a whole primitive has a To
    OutboxEntry addressed = entry;
    addressed.request.to = entry.target;
    return encode_outbox_entry(addressed);
  }
  Json row{{"k", entry.ordering_key}, {"n", entry.number}, {"t", entry.target}, {"c", entry.created},
           {"r", onem2m::to_json(entry.request)}};
  if (entry.plain_url) row["p"] = true;
  if (!entry.unit.empty()) row["u"] = entry.unit;
  if (entry.expires != 0) row["e"] = entry.expires;
  if (entry.not_before != 0) row["b"] = entry.not_before;
  return onem2m::to_json_text(row);
}

onem2m::Result<OutboxEntry> decode_outbox_entry(std::string_view text) {
  const auto row = onem2m::parse_json(text, kRowLimits);
  if (!row || !row->is_object()) return damaged();
  try {
    OutboxEntry entry;
    entry.ordering_key = row->at("k");
    entry.number = row->at("n");
    entry.target = row->at("t");
    entry.created = row->at("c");
    entry.plain_url = row->value("p", false);
    entry.unit = row->value("u", std::string{});
    entry.expires = row->value("e", std::int64_t{0});
    entry.not_before = row->value("b", std::int64_t{0});
    auto request = onem2m::request_from_json(row->at("r"));
    if (!request) return damaged();
    entry.request = std::move(*request);
    return entry;
  } catch (const Json::exception&) {
    return damaged();
  }
}

void enqueue(Transaction& transaction, const OutboxEntry& entry) {
  OutboxEntry stamped = entry;
  if (stamped.created == 0) stamped.created = transaction.now().time_since_epoch().count();
  transaction.put_row(store::Table::Outbox, outbox_key(stamped.ordering_key, stamped.number), encode_outbox_entry(stamped),
                      stamped.unit);
}

}  // namespace edgecse::cse
