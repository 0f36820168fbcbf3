# Pieces that every decoder family shares. Shapes: t = rows of a micro-batch laid end to end, n = sentences,
# s = tokens of a row, h = attention heads, g = heads of keys and values (a divisor of h; arXiv 2305.13245), e = a head's
# width, d = width.


# What a stage's n-th dropout mask of probability p is made of, to be kept in its place: a key, and 1024 bounds as bytes
# behind it. Bounds are one of the two whole numbers beside 256 p, drawn so that their mean is 256 p. Always on the CPU.
# All follows from the seed, from 0 to 2^62: no generator is asked, so that micro-batches can be computed side by side.
def draw(seed: int, n: int, p: float) -> Tensor:
    numbers = __torch__.hashes(seed + 2048 * n, 1025)
    key = torch.bitwise_and(torch.narrow(numbers, 0, 0, 1), 4611686018427387903)
    chances = torch.bitwise_and(torch.narrow(numbers, 0, 1, 1024), 16777215).to(6) * 5.9604644775390625e-08
    bounds = torch.clamp(torch.floor(chances + 256. * p) - 128., max=127.).to(1)
    return torch.cat([key, torch.set_(torch.empty([0], dtype=4), bounds, 0, [128], [1])])


# x where dropout (an element is zero with probability p, else divided by 1 - p) keeps it, else 0. The division is left to
# the caller. An element is dropped if its random byte is below its bound; elements 1024 apart share theirs, which
# correlates them by less than 1e-4.
# On a CPU torch draws one number for each element, on one thread. Here bytes come of the key on all threads, in pieces,
# and elements are multiplied by 1 or 0 as whole numbers, whose product is exact and four times as fast as bf16's. Other
# devices draw with their own generator, the key being its seed.
def masked(x: Tensor, made: Tensor, p: float) -> Tensor:
    if torch.is_grad_enabled() or x.device.type != "cpu":
        return x * __torch__.survivors(x, made, p)
    kind = __torch__.whole_type(x)
    result = torch.empty_like(x, dtype=kind)
    source = __torch__.byte_source(made, torch.numel(x))
    into = __torch__.pieces(result)
    for i, piece in enumerate(__torch__.pieces(__torch__.read_as(x, kind))):
        torch.mul(piece, __torch__.piece_of_mask(made, source, i, torch.numel(piece)).to(kind), out=into[i])
    return __torch__.read_as(result, x.dtype)


# The same, and the gradient of x, added to dx where that is not empty, from that of what it gives, dz, which it
# overwrites.
def masked_with_gradient(x: Tensor, dx: Tensor, dz: Tensor, made: Tensor, p: float) -> Tuple[Tensor, Tensor]:
    first = torch.numel(dx) == 0
    if x.device.type != "cpu":
        mask = __torch__.survivors(x, made, p)
        dz = torch.mul_(dz, mask)
        if not first:
            dz = torch.add_(dx, dz)
        return x * mask, dz
    kind = __torch__.whole_type(x)
    result, gradient = torch.empty_like(x, dtype=kind), __torch__.read_as(dz, kind)
    source = __torch__.byte_source(made, torch.numel(x))
    into, down, sums = __torch__.pieces(result), __torch__.pieces(gradient), __torch__.pieces(dx)
    for i, piece in enumerate(__torch__.pieces(__torch__.read_as(x, kind))):
        mask = __torch__.piece_of_mask(made, source, i, torch.numel(piece)).to(kind)
        torch.mul(piece, mask, out=into[i])
        torch.mul_(down[i], mask)
        if not first:
            torch.add_(sums[i], __torch__.read_as(down[i], x.dtype))
    if first:
        dx = __torch__.read_as(gradient, x.dtype)
    return __torch__.read_as(result, x.dtype), dx


def pieces(x: Tensor) -> List[Tensor]:
    return torch.split(torch.view(x, [-1]), 262144)


# The same memory as numbers of another type as wide. What is written through either is seen through the other only if it
# was written before this call.
def read_as(x: Tensor, kind: int) -> Tensor:
    return torch.set_(torch.empty([0], dtype=kind, device=x.device), x)


