#include "cli/commands/table.h"

#include "cli/commands/archive.h"
#include "cli/commands/cat.h"
#include "cli/commands/catalog_forget.h"
#include "cli/commands/catalog_rebuild.h"
#include "cli/commands/check_store.h"
#include "cli/commands/find.h"
#include "cli/commands/gc.h"
#include "cli/commands/ls.h"
#include "cli/commands/plan.h"
#include "cli/commands/report_merge.h"
#include "cli/commands/restore.h"
#include "cli/commands/thaw.h"
#include "cli/commands/verify.h"
#include "cli/commands/whoami.h"

namespace s3c::cli {

const CommandTable& commands() {
  static const CommandTable kCommands = {
      archive_command(),        plan_command(),        ls_command(),
      find_command(),           cat_command(),         restore_command(),
      thaw_command(),           verify_command(),      catalog_rebuild_command(),
      catalog_forget_command(), gc_command(),          check_store_command(),
      whoami_command(),         report_merge_command()};
  return kCommands;
}

}  // namespace s3c::cli
