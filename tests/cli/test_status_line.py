from runner.cli.status_line import Running, running_text


def test_the_elapsed_time_stands_beside_the_usual_one() -> None:
    running = (
        Running("jupyter-log-analysis", 10.0, 4.2, "cell 2 of 5  reading part 3"),
        Running("jupyter-cost-analysis ahead", 12.0, None, "cell 1 of 4"),
    )
    assert running_text(running, 13.0) == (
        "  running jupyter-log-analysis  3.0 s, usually 4.2 s  cell 2 of 5  reading part 3"
        " · jupyter-cost-analysis ahead  1.0 s  cell 1 of 4"
    )
