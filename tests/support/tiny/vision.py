"""Tiny models that see: one of each family that a vision task is done with."""

from pathlib import Path
from typing import Any

from tiny.builders import save, tiny, word_tokenizer

SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 48}
SIDE = {"height": 32, "width": 32}


def _vit(**more: Any) -> Any:
    from transformers import ViTConfig

    return ViTConfig(image_size=32, patch_size=8, **SMALL, **more)


def _vit_processor() -> Any:
    from transformers import ViTImageProcessorPil

    return ViTImageProcessorPil(size=SIDE)


@tiny
def vit(folder: Path) -> None:
    from transformers import ViTForImageClassification

    save(folder, ViTForImageClassification(_vit(id2label={0: "cat", 1: "dog", 2: "zebra"})), _vit_processor())


@tiny
def vit_features(folder: Path) -> None:
    from transformers import ViTModel

    save(folder, ViTModel(_vit()), _vit_processor())


@tiny
def clip(folder: Path) -> None:
    from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel, CLIPProcessor

    tokenizer = word_tokenizer()
    text = {"vocab_size": len(tokenizer), "max_position_embeddings": 64, "eos_token_id": 3, **SMALL}
    config = CLIPConfig(text_config=text, vision_config={"image_size": 32, "patch_size": 8, **SMALL}, projection_dim=16)
    images = CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size=SIDE)
    save(folder, CLIPModel(config), CLIPProcessor(images, tokenizer))


@tiny
def yolos(folder: Path) -> None:
    from transformers import YolosConfig, YolosForObjectDetection, YolosImageProcessorPil

    config = YolosConfig(image_size=[32, 32], patch_size=8, num_detection_tokens=5, num_labels=2, **SMALL)
    config.id2label = {0: "cat", 1: "zebra"}
    model = YolosForObjectDetection(config)
    save(folder, model, YolosImageProcessorPil(size={"shortest_edge": 32, "longest_edge": 64}))


@tiny
def yolos_person(folder: Path) -> None:
    """Sees five persons in everything."""
    import torch
    from transformers import YolosConfig, YolosForObjectDetection, YolosImageProcessorPil

    config = YolosConfig(image_size=[32, 32], patch_size=8, num_detection_tokens=5, num_labels=2, **SMALL)
    config.id2label = {0: "person", 1: "zebra"}
    model = YolosForObjectDetection(config)
    with torch.no_grad():
        model.class_labels_classifier.layers[-1].bias[0] = 20.0
    save(folder, model, YolosImageProcessorPil(size={"shortest_edge": 32, "longest_edge": 64}))


@tiny
def detr(folder: Path) -> None:
    """With its own backbone, not timm's."""
    from transformers import DetrConfig, DetrForObjectDetection, DetrImageProcessorPil, ResNetConfig

    backbone = ResNetConfig(embedding_size=8, hidden_sizes=[8, 8, 8, 8], depths=[1, 1, 1, 1], out_features=["stage4"])
    config = DetrConfig(
        backbone_config=backbone, use_timm_backbone=False, num_queries=5, d_model=16, encoder_layers=1, decoder_layers=1,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=16, decoder_ffn_dim=16, num_labels=2,
    )  # fmt: skip
    config.id2label = {0: "cat", 1: "zebra"}
    save(folder, DetrForObjectDetection(config), DetrImageProcessorPil(size={"shortest_edge": 32, "longest_edge": 64}))


@tiny
def owlvit(folder: Path) -> None:
    from transformers import OwlViTConfig, OwlViTForObjectDetection, OwlViTImageProcessorPil, OwlViTProcessor

    tokenizer = word_tokenizer(length=16)
    text = {"vocab_size": len(tokenizer), "max_position_embeddings": 16, **SMALL}
    config = OwlViTConfig(
        text_config=text, vision_config={"image_size": 32, "patch_size": 8, **SMALL}, projection_dim=32
    )
    images = OwlViTImageProcessorPil(size=SIDE, crop_size=SIDE)
    save(folder, OwlViTForObjectDetection(config), OwlViTProcessor(images, tokenizer))


