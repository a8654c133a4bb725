// SPDX-License-Identifier: Apache-2.0
//
// Test purposes of the area DIS (discovery) of TS-0018, and what filter criteria do to other operations. TS-0004 7.3.3.14,
// 7.3.3.17.
#include "support/request_script.hpp"

namespace edgecse::test {
namespace {

struct DiscoveryPurposes : PurposeTest {};
TEST_P(DiscoveryPurposes, Hold) { run(); }

INSTANTIATE_TEST_SUITE_P(DIS, DiscoveryPurposes, ::testing::Values(
    Purpose{"FindsWhatIsBelow", R"(
      R $ae with {"fc":{"fu":1}} -> 2000 /m2m:uril=["$ae/one","$ae/two"]
      R $ae with {"fc":{"fu":1},"rcn":11} -> 2000 /m2m:uril=["$ae/one","$ae/two"]
      R $ae with {"fc":{"fu":1},"drt":2} -> 2000 /m2m:uril=["/mn1/$one","/mn1/$two"]
      R $ae with {"fc":{"fu":1},"rcn":6} -> 2000 #/m2m:rrl/rrf=2 /m2m:rrl/rrf/0/nm="one" /m2m:rrl/rrf/0/typ=3)"},
    Purpose{"HasResultContentsOfItsOwn", R"(
      R $ae with {"fc":{"fu":1},"rcn":1} -> 4000
      R $ae with {"fc":{"fu":1},"rcn":4} -> 4000
      R $ae with {"fc":{"fu":1},"rcn":5} -> 4000
      R $ae with {"fc":{"fu":1},"rcn":8} -> 4000
      R $ae with {"fc":{"fu":1},"rcn":0} -> 4000
      R $ae with {"fc":{"fu":1},"drt":3} -> 4000
      R $ae with {"fc":{"fu":1},"atrl":["rn"]} -> 4000)"},
    Purpose{"BelongsToRetrieve", R"(
      U $one {"m2m:cnt":{"lbl":["x"]}} with {"fc":{"fu":1}} -> 4000
      D $one with {"fc":{"fu":1}} -> 4000
      C 3 $ae {"m2m:cnt":{}} with {"fc":{"lbl":["x"]}} -> 4000)"},
    Purpose{"NeedsATarget", R"(
      R $ae/none with {"fc":{"fu":1}} -> 4004
      R $one/la with {"fc":{"fu":1}} -> 4004)"},
    Purpose{"ShowsWhatThePrivilegeDiscoveryCovers", R"(
      C 1 $ae {"m2m:acp":{"rn":"finders","pv":{"acr":[{"acor":["Cother"],"acop":32}]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 2001 as finders
      C 1 $ae {"m2m:acp":{"rn":"readers","pv":{"acr":[{"acor":["Cother"],"acop":2}]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 2001 as readers
      U $one {"m2m:cnt":{"acpi":["$finders"]}} -> 2004
      U $two {"m2m:cnt":{"acpi":["$readers"]}} -> 2004
      R $ae with {"fc":{"fu":1}} by Cother -> 2000 /m2m:uril=["$ae/one"]
      R $one by Cother -> 4103
      R $two by Cother -> 2000
      R cse-mn with {"fc":{"fu":1}} by Cstranger -> 2000 /m2m:uril=[])"},
    Purpose{"ComparesLabelsTypesAndContentTypes", R"(
      C 4 $one {"m2m:cin":{"rn":"a","con":"x","cnf":"text/plain:0","lbl":["red","blue"]}} -> 2001
      C 4 $one {"m2m:cin":{"rn":"b","con":"xyz","cnf":"application/json:0","lbl":["red"]}} -> 2001
      R $ae with {"fc":{"fu":1,"lbl":["blue"]}} -> 2000 /m2m:uril=["$ae/one/a"]
      R $ae with {"fc":{"fu":1,"lbl":["blue","red"]}} -> 2000 #/m2m:uril=2
      R $ae with {"fc":{"fu":1,"ty":[4],"cty":["text/plain:0"]}} -> 2000 /m2m:uril=["$ae/one/a"]
      R $ae with {"fc":{"fu":1,"cty":["text/plain:0"]}} -> 2000 /m2m:uril=["$ae/one/a"]
      R $ae with {"fc":{"fu":1,"ty":[4],"lbl":["green"]}} -> 2000 /m2m:uril=[]
      R $ae with {"fc":{"fu":1,"ty":[3],"lbl":["red"]}} -> 2000 /m2m:uril=[]
      R $ae with {"fc":{"fu":1,"ty":[3],"lbl":["red"],"fo":2}} -> 2000 #/m2m:uril=4
      R $ae with {"fc":{"fu":1,"sza":2,"ty":[4]}} -> 2000 /m2m:uril=["$ae/one/b"]
      R $ae with {"fc":{"fu":1,"szb":2,"ty":[4]}} -> 2000 /m2m:uril=["$ae/one/a"]
      R $ae with {"fc":{"fu":1,"atr":[{"nm":"cnf","val":"application/*"}]}} -> 2000 /m2m:uril=["$ae/one/b"])"},
    Purpose{"ComparesTimesAndStates", R"(
      R $ae with {"fc":{"fu":1,"crb":"20000101T000000"}} -> 2000 /m2m:uril=[]
      R $ae with {"fc":{"fu":1,"cra":"20000101T000000"}} -> 2000 #/m2m:uril=2
      R $ae with {"fc":{"fu":1,"ms":"20000101T000000"}} -> 2000 #/m2m:uril=2
      R $ae with {"fc":{"fu":1,"us":"20000101T000000"}} -> 2000 /m2m:uril=[]
      R $ae with {"fc":{"fu":1,"exa":"20000101T000000"}} -> 2000 #/m2m:uril=2
      R $ae with {"fc":{"fu":1,"exb":"20000101T000000"}} -> 2000 /m2m:uril=[]
      U $two {"m2m:cnt":{"lbl":["x"]}} -> 2004 st=1
      R $ae with {"fc":{"fu":1,"stb":1}} -> 2000 /m2m:uril=["$ae/two"]
      R $ae with {"fc":{"fu":1,"sts":1}} -> 2000 /m2m:uril=["$ae/one"])"},
    Purpose{"IsLimitedInNumberAndDepth", R"(
      C 3 $one {"m2m:cnt":{"rn":"deep"}} -> 2001
      R $ae with {"fc":{"fu":1,"lvl":1}} -> 2000 #/m2m:uril=2
      R $ae with {"fc":{"fu":1,"lvl":2}} -> 2000 #/m2m:uril=3
      R $ae with {"fc":{"fu":1,"lim":1}} -> 2000 #/m2m:uril=1
      R $ae with {"fc":{"fu":1,"lim":2,"ofst":2}} -> 2000 #/m2m:uril=2
      R $ae with {"fc":{"fu":1,"lim":5,"ofst":3}} -> 2000 #/m2m:uril=1)"},
    Purpose{"DoesNotShowVirtualResources", R"(
      C 9 $ae {"m2m:grp":{"rn":"g","mnm":2,"mid":["$one"]}} -> 2001
      C 15 $ae {"m2m:pch":{"rn":"p"}} -> 2001
      R $ae with {"fc":{"fu":1}} -> 2000 #/m2m:uril=4
      R $ae with {"fc":{"fu":1,"arp":"fopt","ty":[9]}} -> 2000 /m2m:uril=["$ae/g/fopt"])"}), purpose_name);

INSTANTIATE_TEST_SUITE_P(FilterCriteria, DiscoveryPurposes, ::testing::Values(
    Purpose{"MakeRequestsConditional", R"(
      R $one with {"fc":{"lbl":["no"]}} -> 4004
      U $one {"m2m:cnt":{"lbl":["yes"]}} with {"fc":{"lbl":["no"]}} -> 4004
      D $one with {"fc":{"lbl":["no"]}} -> 4004
      U $one {"m2m:cnt":{"lbl":["yes"]}} with {"fc":{"stb":0,"sts":1}} -> 2004 st=1
      U $one {"m2m:cnt":{"lbl":["again"]}} with {"fc":{"stb":0,"sts":1}} -> 4004
      D $one with {"fc":{"lbl":["yes"]}} -> 2002)"},
    Purpose{"ChooseAmongChildren", R"(
      C 4 $one {"m2m:cin":{"rn":"a","con":"x","lbl":["red"]}} -> 2001
      C 4 $one {"m2m:cin":{"rn":"b","con":"y"}} -> 2001
      R $one with {"rcn":4,"fc":{"lbl":["red"]}} -> 2000 #/m2m:cnt/m2m:cin=1 rn="one"
      R $one with {"rcn":8,"fc":{"ty":[4]}} -> 2000 #/m2m:cnt/m2m:cin=2 rn!
      R $one with {"rcn":6,"fc":{"ty":[4]}} -> 2000 #/m2m:rrl/rrf=2
      R $one with {"rcn":5,"fc":{"ty":[4]}} -> 2000 #/m2m:cnt/ch=2
      R $one with {"rcn":4,"fc":{"lim":1}} -> 2000 #/m2m:cnt/m2m:cin=1
      R $ae with {"rcn":4,"fc":{"lvl":1}} -> 2000 #/m2m:ae/m2m:cnt=2)"},
    Purpose{"FitTheResultContentOfTheOperation", R"(
      R $one with {"rcn":0} -> 4000
      R $one with {"rcn":2} -> 4000
      R $one with {"rcn":3} -> 4000
      R $one with {"rcn":9} -> 4000
      R $one with {"rcn":7} -> 4000
      R $one with {"rcn":99} -> 4000
      U $one {"m2m:cnt":{"lbl":["x"]}} with {"rcn":4} -> 4000
      U $one {"m2m:cnt":{"lbl":["x"]}} with {"rcn":0} -> 2004 #=0
      U $one {"m2m:cnt":{"lbl":["y"]}} with {"rcn":9} -> 2004 st=2 lbl! ri!
      C 3 $ae {"m2m:cnt":{}} with {"rcn":4} -> 4000
      C 3 $ae {"m2m:cnt":{"rn":"r2"}} with {"rcn":2} -> 2001 /m2m:uri="$ae/r2"
      C 3 $ae {"m2m:cnt":{"rn":"r3"}} with {"rcn":3} -> 2001 /m2m:rce/uri="$ae/r3" /m2m:rce/cnt/rn="r3"
      C 3 $ae {"m2m:cnt":{"rn":"r9","lbl":["x"]}} with {"rcn":9} -> 2001 ty=3 lbl! rn!
      D $ae/r2 with {"rcn":2} -> 4000
      D $ae/r2 with {"rcn":1} -> 2002 rn="r2"
      D $ae/r3 with {"rcn":4} -> 2002 rn="r3"
      D $ae/r9 -> 2002 #=0)"}), purpose_name);

}  // namespace
}  // namespace edgecse::test
