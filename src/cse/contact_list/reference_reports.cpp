// SPDX-License-Identifier: Apache-2.0
#include "cse/contact_list/reference_reports.hpp"

#include <map>
#include <mutex>
#include <set>

#include "cse/ae_references.hpp"
#include "cse/outbox.hpp"
#include "onem2m/address.hpp"

namespace edgecse::cse {
namespace {

namespace type = onem2m::type;

constexpr std::chrono::hours kReportLife{24};
using Ids = std::set<std::string>;

/// SP-relative AE-ID of another CSE that a value names, alone or at its begin.
void take(const Json& value, const std::string& own_id, Ids& found) {
  if (value.is_array()) {
    for (const Json& entry : value) take(entry, own_id, found);
    return;
  }
  if (!value.is_string()) return;
  const auto address = onem2m::parse_address(value.get_ref<const std::string&>());
  if (!address || !address->service_provider.empty() || address->cse_id.empty() || address->cse_id == own_id) return;
  if (address->segments.empty() || !onem2m::is_ae_id_stem(address->segments[0])) return;
  found.insert(address->cse_id + '/' + address->segments[0]);
}

Ids references_of(const Resource& resource, const std::string& own_id) {
  Ids found;
  if (resource.type == type::kAccessControlPolicy) {
    for (const char* name : {"pv", "pvs"})
      for (const Json& rule : resource.attributes.value(name, Json::object()).value("acr", Json::array()))
        take(rule.value("acor", Json{}), own_id, found);
    return found;
  }
  for (const char* name : {"nu", "mid", "lnk"})
    if (const auto value = resource.attributes.find(name); value != resource.attributes.end()) take(*value, own_id, found);
  return found;
}

class ReferenceReports final : public CsePart, public CommitObserver {
 public:
  explicit ReferenceReports(CseCore& core) : core_(core) { core.loop->add_observer(*this); }

  /// What there is was told when it came.
  void start() override {
    std::vector<std::pair<std::string, bool>> told;
    std::lock_guard lock(mutex_);
    core_.loop->snapshot()->tree.for_each([&](const ResourcePtr& resource) {
      if (may_refer_to_aes(resource->type)) follow(resource->id, resource, told);
    });
  }

  void committed(const Snapshot& snapshot, std::span<const Change> changes) override {
    std::vector<std::pair<std::string, bool>> news;  // AE-ID, whether it is referred to now
    {
      std::lock_guard lock(mutex_);
      for (const Change& change : changes)
        if (change.table == store::Table::Tree && may_refer_to_aes(change.type))
          follow(change.key, snapshot.tree.find(change.key), news);
    }
    if (news.empty()) return;
    core_.environment.executor.post([this, alive = std::weak_ptr(alive_), news = std::move(news)] {
      if (!alive.expired()) report(news);
    });
  }

 private:
  // The caller holds mutex_.
  void follow(const std::string& id, const ResourcePtr& resource, std::vector<std::pair<std::string, bool>>& news) {
    Ids now = resource ? references_of(*resource, core_.options.id) : Ids{};
    const auto known = by_resource_.find(id);
    if (now.empty() && known == by_resource_.end()) return;
    const Ids before = known == by_resource_.end() ? Ids{} : known->second;
    for (const std::string& ae : now)
      if (!before.contains(ae) && ++counts_[ae] == 1) news.emplace_back(ae, true);
    for (const std::string& ae : before) {
      if (now.contains(ae) || --counts_[ae] > 0) continue;
      counts_.erase(ae);
      news.emplace_back(ae, false);
    }
    if (now.empty()) {
      by_resource_.erase(id);
    } else {
      by_resource_[id] = std::move(now);
    }
  }

  void report(const std::vector<std::pair<std::string, bool>>& news) {
    core_.loop->submit({[this, news](Transaction& transaction) -> onem2m::Result<> {
                          for (const auto& [ae, begins] : news) {
                            OutboxEntry entry = make_outbox_entry(transaction, "aerid " + ae, onem2m::Operation::Notify,
                                                                  core_.options.registrar->id, core_.options.id, kReportLife, "aerid");
                            entry.request.content = {{"m2m:sgn", {{"aerid", true}, {begins ? "tid2" : "tid1", ae}}}};
                            enqueue(transaction, entry);
                          }
                          return {};
                        },
                        nullptr});
  }

  CseCore& core_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::map<std::string, Ids> by_resource_;   // AEs that a resource refers to, when there are any
  std::map<std::string, int> counts_;        // resources that refer to an AE
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace

std::unique_ptr<CsePart> make_reference_reports(CseCore& core) {
  const bool wanted = core.options.registrar && !core.options.mobility.extensions;
  return wanted ? std::make_unique<ReferenceReports>(core) : nullptr;
}

}  // namespace edgecse::cse
