// SPDX-License-Identifier: Apache-2.0
#include "edge/device_tracker.hpp"

#include <algorithm>
#include <optional>

#include "base/log.hpp"
#include "onem2m/enumerations.hpp"

namespace edgecse::edge {
namespace {

constexpr std::string_view kRoom = "edge";
constexpr std::size_t kRetrievesAtOnce = 16;

std::optional<mec::AssociateId> from_label(const std::string& label) {
  if (!label.starts_with(kUserEquipmentLabel)) return std::nullopt;
  const std::string_view rest = std::string_view{label}.substr(kUserEquipmentLabel.size());
  const auto colon = rest.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == rest.size()) return std::nullopt;
  return mec::AssociateId{std::string{rest.substr(0, colon)}, std::string{rest.substr(colon + 1)}};
}

std::optional<mec::AssociateId> from_point_of_access(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::nullopt;
  std::string_view host = url.substr(scheme + 3);
  host = host.substr(0, host.find('/'));
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    return mec::AssociateId{"UE_IPV6_ADDRESS", std::string{host.substr(1, end - 1)}};
  }
  host = host.substr(0, host.find(':'));
  const bool numeric = std::count(host.begin(), host.end(), '.') == 3 &&
                       host.find_first_not_of("0123456789.") == std::string_view::npos;
  if (!numeric) return std::nullopt;
  return mec::AssociateId{"UE_IPv4_ADDRESS", std::string{host}};
}

}  // namespace

std::vector<mec::AssociateId> associate_ids_of(const std::vector<std::string>& labels,
                                               const std::vector<std::string>& points_of_access) {
  std::vector<mec::AssociateId> ids;
  const auto add = [&ids](std::optional<mec::AssociateId> id) {
    if (id && std::find(ids.begin(), ids.end(), *id) == ids.end()) ids.push_back(std::move(*id));
  };
  for (const auto& label : labels) add(from_label(label));
  if (!ids.empty()) return ids;
  for (const auto& url : points_of_access) add(from_point_of_access(url));
  return ids;
}

struct DeviceTracker::Reading {
  std::vector<std::string> addresses;
  std::size_t next = 0;
  std::size_t open = 0;
  std::map<std::string, TrackedAe> found;
  std::vector<std::function<void()>> wishes;
};

DeviceTracker::DeviceTracker(Requester& requester, base::Executor& executor, std::string base_address,
                             std::string except_stem, OwnerOf owner_of)
    : requester_(requester),
      executor_(executor),
      base_address_(std::move(base_address)),
      except_stem_(std::move(except_stem)),
      owner_of_(std::move(owner_of)) {}

void DeviceTracker::start(std::chrono::milliseconds interval, std::function<void()> on_read) {
  interval_ = interval;
  on_read_ = std::move(on_read);
  refresh();
}

void DeviceTracker::refresh(std::function<void()> done) {
  if (done) wishes_.push_back(std::move(done));
  wanted_ = true;
  if (!reading_) begin();
}

void DeviceTracker::begin() {
  executor_.cancel(std::exchange(timer_, 0));
  wanted_ = false;
  reading_ = std::make_shared<Reading>();
  reading_->wishes = std::exchange(wishes_, {});
  onem2m::FilterCriteria criteria;
  criteria.resource_types = {onem2m::type::kAe};
  criteria.level = 1;
  requester_.discover(base_address_, criteria,
                      [this, reading = reading_](onem2m::Result<std::vector<std::string>> addresses) {
                        if (!addresses) {
                          base::log::warning(kRoom, "AEs cannot be discovered", {{"detail", addresses.error().detail}});
                          return finish(reading, false);
                        }
                        reading->addresses = std::move(*addresses);
                        if (reading->addresses.empty()) return finish(reading, true);
                        const auto lanes = std::min(kRetrievesAtOnce, reading->addresses.size());
                        for (std::size_t lane = 0; lane < lanes; ++lane) read_next(reading);
                      });
}

void DeviceTracker::read_next(std::shared_ptr<Reading> reading) {
  if (reading->next == reading->addresses.size()) {
    if (reading->open == 0) finish(reading, true);
    return;
  }
  const std::string address = reading->addresses[reading->next++];
  if (auto known = find_moved(address)) {  // asking would only go to its new owner
    reading->found.emplace(known->ae_id, std::move(*known));
    return read_next(reading);
  }
  ++reading->open;
  requester_.retrieve(address, [this, reading, address](const onem2m::Result<Json>& attributes) {
    --reading->open;
    if (attributes) {
      TrackedAe ae;
      // Of an AE that moved away the representation comes from its new owner: its aei may carry that CSE's prefix.
      ae.ae_id = text_of(*attributes, "ri");
      ae.address = address;
      ae.labels = texts_of(*attributes, "lbl");
      ae.associate_ids = associate_ids_of(ae.labels, texts_of(*attributes, "poa"));
      ae.moved_to = owner_of_ ? owner_of_(ae.ae_id) : std::string{};
      ae.attributes = *attributes;
      if (!ae.ae_id.empty() && ae.ae_id != except_stem_) reading->found.emplace(ae.ae_id, std::move(ae));
    }
    read_next(reading);
  });
}

std::optional<TrackedAe> DeviceTracker::find_moved(const std::string& address) const {
  if (!owner_of_) return std::nullopt;
  for (const auto& [stem, ae] : devices_) {
    if (ae.address != address) continue;
    TrackedAe known = ae;
    known.moved_to = owner_of_(stem);
    if (!known.moved_to.empty()) return known;
  }
  return std::nullopt;
}

void DeviceTracker::finish(std::shared_ptr<Reading> reading, bool success) {
  if (reading_ != reading) return;
  reading_.reset();
  if (success) devices_ = std::move(reading->found);
  if (success && on_read_) on_read_();
  for (auto& wish : reading->wishes) wish();
  if (reading_) return;
  if (wanted_) return begin();
  if (interval_.count() > 0) {
    timer_ = executor_.run_after(interval_, [this, alive = std::weak_ptr<bool>(alive_)] {
      if (!alive.expired()) timer_ = 0, refresh();
    });
  }
}

std::vector<std::string> DeviceTracker::find(const mec::AssociateId& associate_id) const {
  std::vector<std::string> stems;
  for (const auto& [stem, ae] : devices_) {
    const bool fits = std::any_of(ae.associate_ids.begin(), ae.associate_ids.end(), [&](const mec::AssociateId& own) {
      return own.value == associate_id.value && (own.type == associate_id.type || associate_id.type.empty());
    });
    if (fits && ae.moved_to.empty()) stems.push_back(stem);
  }
  return stems;
}

}  // namespace edgecse::edge
