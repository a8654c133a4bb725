// SPDX-License-Identifier: Apache-2.0
#include "cse/location/location_policy.hpp"

#include "cse/changes.hpp"
#include "cse/procedures.hpp"
#include "onem2m/geometry.hpp"

namespace edgecse::cse {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;
namespace type = onem2m::type;

namespace {

constexpr int kDeviceBased = 2;                  // m2m:locationSource

Result<> check_policy(const Json& attributes) {
  if (attributes.value("los", 0) != kDeviceBased)
    return refuse(ResponseStatus::NotImplemented, "los: no location server is connected; only 2, device based, is supported");
  for (const char* name : {"lot", "aid", "lor", "rlkl", "luec"})
    if (attributes.contains(name))
      return refuse(ResponseStatus::BadRequest, std::string(name) + " belongs to a network based location source");
  const auto area = attributes.find("gta");
  if (area != attributes.end() && !onem2m::read_geojson(*area, onem2m::GeometryType::Polygon))
    return refuse(ResponseStatus::BadRequest, "gta is no GeoJSON Polygon");
  return {};
}

}  // namespace

Result<> LocationPolicyProcedure::check_create(const CreateCheck& check) const {
  if (auto fits = check_policy(check.attributes); !fits) return fits;
  const std::string name = check.attributes.value("lon", "");
  if (!name.empty() && check.tree.child(check.parent.id, name))
    return refuse(ResponseStatus::BadRequest, "lon: '" + check.parent.name + "' has a child named '" + name + "' already");
  return {};
}

Result<> LocationPolicyProcedure::check_update(const UpdateCheck& check) const {
  return check_policy(whole_after(check.target, check.attributes));
}

Result<> LocationPolicyProcedure::after_create(CreateContext& context) {
  Transaction& transaction = context.transaction;
  Resource policy = *transaction.tree().find(context.resource.id);
  onem2m::Request request = context.request;
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
  transaction.put(std::move(linked));
  transaction.put(std::move(policy));
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
    if (wanted) write_event(transaction, container, crossing);
  }

 private:
  void write_event(Transaction& transaction, const ResourcePtr& container, int crossing) {
    onem2m::Request request;
    request.operation = onem2m::Operation::Create;
    request.to = container->id;
    request.from = core_.options.id;
    request.peer.internal = true;
    request.resource_type = type::kContentInstance;
    request.content = {{"m2m:cin", {{"con", crossing}}}};
    Target target;
    target.resource = container;
    Work work{core_, transaction, request, target, Json{}, container->unit};
    // A full container or disk loses the event, not the position that the device wrote.
    static_cast<void>(create_instance(work).has_value());
  }

  CseCore& core_;
};

}  // namespace

std::unique_ptr<CsePart> make_geofence(CseCore& core) { return std::make_unique<Geofence>(core); }

}  // namespace edgecse::cse
