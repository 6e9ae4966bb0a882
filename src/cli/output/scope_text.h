// Where a command looked, in words, for the message that it found nothing. Pure functions.
#pragma once

#include <string>

#include "catalog/catalog_scope.h"

namespace s3c::cli {

/// 'archive bucket "arch", volumes of source bucket "src" named {bucket}/{yyyy}{mm}{dd}.zip, the year 2081'.
/// volume: only this one; empty: all in scope.
std::string scope_text(const catalog::CatalogScope& scope, const std::string& volume = {});

}  // namespace s3c::cli
