from core.scores.registry.succession import previous_champion

PROMOTED, RETURNED, RETIRED, WITHDRAWN = "promoted", "returned", "retired", "withdrawn"


def test_nothing_was_in_use_before_the_first():
    assert previous_champion([], current=None) is None
    assert previous_champion([(1, "trained"), (1, PROMOTED)], current=1) is None


def test_the_one_that_was_in_use_last_returns_whatever_its_number():
    events = [(2, PROMOTED), (2, RETIRED), (1, PROMOTED), (1, RETIRED), (3, PROMOTED)]
    assert previous_champion(events, current=3) == 1


def test_a_rollback_goes_back_and_not_to_and_fro():
    events = [(1, PROMOTED), (1, RETIRED), (2, PROMOTED), (2, RETIRED), (3, PROMOTED), (3, WITHDRAWN), (2, RETURNED)]
    assert previous_champion(events, current=2) == 1
    assert previous_champion([*events, (2, WITHDRAWN), (1, RETURNED)], current=1) is None


def test_one_that_a_person_promoted_again_after_it_was_withdrawn_counts_again():
    events = [(1, PROMOTED), (1, WITHDRAWN), (1, PROMOTED), (1, RETIRED), (2, PROMOTED)]
    assert previous_champion(events, current=2) == 1


def test_what_was_never_in_use_or_is_barred_does_not_return():
    events = [(1, PROMOTED), (1, RETIRED), (2, PROMOTED), (2, RETIRED), (3, PROMOTED), (4, "trained")]
    assert previous_champion(events, current=3, barred={2}) == 1
    assert previous_champion(events, current=3, barred={1, 2}) is None
