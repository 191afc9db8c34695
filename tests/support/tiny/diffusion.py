"""Tiny diffusion pipelines: Stable Diffusion and its kin, DDPM, a ControlNet, Wan, Shap-E."""

from pathlib import Path
from typing import Any

import tiny.builders as shelf
from tiny.builders import tiny

WIDTH = 32


def unet(width: int = WIDTH, channels: int = 4) -> Any:
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(
        sample_size=8, in_channels=channels, out_channels=4, layers_per_block=1, block_out_channels=(8, 16),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=width, attention_head_dim=4, norm_num_groups=4,
    )  # fmt: skip


def parts(width: int = WIDTH, channels: int = 4) -> dict[str, Any]:
    from diffusers import AutoencoderKL, DDIMScheduler
    from transformers import CLIPTextConfig, CLIPTextModel

    tokenizer = _clip_tokenizer()
    text = CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=width, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=32, eos_token_id=1, bos_token_id=0, pad_token_id=1,
    )  # fmt: skip
    return {
        "vae": AutoencoderKL(
            in_channels=3, out_channels=3, down_block_types=("DownEncoderBlock2D",) * 2, latent_channels=4,
            up_block_types=("UpDecoderBlock2D",) * 2, block_out_channels=(8, 8), norm_num_groups=4, sample_size=32,
        ),
        "text_encoder": CLIPTextModel(text),
        "tokenizer": tokenizer,
        "unet": unet(width, channels),
        "scheduler": DDIMScheduler(num_train_timesteps=100),
        "safety_checker": None,
        "feature_extractor": None,
        "requires_safety_checker": False,
    }  # fmt: skip


def _clip_tokenizer() -> Any:
    from transformers import CLIPTokenizer

    letters = [chr(code) for code in range(33, 127)]
    pieces = ["<|startoftext|>", "<|endoftext|>", *letters, *(f"{letter}</w>" for letter in letters)]
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    return CLIPTokenizer(vocab=vocabulary, merges=[], model_max_length=32)


@tiny
def stable_diffusion(folder: Path) -> None:
    from diffusers import StableDiffusionPipeline

    StableDiffusionPipeline(**parts()).save_pretrained(folder)


@tiny
def stable_diffusion_768(folder: Path) -> None:
    """As wide as Stable Diffusion 1.5, for a ControlNet to build on."""
    from diffusers import StableDiffusionPipeline

    StableDiffusionPipeline(**parts(768)).save_pretrained(folder)


@tiny
def inpainting(folder: Path) -> None:
    from diffusers import StableDiffusionInpaintPipeline

    StableDiffusionInpaintPipeline(**parts(channels=9)).save_pretrained(folder)


@tiny
def pix2pix(folder: Path) -> None:
    from diffusers import StableDiffusionInstructPix2PixPipeline

    StableDiffusionInstructPix2PixPipeline(**parts(channels=8)).save_pretrained(folder)


def _controlnet(width: int) -> Any:
    from diffusers import ControlNetModel

    return ControlNetModel.from_unet(unet(width), conditioning_embedding_out_channels=(4, 8))


@tiny
def controlnet(folder: Path) -> None:
    """By itself, as on the Hub."""
    _controlnet(768).save_pretrained(folder)


@tiny
def controlnet_whole(folder: Path) -> None:
    """In one folder with what it builds on."""
    from diffusers import StableDiffusionControlNetPipeline

    StableDiffusionControlNetPipeline(**parts(), controlnet=_controlnet(WIDTH)).save_pretrained(folder)


@tiny
def ddpm(folder: Path) -> None:
    from diffusers import DDPMPipeline, DDPMScheduler, UNet2DModel

    model = UNet2DModel(
        sample_size=32, in_channels=3, out_channels=3, layers_per_block=1, block_out_channels=(8, 16), norm_num_groups=4,
        down_block_types=("DownBlock2D", "AttnDownBlock2D"), up_block_types=("AttnUpBlock2D", "UpBlock2D"),
    )  # fmt: skip
    DDPMPipeline(model, DDPMScheduler(num_train_timesteps=10)).save_pretrained(folder)


