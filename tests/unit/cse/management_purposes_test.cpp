// SPDX-License-Identifier: Apache-2.0
//
// Test purposes of the areas DMG (device management) and LOC (location) of TS-0018. TS-0001 9.6.10, 9.6.15, 9.6.18, annex D;
// TS-0004 7.4.10, 7.4.15, 7.4.18; release4 10, 21.
#include "support/request_script.hpp"

namespace edgecse::test {
namespace {

struct ManagementPurposes : PurposeTest {};
TEST_P(ManagementPurposes, Hold) { run(); }

INSTANTIATE_TEST_SUITE_P(DMG_Node, ManagementPurposes, ::testing::Values(
    Purpose{"IsMadeOfItsIdentifier", R"(
      C 14 cse-mn {"m2m:nod":{"rn":"n","ni":"sn1"}} by CAdmin -> 2001 ni="sn1" ty=14
      C 14 cse-mn {"m2m:nod":{"ni":"sn2","hael":[]}} by CAdmin -> 4000
      C 14 cse-mn {"m2m:nod":{"ni":7}} by CAdmin -> 4000
      U cse-mn/n {"m2m:nod":{"ni":"sn3"}} by CAdmin -> 2004 ni="sn3"
      U cse-mn/n {"m2m:nod":{"ni":null}} by CAdmin -> 4000
      U cse-mn/n {"m2m:nod":{"unknown":"x"}} by CAdmin -> 4000
      U cse-mn/n {"m2m:cnt":{"lbl":["x"]}} by CAdmin -> 4102
      R cse-mn/n by Cother -> 4103
      D cse-mn/n by Cother -> 4103
      D cse-mn/n by CAdmin -> 2002)"},
    Purpose{"StandsBelowTheCseBase", R"(
      C 14 $ae {"m2m:nod":{"ni":"sn1"}} -> 4108)"},
    Purpose{"IsKnownByTheAesOnIt", R"(
      C 14 cse-mn {"m2m:nod":{"rn":"n","ni":"sn1"}} by CAdmin -> 2001 as n
      U $ae {"m2m:ae":{"nl":"$n"}} -> 2004 nl="$n"
      R $n by CAdmin -> 2000 hael=["Cowner"]
      U $ae {"m2m:ae":{"nl":"nothing"}} -> 4004
      D $n by CAdmin -> 2002
      R $ae -> 2000 nl!)"}), purpose_name);

INSTANTIATE_TEST_SUITE_P(DMG_MgmtObj, ManagementPurposes, ::testing::Values(
    Purpose{"NeedsANodeAndItsDefinition", R"(
      C 14 cse-mn {"m2m:nod":{"rn":"n","ni":"sn1"}} by CAdmin -> 2001
      C 13 cse-mn {"m2m:mem":{"mgd":1003,"mma":1,"mmt":2}} by CAdmin -> 4108
      C 13 cse-mn/n {"m2m:mem":{"mma":1,"mmt":2}} by CAdmin -> 4000
      C 13 cse-mn/n {"m2m:mem":{"mgd":1004,"mma":1,"mmt":2}} by CAdmin -> 4000
      C 13 cse-mn/n {"m2m:mem":{"mgd":9999,"mma":1,"mmt":2}} by CAdmin -> 4000
      C 13 cse-mn/n {"m2m:xyz":{"mgd":1003,"mma":1,"mmt":2}} by CAdmin -> 4000
      C 13 cse-mn/n {"m2m:mem":{"mgd":1003,"mma":1}} by CAdmin -> 4000
      C 13 cse-mn/n {"m2m:mem":{"mgd":1003,"mma":1,"mmt":2}} by Cother -> 4103
      C 13 cse-mn/n {"m2m:mem":{"rn":"m","mgd":1003,"mma":1,"mmt":2}} by CAdmin -> 2001 ty=13 mgd=1003
      U cse-mn/n/m {"m2m:mem":{"mgd":1004}} by CAdmin -> 4000
      U cse-mn/n/m {"m2m:mem":{"mma":5}} by CAdmin -> 2004 mma=5
      U cse-mn/n/m {"m2m:mem":{"mma":"many"}} by CAdmin -> 4000
      U cse-mn/n/m {"m2m:bat":{"btl":5}} by CAdmin -> 4102
      D cse-mn/n/m by CAdmin -> 2002)"},
    Purpose{"FirmwareShowsItsUpdate", R"(
      C 14 cse-mn {"m2m:nod":{"rn":"n","ni":"sn1"}} by CAdmin -> 2001
      C 13 cse-mn/n {"m2m:fwr":{"rn":"f","mgd":1001,"dc":"d","vr":"1234","fwn":"name","url":"example.com","ud":false}} by CAdmin -> 2001 uds/acn="" uds/sus=0 ud=false
      U cse-mn/n/f {"m2m:fwr":{"ud":true}} by CAdmin -> 2004 uds/sus=3
      U cse-mn/n/f {"m2m:fwr":{"uds":{"acn":"ud","sus":1}}} by CAdmin -> 2004 uds/sus=1
      U cse-mn/n/f {"m2m:fwr":{"uds":{"acn":"ud","sus":9}}} by CAdmin -> 4000
      U cse-mn/n/f {"m2m:fwr":{"vr":null}} by CAdmin -> 4000)"},
    Purpose{"SoftwareShowsItsInstallation", R"(
      C 14 cse-mn {"m2m:nod":{"rn":"n","ni":"sn1"}} by CAdmin -> 2001
      C 13 cse-mn/n {"m2m:swr":{"rn":"s","mgd":1002,"dc":"d","vr":"1234","swn":"name","url":"example.com"}} by CAdmin -> 2001 ins/acn="" ins/sus=0 acts/acn="" acts/sus=0 in=false un=false act=false dea=false
      U cse-mn/n/s {"m2m:swr":{"in":true}} by CAdmin -> 2004 ins/sus=3
      U cse-mn/n/s {"m2m:swr":{"act":true}} by CAdmin -> 2004 acts/sus=3)"},
    Purpose{"ButtonsArePressedOneAtATime", R"(
      C 14 cse-mn {"m2m:nod":{"rn":"n","ni":"sn1"}} by CAdmin -> 2001
      C 13 cse-mn/n {"m2m:rbo":{"rn":"r","mgd":1009,"rbo":false,"far":false}} by CAdmin -> 2001 rbo=false far=false
      U cse-mn/n/r {"m2m:rbo":{"rbo":true}} by CAdmin -> 2004 rbo=false
      U cse-mn/n/r {"m2m:rbo":{"far":true}} by CAdmin -> 2004 far=false
      U cse-mn/n/r {"m2m:rbo":{"rbo":true,"far":true}} by CAdmin -> 4000
      C 13 cse-mn/n {"m2m:dvc":{"rn":"d","mgd":1008,"can":"c","att":true,"cas":{"acn":"a","sus":1},"cus":true,"ena":true,"dis":true}} by CAdmin -> 2001 ena=true dis=true
      U cse-mn/n/d {"m2m:dvc":{"ena":true}} by CAdmin -> 2004 ena=true dis=true
      U cse-mn/n/d {"m2m:dvc":{"ena":true,"dis":true}} by CAdmin -> 4000
      C 13 cse-mn/n {"m2m:evl":{"rn":"e","mgd":1010,"lgt":2,"lgd":"x","lgst":1,"lga":false,"lgo":false}} by CAdmin -> 2001 lga=true lgo=true
      U cse-mn/n/e {"m2m:evl":{"lga":true,"lgo":true}} by CAdmin -> 4000)"},
    Purpose{"OthersKeepTheirValues", R"(
      C 14 cse-mn {"m2m:nod":{"rn":"n","ni":"sn1"}} by CAdmin -> 2001
      C 13 cse-mn/n {"m2m:ani":{"mgd":1004,"dc":"d","ant":"type","ldv":["dev1","dev2"]}} by CAdmin -> 2001 ldv=["dev1","dev2"]
      C 13 cse-mn/n {"m2m:andi":{"mgd":1005,"dc":"d","dvd":"id","dvt":"type","awi":"net","sli":5,"sld":5,"lnh":["dev1"]}} by CAdmin -> 2001
      C 13 cse-mn/n {"m2m:bat":{"rn":"b","mgd":1006,"dc":"d","btl":23,"bts":5}} by CAdmin -> 2001 btl=23
      U cse-mn/n/b {"m2m:bat":{"bts":99}} by CAdmin -> 4000
      C 13 cse-mn/n {"m2m:dvi":{"mgd":1007,"dc":"d","dlb":"a:b","man":"m","mfd":"20010511T214200","mod":"m","dty":"t","fwv":"1","swv":"1","hwv":"1","osv":"1","cnty":"de","loc":"x","syst":"20010511T214200","spur":"s","purl":"p","ptl":["http"]}} by CAdmin -> 2001
      C 13 cse-mn/n {"dcfg:datc":{"rn":"c","mgd":1021,"cntp":"/a/b","rpsc":[{"sce":["* 0-5 2,6,10 * * * *"]}],"mesc":[{"sce":["* 0-5 2,6,10 * * * *"]}]}} by CAdmin -> 2001
      U cse-mn/n/c {"dcfg:datc":{"meil":20}} by CAdmin -> 4000
      U cse-mn/n/c {"dcfg:datc":{"mesc":null,"meil":20}} by CAdmin -> 2004 meil=20)"}), purpose_name);

INSTANTIATE_TEST_SUITE_P(LOC, ManagementPurposes, ::testing::Values(
    Purpose{"PolicyMakesItsContainer", R"(
      C 10 cse-mn {"m2m:lcp":{"rn":"l","los":2,"lon":"where"}} by CAdmin -> 2001 as l lost="" lon="where"
      R cse-mn/where by CAdmin -> 2000 as w li="$l"
      R cse-mn/l by CAdmin -> 2000 loi="$w"
      R cse-mn/where/la by CAdmin -> 4004
      C 4 cse-mn/where {"m2m:cin":{"con":"{\"type\":\"Point\",\"coordinates\":[1,2]}"}} by CAdmin -> 2001
      R cse-mn/where/la by CAdmin -> 2000
      D cse-mn/l by CAdmin -> 2002
      R cse-mn/where by CAdmin -> 4004)"},
    Purpose{"PolicyNamesItsContainerItselfWithoutAWish", R"(
      C 10 cse-mn {"m2m:lcp":{"los":2}} by CAdmin -> 2001 lon!
      C 10 cse-mn {"m2m:lcp":{"los":2,"lon":"l2"}} by CAdmin -> 2001
      C 10 cse-mn {"m2m:lcp":{"los":2,"lon":"l2"}} by CAdmin -> 4000)"},
    Purpose{"PolicyNeedsItsSource", R"(
      C 10 cse-mn {"m2m:lcp":{"lon":"x"}} by CAdmin -> 4000
      C 10 cse-mn {"m2m:lcp":{"los":4}} by CAdmin -> 4000
      C 10 cse-mn {"m2m:lcp":{"los":2,"lit":3}} by CAdmin -> 4000
      C 10 cse-mn {"m2m:lcp":{"los":2,"lou":"PT5S"}} by CAdmin -> 4000
      C 10 cse-mn {"m2m:lcp":{"los":2,"lou":["5 s"]}} by CAdmin -> 4000
      C 10 cse-mn {"m2m:lcp":{"los":2,"loi":"x"}} by CAdmin -> 4000
      C 10 cse-mn {"m2m:lcp":{"los":2,"lost":"x"}} by CAdmin -> 4000
      C 10 cse-mn {"m2m:lcp":{"los":2,"lor":"x"}} by CAdmin -> 4000
      C 10 cse-mn {"m2m:lcp":{"los":2,"lot":"x"}} by CAdmin -> 4000
      C 10 cse-mn {"m2m:lcp":{"los":1}} by CAdmin -> 5001
      C 10 cse-mn {"m2m:lcp":{"los":2}} by Cother -> 4103)"},
    Purpose{"PolicyChangesItsPeriodOnly", R"(
      C 10 cse-mn {"m2m:lcp":{"rn":"l","los":2,"lou":["PT5S"]}} by CAdmin -> 2001
      U cse-mn/l {"m2m:lcp":{"lou":["PT10S"]}} by CAdmin -> 2004 lou=["PT10S"]
      U cse-mn/l {"m2m:lcp":{"lou":null}} by CAdmin -> 2004 lou!
      U cse-mn/l {"m2m:lcp":{"los":1}} by CAdmin -> 4000
      U cse-mn/l {"m2m:lcp":{"lon":"x"}} by CAdmin -> 4000
      U cse-mn/l {"m2m:lcp":{"loi":"x"}} by CAdmin -> 4000)"}), purpose_name);

}  // namespace
}  // namespace edgecse::test
