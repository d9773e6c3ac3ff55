from milkrun.http.cors import EXPOSED, cors_headers


def test_without_an_origin_no_page_may_read_an_answer() -> None:
    assert cors_headers("") == {}


def test_pages_of_the_origin_may_read_answers_and_headers_with_a_meaning() -> None:
    headers = cors_headers("https://a.example")
    assert headers["Access-Control-Allow-Origin"] == ["https://a.example"]
    assert headers["Access-Control-Expose-Headers"] == [",".join(EXPOSED)]
