/** The parts of an app's templates that a reviewer reads: permissions, keys, network, entries, and numbers of resources. */

interface Resource {
  readonly Type: string;
  readonly Properties?: Record<string, any>;
  readonly DeletionPolicy?: string;
}
export type Resources = Readonly<Record<string, Resource>>;

/** One line per fact, in an order that does not depend on the order of construction. */
export function reviewText(resources: Resources): string {
  const all = (pattern: RegExp) =>
    Object.entries(resources)
      .filter(([, { Type }]) => pattern.test(Type))
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([id, resource]) => ({ id, ...resource, properties: resource.Properties ?? {} }));
  const lines: string[] = [];
  const section = (title: string, entries: string[]) => {
    if (entries.length > 0) lines.push(`## ${title}`, ...entries, '');
  };
  const policies = all(/^AWS::IAM::(Managed)?Policy$/);
  section(
    'Roles',
    all(/^AWS::IAM::Role$/).flatMap(({ id, properties }) => [
      `${id}`,
      ...statements(properties.AssumeRolePolicyDocument).map((line) => `  trusts ${line}`),
      ...(properties.ManagedPolicyArns ?? []).map((arn: unknown) => `  has ${text(arn)}`),
      ...policies
        .filter((policy) => (policy.properties.Roles ?? []).some((role: unknown) => text(role) === `\${${id}}`))
        .flatMap((policy) => statements(policy.properties.PolicyDocument).map((line) => `  ${line}`)),
    ]),
  );
  section('Keys', documents(all(/^AWS::KMS::Key$/), 'KeyPolicy'));
  section('Policies of resources', [
    ...documents(all(/^AWS::(S3::BucketPolicy|SQS::QueuePolicy|SNS::TopicPolicy)$/), 'PolicyDocument', of),
    ...documents(all(/^AWS::SecretsManager::ResourcePolicy$/), 'ResourcePolicy', of),
    ...all(/^AWS::(Logs|BedrockAgentCore)::ResourcePolicy$/).map(
      ({ id, properties }) => `${id} ${of(properties)} ${text(properties.PolicyDocument ?? properties.Policy)}`,
    ),
  ]);
  section('Network', [
    ...all(/^AWS::EC2::(VPC|Subnet|Route|NatGateway|InternetGateway|VPCGatewayAttachment)$/).map(
      ({ id, Type, properties: { Tags: _, ...rest } }) => `${Type.slice(10)} ${id} ${text(rest)}`,
    ),
    ...all(/^AWS::EC2::SecurityGroup(Ingress|Egress)?$/).map(
      ({ id, Type, properties: { GroupDescription: _, Tags: __, ...rest } }) => `${Type.slice(10)} ${id} ${text(rest)}`,
    ),
    ...documents(all(/^AWS::EC2::VPCEndpoint$/), 'PolicyDocument', ({ ServiceName }) => text(ServiceName)),
    ...all(/^AWS::Route53Resolver::FirewallDomainList$/).map(
      ({ id, properties }) => `names ${id} ${text((properties.Domains ?? []).map(text).sort())}`,
    ),
  ]);
  section('Entries', [
    ...all(/^AWS::Events::Rule$/).map(
      ({ id, properties }) =>
        `rule ${id} ${text(properties.EventPattern ?? properties.ScheduleExpression)} to ${text((properties.Targets ?? []).map(({ Arn }: { Arn: unknown }) => Arn))}`,
    ),
    ...all(/^AWS::Scheduler::Schedule$/).map(
      ({ id, properties }) => `schedule ${id} ${text(properties.ScheduleExpression)} to ${text(properties.Target.Arn)}`,
    ),
    ...all(/^AWS::Lambda::(Permission|Url|EventSourceMapping)$/).map(
      ({ id, Type, properties }) => `${Type.slice(13)} ${id} ${text(properties)}`,
    ),
    ...all(/^AWS::ApiGateway/).map(({ id, Type }) => `${Type} ${id}`),
  ]);
  const kinds = new Map<string, number>();
  for (const { Type, DeletionPolicy } of Object.values(resources)) {
    const kind = `${Type}${DeletionPolicy ? `, ${DeletionPolicy}` : ''}`;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  section(
    'Resources',
    [...kinds].sort(([one], [other]) => (one < other ? -1 : 1)).map(([kind, number]) => `${number} ${kind}`),
  );
  return lines.join('\n');
}

type Found = { readonly id: string; readonly properties: Record<string, any> };

function documents(
  found: Found[],
  property: string,
  what: (properties: Record<string, any>) => string = () => '',
): string[] {
  return found.flatMap(({ id, properties }) => [
    `${id} ${what(properties)}`.trim(),
    ...statements(properties[property]).map((line) => `  ${line}`),
  ]);
}

const of = ({ Bucket, Queues, Topics, SecretId, ResourceArn, PolicyName }: Record<string, any>) =>
  `of ${text(Bucket ?? Queues ?? Topics ?? SecretId ?? ResourceArn ?? PolicyName)}`;

function statements(document: unknown): string[] {
  const parsed = (typeof document === 'string' ? JSON.parse(document) : (document ?? {})) as { Statement?: unknown };
  return [parsed.Statement ?? []].flat().map((statement) => {
    const { Effect, Action, NotAction, Resource, NotResource, Principal, NotPrincipal, Condition } =
      statement as Record<string, unknown>;
    const parts = [
      Effect === 'Deny' ? 'never' : 'may',
      NotAction ? `all but ${list(NotAction)}` : list(Action),
      NotResource ? `on all but ${list(NotResource)}` : Resource ? `on ${list(Resource)}` : '',
      NotPrincipal ? `for all but ${text(NotPrincipal)}` : Principal ? `for ${text(Principal)}` : '',
      Condition ? `if ${text(Condition)}` : '',
    ];
    return parts.filter(Boolean).join(' ');
  });
}

function list(value: unknown): string {
  return [value].flat().map(text).join(', ');
}

/** A value on one line, with references as `${Id}` and `${Id.Attribute}`. */
function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`;
  const [[name, argument] = ['', undefined], ...others] = Object.entries(value);
  if (others.length === 0) {
    if (name === 'Ref') return `\${${String(argument)}}`;
    if (name === 'Fn::GetAtt') return `\${${(argument as string[]).join('.')}}`;
    if (name === 'Fn::Join') return (argument as [string, unknown[]])[1].map(text).join((argument as [string])[0]);
    if (name === 'Fn::ImportValue') return `\${import ${text(argument)}}`;
  }
  return `{${Object.entries(value)
    .map(([key, each]) => `${key}: ${text(each)}`)
    .join(', ')}}`;
}
