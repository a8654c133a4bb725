// SPDX-License-Identifier: Apache-2.0
#include "cse/handover/directory.hpp"

#include "base/log.hpp"
#include "cse/handover/references.hpp"
#include "cse/outbox.hpp"
#include "onem2m/address.hpp"
#include "onem2m/enumerations.hpp"
#include "onem2m/json_codec.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse::handover {
namespace {

/// The stem for an S-type AE, `<first registrar>.<stem>` for a C-type one. The oldest alias comes last.
std::string entry_name(const std::string& unit, const UnitRow& row, const std::string& own_id) {
  if (unit.starts_with('S')) return unit;
  std::string first = row.aliases.empty() ? own_id + '/' + unit : row.aliases.back();
  first.erase(0, 1);
  std::replace(first.begin(), first.end(), '/', '.');
  return first;
}

std::string stem_of(const std::string& ae_id) { return ae_id.substr(ae_id.rfind('/') + 1); }

}  // namespace

bool Directory::is_behind(const std::string& unit) const {
  const auto row = shared_.table.published(unit);
  if (row) return row->directory_pending;
  const std::lock_guard lock(mutex_);
  return !known_.contains(unit);
}

void Directory::entity_changed(const std::string& unit, bool exists) {
  const auto row = shared_.table.published(unit);
  if (exists) {
    if (row && row->role == Role::Ended)
      return shared_.commit(
          [this, unit](Transaction& transaction) -> Result<> {
            auto current = shared_.table.read_or_first(transaction, unit);
            if (!current || current->role != Role::Ended || !transaction.tree().find(unit)) return {};
            UnitRow again;
            again.epoch = current->epoch + 1;
            again.name = transaction.tree().find(unit)->name;
            again.directory_pending = true;
            shared_.table.write(transaction, unit, again);
            return {};
          },
          [this, unit](const Result<>&) {
            if (shared_.events != nullptr) shared_.events->directory_behind(unit);
          });
    if (is_behind(unit)) shared_.tell([unit](HandoverEvents& events) { events.directory_behind(unit); });
    return;
  }
  if (row && row->role != Role::Owner) return;  // a copy that was dropped
  shared_.commit(
      [this, unit](Transaction& transaction) -> Result<> {
        if (transaction.tree().find(unit)) return {};
        auto current = shared_.table.read_or_first(transaction, unit);
        if (!current) return tl::unexpected(current.error());
        const bool has_row = current->role == Role::Owner;
        if (current->role != Role::Owner && current->role != Role::None) return {};
        current->role = Role::Ended;
        if (!has_row) current->epoch = 0;
        current->directory_pending = true;
        if (current->source)
          put_context(shared_, transaction, {unit, current->epoch, current->source->attempt},
                      {{"phase", "CLOSED"}, {"reason", "the AE was deleted"}});
        const auto open = current->source;
        current->source.reset();
        shared_.table.write(transaction, unit, *current);
        if (open)
          shared_.post([this, context = ContextId{unit, current->epoch, open->attempt}] {
            if (shared_.source_ended) shared_.source_ended(context);
            if (shared_.events != nullptr) shared_.events->source_closed(context, "the AE was deleted");
          });
        return {};
      },
      [this, unit](const Result<>& result) {
        {
          const std::lock_guard lock(mutex_);
          known_.erase(unit);
        }
        if (result && shared_.events != nullptr) shared_.events->directory_behind(unit);
      });
}

void Directory::acknowledged(const std::string& unit, std::uint64_t epoch, HandoverPort::Done done) {
  if (!shared_.table.published(unit)) {
    const std::lock_guard lock(mutex_);
    known_.insert(unit);
    return shared_.post([done = std::move(done)] { done({}); });
  }
  shared_.commit(
      [this, unit, epoch](Transaction& transaction) -> Result<> {
        auto row = shared_.table.read(transaction, unit);
        if (!row) return tl::unexpected(row.error());
        if (!*row || (*row)->epoch != epoch || !(*row)->directory_pending) return {};
        (*row)->directory_pending = false;
        if ((*row)->role == Role::Ended && epoch == 0 && !transaction.tree().find(unit)) {
          shared_.table.erase(transaction, unit);
        } else {
          shared_.table.write(transaction, unit, **row);
        }
        return {};
      },
      std::move(done));
}

