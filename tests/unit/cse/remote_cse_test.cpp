// SPDX-License-Identifier: Apache-2.0
//
// CSEs that register here, of this service provider and of others. TS-0001 10.2.2.7, TS-0004 7.4.4.2, 7.3.2.6 (Mcc').
#include <gtest/gtest.h>

#include "support/cse_network.hpp"

namespace edgecse::test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

int rsc(const onem2m::Response& response) { return onem2m::to_number(response.status); }

cse::CseOptions in_of(const std::string& provider, const std::string& id) {
  cse::CseOptions options;
  options.type = cse::CseType::In;
  options.id = id;
  options.name = "cse-in";
  options.service_provider = provider;
  return options;
}

onem2m::Response register_at(CseNetwork::Node& node, const std::string& cse_id, Json more = Json::object()) {
  Json attributes{{"cb", cse_id + "/cse"}, {"rr", true}, {"poa", {"mem:/nobody"}}};
  attributes.update(more);
  return node.create(node.options().name, 16, {{"m2m:csr", attributes}}, cse_id);
}

TEST(RemoteCse, SaysByAnEmptyListThatNoneIsBelowIt) {
  CseNetwork network;
  CseNetwork::Node& in = network.add(in_of("//one", "/in"));
  const auto made = register_at(in, "/mn", {{"dcse", Json::array()}});
  ASSERT_EQ(rsc(made), 2001) << made.content;
  EXPECT_FALSE(made.content["m2m:csr"].contains("dcse"));
  ASSERT_EQ(rsc(in.update("mn", {{"m2m:csr", {{"dcse", {"/asn"}}}}}, "/mn")), 2004);
  const auto emptied = in.update("mn", {{"m2m:csr", {{"dcse", Json::array()}}}}, "/mn");
  ASSERT_EQ(rsc(emptied), 2004) << emptied.content;
  EXPECT_FALSE(emptied.content["m2m:csr"].contains("dcse"));
}

TEST(RemoteCse, OfAnotherServiceProviderRegistersAtTheInCseAndIsReached) {
  CseNetwork network;
  CseNetwork::Node& one = network.add(in_of("//one", "/in1"));
  CseNetwork::Node& two = network.add(in_of("//two", "/in2"));
  const auto made = register_at(one, "//two/in2", {{"poa", {CseNetwork::address_of("/in2")}}});
  ASSERT_EQ(rsc(made), 2001) << made.content;
  EXPECT_EQ(made.content["m2m:csr"]["csi"], "//two/in2");
  EXPECT_EQ(made.content["m2m:csr"]["ri"], "two_in2");
  EXPECT_EQ(rsc(register_at(one, "//two/in2")), 4117);
  ASSERT_EQ(rsc(two.create("cse-in", 1, {{"m2m:acp", {{"rn", "open"}, {"pv", {{"acr", {{{"acor", {"//one/in1/Cguest"}}, {"acop", 2}}}}}},
                                                      {"pvs", {{"acr", {{{"acor", {"CAdmin"}}, {"acop", 63}}}}}}}}})), 2001);
  ASSERT_EQ(rsc(two.create("cse-in", 3, {{"m2m:cnt", {{"rn", "data"}, {"acpi", {"cse-in/open"}}}}})), 2001);
  const auto read = one.retrieve("//two/in2/cse-in/data", "Cguest");
  EXPECT_EQ(rsc(read), 2000) << read.content;
  EXPECT_EQ(one.sent.back().from, "//one/in1/Cguest") << "absolute across Mcc'";
  EXPECT_EQ(rsc(one.retrieve("//two/in2/cse-in/data", "Cstranger")), 4103);
  EXPECT_EQ(rsc(one.retrieve("//three/in/x", "Cguest")), 4004) << "no way leads there";
}

TEST(RemoteCse, LooksAtTheCseBaseBeforeItRegisters) {
  CseNetwork network;
  cse::CseOptions options;
  options.allowed_registrees = {"/asn*"};
  CseNetwork::Node& mn = network.add(options);
  EXPECT_EQ(rsc(mn.retrieve("cse-mn", "/asn1")), 2000);
  EXPECT_EQ(rsc(mn.retrieve("cse-mn", "/other")), 4103);
  EXPECT_EQ(rsc(mn.create("cse-mn", 3, {{"m2m:cnt", Json::object()}}, "/asn1")), 4103);
}

TEST(RemoteCse, OfAnotherServiceProviderIsNothingForAnMnCse) {
  CseNetwork network;
  cse::CseOptions options;
  options.allowed_registrees = {"*"};
  EXPECT_EQ(rsc(register_at(network.add(options), "//two/in2")), 4005);
}

TEST(RemoteCse, TellsWhichInCseServesItsSystem) {
  CseNetwork network;
  CseNetwork::Node& in = network.add(in_of("//mec.example.org", "/in"));
  cse::CseOptions options;
  options.registrar = cse::RegistrarOptions{"/in", "cse-in", {}};
  CseNetwork::Node& mn = network.add(options);
  EXPECT_EQ(in.retrieve("cse-in").content["m2m:cb"]["ici"], "/in");
  EXPECT_TRUE(network.run_until([&] { return mn.retrieve("cse-mn").content["m2m:cb"].value("ici", Json{}) == "/in"; }));
}

}  // namespace
}  // namespace edgecse::test
