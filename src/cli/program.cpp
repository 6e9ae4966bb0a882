#include "cli/program.h"

#include <unistd.h>

#include <exception>
#include <sstream>
#include <string_view>

#include "base/error.h"
#include "cli/commands/archive.h"
#include "cli/commands/cat.h"
#include "cli/commands/catalog.h"
#include "cli/commands/find.h"
#include "cli/commands/gc.h"
#include "cli/commands/ls.h"
#include "cli/commands/restore.h"
#include "cli/commands/verify.h"
#include "cli/options/command_line.h"
#include "cli/output/archive_summary.h"
#include "cli/output/exit_code.h"
#include "cli/output/standard_output.h"
#include "cli/output/terminal.h"

namespace s3c::cli {
namespace {

bool can_redraw(const Environment& environment) {
  return ::isatty(STDERR_FILENO) == 1 && environment.get("TERM").value_or("dumb") != "dumb";
}

int fail(Terminal& terminal, const base::Error& error, const std::string& command, OutputFormat format) {
  std::istringstream lines(error_text(error));
  for (std::string line; std::getline(lines, line);) terminal.write_line(line);
  const ExitCode code = exit_code_of(error);
  if (format == OutputFormat::json) {
    try {
      print(json_failure(command, error, code));
    } catch (const base::Error&) {
      // Standard output may be the very thing that failed; standard error has the message already.
    }
  }
  return static_cast<int>(code);
}

ExitCode run_command(const Request& request, const Environment& environment, Terminal& terminal) {
  if (request.command == "ls") return ls_command(request, environment, terminal);
  if (request.command == "find") return find_command(request, environment, terminal);
  if (request.command == "cat") return cat_command(request, environment, terminal);
  if (request.command == "restore") return restore_command(request, environment, terminal);
  if (request.command == "verify") return verify_command(request, environment, terminal);
  if (request.command == "catalog") return catalog_command(request, environment, terminal);
  if (request.command == "gc") return gc_command(request, environment, terminal);
  return archive_command(request, environment, terminal);
}

}  // namespace

int run_program(const std::vector<std::string>& arguments, const Environment& environment) {
  Terminal terminal(STDERR_FILENO, can_redraw(environment));
  std::string command;
  OutputFormat format = OutputFormat::text;
  try {
    const Request request = parse_command_line(arguments, environment);
    if (!request.print.empty()) {
      print(request.print);
      return static_cast<int>(ExitCode::done);
    }
    command = request.command;
    format = request.output.format;
    return static_cast<int>(run_command(request, environment, terminal));
  } catch (const base::Error& error) {
    return fail(terminal, error, command, format);
  } catch (const std::exception& error) {
    return fail(terminal, base::Error(base::ErrorKind::internal, error.what()), command, format);
  }
}

}  // namespace s3c::cli
