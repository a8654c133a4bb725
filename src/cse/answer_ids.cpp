// SPDX-License-Identifier: Apache-2.0
#include "cse/answer_ids.hpp"

#include <nlohmann/json.hpp>

namespace edgecse::cse {
namespace {

using nlohmann::json;

/// What stands before an address: the CSE-ID before a CSE-relative one, the service provider (may be empty) before all.
struct Prefixes {
  std::string provider, cse;

  void complete(std::string& address) const {
    if (address.empty() || address.starts_with("//")) return;
    address.insert(0, address.front() == '/' ? provider : provider + cse + '/');
  }
  void complete(json& object, const char* name) const {
    const auto found = object.find(name);
    if (found == object.end()) return;
    if (found->is_string()) return complete(found->get_ref<std::string&>());
    if (!found->is_array()) return;
    for (json& item : *found)
      if (item.is_string()) complete(item.get_ref<std::string&>());
  }
};

}  // namespace

onem2m::ResponseCallback with_ids_like_from(const CseOptions& options, const onem2m::Request& request,
                                            onem2m::ResponseCallback done) {
  if (request.peer.internal || !request.from.starts_with('/')) return done;
  const bool absolute = request.from.starts_with("//");
  return [prefixes = Prefixes{absolute ? options.service_provider : std::string{}, options.id},
          answer = std::move(done)](onem2m::Response response) {
    prefixes.complete(response.content_location);
    if (response.content.is_object()) {
      for (const char* name : {"m2m:uri", "m2m:uril"}) prefixes.complete(response.content, name);
      if (const auto wrapper = response.content.find("m2m:rce"); wrapper != response.content.end() && wrapper->is_object())
        prefixes.complete(*wrapper, "uri");
    }
    answer(std::move(response));
  };
}

}  // namespace edgecse::cse
