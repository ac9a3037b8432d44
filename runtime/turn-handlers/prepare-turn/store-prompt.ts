import type { Ending, PreparedTurn, PrepareTurnAnswer } from '../../../lib/contracts/step';
import { MAX_INLINE_BYTES, promptPartKey, type TextPart } from '../../../lib/contracts/turn';
import type { TextStore } from '../turn/text-store';

/** The checked parts of a request, or of the staged prompt. */
export type CheckedTurn = { readonly turn: PreparedTurn; readonly replacesOlderTurns?: true } & (
  | { readonly accepted: true; readonly prompt: readonly TextPart[] }
  | { readonly accepted: false; readonly ending: Ending }
);

/**
 * Selects the parts that the guardrail screens, and stores the texts of a large prompt in S3: the state of an execution
 * has at most 256 KiB, and exceeding it can't be caught. Can be repeated for the same turn; it writes the same objects.
 *
 * @param folder below `prompts/`
 */
export async function storePrompt(
  answer: CheckedTurn,
  folder: string,
  store: Pick<TextStore, 'bucket' | 'write'>,
): Promise<PrepareTurnAnswer> {
  if (!answer.accepted) return answer;
  const prompt =
    inlineBytes(answer.prompt) <= MAX_INLINE_BYTES ? answer.prompt : await stored(answer.prompt, folder, store);
  const toScreen = prompt.filter(({ trusted }) => trusted === undefined);
  // Every path of the state machine includes the guardrail, so if the guardrail fails, no turn starts.
  return { ...answer, prompt, toScreen: toScreen.length > 0 ? toScreen : [{ text: answer.turn.detail.trigger.id }] };
}

async function stored(
  prompt: readonly TextPart[],
  folder: string,
  store: Pick<TextStore, 'bucket' | 'write'>,
): Promise<TextPart[]> {
  return await Promise.all(
    prompt.map(async ({ text, s3, ...mark }, index): Promise<TextPart> => {
      if (text === undefined) return { s3, ...mark };
      const { key } = await store.write(promptPartKey(folder, index), text, 'text/plain; charset=utf-8');
      return { s3: { bucket: store.bucket, key }, ...mark };
    }),
  );
}

function inlineBytes(parts: readonly TextPart[]): number {
  return Buffer.byteLength(JSON.stringify(parts.filter(({ text }) => text !== undefined)));
}
