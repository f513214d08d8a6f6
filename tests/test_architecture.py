"""The laws of the house that import-linter (``.importlinter``) cannot hold."""

import ast
import configparser
import functools
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import grimp
import pytest
from sqlmodel import SQLModel

import fieldwork
from fieldwork.app import HANDLERS, ROOMS, import_models
from fieldwork.core.runs import JobRun

PACKAGE = Path(fieldwork.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

LAYERS = ("models", "rules", "tools", "services", "jobs", "forms", "views", "commands")
"""What a room's files may be, lowest first. ``tools`` do heavy or outside work (decoding, recognising, drawing) and
know no session; they have no file of that name, only second nouns."""

NOUNS = {
    "web": {
        "rules": "languages places",
        "tools": "bundling extraction",
        "services": "accounts",
        "forms": "building failures filling guard leaving pace pages policies rendering visits",
        "views": "account_views",
    },
    "programme": {
        "tools": "yaml_files",
        "rules": "inputs shapes",
        "services": "contents editing guide_editing guides imports summary team",
        "views": "editing_views",
    },
    "sampling": {
        "rules": "disclosure identity shapes",
        "services": "imports plan planning recruitment",
        "views": "beginning_views expert_views plan_views",
    },
    "scheduling": {"services": "imports", "views": "arranging_views"},
    "consent": {"rules": "shapes", "services": "imports"},
    "recording": {
        "models": "live_models zoom_models",
        "rules": "gathering matching shapes tus zoom_events zoom_refusals",
        "tools": "archives bundles media soundness zoom_client zoom_reach",
        "services": (
            "copies filing intake live live_ends parcels sorting uploads waveforms zoom_fetching zoom_filing "
            "zoom_meetings"
        ),
        "views": (
            "live_views sound_views tus_views unsorted_views upload_views waveform_views zoom_event_views zoom_views"
        ),
        "commands": "zoom_commands",
    },
    "transcription": {
        "models": "making_models read_back_models",
        "rules": "doubt estimating finding formats glossary sayings turns unheard windows word_times",
        "tools": "engines probing prompting voices",
        "services": (
            "assembly corrections cutting doubting following history importing marking pacing presence reading "
            "reading_back rechecking recognition remarking remarks replacing standing wording writing"
        ),
        "views": (
            "correcting_views doubt_views expert_views glossary_views making_views presence_views read_back_views "
            "replacing_here_views replacing_views starting_views upload_views zoom_views"
        ),
        "jobs": "estimate_jobs",
        "commands": "glossary_commands model_commands study_commands",
    },
    "anonymisation": {
        "rules": (
            "anonymiser carrying cases contacts detectors diminutives disclosure employers generalisations "
            "generalising identities languages leaks letters lexicon likeness linking looks mention overlaps "
            "paradigms passages placeholders profiles pseudonyms rarity recall recasing sealed stretches "
            "surroundings terms things timing wordings written_records"
        ),
        "models": "review_models",
        "tools": "carriers delivering files grammar_door leak_door leaving",
        "services": (
            "accuracy afterwards agreeing approval asking blind_marking changes contexts detection "
            "export_profiles exports following handing_over marking meanings measuring misses moving naming "
            "publishing redaction register remasking review searching second settling silencing splitting "
            "study_terms transcripts_out undoing workbench"
        ),
        "views": (
            "accuracy_views approval_views audio_views blind_views checking_views deciding_views entity_views "
            "export_views history_views later_views naming_views profile_views register_views risk_views second_views "
            "term_views"
        ),
        "commands": "accuracy_commands audio_commands export_commands leaving_commands naming_commands study_commands",
    },
    "coding": {
        "rules": "anchoring codebook shapes wording",
        "services": "correcting evidence following importing marking memos reversing revising sorting texts workbench",
        "views": "bench_memo_views board_views code_views memo_views workbench_views",
        "commands": "code_commands",
    },
    "paradigm": {
        "rules": "chain",
        "services": "building importing versions",
        "forms": "questions",
        "views": "building_views",
    },
    "report": {
        "rules": "content content_checks content_texts intruder references russian sample",
        "tools": "drawing preview typesetting",
        "forms": "obstacles places",
        "views": "exposure_views leak_views recommendation_views",
        "services": (
            "abstracts counting exposure importing leaks masking material prose recommendations sections writing "
            "written"
        ),
    },
    "overview": {
        "rules": "about deeds words",
        "tools": "morphology",
        "services": "coverage dashboard evidence following history indexing palette searching stages",
        "views": "coverage_views evidence_views help_views search_views",
    },
    "demo": {
        "rules": "accuracy",
        "tools": "material places synthesis",
        "services": "analysis anonymising arrivals field figures joining narration review stages",
    },
}
"""The second nouns of each room, which are no file of the usual names, and the layer each belongs to."""

IMPURE = {
    "click",
    "flask",
    "sqlalchemy",
    "sqlmodel",
    *(f"fieldwork.core.{name}" for name in ("audit", "console", "jobs", "runs", "settings", "vault", "work")),
}
"""What neither rules nor tools may import."""


@functools.cache
def tree(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def place(path: Path, node: ast.AST) -> str:
    """«recording/rules.py:12»."""
    return f"{path.relative_to(PACKAGE)}:{getattr(node, 'lineno', 0)}"


def calls(path: Path) -> Iterator[tuple[ast.Call, str]]:
    """Each call in a file, with the dotted name of what is called."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)


@pytest.fixture(scope="session")
def graph() -> grimp.ImportGraph:
    """Who imports whom."""
    return grimp.build_graph("fieldwork", include_external_packages=True)


def room_of(module: str) -> str:
    """The room (or ``core``) of a module."""
    return module.split(".")[1]


def layer_of(module: str) -> str:
    """The layer of a module of a room, by its file's name or the list of second nouns; empty until it is listed."""
    _, room, noun, *_ = module.split(".")
    if noun in LAYERS:
        return noun
    return next((layer for layer, nouns in NOUNS[room].items() if noun in nouns.split()), "")


def modules_of_rooms(graph: grimp.ImportGraph) -> list[str]:
    """Every module that lies in a room and has its layer, without the rooms' own ``__init__``."""
    inside = [name for name in graph.modules if name.count(".") > 1 and room_of(name) in ROOMS]
    return sorted(name for name in inside if layer_of(name))


def test_the_contracts_name_every_room_in_its_order() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(PACKAGE.parent / ".importlinter", encoding="utf-8")
    rooms, inside = contracts["importlinter:contract:rooms"], contracts["importlinter:contract:inside-rooms"]
    assert rooms["layers"].split() == ["cli", "app", *reversed(ROOMS), "core"]
    assert inside["containers"].split() == [f"fieldwork.{room}" for room in ROOMS]
    assert rooms["exhaustive"] == "True"


def test_every_file_of_a_room_has_a_usual_name_or_is_a_listed_second_noun() -> None:
    packages = [path.parent for path in PACKAGE.glob("*/*/__init__.py")]
    found = {f"{path.parent.name}.{path.stem}" for path in [*PACKAGE.glob("*/*.py"), *packages]}
    usual = {f"{room}.{name}" for room in ROOMS for name in ("__init__", *LAYERS)}
    listed = {f"{room}.{noun}" for room, layers in NOUNS.items() for nouns in layers.values() for noun in nouns.split()}
    of_rooms = {name for name in found if name.split(".")[0] in ROOMS}
    assert (sorted(of_rooms - usual - listed), sorted(listed - of_rooms)) == ([], [])  # (not listed, no longer there)


def test_layers_inside_a_room_hold_for_second_nouns_too(graph: grimp.ImportGraph) -> None:
    upward = [
        f"{module} ({layer_of(module)}) imports {imported} ({layer_of(imported)})"
        for module in modules_of_rooms(graph)
        for imported in graph.find_modules_directly_imported_by(module)
        if imported.count(".") > 1 and room_of(imported) == room_of(module) and layer_of(imported)
        if LAYERS.index(layer_of(imported)) > LAYERS.index(layer_of(module))
    ]
    assert upward == []


def test_rules_and_tools_know_no_session_and_no_command_line(graph: grimp.ImportGraph) -> None:
    impure = [
        f"{module} imports {imported}"
        for module in modules_of_rooms(graph)
        if layer_of(module) in ("rules", "tools")
        for imported in sorted(graph.find_modules_directly_imported_by(module) & IMPURE)
    ]
    assert impure == []


def test_only_commands_know_the_command_line(graph: grimp.ImportGraph) -> None:
    knowing = {module for module in graph.find_modules_that_directly_import("click") if room_of(module) in ROOMS}
    assert {module for module in knowing if layer_of(module) != "commands"} == set()


def test_only_web_views_and_forms_know_flask(graph: grimp.ImportGraph) -> None:
    flask = {name for name in graph.modules if name.startswith(("flask", "werkzeug", "wtforms"))}
    knowing = {module for name in flask for module in graph.find_modules_that_directly_import(name)}
    pages = re.compile(r"\.(\w+_)?(views|forms)$|\.app$")
    allowed = {name for name in knowing if room_of(name) == "web" or pages.search(name)}
    assert knowing - allowed == set()


def test_there_is_one_door_to_keys(graph: grimp.ImportGraph) -> None:
    doors = graph.find_modules_that_directly_import("cryptography") if "cryptography" in graph.modules else set()
    assert doors == {f"fieldwork.core.{name}" for name in ("vault", "files", "chunked", "growing", "staging")}


def test_there_is_one_door_to_blobs() -> None:
    opening = [
        place(path, node)
        for path in FILES
        if path.relative_to(PACKAGE) not in (Path("core/files.py"), Path("core/work.py"), Path("core/settings.py"))
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Attribute) and node.attr == "blobs_path")
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "BlobStore")
    ]
    assert opening == []


