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

    def all_finite(self: __torch__.Ops, x: Tensor) -> Tensor:
        return torch.all(torch.isfinite(x))
