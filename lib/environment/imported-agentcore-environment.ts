import type { GraphWidgetProps } from 'aws-cdk-lib/aws-cloudwatch';
import { Connections } from 'aws-cdk-lib/aws-ec2';
import { Role, type IPrincipal, type IRole } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Arn, ArnFormat, Token, type Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { IAgentBaseline } from '../baseline';
import { AgentProject, type IAgentProject } from '../identity/agent-project';
import { InputError, requireInput } from '../validation/input-error';
import type { AgentEnvironmentConfig } from './agent-environment';
import { AgentCoreEnvironmentMetrics } from './agentcore-environment-metrics';
import type { AgentCoreEnvironmentAttributes } from './agentcore-environment-props';
import type { IAgentCoreEnvironment } from './agentcore-environment-ref';

const RUNTIME_ARN =
  /^arn:[a-z-]+:bedrock-agentcore:[a-z0-9-]+:\d{12}:runtime\/[A-Za-z][A-Za-z0-9_]{0,47}-[A-Za-z0-9]{10}$/;

/** An environment that is defined elsewhere, for an agent that exists already. */
export class ImportedAgentCoreEnvironment extends Construct implements IAgentCoreEnvironment {
  public readonly executionRole: IRole;
  public readonly grantPrincipal: IPrincipal;
  public readonly baseline: IAgentBaseline;
  public readonly project: IAgentProject;
  public readonly runtimeArn: string;
  public readonly runtimeName: string;
  public readonly endpointName: string;
  public readonly metrics: AgentCoreEnvironmentMetrics = AgentCoreEnvironmentMetrics.fromAgentCoreEnvironment(this);
  public readonly workspaceDirectory: string;
  public readonly capabilityDirectories: string[];
  public readonly maxLifetime?: Duration;
  private readonly attrs: AgentCoreEnvironmentAttributes;

  constructor(scope: Construct, id: string, attrs: AgentCoreEnvironmentAttributes & { readonly endpointName: string }) {
    super(scope, id);
    const { runtimeArn } = attrs;
    requireInput(Token.isUnresolved(runtimeArn) || RUNTIME_ARN.test(runtimeArn), this, {
      input: 'runtimeArn',
      value: runtimeArn,
      allowed: 'arn:PARTITION:bedrock-agentcore:REGION:ACCOUNT:runtime/NAME-XXXXXXXXXX',
      fix: 'pass the ARN of the Runtime, not of its endpoint',
    });
    this.attrs = attrs;
    this.executionRole = Role.fromRoleArn(this, 'ExecutionRole', attrs.executionRoleArn);
    this.grantPrincipal = this.executionRole.grantPrincipal;
    this.baseline = attrs.baseline;
    this.project = AgentProject.fromProjectId(this, 'Project', attrs.projectId ?? 'default');
    this.runtimeArn = runtimeArn;
    this.runtimeName = attrs.runtimeName ?? runtimeNameOf(this, runtimeArn);
    this.endpointName = attrs.endpointName;
    this.workspaceDirectory = attrs.workspaceDirectory ?? '/mnt/agent/workspace';
    this.capabilityDirectories = attrs.capabilityDirectories ?? [];
    this.maxLifetime = attrs.maxLifetime;
  }

  public get connections(): Connections {
    if (!this.attrs.securityGroup) {
      throw new InputError(this, {
        input: 'securityGroup',
        value: undefined,
        allowed: 'the security group of the Runtime',
        fix: 'pass securityGroup to fromAgentCoreEnvironmentAttributes',
      });
    }
    return new Connections({ securityGroups: [this.attrs.securityGroup] });
  }

  public bind(): AgentEnvironmentConfig {
    throw new InputError(this, {
      input: 'environment',
      allowed: 'an environment that no other agent uses (one agent, one identity)',
      fix: 'create an AgentCoreEnvironment for the new agent, or import the agent with ManagedAgent.fromManagedAgentAttributes',
    });
  }

  public bindCompute(): IFunction | undefined {
    return undefined;
  }

  public computeGraphs(): GraphWidgetProps[] {
    return this.metrics._graphs();
  }
}

/** The id of a Runtime is its name, a dash and ten characters. */
function runtimeNameOf(scope: Construct, runtimeArn: string): string {
  if (Token.isUnresolved(runtimeArn)) {
    throw new InputError(scope, {
      input: 'runtimeName',
      value: undefined,
      allowed: 'the name of the Runtime when its ARN is known at deployment only',
      fix: 'pass runtimeName',
    });
  }
  return Arn.split(runtimeArn, ArnFormat.SLASH_RESOURCE_NAME).resourceName!.replace(/-[A-Za-z0-9]{10}$/, '');
}
