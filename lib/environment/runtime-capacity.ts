import { RuntimePlatformVersion } from './runtime-platform-version';
import { SessionStorage } from './session-storage';
import { checkInputsOf } from '../validation/checked-inputs';

/** Options of {@link RuntimeCapacity.microVm}. */
export interface MicroVmCapacityOptions {
  /**
   * Stateful storage of a session.
   *
   * @default SessionStorage.mountedAt('/mnt/agent')
   */
  readonly sessionStorage?: SessionStorage;

  /**
   * Platform generation of the Runtime. Always written to the template, so that a change of the service's default
   * doesn't change the platform of an agent.
   *
   * @default RuntimePlatformVersion.V1
   */
  readonly platformVersion?: RuntimePlatformVersion;
}

/** The compute of the sessions of a Runtime. */
export class RuntimeCapacity {
  static {
    checkInputsOf(this, 'RuntimeCapacity');
  }

  /** One microVM per session, which AgentCore starts, isolates and ends. */
  public static microVm(options: MicroVmCapacityOptions = {}): RuntimeCapacity {
    return new RuntimeCapacity(
      options.sessionStorage ?? SessionStorage.mountedAt('/mnt/agent'),
      options.platformVersion ?? RuntimePlatformVersion.V1,
    );
  }

  private constructor(
    /** @internal */
    public readonly _sessionStorage: SessionStorage,
    /** @internal */
    public readonly _platformVersion: RuntimePlatformVersion,
  ) {}
}
