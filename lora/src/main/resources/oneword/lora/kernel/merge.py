# Puts an adapter into the weight of its linear map: W + scale * B A in fp32, rounded once.
class Ops(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool
    scale : float
    stored : int

    # Any float type that DJL can name -> the stored type, and whether all of it is finite
    def merge(self: __torch__.Ops, w: Tensor, b: Tensor, a: Tensor) -> Tuple[Tensor, Tensor]:
        sum = torch.add(torch.to(w, 6), torch.matmul(b, a), alpha=self.scale)
        return __torch__.checked(torch.to(sum, self.stored))

    def convert(self: __torch__.Ops, w: Tensor) -> Tuple[Tensor, Tensor]:
        return __torch__.checked(torch.to(w, self.stored))

    # bf16 bits that arrived under the name of fp16, which has the same width
    def merge_bfloat16(self: __torch__.Ops, w: Tensor, b: Tensor, a: Tensor) -> Tuple[Tensor, Tensor]:
        bits = torch.set_(torch.empty([0], dtype=15), w)
        return self.merge(bits, b, a)

    def convert_bfloat16(self: __torch__.Ops, w: Tensor) -> Tuple[Tensor, Tensor]:
        bits = torch.set_(torch.empty([0], dtype=15), w)
        return self.convert(bits)


# bf16 leaves under the name of fp16 too
def checked(x: Tensor) -> Tuple[Tensor, Tensor]:
    finite = torch.all(torch.isfinite(x))
    bits = x
    if x.dtype == 15:
        bits = torch.view_copy(x, 5)
    return (bits, finite)
