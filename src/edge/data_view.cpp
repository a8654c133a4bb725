// SPDX-License-Identifier: Apache-2.0
#include "edge/data_view.hpp"

namespace edgecse::edge {

void DataView::latest(const DataEntry& entry, Requester::Callback<Json> done) {
  requester.retrieve(entry.kind == DataKind::FlexContainer ? entry.address : entry.address + "/la", std::move(done));
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
