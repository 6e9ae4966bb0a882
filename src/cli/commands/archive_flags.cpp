#include "cli/commands/archive_flags.h"

#include "cli/options/connection.h"
#include "cli/options/lock_flags.h"
#include "cli/options/output_options.h"
#include "cli/options/scope.h"
#include "cli/options/shard_flag.h"
#include "cli/options/values.h"
#include "cli/options/watch_flags.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kWhichObjects = "Which objects";
constexpr std::string_view kTheArchives = "The archives";
constexpr std::string_view kTheSources = "The sources";

std::vector<Flag> bucket_flags() {
  return {
      {.name = "bucket",
       .value = "BUCKET",
       .group = kBuckets,
       .help = "source bucket: its objects are archived (required)"},
      {.name = "arch-bucket",
       .value = "BUCKET",
       .group = kBuckets,
       .help = "where the archives go (required); --arch_bucket is the same flag"},
  };
}

std::vector<Flag> row_flags() {
  return {
      {.name = "inventory",
       .value = "S3URL",
       .group = kWhichObjects,
       .help = "take the objects from an S3 Inventory (CSV) instead of listing the bucket: "
               "s3://bucket/.../manifest.json; objects that it doesn't have stay for a later run",
       .otherwise = "the bucket is listed",
       .once = true},
      {.name = "manifest",
       .value = "FILE",
       .kind = FlagKind::list,
       .group = kWhichObjects,
       .help =
           "the same from a list of your own: CSV or JSON Lines with bucket and key, and, if known, size, etag, "
           "last_modified; a file, s3://bucket/key, s3://bucket/prefix/ or - (standard input); may be given "
           "several times",
       .otherwise = "the bucket is listed"},
      {.name = "temp-dir",
       .value = "FOLDER",
       .group = kWhichObjects,
       .help =
           "where the rows of --inventory, --manifest and --group-by are sorted: some 150 bytes for each, twice",
       .otherwise = "$TMPDIR, or /tmp"},
  };
}

std::vector<Flag> filter_flags() {
  return {
      {.name = "include",
       .value = "GLOB",
       .kind = FlagKind::list,
       .group = kWhichObjects,
       .help = "take only keys that match; may be given several times"},
      {.name = "exclude",
       .value = "GLOB",
       .kind = FlagKind::list,
       .group = kWhichObjects,
       .help = "skip keys that match, even if they match --include; may be given several times"},
      {.name = "min-age",
       .value = "AGE",
       .group = kWhichObjects,
       .help = "skip objects modified more recently than this: 30m, 12h, 7d, 2w",
       .fallback = "0"},
      {.name = "min-object-size",
       .value = "SIZE",
       .group = kWhichObjects,
       .help = "skip objects smaller than this: 100B, 4KiB",
       .aliases = {"min-size"}},
      {.name = "max-object-size",
       .value = "SIZE",
       .group = kWhichObjects,
       .help = "skip objects larger than this: 128KiB, 1GiB"},
  };
}

std::vector<Flag> selection_flags() {
  return joined({
      {{.name = "prefix",
        .value = "PREFIX",
        .kind = FlagKind::list,
        .group = kWhichObjects,
        .help = "what all keys start with: {prefix} in the templates; may be given several times",
        .fallback = "sources"}},
      date_flags(kWhichObjects),
      {{.name = "layout",
        .value = "TEMPLATE",
        .group = kWhichObjects,
        .help =
            "how keys are split into groups, each with its own archives; fields: {yyyy} {mm} {dd} {hh}, {m} {d} {h} "
            "without padding, or any name, such as {customer}",
        .fallback = catalog::kDefaultLayout}},
      {{.name = "group-by",
        .value = "WHAT",
        .group = kWhichObjects,
        .help =
            "where keys hold no date: group by the time of the last change, in UTC: last-modified:day, :month or "
            ":hour; lists everything below --prefix once",
        .otherwise = "--layout tells"}},
      row_flags(),
      filter_flags(),
      {shard_flag(kWhichObjects)},
  });
}

