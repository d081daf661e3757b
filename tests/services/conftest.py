"""What tests of the services share."""

from datetime import UTC

import pytest

from ralex_tui.domain.budget import BudgetPolicy
from ralex_tui.domain.money import Usd


@pytest.fixture
def policy() -> BudgetPolicy:
    return BudgetPolicy(daily=Usd.parse("5.00"), zone=UTC, zone_name="UTC")
