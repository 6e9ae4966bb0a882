// Request headers for the attributes of an object: metadata, system headers, tags, storage class, encryption.
// Any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/error.h"
#include "s3/call_runner.h"
#include "s3/types.h"

namespace s3c::s3 {

/// What an object with these attributes would lose if it were written: what would arrive changed or not at
/// all. Empty: nothing.
/// - values with control characters, or with blanks at their ends (HTTP drops those);
/// - values with bytes outside ASCII, which S3 reads as Latin-1. S3 itself sends such values as RFC 2047
///   encoded words; those are ASCII and are accepted;
/// - metadata names that aren't lower-case tokens; system headers that aren't those of ObjectHead;
/// - tags that aren't UTF-8. Their number and lengths are not checked here; the store checks them.
std::string trouble_with(const ObjectAttributes& attributes);

/// Adds the attributes' headers to a call of PutObject or CreateMultipartUpload. Throws Error (with call's
/// operation and resource): invalid_argument when trouble_with() says something.
void add_attribute_headers(const ObjectAttributes& attributes, Call& call);

void add_encryption_headers(const Encryption& encryption, Call& call);

/// x-amz-acl; none if acl is empty.
void add_acl_header(const std::string& acl, Call& call);

/// What the store's refusal of a call with a lock means: InvalidRequest, or a header that it doesn't know, is
/// how stores say that the bucket has no Object Lock. Any other error is returned as it is.
base::Error explain_refused_lock(const ObjectLock& lock, const base::Error& error);

/// "a=1&b%20c=" as x-amz-tagging wants it; empty without tags.
std::string tagging_header(const std::map<std::string, std::string>& tags);

/// The reverse; '+' is a space. Throws Error: invalid_argument for bad escapes, a tag without '=', and a name
/// that is empty or appears twice. An empty text means no tags.
std::map<std::string, std::string> parse_tagging_header(std::string_view text);

}  // namespace s3c::s3
