"""Tiny models that write: T5, BART, Marian, NLLB, M2M-100, a Llama with and without a chat template."""

import json
from pathlib import Path

from tiny.builders import WORDS, byte_tokenizer, save, tiny
from tiny.chat_model import make_chat_model

CHAT = (
    "{% for message in messages %}<s>{{ message['role'] }}: {{ message['content'] }}</s>{% endfor %}"
    "{% if add_generation_prompt %}<s>assistant: {% endif %}"
)


@tiny
def t5(folder: Path) -> None:
    from transformers import T5Config, T5ForConditionalGeneration

    tokenizer = byte_tokenizer()
    config = T5Config(
        vocab_size=len(tokenizer), d_model=32, d_kv=16, d_ff=48, num_layers=2, num_heads=2, pad_token_id=0,
        eos_token_id=2, decoder_start_token_id=0,
    )  # fmt: skip
    save(folder, T5ForConditionalGeneration(config), tokenizer)
    _also(folder, task_specific_params={"summarization": {"prefix": "summarize: ", "max_length": 40, "min_length": 5}})


@tiny
def bart(folder: Path) -> None:
    from transformers import BartConfig, BartForConditionalGeneration

    tokenizer = byte_tokenizer()
    config = BartConfig(
        vocab_size=len(tokenizer), d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=48, decoder_ffn_dim=48, max_position_embeddings=128, pad_token_id=0,
        bos_token_id=1, eos_token_id=2, decoder_start_token_id=2, forced_eos_token_id=2,
    )  # fmt: skip
    save(folder, BartForConditionalGeneration(config), tokenizer)


@tiny
def marian(folder: Path) -> None:
    """With Marian's own tokenizer: SentencePiece, here trained on our few words."""
    import sentencepiece
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    text = folder / "words.txt"
    text.write_text("\n".join(" ".join(WORDS[start:] + WORDS[:start]) for start in range(len(WORDS))))
    sentencepiece.SentencePieceTrainer.train(
        input=str(text), model_prefix=str(folder / "made"), vocab_size=120, hard_vocab_limit=False, minloglevel=2
    )
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "made.model"))
    special = ["</s>", "<unk>", ">>fra<<", ">>deu<<"]
    own = [
        piece for number in range(len(pieces)) if (piece := pieces.id_to_piece(number)) not in ("<s>", "</s>", "<unk>")
    ]
    vocabulary = {piece: number for number, piece in enumerate([*special, *own, "<pad>"])}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    made = str(folder / "made.model")
    tokenizer = MarianTokenizer(made, made, str(folder / "vocab.json"), source_lang="en", target_lang="mul")
    config = MarianConfig(
        vocab_size=len(vocabulary), d_model=32, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=48, decoder_ffn_dim=48, max_position_embeddings=128,
        pad_token_id=vocabulary["<pad>"], eos_token_id=0, decoder_start_token_id=vocabulary["<pad>"], forced_eos_token_id=0,
    )  # fmt: skip
    save(folder, MarianMTModel(config), tokenizer)
    for name in ("words.txt", "made.model", "made.vocab"):
        (folder / name).unlink()


@tiny
def nllb(folder: Path) -> None:
    from transformers import M2M100Config, M2M100ForConditionalGeneration, NllbTokenizer

    letters = [chr(code) for code in range(33, 127)]
    vocabulary = {piece: number for number, piece in enumerate(["<s>", "<pad>", "</s>", "<unk>", "▁", *letters])}
    tokenizer = NllbTokenizer(vocab=vocabulary, merges=[], src_lang="eng_Latn", model_max_length=128)
    config = M2M100Config(
        vocab_size=len(tokenizer), d_model=32, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=48, decoder_ffn_dim=48, max_position_embeddings=128, pad_token_id=1,
        bos_token_id=0, eos_token_id=2, decoder_start_token_id=2,
    )  # fmt: skip
    save(folder, M2M100ForConditionalGeneration(config), tokenizer)


@tiny
def llama(folder: Path) -> None:
    _llama(folder, None)


@tiny
def llama_chat(folder: Path) -> None:
    _llama(folder, CHAT)


@tiny
def chat(folder: Path) -> None:
    make_chat_model(folder, {"<answer>": "Le chat dort bien."}, window=400)


@tiny
def chat_without_end(folder: Path) -> None:
    make_chat_model(folder, {"<answer>": "Le chat dort bien."}, endless=True)


def _llama(folder: Path, template: str | None) -> None:
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = byte_tokenizer(template=template)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=2, max_position_embeddings=128, pad_token_id=0, bos_token_id=1, eos_token_id=2,
    )  # fmt: skip
    save(folder, LlamaForCausalLM(config), tokenizer)


def _also(folder: Path, **more: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | more))
