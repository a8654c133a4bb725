// SPDX-License-Identifier: Apache-2.0
#include "cse/contact_list/contact_list.hpp"

#include <algorithm>

#include "onem2m/timestamp.hpp"

namespace edgecse::cse {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;

namespace {

constexpr int kContactList = 43, kContactListPerCse = 44;
constexpr const char* kListName = "AEContactList";

// Made and changed by the CSE alone.
class ContactListProcedure final : public TypeProcedure {
 public:
  [[nodiscard]] Result<> check_update(const UpdateCheck&) const override { return not_allowed(); }
  [[nodiscard]] Result<> check_delete(const Tree&, const onem2m::Request&, const Resource&) const override {
    return not_allowed();
  }

 private:
  static Result<> not_allowed() { return refuse(ResponseStatus::OperationNotAllowed, "the CSE itself keeps the AEContactList"); }
};

ResourcePtr find_list(const CseCore& core, const Tree& tree) { return tree.child(core.base_id(), kListName); }

Resource make_resource(const CseCore& core, Transaction& transaction, const std::string& parent, const std::string& name, int type,
                       const char* member) {
  Resource made;
  made.id = transaction.new_id();
  made.parent = parent;
  made.name = name;
  made.type = type;
  made.member_name = member;
  made.creator = core.options.id;
  made.created = transaction.next_creation();
  const std::string now = onem2m::format_timestamp(transaction.now());
  made.attributes = {{"ty", type}, {"ri", made.id}, {"rn", name}, {"pi", parent}, {"ct", now}, {"lt", now},
                     {"et", onem2m::format_timestamp(transaction.now() + core.options.maximum_expiration)}};
  return made;
}

void touch(Transaction& transaction, Resource& resource) {
  resource.attributes["lt"] = onem2m::format_timestamp(transaction.now());
}

void count_entries(const CseCore& core, Transaction& transaction) {
  Resource list = *find_list(core, transaction.tree());
  list.attributes["nic"] = transaction.tree().child_count(list.id);
  touch(transaction, list);
  transaction.put(std::move(list));
}

class ContactList final : public CsePart {
 public:
  explicit ContactList(CseCore& core) : core_(core) {
    const auto procedure = std::make_shared<ContactListProcedure>();
    core.procedures.add(kContactList, procedure);
    core.procedures.add(kContactListPerCse, procedure);
  }

  void start() override {
    if (find_list(core_, core_.loop->snapshot()->tree)) return;
    core_.loop->submit({[this](Transaction& transaction) -> Result<> {
                          if (find_list(core_, transaction.tree())) return {};
                          Resource list = make_resource(core_, transaction, core_.base_id(), kListName, kContactList, "m2m:alst");
                          list.attributes["nic"] = 0;
                          transaction.put(std::move(list));
                          return {};
                        },
                        nullptr});
  }

 private:
  CseCore& core_;
};

}  // namespace

void note_contact(CseCore& core, Transaction& transaction, const std::string& cse_id, const std::string& before,
                  const std::string& after) {
  const ResourcePtr list = find_list(core, transaction.tree());
  if (!list || cse_id.size() < 2) return;
  const std::string name = cse_id.substr(1);
  const ResourcePtr there = transaction.tree().child(list->id, name);
  if (!there && after.empty()) return;
  Resource entry = there ? *there : make_resource(core, transaction, list->id, name, kContactListPerCse, "m2m:alpc");
  entry.attributes["csi"] = cse_id;
  Json& ids = entry.attributes["ail"];
  if (!ids.is_array()) ids = Json::array();
  const auto at = std::find(ids.begin(), ids.end(), Json(before));
  if (at != ids.end()) ids.erase(at);
  if (!after.empty() && std::find(ids.begin(), ids.end(), Json(after)) == ids.end()) ids.push_back(after);
  if (ids.empty()) {
    transaction.erase(entry.id);
    return count_entries(core, transaction);
  }
  touch(transaction, entry);
  transaction.put(std::move(entry));
  if (!there) count_entries(core, transaction);
}

std::unique_ptr<CsePart> make_contact_list(CseCore& core) {
  if (core.options.type == CseType::In) return std::make_unique<ContactList>(core);
  return nullptr;
}

}  // namespace edgecse::cse
