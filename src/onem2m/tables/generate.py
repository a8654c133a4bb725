#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the tables of this folder into C++ constants. Usage: generate.py FOLDER OUTPUT.cpp. README.md explains the tables."""
import dataclasses
import pathlib
import sys

MAXIMUM = 2**63 - 1
ANNOUNCED = 10000
FLEX_TYPES = {
    "string": "xs:string", "timestamp": "m2m:timestamp", "float": "xs:float", "integer": "xs:integer",
    "boolean": "xs:boolean", "enumeration": "xs:nonNegativeInteger", "list": "edg:list", "object": "edg:structure",
    "anyURI": "xs:anyURI", "dateTime": "xs:dateTime", "time": "xs:time", "date": "xs:date",
}
KINDS = {
    "any": "Any", "any-simple": "AnySimple", "string": "String", "texts": "Texts", "token": "Token",
    "name": "Name", "uri": "Uri",
    "boolean": "Boolean", "number": "Number", "integer": "Integer", "duration": "Duration", "base64": "Base64",
    "timestamp": "Timestamp", "timestamp-or-relative": "TimestampOrRelative", "resource-name": "ResourceName",
    "content-info": "ContentInfo", "schedule": "Schedule", "structure": "Structure", "list": "List",
}
CONSTRAINTS = {"": "None", "one-of": "OneOf", "region": "Region", "geometry": "Geometry"}


class Fault(Exception):
    pass


@dataclasses.dataclass(frozen=True)
class Attribute:
    name: str
    short: str
    type: str
    card: str
    access: str
    create: str
    update: str
    announced: str
    default: str = ""              # JSON text: what the CSE sets when a CREATE says nothing

    def check(self) -> None:
        choices = [(self.card, ("1", "0..1")), (self.access, ("RO", "WO", "RW")), (self.create, ("M", "O", "NP")),
                   (self.update, ("O", "NP")), (self.announced, ("NA", "OA", "MA"))]
        for value, allowed in choices:
            if value not in allowed:
                raise Fault(f"attribute {self.name}: {value} is none of {', '.join(allowed)}")


@dataclasses.dataclass
class Type:
    number: int
    name: str
    member: str
    flags: set
    definition: int = 0            # mgmtDefinition of a mgmtObj specialisation
    container_definition: str = ""
    children: list = dataclasses.field(default_factory=list)
    virtual: list = dataclasses.field(default_factory=list)
    announced_member: str | None = None
    announced_children: list = dataclasses.field(default_factory=list)
    attributes: list = dataclasses.field(default_factory=list)
    base: str = ""                 # flexContainer specialisations share the attributes of this type
    custom: list = dataclasses.field(default_factory=list)


def lines_of(path: pathlib.Path):
    for line in path.read_text().splitlines():
        text = line.split("#", 1)[0].rstrip()
        if text:
            yield text


def read_resources(paths):
    groups, types = {}, []
    target = None
    for path in paths:
        for text in lines_of(path):
            words = text.split()
            if words[0] == "group":
                target = groups.setdefault(words[1], [])
            elif words[0] == "type":
                number, _, definition = words[1].partition("/")
                types.append(Type(int(number), words[2], words[3].strip("-"), set(words[5:]), int(definition or 0)))
                target = types[-1].attributes
            elif words[0] == "children":
                types[-1].children += words[1:]
            elif words[0] == "virtual":
                types[-1].virtual += words[1:]
            elif words[0] == "announced":
                types[-1].announced_member = words[1].strip("-")
            elif words[0] == "announced-children":
                types[-1].announced_children += words[1:]
            elif words[0] == "include":
                for group in words[1:]:
                    target += groups[group]
            elif len(words) == 8 or (len(words) == 9 and words[8].startswith("=")):
                target.append(Attribute(*words[:8], default=words[8][1:] if len(words) == 9 else ""))
                target[-1].check()
            else:
                raise Fault(f"{path}: not understood: {text}")
    return groups, types


def announced_form(original: Type, groups) -> Type:
    """What a copy at another CSE has: the universal attributes, and those of the original that may be announced."""
    universal = [dataclasses.replace(a, create="O") if a.short == "rn" else a
                 for a in groups["universal"] + groups["announced-universal"]]
    taken = {a.short for a in universal}
    # What is announced optionally goes again, however mandatory it is for the original.
    always = {a.short for a in original.attributes if a.announced == "MA" and a.card == "1"}
    copied = [dataclasses.replace(a, access="RW", update="O", announced="NA", default="",
                                  card="1" if a.short in always else "0..1", create="M" if a.short in always else "O")
              for a in original.attributes if a.announced != "NA" and a.short not in taken]
    form = Type(original.number + ANNOUNCED, original.name + "Annc", original.announced_member, set(), original.definition,
                children=original.announced_children, attributes=universal + copied)
    return form


