"""Tiny models for pictures or sounds together with words."""

from pathlib import Path
from typing import Any

from tiny.builders import byte_tokenizer, save, tiny, word_tokenizer
from tiny.vision import SIDE, SMALL

LLAMA = {
    "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 2,
    "max_position_embeddings": 2048, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2,
}  # fmt: skip


def template(image: str = "<image>", audio: str = "<|AUDIO|>") -> str:
    return (
        "{% for message in messages %}{{ message['role'] }}: {% for part in message['content'] %}"
        "{% if part['type'] == 'image' %}" + image + "{% elif part['type'] == 'audio' %}" + audio + "{% else %}"
        "{{ part['text'] }}{% endif %}{% endfor %}\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}"
    )


def _blip() -> Any:
    from transformers import BlipConfig

    tokenizer = word_tokenizer()
    text = {"vocab_size": len(tokenizer), "max_position_embeddings": 64, "bos_token_id": 2, "sep_token_id": 3, "pad_token_id": 0, "eos_token_id": 3, **SMALL}  # fmt: skip  # noqa: E501
    return BlipConfig(text_config=text, vision_config={"image_size": 32, "patch_size": 8, **SMALL}, projection_dim=16)


def _blip_processor() -> Any:
    from transformers import BlipImageProcessorPil, BlipProcessor

    return BlipProcessor(BlipImageProcessorPil(size=SIDE), word_tokenizer())


@tiny
def blip(folder: Path) -> None:
    from transformers import BlipForConditionalGeneration

    save(folder, BlipForConditionalGeneration(_blip()), _blip_processor())


@tiny
def blip_vqa(folder: Path) -> None:
    from transformers import BlipForQuestionAnswering

    save(folder, BlipForQuestionAnswering(_blip()), _blip_processor())


@tiny
def vilt(folder: Path) -> None:
    from transformers import ViltConfig, ViltForQuestionAnswering, ViltImageProcessorPil, ViltProcessor

    tokenizer = word_tokenizer(length=40)
    config = ViltConfig(
        vocab_size=len(tokenizer), max_position_embeddings=40, image_size=32, patch_size=8, id2label={0: "yes", 1: "no"},
        **SMALL,
    )  # fmt: skip
    images = ViltImageProcessorPil(size={"shortest_edge": 32}, size_divisor=8)
    save(folder, ViltForQuestionAnswering(config), ViltProcessor(images, tokenizer))


def _decoder(tokenizer: Any) -> Any:
    from transformers import TrOCRConfig

    return TrOCRConfig(
        vocab_size=len(tokenizer), d_model=32, decoder_layers=1, decoder_attention_heads=2, decoder_ffn_dim=48,
        max_position_embeddings=160, cross_attention_hidden_size=32, pad_token_id=0, bos_token_id=1, eos_token_id=2,
        decoder_start_token_id=1,
    )  # fmt: skip


@tiny
def trocr(folder: Path) -> None:
    from transformers import TrOCRForCausalLM, VisionEncoderDecoderModel, ViTConfig, ViTImageProcessorPil, ViTModel

    tokenizer = byte_tokenizer()
    seeing = ViTModel(ViTConfig(image_size=32, patch_size=8, **SMALL))
    model = VisionEncoderDecoderModel(encoder=seeing, decoder=TrOCRForCausalLM(_decoder(tokenizer)))
    model.config.decoder_start_token_id, model.config.pad_token_id = 1, 0
    model.generation_config.decoder_start_token_id, model.generation_config.pad_token_id = 1, 0
    save(folder, model, ViTImageProcessorPil(size=SIDE), tokenizer)


@tiny
def donut(folder: Path) -> None:
    from transformers import (
        DonutImageProcessorPil,
        DonutSwinConfig,
        DonutSwinModel,
        MBartConfig,
        MBartForCausalLM,
        VisionEncoderDecoderModel,
    )

    tokenizer = byte_tokenizer(extra=("<s_docvqa>", "<s_question>", "</s_question>", "<s_answer>", "</s_answer>"))
    seeing = DonutSwinConfig(image_size=32, patch_size=4, embed_dim=16, depths=[1, 1], num_heads=[2, 2], window_size=4)
    writing = MBartConfig(
        vocab_size=len(tokenizer), d_model=32, decoder_layers=1, decoder_attention_heads=2, decoder_ffn_dim=48,
        max_position_embeddings=512, is_decoder=True, add_cross_attention=True, pad_token_id=0, bos_token_id=1,
        eos_token_id=2,
    )  # fmt: skip
    model = VisionEncoderDecoderModel(encoder=DonutSwinModel(seeing), decoder=MBartForCausalLM(writing))
    model.config.decoder_start_token_id, model.config.pad_token_id = 1, 0
    model.generation_config.decoder_start_token_id, model.generation_config.pad_token_id = 1, 0
    save(folder, model, DonutImageProcessorPil(size=SIDE), tokenizer)


