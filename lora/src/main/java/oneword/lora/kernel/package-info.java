/**
 * TorchScript kernels: readable source resources, packed into an archive that libtorch compiles on load.
 *
 * <p>DJL exposes neither fused attention nor bf16 nor fused optimisers. A TorchScript module reaches every ATen
 * operator in one native call, with autograd, and needs no Python.
 */
package oneword.lora.kernel;
