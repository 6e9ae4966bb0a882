// Groups by the time at which their objects were last modified. One listing of the prefixes, or rows that somebody
// else wrote, are sorted by period and then by key in temporary files, so the memory is the same for any number of
// objects; it grows a little with the number of periods. What is uploaded or overwritten after the listing is a late
// arrival for a later run.
#pragma once

#include <memory>
#include <optional>

#include "source/group_source.h"
#include "source/row_input.h"

namespace s3c::source {

/// REQUIRES: the search's layout has a period. All arguments outlive it. find_groups() reads everything before it
/// visits the first group, and visits the earliest period first. It throws what read_rows() and listings throw.
std::unique_ptr<GroupSource> groups_by_time(s3::ObjectStore& store, const GroupSearch& search,
                                            const std::optional<RowInput>& rows);

}  // namespace s3c::source
