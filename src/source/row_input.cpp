#include "source/row_input.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "base/encoding.h"
#include "base/error.h"
#include "base/hash.h"
#include "s3/object_listing.h"
#include "source/gunzip.h"
#include "source/inventory.h"

namespace s3c::source {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::string_view kScheme = "s3://";
constexpr std::size_t kReadBytes = std::size_t{1} << 20;
constexpr std::uint64_t kMaxInventoryManifestBytes = std::uint64_t{64} << 20;
constexpr int kLookForStopMs = 200;
constexpr std::string_view kGzipEnd = ".gz";

struct S3Place {
  std::string bucket;
  std::string key;
};

/// nullopt: it is no s3://bucket/key.
std::optional<S3Place> s3_place(const std::string& place) {
  if (!place.starts_with(kScheme)) return std::nullopt;
  const std::size_t slash = place.find('/', kScheme.size());
  if (slash == std::string::npos || slash == kScheme.size() || slash + 1 == place.size()) return std::nullopt;
  return S3Place{place.substr(kScheme.size(), slash - kScheme.size()), place.substr(slash + 1)};
}

void expect_no_stop(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "stopped while rows were read");
}

Error unusable_input(const std::string& why, const std::string& place) {
  return {ErrorKind::invalid_argument, why, {.operation = "read rows", .resource = place}};
}

/// A run whose rows aren't there has done nothing of what it was asked for. What these errors mean of a source
/// object, or of an archive, they don't mean here.
template <typename Read>
auto reading_input(const std::string& place, Read read) {
  try {
    return read();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::not_found)
      throw unusable_input("it isn't there: name the rows that are to be read", place);
    if (error.kind() == ErrorKind::wrong_state)
      throw unusable_input("it is in a Glacier class: copy it, or have S3 restore it, first", place);
    throw;
  }
}

/// The bytes of one file, compressed or not.
class RowFile {
 public:
  /// is_local: what is wrong with it stays wrong. What came from a store may have been spoiled on its way.
  RowFile(RowForm form, bool is_local, const std::function<void(ObjectRow)>& row,
          const std::function<void()>& other)
      : place_(form.place), is_local_(is_local), reader_(std::move(form), row, other) {}

  void read(std::string_view bytes) {
    if (!begun_) {
      start_ += bytes;
      if (start_.size() < 2) return;
      begin();
      return;
    }
    pass(bytes);
  }
  void finish() {
    if (!begun_) begin();
    naming_place([this] {
      if (gunzip_) gunzip_->finish();
    });
    reader_.finish();
  }

 private:
  void begin() {
    begun_ = true;
    if (is_gzip(start_)) gunzip_.emplace([this](std::string_view text) { reader_.read(text); });
    pass(std::exchange(start_, {}));
  }
  void pass(std::string_view bytes) {
    if (!gunzip_) return reader_.read(bytes);
    naming_place([&] { gunzip_->read(bytes); });
  }
  template <typename Work>
  void naming_place(Work work) {
    try {
      work();
    } catch (const Error& error) {
      if (!error.context().resource.empty()) throw;
      const bool is_broken_file = is_local_ && error.kind() == ErrorKind::corrupt;
      throw Error(is_broken_file ? ErrorKind::invalid_argument : error.kind(),
                  error.message() + (is_broken_file ? ": the file is cut or broken, write it again" : ""),
                  {.operation = "gunzip", .resource = place_});
    }
  }

  const std::string place_;
  const bool is_local_;
  RowReader reader_;
  std::optional<Gunzip> gunzip_;
  std::string start_;  // until there is enough to know the format
  bool begun_ = false;
};

class Input {
 public:
  Input(s3::ObjectStore& store, const std::string& bucket, const std::stop_token& stop,
        const std::function<void(ObjectRow)>& row, const std::function<void()>& other)
      : store_(store), bucket_(bucket), stop_(stop), row_(row), other_(other) {}

  void read_inventory(const std::string& place, const std::string& temp_directory) {
    const S3Place manifest = s3_place(place).value();
    s3::GetObjectRequest request;
    request.bucket = manifest.bucket;
    request.key = manifest.key;
    request.max_size_bytes = kMaxInventoryManifestBytes;
    const std::string text = reading_input(place, [&] { return store_.get_object(request).body; });
    Inventory inventory;
    try {
      inventory = parse_inventory(text, bucket_);
    } catch (const Error& error) {
      throw Error(error.kind(), error.message(), {.operation = "read inventory", .resource = place});
    }
    const std::string& files_in = inventory.bucket.empty() ? manifest.bucket : inventory.bucket;
    for (const InventoryFile& file : inventory.files)
      read_inventory_file(inventory, file, files_in, temp_directory);
  }

  void read_object(const S3Place& place) {
    RowFile rows({.bucket = bucket_, .place = place_text(place)}, false, row_, other_);
    fetch(place, [&](std::string_view bytes) { rows.read(bytes); });
    rows.finish();
  }

  void read_folder(const S3Place& folder, SplitSets& sets) {
    bool any = false;
    s3::ObjectListing listing(store_, folder.bucket, folder.key);
    for (; const s3::ObjectSummary* object = listing.peek(); listing.pop()) {
      sets.add(place_text({folder.bucket, object->key}));
      // What consoles make of a folder, and the marks of programs that write one. Gzip has a size, whatever is in it.
      if (object->size_bytes == 0 && !object->key.ends_with(kGzipEnd)) continue;
      any = true;
      read_object({folder.bucket, object->key});
    }
    if (!any) throw unusable_input("no object with rows is there", place_text(folder));
    sets.expect_whole(place_text(folder));
  }

