// The flags that say what is printed (--output, --quiet, -v, ...), where further flags are read from
// (--config), and what is printed instead of a run (--help, --version).
#pragma once

#include <vector>

#include "cli/options/reader.h"

namespace s3c::cli {

enum class OutputFormat { text, json };

struct OutputOptions {
  OutputFormat format = OutputFormat::text;
  bool quiet = false;
  bool progress = true;
  int verbosity = 0;
};

std::vector<Flag> output_flags();
/// Throws UsageError.
OutputOptions read_output(const Reader& reader);

}  // namespace s3c::cli
