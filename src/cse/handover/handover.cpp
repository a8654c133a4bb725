// SPDX-License-Identifier: Apache-2.0
#include "cse/handover/handover.hpp"

#include <charconv>

#include "cse/handover/directory.hpp"
#include "cse/handover/gate.hpp"
#include "cse/handover/importer.hpp"
#include "cse/handover/messages.hpp"
#include "cse/handover/policy_copies.hpp"
#include "cse/handover/references.hpp"
#include "cse/handover/source_side.hpp"
#include "cse/handover/target_side.hpp"
#include "onem2m/address.hpp"
#include "onem2m/enumerations.hpp"
#include "onem2m/json_codec.hpp"

namespace edgecse::cse {
namespace {

using handover::Directory;
using handover::Gate;
using handover::Role;
using handover::Shared;
using onem2m::make_error_response;
using onem2m::Operation;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseCallback;
using onem2m::ResponseStatus;
using onem2m::Result;
namespace type = onem2m::type;

constexpr std::size_t kSweptAtOnce = 500;
constexpr int kHops = 8;  // from one former owner to the next
constexpr std::string_view kFind = "find-";

class LiveHandover final : public Handover, private SubtreeHandler {
 public:
  LiveHandover(Cse& cse, const handover::TestFaults& faults)
      : cse_(cse),
        shared_(cse.core(), faults),
        gate_(shared_),
        source_(shared_, gate_),
        policies_(shared_),
        target_(shared_, gate_, policies_),
        directory_(shared_) {}

  Result<> plug_in() {
    if (auto loaded = shared_.table.load(cse_.loop().store()); !loaded) return loaded;
    if (auto loaded = shared_.journal.load(cse_.loop().store()); !loaded) return loaded;
    shared_.source_ended = [this](const ContextId& context) { source_.ended(context); };
    shared_.entity = [this](const std::string& unit, bool exists) { directory_.entity_changed(unit, exists); };
    gate_.set_fetch(
        [this](const std::string& unit, const std::string& owner, const std::string& credential,
               std::function<void(Gate::Fetched)> done) { fetch(unit, owner, credential, std::move(done)); });
    cse_.loop().add_observer(shared_.journal);
    policies_.listen();
    shared_.core.listeners.push_back(&policies_);
    cse_.set_serving_gate(gate_);
    cse_.set_subtree_handler(*this);
    shared_.commit(
        [this](Transaction& transaction) -> Result<> {
          if (!cse_.options().mobility.extensions) return close_open_contexts(transaction);
          handover::make_container(shared_, transaction, handover::kContainerName);
          if (cse_.options().type == CseType::In) handover::make_container(shared_, transaction, Directory::kContainer);
          policies_.report_all(transaction);
          return close_open_contexts(transaction);
        },
        nullptr);
    return {};
  }

  // HandoverPort
  void open(const Order& order, std::function<void(Result<ContextId>)> done) override {
    source_.open(order, std::move(done));
  }
  void prepare(const ContextId& context, Done done) override { source_.prepare(context, std::move(done)); }
  void transfer(const ContextId& context, std::function<void(Result<Progress>)> done) override {
    source_.transfer(context, std::move(done));
  }
  void throttle(const ContextId& context) override { source_.throttle(context); }
  void freeze(const ContextId& context, std::function<void(Result<Progress>)> done) override {
    source_.freeze(context, std::move(done));
  }
  void finish(const ContextId& context, Done done) override { source_.finish(context, std::move(done)); }
  void commit_moved(const ContextId& context, int rounds, Done done) override {
    source_.commit_moved(context, rounds, std::move(done));
  }
  void grant(const ContextId& context, Done done) override { source_.grant(context, std::move(done)); }
  void close(const ContextId& context, const std::string& reason, Done done) override {
    source_.close(context, reason, std::move(done));
  }
  void drop(const ContextId& context, Done done) override { source_.drop(context, std::move(done)); }
  void ask(const ContextId& context, std::function<void(Result<Answer>)> done) override {
    target_.ask(context, std::move(done));
  }
  void pull(const ContextId& context, Done done) override { target_.pull(context, std::move(done)); }
  void take(const ContextId& context, Done done) override { target_.take(context, std::move(done)); }
  void discard(const ContextId& context, Done done) override { target_.discard(context, true, std::move(done)); }
  void abandon(const ContextId& context, Done done) override { target_.discard(context, false, std::move(done)); }
  void release(const ContextId& context, Done done) override { target_.release(context, std::move(done)); }
  void update_directory(const std::string& unit, Done done) override { directory_.update(unit, std::move(done)); }

