// SPDX-License-Identifier: Apache-2.0
#include "edge/data_streams.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/guarded_json.hpp"
#include "edge/data_notification.hpp"
#include "onem2m/enumerations.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::edge {
namespace {

constexpr std::string_view kPrefix = "mec-feed-";   // resourceName of a feed's <subscription>
constexpr std::size_t kReadAtOnce = 500;            // values that a reader missed
constexpr std::size_t kHeldAtMost = 10'000;         // values that come while a stream catches up

/// A name that every originator has to itself below one container. Of this host only: a feed moves with its container and still
/// stands there, with the former host as target, when a reader that followed asks the new one.
std::string feed_name(const std::string& owner) {
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a, the same after a restart
  for (const char c : owner) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return fmt::format("{}{:016x}", kPrefix, hash);
}

std::string event_text(std::string_view name, const Json& data) {
  return fmt::format("event: {}\ndata: {}\n\n", name, base::print_json(data));
}

}  // namespace

struct DataStreams::Stream {
  std::shared_ptr<net::ResponseStream> out;
  std::optional<std::uint64_t> last;   // newest sequence written
  bool caught_up = false, ended = false;
  std::vector<Json> held;
  OpenStream open_stream;
  Respond respond;
};

struct DataStreams::Feed {
  std::string key, name, resource_id;
  DataEntry entry;
  DataView* view = nullptr;
  bool ready = false, ended = false;
  base::MonotonicTime renew_at{};
  std::set<StreamPtr> streams;
};

DataStreams::DataStreams(DataStreamOptions options, base::Executor& executor, const base::Clock& clock, HostDirectory* hosts, OwnerOf owner_of,
                         DataMetrics& metrics)
    : options_(std::move(options)), executor_(executor), clock_(clock), hosts_(hosts), owner_of_(std::move(owner_of)), metrics_(metrics) {}

void DataStreams::open(DataView& view, const DataEntry& entry, std::optional<std::uint64_t> after, const OpenStream& open_stream,
                       const Respond& respond) {
  if (count_ >= options_.maximum) return respond(problem(429, "no more streams are opened at the moment"));
  metrics_.streams_open(++count_);
  const std::string key = view.requester.originator() + '\n' + entry.data_id;
  auto& feed = feeds_[key];
  const bool is_new = !feed;
  if (is_new) {
    feed = std::make_shared<Feed>();
    feed->key = key;
    feed->name = feed_name(options_.own_target + ' ' + view.requester.originator());
    feed->entry = entry;
    feed->view = &view;
  }
  const auto stream = std::make_shared<Stream>();
  stream->last = after;
  stream->open_stream = open_stream;
  stream->respond = respond;
  feed->streams.insert(stream);
  if (timer_ == 0) keep_alive();
  if (is_new) subscribe(feed);
  else if (feed->ready) begin(FeedPtr{feed}, stream);
}

void DataStreams::subscribe(const FeedPtr& feed) {
  const Json resource = {{"m2m:sub",
                          {{"rn", feed->name},
                           {"nu", {options_.own_target}},
                           {"enc", {{"net", {static_cast<int>(new_value_event(feed->entry.kind))}}}},
                           {"nct", 1},
                           {"et", lease_end()}}}};
  feed->view->requester.create(feed->entry.address, onem2m::type::kSubscription, resource, {}, [this, feed](const onem2m::Result<Json>& made) {
    // One that an earlier life left serves as well.
    const bool stands = made || made.error().status == onem2m::ResponseStatus::Conflict;
    feed->ready = stands;
    feed->renew_at = clock_.monotonic_now() + options_.lease / 2;
    if (made) feed->resource_id = text_of(*made, "ri");
    else if (stands) renew(feed);
    const auto waiting = feed->streams;
    for (const auto& stream : waiting) {
      if (stands) {
        begin(feed, stream);
        continue;
      }
      stream->respond(problem(made.error()));
      finish(feed, stream, {});
    }
  });
}

std::string DataStreams::lease_end() const { return onem2m::format_timestamp(clock_.wall_now() + options_.lease); }

void DataStreams::renew(const FeedPtr& feed) {
  feed->renew_at = clock_.monotonic_now() + options_.lease / 2;
  feed->view->requester.update(feed->entry.address + "/" + feed->name, {{"et", lease_end()}}, [feed](const onem2m::Result<Json>& renewed) {
    if (renewed && feed->resource_id.empty()) feed->resource_id = text_of(*renewed, "ri");
  });
}

void DataStreams::begin(const FeedPtr& feed, const StreamPtr& stream) {
  net::HttpResponse head;
  head.headers.add("Content-Type", "text/event-stream");
  head.headers.add("Cache-Control", "no-store");
  stream->out = stream->open_stream(std::move(head));
  if (!stream->out || !stream->out->write("retry: 1000\n\n")) return finish(feed, stream, {});
  catch_up(feed, stream);
}

