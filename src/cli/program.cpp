#include "cli/program.h"

#include <signal.h>
#include <unistd.h>

#include <exception>
#include <sstream>
#include <string_view>

#include "base/error.h"
#include "cli/commands/table.h"
#include "cli/exit_code.h"
#include "cli/options/command_line.h"
#include "cli/output/archive_summary.h"
#include "cli/run_watch.h"
#include "cli/session.h"

namespace s3c::cli {
namespace {

/// What a shell sees of a program that SIGPIPE has ended. The reader has what it wanted (find ... | head), so a
/// command that only reads ends without a word. A command that changes something says that its result is lost.
constexpr int kEndedByClosedPipe = 128 + SIGPIPE;

bool can_redraw(const Environment& environment) {
  return ::isatty(STDERR_FILENO) == 1 && environment.get("TERM").value_or("dumb") != "dumb";
}

/// What the user is told of an error, and the exit code that it ends with.
ExitCode fail(Terminal& terminal, RunWatch& watch, const base::Error& error, const ErrorStyle& style) {
  std::istringstream lines(error_text(error));
  for (std::string line; std::getline(lines, line);) terminal.write_line(line);
  // After Ctrl-C a call gives up early, with whatever error its last try met.
  const auto* lost = dynamic_cast<const LostResult*>(&error);
  const ExitCode of_error = terminal.stopped() ? ExitCode::interrupted
                            : lost != nullptr  ? lost->code()
                                               : exit_code_of(error);
  const ExitCode code = watch.conclude(of_error, &error);
  if (style.format == OutputFormat::json) {
    try {
      print(json_failure(style.command, error, code), {});
    } catch (const base::Error&) {
      // Perhaps writing to standard output is what failed. The message is already on standard error.
    }
  }
  return code;
}

}  // namespace

int run_program(const std::vector<std::string>& arguments, const Environment& environment) {
  Terminal terminal(STDERR_FILENO, can_redraw(environment));
  // Known before the command line is parsed, so that an error in it is reported in the wanted format.
  ErrorStyle style = error_style_of(commands(), arguments, environment);
  bool only_reads = true;  // --help and --version too
  RunWatch watch(terminal);
  try {
    const CommandLine line = parse_command_line(commands(), arguments, environment);
    if (!line.print.empty()) {
      print(line.print, {}, kWriteText);
      return static_cast<int>(ExitCode::done);
    }
    style = {std::string(first_word(line.command->name)), line.output.format};
    only_reads = line.connection.access == StoreAccess::read_only;
    watch.open(line.watch, line.connection.ca_bundle);
    const ExitCode code = line.action({line.connection, line.output, environment, terminal, watch});
    return static_cast<int>(watch.finish(code, nullptr));
  } catch (const base::Error& error) {
    const bool pipe_closed = only_reads && error.context().code == kClosedPipe;
    const ExitCode code =
        watch.finish(pipe_closed ? ExitCode::failed : fail(terminal, watch, error, style), &error);
    return pipe_closed ? kEndedByClosedPipe : static_cast<int>(code);
  } catch (const std::exception& error) {
    const base::Error other = base::error_of(error);
    return static_cast<int>(watch.finish(fail(terminal, watch, other, style), &other));
  }
}

}  // namespace s3c::cli
