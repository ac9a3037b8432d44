import type { Connections, ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Connections as SecurityGroupConnections } from 'aws-cdk-lib/aws-ec2';
import { PermissionsBoundary, Role, type IManagedPolicy, type IPrincipal, type IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Arn, ArnFormat, Names, Stack, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { AgentKey } from '../encryption';
import { AgentCoreEnvironment, type IAgentEnvironment } from '../environment';
import { AGENTCORE_LIMITS } from '../facts/agentcore-limits';
import { AgentProject, type IAgentProject } from '../identity/agent-project';
import { attachPolicy } from '../identity/attach-policy';
import { createSessionRole, sessionStatements } from '../identity/session-role';
import { injectedProps } from '../injection/injected-props';
import type { IAgentNetwork } from '../network';
import { credentialKindIn } from '../validation/credential-like';
import { InputError, requireInput, requirePattern } from '../validation/input-error';
import type { AgentModel } from './agent-model';
import type { AgentTool } from './agent-tool';
import { ManagedAgentBase, type IManagedAgent } from './managed-agent-base';
import { SessionDefinitionPublication } from './session-definition';

/** Properties of a {@link ManagedAgent}. */
export interface ManagedAgentProps {
  /** The model, the only one that the agent may call. */
  readonly model: AgentModel;

  /**
   * What the agent is told to do and how. Published as a file that the callers of the agent may read: no credentials.
   * May hold unresolved values such as the name of a bucket.
   */
  readonly instructions: string;

  /**
   * The network of the execution environment. Give either this or `environment`.
   *
   * @default - the network of `environment`
   */
  readonly network?: IAgentNetwork;

  /**
   * The execution environment, for one agent only.
   *
   * @default - an AgentCoreEnvironment with its defaults, in `network`
   */
  readonly environment?: IAgentEnvironment;

  /**
   * Name of the agent, unique in account and Region: a letter, then letters, digits and underscores, at most 48
   * characters. Also the name of the Runtime made here, which renaming replaces.
   *
   * @default - generated from the construct path
   */
  readonly agentName?: string;

  /**
   * Tools beside the commands that the agent can always run in its environment. Every server label once.
   *
   * @default - none
   */
  readonly tools?: AgentTool[];

  /**
   * The Bedrock project that the agent's permissions end at. Not together with `environment`, which has its own. A
   * project other than the default is experimental, see {@link AgentProject}.
   *
   * @default - the default project of the account and Region
   */
  readonly project?: IAgentProject;

  /**
   * The role that BMA assumes for the agent's sessions. A role you bring must trust BMA only; one that this app cannot
   * change yields a warning with the policy to attach.
   *
   * @default - a role that may call the one model and drive the one Runtime
   */
  readonly sessionRole?: IRole;

  /**
   * Customer-managed key of what the agent stores in your account. BMA offers no key of yours for session data.
   *
   * @default - a new AgentKey
   */
  readonly encryptionKey?: IKey;

  /**
   * Permissions boundary of the roles made for this agent.
   *
   * @default - none, unless one is applied to a surrounding scope with `PermissionsBoundary.of`
   */
  readonly permissionsBoundary?: IManagedPolicy;
}

/** Attributes of an agent that is defined elsewhere. */
export interface ManagedAgentAttributes {
  /** Name of the agent. */
  readonly agentName: string;
  /** ARN of the AgentCore Runtime. */
  readonly runtimeArn: string;
  /** ARN of the session role. */
  readonly sessionRoleArn: string;
  /** ARN of the execution role. Grants to the agent are attached to it. */
  readonly executionRoleArn: string;
  /**
   * Name of the Runtime's endpoint that sessions use.
   *
   * @default AgentCoreEnvironment.ENDPOINT_NAME
   */
  readonly endpointName?: string;
  /**
   * Id of the Bedrock project.
   *
   * @default 'default'
   */
  readonly projectId?: string;
  /**
   * Security group of the Runtime.
   *
   * @default - `connections` of the imported agent cannot be used
   */
  readonly securityGroup?: ISecurityGroup;
  /**
   * ARN of the S3 object that holds the session definition.
   *
   * @default - `grants.startTurns` does not include reading it
   */
  readonly sessionDefinitionFileArn?: string;
}

/**
 * A governed agent of Amazon Bedrock Managed Agents, powered by OpenAI: its own session and execution role, isolated
 * compute in your network, and the published definition that its sessions are created from.
 *
 * A session is data plane, CloudFormation has no type for it: this construct provisions everything around sessions.
 *
 * @resource AWS::BedrockAgentCore::Runtime
 */
export class ManagedAgent extends ManagedAgentBase {
  /** Uniquely identifies this class for property injection. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-bedrock-managed-agents.ManagedAgent';

  /**
   * An agent that is defined elsewhere, in the account and Region of the scope's stack.
   *
   * @throws InputError when the Runtime ARN has another form.
   */
  public static fromManagedAgentAttributes(scope: Construct, id: string, attrs: ManagedAgentAttributes): IManagedAgent {
    requireInput(
      Token.isUnresolved(attrs.runtimeArn) ||
        /^arn:[a-z-]+:bedrock-agentcore:[a-z0-9-]+:\d{12}:runtime\/[A-Za-z][A-Za-z0-9_]{0,47}-[A-Za-z0-9]{10}$/.test(
          attrs.runtimeArn,
        ),
      `${scope.node.path}/${id}`,
      {
        input: 'runtimeArn',
        value: attrs.runtimeArn,
        allowed: 'arn:PARTITION:bedrock-agentcore:REGION:ACCOUNT:runtime/NAME-XXXXXXXXXX',
        fix: 'pass the ARN of the Runtime, not of its endpoint',
      },
    );
    return new ImportedManagedAgent(scope, id, attrs);
  }

  public readonly agentName: string;
  public readonly sessionRole: IRole;
  public readonly executionRole: IRole;
  public readonly project: IAgentProject;
  public readonly runtimeArn: string;
  public readonly runtimeName: string;
  public readonly endpointName: string;
  public readonly sessionDefinitionParameterArn: string;
  public readonly sessionDefinitionFileArn?: string;
  public readonly grantPrincipal: IPrincipal;
  public readonly connections: Connections;
  /** The execution environment. */
  public readonly environment: IAgentEnvironment;
  /** The model. */
  public readonly model: AgentModel;
  /** The customer-managed key of what the agent stores, or undefined when the environment was brought without one. */
  public readonly encryptionKey?: IKey;
  /** Name of the SSM parameter that points to the session definition. */
  public readonly sessionDefinitionParameterName: string;
  /** Lower-case hexadecimal SHA-256 of the session definition's file: changes with what the agent is told and may use. */
  public readonly sessionDefinitionHash: string;

  constructor(scope: Construct, id: string, props: ManagedAgentProps) {
    super(scope, id);
    props = injectedProps(ManagedAgent.PROPERTY_INJECTION_ID, scope, id, props);
    props.model._requireOffered(this);
    this.model = props.model;
    this.agentName = this.checkedName(props.agentName);
    this.checkInstructions(props.instructions);
    const tools = this.checkedTools(props.tools ?? []);

    this.requireOnePlacement(props);
    this.encryptionKey =
      props.encryptionKey ??
      (props.environment ? undefined : new AgentKey(this, 'Key', { protects: `the agent ${this.agentName}` }));
    this.environment =
      props.environment ??
      new AgentCoreEnvironment(this, 'Environment', {
        network: props.network!,
        runtimeName: this.agentName,
        project: props.project,
        encryptionKey: this.encryptionKey,
      });
    const { executionRole, project, runtimeArn, runtimeName, endpointArn, endpointName } = this.environment;
    this.executionRole = executionRole;
    this.project = project;
    this.runtimeArn = runtimeArn;
    this.runtimeName = runtimeName;
    this.endpointName = endpointName;
    this.grantPrincipal = executionRole.grantPrincipal;
    this.connections = this.environment.connections;

    this.sessionRole = props.sessionRole ?? createSessionRole(this, 'SessionRole');
    this.requireDistinctRoles();
    attachPolicy(
      this,
      'SessionPolicy',
      this.sessionRole,
      'session role',
      sessionStatements({ modelId: props.model.modelId, project, runtimeArn, endpointArn }),
    );
    this.environment.admitSessionRole(this.sessionRole);

    this.sessionDefinitionParameterName = definitionParameterName(this.agentName);
    this.sessionDefinitionParameterArn = parameterArn(this, this.sessionDefinitionParameterName);
    const definition = new SessionDefinitionPublication(this, 'SessionDefinition', {
      parameterName: this.sessionDefinitionParameterName,
      agent: { model: props.model.modelId, instructions: props.instructions, tools },
      workspaceDirectory: this.environment.workspaceDirectory,
      capabilityDirectories: this.environment.capabilityDirectories,
      sessionRoleArn: this.sessionRole.roleArn,
      runtimeArn,
      runtimeQualifier: endpointName,
      projectId: project.projectId,
    });
    this.sessionDefinitionHash = definition.sha256;
    this.sessionDefinitionFileArn = definition.file.bucket.arnForObjects(definition.file.s3ObjectKey);

    if (props.permissionsBoundary) {
      PermissionsBoundary.of(this).apply(props.permissionsBoundary);
    }
  }

  private requireOnePlacement(props: ManagedAgentProps): void {
    const contradicts = props.network ? 'network' : props.project ? 'project' : undefined;
    requireInput(props.environment === undefined || contradicts === undefined, this, {
      input: contradicts ?? 'environment',
      allowed: `no ${contradicts} beside an environment, which has its own`,
      fix: `pass ${contradicts} to the environment instead`,
    });
    requireInput(props.environment !== undefined || props.network !== undefined, this, {
      input: 'network',
      value: undefined,
      allowed: 'an AgentNetwork, or an environment that is placed in one',
      fix: "add network: new AgentNetwork(this, 'Network')",
    });
  }

  private checkedName(name: string | undefined): string {
    if (name === undefined) {
      const unique = Names.uniqueResourceName(this, { maxLength: AGENTCORE_LIMITS.nameMaxLength, separator: '_' });
      return unique.replace(/^[^a-zA-Z]/, 'a');
    }
    requirePattern(
      this,
      'agentName',
      name,
      AGENTCORE_LIMITS.namePattern,
      'a letter, then letters, digits and underscores, at most 48 characters',
      "replace other characters, for example '-' by '_'",
    );
    return name;
  }

  private checkInstructions(instructions: string): void {
    requireInput(instructions.trim() !== '', this, {
      input: 'instructions',
      value: instructions,
      allowed: 'a non-empty text',
      fix: 'say what the agent is to do',
    });
    const kind = credentialKindIn(instructions);
    requireInput(kind === undefined, this, {
      input: 'instructions',
      allowed: `no credentials; this text holds what looks like ${kind}`,
      fix: 'store it in Secrets Manager, grant the agent to read it, and name its ARN',
    });
  }

  private checkedTools(tools: AgentTool[]) {
    const labels = tools.map(({ serverLabel }) => serverLabel);
    const repeated = labels.find((label, index) => labels.indexOf(label) !== index);
    requireInput(repeated === undefined, this, {
      input: 'tools',
      value: repeated,
      allowed: 'every server label once',
      fix: 'rename one of the servers',
    });
    return tools.map((tool) => tool._render());
  }

  private requireDistinctRoles(): void {
    requireInput(
      this.sessionRole !== this.executionRole && !sameLiteralArn(this.sessionRole, this.executionRole),
      this,
      {
        input: 'sessionRole',
        value: this.sessionRole.node.path,
        allowed:
          'another role than the execution role: commands of the agent must not be able to call models or start sessions',
        fix: 'bring two roles, or leave sessionRole out',
      },
    );
  }
}

class ImportedManagedAgent extends ManagedAgentBase {
  public readonly agentName: string;
  public readonly sessionRole: IRole;
  public readonly executionRole: IRole;
  public readonly project: IAgentProject;
  public readonly runtimeArn: string;
  public readonly runtimeName: string;
  public readonly endpointName: string;
  public readonly sessionDefinitionParameterArn: string;
  public readonly sessionDefinitionFileArn?: string;
  public readonly grantPrincipal: IPrincipal;
  private readonly securityGroup?: ISecurityGroup;

  constructor(scope: Construct, id: string, attrs: ManagedAgentAttributes) {
    super(scope, id);
    this.agentName = attrs.agentName;
    this.sessionRole = Role.fromRoleArn(this, 'SessionRole', attrs.sessionRoleArn);
    this.executionRole = Role.fromRoleArn(this, 'ExecutionRole', attrs.executionRoleArn);
    this.grantPrincipal = this.executionRole.grantPrincipal;
    this.project = AgentProject.fromProjectId(this, 'Project', attrs.projectId ?? 'default');
    this.runtimeArn = attrs.runtimeArn;
    this.runtimeName = runtimeNameOf(attrs.runtimeArn, attrs.agentName);
    this.endpointName = attrs.endpointName ?? AgentCoreEnvironment.ENDPOINT_NAME;
    this.sessionDefinitionParameterArn = parameterArn(this, definitionParameterName(attrs.agentName));
    this.sessionDefinitionFileArn = attrs.sessionDefinitionFileArn;
    this.securityGroup = attrs.securityGroup;
  }

  public get connections(): Connections {
    if (!this.securityGroup) {
      throw new InputError(this, {
        input: 'securityGroup',
        value: undefined,
        allowed: 'the security group of the Runtime',
        fix: 'pass securityGroup to fromManagedAgentAttributes to manage the connections of an imported agent',
      });
    }
    return new SecurityGroupConnections({ securityGroups: [this.securityGroup] });
  }
}

/** The id of a Runtime is its name, a dash and ten characters. */
function runtimeNameOf(runtimeArn: string, fallback: string): string {
  if (Token.isUnresolved(runtimeArn)) {
    return fallback;
  }
  const id = Arn.split(runtimeArn, ArnFormat.SLASH_RESOURCE_NAME).resourceName ?? fallback;
  return id.replace(/-[A-Za-z0-9]{10}$/, '');
}

function definitionParameterName(agentName: string): string {
  return `/managed-agents/${agentName}/session-definition`;
}

function parameterArn(scope: Construct, parameterName: string): string {
  return Stack.of(scope).formatArn({ service: 'ssm', resource: `parameter${parameterName}` });
}

function sameLiteralArn(one: IRole, other: IRole): boolean {
  return !Token.isUnresolved(one.roleArn) && one.roleArn === other.roleArn;
}
