from .parsing import WITH_MATRIX, changed, locs, parse


def test_the_deprecated_matrix_is_the_car_s() -> None:
    body = {**{key: WITH_MATRIX[key] for key in ("vehicles", "jobs")}, "matrix": [[0, 9], [8, 0]]}
    problem = parse(body)
    assert problem.matrices is not None
    assert problem.matrices["car"].durations == [[0, 9], [8, 0]]
    assert problem.matrix is None


def test_matrix_beside_matrices_is_named() -> None:
    assert locs(changed(WITH_MATRIX, "matrix", [[0]])) == ["$.matrix"]


def test_a_ragged_deprecated_matrix_is_named_by_its_own_field() -> None:
    body = {**{key: WITH_MATRIX[key] for key in ("vehicles", "jobs")}, "matrix": [[0, "9"], [8, 0]]}
    assert locs(body) == ["$.matrix[0][1]"]
