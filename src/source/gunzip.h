// Decompresses gzip while it is read, of any number of members. One thread.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

namespace s3c::source {

class Gunzip {
 public:
  /// sink: gets the text.
  explicit Gunzip(std::function<void(std::string_view)> sink);
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  /// Passes over zeros behind the last member. Throws base::Error (corrupt) if the bytes aren't gzip, and what sink
  /// throws.
  void read(std::string_view bytes);
  /// Throws base::Error (corrupt) if the end is missing.
  void finish();

 private:
  void pass_padding(std::string_view bytes);

  struct Stream;
  std::unique_ptr<Stream> stream_;
};

/// Whether bytes begin as gzip does.
inline bool is_gzip(std::string_view bytes) {
  return bytes.starts_with("\x1f\x8b");
}

}  // namespace s3c::source
