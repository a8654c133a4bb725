// SPDX-License-Identifier: Apache-2.0
//
// The entries of this CSE in the platform's service registry: onem2m-cse for applications that speak oneM2M, onem2m-data for
// those that do not, and one per class of data that is published by a name of its own. MEC 011 8.1.2.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "mec/types.hpp"

namespace edgecse::edge {

inline constexpr std::string_view kCseServiceName = "onem2m-cse";
inline constexpr std::string_view kDataServiceName = "onem2m-data";
inline constexpr std::string_view kDataPath = "/onem2m_data/v1";

struct PublisherOptions {
  std::string cse_id;                    // /mn1
  std::string cse_name;                  // cse-mn
  std::string service_provider;          // //mec.example.org
  std::vector<std::string> advertise;    // pointOfAccess URLs, without a slash at the end
  std::string scope_of_locality = "MEC_SYSTEM";
  bool consumed_local_only = false;
  std::string token_endpoint;            // of the data service; empty: no token is asked for
  std::string version = "0.1.0";
  std::chrono::seconds liveness_interval{10};
};

/// What MEC 033 is told: an IoT platform named as the CSE, reached by Mca.
[[nodiscard]] mec::IotPlatform make_iot_platform(const PublisherOptions& options);
[[nodiscard]] mec::ServiceInfo make_cse_service(const PublisherOptions& options, const std::string& app_instance_id);
[[nodiscard]] mec::ServiceInfo make_data_service(const PublisherOptions& options, const std::string& app_instance_id);
/// The entry of data with the label mec:service=<name>; INACTIVE while there is none.
[[nodiscard]] mec::ServiceInfo make_class_service(const PublisherOptions& options, const std::string& app_instance_id,
                                                  const std::string& name, bool active);

}  // namespace edgecse::edge
