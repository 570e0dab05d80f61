from runner.kit.formats.catalog import CATALOG
from runner.model.contract_decoder import FORMATS


def test_every_format_that_a_contract_may_name_has_a_reader() -> None:
    assert sorted(form.name for form in CATALOG) == sorted(FORMATS)
