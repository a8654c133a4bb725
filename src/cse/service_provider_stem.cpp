// SPDX-License-Identifier: Apache-2.0
#include "cse/service_provider_stem.hpp"

#include "cse/access/remote_service_subscription.hpp"
#include "cse/outbox.hpp"
#include "cse/registrees.hpp"
#include "onem2m/address.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse {
namespace {

using onem2m::Operation;
using onem2m::refuse;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseStatus;
using onem2m::Result;
namespace type = onem2m::type;

constexpr std::string_view kCredential = "Credential-ID:";
constexpr const char* kTracking = "regtrack";     // tells a registration's <AEAnnc> from an ordinary announcement
constexpr const char* kAnnouncedAt = "lnk";       // in Resource::internal of the <AE>: CSE-ID that its <AEAnnc> names
constexpr int kActive = 1, kInactive = 2;         // m2m:AERegistrationStatus

struct RegistrationOriginator {
  std::string registrar;  // /csi
  std::string stem;       // S or Sxxx
};

/// `/csi/S` or `/csi/Sxxx`.
std::optional<RegistrationOriginator> read_originator(const std::string& from) {
  const auto address = onem2m::parse_address(from);
  if (!address || address->cse_id.empty() || address->segments.size() != 1) return std::nullopt;
  if (!address->segments[0].starts_with('S')) return std::nullopt;
  return RegistrationOriginator{address->cse_id, address->segments[0]};
}

std::string stem_in(const CseOptions& options, const std::string& from) {
  std::string stem = local_originator(options, from);
  if (stem.starts_with("/S") && stem.find('/', 1) == std::string::npos) stem.erase(0, 1);
  return stem;
}

std::string credential_in(const Json& attributes) {
  const auto labels = attributes.find("lbl");
  if (labels == attributes.end() || !labels->is_array()) return {};
  for (const Json& label : *labels)
    if (label.is_string() && label.get_ref<const std::string&>().starts_with(kCredential))
      return label.get<std::string>().substr(kCredential.size());
  return {};
}

Request make_request(Operation operation, const CseCore& core, std::string to, const std::string& stem) {
  Request request;
  request.operation = operation;
  request.to = std::move(to);
  request.from = core.options.id + '/' + stem;
  request.request_identifier = "stem-" + core.environment.random.hex(8);
  request.release_version = "3";
  return request;
}

Json announcement(const CseCore& core, const std::string& stem, const Json& ae) {
  const base::WallTime ends = core.environment.clock.wall_now() + core.options.maximum_expiration;
  Json attributes{{"lnk", core.options.id + '/' + stem},
                  {"lbl", {std::string(kCredential) + credential_in(ae)}},
                  {"et", ae.value("et", onem2m::format_timestamp(ends))}};
  return attributes;
}

tl::unexpected<onem2m::Error> refused_by_in(const Response& response) {
  std::string why;
  if (response.content.is_object()) why = response.content.value("m2m:dbg", std::string{});
  return refuse(response.status, "the IN-CSE does not register the AE-ID-Stem: " + why);
}

}  // namespace

// --- at the registrar of the AE ----------------------------------------------------------------------------------------

bool ServiceProviderAeProcedure::prepares(const Request& request) const {
  return request.operation == Operation::Create &&
         (core_.options.access.service_subscriptions || stem_in(core_.options, request.from).starts_with('S'));
}

bool ServiceProviderAeProcedure::needs_preparation(const Preparation& preparation) const {
  return prepares(preparation.request);
}

void ServiceProviderAeProcedure::prepare(Preparation preparation, PreparedCallback done) {
  if (!core_.options.access.service_subscriptions) return prepare_stem(std::move(preparation), std::move(done));
  const std::string stem = stem_in(core_.options, preparation.request.from);
  std::string app_id = preparation.attributes.at("api").get<std::string>();
  ask_service_subscription(core_, std::move(app_id), stem.empty() ? "C" : stem,
                           [this, alive = std::weak_ptr(alive_), preparation = std::move(preparation),
                            done = std::move(done)](const Result<>& allowed) mutable {
                             if (alive.expired()) return;
                             if (!allowed) return done(tl::unexpected(allowed.error()));
                             prepare_stem(std::move(preparation), std::move(done));
                           });
}

void ServiceProviderAeProcedure::prepare_stem(Preparation preparation, PreparedCallback done) {
  const std::string stem = stem_in(core_.options, preparation.request.from);
  if (!stem.starts_with('S')) return done(Json{});
  if (stem == "S") return create_announcement(stem, preparation.attributes, std::move(done));
  Request request = make_request(Operation::Update, core_, core_.options.registrar->id + '/' + stem, stem);
  Json attributes = announcement(core_, stem, preparation.attributes);
  attributes["regs"] = kActive;
  request.content = {{"m2m:aeA", std::move(attributes)}};
  router_.send_to_registrar(std::move(request),
                            [this, stem, attributes = preparation.attributes, done = std::move(done)](const Response& response) {
                              if (response.status == ResponseStatus::NotFound) return create_announcement(stem, attributes, done);
                              if (!onem2m::is_success(response.status)) return done(refused_by_in(response));
                              done(Json{{"stem", stem}});
                            });
}

