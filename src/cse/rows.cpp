// SPDX-License-Identifier: Apache-2.0
#include "cse/rows.hpp"

#include <charconv>
#include <type_traits>

#include "onem2m/json_codec.hpp"

namespace edgecse::cse::rows {
namespace {

template <class T>
T field(const Json& header, const char* name) {
  const auto found = header.find(name);
  return found == header.end() ? T{} : found->template get<T>();
}

// The first line of a row: a JSON object, members in the order of their names. By hand, because it is written with every
// instance.
class Header {
 public:
  enum Presence { UnlessEmpty, Always };
  explicit Header(std::size_t expected) { text_.reserve(expected); }

  void text(const char* name, const std::string& value, Presence presence = UnlessEmpty) {
    if (!value.empty() || presence == Always) onem2m::append_json_text(value, begin(name));
  }
  template <class Number>
  void number(const char* name, Number value) {
    char digits[24];
    begin(name).append(digits, std::to_chars(std::begin(digits), std::end(digits), value).ptr);
  }
  template <class Number>
  void number(const char* name, Number value, std::type_identity_t<Number> not_written) {
    if (value != not_written) number(name, value);
  }
  void json(const char* name, const Json& value) { onem2m::append_json_text(value, begin(name)); }
  /// The line's end; the row goes on behind it.
  [[nodiscard]] std::string end() { return std::move(text_ += "}\n"); }

 private:
  std::string& begin(const char* name) {
    text_ += text_.empty() ? "{\"" : ",\"";
    text_ += name;
    return text_ += "\":";
  }
  std::string text_;
};

}  // namespace

std::string big_endian(std::uint64_t number) {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(number >> (56 - 8 * i));
  return bytes;
}

std::uint64_t from_big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes.substr(0, 8)) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

// A container's id never holds '/', so no container's range contains another's.
std::string instance_key(std::string_view container, std::uint64_t sequence) {
  std::string key(container);
  key.push_back('/');
  return key.append(big_endian(sequence));
}

std::string instances_end(std::string_view container) { return std::string(container) + '0'; }  // '0' follows '/'

std::string encode(const Resource& resource) {
  Header header(512);
  header.text("cr", resource.creator);
  header.number("fs", resource.first_sequence, 1);
  header.text("id", resource.id, Header::Always);
  if (!resource.internal.empty()) header.json("in", resource.internal);
  header.text("mn", resource.member_name, Header::Always);
  header.number("nn", resource.next_notification, 1);
  header.number("no", resource.created);
  header.number("ns", resource.next_sequence, 1);
  header.text("pi", resource.parent, Header::Always);
  header.text("rn", resource.name, Header::Always);
  header.number("ty", resource.type);
  header.text("un", resource.unit);
  std::string row = header.end();
  onem2m::append_json_text(resource.attributes, row);
  return row;
}

std::string encode(const Instance& instance) {
  Header header(instance.representation.size() + 96);
  header.text("cr", instance.creator, Header::Always);
  header.number("cs", instance.content_size);
  header.number("et", instance.expires, std::int64_t{0});
  header.text("rn", instance.name, Header::Always);
  header.number("ty", instance.type);
  return header.end() += instance.representation;
}

onem2m::Result<Resource> decode_resource(std::string_view row) {
  try {
    const std::size_t line = row.find('\n');
    const Json header = Json::parse(row.substr(0, line));
    Resource resource;
    resource.id = header.at("id");
    resource.parent = header.at("pi");
    resource.name = header.at("rn");
    resource.type = header.at("ty");
    resource.member_name = header.at("mn");
    resource.created = header.at("no");
    resource.creator = field<std::string>(header, "cr");
    resource.unit = field<std::string>(header, "un");
    resource.first_sequence = header.value("fs", std::uint64_t{1});
    resource.next_sequence = header.value("ns", std::uint64_t{1});
    resource.next_notification = header.value("nn", std::uint64_t{1});
    if (const auto internal = header.find("in"); internal != header.end()) resource.internal = *internal;
    resource.attributes = Json::parse(row.substr(line + 1));
    return resource;
  } catch (const Json::exception&) {
    return onem2m::refuse(onem2m::ResponseStatus::InternalServerError, "a resource's row in the store is damaged");
  }
}

onem2m::Result<Instance> decode_instance(std::string_view key, std::string_view row) {
  try {
    const std::size_t line = row.find('\n');
    const std::size_t slash = key.size() < 9 ? std::string_view::npos : key.size() - 9;
    if (line == std::string_view::npos || slash == std::string_view::npos || key[slash] != '/')
      return onem2m::refuse(onem2m::ResponseStatus::InternalServerError, "an instance's row in the store is damaged");
    const Json header = Json::parse(row.substr(0, line));
    Instance instance;
    instance.container = key.substr(0, slash);
    instance.sequence = from_big_endian(key.substr(slash + 1));
    instance.type = header.at("ty");
    instance.name = header.at("rn");
    instance.content_size = header.at("cs");
    instance.creator = header.at("cr");
    instance.expires = field<std::int64_t>(header, "et");
    instance.representation = row.substr(line + 1);
    return instance;
  } catch (const Json::exception&) {
    return onem2m::refuse(onem2m::ResponseStatus::InternalServerError, "an instance's row in the store is damaged");
  }
}

std::string meta::instance_name(std::string_view container, std::string_view name) {
  return "name/" + std::string(container) + '/' + std::string(name);
}

std::string meta::instance_end(std::int64_t time, std::string_view container, std::uint64_t sequence) {
  std::string key(kInstanceEnds);
  key += big_endian(static_cast<std::uint64_t>(time));
  key += container;
  return key += big_endian(sequence);
}

meta::InstanceEnd meta::split_instance_end(std::string_view key) {
  constexpr std::size_t kNumber = 8;
  if (key.size() < kInstanceEnds.size() + 2 * kNumber) return {};
  key.remove_prefix(kInstanceEnds.size());
  const std::string_view container = key.substr(kNumber, key.size() - 2 * kNumber);
  return {static_cast<std::int64_t>(from_big_endian(key)), std::string(container), from_big_endian(key.substr(key.size() - kNumber))};
}

}  // namespace edgecse::cse::rows
