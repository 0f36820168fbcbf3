# InfoNCE (arXiv 1807.03748) over queries [B, d] and passages [M, d], in fp32.
class Ops(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool
    temperature : float
    hard_negative_weight : float
    stripe_entries : int

    # Micro-batches' vectors, laid end to end and put into the batch's order.
    # z: [n_i, d] each; order [N]: for each sentence of the batch its row in the laid-out vectors -> [N, d]
    def gather(self: __torch__.Ops, z: List[Tensor], order: Tensor) -> Tensor:
        return torch.index_select(torch.cat(z, 0), 0, order)

    # Rows of one micro-batch.
    def rows(self: __torch__.Ops, x: Tensor, positions: Tensor) -> Tensor:
        return torch.index_select(x, 0, positions)

    # mean over i of -log softmax(cos(q_i, p) / temperature + weight * own_i)[target_i]
    # targets [B]: column of each query's positive; hard_negatives [B]: column of its own hard negative, or -1
    def loss(self: __torch__.Ops, queries: Tensor, passages: Tensor, targets: Tensor, hard_negatives: Tensor) -> Tensor:
        q = queries / torch.clamp_min(torch.linalg_vector_norm(queries, 2, [1], True), 1e-8)
        p = passages / torch.clamp_min(torch.linalg_vector_norm(passages, 2, [1], True), 1e-8)
        logits = torch.div(torch.matmul(q, torch.t(p)), self.temperature)
        if self.hard_negative_weight != 0.:
            columns = torch.arange(p.shape[0], device=p.device)
            own = torch.reshape(hard_negatives, [-1, 1]) == torch.reshape(columns, [1, -1])
            logits = logits + own.to(6) * self.hard_negative_weight
        return torch.cross_entropy_loss(logits, targets)

    # The same loss and its gradient without autograd, in stripes of whole rows of the logits, so that [B, M] is never held.
    # A whole row needs no second pass for its log-sum-exp: a stripe costs the three products of the dense form, no more.
    # vectors [B + M, d]: queries, then passages; scale: what the gradient is multiplied with
    # -> loss [], gradient [B + M, d]
    def striped(self: __torch__.Ops, vectors: Tensor, targets: Tensor, hard_negatives: Tensor,
                scale: Tensor) -> Tuple[Tensor, Tensor]:
        rows = targets.shape[0]
        norms = torch.clamp_min(torch.linalg_vector_norm(vectors, 2, [1], True), 1e-8)
        units = vectors / norms
        gradient = torch.zeros_like(vectors)
        passages = units[rows:]
        passage_gradient = gradient[rows:]
        factor = float(scale) / (self.temperature * float(rows))
        height = max(1, self.stripe_entries // passages.shape[0])
        total = torch.zeros([1], dtype=7, device=vectors.device)
        begin = 0
        while begin < rows:
            end = min(begin + height, rows)
            queries = units[begin:end]
            target = torch.reshape(targets[begin:end], [-1, 1])
            logits = torch.div_(torch.matmul(queries, torch.t(passages)), self.temperature)
            if self.hard_negative_weight != 0.:
                own = torch.reshape(hard_negatives[begin:end], [-1, 1])
                weight = (own >= 0).to(6) * self.hard_negative_weight
                logits = torch.scatter_add(logits, 1, torch.clamp_min(own, 0), weight)
            chances = torch.log_softmax(logits, 1)
            total = total - torch.sum(torch.gather(chances, 1, target), dtype=7)
            chances = torch.exp_(chances)
            slope = torch.scatter_add_(chances, 1, target, torch.full_like(target, -1, dtype=6))
            gradient[begin:end] = torch.mul(torch.matmul(slope, passages), factor)
            passage_gradient = torch.addmm_(passage_gradient, torch.t(slope), queries, beta=1, alpha=factor)
            begin = end
        # Through x / max(|x|, 1e-8): what points along x changes its length alone, unless that is held at the bound.
        begin = 0
        height = max(1, self.stripe_entries // vectors.shape[1])
        while begin < vectors.shape[0]:
            end = min(begin + height, vectors.shape[0])
            unit = units[begin:end]
            down = gradient[begin:end]
            norm = norms[begin:end]
            along = torch.sum(unit * down, [1], True) * (norm > 1e-8).to(6)
            gradient[begin:end] = (down - unit * along) / norm
            begin = end
        return (torch.reshape(total / float(rows), []).to(6), gradient)
