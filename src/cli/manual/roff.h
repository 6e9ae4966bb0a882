// Plain text as troff. Pure functions, any thread. Every result but that of roff_text() and roff_usage() is whole
// lines.
#pragma once

#include <string>
#include <string_view>

namespace s3c::cli {

/// text of one line, with every character shown as it is; '-' stays '-' when it is copied from the page. Never
/// begins with a control character.
std::string roff_text(std::string_view text);
/// A line of usage: the program, commands and flags in bold, placeholders (words of capitals) in italics.
std::string roff_usage(std::string_view usage);
/// Lines as paragraphs. An empty line ends a paragraph.
std::string roff_paragraphs(std::string_view lines);
/// Indented lines as paragraphs. A paragraph ends where a line ends with a full stop.
std::string roff_subjects(std::string_view lines);
/// Examples as they stand in Command::examples: captions, indented by two columns, and commands, by more.
std::string roff_examples(std::string_view examples);

}  // namespace s3c::cli