def _wan(channels: int, **more: Any) -> dict[str, Any]:
    from diffusers import AutoencoderKLWan, FlowMatchEulerDiscreteScheduler, WanTransformer3DModel
    from transformers import T5Config, T5EncoderModel

    tokenizer = shelf.byte_tokenizer(512)
    text = T5Config(vocab_size=len(tokenizer), d_model=32, d_kv=16, d_ff=32, num_layers=1, num_heads=2, pad_token_id=0)
    vae = AutoencoderKLWan(
        base_dim=3, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True]
    )
    transformer = WanTransformer3DModel(
        patch_size=(1, 2, 2), num_attention_heads=2, attention_head_dim=12, in_channels=channels, out_channels=16,
        text_dim=32, freq_dim=32, ffn_dim=32, num_layers=1, cross_attn_norm=True, qk_norm="rms_norm_across_heads",
        rope_max_seq_len=32, **more,
    )  # fmt: skip
    return {
        "tokenizer": tokenizer,
        "text_encoder": T5EncoderModel(text),
        "vae": vae,
        "transformer": transformer,
        "scheduler": FlowMatchEulerDiscreteScheduler(shift=3.0),
    }


@tiny
def wan(folder: Path) -> None:
    from diffusers import WanPipeline

    WanPipeline(**_wan(16)).save_pretrained(folder)


@tiny
def wan_pictures(folder: Path) -> None:
    from diffusers import WanImageToVideoPipeline
    from transformers import CLIPImageProcessorPil, CLIPVisionConfig, CLIPVisionModelWithProjection

    seeing = CLIPVisionConfig(
        hidden_size=4, projection_dim=4, num_hidden_layers=2, num_attention_heads=2, image_size=32, intermediate_size=16,
        patch_size=8,
    )  # fmt: skip
    WanImageToVideoPipeline(
        **_wan(36, image_dim=4, added_kv_proj_dim=24),
        image_encoder=CLIPVisionModelWithProjection(seeing),
        image_processor=CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}),
    ).save_pretrained(folder)


@tiny
def shap_e(folder: Path) -> None:
    from diffusers import HeunDiscreteScheduler, PriorTransformer, ShapEPipeline
    from diffusers.pipelines.shap_e import ShapERenderer
    from transformers import CLIPTextConfig, CLIPTextModelWithProjection

    tokenizer = _clip_tokenizer()
    text = CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=16, projection_dim=16, intermediate_size=32, num_hidden_layers=1,
        num_attention_heads=2, max_position_embeddings=32, eos_token_id=1, bos_token_id=0, pad_token_id=1,
    )  # fmt: skip
    prior = PriorTransformer(
        num_attention_heads=2, attention_head_dim=16, embedding_dim=16, num_embeddings=32, embedding_proj_dim=16,
        time_embed_dim=64, num_layers=1, clip_embed_dim=32, additional_embeddings=0, time_embed_act_fn="gelu",
        norm_in_type="layer", encoder_hid_proj_type=None, added_emb_type=None,
    )  # fmt: skip
    renderer = ShapERenderer(
        param_shapes=((8, 93), (8, 8), (8, 8), (8, 8)), d_latent=16, d_hidden=8, n_output=12, background=(0.1, 0.1, 0.1)
    )
    scheduler = HeunDiscreteScheduler(
        beta_schedule="exp", num_train_timesteps=100, prediction_type="sample", use_karras_sigmas=True, clip_sample=True,
        clip_sample_range=1.0,
    )  # fmt: skip
    ShapEPipeline(
        prior=prior,
        text_encoder=CLIPTextModelWithProjection(text),
        tokenizer=tokenizer,
        shap_e_renderer=renderer,
        scheduler=scheduler,
    ).save_pretrained(folder)
