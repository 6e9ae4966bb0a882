// Runs a fuzz target on every file of a corpus, with any compiler: that is how the ordinary tests keep what
// fuzzing once found. Prints each file's name before it runs it, so that the last name printed is the
// culprit's.
//
// Memory is bounded as scripts/fuzz bounds it: a single allocation above kMaxAllocationBytes ends the
// program, for then a size that some input only claimed was believed.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>
#include <set>
#include <string>

#include "tests/fuzz/fuzz_target.h"

namespace {

constexpr std::size_t kMaxAllocationBytes = std::size_t{24} << 20;  // scripts/fuzz: -malloc_limit_mb

void* allocate(std::size_t size) {
  s3c::fuzz::require(size <= kMaxAllocationBytes, "no allocation is larger than 24 MiB");
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(in), {});
  s3c::fuzz::require(in.good() || in.eof(), "the input can be read: " + path.string());
  return bytes;
}

}  // namespace

void* operator new(std::size_t size) {
  return allocate(size);
}
void* operator new[](std::size_t size) {
  return allocate(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

int main(int argc, char** argv) {
  std::set<std::filesystem::path> files;
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) {
      files.emplace(argv[i]);
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) files.insert(entry.path());
  }
  if (files.empty()) {
    std::fprintf(stderr, "no inputs: a test of nothing\n");
    return 1;
  }
  for (const std::filesystem::path& file : files) {
    std::printf("%s\n", file.c_str());
    std::fflush(stdout);
    const std::string bytes = read_file(file);
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  }
  std::printf("%zu inputs\n", files.size());
}
