import re
from io import StringIO
from pathlib import Path

from django.core.management import call_command

from reviews import diagrams

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_the_diagrams_are_drawn_from_the_tables() -> None:
    drawn = re.findall(r"```mermaid\n(.*?)\n```", README, re.DOTALL)

    assert diagrams.life_of_a_signal() in drawn, "Run python manage.py draw_workflows and paste what it prints."
    assert diagrams.life_of_a_dispute() in drawn, "Run python manage.py draw_workflows and paste what it prints."


def test_the_table_of_roles_is_drawn_from_the_permissions() -> None:
    drawn = StringIO()
    call_command("draw_roles", stdout=drawn)

    assert drawn.getvalue() in README, "Run python manage.py draw_roles and paste what it prints."


def test_every_file_that_the_readme_names_exists() -> None:
    root = Path(__file__).parent.parent
    named = re.findall(r"\]\(([^)#:]+)\)", README)

    assert [name for name in named if not (root / name).exists()] == []