  void read_file(const std::string& path) {
    const bool is_stdin = path == "-";
    // Without O_NONBLOCK, to open a pipe would wait for its writer.
    const int fd = is_stdin ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) fail_file(path);
    try {
      read_descriptor(fd, is_stdin ? "standard input" : path);
    } catch (...) {
      if (!is_stdin) ::close(fd);
      throw;
    }
    if (!is_stdin) ::close(fd);
  }

 private:
  static std::string place_text(const S3Place& place) {
    return fmt::format("s3://{}/{}", place.bucket, place.key);
  }

  [[noreturn]] static void fail_file(const std::string& path) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): glibc's is safe
    throw unusable_input(errno == EBADF ? "it is closed" : std::strerror(errno), path);
  }

  void read_descriptor(int fd, const std::string& name) {
    RowFile rows({.bucket = bucket_, .place = name}, true, row_, other_);
    std::string buffer(kReadBytes, '\0');
    for (;;) {
      expect_no_stop(stop_);
      // A pipe whose writer is slow doesn't keep the run from stopping.
      pollfd waiting{fd, POLLIN, 0};
      if (::poll(&waiting, 1, kLookForStopMs) == 0) continue;
      const ssize_t count = ::read(fd, buffer.data(), buffer.size());
      if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (count < 0) fail_file(name);
      if (count == 0) break;
      rows.read(std::string_view(buffer).substr(0, static_cast<std::size_t>(count)));
    }
    rows.finish();
  }

  void fetch(const S3Place& place, const std::function<void(std::string_view)>& sink) {
    expect_no_stop(stop_);
    s3::GetObjectRequest request;
    request.bucket = place.bucket;
    request.key = place.key;
    reading_input(place_text(place), [&] {
      store_.read_object(request, [&](std::string_view bytes) {
        expect_no_stop(stop_);
        sink(bytes);
      });
    });
  }

  /// Nothing of the file counts before all of it is known to be what the inventory says.
  void read_inventory_file(const Inventory& inventory, const InventoryFile& file, const std::string& bucket,
                           const std::string& temp_directory) {
    const S3Place place{bucket, file.key};
    base::TempFile copy(temp_directory);
    base::Digest md5 = base::Digest::md5();
    fetch(place, [&](std::string_view bytes) {
      md5.update(bytes);
      copy.write(bytes);
    });
    copy.flush();
    const std::string found = base::to_hex(md5.finish());
    if (found != file.md5) {
      throw Error(ErrorKind::corrupt,
                  fmt::format("its MD5 is {}, but the inventory's manifest says {}: nothing of it is used",
                              found, file.md5),
                  {.operation = "read inventory", .resource = place_text(place)});
    }
    RowFile rows(
        {.columns = inventory.columns, .encoded_keys = true, .bucket = bucket_, .place = place_text(place)},
        false, row_, other_);
    for (std::uint64_t at = 0; at < copy.size_bytes();) {
      expect_no_stop(stop_);
      const std::string bytes = copy.read(at, kReadBytes);
      at += bytes.size();
      rows.read(bytes);
    }
    rows.finish();
  }

  s3::ObjectStore& store_;
  const std::string& bucket_;
  const std::stop_token& stop_;
  const std::function<void(ObjectRow)>& row_;
  const std::function<void()>& other_;
};

}  // namespace

void validate(const RowInput& input) {
  const auto refuse = [](const std::string& message) { throw Error(ErrorKind::invalid_argument, message); };
  const bool is_inventory = input.kind == RowInput::Kind::inventory;
  if (input.places.empty()) refuse("manifest is missing: the rows of the objects");
  for (const std::string& place : input.places) {
    if (is_inventory && (!s3_place(place) || place.ends_with('/'))) {
      refuse(
          fmt::format("inventory \"{}\" is no place of a manifest.json: write s3://bucket/.../manifest.json",
                      base::printable(place)));
    }
    if (!is_inventory && place.starts_with(kScheme) && !s3_place(place)) {
      refuse(fmt::format(
          "manifest \"{}\" names no object: write s3://bucket/key, or s3://bucket/prefix/ for all "
          "objects below it",
          base::printable(place)));
    }
  }
  if (std::count(input.places.begin(), input.places.end(), "-") > 1)
    refuse("manifest \"-\" was given twice: standard input can be read once");
}

std::optional<SplitTasks> read_rows(s3::ObjectStore& store, const RowInput& input, const std::string& bucket,
                                    const std::stop_token& stop, const std::function<void(ObjectRow)>& row,
                                    const std::function<void()>& other) {
  Input reader(store, bucket, stop, row, other);
  SplitSets sets;
  for (const std::string& place : input.places) {
    const std::optional<S3Place> remote = s3_place(place);
    if (input.kind == RowInput::Kind::inventory) {
      reader.read_inventory(place, input.temp_directory);
      continue;
    }
    sets.add(place);
    if (!remote) {
      reader.read_file(place);
    } else if (remote->key.ends_with('/')) {
      reader.read_folder(*remote, sets);
    } else {
      reader.read_object(*remote);
    }
  }
  sets.expect_one_unless_whole();
  return sets.tasks();
}

}  // namespace s3c::source
