#include "cli/options.h"

#include <fmt/format.h>

#include <algorithm>

#include "archive/member_query.h"
#include "base/encoding.h"
#include "base/error.h"
#include "cli/arguments.h"
#include "cli/flags.h"
#include "cli/help.h"
#include "cli/settings.h"
#include "cli/usage_error.h"
#include "cli/values.h"

namespace s3c::cli {
namespace {

/// Turns settings into values; what a parser refuses becomes a UsageError that names the flag and the value.
class Reader {
 public:
  Reader(std::string command, Settings settings)
      : command_(std::move(command)), settings_(std::move(settings)) {}

  const Setting* find(std::string_view name) const {
    const auto found = settings_.find(name);
    return found == settings_.end() ? nullptr : &found->second;
  }

  /// Calls use(text) when the flag was given.
  template <typename Use>
  void with(std::string_view name, Use use) const {
    if (const Setting* setting = find(name)) convert(name, *setting, setting->values.back(), use);
  }

  /// The same for a parser whose message quotes the value itself.
  template <typename Use>
  void with_quoted(std::string_view name, Use use) const {
    const Setting* setting = find(name);
    if (setting == nullptr) return;
    try {
      use(setting->values.back());
    } catch (const base::Error& error) {
      throw UsageError(fmt::format("{}: {}", setting->origin, base::printable(error.message())),
                       help_for(name));
    }
  }

  /// The flag's text; fallback when it wasn't given.
  std::string text(std::string_view name, std::string fallback = {}) const {
    with(name, [&](const std::string& text) { fallback = text; });
    return fallback;
  }

  bool toggle(std::string_view name) const {
    bool on = false;
    with(name, [&](const std::string& text) { on = parse_switch(text); });
    return on;
  }

  /// "-vv" is two mentions; behind "=", in the environment and in the file it is a number, or true for one.
  int count(std::string_view name, int most) const {
    const Setting* setting = find(name);
    if (setting == nullptr) return 0;
    int count = 0;
    for (const std::string& value : setting->values) {
      convert(name, *setting, value, [&](const std::string& text) {
        count = text == "true" ? count + 1 : static_cast<int>(parse_number(text, 0, most));
      });
    }
    return count;
  }

  int number(std::string_view name, int fallback, int least, int most) const {
    with(name,
         [&](const std::string& text) { fallback = static_cast<int>(parse_number(text, least, most)); });
    return fallback;
  }

  /// Every value of a list flag. The environment has only one place for them: they stand between commas
  /// there.
  std::vector<std::string> list(std::string_view name) const {
    const Setting* setting = find(name);
    if (setting == nullptr) return {};
    if (setting->source != Source::environment) return setting->values;
    std::vector<std::string> values;
    with(name, [&](const std::string& text) { values = parse_list(text); });
    return values;
  }

  /// Where the flag was given; nullopt: nowhere.
  std::optional<Source> source(std::string_view name) const {
    const Setting* setting = find(name);
    return setting == nullptr ? std::nullopt : std::optional(setting->source);
  }

  void forget(std::string_view name) { settings_.erase(std::string(name)); }

  std::string help_for(std::string_view name) const {
    const Flag* flag = find_flag(command_, name);
    return flag == nullptr ? "" : usage_of(*flag);
  }

 private:
  template <typename Use>
  void convert(std::string_view name, const Setting& setting, const std::string& text, Use use) const {
    try {
      use(text);
    } catch (const base::Error& error) {
      throw UsageError(fmt::format("{} \"{}\" {}", setting.origin, base::printable(text), error.message()),
                       help_for(name));
    }
  }

