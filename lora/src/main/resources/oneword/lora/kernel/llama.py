# LLaMA (arXiv 2302.13971, 2307.09288) and Mistral (arXiv 2310.06825), one method a stage. Weights w and adapters l of a
# layer come in the order of LlamaWeights.
#   w: input norm, q, k, v, o (weight, bias each), post-attention norm, gate, up, down (weight, bias each),
#      inverse frequencies of the rotary embedding (fp32 [e / 2])
#   l: q, k, v, o, gate, up, down (A, B each; empty where there is no adapter)
class Ops(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool
    heads : int
    key_heads : int
    epsilon : float
    attention_dropout : float
    lora_dropout : float
    lora_scale : float

    # ids and positions [t] -> [t, d]; w: token table
    def embed(self: __torch__.Ops, ids: Tensor, positions: Tensor, w: List[Tensor], l: List[Tensor]) -> Tensor:
        return torch.embedding(w[0], ids)

    # seed [1], on the CPU: what the stage's dropout masks come of
    def embed_train(self: __torch__.Ops, ids: Tensor, positions: Tensor, seed: Tensor, w: List[Tensor],
                    l: List[Tensor]) -> Tensor:
        return self.embed(ids, positions, w, l)

    # x [t, d], positions [t], past: keys and values [c, g * e] of what stands before all rows, or two empty ones; blocks
    # as in linear.py -> [t, d]
    def layer(self: __torch__.Ops, x: Tensor, positions: Tensor, past: List[Tensor], blocks: List[Tensor],
              w: List[Tensor], l: List[Tensor]) -> Tensor:
        return self._layer(x, positions, past, blocks, w, l, 0., 0., 0)

    def layer_train(self: __torch__.Ops, x: Tensor, positions: Tensor, seed: Tensor, past: List[Tensor],
                    blocks: List[Tensor], w: List[Tensor], l: List[Tensor]) -> Tensor:
        return self._layer(x, positions, past, blocks, w, l, self.attention_dropout, self.lora_dropout, int(seed))

    def _layer(self: __torch__.Ops, x: Tensor, positions: Tensor, past: List[Tensor], blocks: List[Tensor],
               w: List[Tensor], l: List[Tensor], attention_dropout: float, lora_dropout: float, seed: int) -> Tensor:
        y = __torch__.rms_norm(x, w[0], self.epsilon)
        q = self._queries(y, positions, w, l, lora_dropout, seed)
        k, v = self._keys_values(y, positions, w, l, lora_dropout, seed)
        __torch__.seed_attention(attention_dropout, seed)
        a = __torch__.attention(q, k, v, past[0], past[1], blocks, self.heads, self.key_heads, attention_dropout)
        return self._after_attention(x, a, w, l, lora_dropout, seed)

    # layer_train, and what layer_backward needs of it: a list that begins with the result. Most of it lies in keep, a row
    # of numbers as wide as x's. q and k are rotated, gate and up [t, f] as their maps give them.
    def layer_record(self: __torch__.Ops, x: Tensor, positions: Tensor, seed: Tensor, keep: Tensor,
                     blocks: List[Tensor], w: List[Tensor], l: List[Tensor]) -> List[Tensor]:
        scale, p, s = self.lora_scale, self.lora_dropout, int(seed)
        t, d = x.shape
        queries, keys, f = w[1].shape[0], w[3].shape[0], w[10].shape[0]
        r = __torch__.rooms(keep, x.dtype, t, [d, queries, keys, keys, queries, d, f, f] + __torch__.ranks(l))
        result, q, k, v, a, h, gate, up = r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]
        y = __torch__.rms_norm(x, w[0], self.epsilon)
        made_q = __torch__.lora_record(y, w[1], w[2], l[0], l[1], scale, p, s, 0, q, r[8])
        made_k = __torch__.lora_record(y, w[3], w[4], l[2], l[3], scale, p, s, 1, k, r[9])
        made_v = __torch__.lora_record(y, w[5], w[6], l[4], l[5], scale, p, s, 2, v, r[10])
        torch.copy_(q, __torch__.rotate(q, self.heads, positions, w[16]))
        torch.copy_(k, __torch__.rotate(k, self.key_heads, positions, w[16]))
        sums = __torch__.attention_record(q, k, v, blocks, self.heads, self.key_heads, self.attention_dropout, s, a)
        o = torch.empty_like(x)
        made_o = __torch__.lora_record(a, w[7], w[8], l[6], l[7], scale, p, s, 3, o, r[11])
        torch.add(o, x, out=h)
        y = __torch__.rms_norm(h, w[9], self.epsilon)
        made_gate = __torch__.lora_record(y, w[10], w[11], l[8], l[9], scale, p, s, 4, gate, r[12])
        made_up = __torch__.lora_record(y, w[12], w[13], l[10], l[11], scale, p, s, 5, up, r[13])
        made_z = __torch__.lora_record(torch.silu(gate) * up, w[14], w[15], l[12], l[13], scale, p, s, 6, o, r[14])
        torch.add(o, h, out=result)
        return ([__torch__.read_as(result, x.dtype), q, k, v, a, h, gate, up] + r[8:]
                + [made_q, made_k, made_v, made_o, made_gate, made_up, made_z] + sums)

    # From the gradient of a layer's result that of x and, behind it, each matrix of an adapter and its gradient in turn. r
    # is what layer_record gave behind the result. For a thread that records nothing.
    def layer_backward(self: __torch__.Ops, dy: Tensor, x: Tensor, positions: Tensor, blocks: List[Tensor],
                       w: List[Tensor], l: List[Tensor], r: List[Tensor]) -> List[Tensor]:
        scale, p = self.lora_scale, self.lora_dropout
        pairs : List[Tensor] = []
        dh, dq, dk, dv = self._down_to_queries(pairs, dy, positions, blocks, w, l, r)
        y = __torch__.rms_norm(x, w[0], self.epsilon)
        dx = __torch__.lora_gradients(pairs, torch.empty([0]), dq, y, w[1], l[0], l[1], r[7], r[14], scale, p)
        dx = __torch__.lora_gradients(pairs, dx, dk, y, w[3], l[2], l[3], r[8], r[15], scale, p)
        dx = __torch__.lora_gradients(pairs, dx, dv, y, w[5], l[4], l[5], r[9], r[16], scale, p)
        return [torch.add_(__torch__.rms_norm_gradient(dx, x, w[0], self.epsilon), dh)] + pairs

    # The same where nothing below the layer is trained: what comes first is of no use.
    def lowest_layer_backward(self: __torch__.Ops, dy: Tensor, x: Tensor, positions: Tensor, blocks: List[Tensor],
                              w: List[Tensor], l: List[Tensor], r: List[Tensor]) -> List[Tensor]:
        scale, p = self.lora_scale, self.lora_dropout
        pairs : List[Tensor] = []
        dh, dq, dk, dv = self._down_to_queries(pairs, dy, positions, blocks, w, l, r)
        y = __torch__.rms_norm(x, w[0], self.epsilon)
        __torch__.adapter_gradients(pairs, dq, y, l[0], l[1], r[7], r[14], scale, p)
        __torch__.adapter_gradients(pairs, dk, y, l[2], l[3], r[8], r[15], scale, p)
        __torch__.adapter_gradients(pairs, dv, y, l[4], l[5], r[9], r[16], scale, p)
        return [dh] + pairs

    # From the gradient of a layer's result to those of the residual after attention, and of q, k and v before rotation.
    def _down_to_queries(self: __torch__.Ops, pairs: List[Tensor], dy: Tensor, positions: Tensor, blocks: List[Tensor],
                         w: List[Tensor], l: List[Tensor], r: List[Tensor]) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
        scale, p = self.lora_scale, self.lora_dropout
        none = torch.empty([0])
        q, k, v, a, h, gate, up = r[0], r[1], r[2], r[3], r[4], r[5], r[6]
        silu = torch.silu(gate)
        df = __torch__.lora_gradients(pairs, none, dy, silu * up, w[14], l[12], l[13], r[13], r[20], scale, p)
        dgate, dup = __torch__.gated_gradients(df, gate, up, silu)
        y = __torch__.rms_norm(h, w[9], self.epsilon)
        dh = __torch__.lora_gradients(pairs, none, dgate, y, w[10], l[8], l[9], r[11], r[18], scale, p)
        dh = __torch__.lora_gradients(pairs, dh, dup, y, w[12], l[10], l[11], r[12], r[19], scale, p)
        dh = torch.add_(__torch__.rms_norm_gradient(dh, h, w[9], self.epsilon), dy)
        da = __torch__.lora_gradients(pairs, none, dh, a, w[7], l[6], l[7], r[10], r[17], scale, p)
        dq, dk, dv = __torch__.attention_gradients(da, q, k, v, a, r[21:], blocks, self.heads, self.key_heads,
                                                   self.attention_dropout)
        dq = __torch__.rotate_gradient(dq, self.heads, positions, w[16])
        return dh, dq, __torch__.rotate_gradient(dk, self.key_heads, positions, w[16]), dv

    # What autograd has recorded, embeddings or all from the last layer on: see linear.py
    def gradients(self: __torch__.Ops, y: Tensor, dy: Tensor, l: List[Tensor]) -> List[Tensor]:
        return __torch__.recorded_gradients(y, dy, l)

    # The last layer: keys and values of all tokens, everything else of each sentence's last real token alone.
    # x [t, d], last [n] the rows of those tokens -> [n, d]
    def last_layer(self: __torch__.Ops, x: Tensor, positions: Tensor, last: Tensor, past: List[Tensor],
                   blocks: List[Tensor], w: List[Tensor], l: List[Tensor]) -> Tensor:
        return self._last_layer(x, positions, last, past, blocks, w, l, 0., 0., 0)

    def last_layer_train(self: __torch__.Ops, x: Tensor, positions: Tensor, last: Tensor, seed: Tensor,
                         past: List[Tensor], blocks: List[Tensor], w: List[Tensor], l: List[Tensor]) -> Tensor:
        return self._last_layer(x, positions, last, past, blocks, w, l, self.attention_dropout, self.lora_dropout,
                                int(seed))

    def _last_layer(self: __torch__.Ops, x: Tensor, positions: Tensor, last: Tensor, past: List[Tensor],
                    blocks: List[Tensor], w: List[Tensor], l: List[Tensor], attention_dropout: float,
                    lora_dropout: float, seed: int) -> Tensor:
        y = __torch__.rms_norm(x, w[0], self.epsilon)
        q = self._queries(torch.index_select(y, 0, last), torch.index_select(positions, 0, last), w, l, lora_dropout,
                          seed)
        k, v = self._keys_values(y, positions, w, l, lora_dropout, seed)
        __torch__.seed_attention(attention_dropout, seed)
        a = __torch__.last_token_attention(q, k, v, past[0], past[1], blocks, self.heads, self.key_heads,
                                           attention_dropout)
        return self._after_attention(torch.index_select(x, 0, last), a, w, l, lora_dropout, seed)

    # Keys and values that x gives in a layer, for sentences yet to come: x [t, d] -> k and v [t, g * e]
    def keys_values(self: __torch__.Ops, x: Tensor, positions: Tensor, w: List[Tensor],
                    l: List[Tensor]) -> List[Tensor]:
        k, v = self._keys_values(__torch__.rms_norm(x, w[0], self.epsilon), positions, w, l, 0., 0)
        return [k, v]

    # y [t, d] -> [t, h * e]
    def _queries(self: __torch__.Ops, y: Tensor, positions: Tensor, w: List[Tensor], l: List[Tensor],
                 lora_dropout: float, seed: int) -> Tensor:
        q = __torch__.lora_linear(y, w[1], w[2], l[0], l[1], self.lora_scale, lora_dropout, seed, 0)
        return __torch__.rotate(q, self.heads, positions, w[16])

    # y [t, d] -> keys and values [t, g * e]
    def _keys_values(self: __torch__.Ops, y: Tensor, positions: Tensor, w: List[Tensor], l: List[Tensor],
                     lora_dropout: float, seed: int) -> Tuple[Tensor, Tensor]:
        k = __torch__.lora_linear(y, w[3], w[4], l[2], l[3], self.lora_scale, lora_dropout, seed, 1)
        v = __torch__.lora_linear(y, w[5], w[6], l[4], l[5], self.lora_scale, lora_dropout, seed, 2)
        return __torch__.rotate(k, self.key_heads, positions, w[16]), v

    # residual [t, d], a [t, h * e] -> [t, d]
    def _after_attention(self: __torch__.Ops, residual: Tensor, a: Tensor, w: List[Tensor], l: List[Tensor],
                         lora_dropout: float, seed: int) -> Tensor:
        o = __torch__.lora_linear(a, w[7], w[8], l[6], l[7], self.lora_scale, lora_dropout, seed, 3)
        x = torch.add_(o, residual)
        y = __torch__.rms_norm(x, w[9], self.epsilon)
        gate = __torch__.lora_linear(y, w[10], w[11], l[8], l[9], self.lora_scale, lora_dropout, seed, 4)
        up = __torch__.lora_linear(y, w[12], w[13], l[10], l[11], self.lora_scale, lora_dropout, seed, 5)
        f = torch.silu(gate) * up
        f = __torch__.lora_linear(f, w[14], w[15], l[12], l[13], self.lora_scale, lora_dropout, seed, 6)
        return torch.add_(f, x)

    # x [n, d], order [n] the rows to give, one after the other -> [n, d] in fp32; w: final norm
    def head(self: __torch__.Ops, x: Tensor, order: Tensor, w: List[Tensor], l: List[Tensor]) -> Tensor:
        return __torch__.rms_norm(torch.index_select(x, 0, order), w[0], self.epsilon).to(6)

    def head_train(self: __torch__.Ops, x: Tensor, order: Tensor, seed: Tensor, w: List[Tensor],
                   l: List[Tensor]) -> Tensor:
        return self.head(x, order, w, l)
