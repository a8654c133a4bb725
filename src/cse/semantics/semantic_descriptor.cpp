// SPDX-License-Identifier: Apache-2.0
#include "cse/semantics/semantic_descriptor.hpp"

#include <algorithm>

#include "base/base64.hpp"
#include "cse/changes.hpp"
#include "semantics/rdf_writer.hpp"

namespace edgecse::cse {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;

namespace {

// Less than a query's: when the descriptor has changed since the checks, it runs in the job again.
constexpr semantics::Limits kUpdateLimits{.steps = 200'000};

// 4143: no SPARQL; 5212: an update that cannot be executed. release4 13.
tl::unexpected<onem2m::Error> refuse_operation(const semantics::Error& error, bool is_syntax) {
  const bool is_malformed = is_syntax && error.kind == semantics::Error::Kind::Malformed;
  return refuse(is_malformed ? ResponseStatus::InvalidSparqlQuery : ResponseStatus::SparqlUpdateError, "soe: " + error.detail);
}

/// Nothing when the request has no soe.
std::optional<std::string> operation_of(const Json& requested) {
  const auto operation = requested.find("soe");
  if (operation == requested.end() || !operation->is_string()) return std::nullopt;
  return operation->get<std::string>();
}

}  // namespace

DescriptorGraphs& descriptor_graphs(const CseCore& core) {
  return static_cast<SemanticDescriptorProcedure&>(core.procedures.find(SemanticDescriptorProcedure::kType)).graphs();
}

Result<> SemanticDescriptorProcedure::check_create(const CreateCheck& check) const {
  auto read = graphs_.read(check.attributes);
  if (!read) return tl::unexpected(read.error());
  return {};
}

Result<> SemanticDescriptorProcedure::check_update(const UpdateCheck& check) const {
  const Json after = whole_after(check.target, check.attributes);
  if (const auto operation = operation_of(check.attributes)) {
    if (check.attributes.contains("dsp"))
      return refuse(ResponseStatus::BadRequest, "soe and dsp cannot both change a descriptor in one request");
    if (!descriptor_format(after)) return refuse(ResponseStatus::BadRequest, "dcrp is not supported; 4, 5 and 7 are");
    auto done = execute(check.target.attributes, *operation, after.value("dcrp", 0));
    if (!done) return tl::unexpected(done.error());
    return {};
  }
  auto read = graphs_.read(after);
  if (!read) return tl::unexpected(read.error());
  return {};
}

Result<std::string> SemanticDescriptorProcedure::execute(const Json& before, const std::string& operation, int format_after) const {
  std::string key = std::to_string(before.value("dcrp", 0)) + ' ' + std::to_string(format_after) + ' ' + before.value("dsp", "") + ' ' + operation;
  {
    const std::scoped_lock lock(mutex_);
    const auto known = std::find_if(executed_.begin(), executed_.end(), [&](const Executed& one) { return one.key == key; });
    if (known != executed_.end()) return known->descriptor;
  }
  const auto update = semantics::parse_update(operation);
  if (!update) return refuse_operation(update.error(), true);
  auto graph = graphs_.read(before);
  if (!graph) return tl::unexpected(graph.error());
  auto changed = semantics::apply(**update, (*graph)->graph, kUpdateLimits);
  if (!changed) return refuse_operation(changed.error(), false);
  auto text = semantics::write(*changed, *descriptor_format({{"dcrp", format_after}}));
  if (!text) return refuse_operation(text.error(), false);
  std::string descriptor = base::to_base64(*text);
  if (auto again = graphs_.read({{"dcrp", format_after}, {"dsp", descriptor}}); !again)
    return refuse(ResponseStatus::SparqlUpdateError, "soe: what it makes of the descriptor cannot be written: " + again.error().detail);
  const std::scoped_lock lock(mutex_);
  executed_[next_++ % executed_.size()] = {std::move(key), descriptor};
  return descriptor;
}

Result<> SemanticDescriptorProcedure::before_create(CreateContext& context) {
  Json& attributes = context.resource.attributes;
  if (!attributes.contains("vlde")) attributes["vlde"] = false;
  attributes["svd"] = true;  // the format; against an ontology nothing is validated here
  return {};
}

Result<> SemanticDescriptorProcedure::before_update(UpdateContext& context) {
  Json& after = context.after.attributes;
  if (const auto operation = operation_of(context.requested)) {
    auto descriptor = execute(context.before.attributes, *operation, after.value("dcrp", 0));
    if (!descriptor) return tl::unexpected(descriptor.error());
    after["dsp"] = std::move(*descriptor);
    after.erase("soe");  // TS-0004 7.4.34: never shown
  }
  const bool was_enabled = context.before.attributes.value("vlde", false), is_enabled = after.value("vlde", false);
  after["svd"] = !was_enabled || is_enabled;
  return {};
}

}  // namespace edgecse::cse
