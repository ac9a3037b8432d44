import { isCustomResource } from '../facts/custom-resources';
import { isKnownType } from '../facts/known-types';
import type { Resource } from '../model/assembly';
import { literalOf } from '../model/compose-text';
import { mentionsBelow } from '../model/mentions';
import { resourcePolicies } from '../model/resource-policies';
import { ROLE_PROPERTY } from '../model/runs-as';
import type { TemplateModel } from '../model/template-model';
import { type AgentRole, agentRoles } from './agent-roles';
import type { Unread } from './unread';

/**
 * Services that give permissions to roles only by policies, which are read, or that use the roles. Any other service
 * may have permissions of its own (Lake Formation, EKS access entries, S3 Access Grants), or may change the roles that
 * it is given (AWS Config, Service Catalog).
 */
const BY_POLICY_ONLY =
  /^AWS::(?:ApiGateway|ApiGatewayV2|ApplicationAutoScaling|AppSync|AutoScaling|Backup|Bedrock|BedrockAgentCore|BedrockMantle|Budgets|CDK|CertificateManager|CloudFront|CloudTrail|CloudWatch|CodeArtifact|CodeBuild|CodeCommit|CodePipeline|Cognito|DynamoDB|EC2|ECR|ECS|EFS|ElasticLoadBalancing|ElasticLoadBalancingV2|Events|IAM|KMS|Kinesis|KinesisFirehose|Lambda|Logs|Pipes|RDS|Route53|Route53Resolver|S3Express|S3Tables|S3Vectors|SES|SNS|SQS|Scheduler|SecretsManager|StepFunctions|Synthetics|VpcLattice|XRay)::|^AWS::S3::(?:Bucket|BucketPolicy|AccessPoint|MultiRegionAccessPoint|MultiRegionAccessPointPolicy|StorageLens)$|^AWS::SSM::Parameter$|^AWS::CloudFormation::/;

/** Properties that are input of code, and properties that name the role of the resource itself. */
const TOLD = /^(?:Environment|EnvironmentVariables|Variables|Metadata|Tags|Description)$/;

/** Notes resources that name a role of an agent in a property without a known meaning. */
export function noteGivenRoles(model: TemplateModel, unread: Unread): void {
  const roles = agentRoles(model).filter(({ identity, kinds }) => identity.resource && !isOnly(kinds, 'client role'));
  const byPolicy = new Set(resourcePolicies(model).map(({ holder }) => holder));
  for (const resource of model.resources) {
    if (
      BY_POLICY_ONLY.test(resource.type) ||
      isCustomResource(resource.type) ||
      !isKnownType(resource.type) ||
      byPolicy.has(resource)
    ) {
      continue;
    }
    for (const role of givenTo(model, resource, roles)) {
      const hint = `it isn't known what ${resource.type} allows the role that it names`;
      const origin = { stack: resource.stack, resource, path: 'Type' };
      role.subjects.forEach((subject) => unread.note(subject, undefined, { origin, reason: 'unknown type', hint }));
    }
  }
}

const isOnly = (kinds: AgentRole['kinds'], kind: string) => [...kinds].every((each) => each === kind);

/** The roles that a resource names. */
function givenTo(model: TemplateModel, resource: Resource, roles: readonly AgentRole[]): readonly AgentRole[] {
  const worksUnder = (key: string, depth: number) => depth === 0 && ROLE_PROPERTY.test(key);
  const asked = (key: string, depth: number) => !TOLD.test(key) && !worksUnder(key, depth);
  const mentioned = new Set(mentionsBelow(model, resource, asked).map((mention) => mention.resource));
  const isNamed = namedIn(resource);
  return roles.filter(({ identity }) => mentioned.has(identity.resource!) || isNamed(identity.resource!));
}

/** Whether a text of a resource is the name of a role, or is JSON or YAML that contains it. Mentions are only references and ARNs. */
export function namedIn(resource: Resource): (role: Resource) => boolean {
  let text: string | undefined;
  return (role) =>
    role.properties
      .at('RoleName')
      .flatMap((node) => node.texts())
      .some(({ value }) => {
        const name = literalOf(value);
        text ??= name === undefined ? undefined : JSON.stringify(resource.raw.Properties ?? {});
        return name !== undefined && formsOf(name).some((form) => text!.includes(form));
      });
}

/** A name, and the end of an ARN with it, in quotes: of JSON, of JSON within JSON, and of YAML. */
const formsOf = (name: string): string[] =>
  ['"', ':role/'].flatMap((before) => ['"', '\\'].map((after) => `${before}${name}${after}`)).concat(`'${name}'`);
