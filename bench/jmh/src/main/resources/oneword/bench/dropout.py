# The decoders' dropout and torch's, each as a method.
class Ops(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool
    p : float

    def ours(self: __torch__.Ops, x: Tensor) -> Tensor:
        kept, factor = __torch__.drop(x, self.p)
        return kept * factor

    def torch(self: __torch__.Ops, x: Tensor) -> Tensor:
        return torch.dropout(x, self.p, True)
