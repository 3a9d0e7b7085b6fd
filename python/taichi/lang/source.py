# SPDX-License-Identifier: Apache-2.0
"""The source text and syntax tree of a Python function, as the compiler wants them.

Only the lines of the function itself are parsed. Blank lines put before them give its nodes their line numbers in the
file, and an `if 1:` on the line above keeps an indented function as it lies, so columns are those of the file too.
"""
import ast
import linecache

from taichi.lang.exception import TaichiCompilationError


class FunctionSource:
    """What `_tinsmith.compile` reads of a function."""

    __slots__ = ("name", "filename", "first_line", "lines", "column", "tree", "fn", "docstring",
                 "_ast", "__weakref__")

    def __init__(self, fn, filename, first_line, lines, tree):
        self.name = fn.__name__
        self.filename = filename
        self.first_line = first_line
        self.lines = lines
        self.column = 0
        self.tree = tree
        self.fn = fn
        self.docstring = fn.__doc__
        self._ast = None


def _indent(line):
    return len(line) - len(line.lstrip(" \t"))


def _block_end(lines, start):
    """The line after the last one that is indented deeper than the `def` at or below `start`."""
    base = _indent(lines[start])
    at = start
    while at < len(lines) and not lines[at].lstrip().startswith(("def ", "async ")):
        at += 1
    at += 1
    depth = lines[at - 1].count("(") - lines[at - 1].count(")") if at <= len(lines) else 0
    while at < len(lines):
        line = lines[at]
        text = line.strip()
        if depth <= 0 and text and not text.startswith("#") and _indent(line) <= base:
            break
        if depth > 0:
            depth += line.count("(") - line.count(")")
        at += 1
    return at


def _parse(lines, start, end, filename):
    block = "".join(lines[start:end])
    if _indent(lines[start]) > 0:
        text = "\n" * (start - 1) + "if 1:\n" + block
        return ast.parse(text, filename).body[0].body[0]
    return ast.parse("\n" * start + block, filename).body[0]


def _find(tree, name, first_line):
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            top = min([d.lineno for d in node.decorator_list], default=node.lineno)
            if top == first_line or node.lineno == first_line:
                return node
    return None


def _load(fn):
    code = fn.__code__
    filename = code.co_filename
    lines = linecache.getlines(filename, fn.__globals__)
    if not lines or code.co_firstlineno > len(lines):
        raise TaichiCompilationError(
            f"the source of function '{fn.__name__}' cannot be read ({filename}); "
            "kernels must be defined in a file or a notebook cell")
    start = code.co_firstlineno - 1
    tree, end = None, start
    try:
        end = _block_end(lines, start)
        tree = _parse(lines, start, end, filename)
    except SyntaxError:
        pass
    if not isinstance(tree, ast.FunctionDef):
        tree = _find(ast.parse("".join(lines), filename), fn.__name__, code.co_firstlineno)
        end = tree.end_lineno if tree is not None else start
    if tree is None:
        raise TaichiCompilationError(f"no `def {fn.__name__}` at {filename}:{code.co_firstlineno}")
    body = [line.rstrip("\r\n") for line in lines[start:max(end, tree.end_lineno)]]
    return FunctionSource(fn, filename, code.co_firstlineno, body, tree)


def source_of(fn):
    """The FunctionSource of a plain Python function, kept on the function."""
    source = fn.__dict__.get("_tinsmith_source")
    if source is None:
        source = _load(fn)
        fn._tinsmith_source = source
    return source
