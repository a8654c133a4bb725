// SPDX-License-Identifier: Apache-2.0
//
// A thread that answers many requests in a row, as after a commit, need not send each answer itself: the threads that read
// the requests do it while it goes on.
#pragma once

#include <memory>

#include "net/http_message.hpp"

namespace edgecse::net {

namespace detail {
class ResponseSlot;
}

/// While it lives, what a Responder sends on this thread is sent by the connection's own thread; a single answer is sent
/// here, because no other thread would be faster. Not nested.
class AnswersByReactors {
 public:
  AnswersByReactors();
  ~AnswersByReactors();
  AnswersByReactors(const AnswersByReactors&) = delete;
  AnswersByReactors& operator=(const AnswersByReactors&) = delete;

  /// That of this thread; nullptr: there is none.
  [[nodiscard]] static AnswersByReactors* current();
  void add(std::shared_ptr<detail::ResponseSlot> slot, HttpResponse response);

 private:
  std::shared_ptr<detail::ResponseSlot> only_;  // the first answer, until there is a second
  HttpResponse its_response_;
  bool many_ = false;
};

}  // namespace edgecse::net
