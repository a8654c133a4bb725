// SPDX-License-Identifier: Apache-2.0
#include "binding/http/http_query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <concepts>

#include "binding/http/text.hpp"
#include "net/http_message.hpp"
#include "onem2m/filter_criteria_json.hpp"
#include "onem2m/resource_types.hpp"

namespace edgecse::binding {
namespace {

using onem2m::FilterCriteria;
using onem2m::refuse;
using onem2m::Request;
using onem2m::ResponseStatus;
using onem2m::Result;

/// Whether '+' separates values of a list, or is part of a text that happens to be repeatable.
enum class Plus { Separates, IsText };

/// One row per name, the same for reading and writing. visit(name, field, plus).
template <typename Visit>
void visit_criteria(auto& c, Visit&& visit) {
  visit("crb", c.created_before, Plus::IsText);
  visit("cra", c.created_after, Plus::IsText);
  visit("ms", c.modified_since, Plus::IsText);
  visit("us", c.unmodified_since, Plus::IsText);
  visit("sts", c.state_tag_smaller, Plus::IsText);
  visit("stb", c.state_tag_bigger, Plus::IsText);
  visit("exb", c.expire_before, Plus::IsText);
  visit("exa", c.expire_after, Plus::IsText);
  visit("lbl", c.labels, Plus::Separates);
  visit("clbl", c.child_labels, Plus::Separates);
  visit("palb", c.parent_labels, Plus::Separates);
  visit("lbq", c.label_queries, Plus::IsText);
  visit("ty", c.resource_types, Plus::Separates);
  visit("chty", c.child_resource_types, Plus::Separates);
  visit("pty", c.parent_resource_types, Plus::Separates);
  visit("sza", c.size_above, Plus::IsText);
  visit("szb", c.size_below, Plus::IsText);
  visit("cty", c.content_types, Plus::Separates);
  visit("smf", c.semantics_filters, Plus::IsText);
  visit("cfs", c.content_filter_syntax, Plus::IsText);
  visit("cfq", c.content_filter_query, Plus::IsText);
  visit("lim", c.limit, Plus::IsText);
  visit("lvl", c.level, Plus::IsText);
  visit("ofst", c.offset, Plus::IsText);
  visit("arp", c.apply_relative_path, Plus::IsText);
  visit("fu", c.filter_usage, Plus::IsText);
  visit("fo", c.filter_operation, Plus::IsText);
  visit("gmty", c.geometry_type, Plus::IsText);
  visit("gsf", c.geo_spatial_function, Plus::IsText);
  visit("geom", c.geometry, Plus::IsText);
  visit("ops", c.operations, Plus::IsText);
}

template <typename Visit>
void visit_parameters(auto& r, Visit&& visit) {
  visit("rp", r.result_persistence, Plus::IsText);
  visit("rcn", r.result_content, Plus::IsText);
  visit("da", r.delivery_aggregation, Plus::IsText);
  visit("drt", r.desired_identifier_type, Plus::IsText);
  visit("rids", r.role_ids, Plus::Separates);
  visit("tids", r.token_ids, Plus::Separates);
  visit("ltids", r.local_token_ids, Plus::Separates);
  visit("tqi", r.token_request, Plus::IsText);
  visit("sqi", r.semantic_query, Plus::IsText);
  visit("ma", r.maximum_age, Plus::IsText);
  visit("atrl", r.attribute_list, Plus::Separates);
  visit("grtm", r.group_request_target_members, Plus::Separates);
}

tl::unexpected<onem2m::Error> bad(std::string_view name, std::string_view why) {
  return refuse(ResponseStatus::BadRequest, fmt::format("the query parameter {} {}", shown(name), why));
}

Result<> read_value(std::string_view name, std::string value, std::string& into) {
  if (value.empty()) return bad(name, "is empty");
  into = std::move(value);
  return {};
}

template <std::integral Number>
Result<> read_value(std::string_view name, const std::string& value, Number& into) {
  if constexpr (std::same_as<Number, bool>) {
    if (value != "true" && value != "false" && value != "1" && value != "0") return bad(name, "is not true or false");
    into = value == "true" || value == "1";
  } else {
    const auto number = read_number<Number>(value);
    if (!number) return bad(name, "is not an integer in its range");
    into = *number;
  }
  return {};
}

/// Takes the text until the next '+' from raw, or, among numbers, until the next blank: clients that encode a query as a form
/// have made '+' of it.
std::string_view take_one(std::string_view& raw, bool numbers) {
  constexpr std::string_view kBlank = "%20";
  const std::size_t blank = numbers ? raw.find(kBlank) : std::string_view::npos;
  if (blank >= raw.find('+')) return take_until(raw, '+');
  const std::string_view part = raw.substr(0, blank);
  raw.remove_prefix(blank + kBlank.size());
  return part;
}

/// Decodes one value and puts it where it belongs: a list grows, everything else may come once.
template <typename Field>
Result<> read_field(std::string_view name, std::string_view raw, Field& field, Plus plus) {
  constexpr bool is_list = requires { field.emplace_back(); };
  constexpr bool numbers = requires { requires std::integral<typename Field::value_type>; };
  for (bool more = true; more;) {
    const bool splits = is_list && plus == Plus::Separates;
    const std::size_t before = raw.size();
    const std::string_view part = splits ? take_one(raw, numbers) : raw;
    more = splits && before != part.size();
    auto value = net::percent_decode(part);
    if (!value) return bad(name, "has a broken percent-encoding");
    Result<> read;
    if constexpr (is_list) {
      read = read_value(name, std::move(*value), field.emplace_back());
    } else if constexpr (requires { field.emplace(); }) {
      if (field) return bad(name, "is given twice");
      read = read_value(name, std::move(*value), field.emplace());
    } else {
      if (!field.empty()) return bad(name, "is given twice");
      read = read_value(name, std::move(*value), field);
    }
    if (!read) return read;
  }
  return {};
}

/// ct lt st et lbl ty cs cnf have conditions of their own. TS-0009 6.2.2.2.
bool may_be_filtered(std::string_view short_name) {
  constexpr std::string_view kOwnConditions[] = {"ct", "lt", "st", "et", "lbl", "ty", "cs", "cnf"};
  if (std::find(std::begin(kOwnConditions), std::end(kOwnConditions), short_name) != std::end(kOwnConditions)) return false;
  return onem2m::is_attribute_of_any_type(short_name);
}

Result<> read_attribute_condition(std::string_view name, std::string_view raw, FilterCriteria& criteria) {
  std::string_view attribute = name;
  auto* pairs = &criteria.attributes;
  if (name.starts_with("c.") || name.starts_with("p.")) {
    attribute.remove_prefix(2);
    pairs = name.front() == 'c' ? &criteria.child_attributes : &criteria.parent_attributes;
  }
  if (!may_be_filtered(attribute)) return bad(name, "is unknown");
  std::vector<std::string> values;
  if (auto read = read_field(name, raw, values, Plus::Separates); !read) return read;
  for (std::string& value : values) pairs->emplace_back(attribute, std::move(value));
  return {};
}

Result<> read_criterion(std::string_view name, std::string_view raw, FilterCriteria& criteria) {
  std::optional<Result<>> result;
  visit_criteria(criteria, [&](std::string_view row, auto& field, Plus plus) {
    if (row == name) result = read_field(name, raw, field, plus);
  });
  return result ? std::move(*result) : read_attribute_condition(name, raw, criteria);
}

Result<> read_parameter(std::string_view name, std::string_view raw, Request& request) {
  if (name == "rt") {
    std::optional<int> type;
    if (auto read = read_field(name, raw, type, Plus::IsText); !read) return read;
    if (*type < 1 || *type > 5) return bad(name, "is not 1 to 5");
    request.response_type = *type;
    return {};
  }
  if (name == "asi" || name == "auri") {
    return refuse(ResponseStatus::NotImplemented, fmt::format("the query parameter {} is not supported", name));
  }
  std::optional<Result<>> result;
  visit_parameters(request, [&](std::string_view row, auto& field, Plus plus) {
    if (row == name) result = read_field(name, raw, field, plus);
  });
  return result ? std::move(*result) : read_criterion(name, raw, request.filter_criteria);
}

/// Calls read(name, raw value) for each field of the query.
template <typename Read>
Result<> for_each_field(std::string_view raw, const Read& read) {
  while (!raw.empty()) {
    std::string_view value = take_until(raw, '&');
    if (value.empty()) continue;
    const bool has_value = value.find('=') != std::string_view::npos;
    const std::string_view encoded_name = take_until(value, '=');
    const auto name = net::percent_decode(encoded_name);
    if (!name) return bad(encoded_name, "has a broken percent-encoding");
    if (!has_value || value.empty()) return bad(*name, "has no value");
    if (auto done = read(std::string_view{*name}, value); !done) return done;
  }
  return {};
}

/// name=value fields joined with '&'.
class QueryWriter {
 public:
  void add(std::string_view name, std::string_view value) {
    begin(name);
    text_ += net::percent_encode(value, kKept);
  }

