// SPDX-License-Identifier: Apache-2.0
//
// What a Hosting CSE looks at before it does anything, in the standard's order, with the sentence that a person gets to read:
// it names the attribute, the value and the rule. TS-0004 7.3.3.1 to 7.3.3.7. Checks of the message itself: message_check_test.cpp,
// of every attribute of every type: every_type_test.cpp.
#include "support/request_script.hpp"

namespace edgecse::test {
namespace {

struct ReceiverChecks : PurposeTest {};
TEST_P(ReceiverChecks, Hold) { run(); }

INSTANTIATE_TEST_SUITE_P(Clause, ReceiverChecks, ::testing::Values(
    Purpose{"7_3_3_1_Existence", R"(
      R $ae/nothing -> 4004 /m2m:dbg="'cse-mn/Cowner/nothing' is not here"
      R rNothing -> 4004 /m2m:dbg="'rNothing' is not here"
      R $one with {"fc":{"sts":0}} -> 4004 /m2m:dbg="'one' does not match the filter criteria")"},
    Purpose{"7_3_3_15_Privileges", R"(
      R $one by Cother -> 4103 /m2m:dbg="no access control policy of 'one' lets Cother do this")"},
    Purpose{"7_3_3_3_TypeOfACreate", R"(
      C 11 cse-mn {"m2m:svsn":{}} by CAdmin -> 4005 /m2m:dbg="m2mServiceSubscriptionProfile is made at an IN-CSE only"
      C 52 cse-mn {"m2m:x":{}} by CAdmin -> 5001 /m2m:dbg="resource type 52 is not implemented"
      C 4711 cse-mn {"m2m:x":{}} by CAdmin -> 4000 /m2m:dbg="ty 4711 is no resource type"
      C 3 $ae {"m2m:acp":{}} -> 4000 /m2m:dbg="the representation 'm2m:acp' does not fit resource type 3"
      C 28 $ae {"x:y":{"cnd":"a.b"}} -> 4125 /m2m:dbg="no schema is known for 'x:y'"
      C 3 $ae {"m2m:cnt":[]} -> 4000 /m2m:dbg="the representation 'm2m:cnt' is no object"
      C 3 $ae {"m2m:cnt":{},"m2m:acp":{}} -> 4000 /m2m:dbg="the content must be one representation: an object with one member"
      C 14 $one {"m2m:nod":{"ni":"n"}} -> 4108 /m2m:dbg="'one' (type 3) takes no child of type 14"
      C 23 cse-mn/Cowner/one/la {"m2m:sub":{"nu":["http://127.0.0.1/"]}} -> 4005 /m2m:dbg="a virtual resource takes no children")"},
    Purpose{"7_3_3_3_AttributesOfACreate", R"text(
      C 3 $ae {"m2m:cnt":{"et":"20200101T000000"}} -> 4000 /m2m:dbg="et 20200101T000000 is in the past"
      C 3 $ae {"m2m:cnt":{"et":"soon"}} -> 4000 /m2m:dbg="et 'soon' is no timestamp"
      C 3 $ae {"m2m:cnt":{"cr":"Cowner"}} -> 4000 /m2m:dbg="cr must be null: the CSE names the creator"
      C 3 $ae {"m2m:cnt":{"colour":"red"}} -> 4000 /m2m:dbg="the attribute colour is not defined in <container>"
      C 3 $ae {"m2m:cnt":{"ct":"20260101T000000"}} -> 4000 /m2m:dbg="the attribute ct is not permitted in a CREATE in <container>"
      C 3 $ae {"m2m:cnt":{"mni":-1}} -> 4000 /m2m:dbg="the attribute mni is -1, not a non-negative integer"
      C 3 $ae {"m2m:cnt":{"mni":"many"}} -> 4000 /m2m:dbg="the attribute mni is 'many', not a non-negative integer"
      C 3 $ae {"m2m:cnt":{"rn":"a/b"}} -> 4000 /m2m:dbg="the attribute rn is 'a/b', not a resource name: letters, digits and -._~"
      C 3 $ae {"m2m:cnt":{"acpi":["nothing"]}} -> 4000 /m2m:dbg="acpi names 'nothing', which is no accessControlPolicy here"
      C 4 $one {"m2m:cin":{}} -> 4000 /m2m:dbg="the attribute con is missing in <contentInstance>"
      C 23 $one {"m2m:sub":{"nu":["http://127.0.0.1/"],"enc":{"net":[99]}}} -> 4000 /m2m:dbg="the attribute enc.net is 99, not a value of m2m:notificationEventType (item 1 of the list enc.net)"
      C 23 $one {"m2m:sub":{"nu":["http://127.0.0.1/"],"enc":{"wrong":1}}} -> 4000 /m2m:dbg="the attribute enc has the member wrong, which m2m:eventNotificationCriteria does not define"
      C 23 $one {"m2m:sub":{"nu":["http://127.0.0.1/"],"enc":7}} -> 4000 /m2m:dbg="the attribute enc is 7, not an object of type m2m:eventNotificationCriteria")text"},
    Purpose{"7_3_3_4_AttributesOfAnUpdate", R"(
      C 1 $ae {"m2m:acp":{"pv":{"acr":[]},"pvs":{"acr":[{"acor":["Cowner"],"acop":63}]}}} -> 2001 as p
      U $one {"m2m:cnt":{"et":"20200101T000000"}} -> 4000 /m2m:dbg="et 20200101T000000 is in the past"
      U $one {"m2m:cnt":{"colour":"red"}} -> 4000 /m2m:dbg="the attribute colour is not defined in <container>"
      U $one {"m2m:cnt":{"ri":"x"}} -> 4000 /m2m:dbg="the attribute ri is not permitted in an UPDATE in <container>"
      U $one {"m2m:cnt":{"mbs":1.5}} -> 4000 /m2m:dbg="the attribute mbs is 1.5, not a non-negative integer"
      U $ae {"m2m:ae":{"rr":null}} -> 4000 /m2m:dbg="the attribute rr cannot be removed in <AE>"
      U $one {"m2m:cnt":{"acpi":["$p"],"lbl":["x"]}} -> 4000 /m2m:dbg="the attribute acpi must be alone in an UPDATE in <container>"
      U $one {"m2m:cnt":{"acpi":[]}} -> 4000 /m2m:dbg="the attribute acpi is an empty list, not a list of at least one item"
      U $one {"m2m:ae":{}} -> 4102 /m2m:dbg="the representation 'm2m:ae' does not fit resource type 3")"},
    Purpose{"7_3_3_5_Names", R"(
      C 3 $ae {"m2m:cnt":{"rn":"one"}} -> 4105 /m2m:dbg="'Cowner' has a child named 'one' already")"},
    Purpose{"7_3_3_6_PartOfARetrieve", R"(
      R $one with {"atrl":["colour"]} -> 4000 /m2m:dbg="container has no attribute 'colour'")"}), purpose_name);

}  // namespace
}  // namespace edgecse::test
