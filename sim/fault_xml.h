// Parses XML answers and writes them again, for faults that change them. Pure functions.
#pragma once

#include <optional>
#include <pugixml.hpp>

#include "sim/request.h"

namespace s3c::sim {

/// nullopt: the answer isn't XML.
std::optional<pugi::xml_document> parse_answer(const Response& response);
Payload to_payload(const pugi::xml_document& document);

}  // namespace s3c::sim
