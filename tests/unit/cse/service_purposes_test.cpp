// SPDX-License-Identifier: Apache-2.0
//
// Test purposes of the areas REG (registration) and SUB (subscription) of TS-0018 as far as one request shows them, and of
// the types around them: containers' and flexContainers' attributes, polling channels, schedules. TS-0004 7.4.
#include "support/request_script.hpp"

namespace edgecse::test {
namespace {

struct ServicePurposes : PurposeTest {};
TEST_P(ServicePurposes, Hold) { run(); }

INSTANTIATE_TEST_SUITE_P(REG, ServicePurposes, ::testing::Values(
    Purpose{"AesAreRegisteredOnceByTheirForm", R"(
      C 2 cse-mn {"m2m:ae":{"api":"Nx","rr":false,"srv":["3"]}} by C -> 2001 as x
      C 2 cse-mn {"m2m:ae":{"api":"Nx","rr":false,"srv":["3"]}} by Cowner -> 4117
      C 2 cse-mn {"m2m:ae":{"api":"Xx","rr":false,"srv":["3"]}} by Cn -> 4000
      C 2 cse-mn {"m2m:ae":{"rr":false,"srv":["3"]}} by Cn -> 4000
      C 2 cse-mn {"m2m:ae":{"api":"Nx","srv":["3"]}} by Cn -> 4000
      C 2 cse-mn {"m2m:ae":{"api":"Nx","rr":"false","srv":["3"]}} by Cn -> 4000
      C 2 cse-mn {"m2m:ae":{"api":"Nx","rr":false}} by Cn -> 4000
      C 2 cse-mn {"m2m:ae":{"api":"Nx","rr":false,"srv":["3"],"aei":"Cz"}} by Cn -> 4000
      C 2 cse-mn {"m2m:ae":{"rn":"Cowner","api":"Nx","rr":false,"srv":["3"]}} by Cn -> 4105
      C 2 cse-mn {"m2m:ae":{"rn":"named","api":"Nx","rr":true,"poa":["http://1.2.3.4"],"apn":"app","csz":["application/json"],"srv":["2a","3"],"lbl":["x"]}} by Cn2 -> 2001 aei="Cn2" ri="Cn2" pi="mn1" apn="app"
      U cse-mn/named {"m2m:ae":{"apn":"y"}} by Cn2 -> 2004 apn="y"
      U cse-mn/named {"m2m:ae":{"api":"Ny"}} by Cn2 -> 4000
      U cse-mn/named {"m2m:ae":{"aei":"Ny"}} by Cn2 -> 4000
      U cse-mn/named {"m2m:ae":{"rr":null}} by Cn2 -> 4000
      U cse-mn/named {"m2m:ae":{"poa":null}} by Cn2 -> 2004
      R cse-mn/named by Cn2 with {"rcn":4} -> 2000
      D cse-mn/named by Cn2 -> 2002)"}), purpose_name);

INSTANTIATE_TEST_SUITE_P(SUB, ServicePurposes, ::testing::Values(
    Purpose{"SubscriptionsAreCheckedByTheirEvents", R"(
      C 23 $one {"m2m:sub":{"rn":"s","nu":["Cowner"]}} -> 2001 enc/net=[1] nct=1
      C 23 $one {"m2m:sub":{}} -> 4000
      C 23 $one {"m2m:sub":{"nu":[]}} -> 4000
      C 23 $one {"m2m:sub":{"nu":["Cowner"],"nct":9}} -> 4000
      C 23 $one {"m2m:sub":{"nu":["Cowner"],"enc":{"net":[99]}}} -> 4000
      C 23 $one {"m2m:sub":{"nu":["Cowner"],"enc":{"net":[1],"wrong":1}}} -> 4000
      C 23 $one {"m2m:sub":{"nu":["Cowner"],"enc":{"net":[3]}}} -> 2001 nct=1
      C 23 $one {"m2m:sub":{"nu":["Cowner"],"enc":{"net":[3],"chty":[9]}}} -> 4000
      C 23 $one {"m2m:sub":{"nu":["Cowner"],"enc":{"net":[3],"chty":[4]}}} -> 2001
      C 23 $one {"m2m:sub":{"nu":["Cowner"],"enc":{"net":[4]},"nct":2}} -> 4000
      C 23 $one {"m2m:sub":{"nu":["Cowner"],"exc":0}} -> 4000
      C 23 $one {"m2m:sub":{"nu":["Cowner"],"bn":{"num":0}}} -> 4000
      C 23 $one {"m2m:sub":{"nu":["Cowner"],"bn":{"num":5}}} -> 2001 bn/num=5
      C 23 $one {"m2m:sub":{"nu":["Cowner"],"enc":{"net":[7]}}} -> 2001
      C 23 $one {"m2m:sub":{"nu":["Cowner"],"enc":{"net":[7]}}} -> 4124
      C 23 $one {"m2m:sub":{"nu":["Cowner"],"enc":{"net":[8]}}} -> 4000
      C 23 $one {"m2m:sub":{"nu":["Cowner"],"ln":"x"}} -> 4000
      C 23 $one {"m2m:sub":{"nu":["nothing"]}} -> 5204
      C 3 $one/s {"m2m:cnt":{}} -> 4108
      C 23 $one/s {"m2m:sub":{"nu":["Cowner"]}} -> 5203
      U $one/s {"m2m:sub":{"nu":null}} -> 4000
      U $one/s {"m2m:sub":{"enc":null}} -> 2004 enc/net=[1]
      U $one/s {"m2m:sub":{"nct":2}} -> 2004 nct=2
      U $one/s {"m2m:sub":{"su":"http://x"}} -> 4000
      U $one/s {"m2m:sub":{"enc":{"net":[7]}}} -> 4000
      R $one/s/ntsr -> 4005
      R $one/s by Cother -> 4103
      D $one/s -> 2002)"}), purpose_name);

INSTANTIATE_TEST_SUITE_P(DMR, ServicePurposes, ::testing::Values(
    Purpose{"ContainersKeepTheirAttributesAndLimits", R"(
      C 3 $one {"m2m:cnt":{"rn":"k","et":"20990101T000000","lbl":["a"],"mni":5,"mbs":100,"mia":100,"or":"http://x","disr":false}} -> 2001
      R $one/k -> 2000 or="http://x" mia=100
      C 4 $one/k {"m2m:cin":{"con":{"a":1}}} -> 2001 con={"a":1}
      C 4 $one/k {"m2m:cin":{"con":[1,2]}} -> 2001
      C 4 $one/k {"m2m:cin":{"con":5}} -> 2001 cs=4
      C 4 $one/k {"m2m:cin":{"con":true}} -> 2001
      C 4 $one/k {"m2m:cin":{"con":null}} -> 4000
      C 4 $one/k {"m2m:cin":{"con":""}} -> 2001 cs=0
      C 4 $one/k {"m2m:cin":{"con":"x","cnf":"text/plain:0:0"}} -> 2001
      C 4 $one/k {"m2m:cin":{"con":"x","cr":null}} -> 2001 cr="Cowner"
      C 4 $one/k {"m2m:cin":{"con":"x","cr":"y"}} -> 4000
      C 4 $one/k {"m2m:cin":{"con":"x","or":"http://x"}} -> 2001
      C 4 $one/k {"m2m:cin":{"con":"x","et":"20000101T000000"}} -> 4000
      C 4 $one/k {"m2m:cin":{"con":"x","lbl":["q"],"rn":"nn"}} -> 2001
      C 4 $one/k {"m2m:cin":{"con":"x","rn":"nn"}} -> 4105
      R $one/k/nn -> 2000 lbl=["q"]
      R $one/k with {"rcn":6} -> 2000
      U $one/k {"m2m:cnt":{"mni":1}} -> 2004 cni=1
      U $one/k {"m2m:cnt":{"mni":0}} -> 2004 cni=0
      C 4 $one/k {"m2m:cin":{"con":"x"}} -> 2001
      R $one/k/la -> 4004)"},
    Purpose{"FlexContainersFollowTheirDefinition", R"(
      C 28 $ae {"cod:binSh":{"rn":"f","cnd":"org.onem2m.common.moduleclass.binarySwitch","state":true}} -> 2001 st=0 ty=28
      C 28 $ae {"cod:binSh":{"cnd":"org.onem2m.common.moduleclass.xx","state":true}} -> 4000
      C 28 $ae {"cod:nosuch":{"cnd":"org.onem2m.common.moduleclass.xx"}} -> 4125
      C 28 $ae {"cod:nosuch":{"cnd":"org.onem2m.common.moduleclass.binarySwitch","state":true}} -> 4000
      C 28 $ae {"cod:binSh":{"cnd":"org.onem2m.common.moduleclass.binarySwitch","state":"x"}} -> 4000
      C 28 $ae {"cod:binSh":{"cnd":"org.onem2m.common.moduleclass.binarySwitch","state":true,"foo":1}} -> 4000
      C 28 $ae {"cod:binSh":{"state":true}} -> 4000
      U $ae/f {"cod:binSh":{"state":false}} -> 2004 st=1 state=false
      U $ae/f {"cod:binSh":{"cnd":"x"}} -> 4000
      U $ae/f {"cod:binSh":{"state":null}} -> 4000
      R $ae/f/la -> 4004
      R $ae/f with {"rcn":8} -> 2000
      U $ae/f {"cod:binSh":{"fcied":true}} -> 2004 cni=1
      R $ae/f/la -> 2000 state=false
      U $ae/f {"cod:binSh":{"state":true}} -> 2004 cni=2
      D $ae/f/ol -> 2002
      U $ae/f {"cod:binSh":{"fcied":null}} -> 2004 cni!
      D $ae/f -> 2002)"},
    Purpose{"TargetsHaveManyAddresses", R"(
      R /mn1/cse-mn/Cowner -> 2000
      R //mec.example.org/mn1/cse-mn/Cowner -> 2000
      R -/Cowner -> 2000
      R Cowner -> 2000
      R /mn1/Cowner -> 2000
      R //mec.example.org/mn1/Cowner/one -> 2000
      R ~/mn1/Cowner -> 4004
      R /mn1/cse-mn/Cowner/ -> 4000
      R /unknown/cse-mn -> 4004)"},
    Purpose{"TypesAreMadeWhereTheyBelong", R"(
      C 17 cse-mn {"m2m:req":{}} by CAdmin -> 4005
      C 16 cse-mn {"m2m:csr":{"cb":"/x/y","csi":"/x","rr":false,"srv":["3"]}} by Cowner -> 4005
      C 16 cse-mn {"m2m:csr":{"csi":"/x","rr":false,"srv":["3"]}} by Cowner -> 4000
      C 10005 cse-mn {"m2m:cbA":{"lnk":"/x/y"}} by Cother -> 4103
      C 19 cse-mn {"m2m:asar":{"apci":["x"]}} by CAdmin -> 4005
      C 43 cse-mn {"m2m:alst":{}} by CAdmin -> 4005
      C 58 $ae {"m2m:fci":{}} -> 4005
      N $ae {"m2m:sgn":{"sur":"x"}} by Cother -> 4103
      N cse-mn {"m2m:sgn":{"sur":"x"}} by CAdmin -> 4000
      C 24 $one {"m2m:smd":{"dcrp":"1","dsp":"x"}} -> 4000
      C 9 $ae {"m2m:grp":{"rn":"g","mnm":2,"mid":["$one"],"acpi":["x"]}} -> 4000
      C 60 $ae {"m2m:tsb":{"bcnu":["Cowner"],"bcnc":1}} -> 2001 bcni="PT1H"
      C 26 cse-mn {"m2m:ntp":{"rn":"ntp","acn":1,"cr":null}} by CAdmin -> 2001
      C 31 cse-mn {"m2m:rol":{"rlid":"1234@role-issuer.com","hld":"Cowner","rlei":"x"}} by CAdmin -> 4000)"}), purpose_name);

INSTANTIATE_TEST_SUITE_P(Availability, ServicePurposes, ::testing::Values(
    Purpose{"PollingChannelsAreTheirEntitys", R"(
      C 15 $ae {"m2m:pch":{"rn":"p"}} -> 2001
      C 15 $ae {"m2m:pch":{"rn":"p2"}} -> 4000
      C 15 cse-mn/Cother {"m2m:pch":{"rn":"p"}} -> 4103
      R $ae/p -> 2000
      R $ae/p by Cother -> 4103
      U $ae/p {"m2m:pch":{"lbl":["x"]}} -> 2004
      D $ae/p/pcu -> 4005
      D $ae/p -> 2002)"},
    Purpose{"SchedulesAreWellFormed", R"(
      C 18 cse-mn {"m2m:sch":{"rn":"sc","se":{"sce":["* * * * * * *"]}}} by CAdmin -> 2001
      C 18 $ae {"m2m:sch":{"se":{"sce":["* * * * * * *"]}}} -> 4108
      C 18 cse-mn {"m2m:sch":{"se":{"sce":[]}}} by CAdmin -> 4000
      C 18 cse-mn {"m2m:sch":{"se":{"sce":["* * * *"]}}} by CAdmin -> 4000
      U cse-mn/sc {"m2m:sch":{"se":null}} by CAdmin -> 4000
      D cse-mn/sc by CAdmin -> 2002)"}), purpose_name);

}  // namespace
}  // namespace edgecse::test
