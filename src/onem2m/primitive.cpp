// SPDX-License-Identifier: Apache-2.0
#include "onem2m/primitive.hpp"

namespace edgecse::onem2m {

Response make_error_response(const Request& request, ResponseStatus status, const std::string& detail) {
  Response response;
  response.status = status;
  response.request_identifier = request.request_identifier;
  response.release_version = request.release_version;
  if (!detail.empty()) response.content = Json{{"m2m:dbg", detail}};
  return response;
}

}  // namespace edgecse::onem2m
