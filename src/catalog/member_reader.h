// Reads one member's bytes out of a volume, with a ranged GET of just these bytes. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "index/manifest.h"
#include "index/row.h"
#include "s3/object_store.h"
#include "s3/types.h"

namespace s3c::catalog {

/// Throws Error unless the object that a GET returned is the manifest's archive: damaged when it is another
/// object, unsupported when only reading it whole could tell. got: the head of the GET's answer; it may be of
/// a range. Sends one HEAD when the archive lost its id and its ETag proves nothing, because the answer to a
/// ranged GET has no checksum of the whole object.
void expect_archive(s3::ObjectStore& store, const std::string& archive_bucket,
                    const index::Manifest& manifest, const s3::ObjectHead& got);

/// The error for a volume whose archive a reader didn't find at its name, or found to be another one: damaged
/// when it was committed, because then its members are lost; not_found when it never was, because its run still
/// works or was killed; transient when the archive is there by now. Sends two or three requests. Throws what
/// the store throws.
base::Error absence_of_archive(s3::ObjectStore& store, const std::string& archive_bucket,
                               const index::Manifest& manifest);

/// What the error of a GET of a part of an archive means. not_found: absence_of_archive(). A range that the object
/// doesn't have, or an answer that is too short, is damaged if the archive doesn't have the size that its manifest
/// says. Any other error stays what it is. Sends at most three requests. Throws what the store throws.
base::Error error_of_read(s3::ObjectStore& store, const std::string& archive_bucket,
                          const index::Manifest& manifest, const base::Error& error);

/// Hands the member's bytes to sink while it decodes them. The bytes are only proven once this returns.
/// Constant memory. Sends one GET, a part of which may be asked for again; none for an empty member. If the
/// bytes don't decode to the size and the CRC-32 of the row, the member is read once more, without sink. Throws
/// Error: error_of_read(); damaged when the archive isn't the one of the volume's id, or the second read is
/// wrong too; corrupt when the second read is right: the first one was damaged on its way; what the store throws
/// (code InvalidObjectState: the volume is frozen); what sink throws.
void read_member(s3::ObjectStore& store, const std::string& archive_bucket, const index::Manifest& manifest,
                 const index::Row& row, const std::function<void(std::string_view)>& sink);

}  // namespace s3c::catalog