# The type of whole numbers that are as wide as x's.
def whole_type(x: Tensor) -> int:
    kind = 2
    if x.dtype == 6:
        kind = 3
    return kind


# 1 for each element that is kept, else 0, in x's shape and as bytes.
def survivors(x: Tensor, made: Tensor, p: float) -> Tensor:
    if x.device.type != "cpu":
        torch.manual_seed(int(made[0]))
        return torch.bernoulli(torch.empty_like(x, dtype=1), 1. - p)
    source = __torch__.byte_source(made, torch.numel(x))
    parts : List[Tensor] = []
    for i, piece in enumerate(__torch__.pieces(x)):
        parts.append(__torch__.piece_of_mask(made, source, i, torch.numel(piece)))
    return torch.reshape(torch.cat(parts, 0), x.shape)


# What count random bytes come of: two tables of 3072 random numbers of 64 bits, and for each row of 8192 bytes where in
# either table a window of 1024 numbers begins, and a number of its own. A row is the two windows and its number, combined
# by xor: numbers of different places are independent in pairs, at a tenth of what hashing each would cost.
def byte_source(made: Tensor, count: int) -> List[Tensor]:
    rows = (count + 8191) // 8192
    numbers = __torch__.hashes(int(made[0]), 6144 + 3 * rows)
    of_rows = torch.reshape(torch.narrow(numbers, 0, 6144, 3 * rows), [3, rows, 1])
    begins = torch.bitwise_and(torch.narrow(of_rows, 0, 0, 2), 2047)
    return [torch.as_strided(numbers, [2048, 1024], [1, 1], 0), torch.reshape(begins[0], [-1]),
            torch.as_strided(numbers, [2048, 1024], [1, 1], 3072), torch.reshape(begins[1], [-1]), of_rows[2]]


# survivors of the i-th piece, of so many elements.
def piece_of_mask(made: Tensor, source: List[Tensor], i: int, count: int) -> Tensor:
    row, rows = 32 * i, (count + 8191) // 8192
    bits = torch.index_select(source[0], 0, torch.narrow(source[1], 0, row, rows))
    bits = torch.bitwise_xor_(bits, torch.index_select(source[2], 0, torch.narrow(source[3], 0, row, rows)))
    bits = torch.bitwise_xor_(bits, torch.narrow(source[4], 0, row, rows))
    # The same memory as bytes, compared in place: other ways take a pass through memory each.
    bytes = torch.set_(torch.empty([0], dtype=1), bits, 0, [rows * 8, 1024], [1024, 1])
    bounds = torch.set_(torch.empty([0], dtype=1), made, 8, [1024], [1])
    return torch.narrow(torch.view(torch.ge_(bytes, bounds), [-1]), 0, 0, count)


# x ^ (x >>> n), in place; low has the lowest 64 - n bits set, since torch's shift copies the sign.
def xor_shifted(x: Tensor, n: int, low: int) -> Tensor:
    return torch.bitwise_xor_(x, torch.bitwise_and_(torch.bitwise_right_shift(x, n), low))


# What key, key + 1, … become in the finaliser of SplitMix64 (doi 10.1145/2660193.2660195).
def hashes(key: int, count: int) -> Tensor:
    bits = torch.arange(key, key + count, dtype=4)
    bits = torch.mul_(__torch__.xor_shifted(bits, 30, 17179869183), -4658895280553007687)
    bits = torch.mul_(__torch__.xor_shifted(bits, 27, 137438953471), -7723592293110705685)
    return __torch__.xor_shifted(bits, 31, 8589934591)


# residual + dropout(x), and what the mask, the seed's n-th, was made of; nothing where nothing is dropped. Written to
# result. x may be overwritten.
def add_dropped(residual: Tensor, x: Tensor, p: float, seed: int, n: int, result: Tensor) -> Tensor:
    if p == 0.:
        torch.add(x, residual, out=result)
        return torch.empty([0])
    made = __torch__.draw(seed, n, p)
    torch.add(residual, __torch__.masked(x, made, p), alpha=1. / (1. - p), out=result)
    return made


