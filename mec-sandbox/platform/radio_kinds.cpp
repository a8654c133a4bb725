// SPDX-License-Identifier: Apache-2.0
#include "platform/radio_kinds.hpp"

#include "platform/api_shapes.hpp"
#include "platform/radio_cells.hpp"

namespace edgecse::sandbox {

using nlohmann::json;

namespace {

Shape code_of(std::vector<std::int64_t> codes) {
  return [codes = std::move(codes)](const json& value, const std::string& path) -> std::optional<std::string> {
    if (auto fault = integer(codes.front(), codes.back())(value, path)) return fault;
    if (std::find(codes.begin(), codes.end(), value.get<std::int64_t>()) != codes.end()) return std::nullopt;
    return fmt::format("{}: expected one of {}, found {}", path, fmt::join(codes, ", "), value.dump());
  };
}

Shape cell_shape(const char* id) {
  return object({required("plmn", object({required("mcc", text()), required("mnc", text())})), required(id, text())});
}

enum class Users { Named, NotNamed };

/// The criteria that kinds share, and those of their own.
Shape criteria_shape(Users users, std::vector<Member> own, bool new_radio = false) {
  auto members = std::move(own);
  members.push_back(optional("appInstanceId", text()));
  if (users == Users::Named)
    members.push_back(
        optional("associateId", list_of(object({required("type", integer(0, 4)), required("value", text())}))));
  members.push_back(new_radio ? optional("nrcgi", list_of(cell_shape("nrCellId")))
                              : optional("ecgi", list_of(cell_shape("cellId"))));
  return object(std::move(members));
}

RadioKind kind(RadioEventType event, const char* name, const char* filter, const char* criteria, const char* codes,
               Shape shape, std::vector<Member> more = {}) {
  auto members = std::move(more);
  members.push_back(required("subscriptionType", one_of({std::string{name} + "Subscription"})));
  members.push_back(required("callbackReference", http_uri()));
  members.push_back(optional("requestTestNotification", boolean()));
  members.push_back(optional("expiryDeadline", time_stamp_shape()));
  members.push_back(required(criteria, std::move(shape)));
  return {event, name, filter, criteria, codes, object(std::move(members))};
}

std::vector<RadioKind> all_kinds() {
  using enum RadioEventType;
  const auto ho_status = list_of(code_of({1, 2, 3, 4, 5}));
  const auto trigger =
      list_of(code_of({0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 20, 21, 30, 31, 40, 41, 42, 50, 51, 60, 61}));
  const auto trigger_nr = list_of(code_of({0, 1, 2, 10, 11, 12, 13, 14, 15, 20, 21, 30, 31}));
  const auto qci = required("qci", integer(0, 255));
  const auto bearer = integer(0, 15);
  const auto of_class = criteria_shape(Users::NotNamed, {qci});
  const auto of_bearer = criteria_shape(Users::NotNamed, {qci, required("erabId", bearer)});
  const auto of_users = criteria_shape(Users::Named, {});
  return {
      kind(CellChange, "CellChange", "cell_change", "filterCriteriaAssocHo", "hoStatus",
           criteria_shape(Users::Named, {optional("hoStatus", ho_status)})),
      kind(RabEstablished, "RabEst", "rab_est", "filterCriteriaQci", "", of_class),
      kind(RabModified, "RabMod", "rab_mod", "filterCriteriaQci", "", of_bearer),
      kind(RabReleased, "RabRel", "rab_rel", "filterCriteriaQci", "", of_bearer),
      kind(MeasurementReport, "MeasRepUe", "meas_rep_ue", "filterCriteriaAssocTri", "trigger",
           criteria_shape(Users::Named, {optional("trigger", trigger)})),
      kind(NewRadioMeasurementReport, "NrMeasRepUe", "nr_meas_rep_ue", "filterCriteriaNrMrs", "triggerNr",
           criteria_shape(Users::Named, {optional("triggerNr", trigger_nr)}, true)),
      kind(TimingAdvance, "MeasTa", "timing_advance_ue", "filterCriteriaAssoc", "", of_users),
      kind(CarrierAggregation, "CaReconf", "ca_reconf", "filterCriteriaAssoc", "", of_users),
      kind(S1Bearer, "S1Bearer", "s1_bearer", "S1BearerSubscriptionCriteria", "eventType",
           criteria_shape(Users::Named, {optional("erabId", list_of(bearer))}),
           {required("eventType", list_of(code_of({1, 2, 3}), 1))}),
  };
}

/// A criterion that is absent or empty wants anything.
bool wants(const json& criteria, const std::string& member, const std::function<bool(const json&)>& fits) {
  const auto found = criteria.find(member);
  if (found == criteria.end()) return true;
  if (!found->is_array()) return fits(*found);
  return found->empty() || std::any_of(found->begin(), found->end(), fits);
}

}  // namespace

const std::vector<RadioKind>& radio_kinds() {
  static const auto kinds = all_kinds();
  return kinds;
}

const RadioKind& radio_kind(RadioEventType event) {
  const auto& all = radio_kinds();
  return *std::find_if(all.begin(), all.end(), [&](const RadioKind& one) { return one.event == event; });
}

const RadioKind& radio_kind(const json& subscription) {
  const auto type = subscription.at("subscriptionType").get<std::string>();
  const auto& all = radio_kinds();
  return *std::find_if(all.begin(), all.end(), [&](const RadioKind& one) { return one.name + "Subscription" == type; });
}

Shape radio_subscription_shape() {
  std::vector<std::string> types;
  for (const auto& one : radio_kinds()) types.push_back(one.name + "Subscription");
  const auto any = object({required("subscriptionType", one_of(std::move(types)))});
  return [any](const json& value, const std::string& path) {
    if (auto fault = any(value, path)) return fault;
    return radio_kind(value).shape(value, path);
  };
}

bool covers(const json& subscription, const RadioEvent& event) {
  const auto& kind = radio_kind(subscription);
  if (kind.event != event.type) return false;
  const auto& criteria = subscription.at(kind.criteria);
  const auto is = [](int number) { return [number](const json& wanted) { return wanted == number; }; };
  const auto touched = [&](const char* id) {
    return [&, id](const json& cell) {
      return cell.at("plmn") == plmn() &&
             std::find(event.cells.begin(), event.cells.end(), cell.at(id).get<std::string>()) != event.cells.end();
    };
  };
  const auto named = [&](const json& id) { return id.at("type") == 1 && id.at("value") == event.user; };
  if (!wants(criteria, "associateId", named)) return false;
  if (!wants(criteria, "ecgi", touched("cellId")) || !wants(criteria, "nrcgi", touched("nrCellId"))) return false;
  if (!wants(criteria, "qci", is(kBestEffort)) || !wants(criteria, "erabId", is(kDefaultBearer))) return false;
  // S1BearerSubscription lists its codes beside the criteria.
  return kind.codes.empty() ||
         (wants(criteria, kind.codes, is(event.code)) && wants(subscription, kind.codes, is(event.code)));
}

}  // namespace edgecse::sandbox
