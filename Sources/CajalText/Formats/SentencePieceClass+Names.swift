// SPDX-License-Identifier: Apache-2.0

// MARK: - The names that transformers 5.23 knows
extension SentencePieceClass {
  private static func names(_ text: String) -> Set<String> {
    Set(text.split { $0 == " " || $0 == "\n" }.map(String.init))
  }

  /// Types of models whose class is one of these.
  static let implementedTypes: [String: SentencePieceClass] = {
    let types: [SentencePieceClass: String] = [
      .albert: "albert yoso", .camembert: "camembert", .codeLlama: "code_llama",
      .gemma: """
      diffusion_gemma gemma gemma2 gemma3 gemma3_text gemma3n gemma3n_text recurrent_gemma
      shieldgemma2 t5gemma zaya
      """,
      .llama: "idefics idefics2", .mbart: "mbart",
      .t5: "mt5 musicgen musicgen_melody switch_transformers t5",
      .xlmRoberta: "gte jina_embeddings_v3 metaclip_2 trocr xlm-roberta xmod",
    ]
    var all: [String: SentencePieceClass] = [:]
    for (name, types) in types { for type in names(types) { all[type] = name } }
    return all
  }()

  /// Types of models that are given the generic class, whatever their files say.
  static let genericTypes = names(
    """
    EvollaModel arctic aria beam bigbird_pegasus camembertv2-base canary chatlm cohere_asr
    ernie4_5 ernie4_5_moe flex_olmo fuyu glm glm4 glm4_moe glm4_moe_lite glm4v glm4v_moe
    glm_image glmasr got_ocr2 gpt_bigcode gradium_phonon_tts granite granitemoe granitemoehybrid
    granitemoeshared h2ovl_chat hyperclovax hyperclovax_vlm internlm2 internlm3 iquestcoder
    jamba kimi_k25 kimi_linear kosmos-2 llava llava_next mimo_v2_flash minicpm3 minicpm_ocr
    minicpmv minicpmv4_6 minicpmv4_7 minimax_m2 ministral ministral3 mistral mistral3
    mistral_large4 mixtral modernbert modernbert-decoder molmo molmo2 nemo_speechlm nemotron
    nvfp4 nystromformer olmo2 olmo3 olmo_hybrid opencua openvla paddleocr_vl pegasus_x persimmon
    phi3 phi3_v phimoe pix2struct pixtral pocket_tts smolvlm stablelm step3_vl umt5 vipllava
    voxtral voxtral_realtime xlm-roberta-xl
    """)

  /// Types of models whose class is not implemented here.
  static let otherTypes = names(
    """
    aimv2 align audioflamingo3 aya_vision bark bart barthez bartpho bert bert-generation
    bert-japanese bertweet big_bird biogpt blenderbot blenderbot-small blip blip-2 bridgetower
    bros byt5 canine chinese_clip clap clip clipseg clvp codegen cohere cohere2 colqwen2 convbert
    cosmos3_omni cpm cpmant ctrl data2vec-audio data2vec-text dbrx deberta deberta-v2 dia
    distilbert dots3_note dpr electra emu3 ernie esm esmc esmfold2 falcon_mamba flaubert flava
    florence2 fnet fsmt fun_asr_nano funnel git gpt-sw3 gpt2 gpt_neo gpt_neox gpt_neox_japanese
    gptj granite_speech5_ctc grounding-dino groupvit herbert hubert hunyuan_vl
    hyperclovax_vision_v2 ibert instructblip instructblipvideo internvl jais2 lasr_ctc
    lasr_encoder layoutlm layoutlmv2 layoutlmv3 layoutxlm led lighton_ocr lilt longformer luke
    lxmert m2m_100 mamba mamba2 marian markuplm mbart50 mega megatron-bert mgp-str mluke
    mm-grounding-dino mobilebert moss_transcribe_diarize mpnet mpt mra mvp myt5 nemotron3_5_asr
    nemotron_asr_streaming nezha nllb nllb-moe nomic_bert nougat olmo olmoe omdet-turbo
    oneformer openai-gpt opt ovis2 owlv2 owlvit parakeet_ctc parakeet_rnnt parakeet_tdt pegasus
    perceiver phi phobert plbart pp_formulanet prophetnet qdqbert qianfan_ocr qwen2 qwen2_5_omni
    qwen2_5_vl qwen2_audio qwen2_moe qwen2_vl qwen3 qwen3_5 qwen3_5_moe qwen3_5_moe_text
    qwen3_5_text qwen3_asr qwen3_moe qwen3_next qwen3_omni_moe qwen3_vl qwen3_vl_moe qwen4_exp
    rag realm reformer rembert retribert roberta roberta-prelayernorm roc_bert roformer rwkv
    sam3 sam3_video seamless_m4t seamless_m4t_v2 siglip siglip2 speech_to_text speecht5 splinter
    squeezebert starcoder2 tapas tipsv2 tvp udop unispeech unispeech-sat vibevoice videoprism
    vilt visual_bert vits wav2vec2 wav2vec2-bert wav2vec2-conformer wav2vec2_phoneme whisper
    xclip xglm xlm xlnet xlstm
    """)