  void set_events(HandoverEvents& events) override { shared_.events = &events; }
  [[nodiscard]] std::map<std::string, handover::UnitRow> units() const override {
    return shared_.table.all_published();
  }
  [[nodiscard]] std::string owner_of(const std::string& unit) const override {
    const auto row = shared_.table.published(unit);
    return row && row->role == Role::Moved ? row->owner : std::string{};
  }
  [[nodiscard]] std::size_t parked() const override { return shared_.parking.size(); }
  [[nodiscard]] Cse& cse() override { return cse_; }

  [[nodiscard]] std::vector<std::string> directory_behind() const override {
    std::vector<std::string> units;
    const SnapshotPtr snapshot = shared_.core.loop->snapshot();
    snapshot->tree.for_each([&](const ResourcePtr& resource) {
      if (resource->type == type::kAe && resource->unit == resource->id && directory_.is_behind(resource->id))
        units.push_back(resource->id);
    });
    for (const auto& [unit, row] : shared_.table.all_published())
      if (row.role == Role::Ended && row.directory_pending) units.push_back(unit);
    return units;
  }

  void sweep() override {
    policies_.sweep();
    sweep_retries();
  }

 private:
  void sweep_retries() {
    auto complete = std::make_shared<bool>(true);
    shared_.commit(
        [this, complete](Transaction& transaction) -> Result<> {
          auto swept = shared_.retries.sweep(transaction, kSweptAtOnce);
          if (!swept) return tl::unexpected(swept.error());
          *complete = *swept;
          return {};
        },
        [this, complete](const Result<>& result) {
          if (result && !*complete) sweep_retries();
        });
  }

  /// A restart ends every attempt of a source: going on is a new one.
  Result<> close_open_contexts(Transaction& transaction) {
    for (auto& [unit, row] : shared_.table.all_published()) {
      if (!row.source) continue;
      handover::put_context(shared_, transaction, {unit, row.epoch, row.source->attempt},
                            {{"phase", "CLOSED"}, {"reason", "the source was restarted"}});
      handover::UnitRow closed = row;
      closed.source.reset();
      shared_.table.write(transaction, unit, closed);
    }
    return {};
  }

  // --- the subtree
  [[nodiscard]] bool takes(const Request& request, const std::vector<std::string>& segments) const override {
    if (segments.size() <= 1) return handover::is_aerp(request);
    if (!cse_.options().mobility.extensions) return false;  // as a CSE that never heard of it
    const bool create = request.operation == Operation::Create;
    const bool subscribes = create && request.resource_type == type::kSubscription;
    if (segments[1] == Directory::kContainer && cse_.options().type == CseType::In) {
      if (request.operation == Operation::Retrieve) return segments.size() == 3 && segments[2].starts_with(kFind);
      return create && !subscribes && segments.size() == 2;
    }
    if (segments[1] != handover::kContainerName) return false;
    if (request.operation == Operation::Retrieve) return segments.size() == 5 && segments[3] == "batches";
    return !subscribes && segments.size() <= 4;
  }

  void handle(Request request, ResponseCallback done) override {
    if (handover::is_aerp(request)) return handover::handle_aerp(shared_, std::move(request), std::move(done));
    const auto address = onem2m::parse_address(request.to);
    if (!address) return done(make_error_response(request, address.error().status, address.error().detail));
    const auto& segments = address->segments;
    if (segments.size() > 1 && segments[1] == Directory::kContainer) {
      if (request.operation == Operation::Retrieve)
        return directory_.handle_find(segments[2].substr(kFind.size()), request, done);
      return directory_.handle_update(std::move(request), std::move(done));
    }
    if (!cse_.options().mobility.enabled || !shared_.is_peer(request.from))
      return done(make_error_response(request, ResponseStatus::OriginatorHasNoPrivilege,
                                      request.from + " is no peer of the handover (mobility.peers)"));
    if (segments.size() == 2) return on_container(std::move(request), std::move(done));
    const auto context = handover::parse_context_id(segments[2]);
    if (!context)
      return done(make_error_response(request, ResponseStatus::NotFound, "'" + segments[2] + "' is no context"));
    on_context(*context, segments, std::move(request), std::move(done));
  }

