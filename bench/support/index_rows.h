// Index rows like those of a day of small documents: made from their number, the same in every run.
#pragma once

#include <vector>

#include "index/row.h"

namespace s3c::bench {

/// count rows in key order, members laid one behind the other.
std::vector<index::Row> make_index_rows(int count);

}  // namespace s3c::bench