# The same, as autograd can record it.
def plus_dropped(residual: Tensor, x: Tensor, p: float, seed: int, n: int) -> Tensor:
    if p == 0.:
        return torch.add_(x, residual)
    return torch.add(residual, __torch__.masked(x, __torch__.draw(seed, n, p), p), alpha=1. / (1. - p))


# The gradient of x in add_dropped, from that of the result.
def dropped_gradient(dy: Tensor, made: Tensor, p: float) -> Tensor:
    if p == 0.:
        return dy
    return torch.mul_(__torch__.masked(dy, made, p), 1. / (1. - p))


# y = x W' + b + scale * dropout(x) A' B'   (LoRA, arXiv 2106.09685, section 4.1)
# x [t, in], weight [out, in], bias [out]; a [rank, in] and b [out, rank] in fp32, or empty where there is no adapter.
# The adapter is computed in x's type and added in place: the frozen product needs no graph of its own. The mask is the
# seed's n-th.
def lora_linear(x: Tensor, weight: Tensor, bias: Tensor, a: Tensor, b: Tensor, scale: float, dropout: float, seed: int,
                n: int) -> Tensor:
    y = torch.linear(x, weight, bias)
    if torch.numel(a) > 0:
        z, factor = x, scale
        if dropout > 0.:
            z = __torch__.masked(x, __torch__.draw(seed, n, dropout), dropout)
            factor = scale / (1. - dropout)
        y = torch.addmm_(y, torch.linear(z, a.to(x.dtype)), torch.t(b.to(x.dtype)), beta=1, alpha=factor)
    return y


# The same for a backward pass that is not autograd's. Written to y [t, out]; what else gradients need is dropout(x) A',
# written to low [t, rank], and what its mask was made of, which is given. Without an adapter low has no columns, and
# nothing is given.
def lora_record(x: Tensor, weight: Tensor, bias: Tensor, a: Tensor, b: Tensor, scale: float, dropout: float, seed: int,
                n: int, y: Tensor, low: Tensor) -> Tensor:
    torch.addmm(bias, x, torch.t(weight), out=y)
    made = torch.empty([0])
    if torch.numel(a) > 0:
        z, factor = x, scale
        if dropout > 0.:
            made = __torch__.draw(seed, n, dropout)
            z, factor = __torch__.masked(x, made, dropout), scale / (1. - dropout)
        torch.mm(z, torch.t(a.to(x.dtype)), out=low)
        torch.addmm_(y, low, torch.t(b.to(x.dtype)), beta=1, alpha=factor)
    return made


# Memory for what a layer keeps, as matrices of so many rows and the given columns, of a type as wide as keep's. Each
# begins at a multiple of 64 numbers, as its own array would: results of products depend on it in their last bits.
def rooms(keep: Tensor, kind: int, rows: int, columns: List[int]) -> List[Tensor]:
    flat = __torch__.read_as(keep, kind)
    parts : List[Tensor] = []
    begin = 0
    for width in columns:
        parts.append(torch.view(torch.narrow(flat, 0, begin, rows * width), [rows, width]))
        begin += (rows * width + 63) // 64 * 64
    return parts


# The ranks of a layer's adapters, 0 where there is none, from A and B of each.
def ranks(l: List[Tensor]) -> List[int]:
    result : List[int] = []
    for i in range(0, len(l), 2):
        rank = 0
        if torch.numel(l[i]) > 0:
            rank = l[i].shape[0]
        result.append(rank)
    return result


# Puts a matrix and its gradient into a list of such pairs. They are added by whoever knows the order of micro-batches.
def put_gradient(pairs: List[Tensor], matrix: Tensor, gradient: Tensor):
    torch.append(pairs, matrix)
    torch.append(pairs, gradient.to(matrix.dtype))


