"""Checks that a new Release publishes a new version: python translated_version.py template.yaml

The front door's alias moves only when SAM's translation names its AWS::Lambda::Version differently. Translates the template with one Release twice
and with another once, and exits with 1 unless the version's logical id is the same the first two times and differs the third, the alias names it,
and the function carries the Release in its environment: of code and settings that are the last version's, Lambda publishes none. Needs no AWS account.
"""

import json
import sys

from lint_translated import NoManagedPolicies, place_code
from cfnlint.decode.cfn_yaml import loads
from samtranslator.translator.transform import transform


def version_of(text, release):
    """Translates the template and returns its version's logical id, once what hangs on it is found right."""
    template = json.loads(json.dumps(loads(text)))
    place_code(template)
    resources = transform(template, {"Release": release}, NoManagedPolicies())["Resources"]
    versions = [name for name, resource in resources.items() if resource["Type"] == "AWS::Lambda::Version"]
    aliases = [resource["Properties"] for resource in resources.values() if resource["Type"] == "AWS::Lambda::Alias"]
    if len(versions) != 1 or len(aliases) != 1:
        raise SystemExit(f"want one version and one alias, got {versions} and {len(aliases)}")
    if aliases[0]["FunctionVersion"] != {"Fn::GetAtt": [versions[0], "Version"]}:
        raise SystemExit(f"the alias names {aliases[0]['FunctionVersion']}, not {versions[0]}")
    function = resources[resources[versions[0]]["Properties"]["FunctionName"]["Ref"]]
    if function["Properties"]["Environment"]["Variables"].get("RELEASE") not in ({"Ref": "Release"}, release):
        raise SystemExit("the function's environment has no RELEASE: Lambda would publish no version of a parameter that changed alone")
    return versions[0]


def main(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    first, again, other = (version_of(text, release * 64) for release in "aab")
    if first != again or first == other:
        raise SystemExit(f"{path}: the same Release gives {first} and {again}, another {other}")


if __name__ == "__main__":
    main(sys.argv[1])
