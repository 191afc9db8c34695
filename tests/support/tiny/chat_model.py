"""A chat model of a few kilobytes with fixed answers, in a folder as transformers saves one."""

from collections.abc import Mapping
from pathlib import Path

STAGES = {"You plan": "<plan>", "You choose": "<choose>"}
TEMPLATE = (
    "{% for message in messages %}{{ message['content'] }} {% endfor %}"
    + "".join(
        f"{{% if messages[0]['content'].startswith('{words}') %}}{mark}" + "{% else %}"
        for words, mark in STAGES.items()
    )
    + "<answer>"
    + "{% endif %}" * len(STAGES)
)


def make_chat_model(
    folder: Path, lines: Mapping[str, str], *, window: int = 32_768, endless: bool = False, letters: int = 0
) -> Path:
    """A Llama whose every next token follows from the one before it. `lines`: its answers to `<plan>`, `<answer>`, ...

    A line is cut at its first blanks into tokens of their own. `endless`: it repeats its last token. `letters`: a word of
    a prompt is a token for so many of its letters, as with trained models; 0 for one token a word.
    """
    import torch
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    marks = ["<unk>", "<end>", *STAGES.values(), "<answer>"]
    answers = {mark: line.split(" ", 3) for mark, line in lines.items()}
    tokens = [*marks, *dict.fromkeys(token for line in answers.values() for token in line)]
    number = {token: place for place, token in enumerate(tokens)}
    size = len(tokens) + len(tokens) % 2
    config = LlamaConfig(
        vocab_size=size, hidden_size=size, intermediate_size=2, num_hidden_layers=1, num_attention_heads=1,
        num_key_value_heads=1, max_position_embeddings=window, eos_token_id=number["<end>"], bos_token_id=None,
        pad_token_id=number["<end>"], tie_word_embeddings=False,
    )  # fmt: skip
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if "norm" not in name:
                weights.zero_()
        model.model.embed_tokens.weight.copy_(torch.eye(size))
        for mark, line in answers.items():
            last = line[-1] if endless else "<end>"
            for before, after in zip([mark, *line], [*line, last], strict=True):
                model.lm_head.weight[number[after], number[before]] = 9.0
    words = Tokenizer(models.WordLevel(number, unk_token="<unk>"))
    words.pre_tokenizer = (
        pre_tokenizers.Split(Regex(f"\\S{{1,{letters}}}"), "isolated") if letters else pre_tokenizers.WhitespaceSplit()
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words, unk_token="<unk>", eos_token="<end>", additional_special_tokens=marks[2:]
    )
    tokenizer.chat_template = TEMPLATE
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
