"""Lints what SAM makes of a template: python lint_translated.py template.yaml

`sam validate --lint` sees the template as it is written. Wrong IAM actions and a visibility timeout below the function's timeout
show only in CloudFormation's own resources, after SAM's translation. Prints the errors and warnings that cfn-lint finds and exits
with 1 if there are any. Needs no AWS account.
"""

import json
import logging
import os
import sys

# The translator asks boto3 for a region and has no use for it.
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
# It warns of switches of its own that only the service in AWS sets.
logging.disable(logging.WARNING)

from cfnlint.api import lint_all
from cfnlint.decode.cfn_yaml import loads
from samtranslator.public.translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform


class NoManagedPolicies(ManagedPolicyLoader):
    """The template uses none, and looking them up would call IAM."""

    def __init__(self):
        super().__init__(iam_client=None)

    def load(self):
        return {}


def place_code(template):
    """Gives local code a place in S3, as `sam package` would: the translator takes nothing else."""
    places = [resource.get("Properties", {}) for resource in template["Resources"].values()]
    places.append(template.get("Globals", {}).get("Function", {}))
    for properties in places:
        if "CodeUri" in properties:
            properties["CodeUri"] = "s3://bucket/key"


def main(path):
    with open(path, encoding="utf-8") as file:
        template = json.loads(json.dumps(loads(file.read())))
    place_code(template)
    translated = transform(template, {}, NoManagedPolicies())
    findings = [found for found in lint_all(json.dumps(translated)) if found.rule.id[0] in "EW"]
    for found in findings:
        print(f"{path}, translated: {'/'.join(map(str, found.path or []))}: {found.rule.id} {found.message[:200]}", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
