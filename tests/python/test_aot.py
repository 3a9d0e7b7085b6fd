# SPDX-License-Identifier: Apache-2.0
"""ti.aot.Module and ti.graph. That packages are right to the byte is tested with tests/data."""
import json
import zipfile

import numpy as np
import pytest
import taichi as ti


def declare():
    x = ti.field(ti.f32, shape=16, needs_grad=True)
    loss = ti.field(ti.f32, shape=(), needs_grad=True)

    @ti.kernel
    def ramp(start: ti.f32, step: ti.f32):
        for i in x:
            x[i] = start + step * i

    @ti.kernel
    def square():
        for i in x:
            loss[None] += x[i] * x[i]

    return x, loss, ramp, square


def metadata(folder):
    return json.loads((folder / "metadata.json").read_text())


def test_package_of_fields_kernels_and_gradients(tmp_path):
    x, loss, ramp, square = declare()
    module = ti.aot.Module(arch=ti.metal)
    for name, field in (("x", x), ("x_grad", x.grad), ("loss", loss), ("loss_grad", loss.grad)):
        module.add_field(name, field)
    module.add_kernel(ramp)
    module.add_kernel(square, name="forward")
    module.add_kernel(square.grad, name="backward")
    module.save(str(tmp_path / "new" / "folder"))
    folder = tmp_path / "new" / "folder"
    data = metadata(folder)
    assert {f["field_name"]: f["mem_offset_in_parent"] for f in data["fields"]} == {
        "loss": 0, "loss_grad": 4, "x": 8, "x_grad": 72}
    assert data["root_buffer_size"] == 136
    assert [k["name"] for k in data["kernels"]] == ["ramp", "forward", "backward"]
    assert (folder / "__content__").read_text() == "kernel:ramp\nkernel:forward\nkernel:backward"
    assert (folder / "__version__").read_text() == "1.7.4"
    names = [t["name"] for k in data["kernels"] for t in k["tasks_attribs"]]
    assert names[0] == f"ramp_c{ramp.kernel_counter}_0_0_t00"
    assert any(f"square_c{square.grad.kernel_counter}_0_reverse_grad_" in n for n in names)
    for name in names:
        assert (folder / f"{name}.spv").stat().st_size % 4 == 0


def test_private_names_of_published_scripts(tmp_path):
    x, loss, ramp, square = declare()
    module = ti.aot.Module(ti.metal)
    square.grad.ensure_compiled()
    module._aot_builder.add("square_grad", square.grad.kernel_cpp)
    module._content.append("kernel:square_grad")
    module.save(str(tmp_path))
    assert [k["name"] for k in metadata(tmp_path)["kernels"]] == ["square_grad"]
    assert (tmp_path / "__content__").read_text() == "kernel:square_grad"


def test_several_modules(tmp_path):
    x, loss, ramp, square = declare()
    for name in ("a", "b"):
        module = ti.aot.Module()
        module.add_field("x", x)
        module.add_kernel(ramp)
        module.save(str(tmp_path / name))
    files = [sorted((p.name, p.read_bytes()) for p in (tmp_path / n).iterdir()) for n in ("a", "b")]
    assert files[0] == files[1]


def test_archive(tmp_path):
    x, loss, ramp, square = declare()
    module = ti.aot.Module()
    module.add_kernel(ramp)
    module.archive(str(tmp_path / "p.tcm"))
    with zipfile.ZipFile(tmp_path / "p.tcm") as archive:
        assert "metadata.json" in archive.namelist()
        assert all(i.compress_type == zipfile.ZIP_STORED for i in archive.infolist())
    with pytest.raises(AssertionError):
        module.archive(str(tmp_path / "p.zip"))


