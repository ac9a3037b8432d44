import type { PrepareTurnAnswer } from '../../../lib/contracts/step';
import { MAX_INLINE_BYTES, promptPartKey, type TextPart } from '../../../lib/contracts/turn';
import type { TextStore } from '../turn/text-store';

/**
 * Puts the texts of a large prompt into S3: the state of an execution holds 256 KiB, and one that outgrows it cannot be
 * caught. May run again for the same turn; it writes the same objects.
 *
 * @param folder below `prompts/`
 */
export async function storePrompt(
  answer: PrepareTurnAnswer,
  folder: string,
  store: Pick<TextStore, 'bucket' | 'write'>,
): Promise<PrepareTurnAnswer> {
  if (!answer.accepted || inlineBytes(answer.prompt) <= MAX_INLINE_BYTES) return answer;
  const prompt = await Promise.all(
    answer.prompt.map(async ({ text, s3 }, index): Promise<TextPart> => {
      if (text === undefined) return { s3 };
      const { key } = await store.write(promptPartKey(folder, index), text, 'text/plain; charset=utf-8');
      return { s3: { bucket: store.bucket, key } };
    }),
  );
  return { ...answer, prompt };
}

export function inlineBytes(parts: readonly TextPart[]): number {
  return Buffer.byteLength(JSON.stringify(parts.filter(({ text }) => text !== undefined)));
}
