#include "archive/cleared_volume.h"

#include <string>
#include <utility>

#include "catalog/catalog.h"

namespace s3c::archive {

bool was_cleared(const base::Error& error) {
  // A missing index is damage. No process removes the index of an unfinished volume without its upload.
  return error.kind() == base::ErrorKind::no_upload ||
         (error.kind() == base::ErrorKind::not_found &&
          error.context().resource.find(catalog::kIndexFolder) == std::string::npos);
}

base::Error cleared(base::ErrorContext context) {
  context.operation = kMakeVolume;
  context.http_status = 0;
  return {base::ErrorKind::transient,
          "another process (gc, a lifecycle rule or a faster run) removed the unfinished upload; nothing is "
          "lost",
          std::move(context)};
}

}  // namespace s3c::archive
