"""Run by the Python that has the pinned botocore: what botocore makes of each of many environments.

stdin: a JSON list of {"environment": {...}, "profile": the flag or null}. HOME is that of this process, because botocore
looks it up once. stdout: a JSON list of {"source", "key_id", "region", "endpoint"} or {"error"}, in the same order.
"""

import json
import os
import sys

import botocore.exceptions
import botocore.loaders
import botocore.session

LOADER = botocore.loaders.create_loader()  # reading the models is what takes the time


def outcome_of(case: dict, region_of_sts: str | None = None) -> dict:
    os.environ.clear()
    os.environ.update(case["environment"])
    if region_of_sts:
        os.environ["AWS_DEFAULT_REGION"] = region_of_sts
    try:
        session = botocore.session.Session(profile=case["profile"])
        session.register_component("data_loader", LOADER)
        session.get_auth_token = lambda **_: None  # bearer tokens, which S3 doesn't take and which have a chain of their own
        region = session.get_config_variable("region")
        credentials = session.get_credentials()
        if credentials is None:
            return {"error": "no credentials"}
        frozen = credentials.get_frozen_credentials()
        client = session.create_client("s3")
        return {"source": credentials.method, "key_id": frozen.access_key, "region": region,
                "endpoint": client.meta.endpoint_url}
    except botocore.exceptions.NoRegionError:
        # botocore asks STS in no region. We ask it in us-east-1, as we do S3, which tells each bucket's own region.
        return outcome_of(case, "us-east-1")
    except Exception as error:  # whatever it is, botocore has no credentials then
        return {"error": f"{type(error).__name__}: {error}"}


json.dump([outcome_of(case) for case in json.load(sys.stdin)], sys.stdout)
