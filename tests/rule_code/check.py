"""Reads rules as code, as long as standard input lasts, and says what each says or what is wrong with it.

    python3 tests/rule_code/check.py

A line of standard input is a JSON array: terraform or cloudformation, and the code. For each there is a line
of standard output: {"says": ...} or {"fault": "..."}.

CloudFormation is checked by cfn-lint, with the schema of the resource; Terraform's language is parsed. The
tools are in a virtual environment of their own, which local_aws/run.py makes the first time. They take longer
to load than to read, so one process reads for all tests.
"""

import functools
import json
import os
import pathlib
import subprocess
import sys

# Writes no bytecode into the tests.
sys.dont_write_bytecode = True

HERE = pathlib.Path(__file__).resolve().parent


class Fault(Exception):
    """An error in the code."""


def main():
    if "RULE_CODE_TOOLS" not in os.environ:
        return again_with_tools()
    for line in sys.stdin.buffer:
        language, code = json.loads(line)
        try:
            answer = {"says": {"terraform": terraform, "cloudformation": cloudformation}[language](code)}
        except Fault as fault:
            answer = {"fault": str(fault)}
        print(json.dumps(answer), flush=True)
    return 0


def again_with_tools():
    sys.path.append(str(HERE.parent / "local_aws"))
    import run

    python = run.environment(HERE / "requirements.txt", "rule-code", "what reads rules as code (cfn-lint, python-hcl2)")
    if python is None:
        return run.FAILED
    return subprocess.call([str(python), "-I", __file__], env={**os.environ, "RULE_CODE_TOOLS": "1"})


def terraform(code):
    import hcl2
    from lark.exceptions import LarkError

    try:
        return hcl2.loads(code)
    except LarkError as error:
        raise Fault(str(error)) from error


def cloudformation(code):
    from cfnlint.decode.cfn_yaml import loads
    from cfnlint.decode.decode import decode_str

    template, found = decode_str(code)
    # Errors and warnings, without informational messages.
    found = [match for match in found or cfn_lint().validate_template(template) if not match.rule.id.startswith("I")]
    if found:
        raise Fault("\n".join(str(match) for match in found))
    return loads(code)


@functools.cache
def cfn_lint():
    """All rules for all Regions, as cfnlint.api.lint_all has them; to load these takes most of its time."""
    from cfnlint.config import ConfigMixIn, ManualArgs
    from cfnlint.helpers import REGIONS
    from cfnlint.runner import Runner

    return Runner(ConfigMixIn(**ManualArgs(include_checks=["I"], include_experimental=True, regions=REGIONS)))


if __name__ == "__main__":
    sys.exit(main())
