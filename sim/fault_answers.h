// Answers made up or spoiled by faults. Pure functions.
#pragma once

#include <string>

#include "sim/request.h"

namespace s3c::sim {

/// An S3 error document; without a body in answer to HEAD, as S3 does.
Response error_answer(const Request& request, int status, const std::string& code);

}  // namespace s3c::sim