def test_array_parameters(tmp_path):
    @ti.kernel
    def typed(a: ti.types.ndarray(dtype=ti.math.vec3, ndim=2)):
        for i, j in a:
            a[i, j] *= 2

    @ti.kernel
    def loose(a: ti.types.ndarray()):
        for i in a:
            a[i] += 1

    module = ti.aot.Module()
    module.add_kernel(typed)
    with pytest.raises(ti.TaichiCompilationError, match="ndim"):
        module.add_kernel(loose)
    module.add_kernel(loose, template_args={"a": ti.ndarray(ti.i32, 3)})
    module.save(str(tmp_path))
    args = [k["ctx_attribs"]["arg_attribs_vec_"][0]["value"] for k in metadata(tmp_path)["kernels"]]
    assert args[0]["element_shape"] == [3] and args[0]["field_dim"] == 2
    assert args[1]["element_shape"] == [] and args[1]["dtype"] == 5


def kernels_of(module, folder):
    """name: (doc, gradient_of) as the package has them; None where the key is absent."""
    module.save(str(folder))
    return {k["name"]: (k.get("doc"), k.get("gradient_of")) for k in metadata(folder)["kernels"]}


def test_docstrings_are_carried(tmp_path):
    x = ti.field(ti.f32, shape=4)

    @ti.kernel
    def told(k: ti.f32):
        """Scales "x".

            By k, which is \\alpha.
        """
        for i in x:
            x[i] *= k

    @ti.kernel
    def untold():
        x[0] = 1.0

    @ti.kernel
    def odd():
        "a\x00b\x7fc\tde */ größe"
        x[0] = 1.0

    module = ti.aot.Module()
    for kernel in (told, untold, odd):
        module.add_kernel(kernel)
    assert kernels_of(module, tmp_path) == {
        "told": (['Scales "x".\n\nBy k, which is ', "alpha."], None),  # a piece on each side of a backslash
        "untold": (None, None),
        "odd": ("a b c   de */ größe", None)}


def test_gradients_name_their_kernels(tmp_path):
    x, loss, ramp, square = declare()
    module = ti.aot.Module()
    module.add_kernel(square.grad, name="backward")  # before its kernel, and without docstring
    module.add_kernel(ramp)
    module.add_kernel(square, name="forward")
    module.add_kernel(square, name="forward_again")
    module.add_kernel(ramp.grad, name="ramp_backward")
    assert {n: of for n, (_, of) in kernels_of(module, tmp_path / "a").items()} == {
        "backward": "forward", "ramp": None, "forward": None, "forward_again": None, "ramp_backward": "ramp"}
    alone = ti.aot.Module()
    alone.add_kernel(square.grad, name="backward")
    alone.add_kernel(ramp, name="forward")
    assert kernels_of(alone, tmp_path / "b")["backward"] == (None, None)


def test_gradients_of_instances_name_the_instance(tmp_path):
    loss = ti.field(ti.f32, shape=(), needs_grad=True)
    x, y = ti.field(ti.f32, shape=4, needs_grad=True), ti.field(ti.f32, shape=5, needs_grad=True)

    @ti.kernel
    def total(f: ti.template()):
        for i in f:
            loss[None] += f[i]

    module = ti.aot.Module()
    module.add_kernel(total, template_args={"f": x}, name="total_x")
    module.add_kernel(total.grad, template_args={"f": y}, name="total_y_backward")
    module.add_kernel(total.grad, template_args={"f": x}, name="total_x_backward")
    module.add_kernel(total, template_args={"f": y}, name="total_y")
    assert {n: of for n, (_, of) in kernels_of(module, tmp_path).items()} == {
        "total_x": None, "total_y_backward": "total_y", "total_x_backward": "total_x", "total_y": None}


def test_gradients_name_kernels_of_graphs(tmp_path):
    x, loss, ramp, square = declare()
    builder = ti.graph.GraphBuilder()
    builder.dispatch(square)
    builder.dispatch(square.grad)
    module = ti.aot.Module()
    module.add_graph("step", builder.compile())
    linked = {n: of for n, (_, of) in kernels_of(module, tmp_path).items()}
    primal, adjoint = sorted(linked)
    assert linked == {primal: None, adjoint: primal} and adjoint.endswith("_grad")


