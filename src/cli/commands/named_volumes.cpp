#include "cli/commands/named_volumes.h"

#include "cli/output/hints.h"
#include "cli/output/summary_parts.h"

namespace s3c::cli {

std::vector<std::string> read_named_volumes(const Reader& reader, std::string_view example) {
  if (reader.operands().empty()) {
    throw UsageError(fmt::format("{} needs the keys of volumes", reader.command().name),
                     fmt::format("for example: s3compress {}", example));
  }
  return reader.operands();
}

ExitCode for_each_named(const std::vector<std::string>& volumes, Session& session,
                        const std::function<ExitCode(const std::string& volume)>& work,
                        const std::function<ExitCode(const base::Error&)>& code_of) {
  ExitCode code = ExitCode::done;
  for (const std::string& volume : volumes) {
    if (session.stop().stop_requested()) return ExitCode::interrupted;
    try {
      code = worse(code, work(volume));
    } catch (const base::Error& error) {
      session.terminal().write_line(fmt::format("s3compress: {}", base::printable(error.what())));
      if (const std::string hint = hint_for(error); !hint.empty())
        session.terminal().write_line("hint: " + hint);
      if (session.prints_json())
        print(json_line({{"volume", volume}, {"error", error_json(error)}}), session.stop());
      code = worse(code, code_of(error));
    }
  }
  return code;
}

}  // namespace s3c::cli
