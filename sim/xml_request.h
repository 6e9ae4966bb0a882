// Reads the XML bodies that clients send. One thread.
#pragma once

#include <pugixml.hpp>

#include <string_view>

namespace s3c::sim {

/// Parses body and checks the root element's name. Text of white space only is kept, because a key may be
/// just that. Throws S3Error: MalformedXML; also for NUL characters, which XML can't hold.
pugi::xml_document parse_xml(std::string_view body, const char* root);

/// An ETag from a client's XML, without its quotes.
std::string_view unquoted(std::string_view etag);

}  // namespace s3c::sim
