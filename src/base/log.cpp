#include "base/log.h"

#include <spdlog/sinks/null_sink.h>

namespace s3c::base {

std::shared_ptr<Logger> make_null_logger() {
  return std::make_shared<Logger>("null", std::make_shared<spdlog::sinks::null_sink_mt>());
}

}  // namespace s3c::base
