// SPDX-License-Identifier: Apache-2.0
//
// Outgoing primitives that must survive a crash: notifications, announcements, registrations, handover messages. Written in
// the commit that causes them, sent in order per ordering key, repeated with back-off until answered or expired.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "cse/transaction.hpp"
#include "onem2m/primitive.hpp"

namespace edgecse::cse {

struct OutboxEntry {
  std::string ordering_key;    // entries of one key leave one after the other; a subscription's ri, a context ...
  std::uint64_t number = 0;    // order within the key
  std::string target;          // URL, or address of an entity: SP-relative, absolute, or ri of an AE here
  bool plain_url = false;
  onem2m::Request request;     // complete but for the next hop; its rqi is the same at every repetition
  std::string unit;            // what it moves with; empty: stays
  std::int64_t expires = 0;    // microseconds since 1970; 0: never. An expired entry is dropped and counted
  std::int64_t not_before = 0; // microseconds since 1970: it and what follows under its key waits until then
  std::int64_t created = 0;    // microseconds since 1970; enqueue sets it when it is 0
};

/// A request of this room's own without content: number, expiry and the identifier `<identifier>-<number>` are filled in. In the job.
[[nodiscard]] OutboxEntry make_outbox_entry(Transaction& transaction, std::string ordering_key, onem2m::Operation operation,
                                            const std::string& to, const std::string& from, base::Duration life,
                                            const std::string& identifier);

/// Writes the entry into the transaction's commit; it is sent after that commit. A unit that is frozen or moved sends nothing.
void enqueue(Transaction& transaction, const OutboxEntry& entry);

/// Key of an entry's row in Table::Outbox, and the row itself; the handover exports and imports them as they are.
[[nodiscard]] std::string outbox_key(std::string_view ordering_key, std::uint64_t number);
/// Ordering key and number of a row's key; an empty ordering key when it has not that form.
[[nodiscard]] std::pair<std::string_view, std::uint64_t> split_outbox_key(std::string_view key);
[[nodiscard]] std::string encode_outbox_entry(const OutboxEntry& entry);
[[nodiscard]] onem2m::Result<OutboxEntry> decode_outbox_entry(std::string_view row);

}  // namespace edgecse::cse