  void operator()(const char* name, const std::string& field, Plus) {
    if (!field.empty()) add(name, field);
  }
  template <typename T>
  void operator()(const char* name, const std::optional<T>& field, Plus) {
    if (field) add(name, in_words(*field));
  }
  template <typename T>
  void operator()(const char* name, const std::vector<T>& field, Plus plus) {
    for (const T& value : field) {
      if (plus == Plus::Separates && &value != &field.front()) {
        text_ += '+';
        text_ += net::percent_encode(in_words(value), kKept);
      } else {
        add(name, in_words(value));
      }
    }
  }

  void add_pairs(std::string_view prefix, const std::vector<FilterCriteria::AttributePair>& pairs) {
    for (const auto& [name, value] : pairs) add(fmt::format("{}{}", prefix, name), value);
  }

  std::string take() { return std::move(text_); }

 private:
  static constexpr std::string_view kKept = "/:*,";  // common in identifiers, and no separators of a query

  static std::string in_words(const std::string& value) { return value; }
  static std::string in_words(bool value) { return value ? "true" : "false"; }
  template <std::integral Number>
    requires(!std::same_as<Number, bool>)
  static std::string in_words(Number value) { return std::to_string(value); }

  void begin(std::string_view name) {
    if (!text_.empty()) text_ += '&';
    text_ += name;
    text_ += '=';
  }

