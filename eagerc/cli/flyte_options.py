"""The options of the verbs that work on a Flyte cluster, which are those of flytekit's own commands."""

import argparse
import json
import os

from eagerc import build_cache
from eagerc.failures import UsageError


def add_build_options(parser: argparse.ArgumentParser) -> None:
    """Declare where the tree is built and what it is imported with."""
    parser.add_argument("--python", metavar="PYTHON", help="the interpreter to run on; it needs flytekit")
    kept = f"a folder of the cache without it, which keeps the {build_cache.KEPT_TREES} builds used last"
    parser.add_argument("--build-dir", metavar="DIR", help=f"where to build; {kept}")


def add_flyte_options(parser: argparse.ArgumentParser) -> tuple[str, ...]:
    """Declare where and how to register, and give the names of these options."""
    group = parser.add_argument_group("on a Flyte cluster", "As in pyflyte, with its defaults.")
    actions = (
        group.add_argument("-c", "--config", metavar="FILE", help="flytekit's configuration file"),
        group.add_argument("-p", "--project", metavar="PROJECT", help="where to register"),
        group.add_argument("-d", "--domain", metavar="DOMAIN", help="where to register"),
        group.add_argument("-v", "--version", metavar="VERSION", help="the build tree's content digest without it"),
        group.add_argument("-i", "--image", metavar="[NAME=]IMAGE", action="append", help="an image for containers"),
        group.add_argument("-D", "--destination-dir", metavar="DIR", help="where containers unpack the code"),
        group.add_argument("--service-account", metavar="NAME", help="of launch plans"),
        group.add_argument("--raw-data-prefix", metavar="ADDRESS", help="where launch plans put offloaded data"),
        group.add_argument("--env", metavar="NAME=VALUE", action="append", help="a variable for containers"),
        group.add_argument("--resource-requests", metavar="cpu=1,mem=2Gi", help="of tasks that declare none"),
        group.add_argument("--resource-limits", metavar="cpu=1,mem=2Gi", help="of tasks that declare none"),
        group.add_argument("--activate-launchplans", action="store_true", help="in place of those that are active"),
    )
    return tuple(action.dest for action in actions)


def chosen(options: argparse.Namespace, names: tuple[str, ...]) -> str:
    """What was chosen of the options `names`, for the program that carries it out."""
    if options.config is not None and not os.path.isfile(options.config):
        raise UsageError(f"{options.config}: there is no such configuration file")
    return json.dumps({name: value for name in names if (value := getattr(options, name))})