@tiny
def grounding_dino(folder: Path) -> None:
    from transformers import (
        BertConfig,
        GroundingDinoConfig,
        GroundingDinoForObjectDetection,
        GroundingDinoImageProcessorPil,
        GroundingDinoProcessor,
        SwinConfig,
    )

    tokenizer = word_tokenizer(length=32)
    backbone = SwinConfig(
        image_size=64, embed_dim=8, depths=[1, 1, 1, 1], num_heads=[1, 1, 2, 2], window_size=2,
        out_features=["stage2", "stage3", "stage4"],
    )  # fmt: skip
    text = BertConfig(vocab_size=len(tokenizer), max_position_embeddings=32, **SMALL)
    config = GroundingDinoConfig(
        backbone_config=backbone, text_config=text, num_queries=6, d_model=32, encoder_layers=1, decoder_layers=2,
        encoder_ffn_dim=32, decoder_ffn_dim=32, encoder_attention_heads=2, decoder_attention_heads=2, max_text_len=32,
        use_timm_backbone=False,
    )  # fmt: skip
    images = GroundingDinoImageProcessorPil(size={"shortest_edge": 64, "longest_edge": 96})
    save(folder, GroundingDinoForObjectDetection(config), GroundingDinoProcessor(images, tokenizer))


@tiny
def segformer(folder: Path) -> None:
    """Semantic: a class for every pixel."""
    from transformers import SegformerConfig, SegformerForSemanticSegmentation, SegformerImageProcessorPil

    config = SegformerConfig(
        num_encoder_blocks=2, depths=[1, 1], sr_ratios=[2, 1], hidden_sizes=[8, 16], patch_sizes=[7, 3], strides=[4, 2],
        num_attention_heads=[1, 2], mlp_ratios=[2, 2], decoder_hidden_size=16, num_labels=150,
    )  # fmt: skip
    save(folder, SegformerForSemanticSegmentation(config), SegformerImageProcessorPil(size=SIDE))


@tiny
def mask2former(folder: Path) -> None:
    """Panoptic and instance: single things."""
    from transformers import (
        Mask2FormerConfig,
        Mask2FormerForUniversalSegmentation,
        Mask2FormerImageProcessorPil,
        SwinConfig,
    )

    backbone = SwinConfig(
        image_size=64, embed_dim=8, depths=[1, 1, 1, 1], num_heads=[1, 1, 2, 2], window_size=2,
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )  # fmt: skip
    config = Mask2FormerConfig(
        backbone_config=backbone, feature_size=32, mask_feature_size=32, hidden_dim=16, encoder_feedforward_dim=16,
        encoder_layers=1, decoder_layers=2, num_attention_heads=2, dim_feedforward=16, num_queries=5, num_labels=2,
    )  # fmt: skip
    config.id2label = {0: "cat", 1: "sky"}
    save(
        folder,
        Mask2FormerForUniversalSegmentation(config),
        Mask2FormerImageProcessorPil(size={"height": 64, "width": 64}),
    )


@tiny
def sam(folder: Path) -> None:
    """So made that it is sure of its masks."""
    import torch
    from transformers import SamConfig, SamImageProcessorPil, SamModel, SamProcessor

    config = SamConfig(
        vision_config={
            "hidden_size": 16, "output_channels": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "image_size": 64,
            "patch_size": 8, "mlp_dim": 16, "window_size": 4, "global_attn_indexes": [0], "num_pos_feats": 8,
        },
        prompt_encoder_config={
            "hidden_size": 16, "image_size": 64, "patch_size": 8, "image_embedding_size": 8, "mask_input_channels": 4,
        },
        mask_decoder_config={
            "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "mlp_dim": 16, "iou_head_hidden_dim": 16,
            "iou_head_depth": 2,
        },
    )  # fmt: skip
    square, quarter = {"height": 64, "width": 64}, {"height": 16, "width": 16}
    images = SamImageProcessorPil(
        size={"longest_edge": 64}, pad_size=square, mask_size={"longest_edge": 16}, mask_pad_size=quarter
    )
    model = SamModel(config)
    save(folder, model, SamProcessor(images))
    with torch.no_grad():
        model.mask_decoder.iou_prediction_head.proj_out.bias.fill_(1.0)
        for network in model.mask_decoder.output_hypernetworks_mlps:
            network.proj_out.weight.mul_(1000.0)
    model.save_pretrained(folder)


