import type { LocalCloud } from '../../../local/cloud';

/**
 * Loses functions after a number of their calls to AWS: the last call took effect, but its response is lost with the function.
 * Counted in calls and not in milliseconds, so that a fault is at the same place on a slow machine.
 */
export class FunctionLoss {
  /** How many functions were lost. */
  public count = 0;
  private readonly callsLeft = new Map<string, number>();

  public constructor(private readonly cloud: LocalCloud) {
    cloud.afterCall = (functionArn) => this.called(functionArn);
  }

  /** The function is lost, with all its invocations, after so many more of its calls. */
  public plan(functionArn: string, calls: number): void {
    this.callsLeft.set(functionArn, calls);
  }

  /** The function isn't lost after all. */
  public cancel(functionArn: string): void {
    this.callsLeft.delete(functionArn);
  }

  private async called(functionArn: string): Promise<void> {
    const left = this.callsLeft.get(functionArn);
    if (left === undefined) return;
    if (left > 1) return void this.callsLeft.set(functionArn, left - 1);
    this.callsLeft.delete(functionArn);
    this.count += 1;
    await this.cloud.functions.crash(functionArn);
  }
}