def test_kernel_templates(tmp_path):
    x, y = ti.field(ti.f32, shape=4), ti.field(ti.f32, shape=5)

    @ti.kernel
    def fill(f: ti.template(), value: ti.template()):
        for i in f:
            f[i] = value

    module = ti.aot.Module()
    module.add_field("x", x)
    module.add_field("y", y)
    with module.add_kernel_template(fill) as template:
        template.instantiate(f=x, value=1)
        template.instantiate(f=y, value=2.5)
    module.save(str(tmp_path))
    assert [k["name"] for k in metadata(tmp_path)["kernels"]] == ["fill|f=x,value=1,", "fill|f=y,value=2.5,"]


def test_fields_that_packages_cannot_describe():
    x, y = ti.field(ti.f32), ti.field(ti.f32)
    ti.root.dense(ti.i, 4).place(x, y)
    z = ti.field(ti.f32, shape=(2, 3), order="ji")
    m = ti.Matrix.field(2, 3, ti.f32, shape=4)
    module = ti.aot.Module()
    module.add_field("m", m)
    for field in (x, z):
        with pytest.raises(ValueError, match="cannot say"):
            module.add_field("f", field)
    late = ti.field(ti.f32, shape=2)
    with pytest.raises(ValueError, match="placed after"):
        module.add_field("late", late)


def test_kernels_of_later_trees_are_refused():
    x = ti.field(ti.f32, shape=2)
    x[0] = 1
    y = ti.field(ti.f32, shape=2)

    @ti.kernel
    def fill():
        for i in y:
            y[i] = 1

    with pytest.raises(ValueError, match="placed after"):
        ti.aot.Module().add_kernel(fill)


def test_capabilities(tmp_path):
    module = ti.aot.Module(caps=[ti.DeviceCapability.spirv_has_int64])
    module.save(str(tmp_path))
    caps = {c["key"]: c["value"] for c in metadata(tmp_path)["required_caps"]}
    assert caps == {"spirv_version": 0x10300, "spirv_has_int64": 1}
    with pytest.raises(ti.TaichiCompilationError):
        ti.aot.Module(caps=["no_such_thing"])


def test_graph_runs_and_is_exported(tmp_path):
    @ti.kernel
    def scale(a: ti.types.ndarray(dtype=ti.f32, ndim=1), k: ti.f32):
        for i in a:
            a[i] *= k

    @ti.kernel
    def shift(a: ti.types.ndarray(dtype=ti.f32, ndim=1), by: ti.math.vec2):
        for i in a:
            a[i] += by[0] + by[1]

    a = ti.graph.Arg(ti.graph.ArgKind.NDARRAY, "a", ti.f32, ndim=1)
    k = ti.graph.Arg(ti.graph.ArgKind.SCALAR, "k", ti.f32)
    by = ti.graph.Arg(ti.graph.ArgKind.MATRIX, "by", ti.math.vec2)
    builder = ti.graph.GraphBuilder()
    builder.dispatch(scale, a, k)
    body = builder.create_sequential()
    body.dispatch(shift, a, by)
    builder.append(body)
    builder.append(body)
    graph = builder.compile()
    array = ti.ndarray(ti.f32, 3)
    array.fill(1)
    graph.run({"a": array, "k": 3.0, "by": ti.Vector([1.0, 2.0])})
    assert array.to_numpy().tolist() == [9, 9, 9]
    with pytest.raises(ti.TaichiRuntimeError, match="missing"):
        graph.run({"a": array, "k": 3.0})
    with pytest.raises(ti.TaichiRuntimeError):
        graph.run({"a": ti.ndarray(ti.i32, 3), "k": 3.0, "by": [1, 2]})
    module = ti.aot.Module()
    module.add_graph("g", graph)
    module.save(str(tmp_path))
    graphs = json.loads((tmp_path / "graphs.json").read_text())
    assert graphs[0]["key"] == "g" and len(graphs[0]["value"]["dispatches"]) == 3
    vector = graphs[0]["value"]["dispatches"][1]["symbolic_args"][1]
    assert vector["name"] == "by" and vector["element_shape"] == [2, 1]
    assert (tmp_path / "__content__").read_text() == "cgraph:g"
    assert np.all(array.to_numpy() == 9)