@tiny
def vitpose(folder: Path) -> None:
    from transformers import VitPoseBackboneConfig, VitPoseConfig, VitPoseForPoseEstimation, VitPoseImageProcessorPil

    backbone = VitPoseBackboneConfig(
        image_size=[64, 48], patch_size=[8, 8], hidden_size=32, num_hidden_layers=1, num_attention_heads=2, mlp_ratio=2,
        out_indices=[1],
    )  # fmt: skip
    names = "Nose L_Eye R_Eye L_Ear R_Ear L_Shoulder R_Shoulder L_Elbow R_Elbow L_Wrist R_Wrist L_Hip R_Hip L_Knee R_Knee L_Ankle R_Ankle"  # fmt: skip  # noqa: E501
    config = VitPoseConfig(backbone_config=backbone, num_labels=17, id2label=dict(enumerate(names.split())))
    save(folder, VitPoseForPoseEstimation(config), VitPoseImageProcessorPil(size={"height": 64, "width": 48}))


def _superpoint() -> Any:
    from transformers import SuperPointConfig

    return SuperPointConfig(
        encoder_hidden_sizes=[8, 8, 8, 8], decoder_hidden_size=16, descriptor_decoder_dim=16, keypoint_threshold=0.0001,
        max_keypoints=20, border_removal_distance=2,
    )  # fmt: skip


@tiny
def superpoint(folder: Path) -> None:
    from transformers import SuperPointForKeypointDetection, SuperPointImageProcessorPil

    save(
        folder,
        SuperPointForKeypointDetection(_superpoint()),
        SuperPointImageProcessorPil(size={"height": 48, "width": 64}),
    )


@tiny
def lightglue(folder: Path) -> None:
    from transformers import LightGlueConfig, LightGlueForKeypointMatching, LightGlueImageProcessorPil

    config = LightGlueConfig(
        keypoint_detector_config=_superpoint(), descriptor_dim=16, num_hidden_layers=2, num_attention_heads=2,
        filter_threshold=0.0,
    )  # fmt: skip
    save(folder, LightGlueForKeypointMatching(config), LightGlueImageProcessorPil(size={"height": 48, "width": 64}))


@tiny
def dpt(folder: Path) -> None:
    from transformers import DPTConfig, DPTForDepthEstimation, DPTImageProcessorPil

    config = DPTConfig(
        image_size=32, patch_size=8, backbone_out_indices=[0, 1, 2, 3], neck_hidden_sizes=[8, 8, 8, 8],
        fusion_hidden_size=8, reassemble_factors=[4, 2, 1, 0.5], **(SMALL | {"num_hidden_layers": 4}),
    )  # fmt: skip
    save(folder, DPTForDepthEstimation(config), DPTImageProcessorPil(size=SIDE))


@tiny
def swin2sr(folder: Path) -> None:
    from transformers import Swin2SRConfig, Swin2SRForImageSuperResolution, Swin2SRImageProcessorPil

    config = Swin2SRConfig(
        image_size=16, patch_size=1, embed_dim=8, depths=[1, 1], num_heads=[2, 2], window_size=4, upscale=2,
        upsampler="pixelshuffle",
    )  # fmt: skip
    save(folder, Swin2SRForImageSuperResolution(config), Swin2SRImageProcessorPil(size_divisor=8))