  /// Types of models whose own class counts although their files name another; those with the generic
  /// class are in ``genericTypes``.
  static let misdeclaredTypes = names(
    "hyperclovax_vision_v2 qwen2 qwen3_5 qwen3_5_moe qwen3_5_moe_text qwen4_exp siglip2")

  /// Types of models that are known by their class alone: without `tokenizer_class` they get the generic
  /// one.
  static let typesWithoutClass = names(
    """
    barthez bartpho bert-japanese bertweet byt5 code_llama cpm herbert mbart50 mega mluke myt5
    nezha nllb phobert qdqbert realm retribert wav2vec2_phoneme
    """)

  /// Classes that add nothing to the generic one; `PreTrainedTokenizer` with `Fast` behind it as well.
  static let genericClasses = names(
    "PreTrainedTokenizer PythonBackend BloomTokenizer PreTrainedTokenizerFast")

  /// Classes that are not implemented here.
  static let otherClasses = names(
    """
    BartTokenizer BarthezTokenizer BartphoTokenizer BertGenerationTokenizer
    BertJapaneseTokenizer BertTokenizer BertTokenizerLegacy BertweetTokenizer BigBirdTokenizer
    BioGptTokenizer BlenderbotSmallTokenizer BlenderbotTokenizer ByT5Tokenizer CLIPTokenizer
    CTRLTokenizer CanineTokenizer ClvpTokenizer CodeGenTokenizer CohereTokenizer
    ConvBertTokenizer CpmAntTokenizer CpmTokenizer DPRContextEncoderTokenizer
    DPRQuestionEncoderTokenizer DPRReaderTokenizer DebertaTokenizer DebertaV2Tokenizer
    DiaTokenizer DistilBertTokenizer EsmTokenizer EsmcTokenizer FNetTokenizer FSMTTokenizer
    FastSpeech2ConformerTokenizer FlaubertTokenizer FunnelTokenizer GPT2Tokenizer
    GPTNeoXJapaneseTokenizer GPTNeoXTokenizer GPTSw3Tokenizer HerbertTokenizer LEDTokenizer
    LasrTokenizer LayoutLMv2Tokenizer LayoutLMv3Tokenizer LayoutXLMTokenizer LukeTokenizer
    LxmertTokenizer M2M100Tokenizer MBart50Tokenizer MLukeTokenizer MPNetTokenizer
    MarianTokenizer MarkupLMTokenizer MgpstrTokenizer MobileBertTokenizer MvpTokenizer
    MyT5Tokenizer NllbTokenizer NougatTokenizer OpenAIGPTTokenizer PLBartTokenizer
    ParakeetTokenizer PegasusTokenizer PerceiverTokenizer PhobertTokenizer Pop2PianoTokenizer
    ProphetNetTokenizer Qwen2Tokenizer Qwen3_5Tokenizer RagTokenizer ReformerTokenizer
    RemBertTokenizer RoCBertTokenizer RoFormerTokenizer RobertaTokenizer SeamlessM4TTokenizer
    Siglip2Tokenizer SiglipTokenizer Speech2TextTokenizer SpeechT5Tokenizer SplinterTokenizer
    SqueezeBertTokenizer TapasTokenizer Tipsv2Tokenizer UdopTokenizer VideoPrismTokenizer
    VitsTokenizer Wav2Vec2CTCTokenizer Wav2Vec2PhonemeCTCTokenizer WhisperTokenizer
    XGLMTokenizer XLMTokenizer XLNetTokenizer
    """)
}
