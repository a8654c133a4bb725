// SPDX-License-Identifier: Apache-2.0
#include "store/resource_store.hpp"

#include <iterator>

namespace edgecse::store {

void WriteBatch::append(WriteBatch&& other) {
  if (operations_.empty()) {
    operations_ = std::move(other.operations_);
  } else {
    operations_.insert(operations_.end(), std::make_move_iterator(other.operations_.begin()),
                       std::make_move_iterator(other.operations_.end()));
  }
  other.operations_.clear();
}

}  // namespace edgecse::store
