// SPDX-License-Identifier: Apache-2.0
#include "cse/management/node_links.hpp"

#include <algorithm>

#include "cse/changes.hpp"
#include "cse/target.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse {

using onem2m::Result;
namespace type = onem2m::type;

namespace {

class NodeLinks final : public CsePart, public ResourceEventListener {
 public:
  explicit NodeLinks(CseCore& core) : core_(core) { core.listeners.push_back(this); }

  void on_event(Transaction& transaction, const ResourceEvent& event) override {
    if (event.type == type::kNode && event.kind == ResourceEvent::Kind::Deleted) return forget_node(transaction, event);
    if (event.type != type::kAe) return;
    const std::string old_link = event.kind == ResourceEvent::Kind::Created   ? std::string{}
                                 : event.kind == ResourceEvent::Kind::Deleted ? text(event.attributes)
                                                                              : text(*event.before);
    const std::string new_link = event.kind == ResourceEvent::Kind::Deleted ? std::string{} : text(event.attributes);
    if (old_link == new_link) return;
    change(transaction, old_link, event.id, false);
    change(transaction, new_link, event.id, true);
  }

 private:
  static std::string text(const Json& attributes) {
    const auto link = attributes.find("nl");
    return link != attributes.end() && link->is_string() ? link->get<std::string>() : std::string{};
  }

  void change(Transaction& transaction, const std::string& link, const std::string& ae, bool add) {
    if (link.empty()) return;
    const ResourcePtr found = find_resource(core_, transaction.tree(), link);
    if (!found || found->type != type::kNode) return;
    Resource node = *found;
    Json links = node.attributes.value("hael", Json::array());
    const auto at = std::find(links.begin(), links.end(), Json(ae));
    if ((at != links.end()) == add) return;
    if (add) {
      links.push_back(ae);
    } else {
      links.erase(at);
    }
    if (links.empty()) {
      node.attributes.erase("hael");
    } else {
      node.attributes["hael"] = std::move(links);
    }
    put_and_tell(core_, transaction, std::move(node));
  }

  void forget_node(Transaction& transaction, const ResourceEvent& event) {
    const auto links = event.attributes.find("hael");
    if (links == event.attributes.end()) return;
    for (const Json& id : *links) {
      if (!id.is_string()) continue;
      const ResourcePtr found = transaction.tree().find(id.get_ref<const std::string&>());
      if (!found || found->type != type::kAe) continue;
      const ResourcePtr node = find_resource(core_, transaction.tree(), found->text("nl"));
      if (!node || node->id != event.id) continue;
      if (!found->unit.empty() && !core_.gate->serves(transaction, found->unit)) continue;
      Resource ae = *found;
      ae.attributes.erase("nl");
      ae.attributes["lt"] = onem2m::format_timestamp(transaction.now());
      transaction.put(std::move(ae));
    }
  }

  CseCore& core_;
};

}  // namespace

Result<> check_node_link(const CseCore& core, const Tree& tree, const Json& attributes) {
  const auto link = attributes.find("nl");
  if (link == attributes.end() || !link->is_string()) return {};
  const std::string& text = link->get_ref<const std::string&>();
  const auto address = onem2m::parse_address(text);
  if (address && !is_hosted(core.options, *address)) return {};
  const ResourcePtr node = find_resource(core, tree, text);
  if (node && node->type == type::kNode) return {};
  return onem2m::refuse(onem2m::ResponseStatus::NotFound, "nl '" + text + "' names no node");
}

std::unique_ptr<CsePart> make_node_links(CseCore& core) { return std::make_unique<NodeLinks>(core); }

}  // namespace edgecse::cse
