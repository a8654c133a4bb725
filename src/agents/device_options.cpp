// SPDX-License-Identifier: Apache-2.0
#include "agents/device_options.hpp"

#include "base/configuration.hpp"
#include "onem2m/address.hpp"

namespace edgecse::agents {
namespace {

bool is_url(std::string_view text) { return text.starts_with("http://") || text.starts_with("https://"); }
bool is_given(std::string_view text) { return !text.empty(); }

}  // namespace

void declare_device_keys(base::ConfigurationKeys& keys, DeviceOptions& options) {
  keys.text("device.name", options.name, "Resource name of the AE; its originator is C and the name.", "a resource name",
            [](std::string_view text) { return onem2m::is_resource_name(text); });
  keys.text("device.ue", options.ue, "IPv4 address in the mobile network, for the label mec:ue=UE_IPv4_ADDRESS:...; \"\": none.");
  keys.text("device.resolver", options.resolver, "URL that tells where the device's one name leads now, as {\"uri\": ...}.",
            "an http URL", is_url);
  keys.text("device.cse_name", options.cse_name, "resourceName of the CSEBase, the same at every host.", "a name", is_given);
  keys.listen_address("device.listen", options.listen, "Where notifications come in; port 0 takes a free one.");
  keys.texts("device.readers", options.readers, "Originators that may read, subscribe and command.");
  keys.text("device.mec_reader", options.mec_reader,
            "Originator of the hosts' MEC service (their mec.service.originator); \"\": data is not offered there.");
  keys.text("device.measurements", options.measurements, "CSV file with time and value in each row.", "a file", is_given);
  keys.integer("device.first_row", options.first_row, {0, 1'000'000'000}, "row", "Where this device's slice of the series begins.");
  keys.duration("device.interval", options.interval, {1, 3'600'000}, "Time from one measurement to the next.");
  keys.duration("device.request_timeout", options.request_timeout, {100, 600'000}, "Patience with one attempt.");
  keys.choice("device.triggers", options.follow_triggers, {{"follow", true}, {"ignore", false}},
              "What to do with a re-registration trigger.");
  keys.text("device.ledger", options.ledger, "File for what happened, a JSON object a line; -: standard output.", "a file",
            is_given);
}

}  // namespace edgecse::agents
