"""Tiny random models of every kind that the local backend runs, saved as the Hub has them: safetensors and configs.

Each builder is a function of an empty folder; its name is the model's. They are untrained: tests check forms.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

Builder = Callable[[Path], None]
BUILDERS: dict[str, Builder] = {}

WORDS = """the a cat dog sat on mat in and is was of to it paris lives berlin john mary who where what how many red blue
zebra zebras good bad happy sad film house rains today world hello yes no one two three answer question text city
""".split()


def tiny(function: Builder) -> Builder:
    """Register a builder."""
    BUILDERS[function.__name__] = function
    return function


def word_tokenizer(length: int = 64, **special: Any) -> Any:
    """BERT's kind: words, else their letters."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    letters = [chr(code) for code in range(33, 127)]
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, *letters, *(f"##{letter}" for letter in letters)]
    vocabulary = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    made = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=length,
        **special,
    )


def byte_tokenizer(length: int = 128, *, template: str | None = None, extra: tuple[str, ...] = ()) -> Any:
    """GPT-2's kind: bytes, never unknown; a text begins with nothing and ends with </s>."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {piece: number for number, piece in enumerate(["<pad>", "<s>", "</s>", "<unk>", *extra, *letters])}
    made = Tokenizer(models.BPE(vocabulary, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=made,
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        additional_special_tokens=list(extra),
        model_max_length=length,
    )
    tokenizer.chat_template = template
    return tokenizer


def save(folder: Path, model: Any, *parts: Any) -> None:
    """Model and its parts into one folder. Random weights are drawn anew, larger than usual, so that scores differ."""
    import torch

    model.eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.normal_(0, 0.2)
    model.save_pretrained(folder)
    for part in parts:
        part.save_pretrained(folder)


def seeded(builder: Builder, folder: Path) -> None:
    """Build it; the same each time."""
    import torch

    torch.manual_seed(7)
    shutil.rmtree(folder, ignore_errors=True)  # of a builder that failed
    folder.mkdir(parents=True)
    builder(folder)


# -- text -----------------------------------------------------------------------------------------------------------


def bert_config(**more: Any) -> Any:
    from transformers import BertConfig

    small = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 48}
    return BertConfig(vocab_size=len(word_tokenizer()), max_position_embeddings=64, **small, **more)


@tiny
def bert_sentiment(folder: Path) -> None:
    from transformers import BertForSequenceClassification

    labels = {0: "NEGATIVE", 1: "POSITIVE"}
    save(folder, BertForSequenceClassification(bert_config(id2label=labels)), word_tokenizer())


@tiny
def bert_names(folder: Path) -> None:
    from transformers import BertForTokenClassification

    labels = {0: "O", 1: "B-PER", 2: "I-PER", 3: "B-LOC", 4: "I-LOC"}
    save(folder, BertForTokenClassification(bert_config(id2label=labels)), word_tokenizer())


@tiny
def bert_gaps(folder: Path) -> None:
    from transformers import BertForMaskedLM

    save(folder, BertForMaskedLM(bert_config()), word_tokenizer())


@tiny
def bert_entailment(folder: Path) -> None:
    from transformers import BertForSequenceClassification

    labels = {0: "contradiction", 1: "neutral", 2: "entailment"}
    config = bert_config(id2label=labels, label2id={name: number for number, name in labels.items()})
    save(folder, BertForSequenceClassification(config), word_tokenizer())


@tiny
def bert_answers(folder: Path) -> None:
    from transformers import BertForQuestionAnswering

    save(folder, BertForQuestionAnswering(bert_config()), word_tokenizer())


@tiny
def bert_sentences(folder: Path) -> None:
    from transformers import BertModel

    save(folder, BertModel(bert_config()), word_tokenizer())


@tiny
def bert_ranking(folder: Path) -> None:
    from transformers import BertForSequenceClassification

    save(folder, BertForSequenceClassification(bert_config(num_labels=1)), word_tokenizer())


@tiny
def tapas(folder: Path) -> None:
    from transformers import TapasConfig, TapasForQuestionAnswering, TapasTokenizer

    vocabulary = folder / "words.txt"
    vocabulary.write_text("\n".join([*word_tokenizer().convert_ids_to_tokens(range(len(word_tokenizer()))), "[EMPTY]"]))
    small = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 48}
    config = TapasConfig(
        vocab_size=len(vocabulary.read_text().split()),
        max_position_embeddings=64,
        num_aggregation_labels=4,
        aggregation_labels={0: "NONE", 1: "SUM", 2: "AVERAGE", 3: "COUNT"},
        select_one_column=True,
        **small,
    )
    tokenizer = TapasTokenizer(str(vocabulary), model_max_length=64)
    vocabulary.unlink()
    save(folder, TapasForQuestionAnswering(config), tokenizer)
