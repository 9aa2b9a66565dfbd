#pragma once

#include "operators/operator.hpp"

namespace millrace {

/// Applies the `onError` policy to the rows of `batch` that failed to evaluate
/// (`context.eval.errors`). Fail: one error stays, with row ~0u, which fails the job. Else the rows
/// leave the selection, are counted and the list is cleared; DeadLetter: the context is given each of
/// them as JSON. True when the operator may go on with what is selected.
bool settle_errors(OperatorContext& context, OnError policy, RecordBatch& batch);
/// The same where `batch` holds what came of the rows of `input`: dead letters show the input.
bool settle_errors(OperatorContext& context, OnError policy, RecordBatch& batch,
                   const RecordBatch& input);

}  // namespace millrace