def test_there_is_one_door_for_files_that_leave() -> None:
    """Only ``web/leaving.py`` answers with an attachment, after the door; others could forget to look."""
    door = PACKAGE / "web" / "leaving.py"
    words = ("content-disposition", "content_disposition", "attachment;")
    other_ways = ("send_file", "as_attachment", "download_name")
    found = [
        place(path, node)
        for path in FILES
        if path != door
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.lower().startswith(words))
        or (isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node).split(".")[-1] in other_ways)
        or (isinstance(node, ast.keyword) and node.arg in other_ways)
    ]
    assert found == []
    (asking,) = [call for call, name in calls(door) if name == "site().door"]
    (answering,) = [call for call, name in calls(door) if name == "Response"]
    assert asking.lineno < answering.lineno


def test_foreign_keys_point_upstream_only() -> None:
    import_models()
    order = ("core", *ROOMS)
    home = {
        mapper.local_table.name: order.index(room_of(mapper.class_.__module__))  # type: ignore[attr-defined]
        for mapper in SQLModel._sa_registry.mappers
    }
    downstream = [
        f"{table.name}.{key.parent.name} -> {key.target_fullname}"
        for table in SQLModel.metadata.sorted_tables
        for key in table.foreign_keys
        if home[key.column.table.name] > home[table.name]
    ]
    assert downstream == []
    assert set(home) == set(SQLModel.metadata.tables)


