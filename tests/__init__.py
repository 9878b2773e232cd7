"""The tests mirror the tree: `tests/web/test_rules.py` is for `service/whygrad/web/rules.py`."""
