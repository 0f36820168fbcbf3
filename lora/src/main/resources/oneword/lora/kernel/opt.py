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
        return self._embed(ids, positions, w, l, 0., 0)

    # seed [1], on the CPU: what the stage's dropout masks come of
    def embed_train(self: __torch__.Ops, ids: Tensor, positions: Tensor, seed: Tensor, w: List[Tensor],
                    l: List[Tensor]) -> Tensor:
        return self._embed(ids, positions, w, l, self.lora_dropout, int(seed))

    def _embed(self: __torch__.Ops, ids: Tensor, positions: Tensor, w: List[Tensor], l: List[Tensor],
               lora_dropout: float, seed: int) -> Tensor:
        x = torch.embedding(w[0], ids)
        if self.projected:
            x = __torch__.lora_linear(x, w[2], w[3], l[0], l[1], self.lora_scale, lora_dropout, seed, 0)
        # OPT's position table has two rows that no position uses.
        return x + torch.embedding(w[1], positions + 2)

    # x [t, d], positions [t] (only embed uses them), past: keys and values [c, d] of what stands before all rows, or two
    # empty ones; blocks as in linear.py -> [t, d]
    def layer(self: __torch__.Ops, x: Tensor, positions: Tensor, past: List[Tensor], blocks: List[Tensor],
              w: List[Tensor], l: List[Tensor]) -> Tensor:
        return self._layer(x, past, blocks, w, l, 0., 0., 0., 0)

    def layer_train(self: __torch__.Ops, x: Tensor, positions: Tensor, seed: Tensor, past: List[Tensor],
                    blocks: List[Tensor], w: List[Tensor], l: List[Tensor]) -> Tensor:
        return self._layer(x, past, blocks, w, l, self.dropout, self.attention_dropout, self.lora_dropout, int(seed))

    def _layer(self: __torch__.Ops, x: Tensor, past: List[Tensor], blocks: List[Tensor], w: List[Tensor],
               l: List[Tensor], dropout: float, attention_dropout: float, lora_dropout: float, seed: int) -> Tensor:
        y = x
        if self.pre_norm:
            y = torch.layer_norm(x, [x.shape[1]], w[0], w[1])
        q = __torch__.lora_linear(y, w[2], w[3], l[0], l[1], self.lora_scale, lora_dropout, seed, 0)
        k = __torch__.lora_linear(y, w[4], w[5], l[2], l[3], self.lora_scale, lora_dropout, seed, 1)
        v = __torch__.lora_linear(y, w[6], w[7], l[4], l[5], self.lora_scale, lora_dropout, seed, 2)
        __torch__.seed_attention(attention_dropout, seed)
        a = __torch__.attention(q, k, v, past[0], past[1], blocks, self.heads, self.heads, attention_dropout)
        return self._after_attention(x, a, w, l, dropout, lora_dropout, seed)

    # layer_train, and what layer_backward needs of it: a list that begins with the result. Most of it lies in keep, a row
    # of numbers as wide as x's.
    def layer_record(self: __torch__.Ops, x: Tensor, positions: Tensor, seed: Tensor, keep: Tensor,
                     blocks: List[Tensor], w: List[Tensor], l: List[Tensor]) -> List[Tensor]:
        scale, p, s = self.lora_scale, self.lora_dropout, int(seed)
        t, d = x.shape
        last = d
        if self.pre_norm:
            last = 0
        r = __torch__.rooms(keep, x.dtype, t, [d, d, d, d, d, d, w[12].shape[0], last] + __torch__.ranks(l))
        result, q, k, v, a, h, f, z = r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]
        y = x
        if self.pre_norm:
            y = __torch__.norm(x, w[0], w[1])[0]
        made_q = __torch__.lora_record(y, w[2], w[3], l[0], l[1], scale, p, s, 0, q, r[8])
        made_k = __torch__.lora_record(y, w[4], w[5], l[2], l[3], scale, p, s, 1, k, r[9])
        made_v = __torch__.lora_record(y, w[6], w[7], l[4], l[5], scale, p, s, 2, v, r[10])
        sums = __torch__.attention_record(q, k, v, blocks, self.heads, self.heads, self.attention_dropout, s, a)
        o = torch.empty_like(a)
        made_o = __torch__.lora_record(a, w[8], w[9], l[6], l[7], scale, p, s, 3, o, r[11])
        made_h = __torch__.add_dropped(x, o, self.dropout, s, 6, h)
        residual = h
        if self.pre_norm:
            y = __torch__.norm(h, w[10], w[11])[0]
        else:
            y = __torch__.norm(h, w[0], w[1])[0]
            residual = y
        made_f = __torch__.lora_record(y, w[12], w[13], l[8], l[9], scale, p, s, 4, f, r[12])
        made_g = __torch__.lora_record(__torch__.activate(f, self.activation), w[14], w[15], l[10], l[11], scale, p, s,
                                       5, o, r[13])
        if self.pre_norm:
            made_z = __torch__.add_dropped(residual, o, self.dropout, s, 7, result)
        else:
            made_z = __torch__.add_dropped(residual, o, self.dropout, s, 7, z)
            torch.copy_(result, __torch__.norm(z, w[10], w[11])[0])
        return ([__torch__.read_as(result, x.dtype), q, k, v, a, h, f, z] + r[8:]
                + [made_q, made_k, made_v, made_o, made_h, made_f, made_g, made_z] + sums)

    # From the gradient of a layer's result that of x and, behind it, each matrix of an adapter and its gradient in turn. r
    # is what layer_record gave behind the result. For a thread that records nothing.
    def layer_backward(self: __torch__.Ops, dy: Tensor, x: Tensor, positions: Tensor, blocks: List[Tensor],
                       w: List[Tensor], l: List[Tensor], r: List[Tensor]) -> List[Tensor]:
        scale, p = self.lora_scale, self.lora_dropout
        pairs : List[Tensor] = []
        dh, dq, dk, dv = self._down_to_queries(pairs, dy, blocks, w, l, r)
        y, mean, deviation = self._first_norm(x, w)
        dx = __torch__.lora_gradients(pairs, torch.empty([0]), dq, y, w[2], l[0], l[1], r[7], r[13], scale, p)
        dx = __torch__.lora_gradients(pairs, dx, dk, y, w[4], l[2], l[3], r[8], r[14], scale, p)
        dx = __torch__.lora_gradients(pairs, dx, dv, y, w[6], l[4], l[5], r[9], r[15], scale, p)
        if self.pre_norm:
            dx = __torch__.norm_gradient(dx, x, w[0], w[1], mean, deviation)
        return [torch.add_(dx, dh)] + pairs

    # The same where nothing below the layer is trained: what comes first is of no use.
    def lowest_layer_backward(self: __torch__.Ops, dy: Tensor, x: Tensor, positions: Tensor, blocks: List[Tensor],
                              w: List[Tensor], l: List[Tensor], r: List[Tensor]) -> List[Tensor]:
        scale, p = self.lora_scale, self.lora_dropout
        pairs : List[Tensor] = []
        dh, dq, dk, dv = self._down_to_queries(pairs, dy, blocks, w, l, r)
        y = self._first_norm(x, w)[0]
        __torch__.adapter_gradients(pairs, dq, y, l[0], l[1], r[7], r[13], scale, p)
        __torch__.adapter_gradients(pairs, dk, y, l[2], l[3], r[8], r[14], scale, p)
        __torch__.adapter_gradients(pairs, dv, y, l[4], l[5], r[9], r[15], scale, p)
        return [dh] + pairs

    # What goes into q, k and v; mean and deviation, where a norm stands before them.
    def _first_norm(self: __torch__.Ops, x: Tensor, w: List[Tensor]) -> Tuple[Tensor, Tensor, Tensor]:
        if self.pre_norm:
            return __torch__.norm(x, w[0], w[1])
        return x, x, x

    # From the gradient of a layer's result to those of the residual, q, k and v.
    def _down_to_queries(self: __torch__.Ops, pairs: List[Tensor], dy: Tensor, blocks: List[Tensor], w: List[Tensor],
                         l: List[Tensor], r: List[Tensor]) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
        scale, p = self.lora_scale, self.lora_dropout
        none = torch.empty([0])
        q, k, v, a, h, f, z = r[0], r[1], r[2], r[3], r[4], r[5], r[6]
        dz, n = dy, 10
        if not self.pre_norm:
            y, mean, deviation = __torch__.norm(z, w[10], w[11])
            dz, n = __torch__.norm_gradient(dy, z, w[10], w[11], mean, deviation), 0
        dg = __torch__.dropped_gradient(dz, r[20], self.dropout)
        active = f
        if self.activation != "relu":
            active = __torch__.activate(f, self.activation)
        df = __torch__.lora_gradients(pairs, none, dg, active, w[14], l[10], l[11], r[12], r[19], scale, p)
        df = __torch__.activation_gradient(df, f, self.activation)
        y, mean, deviation = __torch__.norm(h, w[n], w[n + 1])
        dh = __torch__.lora_gradients(pairs, none, df, y, w[12], l[8], l[9], r[11], r[18], scale, p)
        if self.pre_norm:
            dh = torch.add_(__torch__.norm_gradient(dh, h, w[n], w[n + 1], mean, deviation), dz)
        else:
            dh = __torch__.norm_gradient(torch.add_(dh, dz), h, w[n], w[n + 1], mean, deviation)
        do = __torch__.dropped_gradient(dh, r[17], self.dropout)
        da = __torch__.lora_gradients(pairs, none, do, a, w[8], l[6], l[7], r[10], r[16], scale, p)
        dq, dk, dv = __torch__.attention_gradients(da, q, k, v, a, r[21:], blocks, self.heads, self.heads,
                                                   self.attention_dropout)
        return dh, dq, dk, dv

    # What autograd has recorded, embeddings or all from the last layer on: see linear.py
    def gradients(self: __torch__.Ops, y: Tensor, dy: Tensor, l: List[Tensor]) -> List[Tensor]:
        return __torch__.recorded_gradients(y, dy, l)

    # The last layer: keys and values of all tokens, everything else of each sentence's last real token alone.
    # x [t, d], last [n] the rows of those tokens -> [n, d]
    def last_layer(self: __torch__.Ops, x: Tensor, positions: Tensor, last: Tensor, past: List[Tensor],
                   blocks: List[Tensor], w: List[Tensor], l: List[Tensor]) -> Tensor:
        return self._last_layer(x, last, past, blocks, w, l, 0., 0., 0., 0)

    def last_layer_train(self: __torch__.Ops, x: Tensor, positions: Tensor, last: Tensor, seed: Tensor,
                         past: List[Tensor], blocks: List[Tensor], w: List[Tensor], l: List[Tensor]) -> Tensor:
        return self._last_layer(x, last, past, blocks, w, l, self.dropout, self.attention_dropout, self.lora_dropout,
                                int(seed))

    def _last_layer(self: __torch__.Ops, x: Tensor, last: Tensor, past: List[Tensor], blocks: List[Tensor],
                    w: List[Tensor], l: List[Tensor], dropout: float, attention_dropout: float,
                    lora_dropout: float, seed: int) -> Tensor:
        residual = torch.index_select(x, 0, last)
        y = x
        z = residual
        if self.pre_norm:
            y = torch.layer_norm(x, [x.shape[1]], w[0], w[1])
            z = torch.index_select(y, 0, last)
        q = __torch__.lora_linear(z, w[2], w[3], l[0], l[1], self.lora_scale, lora_dropout, seed, 0)
        k = __torch__.lora_linear(y, w[4], w[5], l[2], l[3], self.lora_scale, lora_dropout, seed, 1)
        v = __torch__.lora_linear(y, w[6], w[7], l[4], l[5], self.lora_scale, lora_dropout, seed, 2)
        __torch__.seed_attention(attention_dropout, seed)
        a = __torch__.last_token_attention(q, k, v, past[0], past[1], blocks, self.heads, self.heads, attention_dropout)
        return self._after_attention(residual, a, w, l, dropout, lora_dropout, seed)

    # Keys and values that x gives in a layer, for sentences yet to come: x [t, d] -> k and v [t, d]
    def keys_values(self: __torch__.Ops, x: Tensor, positions: Tensor, w: List[Tensor],
                    l: List[Tensor]) -> List[Tensor]:
        y = x
        if self.pre_norm:
            y = torch.layer_norm(x, [x.shape[1]], w[0], w[1])
        return [__torch__.lora_linear(y, w[4], w[5], l[2], l[3], self.lora_scale, 0., 0, 1),
                __torch__.lora_linear(y, w[6], w[7], l[4], l[5], self.lora_scale, 0., 0, 2)]

    # residual and a [t, d] -> [t, d]
    def _after_attention(self: __torch__.Ops, residual: Tensor, a: Tensor, w: List[Tensor], l: List[Tensor],
                         dropout: float, lora_dropout: float, seed: int) -> Tensor:
        d = residual.shape[1]
        o = __torch__.lora_linear(a, w[8], w[9], l[6], l[7], self.lora_scale, lora_dropout, seed, 3)
        x = __torch__.plus_dropped(residual, o, dropout, seed, 6)
        y = x
        if self.pre_norm:
            y = torch.layer_norm(x, [d], w[10], w[11])
        else:
            x = torch.layer_norm(x, [d], w[0], w[1])
            y = x
        f = __torch__.lora_linear(y, w[12], w[13], l[8], l[9], self.lora_scale, lora_dropout, seed, 4)
        f = __torch__.activate(f, self.activation)
        f = __torch__.lora_linear(f, w[14], w[15], l[10], l[11], self.lora_scale, lora_dropout, seed, 5)
        x = __torch__.plus_dropped(x, f, dropout, seed, 7)
        if not self.pre_norm:
            x = torch.layer_norm(x, [d], w[10], w[11])
        return x

    # x [n, d], order [n] the rows to give, one after the other -> [n, d_out] in fp32
    # w: final norm (weight, bias), project_out (weight, bias) where there is one; l: its adapter
    def head(self: __torch__.Ops, x: Tensor, order: Tensor, w: List[Tensor], l: List[Tensor]) -> Tensor:
        return self._head(torch.index_select(x, 0, order), w, l, 0., 0)

    def head_train(self: __torch__.Ops, x: Tensor, order: Tensor, seed: Tensor, w: List[Tensor],
                   l: List[Tensor]) -> Tensor:
        return self._head(torch.index_select(x, 0, order), w, l, self.lora_dropout, int(seed))

    def _head(self: __torch__.Ops, x: Tensor, w: List[Tensor], l: List[Tensor], lora_dropout: float,
              seed: int) -> Tensor:
        if self.final_norm:
            x = torch.layer_norm(x, [x.shape[1]], w[0], w[1])
        if self.projected:
            x = __torch__.lora_linear(x, w[2], w[3], l[0], l[1], self.lora_scale, lora_dropout, seed, 0)
        return x.to(6)
