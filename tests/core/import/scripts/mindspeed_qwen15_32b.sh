#!/bin/bash
# Arguments of Ascend/MindSpeed-LLM examples/mcore/qwen15/pretrain_qwen15_32b_ptd.sh @1.0.RC3.
export CUDA_DEVICE_MAX_CONNECTIONS=1

NPUS_PER_NODE=8
MASTER_ADDR=localhost #主节点IP
NNODES=4
NODE_RANK=0
WORLD_SIZE=$(($NPUS_PER_NODE*$NNODES))

CKPT_SAVE_DIR="your model save ckpt path"
DATA_PATH="your data path"
TOKENIZER_MODEL="your tokenizer path"
TP=8
PP=4

DISTRIBUTED_ARGS="
    --nproc_per_node $NPUS_PER_NODE \
    --nnodes $NNODES \
    --node_rank $NODE_RANK \
    --master_addr $MASTER_ADDR
"
GPT_ARGS="
    --use-mcore-models \
    --tensor-model-parallel-size ${TP} \
    --pipeline-model-parallel-size ${PP} \
    --sequence-parallel \
    --num-layers 64 \
    --num-layer-list 14,17,18,15
    --hidden-size 5120 \
    --ffn-hidden-size 27392 \
    --num-attention-heads 40 \
    --tokenizer-type PretrainedFromHF \
    --tokenizer-name-or-path ${TOKENIZER_MODEL} \
    --seq-length 8192 \
    --micro-batch-size 1 \
    --global-batch-size 64 \
    --make-vocab-size-divisible-by 1 \
    --train-iters 5000 \
    --untie-embeddings-and-output-weights \
    --disable-bias-linear \
    --swiglu \
    --use-flash-attn \
    --use-mc2 \
    --add-qkv-bias \
    --bf16 \
    --group-query-attention \
    --num-query-groups 8 \
    --padded-vocab-size 152064 \
"

DATA_ARGS="
    --data-path $DATA_PATH \
    --split 100,0,0
"

torchrun $DISTRIBUTED_ARGS pretrain_gpt.py \
    $GPT_ARGS \
    $DATA_ARGS \
    --save ${CKPT_SAVE_DIR} \
    | tee logs/pretrain_qwen15_32b_mcore.log