@tiny
def layoutlm(folder: Path) -> None:
    from transformers import LayoutLMConfig, LayoutLMForQuestionAnswering

    tokenizer = word_tokenizer(length=64)
    config = LayoutLMConfig(vocab_size=len(tokenizer), max_position_embeddings=64, **SMALL)
    save(folder, LayoutLMForQuestionAnswering(config), tokenizer)


@tiny
def llava(folder: Path) -> None:
    from transformers import (
        CLIPImageProcessorPil,
        CLIPVisionConfig,
        LlamaConfig,
        LlavaConfig,
        LlavaForConditionalGeneration,
        LlavaProcessor,
    )

    tokenizer = byte_tokenizer(2048, extra=("<image>",))
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(image_size=32, patch_size=8, **SMALL),
        text_config=LlamaConfig(vocab_size=len(tokenizer), **LLAMA),
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        image_seq_length=16,
    )
    images = CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size=SIDE)
    processor = LlavaProcessor(
        images, tokenizer, patch_size=8, vision_feature_select_strategy="default", num_additional_image_tokens=1,
        chat_template=template(),
    )  # fmt: skip
    save(folder, LlavaForConditionalGeneration(config), processor)


@tiny
def smolvlm(folder: Path) -> None:
    """Whose own processor has a part for films that torchvision is needed for: saved as the Hub has it, part by part."""
    import json

    from transformers import LlamaConfig, SmolVLMConfig, SmolVLMForConditionalGeneration, SmolVLMImageProcessorPil

    special = ("<image>", "<fake_token_around_image>", "<global-img>", "<end_of_utterance>", "<row_1_col_1>")
    tokenizer = byte_tokenizer(2048, template=template(), extra=special)
    config = SmolVLMConfig(
        vision_config={"image_size": 32, "patch_size": 8, **SMALL},
        text_config=LlamaConfig(vocab_size=len(tokenizer), **LLAMA).to_dict(),
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
        scale_factor=2,
        pad_token_id=0,
    )
    images = SmolVLMImageProcessorPil(
        size={"longest_edge": 32}, max_image_size={"longest_edge": 32}, do_image_splitting=False
    )
    save(folder, SmolVLMForConditionalGeneration(config), tokenizer, images)
    (folder / "processor_config.json").write_text(
        json.dumps({"processor_class": "SmolVLMProcessor", "image_seq_len": 4})
    )


@tiny
def qwen2_audio(folder: Path) -> None:
    from transformers import (
        Qwen2AudioConfig,
        Qwen2AudioForConditionalGeneration,
        Qwen2AudioProcessor,
        Qwen2Config,
        WhisperFeatureExtractor,
    )

    tokenizer = byte_tokenizer(2048, template=template(audio="<|audio_bos|><|AUDIO|><|audio_eos|>"), extra=("<|AUDIO|>", "<|audio_bos|>", "<|audio_eos|>"))  # fmt: skip  # noqa: E501
    config = Qwen2AudioConfig(
        audio_config={
            "num_mel_bins": 8, "d_model": 32, "encoder_layers": 1, "encoder_attention_heads": 2, "encoder_ffn_dim": 48,
            "max_source_positions": 50,
        },
        text_config=Qwen2Config(vocab_size=len(tokenizer), **LLAMA).to_dict(),
        audio_token_index=tokenizer.convert_tokens_to_ids("<|AUDIO|>"),
    )  # fmt: skip
    feature_extractor = WhisperFeatureExtractor(feature_size=8, chunk_length=1)
    processor = Qwen2AudioProcessor(feature_extractor, tokenizer, chat_template=tokenizer.chat_template)
    save(folder, Qwen2AudioForConditionalGeneration(config), processor)


@tiny
def colpali(folder: Path) -> None:
    from transformers import (
        ColPaliConfig,
        ColPaliForRetrieval,
        ColPaliProcessor,
        GemmaConfig,
        PaliGemmaConfig,
        SiglipImageProcessorPil,
        SiglipVisionConfig,
    )

    tokenizer = byte_tokenizer(2048, extra=("<image>",))
    text = GemmaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=48, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=1, head_dim=16, pad_token_id=0, bos_token_id=1, eos_token_id=2,
    )  # fmt: skip
    seeing = SiglipVisionConfig(image_size=32, patch_size=8, projection_dim=32, **SMALL)
    whole = PaliGemmaConfig(
        vision_config=seeing, text_config=text, image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        projection_dim=32, hidden_size=32,
    )  # fmt: skip
    images = SiglipImageProcessorPil(size=SIDE)
    images.image_seq_length = 16
    save(
        folder,
        ColPaliForRetrieval(ColPaliConfig(vlm_config=whole, embedding_dim=16)),
        ColPaliProcessor(images, tokenizer),
    )
