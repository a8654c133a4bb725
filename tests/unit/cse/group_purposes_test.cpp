// SPDX-License-Identifier: Apache-2.0
//
// Test purposes of the area GMG (group management) of TS-0018, by operation. TS-0004 7.4.13, 7.4.14.
#include "support/request_script.hpp"

namespace edgecse::test {
namespace {

struct GroupPurposes : PurposeTest {};
TEST_P(GroupPurposes, Hold) { run(); }

INSTANTIATE_TEST_SUITE_P(GMG_CRE, GroupPurposes, ::testing::Values(
    Purpose{"KeepsEachMemberOnce", R"(
      C 9 $ae {"m2m:grp":{"rn":"g","mnm":5,"mid":["$one","$ae/one","$two","/mn1/$one"]}} -> 2001 cnm=2 mid=["$one","$two"] mtv=true mt=0 csy=1
      R $ae/g -> 2000 cnm=2 mnm=5)"},
    Purpose{"CountsMembersAgainstTheMaximum", R"(
      C 9 $ae {"m2m:grp":{"mnm":1,"mid":["$one","$two"]}} -> 6010
      C 9 $ae {"m2m:grp":{"mnm":1,"mid":["$one","$one"]}} -> 2001 cnm=1)"},
    Purpose{"TakesMembersOfItsType", R"(
      C 9 $ae {"m2m:grp":{"mnm":5,"mt":3,"mid":["$one","$two"]}} -> 2001 mt=3 mtv=true)"},
    Purpose{"AbandonsAMemberOfAnotherType", R"(
      C 9 $ae {"m2m:grp":{"mnm":5,"mt":3,"csy":1,"mid":["$one","Cowner"]}} -> 2001 mt=3 mid=["$one"] cnm=1)"},
    Purpose{"IsAbandonedForAMemberOfAnotherType", R"(
      C 9 $ae {"m2m:grp":{"rn":"g","mnm":5,"mt":3,"csy":2,"mid":["$one","Cowner"]}} -> 4110
      R $ae/g -> 4004)"},
    Purpose{"BecomesMixedForAMemberOfAnotherType", R"(
      C 9 $ae {"m2m:grp":{"mnm":5,"mt":3,"csy":3,"mid":["$one","Cowner"]}} -> 2001 mt=0 cnm=2)"},
    Purpose{"NeedsItsMandatoryAttributes", R"(
      C 9 $ae {"m2m:grp":{"mid":["$one"]}} -> 4000
      C 9 $ae {"m2m:grp":{"mnm":5}} -> 4000
      C 9 $ae {"m2m:grp":{"mnm":0,"mid":[]}} -> 4000
      C 9 $ae {"m2m:grp":{"mnm":5,"mid":"$one"}} -> 4000
      C 9 $ae {"m2m:grp":{"mnm":5,"mid":["$one"],"mt":33333}} -> 4000
      C 9 $ae {"m2m:grp":{"mnm":5,"mid":["$one"],"csy":4}} -> 4000)"},
    Purpose{"LeavesItsStateToTheCse", R"(
      C 9 $ae {"m2m:grp":{"mnm":5,"mid":["$one"],"cnm":1}} -> 4000
      C 9 $ae {"m2m:grp":{"mnm":5,"mid":["$one"],"mtv":true}} -> 4000
      C 9 $ae {"m2m:grp":{"mnm":5,"mid":["$one"],"fopt":"x"}} -> 4000)"},
    Purpose{"HasOnlyMembersThatAreThere", R"(
      C 9 $ae {"m2m:grp":{"mnm":5,"mid":["$one","nobody"]}} -> 4004
      C 9 $ae {"m2m:grp":{"mnm":5,"mid":["$ae/three"]}} -> 4004)"},
    Purpose{"HasOnlyMembersThatItsOriginatorMayRead", R"(
      C 9 $ae {"m2m:grp":{"mnm":5,"mid":["$one","Cother"]}} -> 5105
      C 9 cse-mn/Cother {"m2m:grp":{"mnm":5,"mid":["$one"]}} by Cother -> 5105)"},
    Purpose{"HasTheSubgroupsTypeThroughItsFanOutPoint", R"(
      C 9 $ae {"m2m:grp":{"mnm":5,"mt":3,"mid":["$one"]}} -> 2001 as sub
      C 9 $ae {"m2m:grp":{"mnm":5,"mt":3,"csy":2,"mid":["$sub/fopt","$two"]}} -> 2001 mid=["$sub/fopt","$two"]
      C 9 $ae {"m2m:grp":{"mnm":5,"mt":2,"csy":2,"mid":["$sub/fopt"]}} -> 4110
      C 9 $ae {"m2m:grp":{"mnm":5,"mt":9,"csy":2,"mid":["$sub"]}} -> 2001)"},
    Purpose{"HasMembersOfOneSpecialisation", R"(
      C 28 $ae {"cod:binSh":{"rn":"f1","cnd":"org.onem2m.common.moduleclass.binarySwitch","state":true}} -> 2001 as f1
      C 28 $ae {"cod:tempe":{"rn":"f2","cnd":"org.onem2m.common.moduleclass.temperature","curT0":1.5}} -> 2001 as f2
      C 9 $ae {"m2m:grp":{"mnm":5,"mt":28,"spty":"org.onem2m.common.moduleclass.binarySwitch","csy":2,"mid":["$f1","$f2"]}} -> 4110
      C 9 $ae {"m2m:grp":{"mnm":5,"mt":28,"spty":"org.onem2m.common.moduleclass.binarySwitch","mid":["$f1","$f2"]}} -> 2001 mid=["$f1"])"},
    Purpose{"StandsBelowTheCseBaseAndEntitiesOnly", R"(
      C 9 $one {"m2m:grp":{"mnm":5,"mid":["$two"]}} -> 4108
      C 9 cse-mn {"m2m:grp":{"mnm":5,"mid":["$two"]}} by CAdmin -> 2001
      C 9 $ae {"m2m:grp":{"mnm":5,"mid":["$two"]}} by Cother -> 4103)"}), purpose_name);

INSTANTIATE_TEST_SUITE_P(GMG_UPD_RET_DEL, GroupPurposes, ::testing::Values(
    Purpose{"ChecksNewMembers", R"(
      C 9 $ae {"m2m:grp":{"rn":"g","mnm":2,"mt":3,"csy":2,"mid":["$one"]}} -> 2001
      U $ae/g {"m2m:grp":{"mid":["$one","$two","$two"]}} -> 2004 cnm=2 mid=["$one","$two"]
      U $ae/g {"m2m:grp":{"mid":["$one","nobody"]}} -> 4004
      U $ae/g {"m2m:grp":{"mid":["Cowner"]}} -> 4110
      U $ae/g {"m2m:grp":{"mid":["Cother"]}} -> 5105
      C 3 $ae {"m2m:cnt":{}} -> 2001 as three
      U $ae/g {"m2m:grp":{"mid":["$one","$two","$three"]}} -> 6010
      U $ae/g {"m2m:grp":{"mid":["$one","$two","$three"],"mnm":3}} -> 2004 cnm=3
      R $ae/g -> 2000 mid=["$one","$two","$three"])"},
    Purpose{"DoesNotShrinkBelowItsMembers", R"(
      C 9 $ae {"m2m:grp":{"rn":"g","mnm":2,"mid":["$one","$two"]}} -> 2001
      U $ae/g {"m2m:grp":{"mnm":1}} -> 6010
      U $ae/g {"m2m:grp":{"mnm":1,"mid":["$two"]}} -> 2004 mnm=1 cnm=1)"},
    Purpose{"KeepsWhatIsWrittenOnce", R"(
      C 9 $ae {"m2m:grp":{"rn":"g","mnm":2,"mid":["$one"]}} -> 2001
      U $ae/g {"m2m:grp":{"mt":3}} -> 4000
      U $ae/g {"m2m:grp":{"csy":2}} -> 4000
      U $ae/g {"m2m:grp":{"cnm":7}} -> 4000
      U $ae/g {"m2m:grp":{"mtv":false}} -> 4000
      U $ae/g {"m2m:grp":{"mid":null}} -> 4000
      U $ae/g {"m2m:grp":{"mnm":null}} -> 4000
      U $ae/g {"m2m:grp":{"gn":"team"}} -> 2004 gn="team"
      U $ae/g {"m2m:grp":{"gn":null}} -> 2004 gn!)"},
    Purpose{"IsItsCreatorsAlone", R"(
      C 9 $ae {"m2m:grp":{"rn":"g","mnm":2,"mid":["$one"]}} -> 2001
      R $ae/g by Cother -> 4103
      U $ae/g {"m2m:grp":{"gn":"x"}} by Cother -> 4103
      D $ae/g by Cother -> 4103
      R $ae/g/fopt by Cother -> 4103)"},
    Purpose{"LeavesItsMembersWhenItGoes", R"(
      C 9 $ae {"m2m:grp":{"rn":"g","mnm":2,"mid":["$one"]}} -> 2001
      D $ae/g -> 2002
      R $one -> 2000
      R $ae/g/fopt -> 4004)"},
    Purpose{"LosesMembersThatGo", R"(
      C 9 $ae {"m2m:grp":{"rn":"g","mnm":2,"mid":["$one","$two"]}} -> 2001
      D $one -> 2002
      R $ae/g -> 2000 mid=["$two"] cnm=1)"}), purpose_name);

INSTANTIATE_TEST_SUITE_P(GMG_FanOut, GroupPurposes, ::testing::Values(
    Purpose{"CreatesInEveryMember", R"(
      C 9 $ae {"m2m:grp":{"rn":"g","mnm":2,"mid":["$one","$two"]}} -> 2001
      C 4 $ae/g/fopt {"m2m:cin":{"con":"x"}} -> 2000 #/m2m:agr/m2m:rsp=2 /m2m:agr/m2m:rsp/0/rsc=2001 /m2m:agr/m2m:rsp/1/rsc=2001 /m2m:agr/m2m:rsp/0/pc/m2m:cin/con="x" /m2m:agr/m2m:rsp/0/pc/m2m:cin/pi="$one"
      R $one/la -> 2000 con="x"
      R $two/la -> 2000 con="x")"},
    Purpose{"RetrievesUpdatesAndDeletesEveryMember", R"(
      C 9 $ae {"m2m:grp":{"rn":"g","mnm":2,"mid":["$one","$two"]}} -> 2001
      R $ae/g/fopt -> 2000 #/m2m:agr/m2m:rsp=2 /m2m:agr/m2m:rsp/0/pc/m2m:cnt/rn="one" /m2m:agr/m2m:rsp/1/pc/m2m:cnt/rn="two"
      U $ae/g/fopt {"m2m:cnt":{"lbl":["l"]}} -> 2000 /m2m:agr/m2m:rsp/0/rsc=2004 /m2m:agr/m2m:rsp/1/rsc=2004
      R $two -> 2000 lbl=["l"]
      D $ae/g/fopt -> 2000 /m2m:agr/m2m:rsp/0/rsc=2002 /m2m:agr/m2m:rsp/1/rsc=2002
      R $one -> 4004
      R $ae/g -> 2000 cnm=0)"},
    Purpose{"ReachesWhatIsBelowMembers", R"(
      C 9 $ae {"m2m:grp":{"rn":"g","mnm":2,"mid":["$one","$two"]}} -> 2001
      C 3 $ae/g/fopt {"m2m:cnt":{"rn":"sub"}} -> 2000 /m2m:agr/m2m:rsp/1/rsc=2001
      C 4 $ae/g/fopt/sub {"m2m:cin":{"con":"x"}} -> 2000 /m2m:agr/m2m:rsp/1/rsc=2001
      R $ae/g/fopt/sub/la -> 2000 /m2m:agr/m2m:rsp/0/pc/m2m:cin/con="x" /m2m:agr/m2m:rsp/1/pc/m2m:cin/con="x"
      R $ae/one/sub/ol -> 2000 con="x")"},
    Purpose{"TellsEachMembersRefusal", R"(
      C 9 $ae {"m2m:grp":{"rn":"g","mnm":2,"mid":["$one","Cowner"]}} -> 2001
      C 4 $ae/g/fopt {"m2m:cin":{"con":"x"}} -> 2000 /m2m:agr/m2m:rsp/0/rsc=2001 /m2m:agr/m2m:rsp/1/rsc=4108
      C 3 $ae/g/fopt {"m2m:cnt":{"rn":7}} -> 2000 /m2m:agr/m2m:rsp/0/rsc=4000 /m2m:agr/m2m:rsp/1/rsc=4000
      R $ae/g/fopt/nothing -> 2000 /m2m:agr/m2m:rsp/0/rsc=4004)"},
    Purpose{"NeedsMembers", R"(
      C 9 $ae {"m2m:grp":{"rn":"g","mnm":2,"mid":[]}} -> 2001 cnm=0
      R $ae/g/fopt -> 4109
      C 4 $ae/g/fopt {"m2m:cin":{"con":"x"}} -> 4109
      D $ae/g/fopt -> 4109)"},
    Purpose{"NeedsThePrivilegeOfTheOperation", R"(
      C 1 $ae {"m2m:acp":{"rn":"readers","pv":{"acr":[{"acor":["Cother"],"acop":2}]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 2001 as readers
      C 9 $ae {"m2m:grp":{"rn":"g","mnm":2,"mid":["$one"],"macp":["$readers"]}} -> 2001
      R $ae/g/fopt by Cother -> 2000 /m2m:agr/m2m:rsp/0/rsc=4103
      U $one {"m2m:cnt":{"acpi":["$readers"]}} -> 2004
      R $ae/g/fopt by Cother -> 2000 /m2m:agr/m2m:rsp/0/rsc=2000
      C 4 $ae/g/fopt {"m2m:cin":{"con":"x"}} by Cother -> 4103
      D $ae/g/fopt by Cother -> 4103
      R $ae/g by Cother -> 4103)"},
    Purpose{"AnswersARequestOnce", R"(
      C 9 $ae {"m2m:grp":{"rn":"g","mnm":2,"mid":["$one"]}} -> 2001
      R $ae/g/fopt with {"gid":"group-request-1"} -> 2000
      R $ae/g/fopt with {"gid":"group-request-1"} -> 4104
      R $ae/g/fopt with {"gid":"group-request-2"} -> 2000)"},
    Purpose{"AsksTheMembersThatAreWanted", R"(
      C 9 $ae {"m2m:grp":{"rn":"g","mnm":2,"mid":["$one","$two"]}} -> 2001
      R $ae/g/fopt with {"grtm":["$two"]} -> 2000 #/m2m:agr/m2m:rsp=1
      R $ae/g/fopt with {"grtm":["stranger"]} -> 4000)"},
    Purpose{"GoesThroughSubgroups", R"(
      C 9 $ae {"m2m:grp":{"rn":"sub","mnm":2,"mid":["$one"]}} -> 2001 as sub
      C 9 $ae {"m2m:grp":{"rn":"g","mnm":2,"mid":["$sub/fopt","$two"]}} -> 2001
      C 4 $ae/g/fopt {"m2m:cin":{"con":"x"}} -> 2000 /m2m:agr/m2m:rsp/1/rsc=2001 /m2m:agr/m2m:rsp/0/pc/m2m:agr/m2m:rsp/0/rsc=2001
      R $one/la -> 2000)"},
    Purpose{"DiscoversBelowEveryMember", R"(
      C 9 $ae {"m2m:grp":{"rn":"g","mnm":2,"mid":["$one","$two"]}} -> 2001
      C 4 $one {"m2m:cin":{"rn":"i","con":"x"}} -> 2001
      R $ae/g/fopt with {"fc":{"fu":1,"ty":[4]}} -> 2000 /m2m:agr/m2m:rsp/0/pc/m2m:uril=["$ae/one/i"] /m2m:agr/m2m:rsp/1/pc/m2m:uril=[])"},
    Purpose{"SubscribesToEveryMember", R"(
      C 9 $ae {"m2m:grp":{"rn":"g","mnm":2,"mid":["$one","$two"]}} -> 2001
      C 23 $ae/g/fopt {"m2m:sub":{"rn":"s","nu":["Cowner"]}} -> 2000 /m2m:agr/m2m:rsp/0/rsc=2001 /m2m:agr/m2m:rsp/1/rsc=2001
      R $one/s -> 2000
      D $ae/g/fopt/s -> 2000 /m2m:agr/m2m:rsp/0/rsc=2002
      R $two/s -> 4004)"},
    Purpose{"AsksForSemanticsOnlyThroughTheSemanticPoint", R"(
      C 9 $ae {"m2m:grp":{"rn":"g","mnm":2,"mid":["$one"]}} -> 2001
      R $ae/g/sfop -> 4000
      D $ae/g/sfop -> 4005
      U $ae/g/sfop {"m2m:grp":{"gn":"x"}} -> 4005)"}), purpose_name);

}  // namespace
}  // namespace edgecse::test
