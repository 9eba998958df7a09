"""Tracebacks of containers: what is left of them is the user's."""

from eagerc_runtime.programs.tracebacks import user_part

REMOTE = """\
remote traceback:
  Traceback (most recent call last):
    File "/app/site-packages/flytekit/core/base_task.py", line 767, in dispatch_execute
      native_outputs = self.execute(**native_inputs)
                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    File "/app/eagerc_runtime/task.py", line 54, in execute
      return container.run_body(self.name)
    File "/app/shop.py", line 5, in sell
      return 1 / 0
             ~~^~~
    File "/app/eagerc_runtime/invocation.py", line 67, in _awaited
      raise failure  # outside of the handler

  ZeroDivisionError: division by zero
execution: http://console/e1"""


def test_frames_of_the_machinery_go() -> None:
    assert user_part(REMOTE) == (
        "remote traceback:\n"
        "  Traceback (most recent call last):\n"
        '    File "/app/shop.py", line 5, in sell\n'
        "      return 1 / 0\n"
        "             ~~^~~\n"
        "\n"
        "  ZeroDivisionError: division by zero\n"
        "execution: http://console/e1"
    )
