// Which authorities are trusted to prove a server's identity. libcurl alone would read the whole bundle for
// each connection that it opens. For the 140 certificates of a system's bundle that takes tens of
// milliseconds.
#pragma once

#include <memory>
#include <string>

#include "base/mutex.h"

struct ssl_ctx_st;     // OpenSSL's SSL_CTX
struct x509_store_st;  // OpenSSL's X509_STORE

namespace s3c::http {

/// The trusted authorities, read once and shared by all connections. Any thread.
class CurlAuthorities {
 public:
  /// bundle: a PEM file; only the authorities in it are trusted. Empty: the system's authorities, from the
  /// place where libcurl looks for them or, if it knows none, from where systems keep them. Those are read when
  /// the first TLS connection is opened.
  /// Throws Error: invalid_argument when the bundle can't be read or holds no certificate.
  explicit CurlAuthorities(std::string bundle);

  /// Makes connections of this context trust these authorities and no others.
  /// Throws Error: invalid_argument when the system's authorities can't be read.
  void install(ssl_ctx_st* context) S3C_EXCLUDES(mutex_);

 private:
  struct FreeStore {
    void operator()(x509_store_st* store) const;
  };
  using Store = std::unique_ptr<x509_store_st, FreeStore>;

  Store read() const;

  const std::string bundle_;
  base::Mutex mutex_;
  Store store_ S3C_GUARDED_BY(mutex_);  ///< null: not read yet
};

}  // namespace s3c::http
