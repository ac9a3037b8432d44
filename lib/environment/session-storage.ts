import { AGENTCORE_LIMITS } from '../facts/agentcore-limits';
import { InputError } from '../validation/input-error';
import { checkInputsOf } from '../validation/checked-inputs';

/**
 * Stateful storage of a Runtime session, which is kept when the service replaces the compute of a session. Session
 * storage has 1 GB, expires after 14 idle days, and is deleted by every update of the Runtime's version
 * (docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-filesystem-configurations.html).
 */
export class SessionStorage {
  static {
    checkInputsOf(this, 'SessionStorage');
  }

  /**
   * Mounts session storage.
   *
   * @param mountPath one level below `/mnt`, for example `/mnt/agent`. 6 to 200 characters.
   * @throws InputError when the path has another form.
   */
  public static mountedAt(mountPath: string): SessionStorage {
    const { min, max } = AGENTCORE_LIMITS.mountPathLength;
    if (!AGENTCORE_LIMITS.mountPathPattern.test(mountPath) || mountPath.length < min || mountPath.length > max) {
      throw new InputError('SessionStorage.mountedAt', {
        input: 'mountPath',
        value: mountPath,
        allowed: `/mnt/<name>, exactly one level deep, ${min} to ${max} characters of letters, digits, '.', '_' and '-'`,
        fix: "use a path such as '/mnt/agent'",
      });
    }
    return new SessionStorage(mountPath);
  }

  /** No storage: a session loses its workspace whenever its compute is replaced. */
  public static none(): SessionStorage {
    return new SessionStorage(undefined);
  }

  private constructor(
    /** Where the storage is mounted, or undefined for none. */
    public readonly mountPath: string | undefined,
  ) {}
}
