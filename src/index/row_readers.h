// The two readers of a row's line. parse_json_line asks the fast one first, and the other one for every line
// that the fast one doesn't know. Free functions, any thread.
#pragma once

#include <optional>
#include <string_view>

#include "index/row.h"

namespace s3c::index {

/// Reads a line that is as append_json_line writes it into row, which is empty before: the fields of docs/format.md
/// in their order, each once, no white space, no escape and no base64 in a string. False for every other line,
/// right or wrong; row then means nothing. It doesn't compare the fields with each other, nor the line with
/// kMaxRowBytes.
bool read_written_row(std::string_view line, Row& row);

/// The key of a line that begins as append_json_line writes it, and reads no further. nullopt: ask parse_json_line.
/// It has the same key, if the rest of the line is right.
std::optional<std::string_view> read_written_key(std::string_view line);

/// The row of any line, read by a parser of any JSON. So it takes ten times as long. Throws as parse_json_line
/// does.
Row parse_any_json_line(std::string_view line);

}  // namespace s3c::index
