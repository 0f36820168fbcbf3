# InfoNCE (arXiv 1807.03748) over queries [B, d] and passages [M, d], in fp32.
class Ops(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool
    temperature : float
    hard_negative_weight : float

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
