// SPDX-License-Identifier: Apache-2.0
#include "edge/data_view.hpp"

#include "onem2m/enumerations.hpp"

namespace edgecse::edge {

void DataView::latest(const DataEntry& entry, Requester::Callback<Json> done) {
  requester.retrieve(entry.kind == DataKind::FlexContainer ? entry.address : entry.address + "/la", std::move(done));
}

void DataView::instances(const DataEntry& entry, onem2m::FilterCriteria criteria, Requester::Callback<Json> done) {
  if (entry.kind == DataKind::FlexContainer) {
    return requester.retrieve(entry.address, [done = std::move(done)](const onem2m::Result<Json>& attributes) {
      if (!attributes) return done(tl::unexpected(attributes.error()));
      done(Json::array({*attributes}));
    });
  }
  const bool is_series = entry.kind == DataKind::TimeSeries;
  criteria.resource_types = {is_series ? onem2m::type::kTimeSeriesInstance : onem2m::type::kContentInstance};
  criteria.level = 1;
  requester.retrieve_children(entry.address, std::move(criteria),
                              [done = std::move(done), is_series](const onem2m::Result<Json>& children) {
                                if (!children) return done(tl::unexpected(children.error()));
                                done(children->value(is_series ? "m2m:tsi" : "m2m:cin", Json::array()));
                              });
}

std::string DataView::moved_to(const DataEntry& entry) const {
  const auto* ae = catalog.device_of(entry);
  return ae == nullptr ? std::string{} : ae->moved_to;
}

DataView* DataViews::of(const std::string& originator) {
  auto found = views_.find(originator);
  if (found == views_.end()) {
    if (views_.size() >= options_.maximum) return nullptr;
    found = views_.emplace(originator, std::make_unique<DataView>(environment_, options_, originator)).first;
  }
  return found->second.get();
}

}  // namespace edgecse::edge
