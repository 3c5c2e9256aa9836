"""What a record says, to tell whether it says so again."""

from cmeledger.ledger.fingerprint import fingerprint
from cmeledger.ledger.parse import parse


def test_a_fingerprint_is_of_what_is_said() -> None:
    def of(text: str) -> str:
        return fingerprint(parse(text.encode()).tables)

    assert of('id = "x"\na = 1.50\nb = [1, "c"]') == of('b = [1.0, "c"] # c\na = 1.5\nid = "y"')
    texts = ["a = 1", "a = true", 'a = "1"', "a = 2025-01-01", 'a = "2025-01-01"', "a = [1]"]
    texts += [
        "b = 1",
        "a = 1\nb = 1",
        "a = { b = 1 }",
        'a = "1,b:1"',
        "a = nan",
        "a = 1e9999999999",
    ]
    assert len({of(text) for text in texts}) == len(texts)
