// --shard: which of several tasks this process is. For every command whose work is dealt out by groups.
#pragma once

#include <string_view>

#include "catalog/shard.h"
#include "cli/options/reader.h"

namespace s3c::cli {

/// group: its heading in help.
Flag shard_flag(std::string_view group);
/// The shard that --shard names; without the flag, the one that is everything. Throws UsageError.
catalog::Shard read_shard(const Reader& reader);

/// "3/8", "auto" or "auto/8". auto: the number that Slurm, AWS Batch or Kubernetes gave this task of an array, from
/// environment. A total in text counts more than what environment says of the total. Throws base::Error
/// (invalid_argument) whenever it isn't sure which part of how many this task is: a task that takes the wrong part
/// leaves work undone, or does that of all the others. The message completes "--flag VALUE ...", as those of
/// values.h do.
catalog::Shard parse_shard(std::string_view text, const Environment& environment);

}  // namespace s3c::cli
