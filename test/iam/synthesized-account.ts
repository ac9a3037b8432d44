import type { Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';

/** The account and Region of the synthesized stack. */
export const ACCOUNT = '111122223333';
export const REGION = 'us-east-1';

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, any>;
}

/** A policy with every intrinsic function replaced by its value after the deployment. */
export type Policy = { Version?: string; Statement: any[] };

/**
 * A synthesized stack as it is after its deployment: every `Ref`, `GetAtt` and `Join` of a policy becomes a concrete
 * ARN, so that an IAM simulator can judge the real policies.
 */
export class SynthesizedAccount {
  private readonly resources: Record<string, Resource>;

  /** @param stacks stacks of one account and Region whose logical ids do not repeat */
  constructor(...stacks: Stack[]) {
    this.resources = Object.assign({}, ...stacks.map((stack) => Template.fromStack(stack).toJSON().Resources));
  }

  /** The only resource of a type with `part` in its logical id. */
  public find(type: string, part = ''): { id: string; properties: Record<string, any> } {
    const found = Object.entries(this.resources).filter(([id, { Type }]) => Type === type && id.includes(part));
    if (found.length !== 1) {
      throw new Error(`expected one ${type} with '${part}', found ${found.map(([id]) => id).join(', ') || 'none'}`);
    }
    return { id: found[0][0], properties: this.resolve(found[0][1].Properties) as Record<string, any> };
  }

  public all(type: string): { id: string; properties: Record<string, any> }[] {
    return Object.entries(this.resources)
      .filter(([, { Type }]) => Type === type)
      .map(([id, { Properties }]) => ({ id, properties: this.resolve(Properties) as Record<string, any> }));
  }

  public arn(id: string): string {
    return String(this.attribute(id, 'Arn'));
  }

  /** All policies of a role: inline policies and separate ones. */
  public identityPolicies(roleId: string): { name: string; policy: Policy }[] {
    const role = this.resources[roleId];
    const inline = (role.Properties.Policies ?? []).map((policy: any) => ({
      name: policy.PolicyName,
      policy: this.resolve(policy.PolicyDocument) as Policy,
    }));
    const attached = Object.entries(this.resources)
      .filter(([, { Type }]) => Type === 'AWS::IAM::Policy')
      .filter(([, { Properties }]) => Properties.Roles.some((ref: any) => ref.Ref === roleId))
      .map(([id, { Properties }]) => ({ name: id, policy: this.resolve(Properties.PolicyDocument) as Policy }));
    return [...inline, ...attached];
  }

  public resolve(value: unknown): unknown {
    if (Array.isArray(value)) {
      return value.map((element) => this.resolve(element));
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    const [name, argument] = Object.entries(value)[0] ?? [];
    switch (name) {
      case 'Ref':
        return this.reference(String(argument));
      case 'Fn::GetAtt':
        return this.attribute((argument as string[])[0], (argument as string[])[1]);
      case 'Fn::Join': {
        const [separator, parts] = argument as [string, unknown[]];
        return parts.map((part) => String(this.resolve(part))).join(separator);
      }
      case 'Fn::Sub':
        return String(argument).replace(/\$\{([^}]+)\}/g, (_, ref: string) => String(this.reference(ref)));
      case 'Fn::Select': {
        const [index, list] = argument as [number, unknown];
        return (this.resolve(list) as unknown[])[Number(index)];
      }
      case 'Fn::Split': {
        const [separator, text] = argument as [string, unknown];
        return String(this.resolve(text)).split(separator);
      }
      case 'Fn::GetAZs':
        return ['us-east-1a', 'us-east-1b', 'us-east-1c'];
      default:
        return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, this.resolve(member)]));
    }
  }

  private reference(name: string): unknown {
    const pseudo: Record<string, string> = {
      'AWS::AccountId': ACCOUNT,
      'AWS::Region': REGION,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
    };
    const resource = this.resources[name];
    switch (resource?.Type) {
      case 'AWS::Logs::LogGroup':
        return this.resolve(resource.Properties.LogGroupName);
      case 'AWS::S3::Bucket':
        return resource.Properties.BucketName ?? name.toLowerCase();
      case 'AWS::SQS::Queue':
        return `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`;
      case 'AWS::StepFunctions::StateMachine':
      case 'AWS::SecretsManager::Secret':
        return this.attribute(name, 'Arn');
      case 'AWS::SNS::Topic':
        return this.attribute(name, 'TopicArn');
      case 'AWS::CloudWatch::Alarm':
        return resource.Properties.AlarmName ?? name;
      default:
        return pseudo[name] ?? name;
    }
  }

  private attribute(id: string, attribute: string): unknown {
    const type = this.resources[id]?.Type;
    const at = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
    switch (`${type}.${attribute}`) {
      case 'AWS::IAM::Role.Arn':
        return `arn:aws:iam::${ACCOUNT}:role/${id}`;
      case 'AWS::BedrockAgentCore::Runtime.AgentRuntimeId':
        return `${this.resources[id].Properties.AgentRuntimeName}-AbCdEfGhIj`;
      case 'AWS::BedrockAgentCore::Runtime.AgentRuntimeArn':
        return at('bedrock-agentcore', `runtime/${this.resources[id].Properties.AgentRuntimeName}-AbCdEfGhIj`);
      case 'AWS::BedrockAgentCore::RuntimeEndpoint.AgentRuntimeEndpointArn': {
        const { AgentRuntimeId, Name } = this.resources[id].Properties;
        return at('bedrock-agentcore', `runtime/${String(this.resolve(AgentRuntimeId))}/runtime-endpoint/${Name}`);
      }
      case 'AWS::BedrockMantle::Project.Arn':
        return at('bedrock-mantle', `project/proj_${id.toLowerCase()}`);
      case 'AWS::BedrockMantle::Project.Id':
        return `proj_${id.toLowerCase()}`;
      case 'AWS::Bedrock::Guardrail.GuardrailArn':
        return at('bedrock', `guardrail/${id.toLowerCase()}`);
      case 'AWS::S3::Bucket.Arn':
        return `arn:aws:s3:::${String(this.reference(id))}`;
      case 'AWS::CodeCommit::Repository.Arn':
        return at('codecommit', String(this.resources[id].Properties.RepositoryName));
      case 'AWS::KMS::Key.Arn':
        return at('kms', `key/${id}`);
      case 'AWS::Logs::LogGroup.Arn':
        return at('logs', `log-group:${id}:*`);
      case 'AWS::Lambda::Function.Arn':
        return at('lambda', `function:${id}`);
      case 'AWS::DynamoDB::Table.Arn':
        return at('dynamodb', `table/${id}`);
      case 'AWS::Events::EventBus.Arn':
        return at('events', `event-bus/${id}`);
      case 'AWS::CloudWatch::Alarm.Arn':
        return at('cloudwatch', `alarm:${String(this.reference(id))}`);
      case 'AWS::SNS::Topic.TopicArn':
      case 'AWS::SNS::Topic.Arn':
        return at('sns', id);
      case 'AWS::SQS::Queue.Arn':
        return at('sqs', id);
      case 'AWS::StepFunctions::StateMachine.Arn':
        return at('states', `stateMachine:${id}`);
      case 'AWS::SecretsManager::Secret.Arn':
        return at('secretsmanager', `secret:${id}-AbCdEf`);
      case 'AWS::Events::Rule.Arn':
        return at('events', `rule/${id}`);
      case 'AWS::Scheduler::ScheduleGroup.Arn':
        return at('scheduler', `schedule-group/${this.resources[id].Properties.Name}`);
      default:
        return `${id}.${attribute}`;
    }
  }
}
