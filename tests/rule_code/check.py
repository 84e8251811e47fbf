"""Reads a rule as code from standard input, and prints what it says as JSON; status 1 where it is not sound.

    python3 tests/rule_code/check.py terraform|cloudformation

CloudFormation is checked by cfn-lint, with the schema of the resource; Terraform's language is parsed. The
tools are in a virtual environment of their own, which local_aws/run.py makes the first time.
"""

import json
import os
import pathlib
import subprocess
import sys

# Nothing is written into the folders of the tests.
sys.dont_write_bytecode = True

HERE = pathlib.Path(__file__).resolve().parent


def main(language):
    if "RULE_CODE_TOOLS" not in os.environ:
        return again_with_tools(language)
    code = sys.stdin.read()
    print(json.dumps({"terraform": terraform, "cloudformation": cloudformation}[language](code)))
    return 0


def again_with_tools(language):
    sys.path.append(str(HERE.parent / "local_aws"))
    import run

    python = run.environment(HERE / "requirements.txt", "rule-code", "what reads rules as code (cfn-lint, python-hcl2)")
    if python is None:
        return run.FAILED
    command = [str(python), "-I", __file__, language]
    return subprocess.call(command, env={**os.environ, "RULE_CODE_TOOLS": "1"})


def terraform(code):
    import hcl2

    return hcl2.loads(code)


def cloudformation(code):
    from cfnlint.api import lint_all
    from cfnlint.decode.cfn_yaml import loads

    # Errors and warnings; what is only informational is a matter of taste.
    found = [match for match in lint_all(code) if not match.rule.id.startswith("I")]
    if found:
        sys.exit("\n".join(str(match) for match in found))
    return loads(code)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
