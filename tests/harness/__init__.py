"""What the e2e and interop tests stand on: stores to talk to, the program under test, a fault proxy, and a checker
that shares no code with the program. Python 3.11, its standard library and Debian's boto3."""
