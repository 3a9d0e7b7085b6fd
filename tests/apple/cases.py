# SPDX-License-Identifier: Apache-2.0
"""What is run: kernel, launch, buffers, and what NumPy says should come out."""
import dataclasses

import numpy as np

REDUCE_READS = 16  # elements that a thread of MLX's reductions reads at a time


@dataclasses.dataclass
class Case:
    kernel: str
    grid: tuple
    group: tuple
    buffers: dict
    expected: dict  # by buffer index
    threadgroup: dict = dataclasses.field(default_factory=dict)
    addresses: tuple = ()  # (buffer, offset, buffer pointed to)
    rtol: float = 1e-5
    atol: float = 1e-6


def random(*shape, seed=1):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def size(*values):
    return np.array(values, np.uint64)


def integers(*values):
    return np.array(values, np.int32)


def packed(*fields):
    """A C struct of values that need no padding between them."""
    return np.frombuffer(b"".join(np.asarray(field).tobytes() for field in fields), np.uint8)


def unary():
    x = random(1000)
    positive = np.abs(x) + 0.1
    inside = np.tanh(x) * 0.99
    functions = [("exp", x, np.exp), ("sin", x, np.sin), ("cos", x, np.cos), ("tanh", x, np.tanh),
                 ("log", positive, np.log), ("log1p", positive, np.log1p), ("sqrt", positive, np.sqrt),
                 ("rsqrt", positive, lambda v: 1 / np.sqrt(v)), ("abs", x, np.abs), ("sign", x, np.sign),
                 ("floor", x * 5, np.floor), ("round", x * 5, np.round), ("arcsin", inside, np.arcsin),
                 ("arctan", x, np.arctan), ("sinh", x, np.sinh), ("sigmoid", x, lambda v: 1 / (1 + np.exp(-v))),
                 ("square", x, np.square)]
    for name, source, function in functions:
        yield Case(f"v{name}float32", (1000,), (256,), {0: source, 1: np.zeros_like(source)},
                   {1: function(source.astype(np.float64)).astype(np.float32)}, rtol=2e-6, atol=2e-6)
    half = x.astype(np.float16)
    yield Case("vexpfloat16", (1000,), (256,), {0: half, 1: np.zeros_like(half)},
               {1: np.exp(half.astype(np.float32)).astype(np.float16)}, rtol=2e-3, atol=1e-3)
    z = (x + 1j * x[::-1]).astype(np.complex64)
    yield Case("vexpcomplex64", (1000,), (256,), {0: z, 1: np.zeros_like(z)}, {1: np.exp(z)}, rtol=1e-5, atol=1e-5)
    m = random(6, 5)
    yield Case("gnegfloat32", (30,), (30,), {0: m, 1: np.zeros(30, np.float32), 2: integers(5, 6), 3: size(1, 5),
                                             4: integers(2)}, {1: -m.T})


def binary():
    a, b = random(1000), random(1000, seed=2)
    zeros = np.zeros(1000, np.float32)
    for name, value in [("add", a + b), ("mul", a * b), ("div", a / b), ("max", np.maximum(a, b)),
                        ("sub", a - b)]:
        yield Case(f"vv{name}float32", (1000,), (256,), {0: a, 1: b, 2: zeros}, {2: value})
    yield Case("vspowfloat32", (1000,), (256,), {0: np.abs(a), 1: np.float32(2.5), 2: zeros},
               {2: np.abs(a) ** np.float32(2.5)})
    yield Case("vvleqfloat32", (1000,), (256,), {0: a, 1: b, 2: np.zeros(1000, bool)}, {2: a <= b})
    i, j = (np.arange(1000) % 97 - 48).astype(np.int32), (np.arange(1000) % 7 + 1).astype(np.int32)
    yield Case("vvremint32", (1000,), (256,), {0: i, 1: j, 2: np.zeros(1000, np.int32)}, {2: np.fmod(i, j)})
    yield Case("vvaddint8", (1000,), (256,), {0: i.astype(np.int8), 1: j.astype(np.int8), 2: np.zeros(1000, np.int8)},
               {2: i.astype(np.int8) + j.astype(np.int8)})
    m, row = random(9, 37), random(37, seed=3)
    yield Case("gaddfloat32_2", (37, 9), (16, 4), {0: m, 1: row, 2: np.zeros((9, 37), np.float32), 3: size(37, 1),
                                                   4: size(0, 1)}, {2: m + row})
    t = random(3, 4, 5)
    yield Case("gmulfloat32", (5, 4, 3), (4, 2, 2),
               {0: t, 1: t.transpose(1, 2, 0).copy(), 2: np.zeros((3, 4, 5), np.float32), 3: integers(3, 4, 5),
                4: size(20, 5, 1), 5: size(1, 15, 3), 6: integers(3)}, {2: t * t})