void Directory::update(const std::string& unit, HandoverPort::Done done) {
  const auto published = shared_.table.published(unit);
  const UnitRow row = published.value_or(UnitRow{});
  const auto& registrar = shared_.core.options.registrar;
  if (!registrar || !shared_.core.options.mobility.extensions) return acknowledged(unit, row.epoch, std::move(done));
  if (published && row.role != Role::Owner && row.role != Role::Ended)
    return shared_.post([done = std::move(done)] { done({}); });
  const bool ended = row.role == Role::Ended || !shared_.core.loop->snapshot()->tree.find(unit);
  const std::string id = unit.starts_with('S') ? '/' + unit : shared_.own_id() + '/' + unit;
  Request request;
  request.operation = Operation::Create;
  request.resource_type = type::kFlexContainer;
  request.to = registrar->id + '/' + registrar->name + '/' + kContainer;
  request.from = shared_.own_id();
  request.request_identifier =
      "ho-" + shared_.own_id().substr(1) + "-directory-" + unit + '-' + std::to_string(row.epoch);
  request.release_version = "3";
  request.result_content = 0;
  request.content = {{kMember,
                      {{"rn", entry_name(unit, row, shared_.own_id())},
                       {"cnd", "org.edgecse.aeLocation"},
                       {"aeID", id},
                       {"aliases", row.aliases},
                       {"svcs", shared_.own_id()},
                       {"rgep", row.epoch},
                       {"lnk", ended ? "INACTIVE" : shared_.own_id() + '/' + unit}}}};
  shared_.send(std::move(request), [this, unit, epoch = row.epoch, done = std::move(done)](const Response& response) {
    // 4105: a later epoch is known there; its owner keeps the entry up to date.
    if (!onem2m::is_success(response.status) && response.status != ResponseStatus::Conflict)
      return done(tl::unexpected(to_error(response)));
    acknowledged(unit, epoch, done);
  });
}

void Directory::find(const std::string& stem, std::function<void(Result<std::string>)> done) {
  const auto& registrar = shared_.core.options.registrar;
  if (!registrar) return shared_.post([done = std::move(done)] { done(std::string{}); });
  Request request;
  request.operation = Operation::Retrieve;
  request.to = registrar->id + '/' + registrar->name + '/' + kContainer + "/find-" + stem;
  request.from = shared_.own_id();
  request.request_identifier = "ho-" + shared_.own_id().substr(1) + "-find-" + stem;
  request.release_version = "3";
  shared_.send(std::move(request), [done = std::move(done)](const Response& response) {
    if (response.status == ResponseStatus::NotFound || response.status == ResponseStatus::Conflict)
      return done(std::string{});
    const Json content = response.serialized_content ? onem2m::parse_json(*response.serialized_content).value_or(Json{})
                                                     : response.content;
    if (!onem2m::is_success(response.status) || !content.is_object() || !content.contains(kMember))
      return done(tl::unexpected(to_error(response)));
    done(content[kMember].value("svcs", ""));
  });
}

// --- at the IN-CSE
// ----------------------------------------------------------------------------------------------------

Result<Directory::Entry> Directory::parse(const Request& request) {
  const auto found = request.content.is_object() ? request.content.find(kMember) : request.content.end();
  if (!request.content.is_object() || found == request.content.end() || !found->is_object())
    return refuse(ResponseStatus::BadRequest, "the directory takes an aeLocation");
  const auto text = [&](const char* name) {
    const auto value = found->find(name);
    return value != found->end() && value->is_string() ? value->get<std::string>() : std::string{};
  };
  Entry entry{text("rn"), text("aeID"), text("svcs"), 0, *found};
  const auto epoch = found->find("rgep");
  if (!onem2m::is_resource_name(entry.name) || !onem2m::parse_address(entry.ae_id) || epoch == found->end() ||
      !epoch->is_number_unsigned())
    return refuse(ResponseStatus::BadRequest, "an aeLocation needs rn, aeID, svcs and rgep");
  if (entry.owner != request.from)
    return refuse(ResponseStatus::OriginatorHasNoPrivilege, "an aeLocation is written by the CSE it names in svcs");
  entry.epoch = epoch->get<std::uint64_t>();
  return entry;
}

