#include "aws/small_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace s3c::aws {

std::optional<std::string> read_small_file(const std::string& path) {
  constexpr std::uintmax_t kMax_bytes = 1 << 20;
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error || size > kMax_bytes) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in) return std::nullopt;
  return text;
}

}  // namespace s3c::aws
