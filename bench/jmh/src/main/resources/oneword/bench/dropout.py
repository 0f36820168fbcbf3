# The decoders' dropout and torch's, each as a method.
class Ops(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool
    p : float
    compute : int

    def cast(self: __torch__.Ops, x: Tensor) -> Tensor:
        return torch.to(x, self.compute, False, True)

    def ours(self: __torch__.Ops, x: Tensor) -> Tensor:
        return torch.mul_(__torch__.masked(x, __torch__.draw(1, 0, self.p), self.p), 1. / (1. - self.p))

    def torch(self: __torch__.Ops, x: Tensor) -> Tensor:
        return torch.dropout(x, self.p, True)
