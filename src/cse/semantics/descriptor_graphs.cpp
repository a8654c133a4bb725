// SPDX-License-Identifier: Apache-2.0
#include "cse/semantics/descriptor_graphs.hpp"

#include "base/base64.hpp"

namespace edgecse::cse {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;
using semantics::Format;

namespace {

constexpr int kRdfXml = 4, kTurtle = 5, kJsonLd = 7;  // m2m:semanticFormat

std::string key_of(const Json& attributes) { return std::to_string(attributes.value("dcrp", 0)) + ' ' + attributes.value("dsp", ""); }

// Blanks around a document are no part of it: before an XML declaration they would be a fault.
std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

}  // namespace

std::optional<Format> descriptor_format(const Json& attributes) {
  switch (attributes.value("dcrp", 0)) {
    case kRdfXml: return Format::RdfXml;
    case kTurtle: return Format::Turtle;
    case kJsonLd: return Format::JsonLd;
    default: return std::nullopt;
  }
}

bool DescriptorGraphs::knows(const Json& attributes) const {
  const std::scoped_lock lock(mutex_);
  return kept_.contains(key_of(attributes));
}

Result<DescriptorGraphPtr> DescriptorGraphs::read(const Json& attributes) {
  const std::string number = std::to_string(attributes.value("dcrp", 0));
  const auto format = descriptor_format(attributes);
  if (!format) return refuse(ResponseStatus::BadRequest, "dcrp " + number + " is not supported; 4, 5 and 7 are");
  std::string key = key_of(attributes);
  {
    const std::scoped_lock lock(mutex_);
    if (const auto found = kept_.find(key); found != kept_.end()) {
      uses_.splice(uses_.begin(), uses_, found->second.use);
      return found->second.graph;
    }
  }
  const auto text = base::from_base64(attributes.value("dsp", ""));
  if (!text) return refuse(ResponseStatus::BadRequest, "dsp is no base64 text");
  auto graph = semantics::read(trimmed(*text), *format);
  if (!graph) return refuse(ResponseStatus::BadRequest, "dsp is not what dcrp " + number + " says: " + graph.error().detail);
  auto made = std::make_shared<DescriptorGraph>(std::move(*graph));
  keep(std::move(key), made);
  return made;
}

void DescriptorGraphs::keep(std::string key, const DescriptorGraphPtr& graph) {
  const std::scoped_lock lock(mutex_);
  const std::size_t bytes = key.size(), triples = graph->graph.size();
  const auto [at, is_new] = kept_.try_emplace(std::move(key), Kept{graph, {}});
  if (!is_new) return;
  uses_.push_front(&at->first);
  at->second.use = uses_.begin();
  bytes_ += bytes;
  triples_ += triples;
  while ((bytes_ > kMostBytes || triples_ > kMostTriples) && uses_.size() > 1) {
    const auto oldest = kept_.find(*uses_.back());
    bytes_ -= oldest->first.size();
    triples_ -= oldest->second.graph->graph.size();
    uses_.pop_back();
    kept_.erase(oldest);
  }
}

}  // namespace edgecse::cse
