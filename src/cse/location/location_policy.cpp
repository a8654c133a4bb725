// SPDX-License-Identifier: Apache-2.0
#include "cse/location/location_policy.hpp"

#include "cse/changes.hpp"
#include "cse/procedures.hpp"
#include "onem2m/geometry.hpp"

namespace edgecse::cse {

using onem2m::refuse;
using onem2m::Request;
using onem2m::ResponseStatus;
using onem2m::Result;
namespace type = onem2m::type;

namespace {

constexpr int kNetworkBased = 1, kDeviceBased = 2;  // m2m:locationSource

Result<> not_done(const std::string& what) { return refuse(ResponseStatus::NotImplemented, what); }

/// What prepare() found: `lon` and `lat`, or why there is no position.
Json to_prepared(const std::optional<NetworkPosition>& position) {
  if (!position) return {{"failure", "the network does not know where the target is"}};
  return {{"lon", position->longitude}, {"lat", position->latitude}};
}

}  // namespace

Result<> LocationPolicyProcedure::check_policy(const Json& attributes) const {
  const int location_source = attributes.value("los", 0);
  if (location_source == kNetworkBased) {
    if (!source_)
      return not_done("los 1: no MEC platform is connected whose location service (MEC 013) could be asked; 2, device based, is supported");
    for (const char* name : {"lor", "rlkl", "luec"})
      if (attributes.contains(name))
        return not_done(std::string(name) + ": the MEC platform's location service is asked for the present position only");
  } else if (location_source == kDeviceBased) {
    for (const char* name : {"lot", "aid", "lor", "rlkl", "luec"})
      if (attributes.contains(name))
        return refuse(ResponseStatus::BadRequest, std::string(name) + " belongs to a network based location source");
  } else {
    return not_done("los " + std::to_string(location_source) + ": sharing based location is not implemented");
  }
  const auto area = attributes.find("gta");
  if (area != attributes.end() && !onem2m::read_geojson(*area, onem2m::GeometryType::Polygon))
    return refuse(ResponseStatus::BadRequest, "gta is no GeoJSON Polygon");
  return {};
}

Result<> LocationPolicyProcedure::check_create(const CreateCheck& check) const {
  if (auto fits = check_policy(check.attributes); !fits) return fits;
  const std::string name = check.attributes.value("lon", "");
  if (!name.empty() && check.tree.child(check.parent.id, name))
    return refuse(ResponseStatus::BadRequest, "lon: '" + check.parent.name + "' has a child named '" + name + "' already");
  return check.attributes.value("los", 0) == kNetworkBased ? check_target(check) : Result<>{};
}

// Where somebody else's device is is told to who may read its <AE>; of devices without one to the administrator.
Result<> LocationPolicyProcedure::check_target(const CreateCheck& check) const {
  const std::string target = check.attributes.value("lot", "");
  if (network_address_of(core_, check.tree, check.parent.id, target).empty())
    return refuse(ResponseStatus::BadRequest, "lot: neither it nor a label mec:ue=<type>:<value> of the AE names a device of the network");
  if (target.empty() || check.request.from == core_.options.admin_originator) return {};
  const ResourcePtr ae = find_resource(core_, check.tree, target);
  const AccessQuestion question{check.tree, check.now, check.request, onem2m::AccessOperation::Retrieve};
  if (ae && may_access(core_, question, *ae)) return {};
  return refuse(ResponseStatus::OriginatorHasNoPrivilege, check.request.from + " may not know where '" + target + "' (lot) is");
}

bool LocationPolicyProcedure::prepares(const Request& request) const {
  return source_ && request.operation == onem2m::Operation::Create;
}

bool LocationPolicyProcedure::needs_preparation(const Preparation& preparation) const {
  return preparation.attributes.value("los", 0) == kNetworkBased;
}

void LocationPolicyProcedure::prepare(Preparation preparation, PreparedCallback done) {
  const std::string address = network_address_of(core_, preparation.snapshot->tree, preparation.target->id,
                                                 preparation.attributes.value("lot", ""));
  source_->find(address, [done = std::move(done)](const Result<std::optional<NetworkPosition>>& found) {
    if (!found)
      return done(refuse(ResponseStatus::NotImplemented,
                         "los 1: the location service (MEC 013) of the MEC platform cannot be asked: " + found.error().detail));
    done(to_prepared(*found));
  });
}

Result<> LocationPolicyProcedure::check_update(const UpdateCheck& check) const {
  return check_policy(whole_after(check.target, check.attributes));
}

Result<> LocationPolicyProcedure::after_create(CreateContext& context) {
  Transaction& transaction = context.transaction;
  Resource policy = *transaction.tree().find(context.resource.id);
  Request request = context.request;
  request.resource_type = type::kContainer;
  request.result_content = 1;
  Json container = Json::object();
  if (const auto name = policy.attributes.find("lon"); name != policy.attributes.end()) container["rn"] = *name;
  request.content = {{"m2m:cnt", std::move(container)}};
  Target target;
  target.resource = transaction.tree().find(context.parent.id);
  Work work{core_, transaction, request, target, Json{}, policy.unit};
  auto made = create_resource(work);
  if (!made) return refuse(ResponseStatus::BadRequest, "the location container cannot be made: " + made.error().detail);

  Resource linked = *transaction.tree().find(made->content["m2m:cnt"]["ri"].get_ref<const std::string&>());
  linked.attributes["li"] = policy.id;
  policy.attributes["loi"] = linked.id;
  const std::string id = policy.id;
  transaction.put(std::move(linked));
  transaction.put(std::move(policy));
  if (const Json& found = context.prepared; found.is_object()) {
    std::optional<NetworkPosition> position;
    if (found.contains("lon")) position = {found["lon"].get<double>(), found["lat"].get<double>()};
    note_position(core_, transaction, id, position, found.value("failure", ""));
  }
  return {};
}

Result<> LocationPolicyProcedure::before_update(UpdateContext& context) {
  // A new fence begins with the device inside. release4 10.
  if (context.requested.contains("gta")) context.after.internal.erase("outside");
  return {};
}

Result<> LocationPolicyProcedure::before_delete(DeleteContext& context) {
  if (!context.is_target) return {};  // then the container goes with the parent
  const std::string container = context.resource.text("loi");
  return container.empty() ? Result<>{} : delete_resource(core_, context.transaction, container, context.request);
}

void write_location(CseCore& core, Transaction& transaction, const ResourcePtr& container, Json content) {
  Request request;
  request.operation = onem2m::Operation::Create;
  request.to = container->id;
  request.from = core.options.id;
  request.peer.internal = true;
  request.resource_type = type::kContentInstance;
  request.content = {{"m2m:cin", {{"con", std::move(content)}}}};
  Target target;
  target.resource = container;
  Work work{core, transaction, request, target, Json{}, container->unit};
  static_cast<void>(create_instance(work).has_value());
}

namespace {

// m2m:geofenceEventCriteria.
enum GeofenceEvent { kEntering = 1, kLeaving = 2, kInside = 3, kOutside = 4 };
constexpr int kGeofence = 2;  // m2m:locationInformationType

class Geofence final : public CsePart, public ResourceEventListener {
 public:
  explicit Geofence(CseCore& core) : core_(core) { core.listeners.push_back(this); }

