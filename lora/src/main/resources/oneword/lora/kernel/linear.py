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
