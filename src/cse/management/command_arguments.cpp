// SPDX-License-Identifier: Apache-2.0
#include "cse/management/command_arguments.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "onem2m/timestamp.hpp"

namespace edgecse::cse {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;

namespace {

enum class Kind { Text, Count, Time };
struct Argument {
  std::string_view name;
  Kind kind = Kind::Text;
};
struct Command {
  int type;                             // m2m:cmdType
  std::string_view member;              // of m2m:execReqArgsListType
  std::span<const Argument> arguments;  // all are mandatory; `any` stands beside them
};

constexpr Argument kUpload[] = {{"ftyp"}, {"url"}, {"unm"}, {"pwd"}};
constexpr Argument kDownload[] = {{"ftyp"}, {"url"}, {"unm"}, {"pwd"}, {"fsi", Kind::Count}, {"tgf"}, {"dss", Kind::Count},
                                  {"surl"}, {"stt", Kind::Time}, {"cpt", Kind::Time}};
constexpr Argument kInstall[] = {{"url"}, {"uuid"}, {"unm"}, {"pwd"}, {"eer"}};
constexpr Argument kUninstall[] = {{"uuid"}, {"vr"}, {"eer"}};
constexpr Argument kUpdate[] = {{"uuid"}, {"vr"}, {"url"}, {"unm"}, {"pwd"}, {"eer"}};
constexpr Command kCommands[] = {{1, "rst", {}},          {2, "rbo", {}},           {3, "uld", kUpload}, {4, "dld", kDownload},
                                 {5, "swin", kInstall},   {6, "swun", kUninstall},  {7, "swup", kUpdate}};

// What may stand alone or in a list.
template <class Visit>
Result<> for_each(const Json& value, Visit&& visit) {
  if (!value.is_array()) return visit(value);
  for (const Json& item : value)
    if (auto good = visit(item); !good) return good;
  return {};
}

bool fits(Kind kind, const Json& value) {
  switch (kind) {
    case Kind::Text: return value.is_string();
    case Kind::Count: return value.is_number_integer() && value > 0;
    case Kind::Time: return value.is_string() && onem2m::parse_timestamp(value.get_ref<const std::string&>());
  }
  return false;
}

tl::unexpected<onem2m::Error> invalid(const std::string& what) { return refuse(ResponseStatus::InvalidArguments, "exra: " + what); }

Result<> check_set(const Command& command, const Json& set) {
  const std::string member(command.member);
  if (!set.is_object()) return invalid(member + " is no object with arguments");
  for (const auto& [name, value] : set.items()) {
    if (name == "any") continue;
    const auto argument = std::ranges::find(command.arguments, std::string_view(name), &Argument::name);
    if (argument == command.arguments.end()) return invalid("'" + name + "' is no argument of " + member);
    if (!fits(argument->kind, value)) return invalid(member + '/' + name + " has a value of another type");
  }
  for (const Argument& argument : command.arguments)
    if (!set.contains(argument.name))
      return refuse(ResponseStatus::InsufficientArguments, "exra: " + member + " lacks the argument " + std::string(argument.name));
  return {};
}

}  // namespace

Result<> check_command_arguments(const Json& attributes) {
  const auto type = attributes.find("cmt");
  const auto command = std::ranges::find_if(kCommands, [&](const Command& each) { return type != attributes.end() && *type == each.type; });
  if (command == std::end(kCommands)) return refuse(ResponseStatus::InvalidCmdtype, "cmt is no command that there is");
  bool any = false;
  const auto check_member = [&](const std::string& name, const Json& sets) -> Result<> {
    if (name != command->member)
      return invalid("'" + name + "' is not for cmt " + std::to_string(command->type) + ", which takes " + std::string(command->member));
    return for_each(sets, [&](const Json& set) {
      any = true;
      return check_set(*command, set);
    });
  };
  if (const auto arguments = attributes.find("exra"); arguments != attributes.end()) {
    auto good = for_each(*arguments, [&](const Json& given) -> Result<> {
      if (!given.is_object()) return invalid("its items are no objects");
      for (const auto& [name, sets] : given.items())
        if (auto checked = check_member(name, sets); !checked) return checked;
      return {};
    });
    if (!good) return good;
  }
  if (any || command->arguments.empty()) return {};
  return refuse(ResponseStatus::InsufficientArguments,
                "exra lacks " + std::string(command->member) + ", which cmt " + std::to_string(command->type) + " needs");
}

}  // namespace edgecse::cse
