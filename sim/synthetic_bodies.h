// The bodies of synthetic objects. They are the same for the same key in every run, cheap to make, and as
// redundant as the data that they imitate, so that compressors have realistic work. One thread.
//
// A body is a stem, one of a few made at the start, and a tail of its own. Digesting whole bodies is too
// expensive: for one page of a listing (1,000 objects), bodies of 4 KB would cost 10 ms of MD5, and bodies of
// 64 KB 146 ms (openssl speed -bytes 4096 md5: 428 MB/s). An object costs that again when it is read, and
// when it is deleted by its ETag. So the state of the digest at the end of the stem is kept, and only the
// tail is digested. Objects with the same stem are alike, but a ZIP's members are compressed one by one, so
// this doesn't make archives smaller.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "sim/payload.h"
#include "sim/synthetic_spec.h"

namespace s3c::sim {

class SyntheticBodies {
 public:
  explicit SyntheticBodies(SyntheticData data);

  struct Body {
    Payload bytes;
    std::string etag;  ///< the MD5 of bytes, in hex
  };
  Body body(std::string_view key) const;

 private:
  /// A place where a body may leave the stem.
  struct Exit {
    std::size_t size_bytes;
    base::Digest md5;  ///< of that much of the stem
  };
  struct Stem {
    Chunk bytes;
    std::vector<Exit> exits;
  };

  SyntheticData data_;
  std::vector<Stem> stems_;
};

}  // namespace s3c::sim