  void on_event(Transaction& transaction, const ResourceEvent& event) override {
    if (event.kind != ResourceEvent::Kind::Created || event.type != type::kContentInstance) return;
    const ResourcePtr container = transaction.tree().find(event.parent);
    if (!container || !container->has("li")) return;
    const ResourcePtr found = transaction.tree().find(container->text("li"));
    if (!found || found->type != LocationPolicyProcedure::kType || found->number("lit") != kGeofence || !found->has("gta") || !found->has("gec")) return;
    const auto content = event.attributes.find("con");
    if (content == event.attributes.end()) return;
    const auto position = onem2m::read_geojson(*content, onem2m::GeometryType::Point);
    const auto area = onem2m::read_geojson(found->attributes["gta"], onem2m::GeometryType::Polygon);
    if (!position || !area) return;  // an event number, or nothing that can be judged

    const bool was_outside = found->internal.value("outside", false);
    const bool is_outside = !onem2m::lies_within(*position, *area);
    const int crossing = was_outside ? (is_outside ? kOutside : kEntering) : (is_outside ? kLeaving : kInside);
    Resource policy = *found;
    policy.internal["outside"] = is_outside;
    const bool wanted = policy.number("gec") == crossing;
    transaction.put(std::move(policy));
    if (wanted) write_location(core_, transaction, container, crossing);
  }

 private:
  CseCore& core_;
};

}  // namespace

std::unique_ptr<CsePart> make_geofence(CseCore& core) { return std::make_unique<Geofence>(core); }

}  // namespace edgecse::cse
