"""TLS is always verified: a server that can't prove who it is gets nothing, and nothing is deleted."""

import os
import shutil
import subprocess
import tempfile

from harness.load import day_objects
from harness.program import clean_environment
from harness.proxy import Proxy
from harness.suite import StoreCase, main, on_stores

USAGE = 2


@on_stores("full")
class Tls(StoreCase):
    def setUp(self):
        super().setUp()
        self.put(day_objects(40, days=2, max_bytes=2000))
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def certificate(self, name: str) -> str:
        """A self-signed certificate for name ("IP:127.0.0.1") and its key, in one file."""
        path = os.path.join(self.folder, "server.pem")
        key = os.path.join(self.folder, "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test",
                        "-addext", f"subjectAltName={name}", "-keyout", key, "-out", path], check=True, capture_output=True)
        with open(key, encoding="ascii") as private, open(path, "a", encoding="ascii") as both:
            both.write(private.read())
        return path

    def fails_verification(self, certificate: str, *more: str) -> None:
        with Proxy(self.store.endpoint, certificate) as proxy:
            result = self.run_archive(*more, code=USAGE, endpoint=proxy.endpoint)
            self.assertEqual([], proxy.operations())
        self.assertIn("certificate", result.err.lower())
        self.assertIn("hint: the certificate of the store is not trusted: name the authority that signed it with --ca-bundle FILE", result.err)
        self.assert_nothing_deleted()

    def test_a_certificate_nobody_vouches_for(self):
        self.fails_verification(self.certificate("IP:127.0.0.1"))

    def test_a_trusted_certificate_for_another_host(self):
        certificate = self.certificate("DNS:elsewhere.example")
        self.fails_verification(certificate, "--ca-bundle", certificate)

    def test_a_trusted_certificate(self):
        certificate = self.certificate("IP:127.0.0.1")
        with Proxy(self.store.endpoint, certificate) as proxy:
            self.run_archive("--ca-bundle", certificate, endpoint=proxy.endpoint)
            # Over TLS the signature leaves the body to a signed checksum; the store has checked both.
            parts = [e for e in proxy.log if e.operation == "UploadPart"]
            self.assertEqual({"UNSIGNED-PAYLOAD"}, {e.headers["x-amz-content-sha256"] for e in parts})
        self.check(all_archived=True)

    def test_the_bundle_of_the_environment(self):
        certificate = self.certificate("IP:127.0.0.1")
        with Proxy(self.store.endpoint, certificate) as proxy:
            env = clean_environment(self.store, self.folder, proxy.endpoint, AWS_CA_BUNDLE=certificate)
            self.run_archive(env=env)
        self.check(all_archived=True)

    def test_the_bundle_is_read_once(self):
        # Once the run has made its first upload the file is gone: a program that reads it for each connection would fail.
        certificate = self.certificate("IP:127.0.0.1")
        bundle = os.path.join(self.folder, "bundle")
        shutil.copy(certificate, bundle)
        with Proxy(self.store.endpoint, certificate) as proxy:
            proxy.on("CreateMultipartUpload", before=lambda _: os.remove(bundle))
            self.run_archive("--ca-bundle", bundle, endpoint=proxy.endpoint)
        self.assertFalse(os.path.exists(bundle))
        self.check(all_archived=True)

    def test_a_bundle_that_cannot_be_read(self):
        empty = os.path.join(self.folder, "empty.pem")
        with open(empty, "wb"):
            pass
        for bundle, why in ((os.path.join(self.folder, "absent.pem"), "No such file"), (empty, "no certificate")):
            with Proxy(self.store.endpoint) as proxy:
                result = self.run_archive("--ca-bundle", bundle, code=USAGE, endpoint=proxy.endpoint)
                self.assertEqual([], proxy.operations())
            self.assertIn(bundle, result.err)
            self.assertIn(why, result.err)


if __name__ == "__main__":
    main()