  void on_container(Request request, ResponseCallback done) {
    const Json attributes = handover::context_attributes(request.content);
    if (request.operation != Operation::Create || attributes.is_null() || !attributes.contains("phase"))
      return done(
          make_error_response(request, ResponseStatus::BadRequest, "the container mobility takes handoverContexts"));
    for (const char* name : {"phase", "unit", "source", "target", "contextID", "name", "credential", "policy", "row"})
      if (attributes.contains(name) && !attributes[name].is_string())
        return done(make_error_response(request, ResponseStatus::BadRequest, std::string(name) + " is no text"));
    if (attributes["phase"] == "HOLDS") return policies_.held(attributes, std::move(request), std::move(done));
    if (attributes["phase"] == "POLICY") return policies_.changed(attributes, std::move(request), std::move(done));
    if (attributes["phase"] != "REQUESTED") return target_.prepare(attributes, std::move(request), std::move(done));
    if (attributes.value("target", "") != request.from)
      return done(
          make_error_response(request, ResponseStatus::BadRequest, "a unit is requested for the CSE that asks"));
    source_.wanted(attributes, std::move(request), std::move(done));
  }

  void on_context(const ContextId& context, const std::vector<std::string>& segments, Request request,
                  ResponseCallback done) {
    if (request.operation == Operation::Create && segments.size() == 4 && segments[3] == "batches")
      return target_.batch(context, std::move(request), std::move(done));
    if (request.operation == Operation::Retrieve && segments.size() == 5) {
      std::uint64_t number = 0;
      std::from_chars(segments[4].data(), segments[4].data() + segments[4].size(), number);
      return source_.pulled(context, number, std::move(request), std::move(done));
    }
    const Json attributes = handover::context_attributes(request.content);
    const std::string phase = attributes.is_object() && attributes.contains("phase") && attributes["phase"].is_string()
                                  ? attributes["phase"]
                                  : "";
    if (request.operation == Operation::Update && segments.size() == 3) {
      if (phase == "GRANTED") return target_.granted(context, std::move(request), std::move(done));
      if (phase == "CLOSED") return target_.closed(context, std::move(request), std::move(done));
      if (phase == "ASKED") return source_.asked(context, std::move(request), std::move(done));
      if (phase == "RELEASED") return source_.released(context, std::move(request), std::move(done));
    }
    done(make_error_response(request, ResponseStatus::BadRequest,
                             "a context is updated with phase GRANTED, CLOSED, ASKED or RELEASED"));
  }

  // --- bringing a unit here
  void fetch(const std::string& unit, const std::string& owner, const std::string& credential,
             std::function<void(Gate::Fetched)> done) {
    if (!owner.empty()) return want(unit, owner, credential, 0, std::move(done));
    directory_.find(unit, [this, unit, credential, done = std::move(done)](const Result<std::string>& found) {
      if (found && *found == shared_.own_id()) return done(Gate::Fetched::NotFound);
      if (found && !found->empty()) return want(unit, *found, credential, 0, done);
      const auto otherwise = found ? Gate::Fetched::NotFound : Gate::Fetched::Unknown;
      // The owner may not have told the directory yet: a second registration would make a second owner.
      if (credential.empty()) return done(otherwise);
      ask_peers(unit, credential, 0, {true, otherwise}, done);
    });
  }

