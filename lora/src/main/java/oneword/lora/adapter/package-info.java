/** Low-rank adapters: which linear maps carry one, how they begin, and the files that PEFT reads and writes. */
package oneword.lora.adapter;
