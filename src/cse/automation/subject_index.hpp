// SPDX-License-Identifier: Apache-2.0
//
// Which resources look at which: from a subject's resourceID to those whose criteria concern it. May name more than
// there are; who asks reads the resource again.
#pragma once

#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace edgecse::cse::automation {

/// The commit loop's thread only.
class SubjectIndex {
 public:
  /// Adds to what is known of the watcher: an update whose job fails must not lose what was there.
  void add(const std::string& watcher, const std::vector<std::string>& subjects) {
    for (const std::string& subject : subjects)
      if (watchers_[subject].insert(watcher).second) subjects_[watcher].insert(subject);
  }
  /// Once what is durable is known.
  void set(const std::string& watcher, const std::vector<std::string>& subjects) {
    remove(watcher);
    add(watcher, subjects);
  }
  void remove(const std::string& watcher) {
    const auto known = subjects_.find(watcher);
    if (known == subjects_.end()) return;
    for (const std::string& subject : known->second)
      if (const auto entry = watchers_.find(subject);
          entry != watchers_.end() && entry->second.erase(watcher) != 0 && entry->second.empty())
        watchers_.erase(entry);
    subjects_.erase(known);
  }
  [[nodiscard]] bool empty() const { return watchers_.empty(); }
  /// A copy: looking at them may change the index.
  [[nodiscard]] std::vector<std::string> watchers_of(const std::string& subject) const {
    const auto found = watchers_.find(subject);
    return found == watchers_.end() ? std::vector<std::string>{}
                                    : std::vector<std::string>(found->second.begin(), found->second.end());
  }

 private:
  std::unordered_map<std::string, std::set<std::string>> watchers_;
  std::unordered_map<std::string, std::set<std::string>> subjects_;
};

}  // namespace edgecse::cse::automation
