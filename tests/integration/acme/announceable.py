# SPDX-License-Identifier: Apache-2.0
"""Every resource type that can be announced and that ACME knows, too: where it goes, what a CREATE of it says, and an attribute
that announces itself when it is named (aa), with another value for an UPDATE; None where nothing may be changed or named."""

from dataclasses import dataclass, field

ALL = {"acr": [{"acor": ["all"], "acop": 63}]}
EVERY_SECOND = {"sce": ["* * * * * * *"]}
CRITERIA = {"sbjt": "mni", "thld": 1, "optr": 1}
TURTLE = "PGh0dHA6Ly9hPiA8aHR0cDovL2I+IDxodHRwOi8vYz4gLg=="  # <http://a> <http://b> <http://c> .

# ACME takes no such child where the rules put it (4108), and cannot show the last.
REFUSED_BY_ACME = {"prp", "stte", "smd", "wific", "andi"}


@dataclass
class Announceable:
    parent: str
    resource_type: int
    member: str
    attributes: dict = field(default_factory=dict)
    named: str = ""
    changed: object = None

    @property
    def name(self):
        return self.member.split(":")[1]

    @property
    def announced_member(self):
        """As ACME calls it: TS-0004 appends Annc to the names of TS-0023, and A to short names."""
        return self.member + ("Annc" if self.resource_type == 28 else "A")


def management(member, definition, attributes, named="dc", changed="other"):
    return Announceable("nod", 13, member, {"mgd": definition, "dc": "one", **attributes}, named, changed)


# Parents come before their children: what is below something that is not announced goes below the <CSEBaseAnnc>.
ANNOUNCEABLE = (
    Announceable("base", 14, "m2m:nod", {"ni": "n", "nty": 1}, "nty", 2),
    Announceable("nod", 18, "m2m:sch", {"se": EVERY_SECOND}, "se", {"sce": ["0 * * * * * *"]}),
    Announceable("base", 10, "m2m:lcp", {"los": 2, "lon": "one"}, "los"),
    Announceable("base", 60, "m2m:tsb", {"bcnc": 1, "bcni": "PT1H", "bcnu": ["http://127.0.0.1:1"]}, "bcni", "PT2H"),
    Announceable("base", 62, "m2m:prp", {"idl": ["Ca"], "rtys": [3], "adds": [{"nm": "mni", "val": 3}]}, "rtys", [4]),
    Announceable("base", 63, "m2m:prmr"),
    Announceable("prmr", 64, "m2m:stte"),
    Announceable("ae", 1, "m2m:acp", {"pv": ALL, "pvs": ALL}),
    Announceable("ae", 3, "m2m:cnt", {"mni": 3}, "mni", 4),
    Announceable("cnt", 4, "m2m:cin", {"con": "one"}, "con"),
    Announceable("ae", 9, "m2m:grp", {"mt": 0, "mnm": 3, "gn": "one"}, "gn", "other"),
    Announceable("ae", 24, "m2m:smd", {"dcrp": 5, "dsp": TURTLE}, "dcrp"),
    Announceable("ae", 28, "cod:bat", {"cnd": "org.onem2m.common.moduleclass.battery", "lvl": 7}, "lvl", 8),
    Announceable("ae", 29, "m2m:ts", {"pei": 1000}, "pei", 2000),
    Announceable("ts", 30, "m2m:tsi", {"dgt": "20240101T000000", "con": "one"}, "con"),
    Announceable("cnt", 65, "m2m:actr", {"evm": 0, "evc": CRITERIA, "apy": 1}, "apy", 2),
    Announceable("actr", 66, "m2m:depr", {"evc": CRITERIA, "sfc": True}, "sfc", False),
    management("m2m:fwr", 1001, {"vr": "1", "url": "http://a", "fwn": "f", "ud": False}),
    management("m2m:swr", 1002, {"vr": "1", "url": "http://a", "swn": "s"}),
    management("m2m:mem", 1003, {"mma": 1, "mmt": 2}),
    management("m2m:ani", 1004, {"ant": "x", "ldv": ["d"]}),
    management("m2m:andi", 1005, {"dvd": "d", "dvt": "t", "awi": "a", "sli": 1, "sld": 1}),
    management("m2m:bat", 1006, {"btl": 50, "bts": 1}),
    management("m2m:dvi", 1007, {"dlb": "serial:1", "man": "m", "mod": "m", "dty": "t", "dvnm": "n"}),
    management("m2m:dvc", 1008, {"can": "c", "att": True, "cas": {"acn": "a", "sus": 1}, "cus": True}),
    management("m2m:rbo", 1009, {}),
    management("m2m:evl", 1010, {"lgt": 1, "lgd": "d", "lgst": 1}),
    management("dcfg:datc", 1021, {"cntp": "/c", "rpsc": [{"sce": ["* * * * * * *"]}], "meil": 5}, "cntp", "/d"),
    management("dcfg:nycfc", 1023, {"suids": [10], "mcff": "f", "mcfc": "c"}),
    management("dcfg:wific", 1028, {"ssid": "one", "scan": False, "wcrds": {"enct": 1}}, "ssid", "other"),
    management("dcfg:crds", 1029, {"pur": "one", "crid": "c"}, "pur", "other"),
    management("dcfg:sim", 1030, {"imsi": "1", "icid": "2"}, "imsi", "3"),
    management("dcfg:mnwk", 1031, {"cnb": 1}, "cnb", 2),
)
