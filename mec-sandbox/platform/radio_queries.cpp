// SPDX-License-Identifier: Apache-2.0
#include "platform/radio_queries.hpp"

#include <charconv>
#include <set>

namespace edgecse::sandbox {

using nlohmann::json;

namespace {

using Texts = std::vector<std::string>;
using Numbers = std::vector<std::int64_t>;
/// Wanted values by the name of the number.
using Wanted = std::map<std::string, Numbers>;

/// The query parameter of layer2_meas has the name of the member that it filters, but for a letter in the official
/// file.
const std::string kLowRange = "received_randomly_selected_preambles_low_range_cell";
const std::string kLowRangeQuery = "received_randomly_selecte_preambles_low_range_cell";

Texts list_of_query(const Request& request, std::string_view name) {
  Texts result;
  for (auto rest : request.values(name)) {
    for (auto comma = rest.find(','); comma != std::string::npos; comma = rest.find(',')) {
      result.push_back(rest.substr(0, comma));
      rest.erase(0, comma + 1);
    }
    result.push_back(std::move(rest));
  }
  return result;
}

/// The filters by number that the request has, of these names.
Result<Wanted> wanted_numbers(const Request& request, const Texts& names) {
  Wanted wanted;
  for (const auto& name : names) {
    for (const auto& text : list_of_query(request, name == kLowRange ? kLowRangeQuery : name)) {
      std::int64_t number = 0;
      const auto* end = text.data() + text.size();
      const auto read = std::from_chars(text.data(), end, number);
      if (read.ec != std::errc{} || read.ptr != end)
        return refuse(400, fmt::format("{}: expected an integer, found \"{}\"", name, text));
      wanted[name].push_back(number);
    }
  }
  return wanted;
}

template <typename Value>
bool among(const std::vector<Value>& wanted, const Value& found) {
  return std::find(wanted.begin(), wanted.end(), found) != wanted.end();
}

/// numbers has every wanted name.
bool fits(const Wanted& wanted, const json& numbers) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& one) {
    return among(one.second, numbers.at(one.first).template get<std::int64_t>());
  });
}

Texts names_of(const json& figures) {
  Texts names;
  for (const auto& [name, value] : figures.items()) names.push_back(name);
  return names;
}

/// Which users a request is about: by cell, address and tunnel. By IPv6 or NATed address the scenario knows nobody.
class UserFilter {
 public:
  UserFilter(const Request& request, const RadioCells& cells)
      : cells_(cells),
        in_(list_of_query(request, "cell_id")),
        addresses_(list_of_query(request, "ue_ipv4_address")),
        tunnels_(list_of_query(request, "gtp_teid")),
        names_users_(!addresses_.empty() || !tunnels_.empty() || !request.values("ue_ipv6_address").empty() ||
                     !request.values("nated_ip_address").empty()) {}
  static Result<> check(const Request& request, Texts names) {
    for (const auto* name : {"cell_id", "ue_ipv4_address", "ue_ipv6_address", "nated_ip_address", "gtp_teid"})
      names.emplace_back(name);
    const std::vector<std::string_view> known(names.begin(), names.end());
    return only_queries(request, known);
  }
  [[nodiscard]] bool names_users() const { return names_users_; }
  [[nodiscard]] bool wants(const AccessPoint& cell) const { return in_.empty() || among(in_, cell.name); }
  [[nodiscard]] bool wants(const Terminal& user) const {
    if (!wants(*user.access_point)) return false;
    if (!names_users_ || among(addresses_, user.plan.address)) return true;
    const auto bearer = cells_.s1_bearer(user, *user.access_point);
    return among(tunnels_, bearer.at("enbInfo").at("tunnelId").get<std::string>()) ||
           among(tunnels_, bearer.at("sGwInfo").at("tunnelId").get<std::string>());
  }

 private:
  const RadioCells& cells_;
  Texts in_, addresses_, tunnels_;
  bool names_users_;
};

Reply bearers(const Request& request, const RadioCells& cells, Surroundings& outside) {
  const Texts numbers{"erab_id", "qci", "erab_mbr_dl", "erab_mbr_ul", "erab_gbr_dl", "erab_gbr_ul"};
  auto names = numbers;
  names.emplace_back("app_ins_id");
  if (auto known = UserFilter::check(request, std::move(names)); !known) return tl::unexpected{known.error()};
  const auto wanted = wanted_numbers(request, numbers);
  if (!wanted) return tl::unexpected{wanted.error()};
  const UserFilter filter{request, cells};
  std::map<std::string, json> users_of;  // by cell
  for (const auto* user : cells.users()) {
    const auto quality = bearer_quality(*user->access_point);
    const auto& rates = quality.at("qosInformation");
    const json found{{"erab_id", kDefaultBearer},
                     {"qci", kBestEffort},
                     {"erab_mbr_dl", rates.at("erabMbrDl")},
                     {"erab_mbr_ul", rates.at("erabMbrUl")},
                     {"erab_gbr_dl", rates.at("erabGbrDl")},
                     {"erab_gbr_ul", rates.at("erabGbrUl")}};
    if (!filter.wants(*user) || !fits(*wanted, found)) continue;
    users_of[user->access_point->name].push_back(
        {{"associateId", json::array({associate_id(user->plan.address)})},
         {"erabInfo", json::array({{{"erabId", kDefaultBearer}, {"erabQosParameters", quality}}})}});
  }
  const auto asking = list_of_query(request, "app_ins_id");
  json answer{{"appInstanceId", asking.empty() ? "" : asking[0]},
              {"requestId", outside.random.hex(4)},
              {"timeStamp", time_stamp(outside.clock)},
              {"cellUserInfo", json::array()}};
  for (auto& [cell, users] : users_of)
    answer["cellUserInfo"].push_back({{"ecgi", ecgi(cell)}, {"ueInfo", std::move(users)}});
  return json_response(200, answer);
}

