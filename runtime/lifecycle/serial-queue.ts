/**
 * Runs tasks one after the other. Otherwise, two concurrent activates would both find no exec server and start two. One
 * container serves one session, so one queue is sufficient.
 */
export class SerialQueue {
  private tail: Promise<unknown> = Promise.resolve();

  public run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.tail.then(task);
    this.tail = result.catch(() => undefined);
    return result;
  }
}
