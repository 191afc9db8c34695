"""Tiny models for sound, and one that watches films."""

import json
from pathlib import Path
from typing import Any

from tiny.builders import byte_tokenizer, save, tiny, word_tokenizer
from tiny.vision import SIDE, SMALL

WAV2VEC2 = {
    "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 48, "conv_dim": [16, 16, 16],
    "conv_kernel": [10, 5, 5], "conv_stride": [10, 8, 4], "num_conv_pos_embeddings": 8, "num_conv_pos_embedding_groups": 2,
}  # fmt: skip


def _hearing() -> Any:
    from transformers import Wav2Vec2FeatureExtractor

    return Wav2Vec2FeatureExtractor(feature_size=1, sampling_rate=16_000, padding_value=0.0, do_normalize=True)


@tiny
def wav2vec2_speech(folder: Path) -> None:
    from transformers import Wav2Vec2Config, Wav2Vec2CTCTokenizer, Wav2Vec2ForCTC, Wav2Vec2Processor

    letters = ["<pad>", "<s>", "</s>", "<unk>", "|", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ'"]
    (folder / "vocab.json").write_text(json.dumps({letter: number for number, letter in enumerate(letters)}))
    tokenizer = Wav2Vec2CTCTokenizer(str(folder / "vocab.json"))
    config = Wav2Vec2Config(vocab_size=len(letters), pad_token_id=0, **WAV2VEC2)
    save(folder, Wav2Vec2ForCTC(config), Wav2Vec2Processor(_hearing(), tokenizer))


@tiny
def wav2vec2_kinds(folder: Path) -> None:
    from transformers import Wav2Vec2Config, Wav2Vec2ForSequenceClassification

    config = Wav2Vec2Config(id2label={0: "speech", 1: "music"}, classifier_proj_size=16, **WAV2VEC2)
    save(folder, Wav2Vec2ForSequenceClassification(config), _hearing())


@tiny
def whisper(folder: Path) -> None:
    from tokenizers import pre_tokenizers
    from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration, WhisperTokenizer

    special = "<pad> <unk> <|endoftext|> <|startoftranscript|> <|en|> <|transcribe|> <|notimestamps|>".split()
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {piece: number for number, piece in enumerate([*letters, *special])}  # what follows these are times
    tokenizer = WhisperTokenizer(vocab=vocabulary, merges=[], pad_token="<pad>", unk_token="<unk>")
    ends = {
        "pad_token_id": vocabulary["<pad>"], "bos_token_id": vocabulary["<|endoftext|>"],
        "eos_token_id": vocabulary["<|endoftext|>"], "decoder_start_token_id": vocabulary["<|startoftranscript|>"],
    }  # fmt: skip
    config = WhisperConfig(
        vocab_size=len(vocabulary), num_mel_bins=8, d_model=32, encoder_layers=1, decoder_layers=1,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=48, decoder_ffn_dim=48,
        max_source_positions=1500, max_target_positions=64, begin_suppress_tokens=None, suppress_tokens=None, **ends,
    )  # fmt: skip
    model = WhisperForConditionalGeneration(config)
    model.generation_config.update(max_length=40, begin_suppress_tokens=None, suppress_tokens=None, **ends)
    save(folder, model, WhisperFeatureExtractor(feature_size=8), tokenizer)


@tiny
def whisper_of_before(folder: Path) -> None:
    """Writes `g` when asked for German and `e` for English, `x` when asked to translate; its files name no tokens."""
    _whisper_that_follows(folder, {"<|de|>": "g", "<|en|>": "e", "<|translate|>": "x"}, ends_after="gex")


@tiny
def whisper_stuck(folder: Path) -> None:
    """Writes `haha...` without an end."""
    _whisper_that_follows(folder, {"<|de|>": "h", "<|en|>": "h", "h": "a", "a": "h"}, ends_after="")


def _whisper_that_follows(folder: Path, rules: dict[str, str], *, ends_after: str) -> None:
    """A Whisper that attends to all tokens alike; `rules`: the piece that a token asks for."""
    import torch
    from tokenizers import pre_tokenizers
    from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration, WhisperTokenizer

    special = (
        "<pad> <unk> <|endoftext|> <|startoftranscript|> <|en|> <|de|> <|translate|> <|transcribe|> <|notimestamps|>"
    )
    times = [f"<|{number / 50:.2f}|>" for number in range(1501)]
    pieces = [*sorted(pre_tokenizers.ByteLevel.alphabet()), *special.split(), *times]
    number = {piece: place for place, piece in enumerate(pieces)}
    end = number["<|endoftext|>"]
    tokenizer = WhisperTokenizer(vocab=number, merges=[], pad_token="<pad>", unk_token="<unk>")
    tokenizer.add_special_tokens({"additional_special_tokens": special.split()[3:]})
    tokenizer.add_tokens(times)
    config = WhisperConfig(
        vocab_size=len(number), num_mel_bins=8, d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=4, decoder_ffn_dim=4, max_target_positions=448, eos_token_id=end,
        tie_word_embeddings=False, begin_suppress_tokens=None, suppress_tokens=None, pad_token_id=number["<pad>"],
        bos_token_id=end, decoder_start_token_id=number["<|startoftranscript|>"],
    )  # fmt: skip
    model = WhisperForConditionalGeneration(config)
    known = list(dict.fromkeys([*rules, *ends_after]))
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if "norm" not in name:
                weights.zero_()
        attention = model.model.decoder.layers[0].self_attn
        attention.v_proj.weight.copy_(torch.eye(16))
        attention.out_proj.weight.copy_(torch.eye(16))
        for place, piece in enumerate(known):
            model.model.decoder.embed_tokens.weight[number[piece], place] = 1.0
        for piece, asked in rules.items():
            model.proj_out.weight[number[asked], known.index(piece)] = 9.0 if piece in "ha" else 5.0
        for piece in ends_after:
            model.proj_out.weight[end, known.index(piece)] = 90.0
    model.generation_config.update(max_length=448, begin_suppress_tokens=None, suppress_tokens=None)
    for part in (model, WhisperFeatureExtractor(feature_size=8), tokenizer):  # as they are: `save` draws weights anew
        part.save_pretrained(folder)


@tiny
def clap(folder: Path) -> None:
    from transformers import ClapConfig, ClapFeatureExtractor, ClapModel, ClapProcessor

    tokenizer = word_tokenizer()
    config = ClapConfig(
        text_config={"vocab_size": len(tokenizer), "max_position_embeddings": 80, "pad_token_id": 0, **SMALL},
        audio_config={
            "num_mel_bins": 8, "spec_size": 32, "patch_size": 4, "patch_stride": [4, 4], "num_attention_heads": [2, 2],
            "depths": [1, 1], "patch_embeds_hidden_size": 16, "hidden_size": 32, "window_size": 4, "num_classes": 4,
        },
        projection_dim=16,
    )  # fmt: skip
    feature_extractor = ClapFeatureExtractor(
        feature_size=8,
        sampling_rate=16_000,
        hop_length=160,
        max_length_s=1,
        fft_window_size=400,
        truncation="rand_trunc",
    )
    save(folder, ClapModel(config), ClapProcessor(feature_extractor, tokenizer))


@tiny
def vits(folder: Path) -> None:
    import torch
    from transformers import VitsConfig, VitsModel, VitsTokenizer

    letters = ["_", *" abcdefghijklmnopqrstuvwxyz'"]
    (folder / "vocab.json").write_text(json.dumps({letter: number for number, letter in enumerate(letters)}))
    tokenizer = VitsTokenizer(
        str(folder / "vocab.json"), pad_token="_", unk_token="_", phonemize=False, is_uroman=False
    )
    config = VitsConfig(
        vocab_size=len(letters), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, ffn_dim=16, flow_size=16,
        spectrogram_bins=9, upsample_initial_channel=16, upsample_rates=[8, 8], upsample_kernel_sizes=[16, 16],
        resblock_kernel_sizes=[3], resblock_dilation_sizes=[[1]], prior_encoder_num_flows=1,
        posterior_encoder_num_wavenet_layers=1, prior_encoder_num_wavenet_layers=1, wavenet_dilation_rate=1,
        duration_predictor_flow_bins=4, duration_predictor_num_flows=1, depth_separable_num_layers=1,
        duration_predictor_filter_channels=16, use_stochastic_duration_prediction=False,
    )  # fmt: skip
    torch.manual_seed(7)
    model = VitsModel(config).eval()
    model.save_pretrained(folder)  # as it is initialised: larger numbers would make its speech hours long
    tokenizer.save_pretrained(folder)


@tiny
def musicgen(folder: Path) -> None:
    from transformers import (
        EncodecConfig,
        EncodecFeatureExtractor,
        MusicgenConfig,
        MusicgenDecoderConfig,
        MusicgenForConditionalGeneration,
        MusicgenProcessor,
        T5Config,
    )

    tokenizer = byte_tokenizer(64)
    text = T5Config(
        vocab_size=len(tokenizer),
        d_model=16,
        d_kv=8,
        d_ff=16,
        num_layers=1,
        num_heads=2,
        pad_token_id=0,
        eos_token_id=2,
    )
    sound = EncodecConfig(
        target_bandwidths=[2.0], sampling_rate=16_000, hidden_size=16, num_filters=4, num_residual_layers=1,
        codebook_size=32, codebook_dim=16, upsampling_ratios=[8, 5, 4, 2], num_lstm_layers=1,
    )  # fmt: skip
    writing = MusicgenDecoderConfig(
        vocab_size=32, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, ffn_dim=16, num_codebooks=4,
        max_position_embeddings=600, pad_token_id=32, bos_token_id=32, decoder_start_token_id=32,
    )  # fmt: skip
    model = MusicgenForConditionalGeneration(MusicgenConfig(text_encoder=text, audio_encoder=sound, decoder=writing))
    model.generation_config.update(decoder_start_token_id=32, pad_token_id=32, bos_token_id=32, max_length=600)
    save(folder, model, MusicgenProcessor(EncodecFeatureExtractor(sampling_rate=16_000), tokenizer))


@tiny
def videomae(folder: Path) -> None:
    from transformers import VideoMAEConfig, VideoMAEForVideoClassification, VideoMAEImageProcessorPil

    config = VideoMAEConfig(
        image_size=32, patch_size=8, num_frames=4, tubelet_size=2, id2label={0: "running", 1: "sitting"}, **SMALL
    )
    images = VideoMAEImageProcessorPil(size={"shortest_edge": 32}, crop_size=SIDE)
    save(folder, VideoMAEForVideoClassification(config), images)
