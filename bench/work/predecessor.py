"""The predecessor's share of the benchmark: one JSON object a line, a figure each."""

import json
import sys
import time

import boto3
from botocore.config import Config
from ssm_cache import SSMParameterGroup
from ssm_cache.refreshable import Refreshable

arguments = json.loads(sys.argv[1])


class Counting:
    """A client that counts the calls of the two methods that ssm-cache uses."""

    def __init__(self, client):
        self.client, self.calls = client, 0

    def get_parameters(self, **kwargs):
        self.calls += 1
        return self.client.get_parameters(**kwargs)

    def get_parameters_by_path(self, **kwargs):
        self.calls += 1
        return self.client.get_parameters_by_path(**kwargs)


def client():
    return Counting(
        boto3.client(
            "ssm",
            endpoint_url=arguments["url"],
            region_name="eu-west-1",
            aws_access_key_id="bench",
            aws_secret_access_key="bench",
            config=Config(retries={"max_attempts": 0}),
        )
    )


def say(work, case, n, unit, value):
    print(json.dumps({"Work": work, "Case": case, "N": n, "Unit": unit, "Value": value}), flush=True)


def cold(n):
    """Opens a group of n names and reads the first, as the README of ssm-cache has it."""
    counting = client()
    Refreshable.set_ssm_client(counting)
    start = time.perf_counter()
    group = SSMParameterGroup(max_age=3600)
    parameters = [group.parameter(name) for name in arguments["names"][:n]]
    for parameter in parameters:
        _ = parameter.value
    say("coldstart", "", n, "ms", (time.perf_counter() - start) * 1e3)
    say("coldstart", "", n, "calls", counting.calls)
    return parameters


def read(parameter, reads):
    start = time.perf_counter()
    for _ in range(reads):
        _ = parameter.value
    say("read", "serial", 0, "ns/op", (time.perf_counter() - start) / reads * 1e9)


client()  # boto3 reads its service descriptions once for a process
for size in arguments["sizes"]:
    last = cold(size)
read(last[0], 100_000)
