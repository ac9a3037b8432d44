/** What a service is, for the colour of its cards. */
export type Kind = 'events' | 'compute' | 'storage' | 'security' | 'network' | 'agent' | 'watch' | 'code';

/** Name and kind of a service by the prefix of its actions, which is that of its events too. */
const SERVICES: Readonly<Record<string, readonly [name: string, kind: Kind]>> = {
  bedrock: ['Amazon Bedrock', 'agent'],
  bedrockruntime: ['Bedrock Guardrail', 'security'],
  cloudformation: ['CloudFormation', 'code'],
  cloudtrail: ['CloudTrail', 'watch'],
  cloudwatch: ['CloudWatch', 'watch'],
  codeartifact: ['CodeArtifact', 'code'],
  codebuild: ['CodeBuild', 'code'],
  codecommit: ['CodeCommit', 'code'],
  codedeploy: ['CodeDeploy', 'code'],
  codepipeline: ['CodePipeline', 'code'],
  dynamodb: ['DynamoDB', 'storage'],
  ecr: ['ECR', 'storage'],
  ecs: ['ECS', 'compute'],
  events: ['EventBridge', 'events'],
  guardduty: ['GuardDuty', 'security'],
  inspector2: ['Inspector', 'security'],
  kms: ['KMS', 'security'],
  lambda: ['Lambda', 'compute'],
  logs: ['CloudWatch Logs', 'watch'],
  s3: ['S3', 'storage'],
  scheduler: ['EventBridge Scheduler', 'events'],
  secretsmanager: ['Secrets Manager', 'security'],
  securityhub: ['Security Hub', 'security'],
  sns: ['SNS', 'events'],
  sqs: ['SQS', 'events'],
  ssm: ['Systems Manager', 'watch'],
  'ssm-incidents': ['Incident Manager', 'watch'],
  states: ['Step Functions', 'events'],
  sts: ['STS', 'security'],
};

export function serviceName(prefix: string): string {
  return SERVICES[prefix]?.[0] ?? prefix;
}

export function kindOf(prefix: string): Kind {
  return SERVICES[prefix]?.[1] ?? 'code';
}

/** Endings of construct paths that repeat the card's title. */
const SAYS_NOTHING =
  /\/(Resource|Default|Bucket|Topic|Queue|Table|Function|Machine|StateMachine|Rule|Schedule|Alarm|Events)$/;

/** A construct path as people think of it: without its stack, its ending, and of the rest the last two names. */
export function shortPath(name: string): string {
  let path = name.includes('/') ? name.slice(name.indexOf('/') + 1) : name;
  while (SAYS_NOTHING.test(path)) {
    path = path.replace(SAYS_NOTHING, '');
  }
  return path
    .split('/')
    .slice(-2)
    .join('/')
    .replace(/^Triggers\//, '');
}

/** The resource of a permission as people call it; undefined for `*`. */
export function resourceName(resource: string): string | undefined {
  if (resource === '*') {
    return undefined;
  }
  const [, path, rest = ''] = /^\$\{(?!AWS::)([^}]*)\}(.*)$/s.exec(resource) ?? [];
  if (path !== undefined) {
    return `${shortPath(path)}${rest.replace(/^(\/|:)\*$/, '')}`;
  }
  const readable = resource.replace(/\$\{([^}]*)\}/g, (_, name: string) =>
    name.startsWith('AWS::') ? name.slice('AWS::'.length) : shortPath(name),
  );
  const own = /^arn:(?:[^:]*:){4}(.*)$/s.exec(readable)?.[1] ?? readable.replace(/^arn:[^:]*:s3:::/, '');
  const plain = own.replace(/^[a-z-]+[:/](?=[^*])/, '').replace(/[:/](log-stream:)?\*$/, '');
  return plain && own.startsWith('/') ? own.replace(/[:/]\*$/, '') : plain || own;
}

/** `1 hour`, `30 minutes`. */
export function durationText(seconds: number): string {
  for (const [unit, size] of [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ] as const) {
    if (seconds >= size && seconds % size === 0) {
      return counted(seconds / size, unit);
    }
  }
  return counted(seconds, 'second');
}

export function counted(count: number, word: string): string {
  const many = /(?:s|x|ch|sh)$/.test(word) ? `${word}es` : word.replace(/([^aeiou])y$/, '$1ie') + 's';
  return `${count} ${count === 1 ? word : many}`;
}
