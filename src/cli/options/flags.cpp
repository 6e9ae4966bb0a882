#include "cli/options/flags.h"

#include <fmt/format.h>

#include <algorithm>

namespace s3c::cli {
namespace {

constexpr std::string_view kBuckets = "Buckets";
constexpr std::string_view kSelection = "Which objects";
constexpr std::string_view kArchives = "The archives";
constexpr std::string_view kSources = "The sources";
constexpr std::string_view kScope = "Which volumes";
constexpr std::string_view kShown = "What is shown";
constexpr std::string_view kTarget = "Where to";
constexpr std::string_view kThaw = "The thaw";
constexpr std::string_view kResources = "Speed and memory";
constexpr std::string_view kNames = "Which names are ours";
constexpr std::string_view kGarbage = "What goes";
constexpr std::string_view kConnection = "Connection (all commands)";
constexpr std::string_view kOutput = "Output (all commands)";

constexpr FlagTraits kEmptyIsUnset = {.empty_is_unset = true};
constexpr FlagTraits kChangesStore = {.changes_store = true};
constexpr FlagTraits letter(char letter) {
  return {.letter = letter};
}

}  // namespace

const std::vector<CommandInfo>& commands() {
  static const std::vector<CommandInfo> kCommands = {
      {"archive", "", "pack each day's objects into ZIP archives, then delete them (the default)", true},
      {"ls", "[VOLUME]", "list the volumes of an archive bucket, or the members of one", false},
      {"find", "KEY|GLOB ...", "which volumes hold these members", false},
      {"cat", "KEY", "one member's bytes on standard output", false},
      {"restore", "[KEY|GLOB ...]", "bring members back: to their bucket, another one or a directory", true},
      {"verify", "[VOLUME ...]", "each volume against its manifest, or every byte of it", false},
      {"catalog", "rebuild|forget VOLUME ...",
       "make lost records of volumes again, or remove those of lost archives", true},
      {"gc", "", "remove what killed runs left in an archive bucket", true},
  };
  return kCommands;
}

namespace {

const std::vector<Flag>& archive_flags() {
  static const std::vector<Flag> kFlags = {
      {"bucket", "BUCKET", FlagKind::value, kBuckets, "whose objects are archived (required)"},
      {"arch-bucket", "BUCKET", FlagKind::value, kBuckets,
       "where the archives go (required); --arch_bucket is the same flag"},

      {"prefix", "PREFIX", FlagKind::value, kSelection,
       "what keys start with, before the layout (default: sources)"},
      {"years", "YEARS", FlagKind::list, kSelection, "only these years: 2018 or 2016,2017"},
      {"from", "DATE", FlagKind::value, kSelection, "only from this day on: 2018-04-01; not with --years"},
      {"to", "DATE", FlagKind::value, kSelection, "only up to this day, included; not with --years"},
      {"layout", "TEMPLATE", FlagKind::value, kSelection,
       "how keys are split into groups, one archive each (default: {prefix}/{yyyy}/{mm}/{dd}/; {hh} exists "
       "too)"},
      {"include", "GLOB", FlagKind::list, kSelection, "only keys that match; may be given several times"},
      {"exclude", "GLOB", FlagKind::list, kSelection,
       "no keys that match, whatever --include says; several times"},
      {"min-age", "AGE", FlagKind::value, kSelection,
       "leave objects modified less than this ago: 30m, 12h, 7d, 2w (default: 0)"},

      {"archive-name", "TEMPLATE", FlagKind::value, kArchives,
       "key of an archive (default: {bucket}/{yyyy}{mm}{dd}.zip); a group's further volumes get -2, -3, ..."},
      {"storage-class", "CLASS", FlagKind::value, kArchives,
       "S3 storage class of the archives, such as DEEP_ARCHIVE, GLACIER_IR, STANDARD (default: GLACIER)"},
      {"max-objects", "COUNT", FlagKind::value, kArchives,
       "objects in one volume at most (default: 1000000)"},
      {"max-size", "SIZE", FlagKind::value, kArchives, "source bytes in one volume at most (default: 50GiB)"},
      {"level", "0..12", FlagKind::value, kArchives,
       "compression: 0 none, 1 fastest, 12 smallest (default: 6)"},
      {"gc-age", "AGE", FlagKind::value, kArchives,
       "before more of a group is packed, clear what killed runs left of it this long ago (default: 7d)"},
      {"sse", "ALGORITHM", FlagKind::value, kArchives,
       "server-side encryption: AES256, aws:kms or aws:kms:dsse (default: the bucket's)"},
      {"sse-kms-key-id", "KEY", FlagKind::value, kArchives, "KMS key for --sse aws:kms"},
      {"tagging", "TAGS", FlagKind::value, kArchives, "tags of the archives: team=logs&year=2018"},
      {"verify", "HOW", FlagKind::value, kArchives,
       "checksum: the store confirms size and checksum before anything is deleted; readback: before that, "
       "each archive is read back whole from a copy in STANDARD and every object in it decoded (default: "
       "checksum)"},

      {"keep-sources", "", FlagKind::toggle, kSources, "archive, and delete nothing"},
      {"delete-versions", "", FlagKind::toggle, kSources,
       "in a versioned bucket, add a delete marker, then delete exactly the archived version, for ever; "
       "older "
       "versions stay under the marker (default: only add the marker)"},
      {"delete-batch", "COUNT", FlagKind::value, kSources,
       "keys in one delete request, 1 to 1000 (default: 1000)"},
      {kDryRun, "", FlagKind::toggle, kSources, "only list what would be archived; change nothing"},

      {"threads", "COUNT", FlagKind::value, kResources,
       "objects read at the same time, at most; fewer while the store says SlowDown. 1 to 4096 (default: "
       "256)"},
      {"memory", "SIZE", FlagKind::value, kResources,
       "bound for object bodies and upload buffers (default: 192MiB)"},
      {"store-powers", "POWERS", FlagKind::value, kResources,
       "what the stores of both buckets honour: probe (find out, the default), full (as S3 does), none, or a "
       "list of conditional-complete, checksums, conditional-delete, conditional-single-delete"},
      {"source-powers", "POWERS", FlagKind::value, kResources,
       "the same for the source bucket's store: probe, full, none, or a list of conditional-delete, "
       "conditional-single-delete"},
      {"archive-powers", "POWERS", FlagKind::value, kResources,
       "the same for the archive bucket's store: probe, full, none, or a list of conditional-complete, "
       "checksums"},
  };
  return kFlags;
}

const std::vector<Flag>& gc_flags() {
  static const std::vector<Flag> kFlags = {
      {"arch-bucket", "BUCKET", FlagKind::value, kBuckets,
       "where the archives are (required); --arch_bucket is the same flag"},
      {"bucket", "BUCKET", FlagKind::value, kBuckets,
       "whose archives' unfinished uploads are garbage; without it, only uploads the catalog names are"},

      {"prefix", "PREFIX", FlagKind::value, kNames, "as for archive; these three only with --bucket"},
      {"layout", "TEMPLATE", FlagKind::value, kNames, "as for archive"},
      {"archive-name", "TEMPLATE", FlagKind::value, kNames, "as for archive"},

      {"min-age", "AGE", FlagKind::value, kGarbage,
       "leave uploads and copies that are younger, with their records: 30m, 12h, 7d, 2w (default: 7d); less "
       "is as safe, but makes jobs that still run start volumes again"},
      {kDryRun, "", FlagKind::toggle, kGarbage, "only list what would be removed; change nothing"},

      {"threads", "COUNT", FlagKind::value, kResources,
       "archives looked at at the same time, 1 to 4096 (default: 16)"},
  };
  return kFlags;
}

/// Of every command that reads archives.
std::vector<Flag> with_scope(std::vector<Flag> own, std::string_view last_day = "to") {
  std::vector<Flag> flags = {
      {"arch-bucket", "BUCKET", FlagKind::value, kBuckets,
       "where the archives are (required); --arch_bucket is the same flag"},
      {"bucket", "BUCKET", FlagKind::value, kBuckets,
       "whose objects were archived; without it every volume in the catalog is looked at"},
      {"prefix", "PREFIX", FlagKind::value, kScope, "as for archive; these three only with --bucket"},
      {"layout", "TEMPLATE", FlagKind::value, kScope, "as for archive"},
      {"archive-name", "TEMPLATE", FlagKind::value, kScope, "as for archive"},
      {"years", "YEARS", FlagKind::list, kScope, "only of these years: 2018 or 2016,2017"},
      {"from", "DATE", FlagKind::value, kScope, "only from this day on: 2018-04-01; not with --years"},
      {last_day, "DATE", FlagKind::value, kScope, "only up to this day, included; not with --years"},
  };
  flags.insert(flags.end(), own.begin(), own.end());
  return flags;
}

Flag threads_flag(std::string_view help) {
  return {"threads", "COUNT", FlagKind::value, kResources, help};
}

const std::vector<Flag>& ls_flags() {
  static const std::vector<Flag> kFlags = with_scope({
      {"long", "", FlagKind::toggle, kShown, "of members: size, date and ETag too", letter('l')},
      threads_flag("manifests read at the same time, 1 to 4096 (default: 16)"),
  });
  return kFlags;
}

const std::vector<Flag>& find_flags() {
  static const std::vector<Flag> kFlags = with_scope({
      {"keys-from", "FILE", FlagKind::value, kScope,
       "look for the keys in this file too, one a line; - is standard input"},
      {"volume", "KEY", FlagKind::value, kScope, "only in this volume (default: in all of them)"},
      threads_flag("catalog objects read at the same time, 1 to 4096 (default: 16)"),
  });
  return kFlags;
}

Flag tier_flag() {
  return {"tier", "TIER", FlagKind::value, kThaw,
          "how fast, and how dear: Bulk, Standard or Expedited (default: Bulk)"};
}

Flag days_flag() {
  return {"days", "COUNT", FlagKind::value, kThaw, "how long thawed copies stay (default: 3)"};
}

const std::vector<Flag>& restore_flags() {
  static const std::vector<Flag> kFlags = with_scope(
      {
          {"keys-from", "FILE", FlagKind::value, kScope,
           "restore the keys in this file too, one a line; - is standard input"},
          {"volume", "KEY", FlagKind::value, kScope,
           "only out of this volume, also what others hold newer (default: of each key the newest)"},
          {"to", "PLACE", FlagKind::value, kTarget,
           "s3://bucket/prefix/ or a directory; keys are put behind it (default: each to its own bucket and "
           "key)"},
          {"overwrite", "", FlagKind::toggle, kTarget,
           "replace what is there; without it nothing is ever overwritten"},
          tier_flag(),
          days_flag(),
          {"wait", "", FlagKind::toggle, kThaw,
           "wait until everything is thawed; without it, exit code 4 and a later run goes on"},
          {"poll", "AGE", FlagKind::value, kThaw, "with --wait: how often to ask (default: 1m)"},
          {"yes", "", FlagKind::toggle, kThaw, "don't ask before it starts, also on a terminal"},
          {kDryRun, "", FlagKind::toggle, kThaw,
           "only tell what would be thawed and written, and what it costs"},
          threads_flag("ranges of archives in work at the same time, 1 to 4096 (default: 32)"),
          {"memory", "SIZE", FlagKind::value, kResources,
           "bound for what is fetched and decoded (default: 192MiB)"},
      },
      "until");
  return kFlags;
}

const std::vector<Flag>& verify_flags() {
  static const std::vector<Flag> kFlags = with_scope({
      {"deep", "", FlagKind::toggle, kShown,
       "read every volume whole and decode every member; frozen ones only after a thaw"},
      {"mend", "", FlagKind::toggle, kShown,
       "with --deep: give an archive that is whole but lost its id the id back, by a copy onto itself inside "
       "the store",
       kChangesStore},
      {"min-age", "AGE", FlagKind::value, kShown,
       "take a record without its archive for damage when it is this old; a younger one may be a run's that "
       "works "
       "(default: 7d)"},
      {"thaw", "", FlagKind::toggle, kThaw,
       "with --deep: ask S3 to thaw what is frozen; run the same command again when it is thawed",
       kChangesStore},
      tier_flag(),
      days_flag(),
      threads_flag("volumes looked at at the same time, 1 to 4096 (default: 16)"),
      {"memory", "SIZE", FlagKind::value, kResources,
       "with --deep: bound for what is read and decoded (default: 192MiB)"},
  });
  return kFlags;
}

const std::vector<Flag>& catalog_flags() {
  static const std::vector<Flag> kFlags = with_scope({
      {"yes", "", FlagKind::toggle, kShown, "forget: don't ask; needed where there is no terminal to ask on"},
      {"memory", "SIZE", FlagKind::value, kResources, "bound for what is read and decoded (default: 192MiB)"},
  });
  return kFlags;
}

const std::vector<Flag>& cat_flags() {
  static const std::vector<Flag> kFlags = with_scope({
      {"volume", "KEY", FlagKind::value, kScope,
       "of several objects that had this key, the one in this volume (default: the newest)"},
      threads_flag("catalog objects read at the same time, 1 to 4096 (default: 16)"),
  });
  return kFlags;
}

}  // namespace

const std::vector<Flag>& flags_of(std::string_view command) {
  if (command == "ls") return ls_flags();
  if (command == "find") return find_flags();
  if (command == "cat") return cat_flags();
  if (command == "restore") return restore_flags();
  if (command == "verify") return verify_flags();
  if (command == "catalog") return catalog_flags();
  if (command == "gc") return gc_flags();
  return archive_flags();
}

const CommandInfo& command_info(std::string_view name) {
  return *std::find_if(commands().begin(), commands().end(),
                       [&](const CommandInfo& command) { return command.name == name; });
}

const std::vector<Flag>& global_flags() {
  static const std::vector<Flag> kFlags = {
      {"endpoint-url", "URL", FlagKind::value, kConnection, "an S3-compatible store instead of AWS"},
      {"region", "REGION", FlagKind::value, kConnection,
       "the buckets' region (default: AWS_REGION, the profile's)", kEmptyIsUnset},
      {"profile", "NAME", FlagKind::value, kConnection, "profile in the AWS config and credentials files"},
      {"ca-bundle", "FILE", FlagKind::value, kConnection,
       "PEM file of trusted authorities (default: AWS_CA_BUNDLE, the system's); TLS is always verified",
       kEmptyIsUnset},
      {"addressing-style", "STYLE", FlagKind::value, kConnection,
       "where the bucket's name goes: auto, path or virtual (default: auto)"},
      {"max-attempts", "COUNT", FlagKind::value, kConnection,
       "how often a request is tried, 1 to 100 (default: AWS_MAX_ATTEMPTS, 10)"},

      {"output", "FORMAT", FlagKind::value, kOutput,
       "of the result on standard output: text or json (default: text)"},
      {"quiet", "", FlagKind::toggle, kOutput, "print errors only, and the result if it is JSON"},
      {"verbose", "", FlagKind::count, kOutput, "log what is done to standard error; -vv logs more",
       letter('v')},
      {"no-progress", "", FlagKind::toggle, kOutput, "no progress display"},
      {"config", "FILE", FlagKind::value, kOutput, "read flags from a TOML file: threads = 16"},
      {"version", "", FlagKind::toggle, kOutput, "print the version"},
      {"help", "", FlagKind::toggle, kOutput, "print this", letter('h')},
  };
  return kFlags;
}

std::vector<Flag> all_flags(std::string_view command) {
  std::vector<Flag> flags = flags_of(command);
  flags.insert(flags.end(), global_flags().begin(), global_flags().end());
  return flags;
}

bool is_command(std::string_view name) {
  return std::any_of(commands().begin(), commands().end(),
                     [&](const CommandInfo& command) { return command.name == name; });
}

std::string canonical_name(std::string_view name) {
  std::string result(name);
  std::replace(result.begin(), result.end(), '_', '-');
  return result;
}

const Flag* find_flag(std::string_view command, std::string_view name) {
  const std::string canonical = canonical_name(name);
  for (const std::vector<Flag>* flags : {&flags_of(command), &global_flags()}) {
    for (const Flag& flag : *flags) {
      if (flag.name == canonical) return &flag;
    }
  }
  return nullptr;
}

const Flag* find_flag_anywhere(std::string_view name) {
  for (const CommandInfo& command : commands()) {
    if (const Flag* flag = find_flag(command.name, name)) return flag;
  }
  return nullptr;
}

const Flag* find_known_flag(std::string_view command, std::string_view name) {
  const Flag* own = find_flag(command, name);
  return own != nullptr ? own : find_flag_anywhere(name);
}

const Flag* find_letter_anywhere(char letter) {
  for (const CommandInfo& command : commands()) {
    for (const std::vector<Flag>* flags : {&flags_of(command.name), &global_flags()}) {
      for (const Flag& flag : *flags) {
        if (flag.traits.letter == letter) return &flag;
      }
    }
  }
  return nullptr;
}

bool takes_value(const Flag& flag) {
  return flag.kind == FlagKind::value || flag.kind == FlagKind::list;
}

std::string usage_of(const Flag& flag) {
  return fmt::format("--{}{}{}: {}", flag.name, takes_value(flag) ? " " : "", flag.value, flag.help);
}

std::string environment_name(const Flag& flag) {
  std::string name(kEnvironmentPrefix);
  for (const char c : flag.name)
    name += c == '-' ? '_' : (c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  return name;
}

}  // namespace s3c::cli
