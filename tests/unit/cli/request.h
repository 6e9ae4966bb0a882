// What a command line, with made-up variables, comes to: the options as the command reads them.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "cli/commands/archive.h"
#include "cli/commands/gc.h"
#include "cli/commands/table.h"
#include "cli/options/command_line.h"

namespace s3c::cli::testing {

using Words = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

struct Request {
  std::string command;
  ConnectionOptions connection;
  OutputOptions output;
  // Of these, the command's is filled.
  archive::ArchiveOptions archive;
  bool dry_run = false;  // of archive
  upkeep::GcOptions gc;
};

inline Request request_of(const Words& words, const Variables& variables = {}) {
  parse_command_line(commands(), words,
                     Environment(variables));  // as the program does: --help too, and every check
  Reader reader = read_settings(commands(), words, Environment(variables));
  Request request;
  request.command = reader.command().name;
  request.connection = read_connection(reader);
  request.output = read_output(reader);
  if (request.command == "archive") {
    const ArchiveSettings settings = read_archive(reader);
    request.archive = settings.options;
    request.dry_run = settings.dry_run;
  } else if (request.command == "gc") {
    request.gc = read_gc(reader);
  }
  return request;
}

/// With the two buckets, which every run needs.
inline Request archive_request(Words words, const Variables& variables = {}) {
  words.insert(words.end(), {"--bucket", "source-bucket", "--arch-bucket", "archive-bucket"});
  return request_of(words, variables);
}

/// The refusal of an archive run with the two buckets.
inline UsageError refusal_of_archive(const Words& words, const Variables& variables = {}) {
  try {
    archive_request(words, variables);
  } catch (const UsageError& error) {
    return error;
  }
  ADD_FAILURE() << "was accepted: " << ::testing::PrintToString(words);
  return UsageError("");
}

}  // namespace s3c::cli::testing
