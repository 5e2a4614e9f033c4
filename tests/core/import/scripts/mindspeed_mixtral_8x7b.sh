#!/bin/bash
# Arguments of Ascend/MindSpeed-LLM examples/mcore/mixtral/pretrain_mixtral_8x7b_ptd.sh @1.0.RC3.
export CUDA_DEVICE_MAX_CONNECTIONS=1

NPUS_PER_NODE=8
MASTER_ADDR=localhost #主节点IP
NNODES=8
NODE_RANK=0
WORLD_SIZE=$(($NPUS_PER_NODE*$NNODES))

CKPT_SAVE_DIR="your model save ckpt path"
DATA_PATH="your data path"
TOKENIZER_MODEL="your tokenizer path"
TP=8
PP=4
EP=1
CP=2
CP_TYPE='megatron_cp_algo'
NUM_LAYERS=32
echo "NODE_RANK ${NODE_RANK}"

DISTRIBUTED_ARGS="
    --nproc_per_node $NPUS_PER_NODE \
    --nnodes $NNODES \
    --node_rank $NODE_RANK \
    --master_addr $MASTER_ADDR
"
MOE_ARGS="
    --num-experts 8 \
    --expert-model-parallel-size ${EP} \
    --moe-router-topk 2 \
    --moe-router-load-balancing-type aux_loss \
    --moe-aux-loss-coeff 0.02 \
    --moe-permutation-async-comm
"
GPT_ARGS="
    --use-mcore-models  \
    --seq-length 32768 \
    --num-layers ${NUM_LAYERS} \
    --hidden-size 4096  \
    --ffn-hidden-size 14336 \
    --num-attention-heads 32 \
    --swiglu \
    --untie-embeddings-and-output-weights \
    --group-query-attention \
    --num-query-groups 8 \
    --vocab-size 32000 \
    --rotary-base 1e6 \

    --use-flash-attn \
    --overlap-grad-reduce \
    --overlap-param-gather \
    --use-mc2 \
    --make-vocab-size-divisible-by 1 \
   
    --tensor-model-parallel-size ${TP} \
    --pipeline-model-parallel-size ${PP} \
    --sequence-parallel \
    --use-distributed-optimizer \
    --context-parallel-size ${CP} \
    --context-parallel-algo  ${CP_TYPE}  \

    --tokenizer-model ${TOKENIZER_MODEL} \
    --micro-batch-size 1 \
    --global-batch-size 128 \
    --train-iters 2000 \
    --bf16 \
    --no-shared-storage  \
"

DATA_ARGS="
    --data-path $DATA_PATH \
    --split 100,0,0
"

torchrun $DISTRIBUTED_ARGS pretrain_gpt.py \
  $MOE_ARGS \
  $GPT_ARGS \
  $DATA_ARGS \
  --distributed-backend nccl \
  | tee logs/train_mixtral_8x7b_ptd.log 
