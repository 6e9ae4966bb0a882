// The headers that give an object what it has besides its bytes. Any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "s3/call_runner.h"
#include "s3/types.h"

namespace s3c::s3 {

/// Adds the headers of PutObject and CreateMultipartUpload that say attributes.
/// Throws Error (with call's operation and resource): invalid_argument for what would arrive as something
/// else or not at all:
/// - values with control characters, or with blanks at their ends (HTTP drops those);
/// - values with bytes outside ASCII, which S3 takes for Latin-1; what it sends for such values itself,
///   RFC 2047 encoded words, is ASCII and goes through;
/// - metadata names that aren't lower-case tokens; system headers that aren't those of ObjectHead;
/// - tags that aren't UTF-8. Their number and lengths are the store's to judge.
void add_attribute_headers(const ObjectAttributes& attributes, Call& call);

/// "a=1&b%20c=" as x-amz-tagging wants it.
std::string tagging_header(const std::map<std::string, std::string>& tags);

/// The reverse; '+' is a space. Throws Error: invalid_argument for bad escapes, a tag without '=' or a name
/// that is empty or there twice. An empty text has no tags.
std::map<std::string, std::string> parse_tagging_header(std::string_view text);

}  // namespace s3c::s3
