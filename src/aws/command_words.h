// A command line split into words, as the AWS CLI splits credential_process: quotes and backslashes as in a
// shell, and nothing else of a shell. Pure function, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace s3c::aws {

/// Blanks separate words. 'x y' is taken as it stands. In "x y" a backslash escapes a backslash and a quote;
/// before any other character it stays. Outside of quotes it escapes the next character. Nothing is expanded:
/// $HOME, ~ and * are themselves. Throws Error: invalid_argument for a quote that isn't closed, or a
/// backslash at the end.
std::vector<std::string> command_words(std::string_view command);

}  // namespace s3c::aws
