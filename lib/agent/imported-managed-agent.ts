import type { Connections } from 'aws-cdk-lib/aws-ec2';
import { Role, type IPrincipal, type IRole } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { IAgentEnvironment } from '../environment';
import { AgentProject, type IAgentProject } from '../identity/agent-project';
import { InputError } from '../validation/input-error';
import { definitionParameterName } from './definition-parameter';
import { ManagedAgentBase, type SessionDefinitionReference } from './managed-agent-base';
import type { ManagedAgentAttributes } from './managed-agent-props';

/** An agent that is defined elsewhere. */
export class ImportedManagedAgent extends ManagedAgentBase {
  public readonly agentName: string;
  public readonly sessionRole: IRole;
  public readonly executionRole: IRole;
  public readonly project: IAgentProject;
  public readonly environment?: IAgentEnvironment;
  public readonly sessionDefinition: SessionDefinitionReference;
  public readonly grantPrincipal: IPrincipal;

  constructor(scope: Construct, id: string, attrs: ManagedAgentAttributes) {
    super(scope, id);
    this.agentName = attrs.agentName;
    this.environment = attrs.environment;
    this.sessionRole = Role.fromRoleArn(this, 'SessionRole', attrs.sessionRoleArn);
    this.executionRole = Role.fromRoleArn(this, 'ExecutionRole', attrs.executionRoleArn);
    this.grantPrincipal = this.executionRole.grantPrincipal;
    this.project = AgentProject.fromProjectId(this, 'Project', attrs.projectId ?? 'default');
    this.sessionDefinition = {
      parameterName: definitionParameterName(attrs.agentName),
      fileArn: attrs.sessionDefinitionFileArn,
    };
  }

  public get connections(): Connections {
    if (!this.environment) {
      throw new InputError(this, {
        input: 'environment',
        value: undefined,
        allowed: 'the environment of the agent, which has its security group',
        fix: 'pass environment to fromManagedAgentAttributes to manage the connections of an imported agent',
      });
    }
    return this.environment.connections;
  }
}
