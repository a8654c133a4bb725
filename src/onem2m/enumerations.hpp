// SPDX-License-Identifier: Apache-2.0
//
// The enumerations that code decides by; the others are data in the attribute table. TS-0004 6.3.4.2.
#pragma once

namespace edgecse::onem2m {

enum class Operation : int { Create = 1, Retrieve = 2, Update = 3, Delete = 4, Notify = 5 };

/// m2m:accessControlOperations, a bit each.
enum class AccessOperation : int { Create = 1, Retrieve = 2, Update = 4, Delete = 8, Notify = 16, Discovery = 32 };

/// m2m:resultContent.
enum class ResultContent : int {
  Nothing = 0,
  Attributes = 1,
  HierarchicalAddress = 2,
  HierarchicalAddressAndAttributes = 3,
  AttributesAndChildResources = 4,
  AttributesAndChildResourceReferences = 5,
  ChildResourceReferences = 6,
  OriginalResource = 7,
  ChildResources = 8,
  ModifiedAttributes = 9,
  SemanticContent = 10,
  SemanticContentAndPermissions = 11,
  Permissions = 12,
};

/// m2m:resourceType numbers that code names. Announced types add 10000.
namespace type {
inline constexpr int kMixed = 0, kAccessControlPolicy = 1, kAe = 2, kContainer = 3, kContentInstance = 4, kCseBase = 5,
                     kGroup = 9, kMgmtObj = 13, kNode = 14, kPollingChannel = 15, kRemoteCse = 16, kRequest = 17,
                     kSchedule = 18, kSubscription = 23, kFlexContainer = 28, kTimeSeries = 29, kTimeSeriesInstance = 30,
                     kFlexContainerInstance = 58, kAnnounced = 10000, kAeAnnc = 10002, kCseBaseAnnc = 10005;
}  // namespace type

/// m2m:notificationEventType.
enum class NotificationEventType : int {
  UpdateOfResource = 1,
  DeleteOfResource = 2,
  CreateOfDirectChild = 3,
  DeleteOfDirectChild = 4,
  RetrieveOfContainerWithNoChild = 5,
  TriggerReceivedForAe = 6,
  BlockingUpdate = 7,
  ReportOnMissingDataPoints = 8,
};

}  // namespace edgecse::onem2m
