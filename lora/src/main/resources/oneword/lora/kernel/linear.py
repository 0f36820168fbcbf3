# Pieces that every decoder family shares. Shapes: t = rows of a micro-batch laid end to end, n = sentences,
# s = padded length, h = attention heads, d = width.


# Dropout: an element is zero with probability p, else divided by 1 - p.
# On a CPU torch draws a 64-bit number for each element on one thread, two fifths of a training step. Here each draw serves
# four elements, 16 bits each, so that the probability is p to within 1/131072.
def drop(x: Tensor, p: float) -> Tensor:
    if x.device.type != "cpu":
        return torch.dropout(x, p, True)
    n = torch.numel(x)
    bits = torch.random_(torch.empty([(n + 3) // 4], dtype=4), -9223372036854775807 - 1, None)
    lanes = torch.reshape(torch.view_copy(bits, 2)[:n], x.shape)
    dropped = int(p * 65536. + 0.5)
    kept = torch.ge(lanes, dropped - 32768).to(x.dtype)
    return x * torch.div_(kept, 1. - p)


# y = x W' + b + scale * dropout(x) A' B'   (LoRA, arXiv 2106.09685, section 4.1)
# x [t, in], weight [out, in], bias [out]; a [rank, in] and b [out, rank] in fp32, or empty where there is no adapter.
# The adapter is computed in x's type and added in place: the frozen product needs no graph of its own.
def lora_linear(x: Tensor, weight: Tensor, bias: Tensor, a: Tensor, b: Tensor, scale: float, dropout: float) -> Tensor:
    y = torch.linear(x, weight, bias)
    if torch.numel(a) > 0:
        z = x
        if dropout > 0.:
            z = __torch__.drop(x, dropout)
        low = torch.linear(z, a.to(x.dtype))
        y = torch.addmm_(y, low, torch.t(b.to(x.dtype)), beta=1, alpha=scale)
    return y


def maybe_dropout(x: Tensor, dropout: float) -> Tensor:
    if dropout > 0.:
        x = __torch__.drop(x, dropout)
    return x


# [n * s, h * e] -> [n, h, s, e]
def split_heads(x: Tensor, n: int, heads: int) -> Tensor:
    return torch.transpose(torch.reshape(x, [n, -1, heads, x.shape[1] // heads]), 1, 2)


# [n, h, s, e] -> [n * s, h * e]
def merge_heads(x: Tensor) -> Tensor:
    return torch.reshape(torch.transpose(x, 1, 2), [x.shape[0] * x.shape[2], -1])


# Causal attention over right-padded rows: a real token never sees the padding behind it, so no mask is needed.
# bf16 goes through fp32: on a CPU the fused backward is five times faster that way, and the softmax exact.
def causal_attention(q: Tensor, k: Tensor, v: Tensor, dropout: float) -> Tensor:
    if q.dtype == 15 and q.device.type == "cpu":
        y = torch.scaled_dot_product_attention(q.to(6), k.to(6), v.to(6), None, dropout, True)
        return y.to(q.dtype)
    return torch.scaled_dot_product_attention(q, k, v, None, dropout, True)


# Attention of one query a sentence, its last real token, over the keys of that sentence alone.
# q [n, h, 1, e], k and v [n, h, s, e], lengths [n]
def last_token_attention(q: Tensor, k: Tensor, v: Tensor, lengths: Tensor, dropout: float) -> Tensor:
    positions = torch.arange(k.shape[2], device=k.device)
    mask = torch.reshape(positions, [1, 1, 1, -1]) < torch.reshape(lengths, [-1, 1, 1, 1])
    if q.dtype == 15 and q.device.type == "cpu":
        y = torch.scaled_dot_product_attention(q.to(6), k.to(6), v.to(6), mask, dropout, False)
        return y.to(q.dtype)
    return torch.scaled_dot_product_attention(q, k, v, mask, dropout, False)


# Rows of the last real tokens in [n * s, d].
def last_rows(lengths: Tensor, s: int) -> Tensor:
    return torch.arange(lengths.shape[0], device=lengths.device) * s + lengths - 1


def activate(x: Tensor, function: str) -> Tensor:
    if function == "relu":
        return torch.relu_(x)
    if function == "gelu":
        return torch.gelu(x)
    return torch.gelu(x, approximate="tanh")


# What LLaMA brought and later families share. Shapes as above; g = key and value heads, a divisor of h.


# RMSNorm (arXiv 1910.07467), rounded as transformers does: normalised in fp32, cast to x's type, then times the weight.
def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    y = x.to(6)
    y = y * torch.rsqrt(torch.mean(y * y, [-1], True) + eps)
    return y.to(x.dtype) * weight


# Rotary position embedding (arXiv 2104.09864), halves rotated against each other as in transformers; always in fp32.
# x [n, h, s, e], positions [n or 1, s], inverse frequencies fp32 [e / 2] -> fp32 [n, h, s, e]
def rotate(x: Tensor, positions: Tensor, frequencies: Tensor) -> Tensor:
    angles = torch.unsqueeze(torch.unsqueeze(positions.to(6), -1) * frequencies, 1)
    cos, sin = torch.cos(angles), torch.sin(angles)
    half = x.shape[3] // 2
    a, b = torch.narrow(x, 3, 0, half), torch.narrow(x, 3, half, half)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], 3)


# causal_attention where h / g query heads share one key and value head (arXiv 2305.13245): q [n, h, s, e], k and v [n, g, s, e]
def grouped_causal_attention(q: Tensor, k: Tensor, v: Tensor, dropout: float) -> Tensor:
    if q.dtype == 15 and q.device.type == "cpu":
        y = torch.scaled_dot_product_attention(q.to(6), k.to(6), v.to(6), None, dropout, True, scale=None, enable_gqa=True)
        return y.to(q.dtype)
    return torch.scaled_dot_product_attention(q, k, v, None, dropout, True, scale=None, enable_gqa=True)


# last_token_attention where query heads share keys and values: those of one group stand as rows of one head.
# q [n, h, 1, e], k and v [n, g, s, e], lengths [n] -> [n, h, 1, e]
def grouped_last_token_attention(q: Tensor, k: Tensor, v: Tensor, lengths: Tensor, dropout: float) -> Tensor:
    grouped = torch.reshape(q, [q.shape[0], k.shape[1], -1, q.shape[3]])
    return torch.reshape(__torch__.last_token_attention(grouped, k, v, lengths, dropout), q.shape)
