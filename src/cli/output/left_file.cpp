#include "cli/output/left_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

#include "base/encoding.h"
#include "catalog/member_search.h"
#include "cli/output/archive_summary.h"

namespace s3c::cli {
namespace {

base::Error failed(const std::string& name, int error) {
  const bool is_full = error == ENOSPC || error == EDQUOT;
  return {base::ErrorKind::transient,
          fmt::format("{}{}; nothing more was deleted, because what is left could not be named",
                      std::generic_category().message(error), is_full ? ": make room there" : ""),
          {.operation = "write the objects left in place", .resource = base::printable(name)}};
}

}  // namespace

LeftFile::LeftFile(const std::string& name) : name_(name), file_(kLeftTo, name) {}

void LeftFile::write(const archive::LeftObject& object) {
  const int error = file_.write({{"key", catalog::text_of_key(object.key)},
                                 {"reason", name_of(object.reason)},
                                 {"detail", object.detail}},
                                {});
  if (error != 0) throw failed(name_, error);
}

void LeftFile::close() {
  if (const int error = file_.close(); error != 0) throw failed(name_, error);
}

void LeftFile::finish(archive::RunReport& report) {
  report.left_file = name_;
  try {
    close();
  } catch (const base::Error& error) {
    if (!report.left_failure) report.left_failure = error;
  }
}

std::unique_ptr<LeftFile> open_left_file(const std::string& name, bool dry_run) {
  if (name.empty()) return nullptr;
  if (!dry_run) return std::make_unique<LeftFile>(name);
  expect_writable(kLeftTo, name);
  return nullptr;
}

}  // namespace s3c::cli
