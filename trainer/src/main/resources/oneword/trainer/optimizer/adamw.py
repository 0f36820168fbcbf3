# AdamW as torch.optim.AdamW(fused=True) computes it, and torch.nn.utils.clip_grad_norm_, over all matrices in one call.
# Lists that are written to must be arguments: in-place writes to a list built in here are dropped.
class Ops(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool
    beta1 : float
    beta2 : float
    epsilon : float
    weight_decay : float

    # A zero loss that touches every parameter: its backward gives each one a gradient to add to.
    def touch(self: __torch__.Ops, p: List[Tensor]) -> Tensor:
        total = torch.sum(p[0]) * 0.
        for x in p:
            total = total + torch.sum(x) * 0.
        return total

    def norm(self: __torch__.Ops, g: List[Tensor]) -> Tensor:
        return torch.linalg_vector_norm(torch.stack(torch._foreach_norm(g, 2)))

    def zero(self: __torch__.Ops, g: List[Tensor]) -> Tensor:
        torch._foreach_zero_(g)
        return torch.zeros([1])

    def multiply(self: __torch__.Ops, g: List[Tensor], factor: Tensor) -> Tensor:
        torch._foreach_mul_(g, factor)
        return factor

    # factor: what torch's clipping multiplies the gradients with, 1 where they are short enough
    def clip(self: __torch__.Ops, g: List[Tensor], norm: Tensor, most: Tensor) -> Tensor:
        factor = torch.clamp_max(most / (norm + 1e-6), 1.)
        torch._foreach_mul_(g, factor)
        return factor

    # step: number of this update, from 1; lr: learning rate in fp64 on the CPU
    def update(self: __torch__.Ops, p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor],
               step: Tensor, lr: Tensor) -> Tensor:
        steps = [step for x in p]
        none : List[Tensor] = []
        torch._fused_adamw_(p, g, m, v, none, steps, lr=float(lr), beta1=self.beta1, beta2=self.beta2,
                            weight_decay=self.weight_decay, eps=self.epsilon, amsgrad=False, maximize=False)
        return step
