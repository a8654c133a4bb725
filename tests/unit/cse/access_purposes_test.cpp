// SPDX-License-Identifier: Apache-2.0
//
// Test purposes of the area SEC (access control) of TS-0018. TS-0001 9.6.2, TS-0004 7.3.3.4, 7.3.3.15, 7.4.2.
#include "support/request_script.hpp"

namespace edgecse::test {
namespace {

struct AccessPurposes : PurposeTest {};
TEST_P(AccessPurposes, Hold) { run(); }

INSTANTIATE_TEST_SUITE_P(SEC_Policy, AccessPurposes, ::testing::Values(
    Purpose{"NeedsPrivilegesAndSelfPrivileges", R"(
      C 1 $ae {"m2m:acp":{"pv":{"acr":[]}}} -> 4000
      C 1 $ae {"m2m:acp":{"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 4000
      C 1 $ae {"m2m:acp":{"pv":{"acr":[]},"pvs":{}}} -> 4000
      C 1 $ae {"m2m:acp":{"pv":{"acr":[]},"pvs":{"acr":[]}}} -> 4000
      C 1 $ae {"m2m:acp":{"pv":{"acr":[]},"pvs":null}} -> 4000
      C 1 $ae {"m2m:acp":{"pv":{"acr":[]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 2001
      C 1 $ae {"m2m:acp":{"pv":{},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 2001)"},
    Purpose{"HasWellFormedRules", R"(
      C 1 $ae {"m2m:acp":{"pv":{"acr":[{"acor":["Cx"]}]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 4000
      C 1 $ae {"m2m:acp":{"pv":{"acr":[{"acop":63}]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 4000
      C 1 $ae {"m2m:acp":{"pv":{"acr":[{"acor":["Cx"],"acop":0}]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 4000
      C 1 $ae {"m2m:acp":{"pv":{"acr":[{"acor":["Cx"],"acop":64}]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 4000
      C 1 $ae {"m2m:acp":{"pv":{"acr":[{"acor":[],"acop":1}]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 4000
      C 1 $ae {"m2m:acp":{"pv":{"acr":[{"acor":"Cx","acop":1}]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 4000
      C 1 $ae {"m2m:acp":{"pv":{"acr":[{"acor":["Cx"],"acop":1,"wrong":1}]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 4000
      C 1 $ae {"m2m:acp":{"pv":{"acr":[{"acor":["Cx"],"acop":1,"acod":[{"ty":3}]}]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 4000
      C 1 $ae {"m2m:acp":{"pv":{"acr":[{"acor":["Cx"],"acop":1,"acco":[{"actw":["no time"]}]}]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 4000
      C 1 $ae {"m2m:acp":{"pv":{"acr":[{"acor":["Cx"],"acop":1,"acco":[{"acip":{"ipv4":["999.1.1.1"]}}]}]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 4000)"},
    Purpose{"IsGuardedByItsSelfPrivileges", R"(
      C 1 $ae {"m2m:acp":{"rn":"p","pv":{"acr":[{"acor":["Cother"],"acop":63}]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 2001
      R $ae/p -> 2000 pv/acr/0/acop=63
      R $ae/p by Cother -> 4103
      U $ae/p {"m2m:acp":{"lbl":["x"]}} by Cother -> 4103
      D $ae/p by Cother -> 4103
      U $ae/p {"m2m:acp":{"pvs":{"acr":[{"acor":["Cother"],"acop":63}]}}} -> 2004
      R $ae/p -> 4103
      R $ae/p by Cother -> 2000
      D $ae/p by Cother -> 2002)"},
    Purpose{"KeepsAtLeastOneSelfPrivilege", R"(
      C 1 $ae {"m2m:acp":{"rn":"p","pv":{"acr":[]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 2001
      U $ae/p {"m2m:acp":{"pvs":null}} -> 4000
      U $ae/p {"m2m:acp":{"pvs":{}}} -> 4000
      U $ae/p {"m2m:acp":{"pvs":{"acr":[]}}} -> 4000
      U $ae/p {"m2m:acp":{"pv":null}} -> 4000
      U $ae/p {"m2m:acp":{"pv":{"acr":[{"acor":["all"],"acop":2}]}}} -> 2004 pv/acr/0/acor=["all"])"},
    Purpose{"HasNoPolicyOfItsOwn", R"(
      C 1 $ae {"m2m:acp":{"rn":"p","pv":{"acr":[]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 2001 as p
      C 1 $ae {"m2m:acp":{"acpi":["$p"],"pv":{"acr":[]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 4000
      U $p {"m2m:acp":{"acpi":["$p"]}} -> 4000)"},
    Purpose{"StandsBelowTheCseBaseAndEntitiesOnly", R"(
      C 1 $one {"m2m:acp":{"pv":{"acr":[]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 4108)"}), purpose_name);

// $p lets Cother do what a purpose says on the container one; pvs are Cowner's.
INSTANTIATE_TEST_SUITE_P(SEC_Decision, AccessPurposes, ::testing::Values(
    Purpose{"WithoutPolicyTheCreatorDecides", R"(
      R $one -> 2000
      R $one by Cother -> 4103
      U $one {"m2m:cnt":{"lbl":["x"]}} by Cother -> 4103
      D $one by Cother -> 4103
      C 4 $one {"m2m:cin":{"con":"x"}} by Cother -> 4103
      C 3 $one {"m2m:cnt":{}} by Cother -> 4103
      R $one by CAdmin -> 2000)"},
    Purpose{"CreateIsOneOfSixOperations", R"(
      C 1 $ae {"m2m:acp":{"pv":{"acr":[{"acor":["Cother"],"acop":1}]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 2001 as p
      U $one {"m2m:cnt":{"acpi":["$p"]}} -> 2004
      C 4 $one {"m2m:cin":{"con":"x"}} by Cother -> 2001
      C 23 $one {"m2m:sub":{"nu":["Cother"]}} by Cother -> 4103
      R $one by Cother -> 4103
      R $one/la by Cother -> 4103
      U $one {"m2m:cnt":{"lbl":["x"]}} by Cother -> 4103
      D $one/la by Cother -> 4103
      D $one by Cother -> 4103)"},
    Purpose{"SubscriptionsNeedCreateAndRetrieve", R"(
      C 1 $ae {"m2m:acp":{"pv":{"acr":[{"acor":["Cother"],"acop":3}]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 2001 as p
      U $one {"m2m:cnt":{"acpi":["$p"]}} -> 2004
      C 23 $one {"m2m:sub":{"nu":["Cother"]}} by Cother -> 2001)"},
    Purpose{"DeleteIsJudgedAtTheTarget", R"(
      C 1 $ae {"m2m:acp":{"pv":{"acr":[{"acor":["Cother"],"acop":8}]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 2001 as p
      C 3 $one {"m2m:cnt":{"rn":"inner"}} -> 2001
      U $one {"m2m:cnt":{"acpi":["$p"]}} -> 2004
      D $ae/one/inner by Cother -> 4103
      D $one by Cother -> 2002)"},
    Purpose{"AnyPolicyMayGrant", R"(
      C 1 $ae {"m2m:acp":{"pv":{"acr":[{"acor":["Cother"],"acop":2}]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 2001 as p
      C 1 $ae {"m2m:acp":{"pv":{"acr":[{"acor":["Cother"],"acop":4},{"acor":["Cowner"],"acop":2}]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 2001 as q
      U $one {"m2m:cnt":{"acpi":["$p","$q"]}} -> 2004
      R $one by Cother -> 2000
      U $one {"m2m:cnt":{"lbl":["x"]}} by Cother -> 2004
      D $one by Cother -> 4103
      R $one -> 2000
      U $one {"m2m:cnt":{"lbl":["x"]}} -> 4103)"},
    Purpose{"OriginatorsAreNamedInManyWays", R"(
      C 9 $ae {"m2m:grp":{"rn":"team","mnm":3,"mid":["Cowner"]}} -> 2001 as team
      C 1 $ae {"m2m:acp":{"rn":"p","pv":{"acr":[{"acor":["all"],"acop":2}]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 2001 as p
      U $one {"m2m:cnt":{"acpi":["$p"]}} -> 2004
      R $one by Cstranger -> 2000
      R $one by /mn2/Cfar -> 2000
      U $p {"m2m:acp":{"pv":{"acr":[{"acor":["/mn2/*"],"acop":2}]}}} -> 2004
      R $one by /mn2/Cfar -> 2000
      R $one by Cother -> 4103
      U $p {"m2m:acp":{"pv":{"acr":[{"acor":["Co*r"],"acop":2}]}}} -> 2004
      R $one by Cother -> 2000
      U $p {"m2m:acp":{"pv":{"acr":[{"acor":["$team"],"acop":2}]}}} -> 2004
      R $one -> 2000
      R $one by Cother -> 4103)"},
    Purpose{"ContextsMustHold", R"(
      C 1 $ae {"m2m:acp":{"pv":{"acr":[{"acor":["Cother"],"acop":2,"acco":[{"acip":{"ipv4":["10.0.0.0/8"]}},{"actw":["* * * * * * 1999"]}]}]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 2001 as p
      U $one {"m2m:cnt":{"acpi":["$p"]}} -> 2004
      R $one by Cother with {"address":"10.1.2.3"} -> 2000
      R $one by Cother with {"address":"192.168.1.1"} -> 4103
      U $p {"m2m:acp":{"pv":{"acr":[{"acor":["Cother"],"acop":2,"acco":[{"actw":["* * * * * * *"],"acip":{"ipv4":["10.0.0.1"]}}]}]}}} -> 2004
      R $one by Cother with {"address":"10.0.0.1"} -> 2000
      R $one by Cother with {"address":"10.0.0.2"} -> 4103
      U $p {"m2m:acp":{"pv":{"acr":[{"acor":["Cother"],"acop":2,"acaf":true}]}}} -> 2004
      R $one by Cother -> 4103
      U $p {"m2m:acp":{"pv":{"acr":[{"acor":["Cother"],"acop":2,"acaf":false}]}}} -> 2004
      R $one by Cother -> 2000)"},
    Purpose{"ObjectDetailsMustFit", R"(
      C 1 $ae {"m2m:acp":{"pv":{"acr":[{"acor":["Cother"],"acop":1,"acod":[{"chty":[4]}]}]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 2001 as p
      U $one {"m2m:cnt":{"acpi":["$p"]}} -> 2004
      C 4 $one {"m2m:cin":{"con":"x"}} by Cother -> 2001
      C 3 $one {"m2m:cnt":{}} by Cother -> 4103
      U $p {"m2m:acp":{"pv":{"acr":[{"acor":["Cother"],"acop":1,"acod":[{"ty":2,"chty":[4]}]}]}}} -> 2004
      C 4 $one {"m2m:cin":{"con":"x"}} by Cother -> 4103
      U $p {"m2m:acp":{"pv":{"acr":[{"acor":["Cother"],"acop":1,"acod":[{"ty":3,"chty":[4]}]}]}}} -> 2004
      C 4 $one {"m2m:cin":{"con":"x"}} by Cother -> 2001)"},
    Purpose{"InstancesAreJudgedByTheirContainer", R"(
      C 1 $ae {"m2m:acp":{"pv":{"acr":[{"acor":["Cother"],"acop":10}]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 2001 as p
      C 4 $one {"m2m:cin":{"rn":"a","con":"x"}} -> 2001
      U $one {"m2m:cnt":{"acpi":["$p"]}} -> 2004
      R $one/a by Cother -> 2000
      R $one/la by Cother -> 2000
      R $one/a -> 4103
      D $one/a by Cother -> 2002
      C 4 $one {"m2m:cin":{"acpi":["$p"],"con":"x"}} by CAdmin -> 4000)"},
    Purpose{"NotificationsNeedThePrivilege", R"(
      N cse-mn/Cother {"m2m:sgn":{"sur":"x","nev":{"net":1,"rep":{"m2m:cnt":{}}}}} -> 4103
      N $one {"m2m:sgn":{"sur":"x"}} -> 4000)"},
    Purpose{"WhatNobodyMayDoIsRefusedBeforePrivilegesAreAsked", R"(
      C 17 cse-mn {"m2m:req":{}} by Cother -> 4005
      C 8 $one {"m2m:exin":{}} by Cother -> 4005
      C 58 $one {"m2m:fci":{}} by Cother -> 4005
      U cse-mn {"m2m:cb":{"lbl":["x"]}} by Cother -> 4005
      D cse-mn by Cother -> 4005
      U $one/la {"m2m:cin":{"con":"x"}} by Cother -> 4005)"},
    Purpose{"OnlyTheCseBaseIsReadByAllItsRegistrees", R"(
      R cse-mn by Cother -> 2000
      R cse-mn by Cstranger -> 4103
      U cse-mn {"m2m:cb":{"lbl":["x"]}} by CAdmin -> 4005
      D cse-mn by CAdmin -> 4005
      C 3 cse-mn {"m2m:cnt":{}} by Cother -> 4103
      R nothing by Cstranger -> 4004)"}), purpose_name);

INSTANTIATE_TEST_SUITE_P(SEC_Links, AccessPurposes, ::testing::Values(
    Purpose{"AreChangedAloneByWhoMayChangeThePolicies", R"(
      C 1 $ae {"m2m:acp":{"rn":"p","pv":{"acr":[{"acor":["Cother","Cowner"],"acop":63}]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 2001 as p
      U $one {"m2m:cnt":{"acpi":["$p"],"lbl":["x"]}} -> 4000
      U $one {"m2m:cnt":{"acpi":["$ae/p"]}} -> 2004 acpi=["$p"]
      U $one {"m2m:cnt":{"acpi":["$p"]}} by Cother -> 4103
      U $one {"m2m:cnt":{"acpi":null}} by Cother -> 4103
      U $one {"m2m:cnt":{"lbl":["x"]}} by Cother -> 2004
      U $one {"m2m:cnt":{"acpi":null}} -> 2004 acpi!
      R $one by Cother -> 4103)"},
    Purpose{"NamePoliciesThatAreThere", R"(
      U $one {"m2m:cnt":{"acpi":["nobody"]}} -> 4000
      U $one {"m2m:cnt":{"acpi":["$two"]}} -> 4000
      U $one {"m2m:cnt":{"acpi":[]}} -> 4000
      U $one {"m2m:cnt":{"acpi":"nobody"}} -> 4000
      C 3 $ae {"m2m:cnt":{"acpi":["nobody"]}} -> 4000
      C 3 $ae {"m2m:cnt":{"acpi":[]}} -> 4000)"},
    Purpose{"MayShutTheCreatorOut", R"(
      C 1 $ae {"m2m:acp":{"rn":"p","pv":{"acr":[{"acor":["Cother"],"acop":63}]},"pvs":{"acr":[{"acor":["Cother"],"acop":63}]}}} -> 2001 as p
      C 3 $ae {"m2m:cnt":{"rn":"c","acpi":["$p"]}} -> 2001
      R $ae/c -> 4103
      R $ae/c by Cother -> 2000
      U $ae/c {"m2m:cnt":{"acpi":null}} -> 4103)"},
    Purpose{"GoWithThePolicy", R"(
      C 1 $ae {"m2m:acp":{"rn":"p","pv":{"acr":[{"acor":["Cother"],"acop":63}]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 2001 as p
      U $one {"m2m:cnt":{"acpi":["$p"]}} -> 2004
      R $one -> 4103
      D $p -> 2002
      R $one -> 2000 acpi!
      R $one by Cother -> 4103)"}), purpose_name);

}  // namespace
}  // namespace edgecse::test
