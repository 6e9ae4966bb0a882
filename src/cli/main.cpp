#include <string>
#include <vector>

#include "cli/options/environment.h"
#include "cli/output/standard_output.h"
#include "cli/program.h"

int main(int argc, char** argv) {
  s3c::cli::guard_standard_streams();
  return s3c::cli::run_program(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc),
                               s3c::cli::Environment::of_process());
}
