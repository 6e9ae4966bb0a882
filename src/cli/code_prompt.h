// Asks a person on the terminal for the code of an MFA device.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

namespace s3c::cli {

/// Writes question to standard error and reads a line from standard input, which isn't echoed. nullopt: one
/// of the two is no terminal, or the input has ended. Throws base::Error: cancelled when stop was requested.
/// The terminal echoes again afterwards.
std::optional<std::string> ask_for_code(const std::string& question, const std::stop_token& stop);

}  // namespace s3c::cli
