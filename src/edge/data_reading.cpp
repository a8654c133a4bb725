// SPDX-License-Identifier: Apache-2.0
//
// A part of the values of a source, without reading all of them: sequences rise by one, so that oldest, newest and number of
// instances tell where to begin. What was deleted in between only makes the beginning earlier.
#include <algorithm>
#include <deque>

#include "edge/data_value.hpp"
#include "edge/data_view.hpp"
#include "onem2m/enumerations.hpp"

namespace edgecse::edge {
namespace {

constexpr std::uint64_t kPage = 500;  // instances of one answer of the CSE

}  // namespace

struct DataView::Reading {
  DataEntry entry;
  onem2m::FilterCriteria criteria;
  ValueRange range;
  Requester::Callback<std::vector<Json>> done;
  std::uint64_t count = 0, oldest = 0, newest = 0;
  std::deque<Json> kept;  // as they come, oldest first

  /// False: enough was read.
  bool take(const Json& instance) {
    const std::uint64_t sequence = sequence_of(entry.kind, instance);
    const bool beyond = range.after == 0 || (range.descending ? sequence < range.after : sequence > range.after);
    if (!beyond) return !range.descending;
    kept.push_back(instance);
    if (!range.descending) return kept.size() < range.most;
    if (kept.size() > range.most) kept.pop_front();
    return true;
  }
  void finish() {
    std::vector<Json> values{kept.begin(), kept.end()};
    if (range.descending) std::reverse(values.begin(), values.end());
    done(std::move(values));
  }
  /// Number of the first instance to ask for, from 1.
  [[nodiscard]] std::uint64_t begin() const {
    if (oldest == 0 || newest < oldest) return 1;
    const auto all = static_cast<std::int64_t>(newest - oldest + 1), gaps = std::max<std::int64_t>(0, all - static_cast<std::int64_t>(count));
    const auto first = static_cast<std::int64_t>(oldest), after = static_cast<std::int64_t>(range.after);
    const std::int64_t before = range.descending ? (after == 0 ? all : after - first) - static_cast<std::int64_t>(range.most) : after - first + 1;
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, before - gaps)) + 1;
  }
};

void DataView::values(const DataEntry& entry, onem2m::FilterCriteria criteria, ValueRange range,
                      Requester::Callback<std::vector<Json>> done) {
  const auto reading = std::make_shared<Reading>(Reading{entry, std::move(criteria), range, std::move(done), 0, 0, 0, {}});
  if (entry.kind == DataKind::FlexContainer) {
    return requester.retrieve(entry.address, [reading](const onem2m::Result<Json>& attributes) {
      if (!attributes) return reading->done(tl::unexpected(attributes.error()));
      reading->take(*attributes);
      reading->finish();
    });
  }
  const bool is_series = entry.kind == DataKind::TimeSeries;
  const bool by_time = reading->criteria.created_after || reading->criteria.created_before;
  reading->criteria.resource_types = {is_series ? onem2m::type::kTimeSeriesInstance : onem2m::type::kContentInstance};
  reading->criteria.level = 1;
  reading->criteria.limit = kPage;
  const bool from_the_start = range.after == 0 && !range.descending;
  if (by_time || from_the_start) return read_page(reading, 1);
  locate(reading);
}

void DataView::locate(const ReadingPtr& reading) {
  const std::string address = reading->entry.address;
  const auto sequence = [kind = reading->entry.kind](const onem2m::Result<Json>& instance) {
    return instance ? sequence_of(kind, *instance) : 0;
  };
  requester.retrieve(address, [this, reading, address, sequence](const onem2m::Result<Json>& parent) {
    if (parent && parent->is_object() && parent->contains("cni") && (*parent)["cni"].is_number_unsigned()) reading->count = (*parent)["cni"];
    requester.retrieve(address + "/ol", [this, reading, address, sequence](const onem2m::Result<Json>& oldest) {
      reading->oldest = sequence(oldest);
      requester.retrieve(address + "/la", [this, reading, sequence](const onem2m::Result<Json>& newest) {
        reading->newest = sequence(newest);
        read_page(reading, reading->begin());
      });
    });
  });
}

void DataView::read_page(const ReadingPtr& reading, std::uint64_t offset) {
  auto criteria = reading->criteria;
  criteria.offset = offset;
  requester.retrieve_child_page(reading->entry.address, std::move(criteria), [this, reading](const onem2m::Result<Requester::ChildPage>& page) {
    if (!page) return reading->done(tl::unexpected(page.error()));
    const char* member = reading->entry.kind == DataKind::TimeSeries ? "m2m:tsi" : "m2m:cin";
    for (const Json& instance : page->children.value(member, Json::array()))
      if (!reading->take(instance)) return reading->finish();
    if (!page->next) return reading->finish();
    read_page(reading, *page->next);
  });
}

}  // namespace edgecse::edge
