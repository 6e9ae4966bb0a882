// What the tests of restoring to a directory share: a directory of their own, and what lies in it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <string>

#include "base/error.h"
#include "base/hash.h"
#include "restore/restore_target.h"
#include "support/promise.h"

namespace s3c::restore::testing {

namespace fs = std::filesystem;

inline index::Row row_of_file(const std::string& key, const std::string& body) {
  index::Row row;
  row.key = key;
  row.size_bytes = body.size();
  row.crc32 = base::crc32(body);
  row.last_modified = *base::parse_iso8601("2018-04-01T12:00:00.125Z");
  return row;
}

inline std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void put(const fs::path& path, const std::string& body) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << body;
}

/// The error of work, which must fail.
template <typename Work>
base::Error error_of(Work&& work) {
  try {
    work();
  } catch (const base::Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return {base::ErrorKind::internal, "nothing was thrown"};
}

class DirectoryTargetTest : public ::testing::Test {
 protected:
  DirectoryTargetTest() {
    std::string name = (fs::temp_directory_path() / "s3compress-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    top_ = name;
    root_ = top_ / "root";
  }
  ~DirectoryTargetTest() override {
    std::error_code ignored;
    fs::remove_all(top_, ignored);
  }

  std::unique_ptr<RestoreTarget> target(bool overwrite = false) const {
    return make_directory_target(root_.string(), overwrite);
  }
  Landing restore(const index::Row& row, const std::string& body, bool overwrite = false) const {
    const auto to = target(overwrite);
    const auto seen = to->look(row).landing;
    return seen ? *seen : to->write(row, body);
  }
  /// Every name below top_, links not followed.
  std::set<std::string> names() const {
    std::set<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(top_))
      names.insert(entry.path().lexically_relative(top_).string());
    return names;
  }

  fs::path top_;
  fs::path root_;
};

}  // namespace s3c::restore::testing
