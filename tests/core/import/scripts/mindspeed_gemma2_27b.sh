#!/bin/bash
# Arguments of Ascend/MindSpeed-LLM examples/mcore/gemma2/pretrain_gemma2_27b_ptd.sh @1.0.RC3.
export CUDA_DEVICE_MAX_CONNECTIONS=1

NPUS_PER_NODE=8
MASTER_ADDR=localhost #主节点IP
NNODES=2
NODE_RANK=0
WORLD_SIZE=$(($NPUS_PER_NODE*$NNODES))

CKPT_SAVE_DIR="your model save ckpt path"
DATA_PATH="your data path"
TOKENIZER_MODEL="your tokenizer path"
TP=8
PP=2

DISTRIBUTED_ARGS="
    --nproc_per_node $NPUS_PER_NODE \
    --nnodes $NNODES \
    --node_rank $NODE_RANK \
    --master_addr $MASTER_ADDR
"
GPT_ARGS="
    --tensor-model-parallel-size ${TP} \
    --pipeline-model-parallel-size ${PP} \
    --sequence-parallel \
    --use-mcore-models \
    --use-mc2 \
    --gelu-tanh \
    --post-norm \
    --query-pre-attn-scalar 144 \
    --output-logit-softcapping 30.0 \
    --interleave-sliding-window 4096 \
    --num-layers 46 \
    --num-layer-list 20,26 \
    --hidden-size 4608 \
    --ffn-hidden-size 36864 \
    --num-attention-heads 32 \
    --seq-length 8192 \
    --micro-batch-size 1 \
    --global-batch-size 64 \
    --kv-channels 128 \
    --group-query-attention \
    --num-query-groups 16 \
    --make-vocab-size-divisible-by 1 \
    --train-iters 2000 \
    --use-distributed-optimizer \
    --tokenizer-padding-side left \
    --vocab-size 256000 \
    --bf16
"

DATA_ARGS="
    --data-path $DATA_PATH \
    --split 100,0,0
"

torchrun $DISTRIBUTED_ARGS pretrain_gpt.py $GPT_ARGS $DATA_ARGS --save ${CKPT_SAVE_DIR}
