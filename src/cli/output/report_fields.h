// What the fields of a task's report must be for report merge to add them up. Pure functions.
#pragma once

#include <string>

#include "cli/output/summary_parts.h"

namespace s3c::cli {

/// Looks at every number of the document, and at every field that the merge reads by name. A field that is missing
/// is right: another version may not have it. Empty: nothing is wrong; else what, on one line, such as "its field
/// /total/groups is no count".
std::string complaint_of_fields(const Json& document);

/// What in the document says that the task did worse than its exit code tells; empty: nothing. REQUIRES:
/// complaint_of_fields() finds nothing wrong.
std::string contradiction_of_exit_code(const Json& document);

}  // namespace s3c::cli
