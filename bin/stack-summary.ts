import type { SynthesizedStack, TemplateResource } from './cloud-assembly';
import { HOURS_PER_MONTH, NETWORK_PRICES, NETWORK_PRICES_AS_OF } from '../lib/facts/network-prices';
import type { TerminalStyle } from './terminal-style';

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Principal?: { Service?: unknown };
  readonly Condition?: Record<string, Record<string, unknown>>;
}

/**
 * What a synthesized stack gives each of its agents, read from the template that would be deployed and not from the
 * constructs: property overrides and aspects are included.
 */
export function summarizeStack(stack: SynthesizedStack, style: TerminalStyle): string[] {
  const lines = [
    `${style.title(stack.name)}  ${stack.region}  ${Object.keys(stack.resources).length} resources  ${style.faint(stack.templateFile)}`,
  ];
  const row = (label: string, text: string) => lines.push(`  ${label.padEnd(15)} ${text}`);

  for (const [id, runtime] of ofType(stack, 'AWS::BedrockAgentCore::Runtime')) {
    lines.push('');
    row('Agent', style.name(text(runtime.Properties?.AgentRuntimeName)));
    const sessionRole = sessionRoleOf(stack, id);
    if (sessionRole) {
      row('Model', `${style.good(modelsOf(stack, sessionRole))}, the only one it may call`);
      row('Session role', sessionRole);
      permissionRows(stack, sessionRole).forEach((line) => lines.push(line));
    }
    const executionRole = logicalId(runtime.Properties?.RoleArn);
    if (executionRole) {
      row('Execution role', executionRole);
      permissionRows(stack, executionRole).forEach((line) => lines.push(line));
    }
    row('Compute', computeText(runtime));
  }

  lines.push('');
  const endpoints = [...ofType(stack, 'AWS::EC2::VPCEndpoint')];
  if (endpoints.length) {
    const own = endpoints.filter(([, endpoint]) => endpoint.Properties?.PolicyDocument).length;
    row('Endpoints', endpoints.map(([, endpoint]) => serviceName(endpoint.Properties?.ServiceName)).join(', '));
    row('', `${own} of ${endpoints.length} with a policy of their own`);
    const zones = endpoints.map(([, endpoint]) => ((endpoint.Properties?.SubnetIds ?? []) as unknown[]).length);
    const { usd } = NETWORK_PRICES.interfaceEndpoint;
    const monthly = zones.reduce((sum, count) => sum + count, 0) * usd * HOURS_PER_MONTH;
    row(
      '',
      `interface endpoints cost about $${monthly.toFixed(2)} a month when idle (list price, ${NETWORK_PRICES_AS_OF})`,
    );
  }
  for (const [id, key] of ofType(stack, 'AWS::KMS::Key')) {
    row('Key', `${id}, ${key.Properties?.EnableKeyRotation ? style.good('rotates') : style.bad('does not rotate')}`);
  }
  for (const [, trail] of ofType(stack, 'AWS::CloudTrail::Trail')) {
    const selectors = (trail.Properties?.AdvancedEventSelectors ?? []) as { Name?: string }[];
    const recorded = selectors.map(({ Name }) => (Name ?? 'unnamed').split(': ')[0]);
    row('Trail', `${text(trail.Properties?.TrailName)}: ${[...new Set(recorded)].join(', ')}`);
  }
  const isNetwork = [...ofType(stack, 'AWS::EC2::VPC')].length > 0;
  const internet = ['AWS::EC2::InternetGateway', 'AWS::EC2::NatGateway'].flatMap((type) => [...ofType(stack, type)]);
  if (isNetwork) {
    row(
      'Internet',
      internet.length ? style.bad(`${internet.length} gateways`) : style.good('no internet gateway, no NAT gateway'),
    );
  }
  return lines;
}

function* ofType(stack: SynthesizedStack, type: string): Generator<[string, TemplateResource]> {
  for (const entry of Object.entries(stack.resources)) {
    if (entry[1].Type === type) {
      yield entry;
    }
  }
}

