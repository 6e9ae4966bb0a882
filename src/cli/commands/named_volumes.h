// Volumes that the user names: which ones are meant, and, for the catalog commands, the work on one after the
// other.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/options/reader.h"
#include "cli/session.h"
#include "s3/object_store.h"

namespace s3c::cli {

/// The key of the volume that the user means by text: text itself, or the key in "s3://BUCKET/KEY" or
/// "BUCKET/KEY", which is how the summary of archive and other programs print a volume. If something of the
/// whole name stands in the archive bucket, then that is meant: asked of the store only when text begins with
/// a bucket. An empty text stays empty. Throws UsageError for a URL of another bucket, and what the store
/// throws.
std::string volume_meant(const std::string& text, const std::string& archive_bucket, s3::ObjectStore& store);

/// What to say about a name that no volume has: "did you mean source-bucket/20180401.zip" for "20180401.zip". Looks into
/// the first 20 folders at the top of the archive bucket: one LIST, and for each a HEAD and a LIST. Empty: no volume of
/// that name is there, or the store doesn't tell.
std::string volumes_meant_instead(const std::string& text, const std::string& archive_bucket,
                                  s3::ObjectStore& store);

/// The operands: keys of volumes. Throws UsageError when there are none. example: what the hint shows after
/// "s3compress".
std::vector<std::string> read_named_volumes(const Reader& reader, std::string_view example);

/// command: as JSON documents name it. Calls work for each volume, as volume_meant() of it, until Ctrl-C. An
/// error of work is printed, and the next volume follows. Returns the worst (exit_code.h) of the codes that
/// work returned and of code_of(error) for its errors; interrupted if Ctrl-C left volumes undone.
ExitCode for_each_named(std::string_view command, const std::vector<std::string>& volumes,
                        const std::string& archive_bucket, Session& session,
                        const std::function<ExitCode(const std::string& volume)>& work,
                        const std::function<ExitCode(const base::Error&)>& code_of);

}  // namespace s3c::cli