  std::string command_;
  Settings settings_;
};

/// --years and --from/--to exclude each other where they come from one place; from two places, the stronger
/// one counts.
void settle_dates(Reader& reader, std::string_view last_day) {
  const std::optional<Source> years = reader.source("years");
  std::optional<Source> days = reader.source("from");
  if (!days || (reader.source(last_day) && *reader.source(last_day) < *days)) days = reader.source(last_day);
  if (!years || !days) return;
  if (*years == *days) {
    throw UsageError(fmt::format("--years and --from/--{} exclude each other", last_day),
                     "give either the years or the first and last day");
  }
  if (*years < *days) {
    reader.forget("from");
    reader.forget(last_day);
  } else {
    reader.forget("years");
  }
}

/// last_day: the flag of the last day; restore's --to is a place.
archive::DateRange read_dates(Reader& reader, std::string_view last_day = "to") {
  settle_dates(reader, last_day);
  if (const Setting* years = reader.find("years")) {
    try {
      return archive::DateRange::years(parse_years(years->values));
    } catch (const base::Error& error) {
      std::string given;
      for (const std::string& value : years->values) given += (given.empty() ? "" : ",") + value;
      throw UsageError(fmt::format("{} \"{}\" {}", years->origin, base::printable(given), error.message()),
                       reader.help_for("years"));
    }
  }
  std::optional<std::string> first;
  std::optional<std::string> last;
  // Each alone first, so that a message names the right one; together they can only be in the wrong order.
  reader.with_quoted("from", [&](const std::string& text) {
    archive::DateRange::between(text, std::nullopt);
    first = text;
  });
  reader.with_quoted(last_day, [&](const std::string& text) {
    archive::DateRange::between(std::nullopt, text);
    last = text;
  });
  if (!first && !last) return {};
  try {
    return archive::DateRange::between(first, last);
  } catch (const base::Error& error) {
    throw UsageError(fmt::format("--from and --{}: {}", last_day, error.message()),
                     "the first day comes first, both are included");
  }
}

/// How keys and archives are named.
void read_names(const Reader& reader, archive::Layout& layout, archive::ArchiveName& archive_name) {
  reader.with_quoted("layout", [&](const std::string& text) { layout = archive::Layout::parse(text); });
  reader.with_quoted("archive-name",
                     [&](const std::string& text) { archive_name = archive::ArchiveName::parse(text); });
}

/// "sources/" is what people copy from elsewhere, and it can only mean "sources".
std::string read_prefix(const Reader& reader, std::string fallback) {
  std::string prefix = reader.text("prefix", std::move(fallback));
  if (prefix.size() > 1 && prefix.ends_with('/')) prefix.pop_back();
  return prefix;
}

archive::Selection read_selection(Reader& reader) {
  archive::Selection selection;
  selection.bucket = reader.text("bucket");
  selection.prefix = read_prefix(reader, selection.prefix);
  selection.dates = read_dates(reader);
  selection.include = reader.list("include");
  selection.exclude = reader.list("exclude");
  reader.with("min-age", [&](const std::string& text) { selection.min_age = parse_age(text); });
  return selection;
}

s3::Encryption read_encryption(const Reader& reader) {
  s3::Encryption encryption;
  reader.with("sse", [&](const std::string& text) {
    encryption.algorithm = parse_choice(text, {"AES256", "aws:kms", "aws:kms:dsse"});
  });
  encryption.kms_key_id = reader.text("sse-kms-key-id");
  if (!encryption.kms_key_id.empty() && !encryption.algorithm.starts_with("aws:kms")) {
    throw UsageError("--sse-kms-key-id needs --sse aws:kms or aws:kms:dsse", "add --sse aws:kms");
  }
  return encryption;
}

archive::ArchiveOptions read_archive(Reader& reader) {
  archive::ArchiveOptions options;
  options.selection = read_selection(reader);
  options.archive_bucket = reader.text("arch-bucket");
  read_names(reader, options.layout, options.archive_name);
  reader.with("storage-class",
              [&](const std::string& text) { options.storage_class = parse_storage_class(text); });
  options.encryption = read_encryption(reader);
  reader.with("tagging", [&](const std::string& text) { options.tagging = parse_tagging(text); });
  reader.with("max-objects", [&](const std::string& text) { options.max_objects = parse_count(text); });
  reader.with("max-size", [&](const std::string& text) { options.max_size_bytes = parse_size_bytes(text); });
  options.level = reader.number("level", options.level, 0, 12);
  reader.with("verify", [&](const std::string& text) {
    options.readback = parse_choice(text, {"checksum", "readback"}) == "readback";
  });
  options.delete_batch = reader.number("delete-batch", options.delete_batch, 1, 1000);
  options.keep_sources = reader.toggle("keep-sources");
  options.delete_versions = reader.toggle("delete-versions");
  options.dry_run = reader.toggle("dry-run");
  reader.with("gc-age", [&](const std::string& text) { options.gc_age = parse_age(text); });
  reader.with("store-powers", [&](const std::string& text) { parse_store_powers(text, options); });
  reader.with("source-powers", [&](const std::string& text) { parse_source_powers(text, options); });
  reader.with("archive-powers", [&](const std::string& text) { parse_archive_powers(text, options); });
  options.tool_version = S3C_VERSION;
  options.resources.threads = reader.number("threads", options.resources.threads, 1, 4096);
  reader.with("memory",
              [&](const std::string& text) { options.resources.memory_bytes = parse_size_bytes(text); });
  return options;
}

/// Said here and now they must mean something; from elsewhere they may be meant for archive.
void require_bucket_for_names(const Reader& reader, const std::string& bucket) {
  for (const char* name : {"prefix", "layout", "archive-name"}) {
    if (bucket.empty() && reader.source(name) == Source::command_line) {
      throw UsageError(fmt::format("--{} needs --bucket", name),
                       "without --bucket no archive's name is taken for ours");
    }
  }
}

archive::GcOptions read_gc(const Reader& reader) {
  archive::GcOptions options;
  options.archive_bucket = reader.text("arch-bucket");
  options.bucket = reader.text("bucket");
  options.prefix = read_prefix(reader, options.prefix);
  read_names(reader, options.layout, options.archive_name);
  reader.with("min-age", [&](const std::string& text) { options.min_age = parse_age(text); });
  options.dry_run = reader.toggle("dry-run");
  options.threads = reader.number("threads", options.threads, 1, 4096);
  require_bucket_for_names(reader, options.bucket);
  return options;
}

archive::CatalogScope read_scope(Reader& reader, std::string_view last_day = "to") {
  archive::CatalogScope scope;
  scope.archive_bucket = reader.text("arch-bucket");
  scope.bucket = reader.text("bucket");
  scope.prefix = read_prefix(reader, scope.prefix);
  scope.only_prefix = reader.find("prefix") != nullptr;
  read_names(reader, scope.layout, scope.archive_name);
  scope.dates = read_dates(reader, last_day);
  require_bucket_for_names(reader, scope.bucket);
  return scope;
}

int read_threads(const Reader& reader) {
  return reader.number("threads", 16, 1, 4096);
}

/// One operand at most.
std::string single_operand(const Arguments& words) {
  if (words.operands.size() > 1) {
    throw UsageError(fmt::format("unexpected argument \"{}\"", base::printable(words.operands[1])),
                     see_help(words.command));
  }
  return words.operands.empty() ? std::string() : words.operands.front();
}

LsOptions read_ls(Reader& reader, const Arguments& words) {
  LsOptions options;
  options.scope = read_scope(reader);
  options.volume = single_operand(words);
  options.long_format = reader.toggle("long");
  options.threads = read_threads(reader);
  return options;
}

MemberNames read_member_names(const Reader& reader, const Arguments& words) {
  MemberNames names;
  for (const std::string& operand : words.operands)
    (archive::is_glob(operand) ? names.globs : names.keys).push_back(operand);
  names.keys_file = reader.text("keys-from");
  return names;
}

FindOptions read_find(Reader& reader, const Arguments& words) {
  FindOptions options;
  options.scope = read_scope(reader);
  options.names = read_member_names(reader, words);
  options.volume = reader.text("volume");
  options.threads = read_threads(reader);
  if (words.operands.empty() && options.names.keys_file.empty()) {
    throw UsageError("find needs a key or a glob",
                     "for example: s3compress find --arch-bucket archive-bucket --bucket source-bucket "
                     "'sources/2018/04/*'");
  }
  return options;
}

CatOptions read_cat(Reader& reader, const Arguments& words) {
  CatOptions options;
  options.scope = read_scope(reader);
  options.key = single_operand(words);
  options.volume = reader.text("volume");
  options.threads = read_threads(reader);
  if (options.key.empty()) {
    throw UsageError("cat needs a key",
                     "for example: s3compress cat --arch-bucket archive-bucket --bucket source-bucket "
                     "sources/2018/04/01/x.xml");
  }
  return options;
}

s3::RestoreTier parse_tier(const std::string& text) {
  const std::string tier = parse_choice(text, {"Bulk", "Standard", "Expedited"});
  return tier == "Bulk"       ? s3::RestoreTier::bulk
         : tier == "Standard" ? s3::RestoreTier::standard
                              : s3::RestoreTier::expedited;
}

archive::ThawOptions read_thaw(Reader& reader) {
  archive::ThawOptions thaw;
  reader.with("tier", [&](const std::string& text) { thaw.tier = parse_tier(text); });
  thaw.days = reader.number("days", thaw.days, 1, 30'000);
  return thaw;
}

/// As --to has it in other commands, from a config file for all of them too.
bool is_date(const std::string& text) {
  try {
    archive::DateRange::between(text, std::nullopt);
    return true;
  } catch (const base::Error&) {
    return false;
  }
}

RestoreSettings read_restore(Reader& reader, const Arguments& words) {
  RestoreSettings settings;
  archive::RestoreOptions& options = settings.options;
  options.scope = read_scope(reader, "until");
  settings.names = read_member_names(reader, words);
  options.volume = reader.text("volume");
  const bool is_limited = !options.volume.empty() || reader.find("years") != nullptr ||
                          reader.find("from") != nullptr || reader.find("until") != nullptr;
  if (words.operands.empty() && settings.names.keys_file.empty() && !is_limited) {
    throw UsageError(
        "restore needs keys, globs, --keys-from, --volume, --years, --from or --until: what is to come back",
        "'*' is everything; for example: s3compress restore --arch-bucket archive-bucket --bucket "
        "source-bucket '*'");
  }
  settings.to = reader.text("to");
  if (is_date(settings.to))
    throw UsageError(fmt::format("--to \"{}\" is where to; the last day is --until", settings.to), "");
  if (settings.to.starts_with("s3://") && (settings.to.size() == 5 || settings.to[5] == '/'))
    throw UsageError("--to names no bucket", "s3://bucket/prefix/, or a directory");
  settings.overwrite = reader.toggle("overwrite");
  options.thaw = read_thaw(reader);
  options.wait = reader.toggle("wait");
  reader.with("poll", [&](const std::string& text) { options.poll_interval = parse_age(text); });
  settings.yes = reader.toggle("yes");
  settings.dry_run = reader.toggle("dry-run");
  options.threads = reader.number("threads", options.threads, 1, 4096);
  reader.with("memory", [&](const std::string& text) { options.memory_bytes = parse_size_bytes(text); });
  return settings;
}

archive::VerifyOptions read_verify(Reader& reader, const Arguments& words) {
  archive::VerifyOptions options;
  options.scope = read_scope(reader);
  options.volumes = words.operands;
  options.deep = reader.toggle("deep");
  const archive::ThawOptions thaw = read_thaw(reader);
  if (reader.toggle("thaw")) {
    options.thaw = thaw;
    if (!options.deep) throw UsageError("--thaw needs --deep", "without --deep nothing has to be thawed");
  }
  options.mend = reader.toggle("mend");
  if (options.mend && !options.deep)
    throw UsageError("--mend needs --deep", "an archive is only mended after every byte of it was read");
  reader.with("min-age", [&](const std::string& text) { options.min_age = parse_age(text); });
  options.threads = read_threads(reader);
  reader.with("memory", [&](const std::string& text) { options.memory_bytes = parse_size_bytes(text); });
  return options;
}

CatalogSettings read_catalog(Reader& reader, const Arguments& words) {
  CatalogSettings settings;
  settings.forget = !words.operands.empty() && words.operands.front() == "forget";
  if (words.operands.size() < 2 || (!settings.forget && words.operands.front() != "rebuild")) {
    throw UsageError(
        "catalog needs the word rebuild or forget and the keys of volumes",
        "for example: s3compress catalog rebuild --arch-bucket archive-bucket --bucket source-bucket "
        "source-bucket/20180401.zip");
  }
  if (settings.forget) {
    for (const char* name : {"bucket", "years", "from", "until"}) {
      const Setting* setting = reader.find(name);
      if (setting == nullptr || setting->source != Source::command_line) continue;
      throw UsageError(fmt::format("{} is no flag of catalog forget", setting->origin),
                       "it forgets exactly the volumes that are named");
    }
  }
  settings.volumes.assign(words.operands.begin() + 1, words.operands.end());
  settings.options.scope = read_scope(reader);
  settings.options.tool_version = S3C_VERSION;
  reader.with("memory",
              [&](const std::string& text) { settings.options.memory_bytes = parse_size_bytes(text); });
  settings.yes = reader.toggle("yes");
  return settings;
}

ConnectionOptions read_connection(const Reader& reader) {
  ConnectionOptions connection;
  connection.endpoint_url = reader.text("endpoint-url");
  connection.region = reader.text("region");
  connection.profile = reader.text("profile");
  connection.ca_bundle = reader.text("ca-bundle");
  reader.with("addressing-style", [&](const std::string& text) {
    const std::string style = parse_choice(text, {"auto", "path", "virtual"});
    connection.addressing = style == "path"      ? Addressing::path
                            : style == "virtual" ? Addressing::virtual_host
                                                 : Addressing::automatic;
  });
  reader.with("max-attempts", [&](const std::string& text) {
    connection.max_attempts = static_cast<int>(parse_number(text, 1, 100));
  });
  return connection;
}

OutputOptions read_output(const Reader& reader) {
  OutputOptions output;
  reader.with("output", [&](const std::string& text) {
    output.format = parse_choice(text, {"text", "json"}) == "json" ? OutputFormat::json : OutputFormat::text;
  });
  output.quiet = reader.toggle("quiet");
  output.progress = !reader.toggle("no-progress");
  output.verbosity = reader.count("verbose", 9);
  return output;
}

/// Whether the command may change a store. The one place that says so, from what the flag table tells of the
/// command and of the flags that are on; a dry run may not, whatever else was said and whoever asked for it.
StoreAccess store_access(const Reader& reader, std::string_view command) {
  bool changes = command_info(command).changes_store;
  for (const Flag& flag : all_flags(command)) {
    if (flag.traits.changes_store && reader.toggle(flag.name)) changes = true;
  }
  if (!reader.toggle(kDryRun)) return changes ? StoreAccess::read_write : StoreAccess::read_only;
  if (changes && find_flag(command, kDryRun) == nullptr) {
    const std::string& origin = reader.find(kDryRun)->origin;
    throw UsageError(
        fmt::format("{} is on, and this would change something: {} has no dry run", origin, command),
        "turn it off if the change is meant");
  }
  return StoreAccess::read_only;
}

/// What validate() says about options that are missing or contradict each other, with what to do.
template <typename Options>
void check(const Options& options, const std::string& command, bool missing, const std::string& example) {
  try {
    archive::validate(options);
  } catch (const base::Error& error) {
    throw UsageError(base::printable(error.message()),
                     missing ? fmt::format("for example: s3compress {}", example) : see_help(command));
  }
}

}  // namespace

Request parse_command_line(const std::vector<std::string>& arguments, const Environment& environment) {
  const Arguments words = parse_arguments(arguments);
  const Reader given(words.command, words.flags);
  Request request;
  if (given.toggle("help")) {
    request.print = words.named ? command_help(words.command) : program_help();
    return request;
  }
  if (given.toggle("version")) {
    request.print = "s3compress " S3C_VERSION "\n";
    return request;
  }
  request.command = words.command;
  Settings settings = words.flags;
  add_environment(settings, words.command, environment);
  if (const auto config = settings.find("config"); config != settings.end()) {
    add_config_file(settings, words.command, config->second.values.back());
  }
  Reader reader(words.command, std::move(settings));
  request.connection = read_connection(reader);
  request.connection.access = store_access(reader, words.command);
  request.output = read_output(reader);
  const auto check_scope = [&words](const archive::CatalogScope& scope, const std::string& example) {
    check(scope, words.command, scope.archive_bucket.empty(),
          words.command + " --arch-bucket archive-bucket --bucket source-bucket" + example);
  };
  if (words.command == "ls") {
    request.ls = read_ls(reader, words);
    check_scope(request.ls.scope, "");
  } else if (words.command == "find") {
    request.find = read_find(reader, words);
    check_scope(request.find.scope, " 'sources/2018/04/*'");
  } else if (words.command == "cat") {
    request.cat = read_cat(reader, words);
    check_scope(request.cat.scope, " sources/2018/04/01/x.xml");
  } else if (words.command == "restore") {
    request.restore = read_restore(reader, words);
    check(request.restore.options, words.command, request.restore.options.scope.archive_bucket.empty(),
          "restore --arch-bucket archive-bucket --bucket source-bucket --years 2018");
  } else if (words.command == "verify") {
    request.verify = read_verify(reader, words);
    check(request.verify, words.command, request.verify.scope.archive_bucket.empty(),
          "verify --arch-bucket archive-bucket --bucket source-bucket");
  } else if (words.command == "catalog") {
    request.catalog = read_catalog(reader, words);
    const archive::CatalogScope& scope = request.catalog.options.scope;
    if (request.catalog.forget) {
      check(scope, words.command, scope.archive_bucket.empty(),
            "catalog forget --arch-bucket archive-bucket source-bucket/20180401.zip");
    } else {
      check(request.catalog.options, words.command, scope.archive_bucket.empty() || scope.bucket.empty(),
            "catalog rebuild --arch-bucket archive-bucket --bucket source-bucket source-bucket/20180401.zip");
    }
  } else if (words.command == "gc") {
    request.gc = read_gc(reader);
    check(request.gc, words.command, request.gc.archive_bucket.empty(),
          "gc --bucket source-bucket --arch-bucket archive-bucket --dry-run");
  } else {
    request.archive = read_archive(reader);
    check(request.archive, words.command,
          request.archive.selection.bucket.empty() || request.archive.archive_bucket.empty(),
          "--bucket source-bucket --arch-bucket archive-bucket --years 2018");
  }
  return request;
}

}  // namespace s3c::cli