void ServiceProviderAeProcedure::create_announcement(const std::string& stem, const Json& attributes, PreparedCallback done) {
  const RegistrarOptions& registrar = *core_.options.registrar;
  Request request = make_request(Operation::Create, core_, registrar.id + '/' + registrar.name, stem);
  request.resource_type = type::kAeAnnc;
  Json content = announcement(core_, stem, attributes);
  content["regs"] = kActive;
  request.content = {{"m2m:aeA", std::move(content)}};
  router_.send_to_registrar(std::move(request), [stem, done = std::move(done)](const Response& response) {
    if (!onem2m::is_success(response.status)) return done(refused_by_in(response));
    std::string given = stem;
    if (response.content.is_object())
      if (const auto made = response.content.find("m2m:aeA"); made != response.content.end() && made->is_object())
        given = made->value("ri", given);
    if (given.size() < 2 || !onem2m::is_ae_id_stem(given))
      return done(refuse(ResponseStatus::InternalServerError, "the IN-CSE gave '" + given + "', which is no AE-ID-Stem"));
    done(Json{{"stem", given}});
  });
}

Result<> ServiceProviderAeProcedure::before_create(CreateContext& context) {
  auto done = AeProcedure::before_create(context);
  if (done && context.prepared.is_object()) context.resource.internal[kAnnouncedAt] = core_.options.id;
  return done;
}

// --- at the IN-CSE -----------------------------------------------------------------------------------------------------

std::optional<Result<>> AeAnncProcedure::authorise(const Tree& tree, const Request& request, const Resource& target) const {
  const auto originator = read_originator(request.from);
  if (!originator || !find_remote_cse(core_, tree, originator->registrar)) return AnnouncedProcedure::authorise(tree, request, target);
  if (request.operation == Operation::Create) {
    if (target.type == type::kCseBase) return Result<>{};
  } else if (target.id == originator->stem && request.operation != Operation::Delete) {
    return Result<>{};
  }
  return AnnouncedProcedure::authorise(tree, request, target);
}

Result<> AeAnncProcedure::check_create(const CreateCheck& check) const {
  const auto originator = read_originator(check.request.from);
  if (!originator || check.parent.type != type::kCseBase) return {};
  const std::string link = check.attributes.value("lnk", std::string{});
  if (link != check.request.from)
    return refuse(ResponseStatus::BadRequest, "lnk '" + link + "' is not the AE in From, '" + check.request.from + "'");
  if (originator->stem.size() > 1 && check.tree.find(originator->stem))
    return refuse(ResponseStatus::OriginatorHasAlreadyRegistered, originator->stem + " is registered already");
  return {};
}

Result<> AeAnncProcedure::check_update(const UpdateCheck& check) const {
  const auto originator = read_originator(check.request.from);
  const auto link = check.attributes.find("lnk");
  if (!originator || link == check.attributes.end()) return {};
  if (*link != check.request.from)
    return refuse(ResponseStatus::BadRequest, "lnk is not the AE in From, '" + check.request.from + "'");
  const std::string known = credential_in(check.target.attributes), given = credential_in(check.attributes);
  if (check.attributes.contains("lbl") && !known.empty() && given != known)
    return refuse(ResponseStatus::OriginatorHasAlreadyRegistered,
                  originator->stem + " is registered with another credential");
  return {};
}

Result<> AeAnncProcedure::before_create(CreateContext& context) {
  const auto originator = read_originator(context.request.from);
  if (!originator || context.parent.type != type::kCseBase) return {};
  Resource& announced = context.resource;
  const std::string stem = originator->stem == "S" ? "S" + announced.id : originator->stem;
  const bool named = announced.attributes.contains("rn");
  announced.id = stem;
  announced.creator = originator->registrar;
  if (!named) announced.name = stem;
  announced.attributes["lnk"] = originator->registrar + '/' + stem;
  Json& labels = announced.attributes["lbl"];
  if (!labels.is_array()) labels = Json::array();
  labels.push_back(kTracking);
  return {};
}

// --- while the AE lives ------------------------------------------------------------------------------------------------

void StemKeeper::tell(Transaction& transaction, const Resource& ae, Json attributes) const {
  OutboxEntry entry;
  entry.ordering_key = "stem/" + ae.id;
  entry.number = transaction.next_creation();
  entry.target = core_.options.registrar->id + '/' + ae.id;
  entry.unit = ae.unit;
  entry.request = make_request(Operation::Update, core_, entry.target, ae.id);
  entry.request.content = {{"m2m:aeA", std::move(attributes)}};
  enqueue(transaction, entry);
}

void StemKeeper::on_event(Transaction& transaction, const ResourceEvent& event) {
  if (event.kind != ResourceEvent::Kind::Deleted || event.type != type::kAe || !event.resource) return;
  if (!event.resource->internal.contains(kAnnouncedAt)) return;
  Resource ended = *event.resource;
  ended.unit.clear();  // there is no unit any more that the news could move with
  tell(transaction, ended, {{"regs", kInactive}});
}

void StemKeeper::served(const std::string& unit) {
  if (!unit.starts_with('S')) return;
  const auto came_from_elsewhere = [this](const Tree& tree, const std::string& id) -> ResourcePtr {
    ResourcePtr ae = tree.find(id);
    const bool announced = ae && ae->type == type::kAe && ae->internal.contains(kAnnouncedAt);
    return announced && ae->internal[kAnnouncedAt] != core_.options.id ? ae : nullptr;
  };
  if (!came_from_elsewhere(core_.loop->snapshot()->tree, unit)) return;
  core_.loop->submit({[this, unit, came_from_elsewhere](Transaction& transaction) -> Result<> {
                        const ResourcePtr ae = came_from_elsewhere(transaction.tree(), unit);
                        if (!ae || !core_.gate->serves(transaction, unit)) return {};
                        Resource moved = *ae;
                        moved.internal[kAnnouncedAt] = core_.options.id;
                        tell(transaction, moved, {{"lnk", core_.options.id + '/' + unit}, {"regs", kActive}});
                        transaction.put(std::move(moved));
                        return {};
                      },
                      nullptr});
}

}  // namespace edgecse::cse
