// SPDX-License-Identifier: Apache-2.0
#include "binding/http/http_status.hpp"

namespace edgecse::binding {

using onem2m::Operation;
using onem2m::ResponseStatus;

int to_http_status(ResponseStatus status) {
  switch (status) {
    case ResponseStatus::Ok:
    case ResponseStatus::Deleted:
    case ResponseStatus::Updated: return 200;
    case ResponseStatus::Created: return 201;
    case ResponseStatus::Accepted:
    case ResponseStatus::AcceptedNonBlockingSynch:
    case ResponseStatus::AcceptedNonBlockingAsynch: return 202;
    case ResponseStatus::SubscriptionCreatorHasNoPrivilege:
    case ResponseStatus::OriginatorHasNoPrivilege:
    case ResponseStatus::OriginatorNotAuthenticated:
    case ResponseStatus::SecurityAssociationRequired:
    case ResponseStatus::InvalidChildResourceType:
    case ResponseStatus::NoMembers:
    case ResponseStatus::EsprimUnsupportedOption:
    case ResponseStatus::EsprimUnknownKeyId:
    case ResponseStatus::EsprimUnknownOrigRandId:
    case ResponseStatus::EsprimUnknownRecvRandId:
    case ResponseStatus::EsprimBadMac:
    case ResponseStatus::EsprimImpersonationError:
    case ResponseStatus::OriginatorHasAlreadyRegistered:
    case ResponseStatus::AppRuleValidationFailed:
    case ResponseStatus::OperationDeniedByRemoteEntity:
    case ResponseStatus::ServiceSubscriptionNotEstablished:
    case ResponseStatus::UnauthorizedUser:
    case ResponseStatus::ReceiverHasNoPrivilege:
    case ResponseStatus::TargetNotSubscribable:
    case ResponseStatus::SubscriptionHostHasNoPrivilege:
    case ResponseStatus::DiscoveryDeniedByIpe:
    case ResponseStatus::TargetHasNoSessionCapability:
    case ResponseStatus::SessionIsOnline:
    case ResponseStatus::TriggeringDisabledForRecipient:
    case ResponseStatus::TransactionProcessingIsIncomplete: return 403;
    // TS-0009 has no row for it; here it says that an originator asked or keeps too much.
    case ResponseStatus::ServiceSubscriptionLimitsExceeded: return 429;
    case ResponseStatus::NotFound:
    case ResponseStatus::OntologyNotAvailable:
    case ResponseStatus::LinkedSemanticsNotAvailable:
    case ResponseStatus::MashupMemberNotFound:
    case ResponseStatus::TargetNotReachable:
    case ResponseStatus::RemoteEntityNotReachable:
    case ResponseStatus::ExternalObjectNotReachable:
    case ResponseStatus::ExternalObjectNotFound: return 404;
    case ResponseStatus::OperationNotAllowed: return 405;
    case ResponseStatus::NotAcceptable: return 406;
    case ResponseStatus::GroupRequestIdentifierExists:
    case ResponseStatus::Conflict:
    case ResponseStatus::BlockingSubscriptionAlreadyExists:
    case ResponseStatus::AlreadyExists:
    case ResponseStatus::UnableToReplaceRequest:
    case ResponseStatus::UnableToRecallRequest:
    case ResponseStatus::AlreadyComplete:
    case ResponseStatus::MgmtCommandNotCancellable: return 409;
    case ResponseStatus::UnsupportedMediaType: return 415;
    case ResponseStatus::ReleaseVersionNotSupported:
    case ResponseStatus::SpecializationSchemaNotFound:
    case ResponseStatus::NotImplemented:
    case ResponseStatus::NonBlockingSynchRequestNotSupported: return 501;
    case ResponseStatus::RequestTimeout:
    case ResponseStatus::ExternalObjectNotReachableBeforeRqetTimeout:
    case ResponseStatus::ExternalObjectNotReachableBeforeOetTimeout: return 504;
    case ResponseStatus::MaxNumberOfMemberExceeded:
    case ResponseStatus::InvalidCmdtype:
    case ResponseStatus::InvalidArguments:
    case ResponseStatus::InsufficientArguments: return 400;
    default: break;  // by class, as for a code that the table does not know
  }
  const int number = onem2m::to_number(status);
  if (number < 2000) return 202;
  if (number < 4000) return 200;
  return number < 5000 ? 400 : 500;
}

ResponseStatus from_http_status(int http_status, Operation operation) {
  switch (http_status) {
    case 201: return ResponseStatus::Created;
    case 202: return ResponseStatus::Accepted;
    case 401: return ResponseStatus::OriginatorNotAuthenticated;
    case 403: return ResponseStatus::OriginatorHasNoPrivilege;
    case 404: return ResponseStatus::NotFound;
    case 405: return ResponseStatus::OperationNotAllowed;
    case 406: return ResponseStatus::NotAcceptable;
    case 408:
    case 504: return ResponseStatus::RequestTimeout;
    case 409: return ResponseStatus::Conflict;
    case 415: return ResponseStatus::UnsupportedMediaType;
    case 501: return ResponseStatus::NotImplemented;
    case 502:
    case 503: return ResponseStatus::TargetNotReachable;
    default: break;
  }
  if (http_status >= 400 && http_status < 500) return ResponseStatus::BadRequest;
  if (http_status < 200 || http_status >= 300) return ResponseStatus::InternalServerError;
  switch (operation) {
    case Operation::Create: return ResponseStatus::Created;
    case Operation::Update: return ResponseStatus::Updated;
    case Operation::Delete: return ResponseStatus::Deleted;
    default: return ResponseStatus::Ok;
  }
}

}  // namespace edgecse::binding
