import { InputError } from '../validation/input-error';
import { checkInputsOf } from '../validation/checked-inputs';

/** Platform generation of an AgentCore Runtime. Can be changed by an update. */
export class RuntimePlatformVersion {
  static {
    checkInputsOf(this, 'RuntimePlatformVersion');
  }

  /** Platform version V1, the default of this library. */
  public static readonly V1 = RuntimePlatformVersion.of('V1');
  /** Platform version V2. */
  public static readonly V2 = RuntimePlatformVersion.of('V2');

  /**
   * A platform version that this library doesn't know yet.
   *
   * @throws InputError when the value is empty.
   */
  public static of(value: string): RuntimePlatformVersion {
    if (value.trim() === '') {
      throw new InputError('RuntimePlatformVersion.of', {
        input: 'value',
        value,
        allowed: 'a platform version name such as V2',
        fix: 'leave platformVersion out to use V1',
      });
    }
    return new RuntimePlatformVersion(value);
  }

  private constructor(
    /** The value for CloudFormation. */
    public readonly value: string,
  ) {}
}