def test_only_a_unit_of_work_commits() -> None:
    committing = [
        place(path, call)
        for path in FILES
        if path.relative_to(PACKAGE) != Path("core/work.py")
        for call, name in calls(path)
        if name.endswith((".commit", ".rollback"))
    ]
    assert committing == []


def test_there_is_one_clock() -> None:
    clocks = re.compile(r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.time|time\.time_ns|time\.localtime)$")
    telling = [
        place(path, call)
        for path in FILES
        if path.relative_to(PACKAGE) != Path("core/clock.py")
        for call, name in calls(path)
        if clocks.search(name)
    ]
    assert telling == []


def test_rules_are_told_the_time() -> None:
    knowing = [
        place(path, node)
        for path in PACKAGE.glob("*/rules.py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module == "fieldwork.core.clock"
        if {name.name for name in node.names} != {"ALMATY"}
    ]
    assert knowing == []


def test_an_import_inside_a_function_says_why() -> None:
    assert [place(path, node) for path in FILES for node in unexplained_imports(path)] == []


def unexplained_imports(path: Path) -> Iterator[ast.AST]:
    """Imports inside functions without a reason: after «noqa: PLC0415 - », or in a comment above the row of imports."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for function in ast.walk(tree(path)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        explained = -1  # the line after the last import that had its reason
        for node in ast.walk(function):
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            own = "\n".join(lines[node.lineno - 1 : node.end_lineno])
            above = lines[node.lineno - 2].strip()
            if re.search(r"PLC0415 - \S", own) or above.startswith("#") or node.lineno == explained:
                explained = (node.end_lineno or node.lineno) + 1
            else:
                yield node


def test_tables_are_plain() -> None:
    fancy = [
        place(path, node)
        for path in PACKAGE.rglob("models.py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and {name.name for name in node.names} & {"annotations", "Relationship"}
    ]
    assert fancy == []


@pytest.mark.parametrize("kind", HANDLERS)
def test_every_kind_of_job_has_its_handler(kind: str) -> None:
    room, _, _ = kind.partition(".")
    module, _, function = HANDLERS[kind].partition(":")
    assert (room_of(module), layer_of(module)) == (room, "jobs")
    (parameter,) = inspect.signature(getattr(import_module(module), function)).parameters.values()
    assert parameter.annotation in (JobRun, "JobRun")
