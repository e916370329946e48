/** Inputs of com.microsoft.GroupQueryAttention by place (onnxruntime, docs/ContribOperators.md). */
export const GQA = { pastKeys: 3, lastSlot: 5, totalLength: 6, cosTable: 7, sinTable: 8, positionIds: 9, attentionBias: 10, queryNorm: 14 } as const;
