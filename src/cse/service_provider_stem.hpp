// SPDX-License-Identifier: Apache-2.0
//
// S-type AE-ID-Stems: the IN-CSE gives them and keeps an <AEAnnc> per AE that says where it is registered; the registrar of
// the AE asks for it before it makes the <AE>. TS-0001 10.2.2.2 cases a and b, TS-0004 7.4.5.2, docs/handover.md 7.
#pragma once

#include "cse/ae.hpp"
#include "cse/announcement/announced_procedure.hpp"
#include "cse/router.hpp"

namespace edgecse::cse {

/// <AE> at a CSE that has a registrar (taken to be the IN-CSE), which is asked for the service subscription, too, where one is
/// needed.
class ServiceProviderAeProcedure final : public AeProcedure {
 public:
  ServiceProviderAeProcedure(CseCore& core, Router& router) : AeProcedure(core), router_(router) {}

  [[nodiscard]] bool prepares(const onem2m::Request& request) const override;
  [[nodiscard]] bool needs_preparation(const Preparation& preparation) const override;
  /// Gives {"stem": "Sxxx"}; what the IN-CSE answers when it refuses.
  void prepare(Preparation preparation, PreparedCallback done) override;
  onem2m::Result<> before_create(CreateContext& context) override;

 private:
  void prepare_stem(Preparation preparation, PreparedCallback done);
  void create_announcement(const std::string& stem, const Json& attributes, PreparedCallback done);
  Router& router_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

/// <AEAnnc> at the IN-CSE that a registration makes: From and lnk are `/<csi>/S` or `/<csi>/Sxxx`.
class AeAnncProcedure final : public AnnouncedProcedure {
 public:
  using AnnouncedProcedure::AnnouncedProcedure;

  /// The registrar that From names makes it; the registrar that the AE has from now on changes it. Others: the ACPs.
  [[nodiscard]] std::optional<onem2m::Result<>> authorise(const Tree& tree, const onem2m::Request& request,
                                                          const Resource& target) const override;
  [[nodiscard]] onem2m::Result<> check_create(const CreateCheck& check) const override;
  /// 4117 when the credential is not the one that registered first.
  [[nodiscard]] onem2m::Result<> check_update(const UpdateCheck& check) const override;
  onem2m::Result<> before_create(CreateContext& context) override;
};

/// Keeps the <AEAnnc> of the AEs here true: INACTIVE when they end their registration, and naming this CSE when they came
/// here by a handover.
class StemKeeper final : public ResourceEventListener {
 public:
  explicit StemKeeper(CseCore& core) : core_(core) {}
  void on_event(Transaction& transaction, const ResourceEvent& event) override;
  /// The unit is served here; any thread.
  void served(const std::string& unit);

 private:
  void tell(Transaction& transaction, const Resource& ae, Json attributes) const;
  CseCore& core_;
};

}  // namespace edgecse::cse
