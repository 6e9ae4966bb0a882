// Answers that faults invent or damage, for every operation. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/request.h"

namespace s3c::sim {

/// An S3 error document; without a body in answer to HEAD, as S3 does.
Response error_answer(const Request& request, int status, const std::string& code);

/// True for an answer whose body is XML and not empty.
bool is_xml(const Response& response);

/// REQUIRES: at_offset < body.size_bytes(), bit < 8.
Payload with_flipped_bit(const Payload& body, std::uint64_t at_offset, std::uint64_t bit);

/// Changes every ETag, in the header and in an XML body, to another one of the same form. False: there was
/// none.
bool change_etags(Response& response);

std::string lower_case(std::string_view text);

}  // namespace s3c::sim
