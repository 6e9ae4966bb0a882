"""scripts/bench: contenders archive the same objects from the same simulated S3, one after the other, and are measured.

Stands on tests/harness for the simulator and its controls. Python 3.11, its standard library and Debian's boto3.
"""
