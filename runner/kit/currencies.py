"""Amounts of money in the smallest unit of their currency (ISO 4217), as payment systems count."""

WHOLE = "bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf"
THOUSANDTHS = "bhd jod kwd omr tnd"
"""Currencies without a smaller unit, and those with a thousand; all others have a hundred."""


def smallest_unit_macro() -> str:
    """SQL that makes the macro `kit_smallest_unit(amount, currency)`: 20.00 usd is 2000."""
    whole, thousandths = (
        ", ".join(f"'{code}'" for code in codes.split()) for codes in (WHOLE, THOUSANDTHS)
    )
    return (
        "create or replace temp macro kit_smallest_unit(amount, currency) as amount * case "
        f"when lower(currency) in ({whole}) then 1 "
        f"when lower(currency) in ({thousandths}) then 1000 else 100 end"
    )
