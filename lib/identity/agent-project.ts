import { CfnProject } from 'aws-cdk-lib/aws-bedrockmantle';
import { ArnFormat, Names, Stack, Token } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import { injectedProps } from '../injection/injected-props';
import { requireInput } from '../validation/input-error';
import { AgentProjectMetrics } from './agent-project-metrics';
import { checkInputsOf } from '../validation/checked-inputs';

/** A Bedrock project: the resource of session and inference permissions. */
export interface IAgentProject extends IConstruct {
  /** ARN of the project, the resource of the agent's bedrock-mantle permissions. */
  readonly projectArn: string;
  /** Id of the project, the `Project` dimension of the AWS/BedrockMantle metrics. */
  readonly projectId: string;
  /** Metrics of the project. */
  readonly metrics: AgentProjectMetrics;
}

/** Properties of a dedicated project. */
export interface AgentProjectProps {
  /**
   * Name of the project. Its format is not documented.
   *
   * @default - generated from the construct path
   */
  readonly projectName?: string;
}

/**
 * A separate Bedrock project for an agent: separates its cost, its metrics and its permissions from the rest of the
 * account. Without one, an agent uses the default project of the account and Region.
 *
 * Experimental. AWS doesn't document how to create a session in a project other than the default: inference requests
 * name the project in the `OpenAI-Project` header, and observed denials of session calls name `project/default`. The
 * service may therefore refuse an agent whose permissions are limited to its own project; test it before you rely on
 * it. The session definition contains the project's id. A project has no retention setting in CloudFormation, and AWS
 * doesn't document what happens to it when its stack is deleted (the service only supports archiving).
 *
 * @resource AWS::BedrockMantle::Project
 * @experimental
 */
export class AgentProject extends Construct implements IAgentProject {
  static {
    checkInputsOf(this, 'AgentProject');
  }

  /** Uniquely identifies this class for property injection. */
  public static readonly PROPERTY_INJECTION_ID = 'cdk-bedrock-managed-agents.AgentProject';

  /** The default project of the account and Region of the scope's stack. */
  public static accountDefault(scope: Construct): IAgentProject {
    return AgentProject.imported(scope, 'DefaultProject', 'default');
  }

  /**
   * An existing project in the account and Region of the scope's stack.
   *
   * @param projectId for example `proj_abc123`, or `default`.
   * @throws InputError when the id is an ARN or empty.
   */
  public static fromProjectId(scope: Construct, id: string, projectId: string): IAgentProject {
    requireInput(Token.isUnresolved(projectId) || /^[A-Za-z0-9_-]+$/.test(projectId), scope, {
      input: 'projectId',
      value: projectId,
      allowed: "a project id such as 'proj_abc123' (letters, digits, '_' and '-')",
      fix: 'pass the last part of the project ARN',
    });
    return AgentProject.imported(scope, id, projectId);
  }

  private static imported(scope: Construct, id: string, projectId: string): IAgentProject {
    class ImportedAgentProject extends Construct implements IAgentProject {
      public readonly projectId = projectId;
      public readonly projectArn = Stack.of(this).formatArn({
        service: 'bedrock-mantle',
        resource: 'project',
        resourceName: projectId,
        arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
      });
      public readonly metrics = AgentProjectMetrics.fromAgentProject(this);
    }
    return new ImportedAgentProject(scope, id);
  }

  public readonly projectArn: string;
  public readonly projectId: string;
  public readonly metrics: AgentProjectMetrics = AgentProjectMetrics.fromAgentProject(this);

  constructor(scope: Construct, id: string, props: AgentProjectProps = {}) {
    super(scope, id);
    props = injectedProps(AgentProject.PROPERTY_INJECTION_ID, scope, id, props);
    const given = props.projectName;
    const fits = given === undefined || Token.isUnresolved(given) || (given.trim() !== '' && given.length <= 128);
    requireInput(fits, this, {
      input: 'projectName',
      value: given,
      allowed: 'a name of 1 to 128 characters',
      fix: 'leave it out to have one generated',
    });
    const project = new CfnProject(this, 'Resource', {
      name: props.projectName ?? Names.uniqueResourceName(this, { maxLength: 64, separator: '-' }),
    });
    this.projectArn = project.attrArn;
    this.projectId = project.attrId;
  }
}