def read_flex_containers(paths):
    """Each specialisation, its announced form, and the instances of its history."""
    found = []
    prefix = definition = ""
    for path in paths:
        for text in lines_of(path):
            words = text.split()
            if words[0] == "section":
                prefix, definition = words[1], words[2].strip("-")
            elif not text.startswith(" "):
                name = words[1]
                container = f"{definition}.{name}" if definition else ""
                found.append(Type(28, name, f"{prefix}:{words[0]}", {"announceable"}, base="flexContainer",
                                  container_definition=container))
            else:
                found[-1].custom += [custom_attribute(item) for item in text.split(";") if item.strip()]
    forms = []
    for one in found:
        suffix = "A" if one.member.startswith("m2m:") else "Annc"
        optional = [dataclasses.replace(a, card="0..1", create="O", update="O", access="RW") for a in one.custom]
        forms.append(dataclasses.replace(one, number=28 + ANNOUNCED, name=one.name + "Annc", member=one.member + suffix,
                                         base="flexContainerAnnc", flags=set(), custom=optional,
                                         container_definition=one.container_definition and one.container_definition + "Annc"))
        if suffix == "Annc":
            read_only = [dataclasses.replace(a, create="NP", update="NP", access="RO") for a in one.custom]
            forms.append(dataclasses.replace(one, number=58, name=one.name + "Inst", member=one.member + "Inst",
                                             base="flexContainerInstance", flags={"not-creatable"}, custom=read_only,
                                             container_definition=one.container_definition + "Inst"))
    return found + forms


def custom_attribute(item: str) -> Attribute:
    short, name, kind, *presence = item.split()
    mandatory = short.endswith("!")
    create, _, update = (presence[0] if presence else "M/O" if mandatory else "O/O").partition("/")
    attribute = Attribute(name, short.rstrip("!"), FLEX_TYPES[kind], "1" if mandatory else "0..1",
                          "WO" if update == "NP" else "RW", create, update, "OA")
    attribute.check()
    return attribute


def read_data_types(path):
    """name -> (kind, minimum, maximum, ranges, members, constraint)"""
    types = {"edg:list": ("list", -MAXIMUM, MAXIMUM, [], [], "None"),
             "edg:structure": ("structure", -MAXIMUM, MAXIMUM, [], [], "None")}
    members = None
    for text in lines_of(path):
        words = text.split()
        if words[0] == "simple":
            low = int(words[3]) if len(words) > 3 else -MAXIMUM
            high = int(words[4]) if len(words) > 4 else MAXIMUM
            types[words[1]] = (words[2], low, high, [], [], "None")
        elif words[0] == "enum":
            ranges = [tuple(int(x) for x in (r.split("..") * 2)[:2]) for r in words[2:]]
            types[words[1]] = ("Enumeration", 0, 0, ranges, [], "None")
        elif words[0] == "complex":
            members = []
            types[words[1]] = ("Complex", 0, 0, [], members, CONSTRAINTS[" ".join(words[2:])])
        else:
            members.append((words[0], words[1], words[2], words[3:] == ["empty"]))
    return types


def quoted(text: str) -> str:
    return '"' + text + '"'


def raw(json_text: str) -> str:
    return 'R"(' + json_text + ')"' if json_text else '""'


def emit_data_types(types, out):
    names = sorted(types)
    index = {name: i for i, name in enumerate(names)}
    for name in names:
        kind, _, _, ranges, members, _ = types[name]
        i = index[name]
        if ranges:
            out.append(f"constexpr Range kRanges{i}[] = {{{', '.join(f'{{{a}, {b}}}' for a, b in ranges)}}};")
        if members:
            rows = []
            for short, member_type, card, may_be_empty in members:
                item = member_type.strip("[]")
                if item not in index:
                    raise Fault(f"data type {name}: member {short} has the unknown type {item}")
                rows.append(f"  {{{quoted(short)}, {index[item]}, {cpp(member_type[0] == '[')}, {cpp(card == '1')}, "
                            f"{cpp(may_be_empty)}}},")
            out += [f"constexpr Member kMembers{i}[] = {{"] + rows + ["};"]
    out.append("constexpr DataType kDataTypes[] = {")
    for name in names:
        kind, low, high, ranges, members, constraint = types[name]
        i = index[name]
        out.append(f"  {{{quoted(name)}, ValueKind::{KINDS.get(kind, kind)}, {low}, {high}, "
                   f"{f'kRanges{i}' if ranges else '{}'}, {f'kMembers{i}' if members else '{}'}, Constraint::{constraint}}},")
    out.append("};")


def cpp(value: bool) -> str:
    return "true" if value else "false"


def emit_attributes(label, attributes, known_types, out):
    presence = {"M": "Presence::Mandatory", "O": "Presence::Optional", "NP": "Presence::NotPermitted"}
    access = {"RO": "Access::ReadOnly", "WO": "Access::WriteOnce", "RW": "Access::ReadWrite"}
    announced = {"NA": "Announced::No", "OA": "Announced::Optional", "MA": "Announced::Mandatory"}
    rows = {name: i for i, name in enumerate(sorted(known_types))}
    out.append(f"constexpr AttributeRule {label}[] = {{")
    seen = set()
    for a in sorted(attributes, key=lambda one: one.short):
        item = a.type.strip("[]")
        if item not in known_types:
            raise Fault(f"attribute {a.name} ({label}) has the unknown type {item}")
        if a.short in seen:
            raise Fault(f"attribute {a.short} occurs twice in {label}")
        seen.add(a.short)
        out.append(f"  {{{quoted(a.name)}, {quoted(a.short)}, {quoted(item)}, {cpp(a.type[0] == '[')}, {cpp(a.card == '1')}, "
                   f"{presence[a.create]}, {presence[a.update]}, {access[a.access]}, {announced[a.announced]}, {rows[item]}, "
                   f"{raw(a.default)}}},")
    out.append("};")