std::vector<Flag> volume_flags() {
  return {
      {.name = "archive-name",
       .value = "TEMPLATE",
       .group = kTheArchives,
       .help =
           "key of an archive, with the layout's fields; further volumes of a group get -2, -3, ...; with "
           "--group-by without {dd} for a month, with {hh} for an hour",
       .fallback = catalog::kDefaultArchiveName},
      {.name = "storage-class",
       .value = "CLASS",
       .group = kTheArchives,
       .help = "S3 storage class of the archives",
       .fallback = "GLACIER",
       .choices = kStorageClasses},
      {.name = "accept-class",
       .kind = FlagKind::toggle,
       .group = kTheArchives,
       .help = "accept another class, encryption or lock of an archive than was asked for",
       .otherwise = "it is named, and the exit code is 3"},
      {.name = "max-objects",
       .value = "COUNT",
       .group = kTheArchives,
       .help = "most objects in one volume",
       .fallback = "1000000"},
      {.name = "max-size",
       .value = "SIZE",
       .group = kTheArchives,
       .help = "most source bytes in one volume",
       .fallback = "50GiB"},
      {.name = "level",
       .value = "LEVEL",
       .group = kTheArchives,
       .help = "compression (0 is none, 1 fastest, 12 smallest)",
       .fallback = "6",
       .range = {0, 12}},
      garbage_age_flag(kTheArchives,
                       "before a group is packed, remove what killed runs left of it, once it is this old",
                       "gc-age"),
  };
}

std::vector<Flag> object_flags() {
  return {
      {.name = "tagging",
       .value = "TAGS",
       .group = kTheArchives,
       .help = "tags of the archives: team=logs&year=2018"},
      {.name = "verify",
       .value = "HOW",
       .group = kTheArchives,
       .help = "how an archive is proven before its sources are deleted; checksum: the store confirms "
               "size and checksum; readback: the archive is also read back whole from a copy in "
               "STANDARD, and every object in it is decoded",
       .fallback = "checksum",
       .choices = {"checksum", "readback"}},
  };
}

std::vector<Flag> source_flags() {
  return {
      toggle_flag("keep-sources", kTheSources, "archive, but delete nothing"),
      {.name = "without-tags",
       .kind = FlagKind::toggle,
       .group = kTheSources,
       .help = "archive objects without their tags; needs no s3:GetObjectTagging",
       .otherwise = "tags are archived"},
      {.name = "recheck-tags",
       .kind = FlagKind::toggle,
       .group = kTheSources,
       .help = "before an object is deleted, read its tags and metadata again; if they are not what was "
               "archived, the object stays; costs two requests for each object",
       .otherwise = "changes without a new ETag are not noticed"},
      {.name = "delete-versions",
       .kind = FlagKind::toggle,
       .group = kTheSources,
       .help = "in a versioned bucket, add a delete marker, then delete the archived version for ever; older "
               "versions stay under the marker",
       .otherwise = "only add the marker"},
      {.name = "delete-batch",
       .value = "COUNT",
       .group = kTheSources,
       .help = "keys in one delete request",
       .fallback = "1000",
       .range = {1, 1000}},
      {.name = "left-to",
       .value = "FILE",
       .group = kTheSources,
       .help = "write every object that is left in place to this file, as JSON Lines, while the run goes on; "
               "the file is emptied first",
       .otherwise = "the result names the first 1,000",
       .once = true},
      unsigned_source_flag(kTheSources),
      toggle_flag(kDryRun, kTheSources, "only list what would be archived and deleted; change nothing"),
  };
}

Flag powers_flag(std::string_view name, std::string_view help, std::string_view fallback,
                 std::string_view otherwise) {
  return {.name = name,
          .value = "POWERS",
          .group = kSpeedAndMemory,
          .help = help,
          .fallback = fallback,
          .otherwise = otherwise};
}

std::vector<Flag> resource_flags() {
  return {
      threads_flag("objects read at the same time (fewer while the store says SlowDown)", "256"),
      memory_flag(
          "limit for object bodies and upload buffers; beside it: indexes of open volumes, up to 80 MB"),
      powers_flag(
          "store-powers",
          "what the stores of both buckets honour: probe (find out), full (as S3 does), none, or a list of "
          "conditional-complete, checksums, conditional-delete, conditional-single-delete",
          "probe", ""),
      powers_flag(
          "source-powers",
          "the same for the source bucket's store: probe, full, none, or a list of conditional-delete, "
          "conditional-single-delete",
          "", "that of --store-powers"),
      powers_flag(
          "archive-powers",
          "the same for the archive bucket's store: probe, full, none, or a list of conditional-complete, "
          "checksums",
          "", "that of --store-powers"),
  };
}

}  // namespace

std::vector<Flag> archive_flags() {
  return joined({bucket_flags(),
                 selection_flags(),
                 volume_flags(),
                 object_flags(),
                 lock_flags(),
                 write_flags(),
                 source_flags(),
                 resource_flags(),
                 connection_flags(),
                 source_store_flags(),
                 watch_flags(),
                 {report_flag()},
                 output_flags()});
}

}  // namespace s3c::cli
