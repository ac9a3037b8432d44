import type { Ending, PreparedTurn, PrepareTurnAnswer } from '../../../lib/contracts/step';
import { MAX_INLINE_BYTES, promptPartKey, type TextPart } from '../../../lib/contracts/turn';
import type { TextStore } from '../turn/text-store';

/** What the checks make of a request, or of what was staged. */
export type CheckedTurn = { readonly turn: PreparedTurn; readonly replacesOlderTurns?: true } & (
  | { readonly accepted: true; readonly prompt: readonly TextPart[] }
  | { readonly accepted: false; readonly ending: Ending }
);

/**
 * Says what the guardrail judges, and puts the texts of a large prompt into S3: the state of an execution holds 256 KiB, and one that outgrows it cannot be
 * caught. May run again for the same turn; it writes the same objects.
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
  // No path of the machine leads past the guardrail, so one that does not answer ends every turn before it begins.
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

export function inlineBytes(parts: readonly TextPart[]): number {
  return Buffer.byteLength(JSON.stringify(parts.filter(({ text }) => text !== undefined)));
}
