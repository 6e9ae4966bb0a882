// Reads and writes S3's XML. Reading is strict: a missing element, a cut-off document or another kind of
// document is an error, because a listing that lost its tail must never look like a shorter listing. Pure
// functions, any thread.
//
// Every parse_ function throws Error: transient when the text isn't well-formed (it was cut off; another try
// may help), corrupt when it is another document, or when a required element is missing or appears twice.
// Listings also throw unsupported: when an object has no ETag, and when the store ignores encoding-type and a
// name can't be read because of that.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "s3/types.h"

namespace s3c::s3 {

/// An <Error> document. Every field may be empty.
struct ErrorDocument {
  std::string code;
  std::string message;
  std::string request_id;
  std::string region;  ///< the right one, in AuthorizationHeaderMalformed and PermanentRedirect
};

/// nullopt when text isn't an <Error> document.
std::optional<ErrorDocument> parse_error(std::string_view text);

/// thaw_at: the time, by the store's clock, for which ObjectSummary::thaw is computed; nullopt when
/// RestoreStatus wasn't asked for.
ListObjectsPage parse_list_objects(std::string_view text,
                                   std::optional<base::Timestamp> thaw_at = std::nullopt);
ListObjectVersionsPage parse_list_object_versions(std::string_view text);
ListMultipartUploadsPage parse_list_multipart_uploads(std::string_view text);
std::map<std::string, std::string> parse_tagging(std::string_view text);
/// The upload id.
std::string parse_create_multipart_upload(std::string_view text);
/// The part that UploadPartCopy made.
struct CopiedPart {
  std::string etag;                    ///< without quotes, never empty
  std::optional<std::uint32_t> crc32;  ///< nullopt: the store doesn't tell
};
CopiedPart parse_copy_part(std::string_view text);
/// The ETag without quotes; Ceph RGW 16 leaves it empty. White space before the document is skipped: S3 sends
/// it to keep the connection open.
std::string parse_complete_multipart_upload(std::string_view text);

/// DeleteObjects' answer for one key; code is empty when the key was deleted.
struct DeleteAnswer {
  std::string key;
  std::string version_id;
  std::string code;
  std::string message;
  std::optional<std::string> marker_version_id;  ///< a delete marker was made, or one was deleted
};
std::vector<DeleteAnswer> parse_delete_objects(std::string_view text);

/// The body of CompleteMultipartUpload.
std::string write_complete_multipart_upload(const std::vector<UploadedPart>& parts);

/// The body of RestoreObject.
std::string write_restore_object(const RestoreObjectRequest& request);

/// The body of DeleteObjects. REQUIRES: xml_can_carry() every key.
std::string write_delete_objects(const std::vector<const DeleteItem*>& items);

/// False if key has a character that XML 1.0 can't write, not even as a reference: control characters but
/// TAB, LF and CR; U+FFFE; U+FFFF; bytes that aren't UTF-8. S3 answers "&#x1;" with MalformedXML.
bool xml_can_carry(std::string_view key);

/// "x" of "\"x\"".
std::string unquoted(std::string_view etag);

}  // namespace s3c::s3
