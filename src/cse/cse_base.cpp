// SPDX-License-Identifier: Apache-2.0
#include "cse/cse_base.hpp"

#include "onem2m/timestamp.hpp"

namespace edgecse::cse {

using onem2m::Result;

namespace {

Json configured_attributes(const CseCore& core) {
  const CseOptions& options = core.options;
  Json attributes{{"ty", onem2m::type::kCseBase},
                  {"ri", core.base_id()},
                  {"rn", options.name},
                  {"pi", ""},
                  {"csi", options.id},
                  {"cst", static_cast<int>(options.type)},
                  {"srt", core.procedures.types()},
                  {"poa", options.points_of_access},
                  {"csz", {"application/json"}},
                  {"srv", {"2a", "3", "4", "5"}},
                  {"spi", options.service_provider}};
  if (options.missing_release_is_1) attributes["srv"].insert(attributes["srv"].begin(), "1");
  if (options.type == CseType::In) attributes["ici"] = options.id;
  return attributes;
}

Result<> update_base(CseCore& core, Transaction& transaction) {
  Resource base;
  const ResourcePtr there = transaction.tree().find(core.base_id());
  if (there && there->type == onem2m::type::kCseBase) {
    base = *there;
    if (there->name != core.options.name)
      return onem2m::refuse(onem2m::ResponseStatus::InternalServerError,
                            "the store's CSEBase is named '" + there->name + "', the configuration says '" +
                                core.options.name + "'");
  } else if (transaction.tree().size() != 0) {
    return onem2m::refuse(onem2m::ResponseStatus::InternalServerError,
                          "the store belongs to another CSE than " + core.options.id);
  } else {
    base.created = transaction.next_creation();
    base.attributes["ct"] = onem2m::format_timestamp(transaction.now());
  }
  const Json before = base.attributes;
  base.id = core.base_id();
  base.name = core.options.name;
  base.type = onem2m::type::kCseBase;
  base.member_name = "m2m:cb";
  base.creator = core.options.id;
  base.attributes.update(configured_attributes(core));
  if (base.attributes == before) return {};
  base.attributes["lt"] = onem2m::format_timestamp(transaction.now());
  transaction.put(std::move(base));
  return {};
}

}  // namespace

void CseBaseProcedure::complete(const Tree&, const Resource&, base::WallTime now, Json& attributes) const {
  attributes["ctm"] = onem2m::format_timestamp(now);
}

Result<> bring_up_cse_base(CseCore& core) {
  Result<> result;
  core.loop->submit({[&core](Transaction& transaction) { return update_base(core, transaction); },
                     [&result](const Result<>& done) { result = done; }});
  while (!core.loop->idle()) core.loop->run_batch();
  return result;
}

}  // namespace edgecse::cse
