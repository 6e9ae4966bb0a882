// Random bits from the operating system, by getrandom(2). It needs no device file, so it also works in an empty root
// folder and in a container image that holds nothing but the program.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace s3c::base {

/// How the operating system is asked for size_bytes random bytes: getentropy(3), which calls getrandom(2) until it has
/// all of them. 0, or -1 and errno.
using EntropyCall = int (*)(void* bytes, std::size_t size_bytes);

/// Fills at most 256 bytes with random bits. Throws Error(unsupported) if the operating system gives none. Any thread.
void fill_random(std::span<std::byte> bytes, EntropyCall call = ::getentropy);

/// A seed for the generator of random pauses, another one at each call. Throws as fill_random(). Any thread.
std::uint32_t random_seed();

}  // namespace s3c::base
