#include "cli/commands/named_volumes.h"

#include "base/encoding.h"
#include "catalog/catalog.h"
#include "cli/options/values.h"
#include "cli/output/hints.h"
#include "cli/output/summary_parts.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kBucketUrl = "s3://";
constexpr int kMaxFolders = 20;

/// Whether the archive bucket holds an archive of that very name, or a record of one.
bool is_known(const std::string& archive_key, const std::string& archive_bucket, s3::ObjectStore& store) {
  return store.head_object(archive_bucket, archive_key) ||
         !catalog::Catalog(store, archive_bucket).list_volume(archive_key).empty();
}

}  // namespace

std::string volume_meant(const std::string& text, const std::string& archive_bucket, s3::ObjectStore& store) {
  const bool is_url = text.starts_with(kBucketUrl);
  const std::string path = is_url ? text.substr(kBucketUrl.size()) : text;
  const bool is_inside = path.starts_with(archive_bucket + "/");
  if ((!is_url && !is_inside) || is_known(text, archive_bucket, store)) return text;
  if (is_inside && path.size() > archive_bucket.size() + 1) return path.substr(archive_bucket.size() + 1);
  throw UsageError(fmt::format("\"{}\" is no volume of the archive bucket \"{}\"", base::printable(text),
                               base::printable(archive_bucket)),
                   "give the volume's key alone, as ls prints it");
}

std::string volumes_meant_instead(const std::string& text, const std::string& archive_bucket,
                                  s3::ObjectStore& store) {
  std::string hint;
  try {
    const s3::ListObjectsPage top =
        store.list_objects({.bucket = archive_bucket, .delimiter = "/", .max_keys = kMaxFolders});
    for (const std::string& folder : top.common_prefixes) {
      if (folder != catalog::kCatalogPrefix && is_known(folder + text, archive_bucket, store))
        hint += (hint.empty() ? "did you mean " : ", ") + shell_word(folder + text);
    }
  } catch (const base::Error&) {
    return "";  // it is only a hint: the error that asked for it is the one to tell
  }
  return hint;
}

std::vector<std::string> read_named_volumes(const Reader& reader, std::string_view example) {
  if (reader.operands().empty()) {
    throw UsageError(fmt::format("{} needs the keys of volumes", reader.command().name),
                     fmt::format("for example: s3compress {}", example));
  }
  return reader.operands();
}

ExitCode for_each_named(std::string_view command, const std::vector<std::string>& volumes,
                        const std::string& archive_bucket, Session& session,
                        const std::function<ExitCode(const std::string& volume)>& work,
                        const std::function<ExitCode(const base::Error&)>& code_of) {
  ExitCode code = ExitCode::done;
  for (const std::string& volume : volumes) {
    if (session.stop().stop_requested()) return ExitCode::interrupted;
    try {
      code = worse(code, work(volume_meant(volume, archive_bucket, session.store(Side::archive))));
    } catch (const base::Error& error) {
      session.terminal().write_line(fmt::format("s3compress: {}", base::printable(error.what())));
      session.watch().log_message(true, error.what());  // it was told, but not logged
      std::string hint = hint_for(error);
      if (hint.empty() && error.kind() == base::ErrorKind::not_found)
        hint = volumes_meant_instead(volume, archive_bucket, session.store(Side::archive));
      if (!hint.empty()) session.terminal().write_line("hint: " + hint);
      const ExitCode of_one = code_of(error);
      if (session.prints_json()) {
        Json json = json_head(command, of_one);
        json.update({{"volume", volume}, {"error", error_json(error)}});
        session.print_result([] { return std::string(); }, [&] { return json_line(json); });
      }
      code = worse(code, of_one);
    }
  }
  return code;
}

}  // namespace s3c::cli
