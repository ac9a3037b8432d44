import type { Connections } from 'aws-cdk-lib/aws-ec2';
import type { IPrincipal, IRole } from 'aws-cdk-lib/aws-iam';
import { Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { AuditAlarm } from '../audit';
import { declareImportedRole } from '../declaration/imported';
import { AgentBaseline } from '../baseline';
import { AgentCompute, type IAgentEnvironment } from '../environment';
import { derivedName } from '../environment/derived-name';
import type { IAgentProject } from '../identity/agent-project';
import { attachPolicy, makesNoRoles } from '../identity/attach-policy';
import { requireSameAccount } from '../identity/same-account';
import { createSessionRole, sessionStatements } from '../identity/session-role';
import { injectedProps } from '../injection/injected-props';
import { credentialKindIn } from '../validation/credential-like';
import { requireInput } from '../validation/input-error';
import { requireUniqueName } from '../validation/unique-name';
import { type AgentModel } from './agent-model';
import { requireAgentName } from './agent-name';
import type { AgentTool } from './agent-tool';
import { definitionParameterName } from './definition-parameter';
import { ImportedManagedAgent } from './imported-managed-agent';
import { ManagedAgentBase, type IManagedAgent, type SessionDefinitionReference } from './managed-agent-base';
import type { ManagedAgentAttributes, ManagedAgentProps } from './managed-agent-props';
import type { SessionTool } from '../contracts/session';
import { SessionDefinitionPublication } from './session-definition';
import { checkInputsOf } from '../validation/checked-inputs';

/**
 * A governed agent of Amazon Bedrock Managed Agents, powered by OpenAI: its own session and execution role, isolated
 * compute in your network, and the published session definition. CloudFormation has no resource type for sessions,
 * which are created at run time; this construct creates everything that sessions need.
 *
 * @resource AWS::BedrockAgentCore::Runtime
 */
export class ManagedAgent extends ManagedAgentBase {
  static {
    checkInputsOf(this, 'ManagedAgent');
  }

  /** Uniquely identifies this class for property injection. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-bedrock-managed-agents.ManagedAgent';

  /**
   * An agent that is defined elsewhere, in the account and Region of the scope's stack.
   */
  public static fromManagedAgentAttributes(scope: Construct, id: string, attrs: ManagedAgentAttributes): IManagedAgent {
    return new ImportedManagedAgent(scope, id, attrs);
  }

  public readonly agentName: string;
  public readonly sessionRole: IRole;
  public readonly executionRole: IRole;
  public readonly project: IAgentProject;
  public readonly environment?: IAgentEnvironment;
  public readonly sessionDefinition: SessionDefinitionReference;
  public readonly grantPrincipal: IPrincipal;
  public readonly connections: Connections;
  /** The model. */
  public readonly model: AgentModel;
  /**
   * Lower-case hexadecimal SHA-256 of the session definition's file: changes with instructions, model, tools and
   * directories.
   */
  public readonly sessionDefinitionHash: string;

  constructor(scope: Construct, id: string, props: ManagedAgentProps) {
    super(scope, id);
    props = injectedProps(ManagedAgent.PROPERTY_INJECTION_ID, scope, id, props);
    props.model._requireOffered(this);
    this.model = props.model;
    this.agentName = this.checkedName(props.agentName);
    this.checkInstructions(props.instructions);
    this.checkTools(props.tools ?? []);

    this.requireOnePlacement(props);
    const environment =
      props.environment ??
      (props.compute ?? AgentCompute.agentCore())._environment(this, 'Environment', {
        baseline: props.baseline ?? new AgentBaseline(this, 'Baseline'),
        name: this.agentName,
        project: props.project,
      });
    const { executionRole, project } = environment;
    this.environment = environment;
    this.executionRole = executionRole;
    this.project = project;
    this.grantPrincipal = executionRole.grantPrincipal;
    this.connections = environment.connections;

    this.sessionRole = props.sessionRole ?? createSessionRole(this, 'SessionRole');
    requireSameAccount(this, 'sessionRole', this.sessionRole);
    this.requireDistinctRoles();
    const session = environment.bind({ agentName: this.agentName, sessionRole: this.sessionRole });
    declareImportedRole(this, this.sessionRole, 'session role');
    attachPolicy(
      this,
      'SessionPolicy',
      this.sessionRole,
      'session role',
      sessionStatements({ modelId: props.model.modelId, project, environment: session.sessionStatements ?? [] }),
    );

    const parameterName = definitionParameterName(this.agentName);
    const definition = new SessionDefinitionPublication(this, 'SessionDefinition', {
      parameterName,
      agent: {
        model: props.model.modelId,
        instructions: props.instructions,
        tools: this.bindTools(props.tools ?? [], environment),
      },
      workspaceDirectory: environment.workspaceDirectory,
      capabilityDirectories: environment.capabilityDirectories,
      sessionRoleArn: this.sessionRole.roleArn,
      environment: session,
      projectId: project.projectId,
    });
    this.sessionDefinitionHash = definition.sha256;
    this.sessionDefinition = { parameterName, fileArn: definition.fileArn };
    environment.baseline.auditTrail?.addAlarm(this, AuditAlarm.unexpectedSessionRoleUse(this.sessionRole));
  }

  private requireOnePlacement(props: ManagedAgentProps): void {
    const contradicts = (['baseline', 'project', 'compute'] as const).find((input) => props[input] !== undefined);
    requireInput(props.environment === undefined || contradicts === undefined, this, {
      input: contradicts ?? 'environment',
      allowed: `no ${contradicts} together with an environment, which has its own`,
      fix: `pass ${contradicts} to the environment instead`,
    });
  }

  private checkedName(name: string | undefined): string {
    if (name === undefined) {
      return derivedName(this);
    }
    requireAgentName(this, name);
    requireUniqueName(this, 'agentName', name);
    return name;
  }

  private checkInstructions(instructions: string): void {
    requireInput(instructions.trim() !== '', this, {
      input: 'instructions',
      value: instructions,
      allowed: 'a non-empty text',
      fix: 'describe the task of the agent',
    });
    const kind = credentialKindIn(instructions);
    requireInput(kind === undefined, this, {
      input: 'instructions',
      allowed: `no credentials; this text contains what looks like ${kind}`,
      fix: 'store it in Secrets Manager, grant the agent to read it, and name its ARN',
    });
  }

  private checkTools(tools: AgentTool[]): void {
    const labels = tools.map(({ serverLabel }) => serverLabel);
    const repeated = labels.find((label, index) => labels.indexOf(label) !== index);
    requireInput(repeated === undefined, this, {
      input: 'tools',
      value: repeated,
      allowed: 'every server label once',
      fix: 'rename one of the servers',
    });
  }

  /** Permissions, endpoints and definitions of the tools. */
  private bindTools(tools: AgentTool[], { baseline, workspaceDirectory }: IAgentEnvironment): SessionTool[] {
    const { executionRole, sessionRole } = this;
    const { network } = baseline;
    return tools.map((tool) => tool._bind({ scope: this, executionRole, sessionRole, network, workspaceDirectory }));
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
        fix: 'pass two roles, or leave sessionRole out',
      },
    );
  }
}

function sameLiteralArn(one: IRole, other: IRole): boolean {
  // Roles that another team creates and that have no name yet share the placeholder ARN that CDK writes.
  return !makesNoRoles(one) && !Token.isUnresolved(one.roleArn) && one.roleArn === other.roleArn;
}
