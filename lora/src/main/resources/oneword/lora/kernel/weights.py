# Brings weights from a mapped file into the type that the decoder computes in.
class Ops(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool
    compute : int

    # Any type that DJL can name -> a copy of its own in the compute type
    def convert(self: __torch__.Ops, x: Tensor) -> Tensor:
        return torch.to(x, self.compute, False, True)

    # bf16 bits that arrived under the name of fp16, which has the same width
    def convert_bfloat16(self: __torch__.Ops, x: Tensor) -> Tensor:
        bits = torch.set_(torch.empty([0], dtype=15), x)
        return torch.to(bits, self.compute, False, True)

    # Back to fp32, for files and comparisons
    def to_float32(self: __torch__.Ops, x: Tensor) -> Tensor:
        return torch.to(x, 6, False, True)

    def zeros(self: __torch__.Ops, like: Tensor) -> Tensor:
        return torch.zeros_like(like, dtype=self.compute)

    def ones(self: __torch__.Ops, like: Tensor) -> Tensor:
        return torch.ones_like(like, dtype=self.compute)

    # In pieces that caches hold: what torch makes on the way is as large as x.
    def all_finite(self: __torch__.Ops, x: Tensor) -> Tensor:
        finite = torch.ones([], dtype=11, device=x.device)
        for piece in torch.split(torch.reshape(x, [-1]), 1048576):
            finite = torch.logical_and(finite, torch.all(torch.isfinite(piece)))
        return finite
