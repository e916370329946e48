"""Reads words after a beginning in llama.cpp, with a control vector and without: LIBRARY_FOLDER MODEL.gguf FOLDER (scripts/check-llama.mjs).

The C interface is called by ctypes. Structures of parameters pass as blocks of bytes that are larger than any of them: by the calling
convention of x86-64 Linux such structures lie on the stack, and the callee reads its own size. FOLDER holds vector.gguf and found.json.
"""

import ctypes
import json
import sys
from pathlib import Path

import gguf
import numpy as np


class Block(ctypes.Structure):
    _fields_ = [("bytes", ctypes.c_char * 1024)]


class Batch(ctypes.Structure):
    _fields_ = [("bytes", ctypes.c_char * 128)]


def library(folder):
    for name in ("libggml-base", "libggml", "libllama"):
        (path,) = [path for path in Path(folder).glob(f"{name}*.so*") if path.name.split(".")[0] == name]
        loaded = ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)
        if name == "libggml":
            loaded.ggml_backend_load_all_from_path.argtypes = [ctypes.c_char_p]
            loaded.ggml_backend_load_all_from_path(str(folder).encode())
    pointer = ctypes.c_void_p
    for name, result, arguments in [
        ("llama_model_default_params", Block, []),
        ("llama_context_default_params", Block, []),
        ("llama_model_load_from_file", pointer, [ctypes.c_char_p, Block]),
        ("llama_init_from_model", pointer, [pointer, Block]),
        ("llama_model_n_embd", ctypes.c_int32, [pointer]),
        ("llama_get_memory", pointer, [pointer]),
        ("llama_set_n_threads", None, [pointer, ctypes.c_int32, ctypes.c_int32]),
        ("llama_memory_clear", None, [pointer, ctypes.c_bool]),
        ("llama_batch_get_one", Batch, [pointer, ctypes.c_int32]),
        ("llama_decode", ctypes.c_int32, [pointer, Batch]),
        ("llama_get_logits_ith", ctypes.POINTER(ctypes.c_float), [pointer, ctypes.c_int32]),
        ("llama_set_adapter_cvec", ctypes.c_int32, [pointer, pointer, ctypes.c_size_t, ctypes.c_int32, ctypes.c_int32, ctypes.c_int32]),
    ]:
        function = getattr(loaded, name)
        function.restype, function.argtypes = result, arguments
    return loaded


# llama.cpp tells thousands of lines; the function must live as long as the library.
QUIET = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)(lambda level, text, data: None)


def log_p(llama, context, vocabulary, given, words):
    """The log probability of words, token by token: each pass asks for the logits of its last token."""
    llama.llama_memory_clear(llama.llama_get_memory(context), True)
    total, batch = 0.0, given
    for word in words:
        tokens = (ctypes.c_int32 * len(batch))(*batch)
        assert llama.llama_decode(context, llama.llama_batch_get_one(ctypes.cast(tokens, ctypes.c_void_p), len(batch))) == 0
        logits = np.ctypeslib.as_array(llama.llama_get_logits_ith(context, -1), (vocabulary,)).astype(np.float64)
        total += logits[word] - logits.max() - np.log(np.exp(logits - logits.max()).sum())
        batch = [word]
    return total


def main(folder_of_library, model_path, folder):
    facts = json.loads((Path(folder) / "found.json").read_text())
    rows = {tensor.name: np.array(tensor.data, dtype=np.float32) for tensor in gguf.GGUFReader(Path(folder) / "vector.gguf").tensors}
    vocabulary = len(gguf.GGUFReader(model_path).fields["tokenizer.ggml.tokens"].data)
    llama = library(folder_of_library)
    llama.llama_log_set(QUIET, None)
    llama.llama_backend_init()
    model = llama.llama_model_load_from_file(model_path.encode(), llama.llama_model_default_params())
    context = llama.llama_init_from_model(model, llama.llama_context_default_params())
    llama.llama_set_n_threads(context, 1, 1)
    width, block, found = llama.llama_model_n_embd(model), facts["block"], {}
    blocks = max(int(name.split(".")[1]) for name in rows)
    for kind, scale in {"plain": 0.0, **facts["scales"]}.items():
        data = np.zeros((blocks, width), dtype=np.float32)
        data[block - 1] = scale * rows[f"direction.{block}"]
        assert llama.llama_set_adapter_cvec(context, data.ctypes.data_as(ctypes.c_void_p), data.size, width, block, block) == 0
        found[kind] = [log_p(llama, context, vocabulary, text["given"], text["words"]) for text in facts["texts"]]
    ours, theirs = ({kind: np.array(values) for kind, values in each.items()} for each in (facts["found"], found))
    print(f"unsteered: {np.abs(ours['plain'] - theirs['plain']).max():.3f} nats apart at most, {len(facts['texts'])} continuations")
    failed = False
    for kind in facts["scales"]:
        moved, also = ours[kind] - ours["plain"], theirs[kind] - theirs["plain"]
        same, r = int((np.sign(moved) == np.sign(also)).sum()), float(np.corrcoef(moved, also)[0, 1])
        # Choices: first continuation of a pair against the second.
        choice, their_choice = (each[0::2] - each[1::2] for each in (moved, also))
        print(f"{kind}: {same} of {len(moved)} move the same way, r = {r:.4f}, slope {float((moved * also).sum() / (moved * moved).sum()):.3f}; kind against cruel {choice.mean():+.3f} nats in Flipside, {their_choice.mean():+.3f} in llama.cpp")
        failed = failed or r < 0.95 or np.sign(choice.mean()) != np.sign(their_choice.mean())
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
