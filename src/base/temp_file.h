// A file without a name: nothing else can open it, and it is gone when it is closed, however the process ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace s3c::base {

/// Writing: one thread. Reading: any thread, once everything is written.
class TempFile {
 public:
  /// Makes it in that directory. Every function throws base::Error, which names the directory: invalid_argument
  /// if no file can be made there; transient if the disk is full or fails.
  explicit TempFile(const std::string& directory);
  ~TempFile();
  TempFile(TempFile&& other) noexcept;
  TempFile& operator=(TempFile&& other) noexcept;

  /// Appends. The bytes may stay in memory until flush().
  void write(std::string_view bytes);
  void flush();
  std::uint64_t size_bytes() const { return size_bytes_; }
  /// Up to size bytes from offset on; fewer only at the end. REQUIRES: flushed.
  std::string read(std::uint64_t offset, std::size_t size) const;

 private:
  [[noreturn]] void fail(int error, const char* what) const;

  std::string directory_;
  int fd_ = -1;
  std::uint64_t size_bytes_ = 0;
  std::string unwritten_;
};

/// Where temporary files go if nothing else is said: $TMPDIR, or /tmp.
std::string default_temp_directory();

}  // namespace s3c::base