void DataStreams::catch_up(const FeedPtr& feed, const StreamPtr& stream) {
  const auto caught_up = [this, feed, stream](std::vector<Json> values) {
    if (stream->ended) return;
    std::move(stream->held.begin(), stream->held.end(), std::back_inserter(values));
    stream->held.clear();
    stream->caught_up = true;
    const auto sequence = [](const Json& value) { return value["sequence"].get<std::uint64_t>(); };
    std::stable_sort(values.begin(), values.end(), [&](const Json& a, const Json& b) { return sequence(a) < sequence(b); });
    for (const auto& value : values) write(feed, stream, value);
  };
  const DataKind kind = feed->entry.kind;
  if (!stream->last) {
    return feed->view->latest(feed->entry, [caught_up, kind](const onem2m::Result<Json>& newest) {
      caught_up(newest ? std::vector<Json>{value_of(kind, *newest)} : std::vector<Json>{});
    });
  }
  feed->view->values(feed->entry, {}, {*stream->last, false, kReadAtOnce}, [this, feed, stream, caught_up, kind](const onem2m::Result<std::vector<Json>>& found) {
    std::vector<Json> values;
    for (const auto& instance : found.value_or(std::vector<Json>{})) values.push_back(value_of(kind, instance));
    if (values.size() < kReadAtOnce) return caught_up(std::move(values));
    for (const auto& value : values) write(feed, stream, value);  // and on behind them
    if (!stream->ended) catch_up(feed, stream);
  });
}

void DataStreams::write(const FeedPtr& feed, const StreamPtr& stream, const Json& value) {
  if (stream->ended) return;
  const auto sequence = value["sequence"].get<std::uint64_t>();
  if (stream->last && sequence <= *stream->last) return;
  stream->last = sequence;
  if (!stream->out->write(fmt::format("id: {}\n{}", sequence, event_text("value", value)))) finish(feed, stream, {});
}

bool DataStreams::is_feed(const std::string& reference) const {
  const std::string segment = reference.substr(reference.rfind('/') + 1);
  return segment.starts_with(kPrefix) ||
         std::any_of(feeds_.begin(), feeds_.end(), [&](const auto& entry) { return entry.second->resource_id == segment; });
}

void DataStreams::on_notify(const onem2m::Request& request, const onem2m::ResponseCallback& done) {
  done(answer_to(request, onem2m::ResponseStatus::Ok));
  const auto notified = read_notification(request);
  if (!notified) return;
  const std::string segment = notified->reference.substr(notified->reference.rfind('/') + 1);
  std::vector<FeedPtr> its_own;  // the last stream that ends takes its feed with it
  for (const auto& [key, feed] : feeds_)
    if (segment == feed->resource_id || (segment == feed->name && notified->data_id == feed->entry.data_id)) its_own.push_back(feed);
  for (const auto& feed : its_own) {
    const auto streams = feed->streams;
    for (const auto& stream : streams) {
      if (stream->caught_up) write(feed, stream, notified->value);
      else if (stream->held.size() < kHeldAtMost) stream->held.push_back(notified->value);
    }
  }
}

void DataStreams::owners_changed() {
  if (!owner_of_) return;
  for (const auto& [key, feed] : std::map<std::string, FeedPtr>{feeds_}) {
    const std::string owner = owner_of_(feed->entry.device_id);
    if (owner.empty()) continue;
    const std::string below = "/data/" + net::percent_encode(feed->entry.data_id) + "/stream";
    if (hosts_ == nullptr) tell_moved(feed, owner, {});
    else
      hosts_->find_by_cse(owner, [this, alive = std::weak_ptr<bool>(alive_), feed, owner, below](const std::optional<KnownHost>& host) {
        if (alive.expired()) return;
        tell_moved(feed, owner, host && !host->data_endpoint.empty() ? host->data_endpoint + below : std::string{});
      });
  }
}

void DataStreams::tell_moved(const FeedPtr& feed, const std::string& owner, const std::string& location) {
  Json where = {{"deviceId", feed->entry.device_id}, {"dataId", feed->entry.data_id}, {"servingCse", owner}};
  if (!location.empty()) where["location"] = location;
  const auto streams = feed->streams;
  for (const auto& stream : streams) finish(feed, stream, event_text("moved", where));
}

void DataStreams::end_all() {
  for (const auto& [key, feed] : std::map<std::string, FeedPtr>{feeds_}) {
    const auto streams = feed->streams;
    for (const auto& stream : streams) finish(feed, stream, event_text("end", {{"detail", "this host stops"}}));
  }
}

void DataStreams::finish(const FeedPtr& feed, const StreamPtr& stream, const std::string& last_event) {
  if (std::exchange(stream->ended, true)) return;
  if (stream->out && !last_event.empty()) stream->out->write(last_event);
  if (stream->out) stream->out->finish();
  stream->held.clear();
  feed->streams.erase(stream);
  metrics_.streams_open(--count_);
  if (!feed->streams.empty() || std::exchange(feed->ended, true)) return;
  feeds_.erase(feed->key);
  // Also when the device moved: the request goes where the container is.
  if (feed->ready) feed->view->requester.remove(feed->entry.address + "/" + feed->name, [](const auto&) {});
}

void DataStreams::keep_alive() {
  timer_ = executor_.run_after(options_.keep_alive, [this, alive = std::weak_ptr<bool>(alive_)] {
    if (alive.expired()) return;
    timer_ = 0;
    for (const auto& [key, feed] : std::map<std::string, FeedPtr>{feeds_}) {
      const auto streams = feed->streams;
      for (const auto& stream : streams)
        if (stream->out && !stream->out->write(":\n\n")) finish(feed, stream, {});
      if (feed->ready && !feed->ended && clock_.monotonic_now() >= feed->renew_at) renew(feed);
    }
    if (!feeds_.empty()) keep_alive();
  });
}

}  // namespace edgecse::edge
