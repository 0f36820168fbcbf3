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
        return __torch__.lora_linear(x, weight, bias, a, b, 1., self.dropout, 1, 0)

    def frozen(self: __torch__.Ops, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return torch.linear(x, weight, bias)

    # As the layers train: without autograd -> the gradient of x; those of a and b are let go of.
    def adapted_and_gradients(self: __torch__.Ops, x: Tensor, weight: Tensor, bias: Tensor, a: Tensor, b: Tensor,
                              down: Tensor) -> Tensor:
        low = torch.empty([x.shape[0], a.shape[0]], dtype=x.dtype)
        made = __torch__.lora_record(x, weight, bias, a, b, 1., self.dropout, 1, 0,
                                      torch.empty_like(down), low)
        pairs : List[Tensor] = []
        return __torch__.lora_gradients(pairs, torch.empty([0]), down, x, weight, a, b, low, made, 1., self.dropout)
