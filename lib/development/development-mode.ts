import type { IConstruct } from 'constructs';
import { requireInput } from '../validation/input-error';
import { enableDevelopment, firstConstructIn } from './enabled-scopes';
import { checkInputsOf } from '../validation/checked-inputs';

/**
 * Development mode: all resources of this library in a scope can be destroyed together with their stack. For sandbox
 * accounts; rule MA-DEV1 reports every stack with it until the finding is acknowledged.
 *
 * ```
 * DevelopmentMode.of(app).enable();
 * ```
 */
export class DevelopmentMode {
  static {
    checkInputsOf(this, 'DevelopmentMode');
  }

  /**
   * The development mode of a scope.
   *
   * @param scope an app, a stage, a stack or a construct; the mode applies to it and everything below it
   */
  public static of(scope: IConstruct): DevelopmentMode {
    return new DevelopmentMode(scope);
  }

  private constructor(private readonly scope: IConstruct) {}

  /**
   * Enables the mode. It can't be disabled.
   *
   * - Keys, buckets, tables, log groups, security groups and guardrail versions are destroyed with their stack, and buckets
   *   are emptied. Keys wait for 7 days.
   * - Object locks and deletion protection are off, even if a property enables them.
   * - Unless a property says otherwise, logs are kept for a week, objects for a week, and a new network has one zone.
   *
   * @throws InputError when the scope already contains a construct of this library, because it was created without the
   * mode
   */
  public enable(): void {
    const first = firstConstructIn(this.scope);
    requireInput(first === undefined, this.scope, {
      input: 'DevelopmentMode.enable',
      value: first,
      allowed: 'a scope without constructs of this library, which would be protected',
      fix: `call DevelopmentMode.of(…).enable() before ${first} is created`,
    });
    enableDevelopment(this.scope);
  }
}
