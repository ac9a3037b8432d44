import type { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { IAgentBaseline } from '../baseline';
import type { IAgentProject } from '../identity/agent-project';
import { checkInputsOf } from '../validation/checked-inputs';
import type { IAgentEnvironment } from './agent-environment';
import { AgentImage } from './agent-image';
import type { AgentSkill } from './agent-skill';
import { AgentCoreEnvironment } from './agentcore-environment';
import type { RuntimeCapacity } from './runtime-capacity';

/** Options of {@link AgentCompute.agentCore}. */
export interface AgentCoreComputeOptions {
  /**
   * The image of the Runtime. Without a container engine on the machine that deploys:
   * `AgentImage.bundled({ builder: ImageBuilder.CODE_BUILD })`. The skills of a blueprint are copied into an image that is
   * built; an image in Amazon ECR can't get them.
   *
   * @default AgentImage.bundled()
   */
  readonly image?: AgentImage;

  /**
   * Storage and platform generation of sessions.
   *
   * @default RuntimeCapacity.microVm()
   */
  readonly capacity?: RuntimeCapacity;

  /**
   * Environment variables of the container, at most 50. No credentials.
   *
   * @default - only those that name the directories for the lifecycle server
   */
  readonly environmentVariables?: { [name: string]: string };

  /**
   * Idle time after which the compute of a session is stopped. 60 seconds to 8 hours.
   *
   * @default Duration.minutes(30)
   */
  readonly idleTimeout?: Duration;

  /**
   * Maximum lifetime of the compute of a session. 60 seconds to 8 hours, not below the idle timeout.
   *
   * @default Duration.hours(8)
   */
  readonly maxLifetime?: Duration;
}

/** The settings of the agent or blueprint that creates an environment. */
interface EnvironmentMaker {
  readonly baseline: IAgentBaseline;
  readonly name?: string;
  readonly project?: IAgentProject;
  readonly skills?: AgentSkill[];
}

/** The kind of compute of an agent's or a blueprint's environment. Each kind has one factory method. */
export class AgentCompute {
  static {
    checkInputsOf(this, 'AgentCompute');
  }

  /** AgentCore Runtime, see {@link AgentCoreEnvironment}. */
  public static agentCore(options: AgentCoreComputeOptions = {}): AgentCompute {
    return new AgentCompute(
      (scope, id, { baseline, name, project, skills }) =>
        new AgentCoreEnvironment(scope, id, {
          ...options,
          baseline,
          project,
          runtimeName: name,
          image: skills?.length ? (options.image ?? AgentImage.bundled())._withSkills(skills) : options.image,
        }),
    );
  }

  private constructor(
    /** @internal */
    public readonly _environment: (scope: Construct, id: string, maker: EnvironmentMaker) => IAgentEnvironment,
  ) {}
}