void Directory::tell_everybody(Transaction& transaction, const Resource& before, const Entry& entry) {
  const std::string old_id = before.text("aeID");
  if (old_id == entry.ae_id) return;
  transaction.tree().for_each([&](const ResourcePtr& resource) {
    if (resource->type != type::kRemoteCse) return;
    const std::string csi = resource->text("csi");
    if (csi.empty()) return;
    OutboxEntry out;
    out.ordering_key = "aerp/" + csi + '/' + entry.name;
    out.number = entry.epoch;
    out.target = csi;
    out.request.operation = Operation::Notify;
    out.request.to = csi;
    out.request.from = shared_.own_id();
    out.request.request_identifier = "aerp-" + entry.name + '-' + std::to_string(entry.epoch);
    out.request.release_version = "3";
    out.request.content = {
        {"m2m:sgn", {{"aerp", true}, {"tid1", old_id}, {"tid2", entry.ae_id}, {"rgep", entry.epoch}}}};
    enqueue(transaction, out);
  });
}

Result<ResponseStatus> Directory::write(Transaction& transaction, const Entry& entry) {
  const ResourcePtr container = transaction.tree().child(shared_.core.base_id(), kContainer);
  if (!container) return refuse(ResponseStatus::NotFound, "this CSE keeps no directory");
  const ResourcePtr there = transaction.tree().child(container->id, entry.name);
  if (there) {
    const auto epoch = static_cast<std::uint64_t>(there->number("rgep"));
    const bool same_owner = there->text("svcs") == entry.owner;
    if (entry.epoch < epoch)
      return refuse(ResponseStatus::Conflict,
                    there->text("svcs") + " owns " + entry.ae_id + " in epoch " + std::to_string(epoch));
    if (entry.epoch == epoch && !same_owner && there->text("lnk") != "INACTIVE") {
      base::log::error("handover", "two CSEs claim the same epoch",
                       {{"ae", entry.ae_id}, {"known", there->text("svcs")}, {"claims", entry.owner}});
      return refuse(ResponseStatus::Conflict, "epoch " + std::to_string(epoch) + " belongs to " + there->text("svcs"));
    }
  }
  Resource resource =
      there ? *there : make_resource(shared_, transaction, container->id, entry.name, type::kFlexContainer, kMember);
  for (const char* name : {"cnd", "aeID", "aliases", "svcs", "rgep", "lnk"})
    if (entry.attributes.contains(name)) resource.attributes[name] = entry.attributes[name];
  resource.attributes["lt"] = onem2m::format_timestamp(transaction.now());
  resource.attributes["st"] = resource.number("st") + 1;
  resource.attributes["cs"] = 0;
  if (there) tell_everybody(transaction, *there, entry);
  transaction.put(std::move(resource));
  return there ? ResponseStatus::Updated : ResponseStatus::Created;
}

void Directory::handle_update(Request request, ResponseCallback done) {
  auto entry = parse(request);
  if (!entry) return done(make_error_response(request, entry.error().status, entry.error().detail));
  auto status = std::make_shared<ResponseStatus>(ResponseStatus::Created);
  shared_.core.loop->submit({[this, entry = std::move(*entry), status](Transaction& transaction) -> Result<> {
                               auto written = write(transaction, entry);
                               if (!written) return tl::unexpected(written.error());
                               *status = *written;
                               return {};
                             },
                             [request, status, done = std::move(done)](const Result<>& result) {
                               if (!result)
                                 return done(
                                     make_error_response(request, result.error().status, result.error().detail));
                               done(make_answer(request, *status));
                             }});
}

void Directory::handle_find(const std::string& stem, const Request& request, const ResponseCallback& done) {
  const SnapshotPtr snapshot = shared_.core.loop->snapshot();
  const ResourcePtr container = snapshot->tree.child(shared_.core.base_id(), kContainer);
  ResourcePtr found;
  std::size_t count = 0;
  if (container)
    for (const ResourcePtr& entry : snapshot->tree.children(container->id)) {
      if (stem_of(entry->text("aeID")) != stem || entry->text("lnk") == "INACTIVE") continue;
      found = entry;
      ++count;
    }
  if (count == 0) return done(make_error_response(request, ResponseStatus::NotFound, "no AE has the stem " + stem));
  if (count > 1)
    return done(make_error_response(request, ResponseStatus::Conflict, "several AEs have the stem " + stem));
  Response response = make_answer(request, ResponseStatus::Ok);
  response.content = {{kMember, found->attributes}};
  done(std::move(response));
}

}  // namespace edgecse::cse::handover
