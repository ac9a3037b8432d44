import { Connections, type ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Role, type IPrincipal, type IRole } from 'aws-cdk-lib/aws-iam';
import { Arn, ArnFormat, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { AgentCoreEnvironment } from '../environment';
import { AgentProject, type IAgentProject } from '../identity/agent-project';
import { InputError } from '../validation/input-error';
import { definitionParameterArn } from './definition-parameter';
import { ManagedAgentBase } from './managed-agent-base';
import type { ManagedAgentAttributes } from './managed-agent-props';

/** An agent that is defined elsewhere. */
export class ImportedManagedAgent extends ManagedAgentBase {
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
    this.sessionDefinitionParameterArn = definitionParameterArn(this, attrs.agentName);
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
    return new Connections({ securityGroups: [this.securityGroup] });
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
