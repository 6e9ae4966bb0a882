#include "aws/small_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "base/plain_file.h"

namespace s3c::aws {

SmallFile read_small_file(const std::string& path) {
  constexpr std::uintmax_t kMax_bytes = 1 << 20;
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (const auto why = base::why_no_plain_file(path)) return {.why_not = *why};
  if (error) return {.why_not = error.message()};
  if (size > kMax_bytes) return {.why_not = "it is longer than 1 MiB"};
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in) return {.why_not = errno != 0 ? std::strerror(errno) : "it can't be read to its end"};
  return {.text = std::move(text)};
}

}  // namespace s3c::aws