def copies():
    x = random(1000) * 3
    yield Case("vcopyfloat32int32", (1000,), (256,), {0: x, 1: np.zeros(1000, np.int32)}, {1: x.astype(np.int32)})
    yield Case("vcopyfloat32bool_", (1000,), (256,), {0: np.round(x / 4), 1: np.zeros(1000, bool)},
               {1: np.round(x / 4) != 0})
    yield Case("scopyfloat32float16", (77,), (32,), {0: np.float32(1.5), 1: np.zeros(77, np.float16)},
               {1: np.full(77, 1.5, np.float16)})
    m = random(30, 20)
    yield Case("gcopyfloat32float32_2", (30, 20), (32, 8), {0: m, 1: np.zeros((20, 30), np.float32),
                                                            2: size(1, 20)}, {1: m.T})
    yield Case("arangefloat32", (100,), (64,), {0: np.float32(2), 1: np.float32(0.5), 2: np.zeros(100, np.float32)},
               {2: np.arange(100, dtype=np.float32) * 0.5 + 2})
    yield Case("arangeint64", (100,), (32,), {0: np.int64(-5), 1: np.int64(3), 2: np.zeros(100, np.int64)},
               {2: np.arange(100) * 3 - 5})


def reductions():
    x = random(10000)
    yield Case("all_reduce_sumfloat32", (256,), (256,), {0: x, 1: np.zeros(1, np.float32), 2: size(10000)},
               {1: x.sum(keepdims=True)}, rtol=1e-4, atol=1e-3)
    yield Case("all_reduce_max_float32", (128,), (128,), {0: x, 1: np.full(1, -np.inf, np.float32), 2: size(10000)},
               {1: x.max(keepdims=True)})
    i = (np.arange(5000) % 301).astype(np.int32)
    yield Case("all_reduce_sumint32", (256,), (256,), {0: i, 1: np.zeros(1, np.int32), 2: size(5000)},
               {1: i.sum(keepdims=True, dtype=np.int32)})
    # Bytes are summed by a compare-exchange of the word that they lie in.
    small = (np.arange(3000) % 5 - 2).astype(np.int8)
    yield Case("all_reduce_sumint8", (64,), (64,), {0: small, 1: np.zeros(1, np.int8), 2: size(3000)},
               {1: small.sum(keepdims=True, dtype=np.int8)})
    truth = np.arange(2000) != 1234
    yield Case("all_reduce_andbool_", (64,), (64,), {0: truth, 1: np.ones(1, bool), 2: size(2000)},
               {1: np.array([False])})
    short = (np.arange(6 * 100) % 11).astype(np.int16).reshape(6, 100)
    yield Case("row_reduce_general_max_int16", (6 * 32, 1, 1), (32, 1, 1),
               {0: short, 1: np.full(6, -32768, np.int16), 2: size(100), 3: size(6), 4: integers(6), 5: size(100),
                6: integers(1)}, {1: short.max(1)})
    m = random(11, 700)
    yield Case("row_reduce_general_sumfloat32", (11 * 64, 1, 1), (64, 1, 1),
               {0: m, 1: np.zeros(11, np.float32), 2: size(700), 3: size(11), 4: integers(11), 5: size(700),
                6: integers(1)}, {1: m.sum(1)}, rtol=1e-4, atol=1e-4)
    rows = -(-m.shape[0] // REDUCE_READS)
    yield Case("col_reduce_general_max_float32", (704, rows, 1), (32, rows, 1),
               {0: m, 1: np.full(700, -np.inf, np.float32), 2: size(11), 3: size(700), 4: size(700), 5: integers(700),
                6: size(1), 7: integers(1)}, {1: m.max(0)}, {0: 4 * 32 * rows})
    yield Case("argmax_float32", (11 * 96,), (96,),
               {0: m, 1: np.zeros(11, np.uint32), 2: integers(11), 3: size(700), 4: size(1), 5: size(1), 6: size(1),
                7: size(700)}, {1: m.argmax(1).astype(np.uint32)}, {0: 32 * 8})


def softmax():
    for name, columns, group in [("softmax_float32", 300, 96), ("softmax_looped_float32", 5000, 1024)]:
        m = random(7, columns)
        e = np.exp(m - m.max(1, keepdims=True))
        yield Case(name, (7 * group,), (group,), {0: m, 1: np.zeros_like(m), 2: integers(columns)},
                   {1: e / e.sum(1, keepdims=True)}, {0: 128, 1: 128}, atol=1e-6)


def scans():
    m = random(5, 333)
    for name, reverse, exclusive in [("inclusive", False, False), ("reverse_inclusive", True, False),
                                     ("exclusive", False, True)]:
        flipped = m[:, ::-1] if reverse else m
        total = np.cumsum(flipped.astype(np.float64), 1)
        if exclusive:
            total = np.concatenate([np.zeros((5, 1)), total[:, :-1]], 1)
        total = total[:, ::-1] if reverse else total
        yield Case(f"contiguous_scan_{name}_sum_float32_float32", (5 * 96,), (96,),
                   {0: m, 1: np.zeros_like(m), 2: size(333)}, {1: total.astype(np.float32)}, rtol=1e-4, atol=1e-4)
    t = random(2, 40, 50)
    yield Case("strided_scan_inclusive_max_float32_float32", (32 * 1, 32 * 2, 1), (32, 32, 1),
               {0: t, 1: np.zeros_like(t), 2: size(40), 3: size(50)}, {1: np.maximum.accumulate(t, 1)})


def sorting():
    m = random(4, 900)
    yield Case("block_merge_sort_float32_float32_bn128_tn8", (128, 4, 1), (128, 1, 1),
               {0: m, 1: np.zeros_like(m), 2: integers(900), 3: integers(1), 4: integers(900)}, {1: np.sort(m, 1)})
    yield Case("arg_block_merge_sort_float32_uint32_bn128_tn8", (128, 4, 1), (128, 1, 1),
               {0: m, 1: np.zeros((4, 900), np.uint32), 2: integers(900), 3: integers(1), 4: integers(900)},
               {1: np.argsort(m, 1).astype(np.uint32)})


def products():
    for columns in (300, 129):  # whole and ragged rows of lanes
        m, v = random(70, columns), random(columns, seed=2)
        yield Case("gemv_float32_bm4_bn32_tm4_tn4", (5 * 32, 4, 1), (32, 4, 1),
                   {0: m, 1: v, 2: np.zeros(70, np.float32), 3: integers(columns), 4: integers(70), 5: integers(0),
                    6: integers(0)}, {2: m @ v}, rtol=1e-4, atol=1e-4)
    m, v = random(200, 64), random(200, seed=2)
    yield Case("gemv_t_float32_bm8_bn8_tm4_tn4", (2 * 8, 8, 1), (8, 8, 1),
               {0: m, 1: v, 2: np.zeros(64, np.float32), 3: integers(200), 4: integers(64), 5: integers(0),
                6: integers(0)}, {2: v @ m}, rtol=1e-4, atol=1e-4)
    for dtype, name in [(np.float32, "float32"), (np.float16, "float16")]:
        for transposed in ("nn", "nt"):
            rows, columns, inner = 50, 70, 37
            a, b = random(rows, inner).astype(dtype), random(inner, columns, seed=2).astype(dtype)
            stored = b if transposed == "nn" else b.T
            tiles = -(-columns // 32), -(-rows // 32)
            params = integers(rows, columns, inner, inner, stored.shape[1], columns, *tiles, 0, 0, 0, 0, inner // 16)
            tolerance = 1e-4 if dtype is np.float32 else 2e-2
            yield Case(f"steel_gemm_{transposed}_{name}_{name}_bm32_bn32_bk16_wm2_wn2_MN_naligned_K_naligned",
                       (tiles[0] * 32, tiles[1] * 2, 2), (32, 2, 2),
                       {0: a, 1: stored, 2: np.zeros((rows, columns), dtype), 3: params},
                       {2: (a.astype(np.float32) @ b.astype(np.float32)).astype(dtype)}, rtol=tolerance,
                       atol=tolerance)


def more_products():
    """alpha * A @ B + beta * C, and a product cut along its inner dimension."""
    rows, columns, inner = 45, 33, 50
    a, b, c = random(rows, inner), random(inner, columns, seed=2), random(rows, columns, seed=3)
    tiles = -(-columns // 32), -(-rows // 32)
    params = packed(integers(rows, columns, inner, rows, inner, columns, columns, *tiles, 0, 0, 0, 0, 0, inner // 16),
                    np.array([2, 0.5], np.float32), integers(1))
    yield Case("steel_addmm_tt_float32_float32_bm32_bn32_bk16_wm2_wn2_MN_naligned_K_naligned_axpby",
               (tiles[0] * 32, tiles[1] * 2, 2), (32, 2, 2),
               {0: a.T, 1: b.T, 2: c, 3: np.zeros((rows, columns), np.float32), 4: params},
               {3: 2 * (a @ b) + np.float32(0.5) * c}, rtol=1e-4, atol=1e-4)
    parts, size_of_part = 4, 32
    a, b = random(32, parts * size_of_part), random(parts * size_of_part, 16, seed=2)
    params = integers(32, 16, parts * size_of_part, parts * size_of_part, 16, 16, 1, 2, parts, 32 * 16, size_of_part,
                      size_of_part // 16)
    halves = [a[:, i:i + size_of_part] @ b[i:i + size_of_part] for i in range(0, parts * size_of_part, size_of_part)]
    halves = np.stack(halves)
    yield Case("steel_gemm_splitk_nn_float32_float32_bm16_bn16_bk16_wm2_wn2_MN_taligned_K_taligned",
               (1 * 32, 2 * 2, parts * 2), (32, 2, 2), {0: a, 1: b, 2: np.zeros_like(halves), 3: params}, {2: halves},
               rtol=1e-4, atol=1e-4)
    yield Case("steel_gemm_splitk_accum_float32_float32", (16, 32), (16, 16),
               {0: halves, 1: np.zeros((32, 16), np.float32), 2: integers(parts), 3: integers(32 * 16),
                4: integers(16)}, {1: halves.sum(0)}, rtol=1e-4, atol=1e-4)


def quantised():
    """Four bits, groups of 64: weight = scale * q + bias."""
    inner, outer = 512, 256
    rng = np.random.default_rng(5)
    q = rng.integers(0, 16, (outer, inner)).astype(np.uint32)

    def words(values):
        return (values.reshape(values.shape[0], -1, 8) << (4 * np.arange(8, dtype=np.uint32))).sum(-1, dtype=np.uint32)

    scales, biases = random(outer, inner // 64), random(outer, inner // 64, seed=2)
    w = np.repeat(scales, 64, 1) * q + np.repeat(biases, 64, 1)
    for rows, kernel, grid, group in [(1, "qmv", (32, outer, 1), (32, 32, 1)),
                                      (40, "qmm_t", (outer // 32 * 32, 2 * 2, 2), (32, 2, 2))]:
        x, y = random(rows, inner, seed=3), np.zeros((rows, outer), np.float32)
        if kernel == "qmv":
            buffers = {0: words(q), 1: scales, 2: biases, 3: x, 4: y, 5: integers(inner), 6: integers(outer)}
            name = "qmv_float32_gs_64_b_4"
        else:
            buffers = {0: x, 1: words(q), 2: scales, 3: biases, 4: y, 5: integers(rows), 6: integers(outer),
                       7: integers(inner)}
            name = "qmm_t_float32_gs_64_b_4_alN_true"
        yield Case(name, grid, group, buffers, {4: x @ w.T}, rtol=1e-4, atol=2e-2)
    # The other way round: the weights lie inner by outer.
    q = rng.integers(0, 16, (inner, outer)).astype(np.uint32)
    scales, biases = random(inner, outer // 64), random(inner, outer // 64, seed=2)
    w = np.repeat(scales, 64, 1) * q + np.repeat(biases, 64, 1)
    x = random(40, inner, seed=3)
    yield Case("qmm_n_float32_gs_64_b_4", (outer // 64 * 32, 2 * 2, 2), (32, 2, 2),
               {0: x, 1: words(q), 2: scales, 3: biases, 4: np.zeros((40, outer), np.float32), 5: integers(40),
                6: integers(outer), 7: integers(inner)}, {4: x @ w}, rtol=1e-4, atol=2e-2)
    yield Case("qvm_float32_gs_64_b_4", (32, 32 * (outer // 256), 1), (32, 32, 1),
               {0: x[:1], 1: words(q), 2: scales, 3: biases, 4: np.zeros((1, outer), np.float32), 5: integers(inner),
                6: integers(outer)}, {4: x[:1] @ w}, rtol=1e-4, atol=2e-2)


def convolution(image, weights):
    """NHWC and OHWI, stride 1, padding 1, kernel 3x3."""
    padded = np.pad(image, ((0, 0), (1, 1), (1, 1), (0, 0)))
    height, width = image.shape[1:3]
    out = np.zeros((image.shape[0], height, width, weights.shape[0]), np.float32)
    for y in range(3):
        for x in range(3):
            out += padded[:, y:y + height, x:x + width, :] @ weights[:, y, x, :].T
    return out


def convolutions():
    image, weights = random(2, 8, 8, 32), random(32, 3, 3, 32, seed=2)
    n, h, w, c = image.shape
    o = weights.shape[0]
    out = np.zeros((n, h, w, o), np.float32)
    params = packed(integers(n, c, o, h, w, 3, 3, h, w, 1, 1, 1, 1, 1, 1, 0), size(h * w * c, w * c, c, 1),
                    size(9 * c, 3 * c, c, 1), size(h * w * o, w * o, o, 1))
    buffers = {0: image, 1: weights, 2: out, 3: params}
    expected = {2: convolution(image, weights)}
    yield Case("naive_conv_2d_float32_bm16_bn8_tm4_tn4", (16 * -(-h * w // 64), 8 * -(-o // 32), n), (16, 8, 1),
               buffers, expected, rtol=1e-4, atol=1e-3)
    yield Case("implicit_gemm_conv_2d_float32_bm32_bn32_bk16_wm2_wn2", (32 * (o // 32), 2 * -(-n * h * w // 32), 2),
               (32, 2, 2), buffers, expected, rtol=1e-4, atol=1e-3)


def indexing():
    source, rows = random(10, 4), np.array([3, 0, 9, 3, 5, 1], np.uint32)
    block = np.zeros(32, np.uint8)
    block[24:28] = np.frombuffer(integers(1).tobytes(), np.uint8)  # how many dimensions the indices have
    points = [(1, 0, 33), (1, 8, 34), (1, 16, 35)]
    memory = {33: rows, 34: integers(6), 35: size(1)}
    yield Case("gatherfloat32uint32_1", (6, 4), (3, 4),
               {0: source, 1: block, 2: np.zeros((6, 4), np.float32), 3: integers(10, 4), 4: size(4, 1), 5: size(2),
                6: integers(1, 4), 7: integers(0), **memory}, {2: source[rows]}, addresses=points)
    updates = random(6, 1, 4, seed=2)
    expected = source.copy()
    np.add.at(expected, rows, updates[:, 0])
    yield Case("scatterfloat32int32_sum_1", (24,), (8,),
               {0: block, 1: updates, 2: source, 3: integers(6, 1, 4), 4: size(4, 4, 1), 5: size(3), 6: size(4),
                7: integers(10, 4), 8: size(4, 1), 9: size(2), 10: integers(0), **memory,
                33: rows.astype(np.int32)}, {2: expected}, addresses=[(0, offset, to) for _, offset, to in points])


def threefry(key, count):
    """Threefry 2x32 with 20 rounds (Salmon et al. 2011)."""
    keys = [int(key[0]), int(key[1]), int(key[0]) ^ int(key[1]) ^ 0x1BD11BDA]
    a, b = (int(count[0]) + keys[0]) & 0xffffffff, (int(count[1]) + keys[1]) & 0xffffffff
    for i in range(5):
        for turn in ((13, 15, 26, 6), (17, 29, 16, 24))[i % 2]:
            a = (a + b) & 0xffffffff
            b = ((b << turn | b >> (32 - turn)) & 0xffffffff) ^ a
        a = (a + keys[(i + 1) % 3]) & 0xffffffff
        b = (b + keys[(i + 2) % 3] + i + 1) & 0xffffffff
    return a, b


def random_bits():
    keys, half = np.array([[1, 2], [77, 5]], np.uint32), 20
    expected = np.zeros((2, 2 * half), np.uint32)
    for k in range(2):
        for i in range(half):
            expected[k, i], expected[k, i + half] = threefry(keys[k], (i, i + half))
    yield Case("rbitsc", (2, half), (2, 16), {0: keys, 1: np.zeros(2 * 2 * half * 4, np.int8), 2: np.array([False]),
                                              3: np.array([2 * half * 4], np.uint32)},
               {1: expected.reshape(-1).view(np.int8)})


def all_cases():
    for family in (unary, binary, copies, reductions, softmax, scans, sorting, products, more_products, quantised,
                   convolutions, indexing, random_bits):
        yield from family()