  std::string text_;
};

void write_criteria(const FilterCriteria& criteria, QueryWriter& writer) {
  if (criteria.empty()) return;
  visit_criteria(criteria, writer);
  writer.add_pairs("", criteria.attributes);
  writer.add_pairs("c.", criteria.child_attributes);
  writer.add_pairs("p.", criteria.parent_attributes);
}

/// Clients that encode a query as a form send '+' as a blank; no attribute's name has one.
void split_at_blanks(std::vector<std::string>& names) {
  std::vector<std::string> apart;
  for (const std::string& name : names) {
    std::string_view rest = name;
    while (!rest.empty()) apart.emplace_back(take_until(rest, ' '));
  }
  names = std::move(apart);
}

}  // namespace

Result<> read_query(std::string_view raw, Request& request) {
  auto read = for_each_field(
      raw, [&](std::string_view name, std::string_view value) { return read_parameter(name, value, request); });
  split_at_blanks(request.attribute_list);
  return read ? onem2m::check_filter_criteria(request.filter_criteria) : read;
}

std::string write_query(const Request& request) {
  QueryWriter writer;
  if (request.response_type != 3) writer.add("rt", std::to_string(request.response_type));
  visit_parameters(request, writer);
  write_criteria(request.filter_criteria, writer);
  return writer.take();
}

Result<FilterCriteria> filter_criteria_from_query(std::string_view raw) {
  FilterCriteria criteria;
  auto read = for_each_field(
      raw, [&](std::string_view name, std::string_view value) { return read_criterion(name, value, criteria); });
  if (read) read = onem2m::check_filter_criteria(criteria);
  if (!read) return tl::unexpected{std::move(read.error())};
  return criteria;
}

std::string filter_criteria_to_query(const FilterCriteria& criteria) {
  QueryWriter writer;
  write_criteria(criteria, writer);
  return writer.take();
}

}  // namespace edgecse::binding