# The gradient of x in lora_record, added to dx where that is not empty, from that of the result, dy [t, out]; low and
# made are what lora_record gave. Those of A and B are put into pairs.
def lora_gradients(pairs: List[Tensor], dx: Tensor, dy: Tensor, x: Tensor, weight: Tensor, a: Tensor, b: Tensor,
                   low: Tensor, made: Tensor, scale: float, dropout: float) -> Tensor:
    if torch.numel(a) > 0:
        down = __torch__.low_gradient(pairs, dy, b, low, scale, dropout)
        z = x
        if dropout == 0.:
            dx = __torch__.plus_product(dx, down, a.to(dy.dtype))
        else:
            z, dx = __torch__.masked_with_gradient(x, dx, torch.mm(down, a.to(dy.dtype)), made, dropout)
        __torch__.put_gradient(pairs, a, torch.mm(torch.t(down), z))
    return __torch__.plus_product(dx, dy, weight)


# x + u w, in place; the product alone where x is empty.
def plus_product(x: Tensor, u: Tensor, w: Tensor) -> Tensor:
    if torch.numel(x) == 0:
        return torch.mm(u, w)
    return torch.addmm_(x, u, w)


# The gradients of A and B alone.
def adapter_gradients(pairs: List[Tensor], dy: Tensor, x: Tensor, a: Tensor, b: Tensor, low: Tensor, made: Tensor,
                      scale: float, dropout: float):
    if torch.numel(a) > 0:
        down = __torch__.low_gradient(pairs, dy, b, low, scale, dropout)
        z = x
        if dropout > 0.:
            z = __torch__.masked(x, made, dropout)
        __torch__.put_gradient(pairs, a, torch.mm(torch.t(down), z))


# Puts the gradient of B into pairs -> that of low, times what dropout divides by
def low_gradient(pairs: List[Tensor], dy: Tensor, b: Tensor, low: Tensor, scale: float, dropout: float) -> Tensor:
    factor = scale / (1. - dropout)
    nothing = torch.empty([1], dtype=dy.dtype, device=dy.device)
    __torch__.put_gradient(pairs, b, torch.addmm(nothing, torch.t(dy), low, beta=0, alpha=factor))
    return torch.addmm(nothing, dy, b.to(dy.dtype), beta=0, alpha=factor)


# The gradients of matrices, of those that are not empty, in what autograd has recorded, from that of its result: such
# pairs. For a thread that records nothing.
def recorded_gradients(y: Tensor, dy: Tensor, matrices: List[Tensor]) -> List[Tensor]:
    leaves : List[Tensor] = []
    for matrix in matrices:
        if torch.numel(matrix) > 0:
            torch.append(leaves, matrix)
    down : List[Optional[Tensor]] = [dy]
    pairs : List[Tensor] = []
    for i, gradient in enumerate(torch.grad([y], leaves, down)):
        __torch__.put_gradient(pairs, leaves[i], ops.prim.unchecked_unwrap_optional(gradient))
    return pairs


# A micro-batch's rows lie end to end: P rows of a prefix that all sentences share, then the sentences' own rows, block
# after block of equal width. Block i has the tensor real [n_i, s_i], true where a token is no padding.
def own_rows(blocks: List[Tensor]) -> int:
    own = 0
    for real in blocks:
        own += torch.numel(real)
    return own


