from __future__ import annotations

import pickle

import pytest

from planner.errors import (
    Faults,
    InputError,
    LayerError,
    MandateError,
    NetworkError,
    OutputError,
    PlannerError,
    SolverError,
    StudyError,
    VerificationError,
    fault,
    shortened,
)

BASES = {
    StudyError: (InputError, ValueError),
    LayerError: (InputError, ValueError),
    NetworkError: (InputError, ValueError),
    MandateError: (InputError, ValueError),
    SolverError: (PlannerError, RuntimeError),
    OutputError: (PlannerError, OSError),
    VerificationError: (PlannerError, RuntimeError),
}


@pytest.mark.parametrize(("kind", "bases"), BASES.items())
def test_whoever_calls_may_catch_the_plain_kind(kind: type[Exception], bases: tuple[type[Exception], ...]) -> None:
    """Each error is one of ours and one of Python's, so that neither caller needs to know the other's names."""
    assert issubclass(kind, (PlannerError,))
    assert all(issubclass(kind, base) for base in bases)


def test_a_fault_is_one_sentence_of_three_parts() -> None:
    """What was expected, what was found, what to do."""
    assert fault("a length", "'abc'", "write one") == "expected a length, found 'abc': write one."


def test_long_lists_are_cut_and_counted() -> None:
    """Up to three names are shown and the others counted."""
    assert shortened([]) == ""
    assert shortened(["a", 2, "c"]) == "a, 2, c"
    assert shortened(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
    assert shortened("abc", limit=1) == "a and 2 more"


def test_an_input_error_tells_every_fault() -> None:
    """The faults can be read one by one and stand in the text one a line; a single one may be given as a text."""
    error = LayerError(sentence for sentence in ("one.", "two."))
    assert error.faults == ("one.", "two.")
    assert str(error) == "one.\ntwo."
    assert InputError("only.").faults == ("only.",)


@pytest.mark.parametrize("kind", [InputError, *(kind for kind in BASES if issubclass(kind, InputError))])
def test_faults_survive_the_way_to_another_process(kind: type[InputError]) -> None:
    """An error that was pickled is of the same kind, with the same faults, each by itself."""
    again = pickle.loads(pickle.dumps(kind(["one.", "two."])))
    assert type(again) is kind
    assert again.faults == ("one.", "two.")


def test_all_faults_are_raised_at_once_in_order() -> None:
    """Faults added and faults caught from elsewhere are told together, as the kind that is asked for."""
    faults = Faults()
    assert len(faults) == 0
    faults.add("a", "b", "c")
    faults.extend(LayerError(["x.", "y."]))
    assert len(faults) == 3
    with pytest.raises(MandateError) as raised:
        faults.raise_if_any(MandateError)
    assert raised.value.faults == ("expected a, found b: c.", "x.", "y.")


def test_no_fault_raises_nothing() -> None:
    """An empty collector lets its caller go on."""
    Faults().raise_if_any(StudyError)