/** The role trusted by BMA whose policy names this Runtime. */
function sessionRoleOf(stack: SynthesizedStack, runtimeId: string): string | undefined {
  for (const [id, role] of ofType(stack, 'AWS::IAM::Role')) {
    const trust = JSON.stringify(role.Properties?.AssumeRolePolicyDocument ?? {});
    const drives = statementsOf(stack, id).some(({ Resource }) => JSON.stringify(Resource).includes(`"${runtimeId}"`));
    if (trust.includes('bedrock-mantle.amazonaws.com') && drives) {
      return id;
    }
  }
  return undefined;
}

function statementsOf(stack: SynthesizedStack, roleId: string): Statement[] {
  return [...ofType(stack, 'AWS::IAM::Policy')]
    .filter(([, policy]) => ((policy.Properties?.Roles ?? []) as unknown[]).some((role) => logicalId(role) === roleId))
    .flatMap(([, policy]) => (policy.Properties?.PolicyDocument as { Statement: Statement[] }).Statement);
}

function modelsOf(stack: SynthesizedStack, roleId: string): string {
  const models = statementsOf(stack, roleId).flatMap(
    ({ Condition }) => Condition?.StringEquals?.['bedrock-mantle:Model'] ?? [],
  );
  return models.map(text).join(', ') || 'none';
}

function permissionRows(stack: SynthesizedStack, roleId: string): string[] {
  return statementsOf(stack, roleId)
    .sort((one, other) => one.Effect.localeCompare(other.Effect))
    .map(({ Effect, Action, Resource, Condition }) => {
      const allowed = Effect === 'Allow';
      const where = allowed ? ` on ${[Resource].flat().map(shortArn).join(', ')}` : '';
      const only = allowed && Condition ? ` only if ${conditionText(Condition)}` : '';
      return `  ${''.padEnd(15)}   ${(allowed ? 'may' : 'never').padEnd(5)} ${[Action].flat().join(', ')}${where}${only}`;
    });
}

/** `kms:ViaService is logs.us-east-1.amazonaws.com and …` */
function conditionText(condition: NonNullable<Statement['Condition']>): string {
  return Object.values(condition)
    .flatMap((keys) => Object.entries(keys))
    .map(([key, value]) => `${key} is ${[value].flat().map(shortArn).join(' or ')}`)
    .join(' and ');
}

/** An ARN without what is the same for every resource of the stack. */
function shortArn(value: unknown): string {
  return text(value)
    .replace(/\$\{AWS::(\w+)\}/g, '$1')
    .replace(/^arn:[^:]*:([^:]*):[^:]*:[^:]*:/, '$1 ');
}

function computeText(runtime: TemplateResource): string {
  const properties = runtime.Properties as {
    NetworkConfiguration?: { NetworkMode?: string };
    LifecycleConfiguration?: { IdleRuntimeSessionTimeout?: number; MaxLifetime?: number };
    FilesystemConfigurations?: { SessionStorage?: { MountPath?: string } }[];
  };
  const { IdleRuntimeSessionTimeout: idle, MaxLifetime: max } = properties.LifecycleConfiguration ?? {};
  const storage = properties.FilesystemConfigurations?.find(({ SessionStorage }) => SessionStorage)?.SessionStorage;
  return [
    `${properties.NetworkConfiguration?.NetworkMode ?? 'PUBLIC'} mode`,
    idle && max ? `stops after ${idle / 60} idle minutes, lives ${max / 3600} h at most` : 'no lifetime set',
    storage ? `session storage at ${storage.MountPath}` : 'no session storage',
  ].join('; ');
}

function serviceName(value: unknown): string {
  const name = text(value);
  return name.replace(/^.*?amazonaws\.[^.]*\.?(?=[a-z])/, '').replace(/^.*\}\.?/, '') || name;
}

function logicalId(value: unknown): string | undefined {
  const reference = value as { Ref?: string; 'Fn::GetAtt'?: string[] } | undefined;
  return reference?.Ref ?? reference?.['Fn::GetAtt']?.[0];
}

/** A property as text: literals as they are, references by what they refer to. */
function text(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const join = (value as { 'Fn::Join'?: [string, unknown[]] } | undefined)?.['Fn::Join'];
  if (join) {
    return join[1].map(text).join(join[0]);
  }
  const sub = (value as { 'Fn::Sub'?: string } | undefined)?.['Fn::Sub'];
  if (sub) {
    return sub;
  }
  return logicalId(value) ? `\${${logicalId(value)}}` : JSON.stringify(value);
}