def emit_types(types, known_types, out):
    numbers = {t.name: t.number for t in types if not t.definition and not t.base}
    by_name = {t.name: i for i, t in enumerate(types) if not t.base}
    for t in types:
        shared = {a.short for a in types[by_name[t.base]].attributes} if t.base else set()
        if t.number >= ANNOUNCED:  # link and the like are the announcement's own
            t.custom = [a for a in t.custom if a.short not in shared]
        for a in t.custom:
            if a.short in shared:
                raise Fault(f"{t.member}: {a.short} is an attribute of every {t.base}")
    for i, t in enumerate(types):
        if not t.base:
            emit_attributes(f"kAttributes{i}", t.attributes, known_types, out)
            children = sorted({numbers[c] for c in t.children})
            if children:
                out.append(f"constexpr int kChildren{i}[] = {{{', '.join(map(str, children))}}};")
            if t.virtual:
                out.append(f"constexpr std::string_view kVirtual{i}[] = {{{', '.join(map(quoted, t.virtual))}}};")
        if t.custom:
            emit_attributes(f"kCustom{i}", t.custom, known_types, out)

    def row(i, t):
        home = by_name[t.base] if t.base else i
        owner = types[home]
        updatable = "not-updatable" not in t.flags and any(a.update == "O" for a in owner.attributes + t.custom)
        return (f"  {{{t.number}, {quoted(t.name)}, {quoted(t.member)}, kAttributes{home}, "
                f"{f'kChildren{home}' if owner.children else '{}'}, {f'kVirtual{home}' if owner.virtual else '{}'}, "
                f"{cpp('announceable' in t.flags)}, {cpp('in-cse-only' in t.flags)}, {cpp('not-creatable' not in t.flags)}, "
                f"{cpp(updatable)}, {f'kCustom{i}' if t.custom else '{}'}, {quoted(t.container_definition)}, {t.definition}}},")

    plain = sorted((t.number, i) for i, t in enumerate(types) if not t.definition and not t.base)
    special = sorted((t.member, i) for i, t in enumerate(types) if (t.definition or t.base) and t.member)
    out.append("constexpr ResourceTypeRule kResourceTypes[] = {")
    out += [row(i, types[i]) for _, i in plain] + ["};"]
    out.append("constexpr ResourceTypeRule kSpecialisations[] = {")
    out += [row(i, types[i]) for _, i in special] + ["};"]
    members = sorted([(types[i].member, f"&kResourceTypes[{n}]") for n, (_, i) in enumerate(plain) if types[i].member] +
                     [(member, f"&kSpecialisations[{n}]") for n, (member, _) in enumerate(special)])
    for (one, _), (other, _) in zip(members, members[1:]):
        if one == other:
            raise Fault(f"the member name {one} occurs twice")
    out += ["constexpr const ResourceTypeRule* kByMember[] = {"] + [f"  {pointer}," for _, pointer in members] + ["};"]


def generate(folder: pathlib.Path) -> str:
    data_types = read_data_types(folder / "data_types.table")
    groups, types = read_resources([folder / f"{name}.table" for name in ("core", "management", "services", "learning")])
    types += [announced_form(t, groups) for t in types if t.announced_member is not None]
    types += read_flex_containers(sorted((folder / "flex_containers").glob("*.table")))
    # mgmtObj specialisations whose short name is not known to us cannot be named in JSON.
    types = [t for t in types if t.member or not t.definition]
    out = ["// Made by src/onem2m/tables/generate.py from the tables beside it. Do not edit.",
           '#include "onem2m/tables/rows.hpp"', "", "namespace edgecse::onem2m::tables {", "namespace {", ""]
    emit_data_types(data_types, out)
    emit_types(types, data_types, out)
    names = sorted({a.short for t in types for a in t.attributes + t.custom})
    out += ["constexpr std::string_view kAttributeNames[] = {"] + [f"  {quoted(name)}," for name in names] + ["};"]
    out += ["", "}  // namespace", "",
            "std::span<const DataType> data_types() { return kDataTypes; }",
            "std::span<const ResourceTypeRule> resource_types() { return kResourceTypes; }",
            "std::span<const ResourceTypeRule> specialisations() { return kSpecialisations; }",
            "std::span<const ResourceTypeRule* const> by_member() { return kByMember; }",
            "std::span<const std::string_view> attribute_names() { return kAttributeNames; }", "",
            "}  // namespace edgecse::onem2m::tables"]
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    try:
        pathlib.Path(sys.argv[2]).write_text(generate(pathlib.Path(sys.argv[1])))
    except (Fault, KeyError, ValueError) as error:
        sys.exit(f"generate.py: {type(error).__name__}: {error}")