Reply operators(const Request& request, Applications& applications, const Surroundings& outside) {
  if (auto known = only_queries(request, {"app_ins_id"}); !known) return tl::unexpected{known.error()};
  const auto asking = list_of_query(request, "app_ins_id");
  if (asking.empty()) return refuse(400, "app_ins_id: is missing");
  auto list = json::array();
  for (const auto& id : asking) {
    if (!applications.find(id)) return refuse(404, fmt::format("app_ins_id: no application instance {} exists", id));
    list.push_back({{"appInstanceId", id}, {"plmn", json::array({plmn()})}, {"timeStamp", time_stamp(outside.clock)}});
  }
  return json_response(200, list);
}

Reply s1_bearers(const Request& request, const RadioCells& cells, const Surroundings& outside) {
  if (auto known = UserFilter::check(request, {"temp_ue_id", "erab_id"}); !known) return tl::unexpected{known.error()};
  const auto wanted = wanted_numbers(request, {"erab_id"});
  if (!wanted) return tl::unexpected{wanted.error()};
  const UserFilter filter{request, cells};
  const auto temporary_ids = list_of_query(request, "temp_ue_id");
  auto found = json::array();
  for (const auto* user : cells.users()) {
    auto temporary = temporary_id(user->plan.address);
    const auto name = temporary.at("mmec").get<std::string>() + temporary.at("mtmsi").get<std::string>();
    const auto bearer = cells.s1_bearer(*user, *user->access_point);
    const auto numbers = json::object({{"erab_id", kDefaultBearer}});
    if (!filter.wants(*user) || !fits(*wanted, numbers)) continue;
    if (!temporary_ids.empty() && !among(temporary_ids, name)) continue;
    found.push_back({{"tempUeId", std::move(temporary)},
                     {"associateId", json::array({associate_id(user->plan.address)})},
                     {"ecgi", json::array({ecgi(user->access_point->name)})},
                     {"s1BearerInfoDetailed", json::array({bearer})}});
  }
  if (found.empty()) return refuse(404, "no S1 bearer fits the filters");
  return json_response(200, {{"timeStamp", time_stamp(outside.clock)}, {"s1UeInfo", std::move(found)}});
}

/// Cells by their filters; users by theirs and those of their cell; asked for users, only the cells that have one of
/// them.
Reply layer_2(const Request& request, const RadioCells& cells, const Surroundings& outside) {
  const auto of_cells = names_of(load_figures(0)), of_users = names_of(traffic_figures(0, 0));
  Texts names{"app_ins_id", kLowRangeQuery};
  names.insert(names.end(), of_cells.begin(), of_cells.end());
  names.insert(names.end(), of_users.begin(), of_users.end());
  std::erase(names, kLowRange);
  if (auto known = UserFilter::check(request, std::move(names)); !known) return tl::unexpected{known.error()};
  const auto load = wanted_numbers(request, of_cells), traffic = wanted_numbers(request, of_users);
  if (!load) return tl::unexpected{load.error()};
  if (!traffic) return tl::unexpected{traffic.error()};
  const UserFilter filter{request, cells};
  const auto shown = [&](const AccessPoint& cell) { return filter.wants(cell) && fits(*load, cells.load_of(cell)); };
  json cell_list = json::array(), user_list = json::array();
  std::set<const AccessPoint*> of_shown_users;
  for (const auto* user : cells.users()) {
    auto entry = cells.traffic_of(*user);
    if (!shown(*user->access_point) || !filter.wants(*user) || !fits(*traffic, entry)) continue;
    of_shown_users.insert(user->access_point);
    entry["ecgi"] = ecgi(user->access_point->name);
    entry["associateId"] = associate_id(user->plan.address);
    user_list.push_back(std::move(entry));
  }
  const bool asked_for_users = filter.names_users() || !traffic->empty();
  for (const auto* cell : cells.all()) {
    if (!shown(*cell) || (asked_for_users && !of_shown_users.contains(cell))) continue;
    auto entry = cells.load_of(*cell);
    entry["ecgi"] = ecgi(cell->name);
    cell_list.push_back(std::move(entry));
  }
  return json_response(200, {{"timeStamp", time_stamp(outside.clock)},
                             {"cellInfo", std::move(cell_list)},
                             {"cellUEInfo", std::move(user_list)}});
}

}  // namespace

Reply answer_radio_query(const Request& request, const RadioCells& cells, Applications& applications,
                         Surroundings& outside) {
  const bool one_of_ours = request.at({"queries", "rab_info"}) || request.at({"queries", "plmn_info"}) ||
                           request.at({"queries", "s1_bearer_info"}) || request.at({"queries", "layer2_meas"});
  if (!one_of_ours || request.method != "GET") return nothing_here(request, one_of_ours);
  if (request.path[1] == "rab_info") return bearers(request, cells, outside);
  if (request.path[1] == "plmn_info") return operators(request, applications, outside);
  if (request.path[1] == "s1_bearer_info") return s1_bearers(request, cells, outside);
  return layer_2(request, cells, outside);
}

}  // namespace edgecse::sandbox
