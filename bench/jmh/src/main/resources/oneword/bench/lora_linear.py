# A linear map with and without its adapter, each as a method, and the casts to either type.
class Ops(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool
    dropout : float
    compute : int

    def cast(self: __torch__.Ops, x: Tensor) -> Tensor:
        return x.to(self.compute)

    def adapted(self: __torch__.Ops, x: Tensor, weight: Tensor, bias: Tensor, a: Tensor, b: Tensor) -> Tensor:
        return __torch__.lora_linear(x, weight, bias, a, b, 1., self.dropout)

    def frozen(self: __torch__.Ops, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return torch.linear(x, weight, bias)
