# The language-model head: from the vector of the last token to the tokens that would come next.
class Ops(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool
    count : int

    # x [n, d] in fp32, w [v, d] -> ids [n, count], probabilities [n, count] in fp32, the greatest first
    def top(self: __torch__.Ops, x: Tensor, w: Tensor) -> List[Tensor]:
        logits = torch.linear(x.to(w.dtype), w).to(6)
        best, ids = torch.topk(logits, min(self.count, w.shape[0]), -1, True, True)
        total = torch.logsumexp(logits, [-1], True)
        return [ids, torch.exp(best - total)]
