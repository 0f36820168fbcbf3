# OPT (arXiv 2205.01068), one method a stage. Weights w and adapters l of a layer come in the order of OptWeights.
#   w: attention norm (weight, bias), q, k, v, out_proj (weight, bias each), final norm (weight, bias), fc1, fc2
#   l: q, k, v, out_proj, fc1, fc2 (A, B each; empty where there is no adapter)
class Ops(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool
    heads : int
    pre_norm : bool
    final_norm : bool
    projected : bool
    activation : str
    dropout : float
    attention_dropout : float
    lora_dropout : float
    lora_scale : float

    # ids and positions [t] -> [t, d]; w: token table, position table, project_in where there is one; l: its adapter
    def embed(self: __torch__.Ops, ids: Tensor, positions: Tensor, w: List[Tensor], l: List[Tensor]) -> Tensor:
        return self._embed(ids, positions, w, l, 0.)

    def embed_train(self: __torch__.Ops, ids: Tensor, positions: Tensor, w: List[Tensor], l: List[Tensor]) -> Tensor:
        return self._embed(ids, positions, w, l, self.lora_dropout)

    def _embed(self: __torch__.Ops, ids: Tensor, positions: Tensor, w: List[Tensor], l: List[Tensor],
               lora_dropout: float) -> Tensor:
        x = torch.embedding(w[0], ids)
        if self.projected:
            x = __torch__.lora_linear(x, w[2], w[3], l[0], l[1], self.lora_scale, lora_dropout)
        # OPT's position table has two rows that no position uses.
        return x + torch.embedding(w[1], positions + 2)

    # x [t, d], positions [t] (only embed uses them), past: keys and values [c, d] of what stands before all rows, or two
    # empty ones; blocks as in linear.py -> [t, d]
    def layer(self: __torch__.Ops, x: Tensor, positions: Tensor, past: List[Tensor], blocks: List[Tensor],
              w: List[Tensor], l: List[Tensor]) -> Tensor:
        return self._layer(x, past, blocks, w, l, 0., 0., 0.)

    def layer_train(self: __torch__.Ops, x: Tensor, positions: Tensor, past: List[Tensor], blocks: List[Tensor],
                    w: List[Tensor], l: List[Tensor]) -> Tensor:
        return self._layer(x, past, blocks, w, l, self.dropout, self.attention_dropout, self.lora_dropout)

    def _layer(self: __torch__.Ops, x: Tensor, past: List[Tensor], blocks: List[Tensor], w: List[Tensor],
               l: List[Tensor], dropout: float, attention_dropout: float, lora_dropout: float) -> Tensor:
        y = x
        if self.pre_norm:
            y = torch.layer_norm(x, [x.shape[1]], w[0], w[1])
        q = __torch__.lora_linear(y, w[2], w[3], l[0], l[1], self.lora_scale, lora_dropout)
        k = __torch__.lora_linear(y, w[4], w[5], l[2], l[3], self.lora_scale, lora_dropout)
        v = __torch__.lora_linear(y, w[6], w[7], l[4], l[5], self.lora_scale, lora_dropout)
        a = __torch__.attention(q, k, v, past[0], past[1], blocks, self.heads, self.heads, attention_dropout)
        return self._after_attention(x, a, w, l, dropout, lora_dropout)

    # The last layer: keys and values of all tokens, everything else of each sentence's last real token alone.
    # x [t, d], last [n] the rows of those tokens -> [n, d]
    def last_layer(self: __torch__.Ops, x: Tensor, positions: Tensor, last: Tensor, past: List[Tensor],
                   blocks: List[Tensor], w: List[Tensor], l: List[Tensor]) -> Tensor:
        return self._last_layer(x, last, past, blocks, w, l, 0., 0., 0.)

    def last_layer_train(self: __torch__.Ops, x: Tensor, positions: Tensor, last: Tensor, past: List[Tensor],
                         blocks: List[Tensor], w: List[Tensor], l: List[Tensor]) -> Tensor:
        return self._last_layer(x, last, past, blocks, w, l, self.dropout, self.attention_dropout, self.lora_dropout)

    def _last_layer(self: __torch__.Ops, x: Tensor, last: Tensor, past: List[Tensor], blocks: List[Tensor],
                    w: List[Tensor], l: List[Tensor], dropout: float, attention_dropout: float,
                    lora_dropout: float) -> Tensor:
        residual = torch.index_select(x, 0, last)
        y = x
        z = residual
        if self.pre_norm:
            y = torch.layer_norm(x, [x.shape[1]], w[0], w[1])
            z = torch.index_select(y, 0, last)
        q = __torch__.lora_linear(z, w[2], w[3], l[0], l[1], self.lora_scale, lora_dropout)
        k = __torch__.lora_linear(y, w[4], w[5], l[2], l[3], self.lora_scale, lora_dropout)
        v = __torch__.lora_linear(y, w[6], w[7], l[4], l[5], self.lora_scale, lora_dropout)
        a = __torch__.last_token_attention(q, k, v, past[0], past[1], blocks, self.heads, self.heads, attention_dropout)
        return self._after_attention(residual, a, w, l, dropout, lora_dropout)

    # Keys and values that x gives in a layer, for sentences yet to come: x [t, d] -> k and v [t, d]
    def keys_values(self: __torch__.Ops, x: Tensor, positions: Tensor, w: List[Tensor],
                    l: List[Tensor]) -> List[Tensor]:
        y = x
        if self.pre_norm:
            y = torch.layer_norm(x, [x.shape[1]], w[0], w[1])
        return [__torch__.lora_linear(y, w[4], w[5], l[2], l[3], self.lora_scale, 0.),
                __torch__.lora_linear(y, w[6], w[7], l[4], l[5], self.lora_scale, 0.)]

    # residual and a [t, d] -> [t, d]
    def _after_attention(self: __torch__.Ops, residual: Tensor, a: Tensor, w: List[Tensor], l: List[Tensor],
                         dropout: float, lora_dropout: float) -> Tensor:
        d = residual.shape[1]
        o = __torch__.lora_linear(a, w[8], w[9], l[6], l[7], self.lora_scale, lora_dropout)
        x = __torch__.add_dropped(residual, o, dropout)
        y = x
        if self.pre_norm:
            y = torch.layer_norm(x, [d], w[10], w[11])
        else:
            x = torch.layer_norm(x, [d], w[0], w[1])
            y = x
        f = __torch__.lora_linear(y, w[12], w[13], l[8], l[9], self.lora_scale, lora_dropout)
        f = __torch__.activate(f, self.activation)
        f = __torch__.lora_linear(f, w[14], w[15], l[10], l[11], self.lora_scale, lora_dropout)
        x = __torch__.add_dropped(x, f, dropout)
        if not self.pre_norm:
            x = torch.layer_norm(x, [d], w[10], w[11])
        return x

    # x [n, d], order [n] the rows to give, one after the other -> [n, d_out] in fp32
    # w: final norm (weight, bias), project_out (weight, bias) where there is one; l: its adapter
    def head(self: __torch__.Ops, x: Tensor, order: Tensor, w: List[Tensor], l: List[Tensor]) -> Tensor:
        return self._head(torch.index_select(x, 0, order), w, l, 0.)

    def head_train(self: __torch__.Ops, x: Tensor, order: Tensor, w: List[Tensor], l: List[Tensor]) -> Tensor:
        return self._head(torch.index_select(x, 0, order), w, l, self.lora_dropout)

    def _head(self: __torch__.Ops, x: Tensor, w: List[Tensor], l: List[Tensor], lora_dropout: float) -> Tensor:
        if self.final_norm:
            x = torch.layer_norm(x, [x.shape[1]], w[0], w[1])
        if self.projected:
            x = __torch__.lora_linear(x, w[2], w[3], l[0], l[1], self.lora_scale, lora_dropout)
        return x.to(6)
