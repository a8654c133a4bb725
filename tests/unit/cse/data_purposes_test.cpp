// SPDX-License-Identifier: Apache-2.0
//
// Test purposes of the areas DMR (data management) and TSR (time series) of TS-0018. TS-0004 7.3.3, 7.4.5 to 7.4.7, 7.4.38,
// 7.4.39.
#include "support/request_script.hpp"

namespace edgecse::test {
namespace {

struct DataPurposes : PurposeTest {};
TEST_P(DataPurposes, Hold) { run(); }

INSTANTIATE_TEST_SUITE_P(DMR_CRE, DataPurposes, ::testing::Values(
    Purpose{"NamesAndIdentifiesTheResource", R"(
      C 3 $ae {"m2m:cnt":{"rn":"c"}} -> 2001 rn="c" ty=3 pi="Cowner" cni=0 cbs=0 st=0
      C 3 $ae {"m2m:cnt":{"rn":"c"}} -> 4105
      C 3 $ae {"m2m:cnt":{"rn":"la"}} -> 2001
      C 3 $one {"m2m:cnt":{"rn":"la"}} -> 4105
      C 3 $ae {"m2m:cnt":{"rn":"a/b"}} -> 4000
      C 3 $ae {"m2m:cnt":{"rn":""}} -> 4000
      C 3 $ae {"m2m:cnt":{"rn":7}} -> 4000
      C 3 $ae {"m2m:cnt":{"ri":"mine"}} -> 4000
      C 3 $ae {"m2m:cnt":{"pi":"x"}} -> 4000
      C 3 $ae {"m2m:cnt":{"ty":3}} -> 4000
      C 3 $ae {"m2m:cnt":{"ct":"20260101T000000"}} -> 4000)"},
    Purpose{"RefusesContentThatDoesNotFit", R"(
      C 3 $ae {"m2m:cin":{"con":"x"}} -> 4000
      C 3 $ae {} -> 4000
      C 3 $ae {"m2m:cnt":{},"m2m:cin":{}} -> 4000
      C 3 $ae {"m2m:cnt":[]} -> 4000
      C 3 $ae {"m2m:cnt":{"unknown":1}} -> 4000
      C 3 $ae {"m2m:cnt":{"mni":-1}} -> 4000
      C 3 $ae {"m2m:cnt":{"mni":"1"}} -> 4000
      C 3 $ae {"m2m:cnt":{"lbl":"x"}} -> 4000
      C 3 $ae {"m2m:cnt":{"lbl":[]}} -> 4000
      C 3 $ae {"m2m:cnt":{"lbl":null,"mni":null,"et":null}} -> 2001 lbl! mni!
      C 3 $ae {"m2m:cnt":{"st":null}} -> 4000
      C 3 $ae {"m2m:cnt":{"et":"20000101T000000"}} -> 4000
      C 3 $ae {"m2m:cnt":{"et":"tomorrow"}} -> 4000)"},
    Purpose{"NamesTheCreatorWhenAsked", R"(
      C 3 $ae {"m2m:cnt":{"cr":null}} -> 2001 cr="Cowner"
      C 3 $ae {"m2m:cnt":{"cr":"Cowner"}} -> 4000
      C 3 $ae {"m2m:cnt":{}} -> 2001 cr!
      C 1 $ae {"m2m:acp":{"cr":null,"pv":{"acr":[]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 4000)"},
    Purpose{"KeepsInstancesWithinTheLimits", R"(
      C 3 $ae {"m2m:cnt":{"rn":"c","mni":2,"mbs":10}} -> 2001
      C 4 $ae/c {"m2m:cin":{"con":"12345678901"}} -> 5207
      C 4 $ae/c {"m2m:cin":{"con":"1"}} -> 2001 cs=1 st=1
      C 4 $ae/c {"m2m:cin":{"con":"2"}} -> 2001 st=2
      C 4 $ae/c {"m2m:cin":{"con":"3"}} -> 2001 st=3
      R $ae/c -> 2000 cni=2 cbs=2 st=3
      R $ae/c/ol -> 2000 con="2"
      C 4 $ae/c {"m2m:cin":{"con":"123456789"}} -> 2001
      R $ae/c -> 2000 cni=2 cbs=10
      D $ae/c/la -> 2002
      R $ae/c/la -> 2000 con="3"
      D $ae/c/ol -> 2002
      R $ae/c/la -> 4004
      R $ae/c/ol -> 4004
      D $ae/c/la -> 4004)"},
    Purpose{"ContentInstancesAreNotChanged", R"(
      C 4 $one {"m2m:cin":{"rn":"i","con":"x","cnf":"text/plain:0"}} -> 2001
      U $ae/one/i {"m2m:cin":{"con":"y"}} -> 4005
      U $one/la {"m2m:cin":{"con":"y"}} -> 4005
      C 4 $one/la {"m2m:cin":{"con":"y"}} -> 4005
      C 4 $one {"m2m:cin":{}} -> 4000
      C 4 $one {"m2m:cin":{"con":"x","cnf":"text"}} -> 4000
      C 4 $one {"m2m:cin":{"con":"x","cs":1}} -> 4000
      C 4 $one {"m2m:cin":{"con":"x","st":1}} -> 4000
      C 4 $ae {"m2m:cin":{"con":"x"}} -> 4108
      C 3 $ae/one/i {"m2m:cnt":{}} -> 4108
      C 23 $ae/one/i {"m2m:sub":{"nu":["Cowner"]}} -> 5203)"},
    Purpose{"DisablesRetrievalOfInstances", R"(
      C 3 $ae {"m2m:cnt":{"rn":"c","disr":true}} -> 2001
      C 4 $ae/c {"m2m:cin":{"rn":"i","con":"x"}} -> 2001
      R $ae/c/la -> 4005
      R $ae/c/i -> 4005
      D $ae/c/i -> 4005
      U $ae/c {"m2m:cnt":{"disr":false}} -> 2004 cni=0
      R $ae/c/la -> 4004)"},
    Purpose{"NeedsAParentThatIsThere", R"(
      C 3 $ae/none {"m2m:cnt":{}} -> 4004
      C 3 none {"m2m:cnt":{}} -> 4004
      C 2 $one {"m2m:ae":{"api":"Nx","rr":false,"srv":["3"]}} by Cnew -> 4108
      C 5 cse-mn {"m2m:cb":{}} by CAdmin -> 4005
      C 9999 $ae {"m2m:cnt":{}} -> 4000
      C 52 $ae {"m2m:cnt":{}} -> 5001)"}), purpose_name);

INSTANTIATE_TEST_SUITE_P(DMR_RET_UPD_DEL, DataPurposes, ::testing::Values(
    Purpose{"RetrievesSomeAttributes", R"(
      R $one with {"atrl":["rn","ty"]} -> 2000 rn="one" ty=3 ri!
      R $one with {"atrl":["mni"]} -> 2000 mni!
      R $one with {"atrl":["nonsense"]} -> 4000
      R $one#rn -> 2000 rn="one" ri!
      R $one#nonsense -> 4000
      R $one with {"atrl":["rn"],"rcn":4} -> 4000
      C 4 $one {"m2m:cin":{"rn":"i","con":"x"}} -> 2001
      R $one/la with {"atrl":["rn"]} -> 2000 rn="i" con!
      R $one/la with {"atrl":["nonsense"]} -> 4000
      R $one/i with {"atrl":["rn"],"rcn":4} -> 4000)"},
    Purpose{"FiltersInstancesAsItFiltersOtherResources", R"(
      C 4 $one {"m2m:cin":{"rn":"i","con":"x","lbl":["red"]}} -> 2001
      R $one/i with {"fc":{"lbl":["red"]}} -> 2000
      R $one/i with {"fc":{"lbl":["blue"]}} -> 4004
      R $one/i with {"fc":{"lbl":["blue"]},"rcn":4} -> 2000 con="x"
      R $one/i with {"rcn":5} -> 2000 con="x" ch=[]
      R $one with {"fc":{"lbl":["blue"]}} -> 4004
      R $one with {"fc":{"lbl":["blue"]},"rcn":4} -> 2000 rn="one" m2m:cin!)"},
    Purpose{"UpdatesAddsAndRemovesAttributes", R"(
      U $one {"m2m:cnt":{"mni":5,"lbl":["a"]}} -> 2004 mni=5 lbl=["a"] st=1
      U $one {"m2m:cnt":{"mni":null}} -> 2004 mni! st=2
      U $one {"m2m:cnt":{"mni":null}} -> 2004
      U $one {"m2m:cnt":{"lbl":["b","c"]}} -> 2004 lbl=["b","c"])"},
    Purpose{"LeavesWhatIsNotTheOriginators", R"(
      U $one {"m2m:cnt":{"rn":"x"}} -> 4000
      U $one {"m2m:cnt":{"ri":"x"}} -> 4000
      U $one {"m2m:cnt":{"ty":4}} -> 4000
      U $one {"m2m:cnt":{"pi":"x"}} -> 4000
      U $one {"m2m:cnt":{"st":9}} -> 4000
      U $one {"m2m:cnt":{"cni":9}} -> 4000
      U $one {"m2m:cnt":{"cr":"Cowner"}} -> 4000
      U $one {"m2m:cnt":{"et":"20000101T000000"}} -> 4000
      U $one {"m2m:cnt":{"unknown":"x"}} -> 4000
      U $one {"m2m:ae":{"lbl":["x"]}} -> 4102
      U $one {} -> 4000
      U $ae/none {"m2m:cnt":{"lbl":["x"]}} -> 4004)"},
    Purpose{"DeletesWhatIsBelow", R"(
      C 3 $one {"m2m:cnt":{"rn":"sub"}} -> 2001 as sub
      C 4 $sub {"m2m:cin":{"con":"x"}} -> 2001 as cin
      D $one -> 2002
      R $sub -> 4004
      R $cin -> 4004
      D $one -> 4004)"},
    Purpose{"DeletesTheAe", R"(
      D $ae by Cother -> 4103
      D $ae -> 2002
      R $one by CAdmin -> 4004)"}), purpose_name);

INSTANTIATE_TEST_SUITE_P(TSR, DataPurposes, ::testing::Values(
    Purpose{"ChecksThePeriodicInterval", R"(
      C 29 $ae {"m2m:ts":{"rn":"t","pei":1000,"peid":400}} -> 2001 pei=1000 peid=400 mdd=false cni=0 cbs=0
      C 29 $ae {"m2m:ts":{"pei":1000,"peid":600}} -> 4000
      C 29 $ae {"m2m:ts":{"pei":-1}} -> 4000
      C 29 $ae {"m2m:ts":{"mdd":true}} -> 4000
      C 29 $ae {"m2m:ts":{"mdc":1}} -> 4000
      U $ae/t {"m2m:ts":{"peid":501}} -> 4000
      U $ae/t {"m2m:ts":{"mdd":true,"mdt":2000}} -> 4000
      U $ae/t {"m2m:ts":{"mdt":2000}} -> 2004
      U $ae/t {"m2m:ts":{"mdd":true}} -> 2004
      U $ae/t {"m2m:ts":{"pei":2000}} -> 4000
      U $ae/t {"m2m:ts":{"mdd":false}} -> 2004
      U $ae/t {"m2m:ts":{"pei":2000}} -> 2004)"},
    Purpose{"HasOneInstanceForEachTime", R"(
      C 29 $ae {"m2m:ts":{"rn":"t","mni":2}} -> 2001
      C 30 $ae/t {"m2m:tsi":{"con":"x"}} -> 4000
      C 30 $ae/t {"m2m:tsi":{"dgt":"20260101T000000","con":"x","snr":1}} -> 2001 snr=1 cs=1
      C 30 $ae/t {"m2m:tsi":{"dgt":"20260101T000000","con":"y"}} -> 4105
      C 30 $ae/t {"m2m:tsi":{"dgt":"20260101T000001","con":"y"}} -> 2001
      C 30 $ae/t {"m2m:tsi":{"dgt":"20260101T000002","con":"z"}} -> 2001
      R $ae/t -> 2000 cni=2 cbs=2
      R $ae/t/la -> 2000 con="z"
      R $ae/t/ol -> 2000 con="y"
      C 30 $ae/t {"m2m:tsi":{"dgt":"20260101T000003","con":{"a":1}}} -> 2001 con={"a":1} cs=4
      C 30 $ae/t {"m2m:tsi":{"dgt":"20260101T000004","con":"x","cr":null}} -> 2001 cr="Cowner"
      C 30 $ae/t {"m2m:tsi":{"dgt":"20260101T000005","con":"x","cr":"Cowner"}} -> 4000
      U $ae/t/la {"m2m:tsi":{"con":"x"}} -> 4005
      C 4 $ae/t {"m2m:cin":{"con":"x"}} -> 4108
      C 30 $one {"m2m:tsi":{"dgt":"20260101T000000","con":"x"}} -> 4108)"}), purpose_name);

}  // namespace
}  // namespace edgecse::test
