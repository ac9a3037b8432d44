/**
 * Stops waiting for work that takes longer than `ms` milliseconds. A file operation on a mount that hangs never settles
 * and cannot be cancelled; without a limit every later action would wait behind it.
 *
 * @throws an error with the code ETIMEDOUT, or what the work throws.
 */
export async function withTimeLimit<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })), ms);
  });
  // The result of abandoned work isn't used.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
