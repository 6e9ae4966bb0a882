// The command line, the environment and the config file become options. A flag is looked for in that order;
// the first place that has it counts, and the flags that exclude each other (--years, --from/--to) are looked
// up together. Immutable values afterwards, any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "archive/catalog_scope.h"
#include "archive/gc_run.h"
#include "archive/options.h"
#include "archive/rebuild.h"
#include "archive/restore_run.h"
#include "archive/verify_run.h"
#include "cli/options/environment.h"

namespace s3c::cli {

enum class Addressing { automatic, path, virtual_host };

enum class StoreAccess {
  read_only,  ///< every call that could change a store is refused: dry runs, and commands that only read
  read_write
};

/// What was said about the connection; what is empty is left to the AWS settings (wiring.h).
struct ConnectionOptions {
  std::string endpoint_url = {};
  std::string region = {};
  std::string profile = {};
  std::string ca_bundle = {};
  std::optional<Addressing> addressing = {};
  std::optional<int> max_attempts = {};
  StoreAccess access = StoreAccess::read_only;
};

enum class OutputFormat { text, json };

struct OutputOptions {
  OutputFormat format = OutputFormat::text;
  bool quiet = false;
  bool progress = true;
  int verbosity = 0;
};

struct LsOptions {
  archive::CatalogScope scope;
  std::string volume;  ///< its members; empty: the volumes
  bool long_format = false;
  int threads = 16;
};

/// Keys and globs as they were given; more keys may come from a file.
struct MemberNames {
  std::vector<std::string> keys;
  std::vector<std::string> globs;
  std::string keys_file;  ///< empty: none; "-": standard input
};

struct FindOptions {
  archive::CatalogScope scope;
  MemberNames names;
  std::string volume;  ///< only this one's members; empty: all in scope
  int threads = 16;
};

struct CatOptions {
  archive::CatalogScope scope;
  std::string key;
  std::string volume;  ///< empty: whichever holds the newest
  int threads = 16;
};

struct RestoreSettings {
  archive::RestoreOptions options;  ///< its query is made of names by the command
  MemberNames names;
  std::string to;  ///< "s3://bucket/prefix" or a directory; empty: where each came from
  bool overwrite = false;
  bool yes = false;
  bool dry_run = false;
};

struct CatalogSettings {
  bool forget = false;  ///< else rebuild
  bool yes = false;     ///< of forget: don't ask
  archive::RebuildOptions options;
  std::vector<std::string> volumes;  ///< at least one
};

/// What the program was asked to do.
struct Request {
  /// Not empty: print this (--help, --version) and do nothing else.
  std::string print;
  std::string command;  ///< of commands()
  ConnectionOptions connection;
  OutputOptions output;
  // Of these, the command's are filled.
  archive::ArchiveOptions archive;
  archive::GcOptions gc;
  LsOptions ls;
  FindOptions find;
  CatOptions cat;
  RestoreSettings restore;
  archive::VerifyOptions verify;
  CatalogSettings catalog;
};

/// arguments: without the program's name.
/// Reads the file --config names. Throws UsageError for everything that can't be right; exit code 2.
Request parse_command_line(const std::vector<std::string>& arguments, const Environment& environment);

}  // namespace s3c::cli
