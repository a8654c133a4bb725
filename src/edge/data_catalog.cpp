// SPDX-License-Identifier: Apache-2.0
#include "edge/data_catalog.hpp"

#include <algorithm>
#include <set>

#include "onem2m/enumerations.hpp"

namespace edgecse::edge {
namespace {

constexpr int kReadAllAgainEvery = 20;  // labels of known containers change rarely
constexpr std::size_t kRetrievesAtOnce = 16;

bool publishes(const std::vector<std::string>& labels) {
  return std::any_of(labels.begin(), labels.end(), [](const std::string& label) {
    return label == "mec:publish" || label.starts_with("mec:service=");
  });
}

}  // namespace

struct DataCatalog::Renewal {
  std::vector<std::string> unread;
  std::size_t next = 0, open = 0;
};

DataCatalog::DataCatalog(Requester& requester, DeviceTracker& tracker, const base::Clock& clock, std::string base_address,
                         Publish publish)
    : requester_(requester), tracker_(tracker), clock_(clock), base_address_(std::move(base_address)), publish_(publish) {}

void DataCatalog::renew(std::chrono::milliseconds at_most_old, std::function<void()> done) {
  if (ever_ && clock_.monotonic_now() - renewed_at_ <= at_most_old) return done();
  waiting_.push_back(std::move(done));
  if (renewal_) return;
  renewal_ = std::make_shared<Renewal>();
  tracker_.refresh([this, renewal = renewal_] {
    onem2m::FilterCriteria criteria;
    criteria.resource_types = {onem2m::type::kContainer, onem2m::type::kFlexContainer, onem2m::type::kTimeSeries};
    requester_.discover(base_address_, criteria, [this, renewal](onem2m::Result<std::vector<std::string>> addresses) {
      if (addresses) read_containers(renewal, std::move(*addresses));
      else finish(renewal);
    });
  });
}

void DataCatalog::read_containers(std::shared_ptr<Renewal> renewal, std::vector<std::string> addresses) {
  const bool everything = ++renewals_ % kReadAllAgainEvery == 0;
  const std::set<std::string> present(addresses.begin(), addresses.end());
  std::erase_if(known_, [&](const auto& entry) { return !present.contains(entry.first); });
  for (const auto& address : present) {
    const auto* ae = owner_of(address);
    if (ae == nullptr) continue;
    const bool moved = !ae->moved_to.empty();  // asking would only go to its new owner
    if (!known_.contains(address) || (everything && !moved)) renewal->unread.push_back(address);
  }
  if (renewal->unread.empty()) return finish(renewal);
  const auto lanes = std::min(kRetrievesAtOnce, renewal->unread.size());
  for (std::size_t lane = 0; lane < lanes; ++lane) read_next(renewal);
}

void DataCatalog::read_next(std::shared_ptr<Renewal> renewal) {
  if (renewal->next == renewal->unread.size()) {
    if (renewal->open == 0) finish(renewal);
    return;
  }
  const std::string address = renewal->unread[renewal->next++];
  ++renewal->open;
  requester_.retrieve(address, [this, renewal, address](const onem2m::Result<Json>& attributes) {
    --renewal->open;
    const auto* ae = owner_of(address);
    if (attributes && ae != nullptr) {
      DataEntry entry;
      entry.kind = kind_of(attributes->value("ty", 0));
      entry.data_id = text_of(*attributes, "ri");
      entry.device_id = ae->ae_id;
      entry.address = address;
      entry.path = address.substr(ae->address.size() + 1);
      entry.labels = texts_of(*attributes, "lbl");
      if (!entry.data_id.empty()) known_[address] = std::move(entry);
    } else if (!attributes) {
      known_.erase(address);
    }
    read_next(renewal);
  });
}

void DataCatalog::finish(std::shared_ptr<Renewal> renewal) {
  if (renewal_ != renewal) return;
  renewal_.reset();
  entries_.clear();
  for (const auto& [address, entry] : known_) {
    const auto* ae = owner_of(address);
    if (ae != nullptr && is_published(*ae, entry.labels)) entries_.emplace(entry.data_id, entry);
  }
  ever_ = true;
  renewed_at_ = clock_.monotonic_now();
  for (auto& done : std::exchange(waiting_, {})) done();
}

const TrackedAe* DataCatalog::owner_of(const std::string& address) const {
  for (const auto& [stem, ae] : tracker_.devices()) {
    const auto size = ae.address.size();
    if (address.size() > size + 1 && address[size] == '/' && address.starts_with(ae.address)) return &ae;
  }
  return nullptr;
}

bool DataCatalog::is_published(const TrackedAe& ae, const std::vector<std::string>& labels) const {
  return publish_ == Publish::All || publishes(ae.labels) || publishes(labels);
}

std::vector<const TrackedAe*> DataCatalog::devices() const {
  std::set<std::string> offered;
  for (const auto& [id, entry] : entries_) offered.insert(entry.device_id);
  std::vector<const TrackedAe*> list;
  for (const auto& [stem, ae] : tracker_.devices()) {
    if (offered.contains(stem) || is_published(ae, {})) list.push_back(&ae);
  }
  return list;
}

std::set<std::string> DataCatalog::services() const {
  static constexpr std::string_view kLabel = "mec:service=";
  std::set<std::string> names;
  const auto collect = [&names](const std::vector<std::string>& labels) {
    for (const auto& label : labels)
      if (label.starts_with(kLabel) && label.size() > kLabel.size()) names.insert(label.substr(kLabel.size()));
  };
  for (const auto& [id, entry] : entries_) {
    const auto* ae = device_of(entry);
    if (ae == nullptr || !ae->moved_to.empty()) continue;
    collect(ae->labels);
    collect(entry.labels);
  }
  return names;
}

const TrackedAe* DataCatalog::device_of(const DataEntry& entry) const {
  const auto found = tracker_.devices().find(entry.device_id);
  return found == tracker_.devices().end() ? nullptr : &found->second;
}

}  // namespace edgecse::edge
