import { CfnParameter, CfnResource, type IResolvable, type Reference, Stack, Token } from 'aws-cdk-lib/core';

/** What stands for an account id or Region that is not known before deployment. */
const UNKNOWN = { account: 'ACCOUNT_ID', region: 'REGION' };

/** Names that CloudFormation chooses begin with the name of the stack, shortened where the service allows few characters. */
const STACK_NAME_CHARACTERS = 20;

/** ARNs by type, after the partition. `N` is the name or its pattern; `L` the place, `<region>:<account>`. */
const ARNS: Readonly<Record<string, string>> = {
  'AWS::Bedrock::Guardrail': 'bedrock:L:guardrail/*',
  'AWS::Bedrock::KnowledgeBase': 'bedrock:L:knowledge-base/*',
  'AWS::BedrockAgentCore::Gateway': 'bedrock-agentcore:L:gateway/N',
  'AWS::BedrockAgentCore::Runtime': 'bedrock-agentcore:L:runtime/N',
  'AWS::BedrockAgentCore::RuntimeEndpoint': 'bedrock-agentcore:L:runtime/*/runtime-endpoint/N',
  'AWS::CloudWatch::Alarm': 'cloudwatch:L:alarm:N',
  'AWS::CodeArtifact::Repository': 'codeartifact:L:repository/*',
  'AWS::CodeCommit::Repository': 'codecommit:L:N',
  'AWS::DynamoDB::Table': 'dynamodb:L:table/N',
  'AWS::ECR::Repository': 'ecr:L:repository/N',
  'AWS::ECS::Service': 'ecs:L:service/*',
  'AWS::IAM::Role': 'iam::A:role/N',
  'AWS::KMS::Key': 'kms:L:key/*',
  'AWS::Lambda::Function': 'lambda:L:function:N',
  'AWS::Logs::LogGroup': 'logs:L:log-group:N:*',
  'AWS::S3::Bucket': 's3:::N',
  'AWS::SecretsManager::Secret': 'secretsmanager:L:secret:N',
  'AWS::SNS::Topic': 'sns:L:N',
  'AWS::SQS::Queue': 'sqs:L:N',
  'AWS::StepFunctions::StateMachine': 'states:L:stateMachine:N',
};

/** Types whose `Ref` is an ARN. */
const REF_IS_ARN = ['AWS::SNS::Topic', 'AWS::SecretsManager::Secret', 'AWS::StepFunctions::StateMachine'];

/** A reference the way a person can write it before the first deployment: the name, or a pattern that the name will fit. */
export function referencePattern(reference: Reference): string {
  const { target, displayName: attribute } = reference;
  if (CfnParameter.isCfnElement(target) && target instanceof CfnParameter) {
    return typeof target.default === 'string' && !Token.isUnresolved(target.default) ? target.default : '*';
  }
  if (!CfnResource.isCfnResource(target)) {
    return pseudoParameter(attribute, Stack.of(target));
  }
  const type = target.cfnResourceType;
  const name = namePattern(target);
  if (!/Arn$/.test(attribute) && !(attribute === 'Ref' && REF_IS_ARN.includes(type))) {
    return name;
  }
  const { region, account } = place(Stack.of(target));
  const arn = ARNS[type] ?? '*:L:*';
  return `arn:aws:${arn
    .replace(/\bL\b/, `${region}:${account}`)
    .replace(/\bA\b/, account)
    .replace(/\bN\b/, () => name)}`;
}

/** A pseudo parameter of CloudFormation, as far as it is known. All Regions of BMA are in the partition `aws`. */
export function pseudoParameter(name: string, stack: Stack): string {
  const { region, account } = place(stack);
  switch (name) {
    case 'AWS::Partition':
      return 'aws';
    case 'AWS::Region':
      return region;
    case 'AWS::AccountId':
      return account;
    case 'AWS::URLSuffix':
      return 'amazonaws.com';
    case 'AWS::StackName':
      return stack.stackName;
    default:
      return '*';
  }
}

function place({ region, account }: Stack): { region: string; account: string } {
  return {
    region: Token.isUnresolved(region) ? UNKNOWN.region : region,
    account: Token.isUnresolved(account) ? UNKNOWN.account : account,
  };
}

function namePattern(resource: CfnResource): string {
  const chosen = chosenName(resource);
  const isRuntime = resource.cfnResourceType === 'AWS::BedrockAgentCore::Runtime';
  if (chosen !== undefined) {
    return isRuntime || resource.cfnResourceType === 'AWS::SecretsManager::Secret' ? `${chosen}-*` : chosen;
  }
  const prefix = Stack.of(resource).stackName.slice(0, STACK_NAME_CHARACTERS);
  // Names of buckets are in lower case.
  return `${resource.cfnResourceType === 'AWS::S3::Bucket' ? prefix.toLowerCase() : prefix}*`;
}

/** The name that the template gives the resource, if it gives one that is literal. */
function chosenName(resource: CfnResource): string | undefined {
  const last = resource.cfnResourceType.split('::')[2];
  const property = `${last[0].toLowerCase()}${last.slice(1)}Name`;
  const candidates = [property, 'agentRuntimeName', 'name'] as const;
  const properties = resource as unknown as Record<string, string | IResolvable | undefined>;
  for (const candidate of candidates) {
    const value = properties[candidate];
    const resolved: unknown = value === undefined ? undefined : Stack.of(resource).resolve(value);
    if (typeof resolved === 'string') {
      return resolved;
    }
  }
  return undefined;
}
