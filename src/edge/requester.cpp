// SPDX-License-Identifier: Apache-2.0
#include "edge/requester.hpp"

#include <fmt/format.h>

#include "base/guarded_json.hpp"

namespace edgecse::edge {
namespace {

constexpr int kPagesAtMost = 200;  // an answer that never ends must end

/// Children may come as {"m2m:cnt": {"m2m:cin": [...]}}: the parent's member without attributes of its own.
Json without_parent(Json content) {
  const bool wrapped = content.is_object() && content.size() == 1 && content.begin().value().is_object();
  return wrapped ? Json(content.begin().value()) : content;
}

}  // namespace

Json content_of(const onem2m::Response& response) {
  if (!response.serialized_content) return response.content;
  auto parsed = base::parse_guarded_json(*response.serialized_content, {64, 1'000'000});
  return parsed ? std::move(*parsed) : Json{};
}

Json attributes_of(const onem2m::Response& response) {
  Json content = content_of(response);
  if (!content.is_object() || content.empty()) return {};
  return content.begin().value();
}

onem2m::Error error_of(const onem2m::Response& response) {
  const Json content = content_of(response);
  return {response.status, text_of(content, "m2m:dbg")};
}

std::vector<std::string> texts_of(const Json& attributes, const char* name) {
  std::vector<std::string> texts;
  if (!attributes.is_object()) return texts;
  const auto found = attributes.find(name);
  if (found == attributes.end() || !found->is_array()) return texts;
  for (const auto& entry : *found) {
    if (entry.is_string()) texts.push_back(entry.get<std::string>());
  }
  return texts;
}

void Requester::send(onem2m::Request request, Done done) {
  if (request.from.empty()) request.from = originator_;
  if (request.request_identifier.empty()) request.request_identifier = "edge-" + random_.hex(8);
  if (!request.release_version) request.release_version = "3";
  request.peer.internal = true;
  handler_.handle(std::move(request), [&executor = executor_, alive = std::weak_ptr<bool>(alive_),
                                       done = std::move(done)](onem2m::Response response) {
    executor.post([alive, done, response = std::move(response)]() mutable {
      if (!alive.expired()) done(std::move(response));
    });
  });
}

void Requester::retrieve(std::string to, Callback<Json> done) {
  onem2m::Request request;
  request.operation = onem2m::Operation::Retrieve;
  request.to = std::move(to);
  send(std::move(request), [done = std::move(done)](const onem2m::Response& response) {
    if (!onem2m::is_success(response.status)) return done(tl::unexpected(error_of(response)));
    done(attributes_of(response));
  });
}

struct Requester::Pages {
  onem2m::Request request;
  Json collected = Json::object();  // or the list of addresses
  int count = 0;
  std::function<void(onem2m::Result<Json>)> done;
};

void Requester::next_page(std::shared_ptr<Pages> pages) {
  onem2m::Request request = pages->request;
  send(std::move(request), [this, pages](const onem2m::Response& response) {
    if (!onem2m::is_success(response.status)) return pages->done(tl::unexpected(error_of(response)));
    const Json content = without_parent(content_of(response));
    for (auto& [name, values] : content.items()) {
      if (!name.starts_with("m2m:") && name.find(':') == std::string::npos) continue;
      auto& into = pages->collected[name];
      if (into.is_null()) into = Json::array();
      if (values.is_array()) into.insert(into.end(), values.begin(), values.end());
      else into.push_back(values);
    }
    const bool more = response.content_status == 1 && response.content_offset;
    if (!more || ++pages->count >= kPagesAtMost) return pages->done(std::move(pages->collected));
    pages->request.filter_criteria.offset = *response.content_offset;
    next_page(pages);
  });
}

void Requester::discover(std::string to, onem2m::FilterCriteria criteria, Callback<std::vector<std::string>> done) {
  auto pages = std::make_shared<Pages>();
  pages->request.to = std::move(to);
  pages->request.filter_criteria = std::move(criteria);
  pages->request.filter_criteria.filter_usage = 1;
  pages->done = [done = std::move(done)](const onem2m::Result<Json>& collected) {
    if (!collected) return done(tl::unexpected(collected.error()));
    done(texts_of(*collected, "m2m:uril"));
  };
  next_page(std::move(pages));
}

void Requester::retrieve_child_page(std::string to, onem2m::FilterCriteria criteria, Callback<ChildPage> done) {
  onem2m::Request request;
  request.to = std::move(to);
  request.filter_criteria = std::move(criteria);
  request.result_content = static_cast<int>(onem2m::ResultContent::ChildResources);
  send(std::move(request), [done = std::move(done)](const onem2m::Response& response) {
    if (!onem2m::is_success(response.status)) return done(tl::unexpected(error_of(response)));
    ChildPage page;
    page.children = without_parent(content_of(response));
    if (response.content_status == 1) page.next = response.content_offset;
    done(std::move(page));
  });
}

void Requester::create(std::string to, int resource_type, Json representation, std::string from, Callback<Json> done) {
  onem2m::Request request;
  request.operation = onem2m::Operation::Create;
  request.to = std::move(to);
  request.from = std::move(from);
  request.resource_type = resource_type;
  request.content = std::move(representation);
  send(std::move(request), [done = std::move(done)](const onem2m::Response& response) {
    if (!onem2m::is_success(response.status)) return done(tl::unexpected(error_of(response)));
    done(attributes_of(response));
  });
}

void Requester::update(std::string to, Json attributes, Callback<Json> done) {
  onem2m::Request look;
  look.operation = onem2m::Operation::Retrieve;
  look.to = to;
  send(std::move(look), [this, to = std::move(to), attributes = std::move(attributes), done = std::move(done)](const onem2m::Response& response) {
    if (!onem2m::is_success(response.status)) return done(tl::unexpected(error_of(response)));
    const Json content = content_of(response);
    onem2m::Request request;
    request.operation = onem2m::Operation::Update;
    request.to = to;
    request.content = {{content.is_object() && !content.empty() ? content.begin().key() : "m2m:x", attributes}};
    send(std::move(request), [this, to, done](const onem2m::Response& changed) {
      if (!onem2m::is_success(changed.status)) return done(tl::unexpected(error_of(changed)));
      retrieve(to, done);  // an answer to UPDATE may hold only what has changed
    });
  });
}

void Requester::remove(std::string to, Callback<void> done) {
  onem2m::Request request;
  request.operation = onem2m::Operation::Delete;
  request.to = std::move(to);
  send(std::move(request), [done = std::move(done)](const onem2m::Response& response) {
    if (!onem2m::is_success(response.status)) return done(tl::unexpected(error_of(response)));
    done({});
  });
}

}  // namespace edgecse::edge
