#include "cli/options/output_options.h"

namespace s3c::cli {
namespace {

constexpr std::string_view kOutput = "Output (all commands)";

constexpr Flag output_toggle(std::string_view name, std::string_view help, char letter = '\0') {
  return {.name = name, .kind = FlagKind::toggle, .group = kOutput, .help = help, .letter = letter};
}

}  // namespace

std::vector<Flag> output_flags() {
  return {
      {.name = "output",
       .value = "FORMAT",
       .group = kOutput,
       .help = "format of the result on standard output",
       .fallback = "text",
       .choices = {"text", "json"}},
      output_toggle("quiet", "print only what went wrong, and the result if it is JSON"),
      {.name = "verbose",
       .kind = FlagKind::count,
       .group = kOutput,
       .help = "log what is done to standard error; -vv logs more",
       .letter = 'v'},
      output_toggle("no-progress", "no progress display"),
      {.name = "config",
       .value = "FILE",
       .group = kOutput,
       .help = "read flags from a TOML file: threads = 16",
       .once = true},
      output_toggle("version", "print the version", 'V'),
      output_toggle("help", "print this", 'h'),
  };
}

OutputOptions read_output(const Reader& reader) {
  OutputOptions output;
  output.format = reader.choice("output") == "json" ? OutputFormat::json : OutputFormat::text;
  output.quiet = reader.toggle("quiet");
  output.progress = !reader.toggle("no-progress");
  output.verbosity = reader.count("verbose", 9);
  return output;
}

}  // namespace s3c::cli
