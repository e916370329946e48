"""What transformers computes with a model in GGUF or safetensors, its weights multiplied out to float32: a reference for `flipside verify`.

    python -m venv somewhere; somewhere/bin/pip install torch transformers accelerate gguf safetensors sentencepiece
    python scripts/checkpoint-reference.py MODEL.gguf reference.safetensors

Made with torch 2.15.0, transformers 5.24.0 and gguf 0.19.0. Two short texts: the stream at every layer, the last logits, 64 greedy tokens.
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

TEXTS = {
    "story": "The old man gave his coat to the stranger and walked home in the cold. His daughter asked him",
    "list": "Apples, 12; pears, 7; plums, 31; cherries,",
}
GREEDY = 64


def main():
    source, target = Path(sys.argv[1]), sys.argv[2]
    given = {"gguf_file": source.name} if source.is_file() else {}
    folder = source.parent if given else source
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager", **given).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder, **given)
    kept, last = {}, []
    # The last hidden state of transformers lies behind the final norm: a hook has what is before it.
    model.model.layers[-1].register_forward_hook(lambda module, args, out: last.append(out[0] if isinstance(out, tuple) else out))
    for name, text in TEXTS.items():
        ids = tokenizer(text, return_tensors="pt").input_ids
        with torch.no_grad():
            out = model(ids, output_hidden_states=True)
            kept |= {f"{name}.streams": torch.stack([*out.hidden_states[:-1], last[-1]])[:, 0], f"{name}.logits": out.logits[0, -1]}
            greedy = model.generate(ids, max_new_tokens=GREEDY, do_sample=False)[0, ids.shape[1] :]
        kept |= {f"{name}.ids": ids[0], f"{name}.greedy": greedy}
    save_file({key: tensor.float().contiguous().clone() for key, tensor in kept.items()}, target, metadata=TEXTS)


if __name__ == "__main__":
    main()
