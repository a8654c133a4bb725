// SPDX-License-Identifier: Apache-2.0
//
// What a CSE is told about itself and its surroundings. Keys: edgecse --print-config (cse.*, registrar.*, mobility.*).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace edgecse::cse {

enum class CseType : int { In = 1, Mn = 2, Asn = 3 };  // m2m:cseTypeID

struct RegistrarOptions {
  std::string id;    // CSE-ID, /in
  std::string name;  // resourceName of its CSEBase
  std::vector<std::string> points_of_access;
};

struct MobilityOptions {
  bool enabled = true;
  bool extensions = true;                     // false: only what oneM2M Release 3 defines goes on the wire
  std::chrono::seconds guard_time{60};        // life of retry table rows and of moved data; above any request's life
  std::vector<std::string> peers;             // CSE-IDs whose PREPARE is accepted and to which units may go
};

// Who gets in. What an access control policy says is said by the policy.
struct AccessOptions {
  std::vector<std::string> allowed_aes{"C*", "S*"};  // AE-ID-Stems that may register, with *; others are refused with 4126
  /// Resource types, by name, that every originator may create below the CSEBase: they grant and disclose nothing.
  std::vector<std::string> open_types{"accessControlPolicy", "notificationTargetPolicy"};
  bool dynamic_authorization = false;  // whether <dynamicAuthorizationConsultation> is asked before an access is refused
  bool service_subscriptions = false;  // whether an AE needs a profile: TS-0004 7.3.2.7
};

struct CseOptions {
  CseType type = CseType::Mn;
  std::string id = "/mn1";                    // CSE-ID, SP-relative; the resourceID of CSEBase is this without the slash
  std::string name = "cse-mn";                // resourceName of CSEBase
  std::string service_provider = "//mec.example.org";
  std::string admin_originator = "CAdmin";    // empty: nobody has full access
  bool missing_release_is_1 = false;          // requests without rvi are Release 1; false: refused with 4001
  bool verify_urls = false;                   // notification targets that are plain URLs are asked whether they agree, too
  bool strict_originator_check = false;       // TS-0004 7.3.2.1 checks 5 and 6; false: the network is trusted
  std::optional<std::vector<std::string>> allowed_registrees;  // CSE-ID patterns with *; absent: none on MN, all on IN
  std::vector<std::string> points_of_access;
  std::optional<RegistrarOptions> registrar;
  std::chrono::seconds maximum_expiration{5LL * 365 * 24 * 3600};
  std::chrono::milliseconds request_expiration{10'000};  // a request's life when it gives no rqet
  std::chrono::milliseconds request_resource_expiration{60'000};  // a <request>'s life when neither rqet nor rp say it
  bool flex_blocking_waits = true;            // rt flexBlocking is answered with the result; false: with a <request>
  std::size_t resources_per_originator = 0;   // that one AE may keep here, without instances; 0: any number
  MobilityOptions mobility;
  AccessOptions access;
};

}  // namespace edgecse::cse
