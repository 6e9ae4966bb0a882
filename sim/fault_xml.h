// XML answers read back and written again, by faults that change them. Pure functions.
#pragma once

#include <optional>
#include <pugixml.hpp>

#include "sim/request.h"

namespace s3c::sim {

/// nullopt: the answer isn't XML.
std::optional<pugi::xml_document> parse_answer(const Response& response);
Payload to_payload(const pugi::xml_document& document);

}  // namespace s3c::sim