  /// What the peers that were asked have said.
  struct Heard {
    bool all_answered = true;
    Gate::Fetched otherwise;  // when somebody is silent: the directory's word
  };
  void ask_peers(const std::string& unit, const std::string& credential, std::size_t next, Heard heard,
                 std::function<void(Gate::Fetched)> done) {
    const auto& peers = cse_.options().mobility.peers;
    if (next >= peers.size()) return done(heard.all_answered ? Gate::Fetched::NotFound : heard.otherwise);
    want(unit, peers[next], credential, 0,
         [this, unit, credential, next, heard, done = std::move(done)](Gate::Fetched fetched) {
           if (fetched == Gate::Fetched::Coming || fetched == Gate::Fetched::Refused) return done(fetched);
           ask_peers(unit, credential, next + 1,
                     {heard.all_answered && fetched == Gate::Fetched::NotFound, heard.otherwise}, done);
         });
  }

  void want(const std::string& unit, const std::string& owner, const std::string& credential, int hop,
            std::function<void(Gate::Fetched)> done) {
    if (!shared_.is_peer(owner)) return done(Gate::Fetched::NotFound);
    if (hop > kHops) return done(Gate::Fetched::Unknown);
    auto request = handover::make_message(shared_, Operation::Create, owner, "", "want-" + unit);
    request.resource_type = type::kFlexContainer;
    Json wish{{"phase", "REQUESTED"}, {"unit", unit}, {"target", shared_.own_id()}, {"trigger", "device"}};
    if (credential.empty()) {
      wish["traffic"] = true;
    } else {
      wish["credential"] = credential;
    }
    request.content = {{handover::kContextMember, wish}};
    shared_.send(std::move(request), [this, unit, credential, hop, done = std::move(done)](const Response& response) {
      if (onem2m::is_success(response.status)) return done(Gate::Fetched::Coming);
      if (response.status == ResponseStatus::OriginatorHasAlreadyRegistered) return done(Gate::Fetched::Refused);
      const Json attributes = handover::context_attributes(
          response.serialized_content ? onem2m::parse_json(*response.serialized_content).value_or(Json{})
                                      : response.content);
      const std::string next = attributes.is_object() ? attributes.value("target", "") : "";
      if (response.status == ResponseStatus::Conflict && !next.empty() && next != shared_.own_id())
        return want(unit, next, credential, hop + 1, done);
      if (response.status == ResponseStatus::NotFound && attributes.is_object() &&
          attributes.value("phase", "") == "ENDED")
        return forget_forward_row(unit, attributes.value("epoch", std::uint64_t{0}), done);
      done(Gate::Fetched::Unknown);  // 4004, too: without a phase it comes from somebody on the way
    });
  }

  /// The owner says that the AE ended: here it may be registered anew, in a later epoch.
  void forget_forward_row(const std::string& unit, std::uint64_t epoch, std::function<void(Gate::Fetched)> done) {
    const auto outbox = shared_.journal.outbox_keys(unit);
    shared_.commit(
        [this, unit, epoch, outbox](Transaction& transaction) -> Result<> {
          auto row = shared_.table.read(transaction, unit);
          if (!row) return tl::unexpected(row.error());
          if (!*row || (*row)->role != Role::Moved || (*row)->target || epoch < (*row)->epoch) return {};
          if (auto wiped = handover::wipe(transaction, unit, outbox); !wiped) return tl::unexpected(wiped.error());
          (*row)->role = Role::Ended;
          (*row)->epoch = epoch;
          (*row)->grant_pending = (*row)->released = false;
          shared_.table.write(transaction, unit, **row);
          return {};
        },
        [done = std::move(done)](const Result<>&) { done(Gate::Fetched::NotFound); });
  }

  Cse& cse_;
  Shared shared_;
  Gate gate_;
  handover::SourceSide source_;
  handover::PolicyCopies policies_;
  handover::TargetSide target_;
  Directory directory_;
};

}  // namespace

Result<std::unique_ptr<Handover>> Handover::attach(Cse& cse, const handover::TestFaults& faults) {
  auto handover = std::make_unique<LiveHandover>(cse, faults);
  if (auto plugged = handover->plug_in(); !plugged) return tl::unexpected(plugged.error());
  return handover;
}

Result<std::unique_ptr<Handover>> Handover::attach(Cse& cse) { return attach(cse, handover::TestFaults{}); }

}  // namespace edgecse::cse
