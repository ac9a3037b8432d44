/**
 * Runs tasks one after the other. Two activates at once would otherwise both see no exec server and start two.
 * One container serves one session, so one queue is one attachment.
 */
export class SerialQueue {
  private tail: Promise<unknown> = Promise.resolve();

  public run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.tail.then(task);
    this.tail = result.catch(() => undefined);
    return result;
  }
}
