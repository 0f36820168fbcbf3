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

    # ids [n, s] -> [n, s, d]; w: token table
    def embed(self: __torch__.Ops, ids: Tensor, w: List[Tensor], l: List[Tensor]) -> Tensor:
        return torch.embedding(w[0], ids)

    def embed_train(self: __torch__.Ops, ids: Tensor, w: List[Tensor], l: List[Tensor]) -> Tensor:
        return self.embed(ids, w, l)

    # x [n, s, d] -> [n, s, d]
    def layer(self: __torch__.Ops, x: Tensor, w: List[Tensor], l: List[Tensor]) -> Tensor:
        return self._layer(x, w, l, 0., 0.)

    def layer_train(self: __torch__.Ops, x: Tensor, w: List[Tensor], l: List[Tensor]) -> Tensor:
        return self._layer(x, w, l, self.attention_dropout, self.lora_dropout)

    def _layer(self: __torch__.Ops, x: Tensor, w: List[Tensor], l: List[Tensor],
               attention_dropout: float, lora_dropout: float) -> Tensor:
        n, s, d = x.shape[0], x.shape[1], x.shape[2]
        rows = torch.reshape(x, [n * s, d])
        y = __torch__.rms_norm(rows, w[0], self.epsilon)
        positions = torch.reshape(torch.arange(s, device=x.device), [1, s])
        q = self._queries(y, n, positions, w, l, lora_dropout)
        k = self._keys(y, n, positions, w, l, lora_dropout)
        v = self._values(y, n, w, l, lora_dropout)
        a = __torch__.grouped_causal_attention(q, k, v, attention_dropout)
        return torch.reshape(self._after_attention(rows, a, w, l, lora_dropout), [n, s, d])

    # The last layer: keys and values of all tokens, everything else of the last real token alone.
    # x [n, s, d], lengths [n] -> [n, d]
    def last_layer(self: __torch__.Ops, x: Tensor, lengths: Tensor, w: List[Tensor], l: List[Tensor]) -> Tensor:
        return self._last_layer(x, lengths, w, l, 0., 0.)

    def last_layer_train(self: __torch__.Ops, x: Tensor, lengths: Tensor, w: List[Tensor], l: List[Tensor]) -> Tensor:
        return self._last_layer(x, lengths, w, l, self.attention_dropout, self.lora_dropout)

    def _last_layer(self: __torch__.Ops, x: Tensor, lengths: Tensor, w: List[Tensor], l: List[Tensor],
                    attention_dropout: float, lora_dropout: float) -> Tensor:
        n, s, d = x.shape[0], x.shape[1], x.shape[2]
        rows = torch.reshape(x, [n * s, d])
        y = __torch__.rms_norm(rows, w[0], self.epsilon)
        last = __torch__.last_rows(lengths, s)
        positions = torch.reshape(torch.arange(s, device=x.device), [1, s])
        q = self._queries(torch.index_select(y, 0, last), n, torch.reshape(lengths - 1, [n, 1]), w, l, lora_dropout)
        k = self._keys(y, n, positions, w, l, lora_dropout)
        v = self._values(y, n, w, l, lora_dropout)
        a = __torch__.grouped_last_token_attention(q, k, v, lengths, attention_dropout)
        return self._after_attention(torch.index_select(rows, 0, last), a, w, l, lora_dropout)

    # y [n * s, d], positions [n or 1, s] -> [n, h, s, e]
    def _queries(self: __torch__.Ops, y: Tensor, n: int, positions: Tensor, w: List[Tensor], l: List[Tensor],
                 lora_dropout: float) -> Tensor:
        q = __torch__.lora_linear(y, w[1], w[2], l[0], l[1], self.lora_scale, lora_dropout)
        return __torch__.rotate(__torch__.split_heads(q, n, self.heads), positions, w[16]).to(y.dtype)

    # y [n * s, d], positions [1, s] -> [n, g, s, e]
    def _keys(self: __torch__.Ops, y: Tensor, n: int, positions: Tensor, w: List[Tensor], l: List[Tensor],
              lora_dropout: float) -> Tensor:
        k = __torch__.lora_linear(y, w[3], w[4], l[2], l[3], self.lora_scale, lora_dropout)
        return __torch__.rotate(__torch__.split_heads(k, n, self.key_heads), positions, w[16]).to(y.dtype)

    # y [n * s, d] -> [n, g, s, e]
    def _values(self: __torch__.Ops, y: Tensor, n: int, w: List[Tensor], l: List[Tensor], lora_dropout: float) -> Tensor:
        v = __torch__.lora_linear(y, w[5], w[6], l[4], l[5], self.lora_scale, lora_dropout)
        return __torch__.split_heads(v, n, self.key_heads)

    # residual [t, d], a [n, h, s, e] with n * s = t -> [t, d]
    def _after_attention(self: __torch__.Ops, residual: Tensor, a: Tensor, w: List[Tensor], l: List[Tensor],
                         lora_dropout: float) -> Tensor:
        o = __torch__.merge_heads(a)
        o = __torch__.lora_linear(o, w[7], w[8], l[6], l[7], self.lora_scale, lora_dropout)
        x = torch.add_(o, residual)
        y = __torch__.rms_norm(x, w[9], self.epsilon)
        gate = __torch__.lora_linear(y, w[10], w[11], l[8], l[9], self.lora_scale, lora_dropout)
        up = __torch__.lora_linear(y, w[12], w[13], l[10], l[11], self.lora_scale, lora_dropout)
        f = torch.silu(gate) * up
        f = __torch__.lora_linear(f, w[14], w[15], l[12], l[13], self.lora_scale, lora_dropout)
        return torch.add_(f, x)

    # [n, d] -> [n, d] in fp32; w: final norm
    def head(self: __torch__.Ops, x: Tensor, w: List[Tensor], l: List[Tensor]) -> Tensor:
        return __torch__.rms_norm(x, w[0], self.epsilon).to(6)

    def head_train(self: __torch__.Ops, x: Tensor, w: List[Tensor], l: List[Tensor]) -> Tensor:
        return self.head(x, w, l)
