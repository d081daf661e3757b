"""The composition root: the one room that knows every concrete class.

What it wires is imported where it is used: `ralex --version` and `ralex spend` must stay as quick as
Python itself, and the first paint waits for nothing that it does not show.
"""

from ralex_tui.bootstrap.app import collect_garbage, run_app
from ralex_tui.bootstrap.doctor import doctor_facts, list_deployments, open_asking
from ralex_tui.bootstrap.models import catalogue, install_local_model, make_auto
from ralex_tui.bootstrap.setup import Setup, load
from ralex_tui.bootstrap.stores import open_labels, open_ledger, open_library, open_prices, open_reconcile, open_reports
from ralex_tui.bootstrap.wiring import build_services, open_services

__all__ = [
    "Setup",
    "build_services",
    "catalogue",
    "collect_garbage",
    "doctor_facts",
    "install_local_model",
    "list_deployments",
    "load",
    "make_auto",
    "open_asking",
    "open_labels",
    "open_ledger",
    "open_library",
    "open_prices",
    "open_reconcile",
    "open_reports",
    "open_services",
    "run_app",
]