# [n * s, h * e] -> [n, h, s, e]
def split_heads(x: Tensor, n: int, heads: int) -> Tensor:
    return torch.transpose(torch.reshape(x, [n, -1, heads, x.shape[1] // heads]), 1, 2)


# [n, h, s, e] -> [n * s, h * e]
def merge_heads(x: Tensor) -> Tensor:
    return torch.reshape(torch.transpose(x, 1, 2), [x.shape[0] * x.shape[2], -1])


# Rows -> the prefix (perhaps of no rows), then each block, as [n, h, s, e].
def split_blocks(x: Tensor, blocks: List[Tensor], heads: int) -> List[Tensor]:
    width = x.shape[1] // heads
    sizes = [x.shape[0] - __torch__.own_rows(blocks)]
    counts = [1]
    for real in blocks:
        sizes.append(torch.numel(real))
        counts.append(real.shape[0])
    parts : List[Tensor] = []
    for i, part in enumerate(torch.split_with_sizes(x, sizes, 0)):
        parts.append(torch.transpose(torch.reshape(part, [counts[i], sizes[i] // counts[i], heads, width]), 1, 2))
    return parts


# q, k and v by blocks. A block is cast to the type of attention only where it is used, and is in the caches then.
def split_attention(q: Tensor, k: Tensor, v: Tensor, blocks: List[Tensor], heads: int,
                    key_heads: int) -> Tuple[List[Tensor], List[Tensor], List[Tensor]]:
    return (__torch__.split_blocks(q, blocks, heads), __torch__.split_blocks(k, blocks, key_heads),
            __torch__.split_blocks(v, blocks, key_heads))


# Keys or values that a block's queries see: those of the prefix, then the block's own.
def with_prefix(prefix: Tensor, own: Tensor) -> Tensor:
    if prefix.shape[2] == 0:
        return own
    return torch.cat([torch.expand(prefix, [own.shape[0], -1, -1, -1]), own], 2)


# Keys or values of the prefix: what was computed before (past [c, g * e]; empty where nothing was), then its own rows. A
# copy: autograd would keep those of all sentences for a view of the prefix's.
def whole_prefix(past: Tensor, own: Tensor) -> Tensor:
    if torch.numel(past) == 0:
        return torch.clone(own)
    return torch.cat([__torch__.split_heads(past, 1, own.shape[1]).to(own.dtype), own], 2)


# The type to compute attention in. bf16 goes through fp32: on a CPU the fused backward is five times faster that way,
# and the softmax exact.
def attention_type(x: Tensor) -> int:
    kind = x.dtype
    if kind == 15 and x.device.type == "cpu":
        kind = 6
    return kind


# [n, g, s, e] -> [n, h, s, e], each head of keys or values once for every head of queries that shares it.
def repeat_heads(x: Tensor, heads: int) -> Tensor:
    n, g, s, e = x.shape
    return torch.reshape(torch.expand(torch.unsqueeze(x, 2), [n, g, heads // g, s, e]), [n, heads, s, e])


# The last s of p + s tokens, each of which sees those before it and itself. Their padding is behind all that is real,
# so a real token never sees it. On a CPU torch fuses only where queries have no more heads than keys.
def causal_attention(q: Tensor, k: Tensor, v: Tensor, dropout: float) -> Tensor:
    h, s, p = q.shape[1], q.shape[2], k.shape[2] - q.shape[2]
    grouped = h != k.shape[1]
    if grouped and q.device.type == "cpu":
        k, v, grouped = __torch__.repeat_heads(k, h), __torch__.repeat_heads(v, h), False
    if p == 0:
        return torch.scaled_dot_product_attention(q, k, v, None, dropout, True, scale=None, enable_gqa=grouped)
    mask = torch.tril(torch.ones([s, p + s], dtype=11, device=q.device), p)
    return torch.scaled_dot_product_attention(q, k, v, mask, dropout, False, scale=None, enable_gqa=grouped)


# Causal attention of a micro-batch. q [rows, heads * e], k and v [rows, key_heads * e], past_k and past_v
# [c, key_heads * e] or empty -> [rows, heads * e]
def attention(q: Tensor, k: Tensor, v: Tensor, past_k: Tensor, past_v: Tensor, blocks: List[Tensor], heads: int,
              key_heads: int, dropout: float) -> Tensor:
    kind = __torch__.attention_type(q)
    qs, ks, vs = __torch__.split_attention(q, k, v, blocks, heads, key_heads)
    prefix_k = __torch__.whole_prefix(past_k, ks[0].to(kind))
    prefix_v = __torch__.whole_prefix(past_v, vs[0].to(kind))
    results : List[Tensor] = []
    if qs[0].shape[2] > 0:
        y = __torch__.causal_attention(qs[0].to(kind), prefix_k, prefix_v, dropout)
        results.append(__torch__.merge_heads(y).to(q.dtype))
    for i in range(1, len(qs)):
        y = __torch__.causal_attention(qs[i].to(kind), __torch__.with_prefix(prefix_k, ks[i].to(kind)),
                                       __torch__.with_prefix(prefix_v, vs[i].to(kind)), dropout)
        results.append(__torch__.merge_heads(y).to(q.dtype))
    return torch.cat(results, 0)


# Seeds the generator, which attention's dropout draws from, where anything is dropped. The generator is the process's:
# then nothing may be computed beside this.
def seed_attention(dropout: float, seed: int):
    if dropout > 0.:
        torch.manual_seed(seed)


# Attention (without a past), written to a, and what its gradients need besides its arguments and its result: on a CPU the
# logarithms of sums of exponentials, of the prefix (empty where there is none) and of each block; else the seed.
def attention_record(q: Tensor, k: Tensor, v: Tensor, blocks: List[Tensor], heads: int, key_heads: int, dropout: float,
                     seed: int, a: Tensor) -> List[Tensor]:
    if dropout > 0. or q.device.type != "cpu":
        __torch__.seed_attention(dropout, seed)
        none = torch.empty([0])
        torch.copy_(a, __torch__.attention(q, k, v, none, none, blocks, heads, key_heads, dropout))
        return [torch.full([1], seed, dtype=4)]
    kind = __torch__.attention_type(q)
    qs, ks, vs = __torch__.split_attention(q, k, v, blocks, heads, key_heads)
    sums : List[Tensor] = []
    row = 0
    for i, part in enumerate(qs):
        exponentials = torch.empty([0])
        if part.shape[2] > 0:
            keys, values, mask = __torch__.seen(i, ks, vs, heads, kind)
            y, exponentials = torch._scaled_dot_product_flash_attention_for_cpu(part.to(kind), keys, values, 0.,
                                                                                mask is None, attn_mask=mask)
            row = __torch__.put(a, row, y)
        sums.append(exponentials)
    return sums


# Keys and values that block i's queries see, of a type and for every head of queries, and a mask where causality alone is
# not enough. Block 0 is the prefix.
def seen(i: int, ks: List[Tensor], vs: List[Tensor], heads: int,
         kind: int) -> Tuple[Tensor, Tensor, Optional[Tensor]]:
    keys, values = ks[i].to(kind), vs[i].to(kind)
    mask : Optional[Tensor] = None
    p, s = ks[0].shape[2], ks[i].shape[2]
    if i > 0 and p > 0:
        keys = __torch__.with_prefix(ks[0].to(kind), keys)
        values = __torch__.with_prefix(vs[0].to(kind), values)
        mask = torch.triu(torch.full([s, p + s], -float("inf"), dtype=keys.dtype), p + 1)
    if heads != keys.shape[1]:
        keys, values = __torch__.repeat_heads(keys, heads), __torch__.repeat_heads(values, heads)
    return keys, values, mask


# Writes [n, h, s, e] into rows of [t, h * e], from the given one on -> the row behind them
def put(rows: Tensor, row: int, x: Tensor) -> int:
    merged = __torch__.merge_heads(x)
    torch.copy_(torch.narrow(rows, 0, row, merged.shape[0]), merged)
    return row + merged.shape[0]


# The gradients of q, k and v in attention_record, from that of its result a.
def attention_gradients(da: Tensor, q: Tensor, k: Tensor, v: Tensor, a: Tensor, record: List[Tensor],
                        blocks: List[Tensor], heads: int, key_heads: int,
                        dropout: float) -> Tuple[Tensor, Tensor, Tensor]:
    if dropout > 0. or q.device.type != "cpu":
        __torch__.seed_attention(dropout, int(record[0]))
        return __torch__.attention_gradients_again(da, q, k, v, blocks, heads, key_heads, dropout)
    kind = __torch__.attention_type(q)
    qs, ks, vs = __torch__.split_attention(q, k, v, blocks, heads, key_heads)
    results = __torch__.split_blocks(a, blocks, heads)
    downs = __torch__.split_blocks(da, blocks, heads)
    dq, dk, dv = torch.empty_like(q), torch.empty_like(k), torch.empty_like(v)
    p = ks[0].shape[2]
    prefix_dk, prefix_dv = torch.zeros_like(ks[0], dtype=kind), torch.zeros_like(vs[0], dtype=kind)
    row = p
    for i in range(1, len(qs)):
        keys, values, mask = __torch__.seen(i, ks, vs, heads, kind)
        x, y, z = torch._scaled_dot_product_flash_attention_for_cpu_backward(
            downs[i].to(kind), qs[i].to(kind), keys, values, results[i].to(kind), record[i], 0., mask is None,
            attn_mask=mask)
        y, z = __torch__.sum_heads(y, key_heads), __torch__.sum_heads(z, key_heads)
        if p > 0:
            torch.add_(prefix_dk, torch.sum(torch.narrow(y, 2, 0, p), [0], True))
            torch.add_(prefix_dv, torch.sum(torch.narrow(z, 2, 0, p), [0], True))
            y, z = torch.narrow(y, 2, p, y.shape[2] - p), torch.narrow(z, 2, p, z.shape[2] - p)
        __torch__.put(dk, row, y)
        __torch__.put(dv, row, z)
        row = __torch__.put(dq, row, x)
    if p > 0:
        keys, values, mask = __torch__.seen(0, ks, vs, heads, kind)
        x, y, z = torch._scaled_dot_product_flash_attention_for_cpu_backward(
            downs[0].to(kind), qs[0].to(kind), keys, values, results[0].to(kind), record[0], 0., True)
        __torch__.put(dq, 0, x)
        __torch__.put(dk, 0, torch.add_(__torch__.sum_heads(y, key_heads), prefix_dk))
        __torch__.put(dv, 0, torch.add_(__torch__.sum_heads(z, key_heads), prefix_dv))
    return dq, dk, dv


# [n, h, s, e] -> [n, g, s, e], the gradient of repeat_heads
def sum_heads(x: Tensor, heads: int) -> Tensor:
    n, h, s, e = x.shape
    if h == heads:
        return x
    return torch.sum(torch.reshape(x, [n, heads, h // heads, s, e]), [2])


# The same through autograd, attention computed again.
def attention_gradients_again(da: Tensor, q: Tensor, k: Tensor, v: Tensor, blocks: List[Tensor], heads: int,
                              key_heads: int, dropout: float) -> Tuple[Tensor, Tensor, Tensor]:
    leaves = [torch.detach(q), torch.detach(k), torch.detach(v)]
    for leaf in leaves:
        torch.requires_grad_(leaf)
    none = torch.empty([0])
    torch.set_grad_enabled(True)
    a = __torch__.attention(leaves[0], leaves[1], leaves[2], none, none, blocks, heads, key_heads, dropout)
    torch.set_grad_enabled(False)
    down : List[Optional[Tensor]] = [da]
    dq, dk, dv = torch.grad([a], leaves, down)
    return (ops.prim.unchecked_unwrap_optional(dq), ops.prim.unchecked_unwrap_optional(dk),
            ops.prim.unchecked_unwrap_optional(dv))


# Layer norm's result for x [t, d], mean and 1 / deviation, as its gradient needs them.
def norm(x: Tensor, weight: Tensor, bias: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    return torch.native_layer_norm(x, [x.shape[1]], weight, bias, 1e-5)


# The gradient of x in norm.
def norm_gradient(dy: Tensor, x: Tensor, weight: Tensor, bias: Tensor, mean: Tensor, deviation: Tensor) -> Tensor:
    dx, dw, db = torch.native_layer_norm_backward(dy, x, [x.shape[1]], mean, deviation, weight, bias, [True, False, False])
    return dx


# Attention of one query a sentence, its last real token. Query heads that share keys and values stand as rows of one
# head. q [n, heads * e], the rest as above -> [n, heads * e]
def last_token_attention(q: Tensor, k: Tensor, v: Tensor, past_k: Tensor, past_v: Tensor, blocks: List[Tensor],
                         heads: int, key_heads: int, dropout: float) -> Tensor:
    kind = __torch__.attention_type(q)
    counts = [real.shape[0] for real in blocks]
    qs = torch.split_with_sizes(q.to(kind), counts, 0)
    ks = __torch__.split_blocks(k.to(kind), blocks, key_heads)
    vs = __torch__.split_blocks(v.to(kind), blocks, key_heads)
    prefix_k = __torch__.whole_prefix(past_k, ks[0])
    prefix_v = __torch__.whole_prefix(past_v, vs[0])
    results : List[Tensor] = []
    for i, real in enumerate(blocks):
        n = real.shape[0]
        seen = torch.cat([torch.ones([n, prefix_k.shape[2]], dtype=11, device=q.device), real], 1)
        y = torch.scaled_dot_product_attention(
            torch.reshape(qs[i], [n, key_heads, heads // key_heads, -1]), __torch__.with_prefix(prefix_k, ks[i + 1]),
            __torch__.with_prefix(prefix_v, vs[i + 1]), torch.reshape(seen, [n, 1, 1, -1]), dropout, False)
        results.append(torch.reshape(y, [n, -1]))
    return torch.cat(results, 0).to(q.dtype)


def activate(x: Tensor, function: str) -> Tensor:
    if function == "relu":
        return torch.relu_(x)
    if function == "gelu":
        return torch.gelu(x)
    return torch.gelu(x, approximate="tanh")


# The gradient of an activation's input, from what activate left of it: relu's result, for the others the input itself.
# May overwrite df.
def activation_gradient(df: Tensor, x: Tensor, function: str) -> Tensor:
    if function == "relu":
        return torch.threshold_backward(df, x, 0, grad_input=df)
    if function == "gelu":
        return torch.gelu_backward(df, x)
    return torch.gelu_backward(df, x, approximate="tanh")


# What LLaMA brought and later families share. Shapes as above; g = key and value heads, a divisor of h.


# RMSNorm (arXiv 1910.07467), rounded as transformers does: normalised in fp32, cast to x's type, then times the weight.
def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    y = x.to(6)
    y = y * torch.rsqrt(torch.mean(y * y, [-1], True) + eps)
    return y.to(x.dtype) * weight


# Rotary position embedding (arXiv 2104.09864), halves rotated against each other as in transformers; always in fp32.
# x [t, heads * e], positions [t], inverse frequencies fp32 [e / 2] -> x's shape and type
def rotate(x: Tensor, heads: int, positions: Tensor, frequencies: Tensor) -> Tensor:
    angles = torch.reshape(positions.to(6), [-1, 1, 1, 1]) * frequencies
    cos, sin = torch.cos(angles), torch.sin(angles)
    y = torch.reshape(x.to(6), [x.shape[0], heads, 2, -1])
    y = torch.addcmul(y * cos, torch.flip(y, [2]), torch.cat([torch.neg(sin), sin], 2))
    return torch.reshape(y, x.shape).to(x.dtype)


# The gradient of x in rms_norm, with n = x r normalised by r = 1 / sqrt(mean(x^2) + eps) and dn = dy w that of n:
# r (dn - n mean(dn n)). All in fp32 but for dy w, which is rounded as the product in rms_norm is.
def rms_norm_gradient(dy: Tensor, x: Tensor, weight: Tensor, eps: float) -> Tensor:
    n = x.to(6)
    r = torch.rsqrt(torch.mean(n * n, [-1], True) + eps)
    n = n * r
    dn = (dy * weight).to(6)
    dx = torch.sub(dn, torch.mul_(n, torch.mean(dn * n, [-1], True)))
    return torch.mul_(dx, r).to(x.dtype)


# The gradient of x in rotate: turned back by the same angles.
def rotate_gradient(dy: Tensor, heads: int, positions: Tensor, frequencies: Tensor) -> Tensor:
    return __torch__.rotate(dy, heads, torch.neg(positions), frequencies)


# The gradients of gate and up in silu(gate) * up, from that of the product and silu(gate), which it overwrites.
def gated_gradients(df: Tensor, gate: Tensor, up: Tensor, silu: Tensor) -> Tuple[Tensor, Tensor]:
    return torch.silu_backward(df * up, gate), torch.mul_(silu, df)
