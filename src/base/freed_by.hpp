// SPDX-License-Identifier: Apache-2.0
//
// Owners for objects of C libraries.
#pragma once

namespace edgecse::base {

/// The deleter that calls a library's function: std::unique_ptr<BIO, FreedBy<BIO_free_all>>.
template <auto Free>
struct FreedBy {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

}  // namespace edgecse::base
